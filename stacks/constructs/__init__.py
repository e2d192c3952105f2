"""One file a capability: what it creates, what it may touch, and why."""
