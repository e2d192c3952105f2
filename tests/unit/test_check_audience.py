"""What `check_audience` does each minute: every part may be repeated, and none keeps the others from it."""

import time
from types import SimpleNamespace
from typing import Any

import check_audience
import pytest

from live_viewers.audience.progress import ShardProgress
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.audience.subjects import Subjects
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.incidents.alert import Alert
from live_viewers.scope import ALL
from live_viewers.session.status import Status
from live_viewers.stage_file import StageFile
from tests.unit.audience.counted import Counts, History
from tests.unit.incidents.kept import Kept

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
MINUTE = 29_000_000
ALERT = Alert("failing", "failed", above=0, min_viewers=1)


class Stage:
    def __init__(self) -> None:
        self.counts, self.history, self.incidents = Counts(), History(), Kept()
        self.shards: list[ShardProgress] = []
        self.told: list[str] = []
        self.parts = check_audience._Parts(
            stage_file=StageFile(alerts=(ALERT,)),
            subjects=Subjects(Dimensions(())),
            counts=self.counts,  # type: ignore[arg-type]
            history=self.history,  # type: ignore[arg-type]
            progress=SimpleNamespace(of_shards=lambda: self.shards),  # type: ignore[arg-type]
            incidents=self.incidents,  # type: ignore[arg-type]
            publish=lambda subject, text: self.told.append(subject),
        )
        self.now_ms = 0

    def check(self, minute: int) -> dict[str, int]:
        """Just after the beginning of that minute."""
        self.now_ms = minute * 60_000 + 2_000
        return check_audience.handler({}, CONTEXT)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage()
    monkeypatch.setattr(check_audience, "_parts", lambda: made.parts)
    monkeypatch.setattr(time, "time", lambda: made.now_ms / 1000)
    return made


def test_at_a_minutes_beginning_the_last_is_written_down_and_the_one_before_judged(stage: Stage) -> None:
    stage.counts.add(MINUTE - 2, ScopeCounts(seen=5, failed=1), ALL)
    stage.counts.add(MINUTE - 1, ScopeCounts(seen=5), ALL)
    stage.counts.add(MINUTE + 1, ScopeCounts(leases={Status.WATCHING_VIDEO: 3}), ALL)
    report = stage.check(MINUTE)
    assert stage.history.minutes["ALL", MINUTE - 1] == {"": 3}
    assert (report["MinutesJudged"], report["IncidentsOpened"], report["IncidentsTold"]) == (1, 1, 1)
    assert stage.check(MINUTE)["MinutesJudged"] == 0
    report = stage.check(MINUTE + 1)
    assert (report["IncidentsResolved"], report["IncidentsTold"]) == (1, 1)
    assert stage.told == [
        "Live viewers: failing opened, the whole audience",
        "Live viewers: failing resolved, the whole audience",
    ]


def test_while_counting_is_late_nothing_is_written_down_or_judged(stage: Stage) -> None:
    stage.shards = [ShardProgress(MINUTE * 60_000, 40_000)]
    report = stage.check(MINUTE)
    assert (report["AudienceLate"], report["MinutesJudged"]) == (1, 0)
    assert stage.history.minutes == {}


def test_a_part_that_fails_doesn_t_keep_the_others_from_it_and_is_raised(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the store is away")

    monkeypatch.setattr(stage.history, "put_watching", fail)
    with pytest.raises(RuntimeError, match="away"):
        stage.check(MINUTE)
    assert stage.incidents.until == MINUTE - 1
    assert stage.history.state.end is not None


def test_without_time_no_hour_is_begun(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CONTEXT, "get_remaining_time_in_millis", lambda: 20_000)
    assert "HoursRolled" not in stage.check(MINUTE)
