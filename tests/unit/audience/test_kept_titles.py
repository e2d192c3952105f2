"""Top titles: read anew each time while that is quick, and kept in proportion to how long it took."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import pytest

from live_viewers.audience.counts import block_of
from live_viewers.audience.kept_titles import KEPT_TIMES, KeptTitles
from live_viewers.audience.reading import BlockCounts
from live_viewers.scope import Scope, title_scope
from live_viewers.session.bounded_sets import MINUTE_MS

NOW_MS = 1_790_000_000_000
NOW_MINUTE = NOW_MS // MINUTE_MS


class _SlowReader:
    """A title more is watched at each read, and each takes `takes_s` of a clock of its own."""

    def __init__(self, takes_s: float) -> None:
        self.takes_s = takes_s
        self.clock_s = 100.0
        self.reads = 0

    def blocks(self, scope: Scope, blocks: Sequence[int]) -> Iterable[BlockCounts]:
        raise AssertionError("only titles are asked for")

    def titles(
        self, starts: Mapping[int, int], counters: Collection[str], within_s: float
    ) -> tuple[Iterable[BlockCounts], bool]:
        self.reads += 1
        self.clock_s += self.takes_s
        block = block_of(NOW_MINUTE)
        items = [
            BlockCounts(block, title_scope(f"title-{n}"), None, {(NOW_MINUTE - block, "V"): n + 1})
            for n in range(self.reads)
        ]
        return items, True


@pytest.mark.parametrize(
    ("takes_s", "kept_s"), [(0.01, 0.0), (0.2, 0.0), (0.5, 0.5 * KEPT_TIMES), (2.0, 2.0 * KEPT_TIMES)]
)
def test_what_took_long_is_kept_for_a_multiple_of_that(takes_s: float, kept_s: float) -> None:
    reader = _SlowReader(takes_s)
    kept = KeptTitles(reader, lambda: reader.clock_s)
    assert [each.media_id for each in kept.read(NOW_MS).titles] == ["title-0"]
    read_at_s = reader.clock_s
    for share in (0.0, 0.5, 0.99):
        if kept_s:
            reader.clock_s = read_at_s + share * kept_s
            assert [each.media_id for each in kept.read(NOW_MS).titles] == ["title-0"]
    reader.clock_s = read_at_s + kept_s
    assert [(each.media_id, each.watching) for each in kept.read(NOW_MS).titles] == [
        ("title-1", 2),
        ("title-0", 1),
    ]
