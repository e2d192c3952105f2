"""Simulated viewers: they play, pause, seek, buffer, see ads, finish, start another title, leave without a word.

Seeded: the same seed gives the same events at the same offsets, whatever the clock says.
"""
