"""Of each dimension a session keeps the newest value that was told, in whatever order events come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.dynamodb import items
from live_viewers.events.media_event import MediaEvent
from live_viewers.events.order_key import order_prefix
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_change import SessionImage
from live_viewers.session.session_codec import NEWEST_VERSION, pack, unpack
from tests.any_events import any_events
from tests.viewing import SESSION, VIEWER, ping, play

PHONE_US = ("aaa.0", "bbb=US")


def newest_by_rule(events: list[MediaEvent]) -> dict[str, str]:
    """Said once more, and slowly: of each dimension the greatest (order key, token) that isn't unknown."""
    told: dict[str, list[tuple[tuple[int, ...], str]]] = {}
    for event in events:
        for token in event.dimensions:
            known = token[3:] not in (".-", "=")
            told.setdefault(token[:3], []).append((order_prefix(event) if known else (-2,), token))
    return {key: max(values)[1] for key, values in told.items()}


@given(any_events())
def test_a_session_keeps_the_newest_value_of_each(events: list[MediaEvent]) -> None:
    tokens = fold(events).dimensions.tokens
    assert {token[:3]: token for token in tokens} == newest_by_rule(events)
    assert list(tokens) == sorted(tokens)


def test_a_later_event_without_a_value_leaves_the_one_that_was_reported() -> None:
    session = fold([play(at=0, dimensions=PHONE_US), ping(at=30, dimensions=("aaa.-", "bbb="))])
    assert session.dimensions.tokens == PHONE_US


def test_the_value_stays_when_the_event_that_reported_it_comes_late() -> None:
    session = fold([ping(at=30, dimensions=("aaa.-", "bbb=DE")), play(at=0, dimensions=PHONE_US)])
    assert session.dimensions.tokens == ("aaa.0", "bbb=DE")


@given(any_events(6), any_events(6))
def test_a_merge_with_what_was_read_back_is_the_session_of_all_events(
    one: list[MediaEvent], two: list[MediaEvent]
) -> None:
    session = fold(one)
    read = unpack(VIEWER, SESSION, pack(session), 1, session.media_id, session.dimensions.text)
    for event in two:
        read.add(event)
    assert read.dimensions.content() == fold(one + two).dimensions.content()


def test_what_all_came_with_one_event_is_packed_in_four_bytes() -> None:
    without, of_one = fold([play(at=0)]), fold([play(at=0, dimensions=PHONE_US)])
    assert len(pack(of_one)) <= len(pack(without)) + 4


def test_an_order_key_is_packed_once_for_the_values_of_its_event() -> None:
    eight = tuple(f"aa{number}.0" for number in range(8))
    unknown = tuple(f"aa{number}.-" for number in range(8))
    events = [
        play(at=number, dimensions=(*unknown[:number], eight[number], *unknown[number + 1 :]))
        for number in range(8)
    ]
    apart = fold(events)
    assert apart.dimensions.tokens == eight
    assert len(pack(apart)) <= len(pack(fold(events[:1]))) + 8 * 14
    again = unpack(VIEWER, SESSION, pack(apart), 1, apart.media_id, apart.dimensions.text)
    assert again == apart


def test_version_1_keeps_the_values_and_takes_them_for_the_newest_event_s() -> None:
    session = fold([play(at=0, dimensions=PHONE_US), ping(at=30, dimensions=("aaa.-", "bbb="))])
    held = unpack(VIEWER, SESSION, pack(session, 1), 1, session.media_id, session.dimensions.text)
    assert held.dimensions.tokens == PHONE_US
    held.add(play(at=10, dimensions=("aaa.1", "bbb=FR")))
    assert held.dimensions.tokens == PHONE_US
    held.add(ping(at=40, dimensions=("aaa.1", "bbb=FR")))
    assert held.dimensions.tokens == ("aaa.1", "bbb=FR")


@pytest.mark.parametrize("text", ["", "|", "|aaa.0|", "|aaa.0|bbb=US|ccc.1|", "rubbish"])
def test_tokens_that_the_packed_bytes_know_nothing_of_do_no_harm(text: str) -> None:
    session = fold([play(at=0, dimensions=PHONE_US), ping(at=30, dimensions=("aaa.-", "bbb=DE"))])
    read = unpack(VIEWER, SESSION, pack(session, NEWEST_VERSION), 1, session.media_id, text)
    assert read.newest == session.newest


def test_only_the_stage_s_dimensions_stay() -> None:
    session = fold([play(at=0, dimensions=PHONE_US), ping(at=30, dimensions=("ccc.1", "bbb=DE"))])
    session.dimensions.keep(("ccc.1", "bbb=DE"))
    assert session.dimensions.tokens == ("bbb=DE", "ccc.1")
    session.dimensions.keep(())
    assert session.dimensions.tokens == ()


def test_an_image_of_a_session_has_its_tokens() -> None:
    assert SessionImage.of(fold([play(at=0, dimensions=PHONE_US)])).dimensions == PHONE_US
    assert SessionImage.of(fold([play(at=0)])).dimensions == ()
    assert items.dimensions_of({"d": {"S": "|aaa.0|"}}) == "|aaa.0|"


@given(any_events(5), st.data())
def test_parts_of_a_session_that_share_a_tuple_or_not_join_alike(
    events: list[MediaEvent], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(events)))
    whole = MediaSession(VIEWER, SESSION)
    for part in (events[cut:], events[:cut]):
        if part:
            whole.merge(fold(part))
    assert whole.dimensions.content() == fold(events).dimensions.content()
