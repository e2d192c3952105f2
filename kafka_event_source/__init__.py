"""A Kafka event source for AWS Lambda emulators: consumes topics and invokes functions with AWS's event.

Reads event source mappings from a CloudFormation template, consumes with confluent-kafka and calls the
Lambda Invoke API of any emulator. The core (batching, filtering, splitting, retrying, building events) has no
network and no clock of its own. It imports nothing of the project around it, and has a pyproject.toml of its own.
"""
