"""The viewer: a fold of sessions, its JSON, and the stored item."""
