"""The media session: a join of its events, what it says (status, lease, timeline), and its packed form."""
