"""Alerts of the configuration, judged each minute over the audience, and the incidents that they open."""
