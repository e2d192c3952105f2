"""The erasure of a viewer: asked for over the API, done by a job that can stop anywhere and go on.

A tombstone keeps events collected before the erasure from bringing anything back. What was being written
when it was placed may still arrive, so the job passes twice: at once, and again when every function of
that time has ended. A pass removes all but what was begun after the erasure, which says so itself; no time
of an event is asked, for it may be ahead.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from live_viewers.session.media_session import MediaSession

# The longest time limit of a Lambda function, and a minute for clocks.
SECOND_PASS_AFTER_MS = 16 * 60 * 1000

ErasureState = Literal["running", "checking", "done"]


class Erasure(msgspec.Struct, frozen=True):
    """What is told of an erasure. Times are epoch ms; `checking`: the first pass is done."""

    asked_ms: int
    state: ErasureState
    finished_ms: int | None = None


class ErasureJob(msgspec.Struct, frozen=True):
    """What is left to do: pass 1 or 2, not before `due_ms`; `after` is the rejected object to go on after."""

    viewer_id: str
    asked_ms: int
    number: int
    due_ms: int
    after: str | None = None
    items_done: bool = False


class ErasureRequests(Protocol):
    """What the API does with erasures."""

    def ask(self, viewer_id: str, now_ms: int) -> Erasure:
        """Place the tombstone and the job; of a viewer erased before, begin again."""

    def status(self, viewer_id: str) -> Erasure | None:
        """How far the viewer's erasure is, None where none was asked for (or its tombstone has expired)."""


class ErasureJobs(Protocol):
    """Where jobs are kept."""

    def due(self, now_ms: int) -> list[ErasureJob]:
        """Jobs that have something to do now."""

    def save(self, job: ErasureJob) -> None:
        """Keep how far a job is, unless the viewer was erased anew meanwhile."""

    def finish(self, job: ErasureJob, now_ms: int) -> None:
        """Forget the job, and with it the viewer's id; the tombstone tells when it was done."""

    def remove_items(self, job: ErasureJob, may_go_on: Callable[[], bool]) -> bool:
        """Remove the viewer's items that began before the erasure. False when stopped before the end."""


class RejectedRecords(Protocol):
    """Where records are kept that nobody could read."""

    def remove_of(self, viewer_ids: Sequence[str], after: str | None, may_go_on: Callable[[], bool]) -> str | None:
        """Remove records that name any of the viewers, object by object from `after` on. None: all were looked
        at; else the object to go on after."""


def began_before(session: MediaSession, erased_ms: int) -> bool:
    """Whether a session holds something from before the erasure."""
    return session.first_seen_ms <= erased_ms


@dataclass(slots=True)
class WorkReport:
    """Passes done and left, and what failed last."""

    done: int = 0
    left: int = 0
    failure: Exception | None = None


def work_on(
    due: Sequence[ErasureJob],
    jobs: ErasureJobs,
    rejected: RejectedRecords,
    clock: Callable[[], int],
    may_go_on: Callable[[], bool],
) -> WorkReport:
    """Go on with these jobs until each is done, waits for its second pass, or `may_go_on` says stop.

    What was done is kept after each step; doing a step twice changes nothing. Rejected records are looked through
    once for all jobs that go on after the same one of them: however many viewers are erased, each is read once.
    A job that fails keeps no other waiting.
    """
    report = WorkReport(left=len(due))
    to_search: dict[str | None, list[ErasureJob]] = defaultdict(list)
    for job in due:
        try:
            if not job.items_done:
                if not jobs.remove_items(job, may_go_on):
                    continue
                job = msgspec.structs.replace(job, items_done=True)
                jobs.save(job)
            to_search[job.after].append(job)
        except Exception as problem:
            report.failure = problem
    for after, together in to_search.items():
        try:
            _search(together, after, jobs, rejected, clock, may_go_on, report)
        except Exception as problem:
            report.failure = problem
    return report


def _search(
    together: Sequence[ErasureJob],
    after: str | None,
    jobs: ErasureJobs,
    rejected: RejectedRecords,
    clock: Callable[[], int],
    may_go_on: Callable[[], bool],
    report: WorkReport,
) -> None:
    after = rejected.remove_of([job.viewer_id for job in together], after, may_go_on)
    for job in together:
        if after is not None:
            jobs.save(msgspec.structs.replace(job, after=after))
            continue
        if job.number == 1:
            due_ms = job.asked_ms + SECOND_PASS_AFTER_MS
            jobs.save(ErasureJob(job.viewer_id, job.asked_ms, 2, max(due_ms, clock())))
        else:
            jobs.finish(job, clock())
        report.done += 1
        report.left -= 1
