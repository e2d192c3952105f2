"""What someone with a tracker can send, made to hurt: seeded, so that a failure can be made again.

Every kind yields records as the topic would hold them, (key, value), in viewer JSON, the compact format. The ids
of attackers begin with `evil`, but for those that are attacks themselves.
"""

import itertools
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any
from zlib import crc32

Record = tuple[str, bytes]
Attack = Callable[[Random, int], Iterator[Record]]  # of a seed and the time now, epoch ms

GREATEST_IN_IGLU = 2_147_483_647
GREATEST_IN_JSON = 9_007_199_254_740_991


def event(viewer_id: str, now_ms: int, rng: Random, **fields: Any) -> Record:
    """A play of the viewer now, with whatever else."""
    body = {
        "collector_tstamp": _time(now_ms),
        "derived_tstamp": _time(now_ms),
        "event_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "event_name": "play_event",
        "viewer_id": viewer_id,
        "media_session_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "player": {"currentTime": 1, "paused": False, "ended": False, "duration": 600, "label": "A film"},
        "session": {"mediaSessionId": "-", "pingInterval": 10},
        **fields,
    }
    return viewer_id, json.dumps(body).encode()


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def at_one_place_of_an_unkeyed_index(rng: Random, now_ms: int) -> Iterator[Record]:
    """Ids whose crc32 is alike in the bits that an index might spread them by."""
    for number in itertools.count():
        viewer, session = f"evil-{number}", str(uuid.UUID(int=rng.getrandbits(128), version=4))
        place = crc32(f"{viewer}\0{session}".encode())
        if place % 8 == 0 and (place >> 16) % 600 < 8:
            yield event(viewer, now_ms, rng, media_session_id=session)


def numbers_beyond_reason(rng: Random, now_ms: int) -> Iterator[Record]:
    """Durations, positions, intervals and counters at the ends of their ranges, and beyond."""
    great = (GREATEST_IN_IGLU, GREATEST_IN_JSON, 1e308, -1, 2**63, 65_535, 0)
    for number in itertools.count():
        one, other, third = (rng.choice(great) for _ in range(3))
        yield event(
            f"evil-number-{number % 40}",
            now_ms,
            rng,
            event_name=rng.choice(("ad_start_event", "play_event", "ping_event", "pause_event")),
            player={"currentTime": one, "paused": False, "ended": False, "duration": other, "volume": third},
            session={"mediaSessionId": "-", "pingInterval": one, "timePlayed": other, "ads": third},
            ad={"adId": "ad", "duration": other},
            ad_break={"breakId": "b", "startTime": third},
        )


def one_viewer_with_many_sessions(rng: Random, now_ms: int) -> Iterator[Record]:
    """A viewer whose every event begins another session."""
    while True:
        yield event("evil-many-sessions", now_ms, rng)


def new_titles(rng: Random, now_ms: int) -> Iterator[Record]:
    """Every event a title that nobody has heard of."""
    for number in itertools.count():
        player = {"currentTime": 1, "paused": False, "ended": False, "label": f"{rng.random()} " * 100}
        yield event(f"evil-title-{number % 100}", now_ms, rng, player=player)


def from_the_future(rng: Random, now_ms: int) -> Iterator[Record]:
    """Just as far ahead of the collector's clock as is still believed, and further."""
    for number in itertools.count():
        ahead = rng.choice((290_000, 310_000, 86_400_000, 10**11))
        yield event(
            f"evil-future-{number % 20}", now_ms, rng, derived_tstamp=_time(min(now_ms + ahead, 9 * 10**12))
        )


def ids_that_look_like_paths(rng: Random, now_ms: int) -> Iterator[Record]:
    """Routes of the API, what gateways decode, other scripts' direction marks, and the longest id in emoji."""
    ids = (
        *(
            "batch-get",
            "bob/sessions",
            "bob/erasure",
            "alice?x",
            "alice%25",
            "..",
            "%2e%2e",
            "a/b",
            "~",
            "~YWxpY2U",
        ),
        *(
            "\u202etxt.exe",
            "ali\u200bce",
            "😀" * 128,
            "<img src=x onerror=alert(1)>",
            "' OR 1=1 --",
            "ALL",
            "erased#x",
        ),
    )
    while True:
        yield event(rng.choice(ids), now_ms, rng)


def what_can_not_be_read(rng: Random, now_ms: int) -> Iterator[Record]:
    """Cut, nested, empty, binary."""
    key, whole = event("evil-rejected", now_ms, rng)
    while True:
        yield (
            key,
            rng.choice(
                (
                    whole[: rng.randrange(len(whole))],
                    b'{"event_name":' + b"[" * 5_000,
                    b"\t" * rng.randrange(200),
                    rng.randbytes(300),
                    b"{}",
                )
            ),
        )


def long_texts(rng: Random, now_ms: int) -> Iterator[Record]:
    """Texts of the greatest length that Iglu allows, and of 100 KB where it names none."""
    for number in itertools.count():
        yield event(
            f"evil-text-{number % 20}",
            now_ms,
            rng,
            player={
                "currentTime": 1,
                "paused": False,
                "ended": False,
                "label": "😀" * 4096,
                "quality": "q" * 4096,
            },
            session={"mediaSessionId": "-", "startedAt": "2026-01-01T00:00:00" + "0" * 100_000},
        )


def a_timeline_without_end(rng: Random, now_ms: int) -> Iterator[Record]:
    """One session that does something new a thousand times a second."""
    names = ("seek_start_event", "seek_end_event", "pause_event", "play_event", "error_event")
    while True:
        yield event("evil-timeline", now_ms, rng, media_session_id="evil", event_name=rng.choice(names))


ATTACKS: Mapping[str, Attack] = {
    attack.__name__: attack
    for attack in (
        at_one_place_of_an_unkeyed_index,
        numbers_beyond_reason,
        one_viewer_with_many_sessions,
        new_titles,
        from_the_future,
        ids_that_look_like_paths,
        what_can_not_be_read,
        long_texts,
        a_timeline_without_end,
    )
}


def hostile_records(seed: int, now_ms: Callable[[], int]) -> Iterator[Record]:
    """All kinds, each some of the time alone and the rest mixed at random, without end."""
    rng = Random(seed)
    running = {name: attack(rng, now_ms()) for name, attack in ATTACKS.items()}
    while True:
        for attack in running.values():
            yield from itertools.islice(attack, 20)
        for _ in range(20 * len(running)):
            yield next(rng.choice(list(running.values())))
