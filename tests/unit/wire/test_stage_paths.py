"""A stage's dimensions and title ids are read alike from each format, and what can't be read does no harm."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from py_mini_racer import MiniRacer
from snowplow_analytics_sdk.event_transformer import transform

from live_viewers.dimensions.columns import COLUMNS
from live_viewers.dimensions.defaults import DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.paths import AtomicPath, BadPath, EntityPath, parse_path
from live_viewers.events.media_event import MediaEvent
from live_viewers.session.media_session import fold
from live_viewers.wire import DecodeSettings, decode
from live_viewers.wire.stage_paths import StagePaths, memo_of_raws
from tests.golden_events import FOLDER, records
from tests.unit.wire.records import MEDIA, PLAYER, SESSION, SNOWPLOW, contexts, tsv, viewer_json

SCRIPT = (FOLDER.parent.parent / "snowbridge" / "viewer_json.js").read_text()
FORMATS = ("enriched TSV", "enriched JSON", "viewer JSON")
DEFAULTS = StagePaths(DEFAULT_DIMENSIONS)
YAUAA = "iglu:nl.basjes/yauaa_context/jsonschema/1-0-4"
UA_PARSER = f"{SNOWPLOW}/ua_parser_context/jsonschema/1-0-0"
MOBILE = f"{SNOWPLOW}/mobile_context/jsonschema/1-0-3"
CDN = "iglu:com.example-media/cdnNode/jsonschema/1-0-0"


@pytest.fixture(scope="module")
def engine() -> Iterator[MiniRacer]:
    engine = MiniRacer()
    engine.eval(SCRIPT)
    yield engine
    engine.close()


def in_format(engine: MiniRacer, line: bytes, name: str) -> bytes:
    """An enriched TSV line in one of the formats, as the SDK and our script make it."""
    if name == "enriched TSV":
        return line
    as_json = json.dumps({key: value for key, value in transform(line.decode()).items() if value is not None})
    if name == "enriched JSON":
        return as_json.encode()
    output = json.loads(engine.eval(f"JSON.stringify(main({json.dumps({'Data': as_json, 'PartitionKey': ''})}))"))
    return json.dumps(output["Data"]).encode()


def entities(*pairs: tuple[str, Any]) -> str:
    """A column of entities."""
    return json.dumps(
        {
            "schema": f"{SNOWPLOW}/contexts/jsonschema/1-0-1",
            "data": [{"schema": uri, "data": data} for uri, data in pairs],
        }
    )


def read(engine: MiniRacer, name: str, line: bytes, paths: StagePaths = DEFAULTS) -> MediaEvent:
    event = decode(in_format(engine, line, name), DecodeSettings(paths=paths))
    assert event is not None
    return event


def shown(engine: MiniRacer, name: str, line: bytes, paths: StagePaths = DEFAULTS) -> dict[str, str | None]:
    """What is shown of a session of this event; None is left out."""
    values = paths.dimensions.shown(read(engine, name, line, paths).dimensions)
    return {key: value for key, value in values.items() if value is not None}


def test_with_everything_that_enrich_adds(engine: MiniRacer) -> None:
    line = tsv(
        app_id="brand-a",
        platform="web",
        geo_country="DE",
        os_name="Mac OS X",
        dvce_type="Computer",
        br_family="Safari",
        contexts=contexts(PLAYER | {"playerType": "com.youtube-youtube"}),
        derived_contexts=entities(
            (YAUAA, {"deviceClass": "Phone", "operatingSystemName": "Android", "agentName": "Chrome"}),
            (UA_PARSER, {"osFamily": "Windows", "useragentFamily": "Edge"}),
        ),
    )
    for name in FORMATS:
        assert shown(engine, name, line) == {
            "country": "DE",
            "device": "Phone",
            "os": "Android",
            "browser": "Chrome",
            "platform": "web",
            "app": "brand-a",
            "player": "com.youtube-youtube",
        }, name


@pytest.mark.parametrize("name", FORMATS)
def test_the_columns_of_the_older_enrichment_stand_in_where_an_entity_says_nothing(
    engine: MiniRacer, name: str
) -> None:
    columns = {
        "os_name": "Mac OS X",
        "dvce_type": "Computer",
        "br_family": "Microsoft Edge",
        "br_name": "Edge 130",
    }
    told = {"device": "Desktop", "os": "macOS", "browser": "Edge"}
    assert shown(engine, name, tsv(**columns)) == told
    nothing = entities((YAUAA, {"deviceClass": "Unknown", "operatingSystemName": "??", "agentName": None}))
    assert shown(engine, name, tsv(derived_contexts=nothing, **columns)) == told
    partly = entities((YAUAA, {"deviceClass": "TV"}), (UA_PARSER, {"osFamily": "Tizen"}))
    assert shown(engine, name, tsv(derived_contexts=partly, **columns)) == {
        "device": "TV",
        "os": "Tizen",
        "browser": "Edge",
    }


@pytest.mark.parametrize("name", FORMATS)
def test_the_mobile_trackers_entity_shows_the_system(engine: MiniRacer, name: str) -> None:
    phone = {"osType": "ios", "deviceModel": "iPhone15,2", "osVersion": "18.0", "deviceManufacturer": "Apple"}
    line = tsv(platform="mob", contexts=contexts(PLAYER, SESSION, (MOBILE, phone)))
    assert shown(engine, name, line) == {"os": "iOS", "platform": "mob"}


@pytest.mark.parametrize("name", FORMATS)
def test_an_event_that_says_nothing_has_a_token_for_unknown_of_each(engine: MiniRacer, name: str) -> None:
    event = read(engine, name, tsv(contexts=contexts({**PLAYER, "playerType": None})))
    assert event.dimensions == DEFAULTS.dimensions.unknown


@pytest.mark.parametrize("name", FORMATS)
def test_version_1_of_the_media_events_has_dimensions_too(engine: MiniRacer, name: str) -> None:
    line = next(line for line in records("legacy_v1.tsv") if b"media_player_event" in line)
    columns = line.split(b"\t")
    columns[0], columns[1], columns[18] = b"brand-b", b"web", b"FR"
    told = shown(engine, name, b"\t".join(columns))
    assert told == told | {"country": "FR", "app": "brand-b", "platform": "web"}
    assert "player" not in told


def own(*paths: str, values: tuple[str, ...] | None = None) -> StagePaths:
    return StagePaths((Dimension("own", paths, values),))


CASES = {
    "a text": ({"name": "west"}, "/name", "west"),
    "a whole number": ({"tier": 3}, "/tier", "3"),
    "a whole number written as a decimal": ({"tier": 3.0}, "/tier", "3"),
    "a decimal": ({"tier": 2.5}, "/tier", "2.5"),
    "true": ({"live": True}, "/live", "true"),
    "false": ({"live": False}, "/live", "false"),
    "null": ({"name": None}, "/name", None),
    "blanks": ({"name": "  "}, "/name", None),
    "an object": ({"name": {"a": 1}}, "/name", None),
    "a list": ({"name": ["a"]}, "/name", None),
    "a nested field": ({"site": {"city": "Bern"}}, "/site/city", "Bern"),
    "a nested field of a text": ({"site": "Bern"}, "/site/city", None),
    "an element of a list": ({"tags": ["a", "b"]}, "/tags/1", "b"),
    "an element beyond the end": ({"tags": ["a", "b"]}, "/tags/2", None),
    "an escaped segment": ({"a/b": {"c~d": "x"}}, "/a~1b/c~0d", "x"),
    "a text with escapes": ({"name": "Zürich é\u2028"}, "/name", "Zürich é"),
    "a missing field": ({}, "/name", None),
    "a very long text": ({"name": "x" * 5_000}, "/name", "x" * 24),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("case", CASES)
def test_a_value_in_an_entity_of_the_site_s_own_needs_no_code(engine: MiniRacer, name: str, case: str) -> None:
    data, pointer, value = CASES[case]
    paths = own(f"entity:com.example-media/cdnNode/1#{pointer}")
    line = tsv(contexts=contexts(PLAYER, SESSION, (CDN, data)))
    assert shown(engine, name, line, paths) == ({} if value is None else {"own": value})


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"entity:{SNOWPLOW[5:]}/media_player/2#/quality", "1080p"),
        (f"entity:{SNOWPLOW[5:]}/media_player/2#/mediaType", "video"),
        (f"entity:{SNOWPLOW[5:]}/media_player/2#/livestream", "true"),
        (f"entity:{MEDIA[5:]}/ad/1#/creativeId", "creative-1"),
        (f"entity:{MEDIA[5:]}/session/1#/pingInterval", "15"),
        (f"entity:{MEDIA[5:]}/ad_break/1#/breakType", "linear"),
    ],
)
def test_media_entities_can_be_read_too(engine: MiniRacer, name: str, path: str, value: str) -> None:
    player = PLAYER | {"quality": "1080p", "mediaType": "video", "livestream": True}
    line = tsv(
        contexts=contexts(
            player,
            SESSION | {"pingInterval": 15},
            (f"{MEDIA}/ad/jsonschema/1-0-0", {"adId": "a", "creativeId": "creative-1"}),
            (f"{MEDIA}/ad_break/jsonschema/1-0-0", {"breakId": "b", "breakType": "linear"}),
        )
    )
    assert shown(engine, name, line, own(path)) == {"own": value}


@pytest.mark.parametrize("name", FORMATS)
def test_the_first_path_that_says_something_counts(engine: MiniRacer, name: str) -> None:
    paths = own("atomic:geo_country", "entity:com.example/place/2#/code", "atomic:app_id")
    place = ("iglu:com.example/place/jsonschema/2-0-0", {"code": "AT"})
    line = contexts(PLAYER, SESSION, place)
    assert shown(engine, name, tsv(contexts=line, app_id="x", geo_country="DE"), paths) == {"own": "DE"}
    assert shown(engine, name, tsv(contexts=line, app_id="x"), paths) == {"own": "AT"}
    assert shown(engine, name, tsv(app_id="x"), paths) == {"own": "x"}


def test_of_several_entities_of_one_model_the_newest_version_counts_wherever_it_stands(engine: MiniRacer) -> None:
    paths = own("entity:com.example/place/1#/code")

    def place(version: str, code: str) -> tuple[str, Any]:
        return (f"iglu:com.example/place/jsonschema/{version}", {"code": code})

    old, new, ten = place("1-0-0", "old"), place("1-0-2", "new"), place("1-10-0", "ten")
    other_model, no_version = place("2-0-0", "other"), place("1", "none")
    for own_ones, derived, code in (
        ((old, new), (), "new"),
        ((new, old), (), "new"),
        ((new, ten, old), (), "ten"),
        ((old,), (ten, new), "ten"),
        ((ten,), (new,), "ten"),
        ((new,), (place("1-0-2", "derived"),), "new"),
        ((old, place("1-0-0", "second")), (), "old"),
        ((no_version, old), (), "old"),
        ((other_model,), (), None),
    ):
        line = tsv(contexts=contexts(PLAYER, SESSION, *own_ones), derived_contexts=entities(*derived))
        assert shown(engine, "enriched TSV", line, paths).get("own") == code


@pytest.mark.parametrize("column", ["", "x", "[]", '{"data": 1}', '{"data": [{}]}', "\\ud800", "[" * 100_000])
def test_derived_contexts_that_cant_be_read_say_nothing(column: str) -> None:
    event = decode(tsv(derived_contexts=column), DecodeSettings(paths=DEFAULTS))
    assert event is not None
    assert event.dimensions == DEFAULTS.dimensions.unknown


@pytest.mark.parametrize(
    "carried",
    [None, {}, [], "x", 1, {"geo_country": {"a": 1}}, {"contexts_nl_basjes_yauaa_context_1": "x"}],
)
def test_what_viewer_json_carries_amiss_says_nothing(carried: Any) -> None:
    event = decode(viewer_json(carried=carried), DecodeSettings(paths=DEFAULTS))
    assert event is not None
    assert event.dimensions == DEFAULTS.dimensions.unknown


@pytest.mark.parametrize("column", sorted(COLUMNS))
def test_viewer_json_may_carry_any_column(column: str) -> None:
    """`event_vendor` among them, by which enriched JSON is told from it."""
    paths = StagePaths((Dimension("a", (f"atomic:{column}",)),))
    event = decode(viewer_json(carried={column: "x-1"}), DecodeSettings(paths=paths))
    assert event is not None
    assert paths.dimensions.shown(event.dimensions) == {"a": "x-1"}


def test_what_is_remembered_is_bounded() -> None:
    calls: list[Any] = []
    memo = memo_of_raws(lambda key: calls.append(key) or len(calls))
    assert memo["a"] == memo["a"] == 1
    long = ("x" * 5_000, ("y",))
    assert memo[long] != memo[long]
    assert memo[b"x" * 5_000] != memo[b"x" * 5_000]
    for number in range(10_000):
        assert memo[f"key-{number}"]
    assert len(memo) <= 8_192


@pytest.mark.parametrize("name", FORMATS)
def test_the_title_s_id_is_read_where_the_stage_says(engine: MiniRacer, name: str) -> None:
    paths = StagePaths(DEFAULT_DIMENSIONS, ("entity:com.example/video/1#/id", "atomic:page_urlpath"))
    video = ("iglu:com.example/video/jsonschema/1-0-0", {"id": 4711})
    with_id = fold([read(engine, name, tsv(contexts=contexts(PLAYER, SESSION, video)), paths)])
    assert (with_id.media_id, with_id.title) == ("4711", PLAYER["label"])
    without = fold([read(engine, name, tsv(), paths)])
    assert (without.media_id, without.title) == (PLAYER["label"], PLAYER["label"])
    nameless = fold([read(engine, name, tsv(contexts=contexts({**PLAYER, "label": None}, SESSION, video)), paths)])
    assert (nameless.media_id, nameless.title) == ("4711", "4711")


@pytest.mark.parametrize("name", FORMATS)
def test_two_brands_with_the_same_titles_are_distinguished_by_their_app(engine: MiniRacer, name: str) -> None:
    a, b = (fold([read(engine, name, tsv(app_id=brand))]) for brand in ("brand-a", "brand-b"))
    assert a.media_id == b.media_id
    assert [DEFAULTS.dimensions.shown(each.dimensions.tokens)["app"] for each in (a, b)] == ["brand-a", "brand-b"]
    assert a.dimensions.tokens != b.dimensions.tokens


BESIDE_THE_DEFAULTS = StagePaths(
    (
        Dimension("isp", ("atomic:ip_isp",)),
        Dimension(
            "app_version",
            (
                "entity:com.snowplowanalytics.snowplow/application/1#/version",
                "entity:com.snowplowanalytics.mobile/application/1#/version",
            ),
        ),
    )
)
"""What config/local.yaml and many stages add."""


def test_the_script_carries_what_the_defaults_read_and_what_many_stages_add() -> None:
    engine = MiniRacer()
    engine.eval(SCRIPT)
    columns = set(json.loads(engine.eval("JSON.stringify(CARRIED_COLUMNS)")))
    fields = json.loads(engine.eval("JSON.stringify(CARRIED_FIELDS)"))
    engine.close()
    assert columns == set(DEFAULTS.columns) | set(BESIDE_THE_DEFAULTS.columns)
    assert {name: set(names) for name, names in fields.items()} == {
        f"contexts_{each.vendor.replace('.', '_')}_{each.name}_{each.model}": set(each.fields)
        for each in (*DEFAULTS.entities, *BESIDE_THE_DEFAULTS.entities)
    }


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("atomic:geo_country", AtomicPath("geo_country")),
        (
            "entity:nl.basjes/yauaa_context/1#/deviceClass",
            EntityPath("nl.basjes", "yauaa_context", 1, ("deviceClass",)),
        ),
        ("entity:com.a-b/c-d/12#/e~1f/0/g~01", EntityPath("com.a-b", "c-d", 12, ("e/f", "0", "g~1"))),
    ],
)
def test_paths(text: str, path: AtomicPath | EntityPath) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "geo_country",
        "atomic:",
        "atomic:Geo",
        "entity:com.example/cdn/1",
        "entity:com.example/cdn/1#",
        "entity:com.example/cdn/1#/",
        "entity:com.example/cdn/1#/a//b",
        "entity:com.example/cdn/1-0-0#/a",
        "entity:com.example/cdn/0#/a",
        "entity:com.example/1#/a",
        "iglu:com.example/cdn/jsonschema/1-0-0#/a",
        "atomic:" + "a" * 300,
    ],
)
def test_what_is_no_path_is_reported_with_an_example(text: str) -> None:
    with pytest.raises(BadPath, match=r"entity:nl\.basjes/yauaa_context/1#/deviceClass"):
        parse_path(text)


@example("{", "")  # the first column of TSV: its record begins as JSON does
@given(st.text(max_size=30), st.text(max_size=300))
def test_any_text_is_read_alike_from_tsv_and_json(country: str, value: str) -> None:
    paths = StagePaths((Dimension("a", ("atomic:app_id",)), Dimension("b", ("entity:com.example/cdn/1#/name",))))
    settings = DecodeSettings(paths=paths)
    app = country.encode(errors="ignore").decode().translate(dict.fromkeys(map(ord, "\t\n\r\0")))
    line = tsv(
        app_id=app, contexts=contexts(PLAYER, SESSION, ("iglu:com.example/cdn/jsonschema/1-0-0", {"name": value}))
    )
    as_json = json.dumps(
        {
            "app_id": app,
            "event": "unstruct",
            "event_vendor": MEDIA[5:],
            "event_name": "ping_event",
            "event_id": "e",
            "user_id": "v",
            "collector_tstamp": "2025-11-24T14:00:01Z",
            "contexts_com_example_cdn_1": [{"name": value}],
            "unstruct_event_com_snowplowanalytics_snowplow_media_ping_event_1": {},
        }
    ).encode()
    one, other = decode(line, settings), decode(as_json, settings)
    assert one is not None
    assert other is not None
    assert one.dimensions == other.dimensions


GOLDEN = StagePaths(
    (*DEFAULT_DIMENSIONS, Dimension("cdn", ("entity:com.example/cdn/1#/name",), ("east", "north", "west")))
)
GOLDEN_VALUES: list[dict[str, str]] = [
    {
        "country": "DE",
        "device": "Desktop",
        "os": "Windows",
        "browser": "Chrome",
        "platform": "web",
        "app": "brand-a",
        "player": "org.whatwg-media_element",
        "cdn": "west",
    },
    {
        "country": "US",
        "device": "Tablet",
        "os": "macOS",
        "browser": "Safari",
        "platform": "web",
        "app": "brand-b",
        "player": "org.whatwg-media_element",
        "cdn": "other",
    },
    {"os": "Android", "platform": "mob", "app": "Zürich/TV and more than"},
    {
        "country": "other",
        "device": "Set-top box",
        "os": "Tizen",
        "browser": "Samsung Internet",
        "platform": "tv",
        "app": "brand-a",
    },
]


@pytest.mark.parametrize("file", ["enriched.tsv", "enriched.jsonl", "viewer.jsonl"])
def test_golden_events_of_each_format_have_their_dimensions(file: str) -> None:
    """Web with YAUAA, web with the older enrichment's columns alone, a mobile app, version 1 on a set-top box."""
    events = [decode(record, DecodeSettings(paths=GOLDEN)) for record in records(f"dimensions/{file}")]
    shown = [GOLDEN.dimensions.shown(event.dimensions) for event in events if event is not None]
    assert [{name: value for name, value in each.items() if value is not None} for each in shown] == GOLDEN_VALUES


def test_golden_events_of_each_format_have_the_same_tokens() -> None:
    files = [records(f"dimensions/{file}") for file in ("enriched.tsv", "enriched.jsonl", "viewer.jsonl")]
    for same in zip(*files, strict=True):
        events = [decode(record, DecodeSettings(paths=GOLDEN)) for record in same]
        assert len({event.dimensions for event in events if event is not None}) == 1
