"""What one batch-get reads of viewers with very many sessions."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from live_viewers.dynamodb.tables.reads import ReadProfiles
from live_viewers.dynamodb.viewer_sessions import MOST_SESSIONS_OF_VIEWER
from live_viewers.profile.sources import SessionsOfViewer


def read(monkeypatch: pytest.MonkeyPatch, viewers: Sequence[str], sessions: int) -> tuple[dict[str, int], int]:
    """(sessions found of each viewer, sessions read in all), where each viewer has so many."""
    asked: list[int] = []

    def some(_: ReadProfiles, viewer_id: str, most: int) -> SessionsOfViewer:
        asked.append(min(most, sessions))
        found: Any = [SimpleNamespace()] * min(most, sessions)
        return SessionsOfViewer(found, sessions <= most)

    monkeypatch.setattr(ReadProfiles, "_sessions", some)
    found = ReadProfiles(None, "table", 1, 30).sessions_of_many(viewers)
    return {viewer: len(each.sessions) for viewer, each in found.items()}, sum(asked)


def test_a_hundred_viewers_with_few_sessions_are_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    found, in_all = read(monkeypatch, [f"v{number}" for number in range(100)], 100)
    assert (set(found.values()), in_all) == ({100}, 10_000)


@pytest.mark.parametrize("viewers", [1, 8])
def test_eight_viewers_get_as_many_of_their_sessions_as_one_alone(
    monkeypatch: pytest.MonkeyPatch, viewers: int
) -> None:
    found, _ = read(monkeypatch, [f"v{number}" for number in range(viewers)], 10_000)
    assert set(found.values()) == {MOST_SESSIONS_OF_VIEWER}


def test_of_a_hundred_with_very_many_eight_are_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    found, in_all = read(monkeypatch, [f"v{number}" for number in range(100)], 10_000)
    counts = list(found.values())
    assert (counts[:8], set(counts[8:])) == ([MOST_SESSIONS_OF_VIEWER] * 8, {100})
    assert in_all == 100 * 100 + 8 * MOST_SESSIONS_OF_VIEWER
