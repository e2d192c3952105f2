"""The DynamoDB adapter of SessionStore: slices of a batch, written side by side."""

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from live_viewers.dynamodb.live_key import LivePlaces
from live_viewers.dynamodb.tombstones import TombstoneKeys
from live_viewers.dynamodb.writing.ad_writer import KnownAds
from live_viewers.dynamodb.writing.calls import THREADS, Calls, StateByCalls
from live_viewers.dynamodb.writing.known_sessions import KnownSessions
from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.dynamodb.writing.slice_writer import SliceWriter
from live_viewers.intake.store import OutOfTime, SessionPart, Written
from live_viewers.settings import ProcessEventsSettings

SESSIONS_A_SLICE = 50
# About 4 KB each.
SESSIONS_KNOWN = 20_000
# About 1 KB each; a break lasts some minutes.
AD_ITEMS_KNOWN = 10_000


class SessionWriter:
    """Lives as long as the function instance. See store.SessionStore. `pinned_titles`: media ids (StageFile)."""

    def __init__(self, calls: Calls, settings: ProcessEventsSettings, pinned_titles: Collection[str] = ()) -> None:
        self._calls = calls
        self._settings = settings
        self._pinned_titles = frozenset(pinned_titles)
        self._places = LivePlaces(settings.live_index_secret, settings.live_shards)
        self._tombstones = TombstoneKeys(
            settings.tombstone_secret, StateByCalls(calls, settings.viewer_profiles_table)
        )
        self._known = KnownSessions(SESSIONS_KNOWN)
        self._known_ads = KnownAds(AD_ITEMS_KNOWN)
        self._pool: ThreadPoolExecutor | None = None
        # What a failed invocation had finished: the next delivery of the same records goes on from there.
        self._finished: set[int] = set()

    def write(
        self, parts: Sequence[SessionPart], clock_ms: Callable[[], int], time_left_ms: Callable[[], int]
    ) -> Written:
        """See SessionStore."""
        if self._finished:
            parts = [part for part in parts if _identity(part) not in self._finished]
        slices = [parts[at : at + SESSIONS_A_SLICE] for at in range(0, len(parts), SESSIONS_A_SLICE)]
        stopped = threading.Event()
        patience = Patience(time_left_ms)

        def write_slice(some: Sequence[SessionPart]) -> Written | Exception:
            if stopped.is_set():
                return OutOfTime("another slice could not be written")
            try:
                return self._slice_writer(clock_ms, patience).write(some)
            except Exception as failure:
                stopped.set()
                return failure

        outcomes = self._side_by_side(write_slice, slices)
        failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        if failures:
            for some, outcome in zip(slices, outcomes, strict=True):
                if isinstance(outcome, Written) and not outcome.refused:
                    self._finished.update(_identity(part) for part in some)
            # The cause rather than its consequences.
            raise min(failures, key=lambda failure: isinstance(failure, OutOfTime))
        self._finished.clear()
        total = Written()
        for outcome in outcomes:
            if isinstance(outcome, Written):
                total.add(outcome)
        return total

    def _slice_writer(self, clock_ms: Callable[[], int], patience: Patience) -> SliceWriter:
        return SliceWriter(
            self._calls,
            self._settings,
            self._places,
            self._tombstones,
            self._known,
            self._known_ads,
            clock_ms,
            patience,
            self._pinned_titles,
        )

    def _side_by_side(
        self,
        write_slice: Callable[[Sequence[SessionPart]], Written | Exception],
        slices: Sequence[Sequence[SessionPart]],
    ) -> list[Written | Exception]:
        if len(slices) < 2:
            return [write_slice(each) for each in slices]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="store")
        return list(self._pool.map(write_slice, slices))


def _identity(part: SessionPart) -> int:
    """A number for these very records of this session."""
    records = tuple((r["topic"], r["partition"], r["offset"], r.get("timestamp")) for r in part.records)
    return hash((part.viewer_id, part.session_id, records))
