"""The HTTP API: one file a resource, the models they answer with, and what all of them share."""
