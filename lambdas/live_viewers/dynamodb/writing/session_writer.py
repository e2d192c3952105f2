"""The DynamoDB adapter of SessionStore: a batch's sessions, then its ads and rows, each step in full calls."""

from collections.abc import Callable, Collection, Sequence

from live_viewers.dynamodb.live_key import LivePlaces
from live_viewers.dynamodb.tombstones import TombstoneKeys
from live_viewers.dynamodb.writing.ad_writer import AdWriter, KnownAds, SessionAds
from live_viewers.dynamodb.writing.batch_writer import BatchWriter
from live_viewers.dynamodb.writing.calls import Calls, StateByCalls
from live_viewers.dynamodb.writing.known_sessions import KnownSessions
from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.dynamodb.writing.row_writer import Joined, RowWriter
from live_viewers.dynamodb.writing.session_write import SessionWrite
from live_viewers.intake.store import OutOfTime, SessionPart, Written
from live_viewers.settings import ProcessEventsSettings

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
        # What a failed invocation had finished: the next delivery of the same records goes on from there.
        self._finished: set[int] = set()

    def write(
        self, parts: Sequence[SessionPart], clock_ms: Callable[[], int], time_left_ms: Callable[[], int]
    ) -> Written:
        """See SessionStore."""
        parts = [part for part in parts if not self._finished or _identity(part) not in self._finished]
        known, is_trusted = self._known, self._known.trust.holds
        writes = [SessionWrite(part, known.take((part.viewer_id, part.session_id)), is_trusted) for part in parts]
        patience = Patience(time_left_ms)
        sessions = self._batch_writer(clock_ms, patience)
        ads = self._ad_writer(patience)
        rows = RowWriter(self._calls, self._settings, patience, clock_ms())
        steps: list[Callable[[], None]] = [
            lambda: sessions.write(writes),
            lambda: ads.write(_ads_of(writes)),
            lambda: rows.write([Joined(w.part, w.events, w.erased_ms) for w in writes if w.is_done]),
        ]
        failures = []
        # What can't be written of one kind is no reason to leave another: the next delivery then has less to do.
        for step in steps:
            try:
                step()
            except Exception as failure:
                failures.append(failure)
        if failures:
            unfinished = ads.unfinished | rows.unfinished
            self._finished.update(
                _identity(write.part)
                for write in writes
                if write.is_done and not write.titles and not write.has_refused and write.part not in unfinished
            )
            # The cause rather than its consequences.
            raise min(failures, key=lambda failure: isinstance(failure, OutOfTime))
        self._finished.clear()
        sessions.written.refused += rows.refused
        return sessions.written

    def _batch_writer(self, clock_ms: Callable[[], int], patience: Patience) -> BatchWriter:
        return BatchWriter(
            self._calls,
            self._settings,
            self._places,
            self._tombstones,
            self._known,
            clock_ms,
            patience,
            self._pinned_titles,
        )

    def _ad_writer(self, patience: Patience) -> AdWriter:
        return AdWriter(
            self._calls,
            self._settings.viewer_profiles_table,
            self._settings.profile_retention_days,
            self._known_ads,
            patience,
        )


def _ads_of(writes: Sequence[SessionWrite]) -> list[SessionAds]:
    """Of the sessions that are written."""
    return [
        SessionAds(write.part, write.events, write.session.last_seen_ms, write.erased_ms)
        for write in writes
        if write.is_done and write.events and write.session.carried_ads
    ]


def _identity(part: SessionPart) -> int:
    """A number for these very records of this session."""
    records = tuple((r["topic"], r["partition"], r["offset"], r.get("timestamp")) for r in part.records)
    return hash((part.viewer_id, part.session_id, records))
