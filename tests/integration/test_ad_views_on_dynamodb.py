"""Ad views on a real store: whatever happens between Kafka and the table, the same events tell the same views."""

from collections.abc import Iterator, Sequence
from itertools import count
from uuid import uuid4

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.ads.ad_tokens import known_of, tokens_of
from live_viewers.dynamodb.ad_items import MOST_TOKENS, ad_items_of, ad_sort_key
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent
from live_viewers.intake.store import SessionPart
from live_viewers.settings import ProcessEventsSettings
from tests.tables import create_tables, delete_tables, transport_of
from tests.viewing import START_MS, ad_start, with_player

NOW_MS = START_MS + 3_600_000
_runs = count()

BREAKS = st.sampled_from([None, None, AdBreak(break_id="b1", name="pre-roll"), AdBreak(break_id="b#2")])
ADS = st.sampled_from([None, *(Ad(ad_id=f"ad-{n}", name=name) for n in range(4) for name in (None, "Spot"))])
KINDS = st.sampled_from([kind for kind in EventKind if kind.name.startswith("AD_")] + [EventKind.PING])


@st.composite
def ad_events(draw: st.DrawFn) -> list[tuple[EventKind, float, dict[str, object]]]:
    return [
        (
            draw(KINDS),
            draw(st.sampled_from([0.0, 1.0, 3599.0, 3601.0, 7300.0])),
            {
                "ad": draw(ADS),
                "ad_break": draw(BREAKS),
                "payload": {"percent_progress": draw(st.sampled_from([10, 25, 50, 75, 99]))},
            },
        )
        for _ in range(draw(st.integers(1, 9)))
    ]


class Table:
    """The hot path on one table; instances that remember, and that don't."""

    def __init__(self, endpoint: str, table: str) -> None:
        self.table = table
        self.client = boto3.client("dynamodb", endpoint_url=endpoint, region_name="us-east-1")
        self._endpoint = endpoint
        self._settings = ProcessEventsSettings(
            stage="test",
            viewer_profiles_table=table,
            rejected_bucket="-",
            live_index_secret="secret",
            tombstone_secret="secret",
        )

    def instance(self) -> SessionWriter:
        return SessionWriter(Calls(transport_of(self._endpoint), self.table), self._settings)

    def write(self, to: SessionWriter, events: Sequence[MediaEvent]) -> None:
        if not events:
            return
        part = SessionPart(events[0].viewer_id, events[0].session_id)
        for number, event in enumerate(events):
            part.events.append(event)
            part.records.append({"topic": "t", "partition": 0, "offset": number})
        written = to.write([part], lambda: NOW_MS, lambda: 60_000)
        assert not written.refused

    def items(self, viewer_id: str) -> list[dict[str, dict[str, object]]]:
        answer = self.client.query(
            TableName=self.table,
            KeyConditionExpression="viewer_id = :viewer AND begins_with(sk, :ads)",
            ExpressionAttributeValues={":viewer": {"S": viewer_id}, ":ads": {"S": "ads#"}},
            ConsistentRead=True,
        )
        return list(answer["Items"])


@pytest.fixture(scope="module")
def table(dynamodb_local: str, profiles_table: str) -> Table:
    return Table(dynamodb_local, profiles_table)


@pytest.fixture(params=["dynamodb_local", "ministack"])
def any_store(request: pytest.FixtureRequest) -> Iterator[Table]:
    """The store that is as AWS's, and the one of the laptop."""
    endpoint = request.getfixturevalue(request.param)
    names = create_tables(endpoint, f"t{uuid4().hex[:12]}-")
    yield Table(endpoint, names["ViewerProfiles"])
    delete_tables(endpoint, names)


@given(ad_events(), st.data())
def test_any_order_batch_duplicate_and_instance_leaves_the_same_views(
    table: Table, drawn: list[tuple[EventKind, float, dict[str, object]]], data: st.DataObject
) -> None:
    viewer = f"{uuid4().hex}-{next(_runs)}"
    events = [with_player(kind, at=at, viewer_id=viewer, **fields) for kind, at, fields in drawn]
    again = data.draw(st.lists(st.sampled_from(events), max_size=4))
    order = data.draw(st.permutations([*events, *again]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=3)))
    instances = [table.instance() for _ in range(2)]
    for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
        table.write(instances[data.draw(st.integers(0, 1))], order[begin:end])
    expected = {
        ad_sort_key(events[0].session_id, place): known_of(tokens.texts())
        for place, tokens in tokens_of(events).items()
    }
    assert {item["sk"]["S"]: known_of(item["x"]["SS"]) for item in table.items(viewer)} == expected


def test_a_full_item_says_so_once_and_takes_no_more(any_store: Table) -> None:
    table = any_store
    viewer = uuid4().hex
    to = table.instance()
    same = {"viewer_id": viewer, "ad_break": None}
    numbered = ((n, Ad(ad_id=f"{viewer}-{n}")) for n in range(10_000))
    ads = [ad for _, ad in numbered if tokens_of([ad_start(at=0, ad=ad)]).keys() == {(None, 0)}][:60]
    for at in range(0, 60, 20):
        table.write(to, [ad_start(at=0, **{**same, "ad": ad}) for ad in ads[at : at + 20]])
    table.write(table.instance(), [ad_start(at=0, **{**same, "ad": ads[0]})])
    (item,) = table.items(viewer)
    assert len(item["x"]["SS"]) == MOST_TOKENS
    assert item["more"] == {"BOOL": True}
    (kept,) = ad_items_of([item])
    assert kept.has_more


def test_an_item_of_before_an_erasure_begins_anew_and_takes_nothing_of_before_it(any_store: Table) -> None:
    """The viewer's new session has the erasure's time; the old item isn't removed yet."""
    table = any_store
    viewer, erased = uuid4().hex, {"N": str(NOW_MS)}
    old = [ad_start(at=0, ad=Ad(ad_id="old"), viewer_id=viewer)]
    table.write(table.instance(), old)
    (item,) = table.items(viewer)
    table.client.update_item(
        TableName=table.table,
        Key={"viewer_id": {"S": viewer}, "sk": {"S": f"session#{old[0].session_id}"}},
        UpdateExpression="SET e = :erased",
        ExpressionAttributeValues={":erased": erased},
    )
    new = [
        ad_start(at=7200, ad=Ad(ad_id="old"), viewer_id=viewer, collector_time_ms=NOW_MS + 1),
    ]
    table.write(table.instance(), new)
    (item,) = table.items(viewer)
    assert item["e"] == erased
    assert {each.hour for each in known_of(item["x"]["SS"]).values()} == {(START_MS + 7_200_000) // 3_600_000}
