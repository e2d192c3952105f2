"""The bare decode: what the machine takes, in this very minute, to make builtins of the bench's own events.

Machines of one kind differ threefold in a day, so a time alone says little. Every bar on a time is a ratio to this
(or to something else measured in turn with it), and each figure keeps the bare decode beside it.
"""

import time
from functools import cache

import msgspec

from bench.event_set import viewer_json_events
from bench.tsv_set import tsv_events


@cache
def json_values() -> list[bytes]:
    """Some of the bench's viewer JSON."""
    return [value for _, value in viewer_json_events(viewers=500, events_each=20)]


@cache
def tsv_lines() -> list[bytes]:
    """Some of the bench's enriched TSV lines."""
    return [value for _, value in tsv_events(viewers=100, events_each=30)]


def decode_json(values: list[bytes]) -> None:
    """To builtins, each by itself, with the fastest JSON parser that Python has."""
    decode = msgspec.json.Decoder().decode
    for value in values:
        decode(value)


def split_tsv(lines: list[bytes]) -> None:
    """To the text of all its columns."""
    for line in lines:
        line.decode().split("\t")


def bare_decode_us(runs: int = 3) -> float:
    """CPU microseconds of the bare decode of one viewer JSON event; the best of some runs."""
    values = json_values()
    found = []
    for _ in range(runs):
        started = time.process_time()
        decode_json(values)
        found.append((time.process_time() - started) / len(values) * 1e6)
    return min(found)
