"""growth: what an event costs the function with ever more viewers, and with ever longer sessions.

Warm: the instance remembers the session from a batch before. Cold: it has to read and unpack it. An instance
remembers 20,000 sessions, so with more viewers than that it is cold always. The store answers at once, with a
session of the same content for whoever is asked for.
"""

import time
from collections.abc import Sequence
from random import Random
from typing import Any

from bench.event_set import BEGINS, ENDS_MS
from bench.figures import Bar, Figure, figure
from bench.function import Function, InstantCalls, quiet
from bench.lambda_events import parsed, payloads
from bench.services import Services
from live_viewers.dynamodb import tombstones
from live_viewers.dynamodb.items import Item, session_item
from live_viewers.dynamodb.live_key import LivePlaces
from live_viewers.dynamodb.writing.session_writer import SESSIONS_KNOWN
from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_codec import pack, unpack
from live_viewers.wire import DecodeSettings, decode

RUNS = 5
# A batch has as many sessions and events each at any size: 500 viewers with 4 events.
VIEWERS_A_BATCH, EVENTS_A_VIEWER = 500, 4
BATCHES_A_RUN = 8
_SETTINGS = DecodeSettings(frozenset())


class _OneSession(InstantCalls):
    """Has a session of every viewer, all with the same content."""

    def __init__(self, session: MediaSession) -> None:
        super().__init__()
        self._item = session_item(
            session,
            status="WATCHING_VIDEO",
            live_until_ms=ENDS_MS,
            now_ms=ENDS_MS,
            places=LivePlaces("secret", 8),
            retention_days=90,
        )

    def read_sessions(self, keys: Sequence[Item]) -> list[Item]:
        return [{**self._item, **key} for key in keys if key["sk"]["S"] != tombstones.SORT_KEY]


class _Viewers:
    """`count` viewers of an instance whose memory has filled."""

    def __init__(self, count: int, warm: bool) -> None:
        event = decode(_value(0, 0), _SETTINGS)
        if event is None:
            raise AssertionError("not a media event")
        self._function = Function(_OneSession(fold([event])), "instant", ENDS_MS)
        self._warm = warm
        self._rng = Random(1)
        self._asked = range(count) if count <= SESSIONS_KNOWN else range(SESSIONS_KNOWN, count)
        self._batches = 0
        known = range(min(count, SESSIONS_KNOWN))
        for at in range(0, len(known), VIEWERS_A_BATCH):
            self._function(_batch(known[at : at + VIEWERS_A_BATCH], 0))

    def run(self) -> float:
        """CPU microseconds an event."""
        batches = []
        for _ in range(BATCHES_A_RUN):
            self._batches += 1
            batches.append(_batch(self._rng.sample(self._asked, VIEWERS_A_BATCH), self._batches))
        if not self._warm:
            self._forget()
        started = time.process_time()
        for batch in batches:
            self._function(batch)
            if not self._warm:
                self._forget()
        return (time.process_time() - started) / (BATCHES_A_RUN * VIEWERS_A_BATCH * EVENTS_A_VIEWER) * 1e6

    def _forget(self) -> None:
        self._function.sessions._known.clear()


def growth(_: Services) -> list[Figure]:
    figures = []
    with quiet():
        warm = _in_turn((1_000, 10_000), warm=True)
        cold = _in_turn((1_000, 10_000, 100_000, 1_000_000), warm=False)
    for name, found in (("warm", warm), ("cold", cold), ("session_age", _of_ages())):
        medians = {f"at_{count}": sorted(runs)[len(runs) // 2] for count, runs in found.items()}
        smallest = found[min(found)]
        worst = [max(run / base for run in runs) for base, *runs in zip(smallest, *found.values(), strict=True)]
        figures.append(figure(f"growth_{name}", "x the smallest", worst, bar=Bar(most=1.1), unit_us=str(medians)))
    return figures


def _in_turn(counts: Sequence[int], warm: bool) -> dict[int, list[float]]:
    """The runs of each number of viewers, one of each at a time: a slow minute of the machine slows all."""
    viewers = {count: _Viewers(count, warm) for count in counts}
    runs = [{count: each.run() for count, each in viewers.items()} for _ in range(RUNS)]
    return {count: [run[count] for run in runs] for count in counts}


def _batch(viewers: Sequence[int], number: int) -> dict[str, Any]:
    events = [
        (f"viewer-{viewer:07d}", _value(viewer, number * EVENTS_A_VIEWER + each))
        for viewer in viewers
        for each in range(EVENTS_A_VIEWER)
    ]
    return parsed(payloads(events))[0]


def _value(viewer: int, number: int) -> bytes:
    at = f"{BEGINS:%Y-%m-%dT%H}:{number // 60 % 60:02d}:{number % 60:02d}.000Z"
    return (
        f'{{"collector_tstamp":"{at}","event_id":"e-{viewer}-{number}","event_name":"ping_event",'
        f'"viewer_id":"viewer-{viewer:07d}","adsClicked":0,"adsSkipped":0,"adId":0,"video_ts":{number}}}'
    ).encode()


def _of_ages() -> dict[int, list[float]]:
    """CPU microseconds to join a ping to a session of so many events and pack it, the session unpacked before."""
    found = {}
    for age in (10, 1_000, 100_000):
        session = fold(_ping(number) for number in range(age))
        packed = pack(session)
        runs = []
        for _ in range(RUNS):
            started = time.process_time()
            for number in range(500):
                older = unpack("viewer", "session", packed, 1, None)
                older.add(_ping(age + number))
                pack(older)
            runs.append((time.process_time() - started) / 500 * 1e6)
        found[age] = runs
    return found


def _ping(number: int) -> MediaEvent:
    at = ENDS_MS + number * 100
    return MediaEvent(
        viewer_id="viewer",
        session_id="session",
        kind=EventKind.PING,
        event_id=f"e-{number}",
        event_time_ms=at,
        order_time_ms=at,
        collector_time_ms=at,
        position_s=number / 10,
    )
