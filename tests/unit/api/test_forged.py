"""Requests made to cost much: forged cursors, and questions whose answer is too large for a function."""

import base64
import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from live_viewers.api.answers import MOST_ANSWER_BYTES, sent_bytes
from live_viewers.api.app import make_api
from live_viewers.api.brief_cache import BriefCache
from live_viewers.api.cursors import make_cursor, read_cursor
from live_viewers.api.problems import Problem
from live_viewers.api.service import Service
from live_viewers.api.viewers import SessionPosition
from live_viewers.defaults import LIVE_PLACES, MOST_SHARDS
from live_viewers.dynamodb.live_key import LIVE_BLOCK
from live_viewers.events.short_text_cache import LONGEST_TEXT, Memo, cache_short_texts
from live_viewers.profile.sources import LivePage, LivePosition, SessionsOfViewer, TimelinePosition
from live_viewers.session.media_session import MediaSession, fold
from tests.response_models import matches
from tests.unit.api.http_events import READER, Reply, http_event, reply_of
from tests.viewing import play

LAMBDA_ANSWER_BYTES = 6 * 1024 * 1024


class Store:
    """Every source: it must not be asked, or has fat viewers."""

    def __init__(self, sessions: dict[str, list[MediaSession]] | None = None) -> None:
        self.fat = sessions

    def sessions_of_many(self, viewer_ids: Sequence[str]) -> dict[str, SessionsOfViewer]:
        assert self.fat is not None
        return {each: SessionsOfViewer(self.fat[each], True) for each in viewer_ids if each in self.fat}

    def live(self, *_: Any) -> Any:
        raise AssertionError("a forged cursor was read from")

    timeline = sessions = live


def ask(store: Store, method: str, target: str, body: str | None = None) -> tuple[Reply, dict[str, Any]]:
    service = Service(store, store, store, store, lambda: 0, store, store, store)  # type: ignore[arg-type]
    result = make_api(service)(http_event(method, target, body=body, authorizer=READER), None)
    return reply_of(result), result


VALID: dict[type[msgspec.Struct], msgspec.Struct] = {
    LivePosition: LivePosition(0, 0),
    TimelinePosition: TimelinePosition(0, "e"),
    SessionPosition: SessionPosition(0, "s"),
}


def forged(kind: type[msgspec.Struct], *filters: object, position: Any) -> str:
    """A cursor of that list which holds `position`, encoded, instead of one of ours."""
    ours = VALID[kind]
    data = base64.urlsafe_b64decode(make_cursor(ours, *filters) + "==").removesuffix(msgspec.msgpack.encode(ours))
    encoded = position if isinstance(position, bytes) else msgspec.msgpack.encode(position)
    return base64.urlsafe_b64encode(data + encoded).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "position",
    [
        (-2000, 0, -1),
        (-1, 0),
        (MOST_SHARDS, 0),
        (2**63, 0),
        (0, -1),
        (0, LIVE_PLACES + 1),
        (0, 10**9),
        (0, 0, -2),
        (0, 0, 2**56),
        (0, 0, 1, 1),
        (0,),
        ("0", 0),
        (0.5, 0),
        (None, 0),
        {"shard": 0},
        [],
    ],
)
def test_a_forged_position_in_the_live_sessions_is_refused_unread(position: Any) -> None:
    cursor = forged(LivePosition, None, None, None, position=position)
    reply, _ = ask(Store(), "GET", f"/v1/live?cursor={cursor}")
    assert (reply.status, reply.problem) == (400, "invalid-cursor")


@pytest.mark.parametrize("position", [(-1, "e"), (10**13, "e"), (0, "e" * 2000), (0, b"e"), (0, "e", 1)])
def test_a_forged_position_in_a_timeline_is_refused_unread(position: Any) -> None:
    cursor = forged(TimelinePosition, "ann", 0, 9_999_999_999_998, position=position)
    reply, _ = ask(Store(), "GET", f"/v1/viewers/ann/timeline?cursor={cursor}")
    assert (reply.status, reply.problem) == (400, "invalid-cursor")


@pytest.mark.parametrize("position", [(-1, "s"), (10**13, "s"), (0, "s" * 2000), (0,)])
def test_a_forged_position_among_sessions_is_refused_unread(position: Any) -> None:
    cursor = forged(SessionPosition, "ann", position=position)
    reply, _ = ask(Store(), "GET", f"/v1/viewers/ann/sessions?cursor={cursor}")
    assert (reply.status, reply.problem) == (400, "invalid-cursor")


def test_positions_at_the_edges_are_read() -> None:
    assert LIVE_PLACES == LIVE_BLOCK
    for position in (
        LivePosition(0, 0),
        LivePosition(MOST_SHARDS - 1, LIVE_PLACES, 2**56 - 1),
        TimelinePosition(9_999_999_999_999, "e"),
        SessionPosition(0, "s"),
    ):
        assert read_cursor(make_cursor(position), type(position)) == position


def test_a_cursor_nested_deep_is_refused() -> None:
    with pytest.raises(Problem):
        read_cursor(forged(LivePosition, position=b"\x91" * 3000), LivePosition)


def fat_viewer(viewer_id: str, character: str) -> list[MediaSession]:
    title = character * 160
    return [
        fold([play(at=60 * n, viewer_id=viewer_id, session_id=f"{n:03}-" + character * 300, label=f"{n} {title}")])
        for n in range(30)
    ]


@pytest.mark.parametrize("character", ["x", '"', "\\", "\N{SNOWMAN}", "\N{GRINNING FACE}"])
def test_an_answer_about_fat_viewers_fits_and_names_the_rest_by_leaving_them_out(character: str) -> None:
    ids = [f"{n:03}" + character * (2000 // len(character.encode())) for n in range(60)]
    ids = [each.encode()[:2048].decode(errors="ignore") for each in ids]
    store = Store({each: fat_viewer(each, character) for each in ids})
    left, pages = ids, 0
    while left:
        body = json.dumps({"viewer_ids": [*left, "nobody"]}, ensure_ascii=False)
        reply, result = ask(store, "POST", "/v1/viewers/batch-get", body)
        assert reply.status == 200
        assert len(json.dumps(result)) < LAMBDA_ANSWER_BYTES
        matches_batch(reply)
        answered = [each["viewer_id"] for each in reply.json["viewers"]]
        assert answered
        assert answered == left[: len(answered)]
        assert reply.json["missing"] == ["nobody"]
        assert reply.json["partial"] == (len(answered) < len(left))
        left, pages = left[len(answered) :], pages + 1
    assert pages > 1


def matches_batch(reply: Reply) -> None:
    from live_viewers.api.models import BatchOfViewers

    matches(BatchOfViewers, reply.json)


@pytest.mark.parametrize("text", ["plain", 'quo"tes \\ and', "é" * 10, "\N{SNOWMAN}", "\N{GRINNING FACE}" * 3])
def test_what_an_answer_takes_is_never_underestimated(text: str) -> None:
    data = msgspec.json.encode({"text": text})
    assert sent_bytes(data) >= len(json.dumps(data.decode())) - len('""')
    assert sent_bytes(data) <= 3 * len(data)
    assert MOST_ANSWER_BYTES < LAMBDA_ANSWER_BYTES


class Kept:
    def __init__(self, size: int) -> None:
        self.size = size


def test_the_brief_cache_is_bounded_in_bytes() -> None:
    cache = BriefCache[Kept](most=256, most_bytes=1000)
    for number in range(20):
        cache.get(number, 0, lambda: Kept(300))
    again = Kept(1)
    assert [cache.get(number, 0, lambda: again) is again for number in (19, 18, 17, 16)] == [False] * 3 + [True]
    too_large = Kept(5000)
    assert cache.get("large", 0, lambda: too_large) is too_large
    assert cache._bytes <= 1000
    assert cache._bytes == sum(value.size for _, value in cache._values.values())


def test_a_value_that_is_made_anew_takes_the_place_of_the_old_one() -> None:
    cache = BriefCache[Kept](keep_ms=10, most_bytes=1000)
    for now_ms in range(0, 100, 20):
        cache.get("one", now_ms, lambda: Kept(400))
    assert cache._bytes == 400


def test_a_long_text_is_never_kept() -> None:
    """100 KB of startedAt in each event would keep 400 MB in a cache of 4,096 texts."""
    calls: list[str] = []

    @cache_short_texts
    def length(text: str) -> int:
        calls.append(text[:1])
        return len(text)

    for _ in range(2):
        assert length("a" * LONGEST_TEXT) == LONGEST_TEXT
        assert length("b" * 100_000) == 100_000
    assert calls == ["a", "b", "b"]


def test_what_comes_after_a_full_memo_s_keys_takes_their_place() -> None:
    calls: list[int] = []
    memo = Memo[int, int](lambda key: calls.append(key) or -key, most=3)
    for _ in range(2):
        assert [memo[key] for key in (1, 2, 3, 4, 5)] == [-1, -2, -3, -4, -5]
        assert memo[5] == -5
        assert len(memo) <= 3
    assert calls == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]


def test_what_can_t_be_computed_is_not_kept() -> None:
    memo = Memo[str, int](int)
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            memo["x"]
    assert not memo


def test_no_cache_of_the_hot_path_keeps_texts_of_any_length() -> None:
    """Whatever keeps texts from outside does it by `Memo`, or takes a text of a fixed length."""
    import subprocess
    from pathlib import Path

    root = Path(__file__).parents[3]
    found = subprocess.run(
        ["git", "grep", "-l", "lru_cache", "--", "lambdas/live_viewers"], cwd=root, capture_output=True, text=True
    )
    assert set(found.stdout.split()) == {
        "lambdas/live_viewers/dimensions/dimensions.py",  # of at most 256 characters, by its own promise
        "lambdas/live_viewers/dynamodb/statements.py",  # of our own attributes' names
        "lambdas/live_viewers/wire/enriched_json.py",  # of a stage's paths, as in the other formats
    }


def test_a_session_that_can_t_be_shown_is_left_out_of_a_page_alone() -> None:
    shown, beyond = fold([play(at=0)]), fold([play(at=0, session_id="session-2")])
    beyond.last_seen_ms = 10**15  # the year 33,658

    class Live(Store):
        def live(self, *_: Any) -> LivePage:
            return LivePage([beyond, shown], None)

    reply, _ = ask(Live(), "GET", "/v1/live")
    assert [each["media_session_id"] for each in reply.json["sessions"]] == ["session-1"]


def test_what_forges_cursors_here_makes_ones_that_are_read() -> None:
    assert read_cursor(forged(LivePosition, "f", position=(1, 2, 3)), LivePosition, "f") == LivePosition(1, 2, 3)
