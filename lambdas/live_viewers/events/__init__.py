"""Media events: what every wire format is decoded to, whose they are, and their order."""
