"""The adapter to API Gateway: the sockets that it holds open."""
