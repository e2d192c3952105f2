"""MiniStack, with what its version lacks for this product: stream records of PartiQL writes, logs, and caution.

DynamoDB writes a stream record for every change of an item, whichever call made it. MiniStack 1.5.33 does so for
all calls but the PartiQL ones, by which sessions are written, and then nothing behind the stream would ever run.
`test_ministack_streams` holds that, and says when it is no longer needed.

Where FUNCTION_LOGS names a folder, what functions log is written there too, into one file a handler's module.

It keeps in memory a log stream of each invocation for as long as it runs, and each record of a table's stream for
a day; a demo that is left on would grow and grow. Both are cut short.

It keeps a process of each function for good, starts more for calls that come together, and has each import
botocore (10 MB), by which it finds functions that call themselves for ever. Here a function has one process, which
ends when nobody has called it for a while, and imports what the function needs (little_memory).

It reads long descriptions of services to find out by which protocol they answer: here only their heads
(service_models).

It takes long to see that a function has logged all, and checks the same expressions with each request. Here the
first is told (function_logs), the second remembered.

MiniStack answers any Host and Origin and checks no signature, so that a page of any site, in a browser on this
machine, could make a function and run it here: such requests are refused (loopback_only).

Run in place of `python -m ministack`.
"""

import copy
import logging
import os
import sys
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import islice
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import ministack.app
from ministack.core import lambda_runtime, responses
from ministack.services import cloudwatch_logs, dynamodb, lambda_svc

sys.path.append(str(Path(__file__).resolve().parents[1]))  # at its end: what is installed goes before our names
from services.function_logs import with_end_of_log, with_logging_workers
from services.little_memory import one_process_each, reap_idle, without_loop_detection
from services.loopback_only import LoopbackOnly
from services.service_models import with_little_of_models

LOG_STREAMS_KEPT = 50  # a function; each invocation writes one, and the files of FUNCTION_LOGS have them all
STREAM_RECORDS_KEPT_S = 120  # nothing on a laptop reads that far behind; AWS keeps a day

Table = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]


def key_of(table: Table, parsed: dict[str, Any]) -> tuple[Any, Any] | None:
    """Where in the emulator's table the statement's item lies."""
    if parsed["op"] == "INSERT":
        item = parsed.get("item", {})
        item = item["M"] if set(item) == {"M"} else item
        names = (table["pk_name"], table["sk_name"])
        return tuple(dynamodb._extract_key_val(item.get(name)) for name in names)
    pk, sk, _condition, problem = dynamodb._partiql_key_target(table, parsed)
    return None if problem else (pk, sk)


def with_stream_record(write: Callable[..., Answer]) -> Callable[..., Answer]:
    def written(table: Table, parsed: dict[str, Any], *rest: Any) -> Answer:
        key = key_of(table, parsed)
        before = copy.deepcopy(item_at(table, key))
        answer = write(table, parsed, *rest)
        after = item_at(table, key)
        if answer[0] == 200 and before != after:
            kind = "REMOVE" if after is None else "INSERT" if before is None else "MODIFY"
            dynamodb._emit_stream_event(table["TableName"], kind, before, copy.deepcopy(after))
        return answer

    return written


def item_at(table: Table, key: tuple[Any, Any] | None) -> dict[str, Any] | None:
    if key is None:
        return None
    found: dict[str, Any] | None = table["items"].get(key[0], {}).get(key[1])
    return found


def with_few_log_streams(emit: Callable[..., None]) -> Callable[..., None]:
    def emitted(*arguments: Any, **named: Any) -> None:
        emit(*arguments, **named)
        for group in cloudwatch_logs._log_groups.values():
            streams = group["streams"]
            for oldest in list(islice(streams, max(0, len(streams) - LOG_STREAMS_KEPT))):
                streams.pop(oldest, None)  # invocations run side by side

    return emitted


def with_log_file(emit: Callable[..., None], folder: Path) -> Callable[..., None]:
    def emitted(function: dict[str, Any], request_id: str, text: str, *rest: Any, **named: Any) -> None:
        emit(function, request_id, text, *rest, **named)
        if text:
            handler = (function.get("config") or function).get("Handler", "function")
            file_logger(folder / f"{handler.partition('.')[0]}.log").info(text.rstrip("\n"))

    return emitted


@cache
def file_logger(path: Path) -> logging.Logger:
    """Writes lines as they are: 20 MB, and the 20 MB before them in a second file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger(f"function.{path.stem}")
    logger.addHandler(RotatingFileHandler(path, maxBytes=20_000_000, backupCount=1, errors="replace"))
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


def remembering(check: Callable[[str, dict[str, str]], str | None]) -> Callable[[str, dict[str, str]], str | None]:
    """A check of an expression and its names' placeholders, made once for each: a program has few of them."""
    checked = lru_cache(lambda expression, names: check(expression, dict(names)))
    return lambda expression, names: checked(expression, tuple((names or {}).items()))


if __name__ == "__main__":
    for name in ("_partiql_insert", "_partiql_update", "_partiql_delete"):
        setattr(dynamodb, name, with_stream_record(getattr(dynamodb, name)))
    dynamodb._STREAM_RETENTION_SECONDS = STREAM_RECORDS_KEPT_S
    lambda_svc._emit_lambda_logs = with_few_log_streams(lambda_svc._emit_lambda_logs)
    if folder := os.environ.get("FUNCTION_LOGS"):
        lambda_svc._emit_lambda_logs = with_log_file(lambda_svc._emit_lambda_logs, Path(folder))
    lambda_svc.reap_idle_workers = reap_idle
    lambda_svc.acquire_worker = one_process_each(lambda_svc.acquire_worker)
    lambda_runtime._PYTHON_WORKER_SCRIPT = with_end_of_log(
        without_loop_detection(lambda_runtime._PYTHON_WORKER_SCRIPT)
    )
    lambda_runtime._worker_class_for = with_logging_workers(lambda_runtime._worker_class_for)
    dynamodb._condition_syntax_error = lru_cache(dynamodb._condition_syntax_error)
    dynamodb._projection_overlap_error = remembering(dynamodb._projection_overlap_error)
    responses._service_model = with_little_of_models(responses._service_model, responses._BOTOCORE_NAME)
    sys.argv[0] = "ministack"
    ministack.app.app = LoopbackOnly(ministack.app.app)
    ministack.app.main()
