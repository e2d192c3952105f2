"""The adapters of the tables. items.py is the one place where items are built and read."""
