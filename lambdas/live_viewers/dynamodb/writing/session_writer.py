"""The DynamoDB adapter of SessionStore: slices of a batch, written side by side.

A slice has its sessions; ads and rows of all slices share their calls, so that these are full.
"""

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from live_viewers.dynamodb.live_key import LivePlaces
from live_viewers.dynamodb.tombstones import TombstoneKeys
from live_viewers.dynamodb.writing.ad_writer import AdWriter, KnownAds
from live_viewers.dynamodb.writing.calls import THREADS, Calls, StateByCalls
from live_viewers.dynamodb.writing.known_sessions import KnownSessions
from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.dynamodb.writing.row_writer import RowWriter
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

        ads = AdWriter(
            self._calls,
            self._settings.viewer_profiles_table,
            self._settings.profile_retention_days,
            self._known_ads,
            patience,
        )
        rows = RowWriter(self._calls, self._settings, patience, clock_ms())

        def write_slice(number: int) -> Written | Exception:
            if stopped.is_set():
                return OutOfTime("another slice could not be written")
            try:
                return self._slice_writer(ads, rows, clock_ms, patience).write(number, slices[number])
            except Exception as failure:
                stopped.set()
                return failure

        outcomes = self._side_by_side(write_slice, len(slices))
        failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        try:
            ads.finish()
            rows.finish()
        except Exception as failure:
            failures.append(failure)
        if failures:
            unfinished = ads.unfinished | rows.unfinished
            for number, (some, outcome) in enumerate(zip(slices, outcomes, strict=True)):
                if isinstance(outcome, Written) and not outcome.refused and number not in unfinished:
                    self._finished.update(_identity(part) for part in some)
            # The cause rather than its consequences.
            raise min(failures, key=lambda failure: isinstance(failure, OutOfTime))
        self._finished.clear()
        total = Written()
        for outcome in outcomes:
            if isinstance(outcome, Written):
                total.add(outcome)
        total.refused += rows.refused
        return total

    def _slice_writer(
        self, ads: AdWriter, rows: RowWriter, clock_ms: Callable[[], int], patience: Patience
    ) -> SliceWriter:
        return SliceWriter(
            self._calls,
            self._settings,
            self._places,
            self._tombstones,
            self._known,
            ads,
            rows,
            clock_ms,
            patience,
            self._pinned_titles,
        )

    def _side_by_side(
        self, write_slice: Callable[[int], Written | Exception], slices: int
    ) -> list[Written | Exception]:
        if slices < 2:
            return [write_slice(number) for number in range(slices)]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="store")
        return list(self._pool.map(write_slice, range(slices)))


def _identity(part: SessionPart) -> int:
    """A number for these very records of this session."""
    records = tuple((r["topic"], r["partition"], r["offset"], r.get("timestamp")) for r in part.records)
    return hash((part.viewer_id, part.session_id, records))
