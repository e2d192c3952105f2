"""A module a table or index: what the API, the projector, the pages' sockets and the erasure read and write."""
