"""The entities of a TSV line are the same in one pass and one by one, and what is learnt of them has an end."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Raw

from live_viewers.wire import Unreadable, tsv_entities
from live_viewers.wire.tsv_entities import (
    MODELS,
    OF_STAGE,
    UNREAD,
    EntityReader,
    StageEntities,
    keep_newest,
    model_of,
)
from tests.unit.wire.records import MEDIA, SNOWPLOW

PLAYER = f"{SNOWPLOW}/media_player/jsonschema/2-0-0"
LATER_PLAYER = f"{SNOWPLOW}/media_player/jsonschema/2-1-0"
CDN, NEWER_CDN = (f"iglu:com.example/cdn/jsonschema/1-{revision}-0" for revision in (0, 1))
AD = f"{MEDIA}/ad/jsonschema/1-0-0"
URIS = [f"{model.uri}-0-0" for model in MODELS] + [
    LATER_PLAYER,
    CDN,
    NEWER_CDN,
    "iglu:com.example/x/jsonschema/1-0-0",
]
DATA = [
    '{"currentTime":1.5,"paused":false,"ended":false}',
    '{"currentTime":50.0,"paused":true,"ended":false,"volume":50.0}',
    '{"mediaSessionId":"s-1","startedAt":"2025-11-24T14:00:00Z"}',
    '{"mediaSessionId":"s-2","ads":-1}',
    '{"adId":"ad-1","breakId":"break-1","id":"page-1","userId":"u-1","name":"west"}',
    '{"name":"east"}',
    "{}",
    "null",
    '{"adId":',
]
ENTITY = st.builds(
    lambda form, uri, data, other: form % {"uri": uri, "data": data, "other": other},
    st.sampled_from(
        [
            '{"schema":"%(uri)s","data":%(data)s}',
            '{"data":%(data)s,"schema":"%(uri)s"}',
            '{"schema":"%(uri)s","data":%(data)s,"data":{}}',
            '{"schema":"%(uri)s","data":%(data)s,"schema":"%(other)s"}',
            '{"schema":"%(uri)s"}',
            '{"schema":1,"data":%(data)s}',
            "3",
        ]
    ),
    st.sampled_from(URIS),
    st.sampled_from(DATA),
    st.sampled_from(URIS),
)
PLACES = [{}, {model_of(CDN): 0}, {model_of(AD): 0, model_of(CDN): 1}]


def column(*entities: str) -> bytes:
    return ('{"schema":"c","data":[' + ",".join(entities) + "]}").encode()


def read(reader: EntityReader, contexts: bytes) -> Any:
    try:
        return reader.one_pass(contexts).data
    except UNREAD:
        return one_by_one(reader, contexts)


def one_by_one(reader: EntityReader, contexts: bytes) -> Any:
    try:
        return reader.one_by_one(contexts)
    except Unreadable as unreadable:
        return (unreadable.reason, unreadable.detail)


def shown(result: Any) -> str:
    """Of the media entities the first of each model, of the stage's the newest, with the JSON in it as text."""
    if isinstance(result, tuple):
        return repr(result)
    media: dict[int, Any] = {}
    of_stage: StageEntities = {}
    for entity in result:
        if entity.place is not None and entity.place < OF_STAGE:
            media.setdefault(entity.place, bytes(entity.data) if isinstance(entity.data, Raw) else entity.data)
        elif entity.place is not None:
            keep_newest(of_stage, entity.place, entity.version, entity.data)
    return repr((sorted(media.items()), sorted((place, v, bytes(data)) for place, (v, data) in of_stage.items())))


@given(st.sampled_from(PLACES), st.lists(st.lists(ENTITY, max_size=4), min_size=1, max_size=4))
@example({}, [[f'{{"schema":"{PLAYER}","data":{DATA[0]}}}', f'{{"schema":"{LATER_PLAYER}","data":{DATA[1]}}}']])
def test_one_pass_reads_what_one_by_one_does(places: dict[str, int], columns: list[list[str]]) -> None:
    reader = EntityReader(places)
    for entities in columns * 2:  # the second time what comes is known
        contexts = column(*entities)
        assert shown(read(reader, contexts)) == shown(one_by_one(EntityReader(places), contexts))


def test_a_uri_is_learnt_from_the_first_column_that_has_it() -> None:
    reader = EntityReader({model_of(CDN): 0})
    contexts = column(f'{{"schema":"{LATER_PLAYER}","data":{DATA[0]}}}', f'{{"schema":"{CDN}","data":{DATA[5]}}}')
    with pytest.raises(UNREAD):
        reader.one_pass(contexts)
    first = reader.one_by_one(contexts)
    assert shown(reader.one_pass(contexts).data) == shown(first)
    assert first[0].data.position_s == 1.5


def test_what_is_learnt_has_an_end_and_is_read_beyond_it_too() -> None:
    reader = EntityReader({})
    for number in range(200):
        contexts = column(
            f'{{"schema":"iglu:com.example/e{number}/jsonschema/1-0-0","data":{{}}}}',
            f'{{"schema":"{"x" * 300}{number}","data":{{}}}}',
            '{"schema":"","data":{}}',
            f'{{"schema":"{PLAYER}","data":{DATA[0]}}}',
        )
        players = [entity.data for entity in read(reader, contexts) if entity.place == tsv_entities.PLAYER]
        assert [player.position_s for player in players] == [1.5]
    assert len(reader._by_uri) == 64
    assert max(map(len, reader._by_uri)) <= 256
