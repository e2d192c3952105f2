"""Amazon SNS: the stage's alarm topic."""
