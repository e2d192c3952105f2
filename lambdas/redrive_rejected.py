"""Lambda: feeds rejected records to process_events again. Started by `make redrive` (operations/redrive.py).

Event, all optional: `topic`, `reason`, `since_ms`, `until_ms` (redrive.Selection), `dry_run`, `after` (the
answer's, to go on), `bucket` and `prefix` (an OnFailure destination instead of our own bucket). Answers with a
RedriveReport.
"""

import json
import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
from aws_lambda_powertools import Logger
from botocore.config import Config

from live_viewers.intake.redrive import RedriveReport, Selection, redrive
from live_viewers.s3.redrive_objects import RedriveObjects
from live_viewers.settings import RedriveRejectedSettings

if TYPE_CHECKING:  # for types alone: the bundle has no stubs
    from mypy_boto3_lambda import LambdaClient

# Left at the end of an invocation: one of process_events may take its whole time.
_RESERVE_MS = 130_000
_CONFIG = Config(read_timeout=130, retries={"mode": "standard", "total_max_attempts": 1})

logger = Logger(service="redrive_rejected")


class ProcessingFailed(RuntimeError):
    """process_events failed on redriven records. They stay where they are."""


@cache
def _settings() -> RedriveRejectedSettings:
    return RedriveRejectedSettings.from_environ(os.environ)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One stretch of the work, as long as the invocation's time allows."""
    client = boto3.client("lambda", config=_CONFIG)
    objects = RedriveObjects(boto3.client("s3"), event.get("bucket") or _settings().rejected_bucket)
    report: RedriveReport = redrive(
        objects,
        lambda batch: invoke(client, _settings().process_events_function, batch),
        msgspec.convert(event, Selection),
        dry_run=bool(event.get("dry_run")),
        prefix=event.get("prefix"),
        after=event.get("after"),
        may_go_on=_enough_time(context),
    )
    answer: dict[str, Any] = msgspec.to_builtins(report)
    logger.info("redriven", extra={name: value for name, value in answer.items() if name != "after"})
    return answer


def invoke(client: "LambdaClient", function: str, batch: dict[str, Any]) -> None:
    """Have process_events take a batch. Raises ProcessingFailed."""
    answer = client.invoke(FunctionName=function, Payload=json.dumps(batch).encode())
    if "FunctionError" in answer:
        detail = json.loads(answer["Payload"].read() or b"{}")
        raise ProcessingFailed(f"process_events: {detail.get('errorType', 'failed')}")


def _enough_time(context: Any) -> Callable[[], bool]:
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return (lambda: remaining() > _RESERVE_MS) if remaining else (lambda: True)


# A variable that is missing or wrong shows when the function starts, not with its first event.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _settings()
