"""Writes what is generated from the typed views and the routes; nothing here runs in a function."""
