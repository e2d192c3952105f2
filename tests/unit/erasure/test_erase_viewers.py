"""The erasing function goes on with every erasure, whatever one of them does."""

from types import SimpleNamespace

import erase_viewers
import pytest


class Due:
    def __init__(self, *jobs: str) -> None:
        self._jobs = jobs

    def due(self, _now_ms: int) -> list[str]:
        return list(self._jobs)


def test_an_erasure_that_fails_keeps_no_other_waiting_and_is_raised_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worked_on = []

    def work_on(job: str, *_: object) -> bool:
        worked_on.append(job)
        if job == "broken":
            raise ValueError("can't be unpacked")
        return True

    monkeypatch.setattr(erase_viewers, "_parts", lambda: (Due("broken", "ann", "ben"), None))
    monkeypatch.setattr(erase_viewers, "work_on", work_on)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000, function_name="erase_viewers")
    with pytest.raises(ValueError, match="unpacked"):
        erase_viewers.handler({}, context)
    assert worked_on == ["broken", "ann", "ben"]
