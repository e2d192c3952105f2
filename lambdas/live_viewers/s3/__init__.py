"""The adapter of the rejected records' bucket."""
