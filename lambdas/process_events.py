"""Lambda: a batch of Kafka records -> media sessions and their timelines. The hot path, from end to end.

A batch is decoded record by record, sorted by session, and merged into the store. What can't be
taken in is kept aside with its reason. When the store fails the invocation fails, and Kafka delivers the batch
again; merging is idempotent, so nothing is lost and nothing is applied twice (docs/failure-rules.md).
"""

import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from live_viewers.collecting import collect_rarely
from live_viewers.deadline import time_left_ms
from live_viewers.dynamodb.transport import Transport
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.intake.arrivals import Arrivals, decode_batch
from live_viewers.intake.batch_report import report_batch
from live_viewers.intake.kafka_event import records_of
from live_viewers.intake.rejected import RejectedStore, rejected_objects, rejected_record
from live_viewers.intake.store import Refused, SessionStore
from live_viewers.s3.rejected_objects import RejectedObjects
from live_viewers.settings import ProcessEventsSettings
from live_viewers.stage_file import read_stage_file
from live_viewers.wire import DecodeSettings, RejectReason
from live_viewers.wire.stage_paths import StagePaths

# A release that can't handle this share of a batch's media events is broken: better to stop than to reject them.
BAD_RELEASE_SHARE = 0.2
BAD_RELEASE_EVENTS = 50
_OURS = frozenset((RejectReason.INTERNAL_ERROR, RejectReason.UNSTORABLE, RejectReason.DAMAGED))

logger = Logger(service="process_events")


class BadRelease(RuntimeError):
    """Too many records failed by a fault of ours. None of them is rejected: the batch is delivered again."""


@cache
def settings() -> ProcessEventsSettings:
    return ProcessEventsSettings.from_environ(os.environ)


@cache
def decoding() -> DecodeSettings:
    stage = read_stage_file()
    return DecodeSettings(settings().placeholders, StagePaths(stage.dimensions, stage.media_id_from))


@cache
def session_store() -> SessionStore:
    calls = Calls(Transport.from_environ(os.environ), settings().viewer_profiles_table)
    return SessionWriter(calls, settings(), read_stage_file().pinned_titles)


@cache
def rejected_store() -> RejectedStore:
    return RejectedObjects(_s3, settings().rejected_bucket)


def _s3() -> Any:
    import botocore.session  # most instances never reject a record, and importing it takes longer than a batch

    return botocore.session.Session().create_client("s3")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def handler(event: dict[str, Any], context: Any) -> None:
    """`event` is AWS's Kafka event (kafka_event). Returns when every record is in the store, or kept aside."""
    process(event, settings(), decoding(), session_store(), rejected_store(), now_ms, time_left_ms(context))


def process(
    event: dict[str, Any],
    settings: ProcessEventsSettings,
    decoding: DecodeSettings,
    sessions: SessionStore,
    rejected: RejectedStore,
    clock_ms: Callable[[], int],
    time_left_ms: Callable[[], int],
) -> None:
    """The way of a batch. Raises StoreUnavailable or BadRelease: then the batch has to come again."""
    arrivals = decode_batch(records_of(event), decoding)
    _stop_bad_release(arrivals, arrivals.refused)
    written = sessions.write(list(arrivals.parts.values()), clock_ms, time_left_ms)
    refused = arrivals.refused + written.refused
    _stop_bad_release(arrivals, refused)
    if refused:
        rejected.keep(rejected_objects(map(rejected_record, refused)))
    report_batch(logger, event, arrivals, written, refused, settings.stage, clock_ms())


def _stop_bad_release(arrivals: Arrivals, refused: list[Refused]) -> None:
    faults = sum(1 for each in refused if each.reason in _OURS)
    media_events = arrivals.decoded + sum(1 for each in arrivals.refused if each.reason in _OURS)
    if faults >= BAD_RELEASE_EVENTS and faults > BAD_RELEASE_SHARE * media_events:
        raise BadRelease(f"{faults} of {media_events} media events failed by a fault of this release")


collect_rarely()

# A variable or a stage file that is missing or wrong shows when the function starts, not with its first event.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    decoding()
    session_store()
