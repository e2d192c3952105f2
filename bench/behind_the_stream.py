"""project_changes_*, push_updates_idle: CPU of the stream's consumers for a change, beside the bare decode.

The handlers as Lambda calls them, with the real client, beside a store of AWS's latency; its time is not counted.
Sessions have the default dimensions. A viewer who begins has a new title, too: nothing that an instance might
remember helps. Whose profile is rewritten has one session, or two (`rewrite_of_two`), which are read.
"""

import itertools
import json
import os
import tempfile
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from bench.audience_units import dimensions_of
from bench.calibration import bare_decode_us
from bench.event_set import ENDS_MS
from bench.figures import Bar, Figure, figure, measured, ratio
from bench.function import quiet
from bench.services import Services
from live_viewers.ads.ad_view import AdsOfViewer
from live_viewers.dynamodb.tables.profiles_table import profile_to_item
from live_viewers.profile.projection import needs_rewrite, summary_of
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_change import SessionChange, SessionImage
from tests.stories import copy_of, session_item, stream_event
from tests.viewing import pause, ping, play

RUNS = 5
CHANGES = 500
TITLES = 20
_BASE_S = ENDS_MS / 1000 - 1_795_518_000  # so that all of it happens now, on the clock of tests.viewing
# The bars: multiples of the bare decode, by DESIGN: 0.5, 0.1, 0.6 and 0.05 ms where that takes 2 us.
_DIMENSIONS = dimensions_of(300, Random(1))
_FAR = len(_DIMENSIONS) * 100_000  # a viewer so far on has the same dimensions
BARS = {"new": 250.0, "ping": 50.0, "rewrite": 300.0, "rewrite_of_two": 300.0, "push_updates_idle": 25.0}


def behind_the_stream(services: Services) -> list[Figure]:
    """CPU microseconds a change: of new viewers, of pings that rewrite no profile item, of changes that do."""
    stories: dict[str, Callable[[int, int], SessionChange]] = {
        "new": _begins,
        "ping": _pings,
        "rewrite": _pauses,
        "rewrite_of_two": _pauses,
    }
    sequence = itertools.count(1)
    figures = []
    with tempfile.TemporaryDirectory() as temporary:
        os.environ.update(_environment(_store(services, Path(temporary))))
        import project_changes
        import push_updates

        for name, story in stories.items():
            handler = lambda event: project_changes.handler(event, _Context())  # noqa: E731
            if name.startswith("rewrite"):
                others = [_playing(0, "Title 0"), *([_playing(1, "Title 1")] if name == "rewrite_of_two" else [])]
                os.environ.update(_environment(_store(services, Path(temporary), others)))
                project_changes._parts.cache_clear()
            us, bare = _runs(handler, story, sequence)
            figures.append(figure(f"project_changes_{name}", "us/change", us, bare))
            figures.append(ratio(f"project_changes_{name}_over_bare_decode", us, bare, Bar(most=BARS[name])))
        us, bare = _runs(lambda event: push_updates.handler(event, _Context()), _pings, sequence)
        figures.append(figure("push_updates_idle", "us/change", us, bare))
        figures.append(ratio("push_updates_idle_over_bare_decode", us, bare, Bar(most=BARS["push_updates_idle"])))
    return figures


def _store(services: Services, folder: Path, sessions: Sequence[MediaSession] = ()) -> str:
    """The endpoint of a store in which every viewer has these sessions, and a profile item of them."""
    answers: dict[str, Any] = {}
    if sessions:
        found = [_as_json(session_item(session)) for session in sessions]
        answers["query"] = {"Items": found, "Count": len(found)}
        for number, session in enumerate(sessions):
            session.session_id += f"-{number}" if number else ""
        summary = summary_of(fold_profile(sessions, ENDS_MS, ads=AdsOfViewer()))
        answers["profile"] = profile_to_item(sessions[0].viewer_id, summary, 1, ENDS_MS // 1000)
    path = folder / f"answers-{len(sessions)}.json"
    path.write_text(json.dumps(answers))
    return services.aws_like_store(answers=path).endpoint


class _Context:
    def get_remaining_time_in_millis(self) -> int:
        return 120_000


def _runs(
    handler: Callable[[dict[str, Any]], object],
    story: Callable[[int, int], SessionChange],
    sequence: "itertools.count[int]",
) -> tuple[list[float], list[float]]:
    ours, bare = [], []
    with quiet():
        for run in range(-1, RUNS):  # the first warms connections and threads up
            changes = [story(next(sequence), (run + 1) * CHANGES + number) for number in range(CHANGES)]
            event = json.loads(json.dumps(stream_event(changes, shard=1)))
            with measured() as elapsed:
                handler(event)
            if run >= 0:
                ours.append(elapsed.cpu_s / CHANGES * 1e6)
                bare.append(bare_decode_us())
    return ours, bare


def _playing(number: int, label: str) -> MediaSession:
    dimensions = _DIMENSIONS[number % len(_DIMENSIONS)]
    session = fold([play(at=_BASE_S - 60, viewer_id=f"viewer-{number}", label=label, dimensions=dimensions)])
    session.version = 1
    return session


def _with(session: MediaSession, event: Any) -> MediaSession:
    later = copy_of(session)
    later.add(event)
    later.version = session.version + 1
    return later


def _change(sequence: int, old: MediaSession | None, new: MediaSession) -> SessionChange:
    return SessionChange(
        sequence,
        new.viewer_id,
        new.session_id,
        None if old is None else SessionImage.of(old),
        SessionImage.of(new),
        created_ms=ENDS_MS,
    )


def _begins(sequence: int, number: int) -> SessionChange:
    return _change(sequence, None, _playing(number, f"A title of its own, number {number}"))


def _pings(sequence: int, number: int) -> SessionChange:
    """Of a viewer whose profile item isn't rewritten with it: a ping in sixteen renews that one's lease."""
    for twin in itertools.count():
        old = _playing(number + twin * _FAR, f"Title {number % TITLES}")
        tokens = old.dimensions.tokens
        event = ping(at=_BASE_S - 30, viewer_id=old.viewer_id, label=old.title, dimensions=tokens)
        change = _change(sequence, old, _with(old, event))
        if not needs_rewrite(change):
            return change
    raise AssertionError


def _pauses(sequence: int, number: int) -> SessionChange:
    old = _playing(number, f"Title {number % TITLES}")
    tokens = old.dimensions.tokens
    event = pause(at=_BASE_S - 30, viewer_id=old.viewer_id, label=old.title, dimensions=tokens)
    return _change(sequence, old, _with(old, event))


def _as_json(item: dict[str, Any]) -> dict[str, Any]:
    return {name: {"B": b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()}


def _environment(endpoint: str) -> dict[str, str]:
    return {
        "STAGE": "bench",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "VIEWER_PROFILES_TABLE": "instant",
        "AUDIENCE_TABLE": "instant",
        "TOMBSTONE_SECRET": "secret",
        "SOCKETS_TABLE": "instant",
        "SOCKET_ENDPOINT": endpoint,
    }
