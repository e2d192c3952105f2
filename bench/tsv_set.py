"""Enriched TSV lines of many viewers, about 1,750 bytes each: golden lines of the real tracker with ads, seeks,
buffering and pings, each viewer's with ids and times of its own."""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import NamedTuple

from bench.event_set import BEGINS, EVERY_S
from bench.services import ROOT
from live_viewers.wire import DecodeSettings, decode
from live_viewers.wire.tsv_columns import COLUMN

GOLDEN = ("web_ad_breaks.tsv", "web_seeks_and_buffering.tsv", "web_signed_in.tsv")
_TIMES = ("collector_tstamp", "derived_tstamp", "dvce_created_tstamp")


class _Template(NamedTuple):
    columns: list[bytes]
    session_id: bytes


def tsv_events(viewers: int = 250, events_each: int = 80, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """(viewer id, line), in the order of their time."""
    rng = Random(seed)
    templates = list(_templates())
    sessions = [str(uuid.UUID(int=rng.getrandbits(128), version=4)).encode() for _ in range(viewers)]
    for number in range(events_each):
        template = templates[number % len(templates)]
        at = f"{BEGINS + timedelta(seconds=number * EVERY_S):%Y-%m-%d %H:%M:%S}.123".encode()
        for viewer in range(viewers):
            columns = template.columns.copy()
            for name in _TIMES:
                columns[COLUMN[name]] = at
            columns[COLUMN["user_id"]] = f"viewer-{viewer:06d}".encode()
            columns[COLUMN["event_id"]] = str(uuid.UUID(int=rng.getrandbits(128), version=4)).encode()
            contexts = columns[COLUMN["contexts"]].replace(template.session_id, sessions[viewer])
            columns[COLUMN["contexts"]] = contexts
            yield f"viewer-{viewer:06d}", b"\t".join(columns)


def _templates() -> Iterator[_Template]:
    """The golden lines that are media events of a media session."""
    settings = DecodeSettings(frozenset())
    for name in GOLDEN:
        for line in (ROOT / "tests" / "events" / name).read_bytes().splitlines():
            event = decode(line, settings)
            columns = line.split(b"\t")
            if event is not None and not event.session_is_synthetic:
                json.loads(columns[COLUMN["contexts"]])
                yield _Template(columns, event.session_id.encode())
