"""MiniStack's functions with less memory: each has a process, and most of them wait most of the time."""

import time

from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker

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


def without_loop_detection(worker_script: str) -> str:
    """The program of a function's process, which then imports botocore only where the function does."""
    return worker_script.replace("    _ms_install_invoke_depth()\n", "")
