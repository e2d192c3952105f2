"""The programs a laptop run, the tests and the benchmarks stand on: how each is started and when it is ready.

Nothing here keeps a process running: the demo hands a `Service` to its process manager, tests and benchmarks
run it as a child (`services.service.running`). Every service binds to loopback, but for DynamoDB Local, which has
no such setting and is used by tests and benchmarks only.
"""
