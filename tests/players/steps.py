"""A golden story of a real player: its records, and what a person at the screen saw at each of its events."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from live_viewers.events.media_event import MediaEvent
from live_viewers.events.order_key import order_key
from live_viewers.session.media_session import MediaSession
from live_viewers.wire import DecodeSettings, Unreadable, decode

FOLDER = Path(__file__).resolve().parent
STORIES = sorted(path.stem for path in FOLDER.glob("*.tsv"))
# Events so near to each other are one moment: a player that starts says play, buffer_start and buffer_end at once.
_ONE_MOMENT_MS = 60
_SOON_MS = 30  # what a moment leaves on the screen


def events_of(records: Iterable[bytes]) -> list[MediaEvent]:
    """The media events of some records in their order, what can't be read left out."""
    events = []
    for record in records:
        try:
            event = decode(record, DecodeSettings()) if record else None
        except Unreadable:
            continue
        if event is not None:
            events.append(event)
    return sorted(events, key=order_key)


def story_events(story: str) -> list[MediaEvent]:
    """The media events of a golden story."""
    return events_of((FOLDER / f"{story}.tsv").read_bytes().split(b"\n"))


def expected(story: str) -> dict[str, Any]:
    """What is right for a golden story: `steps`, `played`, and what else its file says."""
    data: dict[str, Any] = json.loads((FOLDER / f"{story}.json").read_text())
    return data


def keep(story: str, records: bytes, right: dict[str, Any]) -> None:
    """Write the two files of a story, one step a line."""
    lists = [[name, json.dumps(value, ensure_ascii=False)] for name, value in right.items() if name != "steps"]
    steps = ",\n  ".join(json.dumps(step, ensure_ascii=False) for step in right["steps"])
    head = "".join(f' "{name}": {text},\n' for name, text in lists)
    (FOLDER / f"{story}.tsv").write_bytes(records)
    (FOLDER / f"{story}.json").write_text(f'{{\n{head} "steps": [\n  {steps}\n ]\n}}\n')


def folded(events: Iterable[MediaEvent]) -> list[MediaSession]:
    """The sessions of some events, in the order in which they began."""
    sessions: dict[str, MediaSession] = {}
    for event in events:
        sessions.setdefault(event.session_id, MediaSession(event.viewer_id, event.session_id)).add(event)
    return list(sessions.values())


def moments(events: Sequence[MediaEvent]) -> list[list[MediaEvent]]:
    """Events in order, those of one moment together."""
    grouped: list[list[MediaEvent]] = []
    for event in events:
        if grouped and event.order_time_ms - grouped[-1][-1].order_time_ms <= _ONE_MOMENT_MS:
            grouped[-1].append(event)
        else:
            grouped.append([event])
    return grouped


def draft(records: Iterable[bytes], statuses: Sequence[tuple[int, str]]) -> list[list[Any]]:
    """[seconds, events, status seen] for each moment of a capture. To be read by a person before it is kept."""
    events = events_of(records)
    steps = []
    for moment in moments(events):
        until = moment[-1].order_time_ms + _SOON_MS
        seen = [status for time_ms, status in statuses if time_ms <= until]
        since = (moment[0].order_time_ms - events[0].order_time_ms) / 1000
        steps.append([round(since, 2), " ".join(one.kind.name.lower() for one in moment), seen[-1]])
    return steps
