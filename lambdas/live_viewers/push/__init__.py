"""Telling pages what changed: tickets, subscriptions, messages."""
