"""The bare decode: what the machine takes, in this very minute, to make builtins of the bench's own events.

Machines of one kind differ threefold in a day, so a time alone says little. Every bar on a time is a ratio to
this, or to something else measured in turn with it, and the results keep the bare decode of their minute.
"""

import time
from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec

from bench.event_set import viewer_json_events
from bench.lambda_events import parsed, payloads

_RUNS = 3


@cache
def _batches() -> list[dict[str, Any]]:
    return parsed(payloads(list(viewer_json_events(viewers=500, events_each=20))))


def decode_bare(batches: Iterable[dict[str, Any]]) -> None:
    """The records of some batches of JSON: base64, then builtins. Any consumer does at least this."""
    decode = msgspec.json.Decoder().decode
    for value in values_of(batches):
        decode(value)


def values_of(batches: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The values as the standard library decodes them: a yardstick that none of our own gains makes shorter, and
    which is what it was in earlier results."""
    for batch in batches:
        for record in _records_of(batch):
            yield a2b_base64(record["value"])


def _records_of(batch: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for records in batch["records"].values():
        yield from records


def bare_decode_us() -> float:
    """CPU microseconds of the bare decode of one viewer JSON event; the best of some runs."""
    batches: Sequence[dict[str, Any]] = _batches()
    count = sum(1 for batch in batches for _ in _records_of(batch))
    found = []
    for _ in range(_RUNS):
        started = time.process_time()
        decode_bare(batches)
        found.append((time.process_time() - started) / count * 1e6)
    return min(found)
