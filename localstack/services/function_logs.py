"""When a function's log of an invocation is complete: its process says so.

MiniStack looks each millisecond whether more comes, 50 times where nothing is logged; so much longer takes each
answer.
"""

from collections.abc import Callable
from typing import Any

from ministack.core.lambda_runtime import Worker

Choose = Callable[[dict[str, Any]], type[Worker]]

END_OF_LOG = "\x00end of log"
_TOLD = f"        print({END_OF_LOG!r}, file=sys.stderr, flush=True)\n"
_ANSWERED = "        _real_stdout.flush()\n\nrun()\n"  # where MiniStack's program of a process has answered


def with_end_of_log(worker_script: str) -> str:
    """The program of a function's process, which ends the log of each invocation. Raises ValueError when that
    program isn't the one this was made for."""
    if worker_script.count(_ANSWERED) != 1:
        raise ValueError("this version of MiniStack runs Python functions by another program")
    return worker_script.replace(_ANSWERED, _TOLD + _ANSWERED)


class LoggingWorker(Worker):  # type: ignore[misc]
    """A Python function's process, which runs that program."""

    def _read_stderr(self) -> None:
        """A process that ends in the midst of an invocation ends its log, too."""
        of_this_process = self._stderr_queue
        super()._read_stderr()
        of_this_process.put(END_OF_LOG)

    def _drain_stderr_bounded(self, *_waits: float) -> str:
        """The log of the invocation that has just been answered."""
        return "\n".join(iter(self._stderr_queue.get, END_OF_LOG))


def with_logging_workers(choose: Choose) -> Choose:
    """In place of MiniStack's `_worker_class_for`, which goes on to choose for other languages."""

    def chosen(config: dict[str, Any]) -> type[Worker]:
        return LoggingWorker if config.get("Runtime", "").startswith("python") else choose(config)

    return chosen
