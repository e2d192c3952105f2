"""MiniStack's functions with less memory: each has a process, and most of them wait most of the time."""

import time
from collections.abc import Callable
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker

Acquired = tuple[Worker | None, str]
Acquire = Callable[..., Acquired]

# More than a minute: a function that runs each minute keeps its process, one that runs each five minutes doesn't.
IDLE_S = 90.0


def reap_idle() -> int:
    """End the processes that were called last IDLE_S ago, the only one of a function too; how many those were.

    MiniStack asks each half minute, and itself keeps the first process of each function. The next call starts one.
    """
    now = time.time()
    ended: list[Worker] = []
    with lambda_runtime._lock:
        for key, workers in list(lambda_runtime._workers.items()):
            idle = [worker for worker in workers if now - worker.last_used >= IDLE_S and not _at_work(worker)]
            ended += idle
            kept = [worker for worker in workers if worker not in idle]
            if kept:
                lambda_runtime._workers[key] = kept
            else:
                del lambda_runtime._workers[key]
    lambda_runtime.kill_workers(ended)
    return len(ended)


def _at_work(worker: Worker) -> bool:
    """A call from a WebSocket isn't `in_use`, but holds the lock like every call."""
    return bool(worker.in_use or worker._lock.locked())


def one_process_each(acquire: Acquire) -> Acquire:
    """In place of MiniStack's `acquire_worker`: the process that a function has, else its first.

    MiniStack starts one more for each call that comes while others are at work, up to 50 MB each. Here such a call
    waits until they are done (Worker.invoke takes the process's lock). A function that calls itself and waits for
    the answer would wait for ever.
    """

    def acquired(name: str, config: dict[str, Any], code_zip: bytes, qualifier: str = "$LATEST") -> Acquired:
        while True:
            worker, how = acquire(name, config, code_zip, qualifier=qualifier, max_concurrency=1)
            if worker is not None:
                return worker, how
            with lambda_runtime._lock:  # it may have ended since
                for worker in lambda_runtime._workers.get(lambda_runtime._worker_key(name, config, qualifier), ()):
                    return worker, "reused"

    return acquired


def without_loop_detection(worker_script: str) -> str:
    """The program of a function's process, which then imports botocore only where the function does."""
    return worker_script.replace("    _ms_install_invoke_depth()\n", "")
