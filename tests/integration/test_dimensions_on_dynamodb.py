"""A dimension from the wire to GET /v1/live, by configuration alone; and what a change of its definition does."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from snowplow_analytics_sdk.event_transformer import transform

from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dimensions.tokens import split
from live_viewers.dynamodb import items
from live_viewers.stage_file import StageFile
from tests.instances import Instance
from tests.integration.api_rig import ApiRig
from tests.kafka_records import event_of
from tests.snowbridge_script import SnowbridgeScript, snowbridge_script
from tests.unit.wire.records import PLAYER, contexts, tsv

CDN = Dimension("cdn", ("entity:com.example/cdn/1#/name",), ("west", "east"))
APP = Dimension("app", ("atomic:app_id",))
STAGE = StageFile(dimensions=(CDN, APP), media_id_from=("entity:com.example/video/1#/id",))
NOW_MS = 1_763_992_801_000  # 2025-11-24T14:00:01Z, the records' time


@pytest.fixture(scope="module")
def script() -> Iterator[SnowbridgeScript]:
    with snowbridge_script() as script:
        yield script


@pytest.fixture
def rig(dynamodb_local: str) -> ApiRig:
    rig = ApiRig(dynamodb_local, Dimensions(STAGE.dimensions))
    rig.now_ms = NOW_MS
    return rig


def process(rig: ApiRig, records: list[bytes], stage: StageFile = STAGE) -> None:
    """A batch, by a new instance."""
    instance = Instance(rig.endpoint, rig.table, stage_file=stage, live_shards=4)
    instance.process(event_of(records), lambda: rig.now_ms)


def line(viewer: str, cdn: str | None, *, app: str = "brand-a", at: str = "00", **columns: str) -> bytes:
    """A ping of a viewer, served by a CDN."""
    own = [("iglu:com.example/video/jsonschema/1-0-0", {"id": "video-7"})]
    if cdn is not None:
        own.append(("iglu:com.example/cdn/jsonschema/1-0-0", {"name": cdn}))
    return tsv(
        user_id=viewer,
        app_id=app,
        event_id=str(uuid4()),
        collector_tstamp=f"2025-11-24 14:00:{at}.000",
        derived_tstamp=f"2025-11-24 14:00:{at}.000",
        dvce_created_tstamp=f"2025-11-24 14:00:{at}.000",
        contexts=contexts(PLAYER, {"mediaSessionId": f"session of {viewer}"}, *own),
        **columns,
    )


def as_json(record: bytes) -> bytes:
    return json.dumps(
        {key: value for key, value in transform(record.decode()).items() if value is not None}
    ).encode()


def viewers(rig: ApiRig, query: str) -> set[str]:
    return {session["viewer_id"] for session in rig.pages(f"/v1/live?{query}", "sessions")}


def test_a_dimension_of_an_entity_comes_from_each_format_to_the_live_page_by_configuration_alone(
    script: SnowbridgeScript, rig: ApiRig
) -> None:
    process(
        rig,
        [
            line("tsv", "west"),
            as_json(line("json", "West")),
            script.viewer_json(line("viewer json", "west")),
            line("elsewhere", "east", app="brand-b"),
            line("other", "north"),
            line("none", None),
        ],
    )
    assert viewers(rig, "cdn=west") == {"tsv", "json", "viewer json"}
    assert viewers(rig, "cdn=other") == {"other"}
    assert viewers(rig, "cdn=unknown") == {"none"}
    assert viewers(rig, "app=brand-b") == {"elsewhere"}
    assert viewers(rig, "app=brand-a&cdn=east") == set()
    assert viewers(rig, "media_id=video-7&cdn=east&status=BUFFERING_VIDEO") == set()
    assert viewers(rig, "media_id=video-7") == viewers(rig, "q=viewer%20json") | {
        "tsv",
        "json",
        "elsewhere",
        "other",
        "none",
    }
    shown = {each["viewer_id"]: each["dimensions"] for each in rig.pages("/v1/live", "sessions")}
    assert shown["json"] == {"cdn": "west", "app": "brand-a"}
    assert shown["other"] == {"cdn": "other", "app": "brand-a"}
    assert shown["none"] == {"cdn": None, "app": "brand-a"}
    assert rig.get("/v1/viewers/tsv").json["current_session"]["dimensions"]["cdn"] == "west"
    assert rig.get("/v1/viewers/tsv/sessions").json["sessions"][0]["title"] == PLAYER["label"]


def test_the_index_itself_leaves_out_other_values(rig: ApiRig) -> None:
    """Of 300 live sessions of which one is asked for, only that one's item is read."""
    west, rest = line("the one", "west"), [line(f"v-{number}", "east") for number in range(300)]
    process(rig, [west, *rest])
    read: list[int] = []
    client: Any = rig.client
    whole = client.batch_get_item

    def counted(**request: Any) -> Any:
        read.append(sum(len(keys["Keys"]) for keys in request["RequestItems"].values()))
        return whole(**request)

    client.batch_get_item = counted
    try:
        assert viewers(rig, "cdn=west") == {"the one"}
    finally:
        del client.batch_get_item
    assert sum(read) == 1


def test_a_definition_that_changed_is_in_the_item_with_the_session_s_next_write(rig: ApiRig) -> None:
    process(rig, [line("ann", "west"), line("bob", "west")])
    changed = Dimension("cdn", CDN.paths, ("east", "west", "north"))
    stage = StageFile(dimensions=(changed,))
    process(rig, [line("ann", "west", at="30")], stage)

    def tokens(viewer: str) -> tuple[str, ...]:
        key = items.session_key(viewer, f"session of {viewer}")
        return split(rig.client.get_item(TableName=rig.table, Key=key)["Item"]["d"]["S"])

    assert tokens("ann") == (f"{changed.key}.1",)
    assert set(tokens("bob")) == {f"{CDN.key}.0", f"{APP.key}=brand-a"}
    assert Dimensions(stage.dimensions).shown(tokens("bob")) == {"cdn": None}


def test_a_stage_that_gives_up_its_dimensions_empties_the_attribute(rig: ApiRig) -> None:
    process(rig, [line("ann", "west")])
    process(rig, [line("ann", "west", at="30")], StageFile(dimensions=()))
    key = items.session_key("ann", "session of ann")
    item = rig.client.get_item(TableName=rig.table, Key=key)["Item"]
    assert split(item["d"]["S"]) == ()


def test_another_instance_reads_the_values_back_and_a_late_event_changes_none(rig: ApiRig) -> None:
    process(rig, [line("ann", "west", at="30")])
    process(rig, [line("ann", "east", at="10", app="brand-b")])
    assert viewers(rig, "cdn=west&app=brand-a") == {"ann"}
    process(rig, [line("ann", None, at="40", app="")])
    assert viewers(rig, "cdn=west&app=brand-a") == {"ann"}
    process(rig, [line("ann", "east", at="41")])
    assert viewers(rig, "cdn=east") == {"ann"}
