"""How often Python looks for cycles of objects that nothing else refers to."""

import gc

_ALLOCATIONS = 50_000


def collect_rarely() -> None:
    """For functions that are given thousands of records at once.

    A batch is some 100,000 objects, which all live until it is done, and nearly none of what is made of them is
    in a cycle. By default Python walks through the newest after each 700 of them, and through all now and then: a
    tenth to a fifth of an invocation's CPU. What is imported stays, so it is never looked at again.
    """
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 10, 10)
