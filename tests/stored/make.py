"""Makes the golden bytes of the newest version, once: `make seal`.

It refuses to write into a folder that exists: what a release stored is never made again by a later one. Until a
version is sealed the unit tests make it anew each time, and read it as they read the sealed ones.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from live_viewers.ads.ad_tokens import tokens_of
from live_viewers.api.cursors import make_cursor
from live_viewers.api.viewers import SessionPosition
from live_viewers.audience.counting import Addition
from live_viewers.audience.counts import STATUS_LETTERS, block_of
from live_viewers.audience.history import Hour, Watching
from live_viewers.audience.made_once import COUNTERS
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.audience.subjects import Subject
from live_viewers.dynamodb import ad_items, items
from live_viewers.dynamodb.live_key import LivePlaces
from live_viewers.dynamodb.tables import incident_items
from live_viewers.dynamodb.tables.audience_table import AudienceTable
from live_viewers.dynamodb.tables.history_table import HistoryTable
from live_viewers.dynamodb.tables.profiles_table import profile_to_item
from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent, Player, SessionTotals
from live_viewers.events.order_key import order_key, order_prefix
from live_viewers.events.title import title_and_id
from live_viewers.incidents.alert import Alert
from live_viewers.incidents.incident import incident_of
from live_viewers.intake.rejected import RejectedRecord, rejected_objects
from live_viewers.profile.projection import summary_of
from live_viewers.profile.sources import LivePosition, TimelinePosition
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.scope import ALL, Scope, title_scope
from live_viewers.session.liveness import live_until_ms
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.seen_title import SeenTitle
from live_viewers.session.session_codec import NEWEST_VERSION
from live_viewers.session.status import Status, status_of
from live_viewers.session.timeline import timeline_row
from live_viewers.wire import DecodeSettings, RejectReason, Unreadable, decode
from tests.golden_events import TSV_FILES, records
from tests.stored.descriptions import describe_ads, describe_hour, describe_row, describe_session, describe_title
from tests.stored.shapes import shapes_of_newest

START_MS = 1_795_518_000_000
VERSION_MS = 1_795_518_123_456


def golden_events() -> Iterator[MediaEvent]:
    """The real trackers' events of tests/events, with the reference's viewer JSON."""
    for file in (*TSV_FILES, "reference_viewer_json.jsonl"):
        for record in records(file):
            try:
                event = decode(record, DecodeSettings())
            except Unreadable:
                continue
            if event is not None:
                yield event


def every_kind(has_device_time: bool, step_ms: int = 1_777) -> list[MediaEvent]:
    """An event of each kind, each at a time and a position of its own, with everything an event can carry."""
    return [
        MediaEvent(
            viewer_id=f"every-kind-{has_device_time}-{step_ms}",
            session_id="session-1",
            kind=kind,
            event_id=f"{kind.name}-1",
            event_time_ms=START_MS + kind * step_ms + 250,
            order_time_ms=START_MS + kind * step_ms,
            collector_time_ms=START_MS + kind * step_ms + 300,
            position_s=kind * 3.5,
            has_device_time=has_device_time,
            player=Player(
                position_s=kind * 3.5,
                paused=kind is EventKind.PAUSE,
                ended=kind is EventKind.END,
                duration_s=596.458,
                label="A title of more than sixty-four bytes, so that its media id is a shortened one",
                playback_rate=1.25,
                muted=True,
                volume=42,
                fullscreen=False,
                picture_in_picture=None,
                livestream=True,
                loop=False,
                quality="1080p",
                media_type="audio",
                player_type="com.youtube-youtube",
            ),
            totals=SessionTotals(
                ping_interval_s=30,
                started_at_ms=START_MS - 1_000,
                time_played_s=1.5,
                time_played_muted_s=2.5,
                time_paused_s=3.5,
                content_watched_s=4.5,
                time_buffering_s=5.5,
                time_spent_ads_s=6.5,
                ads=7,
                ads_clicked=8,
                ads_skipped=9,
                ad_breaks=10,
                avg_playback_rate=1.1,
            ),
            ad=Ad(
                ad_id=f"ad-{kind % 3}",
                name="An ad",
                creative_id="creative-1",
                pod_position=2,
                duration_s=15.5,
                skippable=True,
            ),
            ad_break=AdBreak(
                break_id="break-1", name="mid-roll", start_time_s=12.5, break_type="nonlinear", pod_size=3
            ),
            payload={
                "percent_progress": 50,
                "text": "x",
                "yes": True,
                "ratio": 0.5,
                "none": None,
                "bitrate": 800_000,
            },
            dimensions=(f"aB3.{kind % 3}", "q_1=Berlin Süd", "xY7.~" if kind % 2 else "xY7.-"),
            device_time_ms=START_MS + kind * step_ms - 7_200_000,
        )
        for kind in EventKind
    ]


def with_an_id_of_its_own() -> list[MediaEvent]:
    """A title whose id isn't the player's label (viewers.media_id_from), in one dimension that few events tell."""
    return [
        msgspec.structs.replace(
            event,
            viewer_id="an-id-of-its-own",
            media_id="video-7",
            dimensions=("aB3.1" if event.kind is EventKind.PLAY else "aB3.-",),
        )
        for event in every_kind(True)
    ]


def without_player() -> list[MediaEvent]:
    """Ads told by events without a player; only clicks and skips are counted."""
    return [
        msgspec.structs.replace(
            event,
            viewer_id="without-player",
            session_id="day-2026-11-24",
            session_is_synthetic=True,
            player=None,
            totals_partial=True,
            device_time_ms=None,
        )
        for event in every_kind(False)
    ]


def sessions() -> Iterator[tuple[MediaSession, int | None]]:
    """Sessions, and when their viewer was erased before they began."""
    by_key: dict[tuple[str, str], list[MediaEvent]] = {}
    for event in golden_events():
        by_key.setdefault((event.viewer_id, event.session_id), []).append(event)
    for events in by_key.values():
        yield fold(sorted(events, key=order_key)), None
    yield fold(every_kind(True)), None
    yield fold(every_kind(False)), None
    yield fold(every_kind(True, 200_000_000)), None  # 57 days: registers of 8 bytes
    yield fold(without_player()), None
    yield fold(with_an_id_of_its_own()), None
    erased = fold(
        [
            msgspec.structs.replace(event, viewer_id="erased-before")
            for event in every_kind(True)
            if event.kind < 20
        ]
    )
    erased.totals_void = True
    yield erased, START_MS - 5_000


def session_lines() -> Iterator[dict[str, Any]]:
    for session, erased_ms in sessions():
        session.version = VERSION_MS
        item = items.session_item(
            session,
            status=status_of(session).value,
            live_until_ms=live_until_ms(session),
            now_ms=session.last_seen_ms,
            places=LivePlaces("secret", 8),
            retention_days=90,
        )
        if erased_ms is not None:
            item["e"] = {"N": str(erased_ms)}
        yield {"item": _plain(item), "says": describe_session(session, NEWEST_VERSION)}


def row_lines() -> Iterator[dict[str, Any]]:
    for event in (*golden_events(), *every_kind(True), *without_player()):
        row = timeline_row(event)
        if row is not None:
            yield {"item": _plain(items.timeline_item(row, 30)), "says": describe_row(row)}


def title_lines() -> Iterator[dict[str, Any]]:
    """A short title and one with an id of its own, after an erasure and not, with and without device time."""
    for event, erased_ms in ((golden_title(), None), (every_kind(False)[3], START_MS - 5_000)):
        title, media_id = title_and_id(event)
        row = SeenTitle(event.viewer_id, event.session_id, media_id, title, order_prefix(event))
        yield {"item": _plain(items.title_item(row, 30, erased_ms)), "says": describe_title(row)}


def golden_title() -> MediaEvent:
    """The first golden event with a title."""
    return next(event for event in golden_events() if title_and_id(event)[0])


def ad_lines() -> Iterator[dict[str, Any]]:
    """Of a session with all kinds of events: the items of its break, one after an erasure."""
    events = every_kind(True)
    viewer_id, session_id = events[0].viewer_id, events[0].session_id
    for number, (place, tokens) in enumerate(sorted(tokens_of(events).items(), key=str)):
        key = ad_items.ad_key(viewer_id, session_id, place)
        erased_ms = START_MS - 5_000 if number == 0 else None
        item = ad_items.ad_item(key, place.break_id, tokens.texts(), 1_803_294_000, erased_ms)
        (read,) = ad_items.ad_items_of([item])
        yield {"item": _plain(item), "says": describe_ads(read)}


def profile_lines() -> Iterator[dict[str, Any]]:
    by_viewer: dict[str, list[MediaSession]] = {}
    for session, _ in sessions():
        by_viewer.setdefault(session.viewer_id, []).append(session)
    for viewer_id, some in by_viewer.items():
        summary = summary_of(fold_profile(some, max(one.last_seen_ms for one in some)))
        yield {
            "item": profile_to_item(viewer_id, summary, VERSION_MS, 1_803_294_000),
            "says": msgspec.to_builtins(summary),
        }


def audience_lines() -> Iterator[dict[str, Any]]:
    block = block_of(START_MS // 60_000)
    letters = (*COUNTERS, *STATUS_LETTERS.values())
    counts = {
        (minute, counter): 10 * minute + at + 1 for at, counter in enumerate(letters) for minute in (0, 2, 4)
    }
    for scope, title in (
        (ALL, None),
        (title_scope("sintel"), "Sintel"),
        (title_scope("ALL"), None),
        (Scope("dimension", "aB3.0"), None),
        (Scope("dimension", "xY7~517"), None),
        (Scope("pinned", "aB3.0#sintel"), None),
    ):
        update = _Update()
        AudienceTable(update, "t", 8).add("shardId-1", [Addition(block, scope, title, counts, 10**34, 10**34 + 7)])
        yield {
            "item": _plain(update.item),
            "says": {
                "block": block,
                "scope": scope.key,
                "title": title,
                "counts": [[minute, counter, count] for (minute, counter), count in counts.items()],
            },
        }


def history_lines() -> Iterator[dict[str, Any]]:
    """Who watched at a minute's end, and an hour with all that it has, and one with nothing."""
    kept = _Puts()
    table = HistoryTable(kept, "t")
    minute = START_MS // 60_000
    table.put_watching(minute, [Watching("aB3", {"aB3.0": 7, "aB3.-": 300})])
    yield {
        "item": _plain(kept.item),
        "says": {"minute": minute, "group": "aB3", "by_id": {"aB3.0": 7, "aB3.-": 300}},
    }
    counts = ScopeCounts(
        seen=1_001,
        leases={status: number for number, status in enumerate(Status, start=1)},
        attempts=102,
        starts=103,
        failed=104,
        start_up=(1, 2, 3, 4, 5, 6, 7, 8),
        watched_s=105.5,
        buffering_s=6.25,
        played_s=107.125,
    )
    for hour in (Hour(counts=counts, sessions=108, watching=109, peak_minute=minute), Hour()):
        table.put_hours(minute // 60, {title_scope("sintel"): hour})
        yield {"item": _plain(kept.item), "says": describe_hour(hour)}


def incident_lines() -> Iterator[dict[str, Any]]:
    """One of the whole audience, and one that is resolved and acknowledged, of a title with a name."""
    minute = START_MS // 60_000
    few = Alert("few", "watching_now", below=5.0, for_minutes=2)
    of_all = incident_of(few, Subject(ALL), minute, [3.0, 4.0])
    yield {"item": _plain(incident_items.incident_item(of_all)), "says": msgspec.to_builtins(of_all)}
    named = Subject(title_scope("sintel"), "title", "sintel", "Sintel", "sintel")
    failing = incident_of(Alert("failing", "failed", version=3, by="title", above=10.0), named, minute, [12.0])
    item = incident_items.incident_item(failing) | {"resolved": {"N": str(minute + 9)}, "ack": {"BOOL": True}}
    over = msgspec.structs.replace(failing, resolved_minute=minute + 9, acknowledged=True)
    yield {"item": _plain(item), "says": msgspec.to_builtins(over)}


class _Puts:
    """A client that keeps the last item which was put."""

    def put_item(self, **request: Any) -> dict[str, Any]:
        self.item = request["Item"]
        return {}


class _Update:
    """A client that keeps the item which an update of an absent one makes."""

    def call_each(self, _operation: str, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        (request,) = requests
        sets, _, adds = request["UpdateExpression"].removeprefix("SET ").partition(" ADD ")
        pairs = [part.split(" = ") for part in sets.split(", ")] + [part.split(" ") for part in adds.split(", ")]
        names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
        self.item = request["Key"] | {names.get(name, name): values[value] for name, value in pairs}
        return [{}]


def rejected_lines() -> Iterator[dict[str, Any]]:
    kept = [
        RejectedRecord(
            topic="snowplow-enriched-good",
            partition=3,
            offset=1_000 + number,
            timestamp=None if number % 5 == 4 else START_MS + number,
            key="a2V5" if number % 2 else None,
            value="dmFsdWU=" if number % 3 else None,
            reason=reason.value,
            error="what was wrong",
            headers=[{"live-viewers-attempt": [49]}, {"other": [-1, 127]}] if number % 2 else [],
        )
        for number, reason in enumerate(RejectReason)
    ]
    for name, body in rejected_objects(kept):
        offsets = {json.loads(line)["offset"] for line in body.splitlines()}
        says = [msgspec.to_builtins(record) for record in kept if record.offset in offsets]
        yield {"name": name, "body": body.decode(), "says": says}


def cursor_lines() -> Iterator[dict[str, Any]]:
    for position, filters in (
        (LivePosition(3, 412, 9_007_199_254_740_993), (None, None, None)),
        (LivePosition(0, 0), ("sintel", "WATCHING_VIDEO", "Sin")),
        (TimelinePosition(START_MS, "event-1"), ("viewer-1", START_MS - 1, START_MS + 1)),
        (SessionPosition(START_MS, "session-1"), ("viewer-1",)),
    ):
        yield {
            "cursor": make_cursor(position, *filters),
            "list": type(position).__name__,
            "filters": list(filters),
            "says": msgspec.structs.asdict(position),
        }


def _plain(item: items.Item) -> dict[str, Any]:
    """The item in JSON, its bytes in base64, as a stream's record in a Lambda event has it."""
    return {name: _plain_value(value) for name, value in item.items()}


def _plain_value(value: Any) -> Any:
    ((kind, content),) = value.items()
    if kind == "B":
        return {kind: base64.b64encode(content).decode()}
    if kind == "BS":
        return {kind: [base64.b64encode(each).decode() for each in content]}
    return {kind: _plain(content)} if kind == "M" else value


def write(folder: Path) -> None:
    """Into a folder that must not exist."""
    folder.mkdir()  # FileExistsError: what was stored is never made again
    files: dict[str, Iterable[dict[str, Any]]] = {
        "sessions": session_lines(),
        "timeline_rows": row_lines(),
        "title_rows": title_lines(),
        "ad_items": ad_lines(),
        "profile_items": profile_lines(),
        "audience_items": audience_lines(),
        "history_items": history_lines(),
        "incidents": incident_lines(),
        "rejected_objects": rejected_lines(),
        "cursors": cursor_lines(),
    }
    for name, lines in files.items():
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text)
    (folder / "shapes.json").write_text(json.dumps(shapes_of_newest(), indent=1) + "\n")


if __name__ == "__main__":
    write(Path(__file__).parent / f"version_{NEWEST_VERSION}")
