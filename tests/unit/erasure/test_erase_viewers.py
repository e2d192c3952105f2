"""The erasing function goes on with every erasure, whatever one of them does."""

from collections.abc import Callable
from types import SimpleNamespace

import erase_viewers
import pytest

from live_viewers.erasure.jobs import ErasureJob


class Jobs:
    """Jobs of viewers that hold nothing; one of them breaks."""

    def __init__(self, *viewers: str) -> None:
        self._viewers = viewers
        self.finished: list[str] = []

    def due(self, now_ms: int) -> list[ErasureJob]:
        return [ErasureJob(viewer, now_ms - 10**7, 2, now_ms) for viewer in self._viewers]

    def save(self, job: ErasureJob) -> None:
        """Nothing is kept."""

    def finish(self, job: ErasureJob, _now_ms: int) -> None:
        self.finished.append(job.viewer_id)

    def remove_items(self, job: ErasureJob, _may_go_on: Callable[[], bool]) -> bool:
        if job.viewer_id == "broken":
            raise ValueError("can't be removed")
        return True


def test_an_erasure_that_fails_keeps_no_other_waiting_and_is_raised_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jobs = Jobs("broken", "ann", "ben")
    rejected = SimpleNamespace(remove_of=lambda *_: None)
    monkeypatch.setattr(erase_viewers, "_parts", lambda: (jobs, rejected))
    monkeypatch.setattr(erase_viewers, "_rewriting", lambda: SimpleNamespace(go_on=lambda *_: 0))
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000, function_name="erase_viewers")
    with pytest.raises(ValueError, match="removed"):
        erase_viewers.handler({}, context)
    assert jobs.finished == ["ann", "ben"]
