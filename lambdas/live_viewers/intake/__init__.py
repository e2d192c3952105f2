"""The way in: AWS's Kafka event, a batch sorted by session, the store's port, what was rejected and its return."""
