"""Sessions of formats without a media session: what is played under one label in a page view, else the day."""

import json

import pytest
from snowplow_analytics_sdk.event_transformer import transform

from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.session.media_session import fold
from live_viewers.session.synthetic_sessions import read_sessions
from live_viewers.wire import DecodeSettings, decode
from tests.unit.wire.records import PLAYER, SESSION, SNOWPLOW, contexts, tsv, viewer_json
from tests.viewing import START_MS, play

PAGE_VIEW = "5b0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a99"
WEB_PAGE = (f"{SNOWPLOW}/web_page/jsonschema/1-0-0", {"id": PAGE_VIEW})


def as_json(line: bytes) -> bytes:
    return json.dumps(transform(line.decode())).encode()


def session_of(record: bytes) -> tuple[str, bool]:
    event = decode(record, DecodeSettings())
    assert event is not None
    return event.session_id, event.session_is_synthetic


def line(player: dict | None = PLAYER, session: dict | None = None, *more: tuple) -> bytes:
    return tsv(contexts=contexts(player, session, *(more or (WEB_PAGE,))))


def test_every_format_makes_the_same_session_of_a_page_view_and_label():
    session_id, synthetic = session_of(line())
    assert synthetic
    assert session_id.startswith("pv-")
    assert len(session_id) == len("pv-") + 16
    assert session_of(as_json(line())) == (session_id, True)
    assert session_of(viewer_json(player=PLAYER, page_view_id=PAGE_VIEW)) == (session_id, True)


def test_another_label_is_another_session_and_blanks_around_it_are_not():
    one = session_of(line())
    assert session_of(line({**PLAYER, "label": " Harbour "})) == one
    assert session_of(line({**PLAYER, "label": "Train"})) != one


@pytest.mark.parametrize("player", [{**PLAYER, "label": "  "}, {**PLAYER, "label": None}, None])
def test_without_a_label_it_is_the_page_view_alone(player):
    without = session_of(line({name: value for name, value in PLAYER.items() if name != "label"}))
    assert session_of(line(player)) == without
    assert without != session_of(line())


def test_another_page_view_is_another_session():
    other = (f"{SNOWPLOW}/web_page/jsonschema/1-0-0", {"id": "another"})
    assert session_of(line(PLAYER, None, other)) != session_of(line())


def test_without_a_page_it_is_the_viewers_day():
    assert session_of(tsv(contexts=contexts(PLAYER, None))) == ("day-2025-11-24", True)


def test_a_media_session_comes_before_both_and_a_blank_one_does_not():
    assert session_of(line(PLAYER, SESSION, WEB_PAGE)) == ("s-1", False)
    for record in (
        line(PLAYER, {"mediaSessionId": " "}, WEB_PAGE),
        as_json(line(PLAYER, {"mediaSessionId": ""}, WEB_PAGE)),
    ):
        assert session_of(record) == session_of(line())


def test_only_day_sessions_are_dates():
    page_view = fold([play(at=0, session_id="pv-0123456789abcdef", session_is_synthetic=True)])
    days = [fold([play(at=at, session_id=f"day-2026-11-2{at}", session_is_synthetic=True)]) for at in (3, 4)]
    read = read_sessions([page_view, *days])
    assert read.superseded == {"day-2026-11-23"}
    assert len(read.sessions) == 3
    live = fold_profile([page_view, *days], START_MS + 5_000).live_sessions
    assert {session.session_id for session in live} == {"pv-0123456789abcdef", "day-2026-11-24"}
