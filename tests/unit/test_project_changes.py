"""A batch of changes that is more than an invocation can do is done in parts."""

from collections.abc import Sequence
from typing import Any, ClassVar

import project_changes
import pytest

from live_viewers.ads.ad_counting import AdChange
from live_viewers.audience.progress import ProgressTeller, ShardProgress
from live_viewers.dynamodb.direct_client import Unavailable
from live_viewers.profile.projection_writing import ProjectReport
from live_viewers.session.media_session import fold
from live_viewers.session.session_change import SessionChange
from tests.stories import PING_S, InMemoryAudience, change_of, stream_event
from tests.viewing import play


class SlowProjector:
    """Takes 20 s for each call."""

    def __init__(self) -> None:
        self.projected: list[int] = []
        self.left_ms = 120_000

    def project(self, changes: list[SessionChange], _now_ms: int, _ads: Sequence[AdChange] = ()) -> ProjectReport:
        self.projected += [change.sequence for change in changes]
        self.left_ms -= 20_000
        return ProjectReport(written=len(changes))

    def get_remaining_time_in_millis(self) -> int:
        """What Lambda's context tells."""
        return self.left_ms


class Told:
    """Where progress is told; `fault` is what it fails with."""

    shards: ClassVar[dict[str, ShardProgress]] = {}
    fault: ClassVar[Exception | None] = None

    def tell(self, shard_id: str, progress: ShardProgress) -> None:
        """See Progress."""
        if self.fault is not None:
            raise self.fault
        self.shards[shard_id] = progress

    def of_shards(self) -> list[ShardProgress]:
        """See Progress."""
        return list(self.shards.values())


@pytest.fixture
def projector(monkeypatch: pytest.MonkeyPatch) -> SlowProjector:
    slow = SlowProjector()
    settings = type("_Settings", (), {"default_ping_interval_s": PING_S, "audience_items_a_batch": 10_000})
    given = {"settings": settings, "projector": slow, "audience": InMemoryAudience(), "ads": None}
    given["progress"] = ProgressTeller(Told())
    parts: Any = type("_Parts", (), given)
    monkeypatch.setattr(project_changes, "_parts", lambda: parts)
    monkeypatch.setattr(project_changes, "_report_watching_now", lambda *_: None)
    return slow


def event_of(numbers: range, at: float = 0) -> dict[str, Any]:
    return stream_event(
        [change_of(n, f"viewer-{n}", "s", None, fold([play(at=at, viewer_id=f"viewer-{n}")])) for n in numbers], 1
    )


def test_what_there_is_no_time_for_comes_again_from_there_on(projector: SlowProjector) -> None:
    answer = project_changes.handler(event_of(range(1, 8_001)), projector)
    assert answer == {"state": {}, "batchItemFailures": [{"itemIdentifier": "5001"}]}
    assert projector.projected == list(range(1, 5_001))

    projector.left_ms = 120_000
    assert project_changes.handler(event_of(range(5_001, 8_001)), projector) == {"state": {}}
    assert projector.projected == list(range(1, 8_001))


def test_a_batch_that_there_is_time_for_is_done_at_once(projector: SlowProjector) -> None:
    assert project_changes.handler(event_of(range(1, 3_001)), projector) == {"state": {}}
    assert projector.projected == list(range(1, 3_001))


def test_however_late_it_is_a_part_is_done(projector: SlowProjector) -> None:
    """Or the same batch would come again for ever."""
    projector.left_ms = 1_000
    answer = project_changes.handler(event_of(range(1, 1_502)), projector)
    assert answer["batchItemFailures"] == [{"itemIdentifier": "1001"}]


def test_how_long_the_oldest_change_waited_is_told_and_holds_up_nothing(
    projector: SlowProjector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Told, "shards", {})
    project_changes.handler(event_of(range(1, 3)), projector)
    assert Told.shards == {}, "the stream doesn't tell"
    event = event_of(range(1, 3))
    for record in event["Records"]:
        record["dynamodb"]["ApproximateCreationDateTime"] = 1_700_000_000
    project_changes.handler(event, projector)
    (progress,) = Told.shards.values()
    assert progress.behind_ms > 0
    monkeypatch.setattr(Told, "fault", Unavailable("away"))
    monkeypatch.setattr(ProgressTeller, "take_up", lambda *_: Told().tell("any", progress))
    assert project_changes.handler(event_of(range(3, 5)), projector) == {"state": {}}
    assert projector.projected == [1, 2, 1, 2, 3, 4]


def test_what_touches_too_many_items_of_the_audience_comes_again_from_there_on(projector: SlowProjector) -> None:
    """Each viewer shares the items of everything and of the title; there is room for no other minute's."""
    settings = project_changes._parts().settings
    settings.audience_items_a_batch = 2
    early, late = event_of(range(1, 4))["Records"], event_of(range(4, 6), at=3_600)["Records"]
    event = stream_event([], 1) | {"Records": [*early, *late]}
    answer = project_changes.handler(event, projector)
    assert answer == {"state": {}, "batchItemFailures": [{"itemIdentifier": "4"}]}
    assert projector.projected == [1, 2, 3]

    assert project_changes.handler(event | {"Records": late}, projector) == {"state": {}}
    assert projector.projected == [1, 2, 3, 4, 5]
