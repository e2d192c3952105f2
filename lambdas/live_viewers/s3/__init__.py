"""The adapters of the bucket of rejected records."""
