"""What a line is split into, and its short way, show in no event: each column is found, and an event is the same
in TSV and in JSON, whose decoder has no short way."""

import json
from collections.abc import Mapping
from itertools import combinations, product

import pytest
from snowplow_analytics_sdk.event_transformer import transform

from live_viewers.dimensions.dimension import Dimension
from live_viewers.events.media_event import MediaEvent
from live_viewers.wire import DecodeSettings, RejectReason, Unreadable, decode
from live_viewers.wire.enriched_tsv_paths import TsvPaths
from live_viewers.wire.stage_paths import StagePaths
from live_viewers.wire.tsv_columns import COLUMN, COLUMN_COUNT, IN_MIDDLE
from tests.unit.wire.records import MEDIA, SESSION, SNOWPLOW, contexts, tsv

SETTINGS = DecodeSettings()
OF_THE_EVENT = {"event", "contexts", "unstruct_event", "derived_contexts", "event_vendor", "event_name"}
READ = OF_THE_EVENT | {"collector_tstamp", "derived_tstamp", "dvce_created_tstamp", "event_id", "user_id"}


@pytest.mark.parametrize("name", sorted(COLUMN.keys() - READ))
def test_each_column_is_found_where_a_stage_reads_it(name: str) -> None:
    line = tsv(**{other: f"of {other}" for other in COLUMN.keys() - READ})
    paths = StagePaths((Dimension("a", (f"atomic:{name}",)), Dimension("b", ("atomic:app_id",))))
    event = decode(line, DecodeSettings(paths=paths))
    assert event is not None
    assert paths.dimensions.shown(event.dimensions) == {"a": f"of {name}"[:24], "b": "of app_id"}


@pytest.mark.parametrize("event", ["unstruct", "page_view"])
@pytest.mark.parametrize("place", [0, 3, 30, 58, 59, 90, 118, 119, 130])
def test_a_column_too_many_or_too_few_is_seen_wherever_it_is(event: str, place: int) -> None:
    columns = tsv(event=event).split(b"\t")
    for wrong in ([*columns[:place], b"", *columns[place:]], [*columns[:place], *columns[place + 1 :]]):
        with pytest.raises(Unreadable) as refused:
            decode(b"\t".join(wrong), SETTINGS)
        assert refused.value.reason is RejectReason.BAD_COLUMNS
        assert f"{len(wrong)} columns instead of {COLUMN_COUNT}" in refused.value.detail


def outcome(value: bytes) -> MediaEvent | tuple[str, str] | None:
    try:
        return decode(value, SETTINGS)
    except Unreadable as unreadable:
        return (unreadable.reason, unreadable.detail)


def as_json(columns: Mapping[str, str]) -> bytes:
    """The event as the SDK makes it JSON, but with the texts as they are."""
    told = transform(tsv(**{name: text for name, text in columns.items() if name == "contexts"}).decode())
    return json.dumps(told | {name: text for name, text in columns.items() if name != "contexts"}).encode()


TIMES = ("collector_tstamp", "derived_tstamp", "dvce_created_tstamp")
SOME_TIMES = (
    *("2025-11-24 14:00:00.000", "2025-11-24 14:00:30.000", "2025-11-24 14:00:30.001", "2025-11-24 13:59:29.999"),
    *("2025-11-24 14:05:00.000", "2025-11-24 14:05:00.001", "2009-12-31 23:59:59.999", "2286-11-20 17:46:39.999"),
    *("2025-11-24 14:00:00", "2025-11-24T14:00:00.5Z", "2025-11-24 14:00:00.000+02:00", "2025-13-01", "x", ""),
)
SOME_IDS = ("e-1", "é-1", " e-1 ", "e" * 1_003, "e" * 1_004, "e" * 2_049, "\x7f", "\x01", "\ufffd", " ", "")
GIVEN = dict.fromkeys(TIMES, SOME_TIMES) | {
    "event_id": SOME_IDS,
    "user_id": SOME_IDS,
    "contexts": tuple(
        contexts(session=None if each is None else {"mediaSessionId": each}) for each in (*SOME_IDS, None)
    ),
}


@pytest.mark.parametrize("names", [*combinations(GIVEN, 2), TIMES])
def test_an_event_is_the_same_in_tsv_and_json(names: tuple[str, ...]) -> None:
    usual = {name: texts[0] for name, texts in GIVEN.items()}
    for texts in product(*(GIVEN[name] for name in names)):
        columns = usual | dict(zip(names, texts, strict=True))
        assert outcome(tsv(**columns)) == outcome(as_json(columns)), columns


@pytest.mark.parametrize("break_type", ["linear", "sideways", None])
def test_a_break_of_a_type_unknown_counts_as_untyped(break_type: str | None) -> None:
    ad_break = (f"{MEDIA}/ad_break/jsonschema/1-0-0", {"breakId": "b", "breakType": break_type})
    event = decode(tsv(contexts=contexts(None, SESSION, ad_break)), SETTINGS)
    assert event is not None
    assert event.ad_break is not None
    assert event.ad_break.break_type == (break_type if break_type == "linear" else None)


def test_what_is_remembered_of_the_middle_is_bounded() -> None:
    middles = TsvPaths(StagePaths((Dimension("a", ("atomic:useragent",)),))).middles
    for number in range(21_000):
        assert middles[b"\t" * (len(IN_MIDDLE) - 1) + b"%d" % number] is not None
    assert len(middles) <= 20_000
    known = len(middles)
    assert middles[b"\t" * (len(IN_MIDDLE) - 1) + b"x" * 1_024] is not None
    assert len(middles) == known


def entity(name: str, data: dict[str, object], version: str = "1-0-0") -> tuple[str, dict[str, object]]:
    vendor = MEDIA if name in ("session", "ad", "ad_break") else SNOWPLOW
    return (f"{vendor}/{name}/jsonschema/{version}", data)


AT_1, AT_2 = ({"currentTime": at, "paused": False, "ended": False} for at in (1, 2))
TWICE = {
    "player": [entity("media_player", AT_1, "2-0-0"), entity("media_player", AT_2, "2-0-0")],
    "player of version 1": [entity("media_player", AT_1), entity("media_player", AT_2)],
    "session": [entity("session", {"mediaSessionId": "s-1"}), entity("session", {"mediaSessionId": "s-2"})],
    "ad": [entity("ad", {"adId": "1"}), entity("ad", {"adId": "2"})],
    "ad_break": [entity("ad_break", {"breakId": "1"}), entity("ad_break", {"breakId": "2"})],
    "web_page": [entity("web_page", {"id": "1"}), entity("web_page", {"id": "2"})],
    "client_session": [entity("client_session", {"userId": "1"}), entity("client_session", {"userId": "2"})],
}


@pytest.mark.parametrize("what", TWICE)
@pytest.mark.parametrize(
    "new", [(), [("iglu:com.example/new/jsonschema/1-0-0", {})]], ids=["in one pass", "one by one"]
)
def test_of_several_entities_of_a_model_the_first_counts(
    what: str, new: list[tuple[str, dict[str, object]]]
) -> None:
    def event(*entities: tuple[str, dict[str, object]]) -> MediaEvent | None:
        line = tsv(user_id="", network_userid="n-1", contexts=contexts(None, None, *entities, *new))
        return decode(line, DecodeSettings(paths=StagePaths()))  # which has learnt no URI yet

    first, second = TWICE[what]
    assert event(first, second) == event(first)
    assert event(second, first) == event(second)
    assert event(first) != event(second)


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_s_end_is_no_part_of_its_last_column(end: bytes) -> None:
    settings = DecodeSettings(paths=StagePaths((), ("atomic:true_tstamp",)))
    for last in ("x", "x ", ""):
        event = decode(tsv(true_tstamp=last) + end, settings)
        assert event is not None
        assert event.media_id == (last or None)


@pytest.mark.parametrize("what", ["ad", "ad_break"])
@pytest.mark.parametrize("name", [7, "x" * 5_000])
def test_an_ad_outside_its_schema_is_refused_each_time(what: str, name: object) -> None:
    line = tsv(contexts=contexts(None, SESSION, entity(what, {"adId": "1", "breakId": "1", "name": name})))
    for _ in range(2):
        with pytest.raises(Unreadable, match=f"^bad_entity: {what}: .*name"):
            decode(line, SETTINGS)
