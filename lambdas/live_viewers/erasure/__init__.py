"""Forgetting a viewer, so that nothing old comes back."""
