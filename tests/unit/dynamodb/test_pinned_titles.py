"""An item tells whether its title was pinned when it was written: it counts by that, whatever is pinned later."""

from collections.abc import Collection
from typing import cast

from live_viewers.audience.counting import count_changes
from live_viewers.audience.summing import by_minute
from live_viewers.dimensions.tokens import split
from live_viewers.dynamodb import items
from live_viewers.dynamodb.tables.stream_records import changes_of
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.store import SessionPart
from live_viewers.scope import Scope
from live_viewers.session.status import Status
from live_viewers.settings import ProcessEventsSettings
from tests.store_in_memory import CallsInMemory
from tests.stories import InMemoryAudience
from tests.viewing import START_MS, ping, play

SETTINGS = ProcessEventsSettings(
    stage="local",
    viewer_profiles_table="ViewerProfiles",
    rejected_bucket="rejected",
    live_index_secret="secret",
    tombstone_secret="secret",
)
AT = ("viewer-1", "session#session-1")
TOKENS = ("abc.0", "xyz=Berlin")
PINNED = Scope("pinned", "abc.0#Big Buck Bunny")


def written(calls: CallsInMemory, pinned: Collection[str], event: MediaEvent) -> items.Item:
    part = SessionPart(event.viewer_id, event.session_id)
    part.events.append(event)
    part.records.append({"topic": "t", "partition": 0, "offset": 0})
    SessionWriter(cast(Calls, calls), SETTINGS, pinned).write([part], lambda: START_MS, lambda: 60_000)
    return dict(calls.items[AT])


def test_the_items_of_a_session_are_counted_by_what_was_pinned_when_they_were_written() -> None:
    calls = CallsInMemory()
    images = [
        written(calls, ("Big Buck Bunny",), play(at=0, dimensions=TOKENS)),
        written(calls, ("Sintel",), ping(at=30, dimensions=TOKENS)),
        written(calls, ("Big Buck Bunny",), ping(at=60, dimensions=TOKENS)),
    ]
    assert [image["d"]["S"][:2] for image in images] == ["|*", "|a", "|*"]
    assert [split(items.dimensions_of(image)) for image in images] == [TOKENS] * 3
    audience = InMemoryAudience()
    leases = []
    for number, new in enumerate(images):
        keys = {"viewer_id": {"S": AT[0]}, "sk": {"S": AT[1]}}
        record = {"Keys": keys, "SequenceNumber": str(number + 1), "NewImage": new}
        old = {"OldImage": images[number - 1]} if number else {}
        count_changes(list(changes_of({"Records": [{"dynamodb": record | old}]}, 30)), "shard", audience)
        minutes = by_minute(audience.all_blocks(), 0, 1 << 40).get(PINNED, {})
        leases.append(sum(each.leases.get(Status.WATCHING_VIDEO, 0) for each in minutes.values()))
    assert leases == [1, 0, 1]
    assert sum(each.seen for each in minutes.values()) == 2
    scopes = {item.scope for item in audience.all_blocks() if item.scope.kind == "pinned"}
    assert scopes == {PINNED}  # no open value


def test_nothing_is_pinned_by_default() -> None:
    assert written(CallsInMemory(), (), play(at=0, dimensions=TOKENS))["d"]["S"] == "|abc.0|xyz=Berlin|"
