"""The items of a session have its dimensions as its stage defines them, and are counted by what they have."""

from typing import Any, cast

import pytest

from live_viewers.audience.counting import count_changes
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.audience.summing import by_minute
from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dimensions.tokens import split
from live_viewers.dynamodb import items
from live_viewers.dynamodb.tables.stream_records import changes_of
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.store import SessionPart
from live_viewers.scope import ALL, dimension_scope
from live_viewers.session.media_session import fold
from live_viewers.session.status import Status
from live_viewers.settings import ProcessEventsSettings
from tests.store_in_memory import CallsInMemory
from tests.stories import InMemoryAudience
from tests.viewing import START_MS, pause, ping, play

AT = ("viewer-1", "session#session-1")


def writer_of(calls: CallsInMemory, **settings: Any) -> SessionWriter:
    """A new instance of the function."""
    given = ProcessEventsSettings(
        stage="local",
        viewer_profiles_table="ViewerProfiles",
        rejected_bucket="rejected",
        live_index_secret="secret",
        tombstone_secret="secret",
        **settings,
    )
    return SessionWriter(cast(Calls, calls), given)


def write(writer: SessionWriter, calls: CallsInMemory, *events: MediaEvent) -> items.Item:
    part = SessionPart(events[0].viewer_id, events[0].session_id)
    part.events += events
    part.records += [{"topic": "t", "partition": 0, "offset": number} for number in range(len(events))]
    writer.write([part], lambda: START_MS, lambda: 60_000)
    return dict(calls.items[AT])


def dimensions_of(item: items.Item) -> tuple[str, ...]:
    return split(items.dimensions_of(item))


class Counting:
    """What project_changes counts of the items of one session, one after the other."""

    def __init__(self) -> None:
        self.audience = InMemoryAudience()
        self.image: items.Item | None = None
        self.number = 0

    def then(self, image: items.Item | None) -> None:
        self.number += 1
        keys = {"viewer_id": {"S": AT[0]}, "sk": {"S": AT[1]}}
        record: dict[str, Any] = {"Keys": keys, "SequenceNumber": str(self.number)}
        record |= {"OldImage": self.image} if self.image else {}
        record |= {"NewImage": image} if image else {}
        count_changes(list(changes_of({"Records": [{"dynamodb": record}]}, 30)), "shard", self.audience)
        self.image = image

    def of(self, token: str | None = None) -> ScopeCounts:
        scope = ALL if token is None else dimension_scope(token)
        minutes = by_minute(self.audience.all_blocks(), 0, 1 << 40)
        return sum(minutes.get(scope, {}).values(), start=ScopeCounts())


def stage(*values: str) -> Dimensions:
    return Dimensions((Dimension("device", ("atomic:dvce_type",), values),))


def test_a_definition_that_changes_in_mid_stream_takes_away_what_its_image_added_and_nothing_else() -> None:
    (tv,), (new_tv,) = stage("TV").tokens_of("TV"), stage("TV", "Phone").tokens_of("TV")
    counting, calls = Counting(), CallsInMemory()
    counting.then(write(writer_of(calls), calls, play(at=0, dimensions=(tv,))))
    assert counting.of(tv).leases == {Status.WATCHING_VIDEO: 1}

    changed = write(writer_of(calls), calls, ping(at=30, dimensions=(new_tv,)))
    assert dimensions_of(changed) == (new_tv,)
    counting.then(changed)
    assert (counting.of(tv).leases, counting.of(tv).seen, counting.of(tv).starts) == ({}, 1, 1)
    assert (counting.of(new_tv).leases, counting.of(new_tv).starts) == ({Status.WATCHING_VIDEO: 1}, 0)

    counting.then(write(writer_of(calls), calls, pause(at=60, dimensions=(new_tv,))))
    assert counting.of(new_tv).leases == {Status.PAUSED_VIDEO: 1}
    counting.then(None)
    for token in (tv, new_tv, None):
        assert counting.of(token).leases == {}


def test_a_session_that_nobody_writes_again_is_counted_by_its_old_token() -> None:
    (tv,), counting, calls = stage("TV").tokens_of("TV"), Counting(), CallsInMemory()
    counting.then(write(writer_of(calls), calls, play(at=0, dimensions=(tv,))))
    counting.then(None)
    assert counting.of(tv).leases == counting.of().leases == {}
    assert counting.of(tv).seen == counting.of().seen == 1


def test_each_stage_s_instance_keeps_its_own_dimensions_alone() -> None:
    """Two releases of a configuration side by side, for the minutes of a deployment."""
    calls = CallsInMemory()
    one, other = writer_of(calls), writer_of(calls)
    write(one, calls, play(at=0, dimensions=("aaa.0", "bbb=US")))
    assert dimensions_of(write(other, calls, ping(at=30, dimensions=("aaa.0", "ccc.-")))) == ("aaa.0", "ccc.-")
    assert dimensions_of(write(one, calls, ping(at=60, dimensions=("aaa.1", "bbb=")))) == ("aaa.1", "bbb=")
    assert dimensions_of(write(one, calls, ping(at=90, dimensions=()))) == ()


def test_an_unknown_value_is_written_as_such() -> None:
    calls = CallsInMemory()
    item = write(writer_of(calls), calls, play(at=0, dimensions=("aaa.-", "bbb=")))
    assert item["d"] == {"S": "|aaa.-|bbb=|"}
    calls = CallsInMemory()
    assert "d" not in write(writer_of(calls), calls, play(at=0))


@pytest.mark.parametrize("value", ["aaa.1", "aaa.~"])
def test_a_new_value_is_written_at_once_however_seldom_pings_are(value: str) -> None:
    calls = CallsInMemory()
    writer = writer_of(calls, ping_write_interval_s=60)
    first = write(writer, calls, play(at=0, dimensions=("aaa.0",)))
    same = write(writer, calls, ping(at=10, dimensions=("aaa.0",)))
    assert same == first
    assert dimensions_of(write(writer, calls, ping(at=20, dimensions=(value,)))) == (value,)


def test_what_is_read_back_is_what_was_written() -> None:
    calls = CallsInMemory()
    events = [play(at=0, dimensions=("aaa.0", "bbb=US")), ping(at=30, dimensions=("aaa.1", "bbb="))]
    for event in events:
        item = write(writer_of(calls), calls, event)
    assert items.session_of(item) == fold(events)


def test_a_title_s_id_and_its_label_are_kept_apart() -> None:
    calls = CallsInMemory()
    item = write(writer_of(calls), calls, play(at=0, media_id="video-7", label="A title " * 10))
    session = items.session_of(item)
    assert (item["m"]["S"], session.media_id) == ("video-7", "video-7")
    assert session.title == ("A title " * 10).strip()
