"""Rewriting the profile items of the viewers of a stream batch."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec

from live_viewers.ads.ad_counting import AdChange
from live_viewers.ads.ad_view import AdsOfViewer
from live_viewers.erasure.jobs import began_before
from live_viewers.profile.projection import (
    ProfileStore,
    ProfileSummary,
    Rewrite,
    ViewerChanges,
    ViewerItems,
    summary_of,
    viewers_to_project,
)
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_change import SessionChange

_ATTEMPTS = 8
# A profile that can't be written holds its shard up for so long; then it waits for the viewer's next change.
_HELD_MS = 10 * 60 * 1000


class ProfileContended(RuntimeError):
    """A profile item kept changing while it was rewritten. Passes: the batch is to be delivered again."""


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """Items written, removed, found to be as they should be, and given up for now."""

    written: int = 0
    removed: int = 0
    unchanged: int = 0
    skipped: int = 0

    def __add__(self, other: "ProjectReport") -> "ProjectReport":
        return ProjectReport(
            self.written + other.written,
            self.removed + other.removed,
            self.unchanged + other.unchanged,
            self.skipped + other.skipped,
        )


class Projector:
    """Lives as long as the function instance. Viewers are rewritten side by side on `threads` threads."""

    def __init__(self, store: ProfileStore, default_ping_interval_s: int, threads: int = 16) -> None:
        self._store = store
        self._default_ping_interval_s = default_ping_interval_s
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="profiles")

    def project(
        self, changes: Sequence[SessionChange], now_ms: int, ad_changes: Iterable[AdChange] = ()
    ) -> ProjectReport:
        """Rewrite the items that the changes show in, each at most once. Raises when the store is out of reach."""
        viewers = viewers_to_project(changes, ad_changes)
        outcomes = dict.fromkeys(self._insert_new(viewers, now_ms), "written")
        known = {each: viewer for each, viewer in viewers.items() if each not in outcomes}
        outcomes |= self._rewrite_known(known, now_ms)
        rest = [each for each in viewers.items() if each[0] not in outcomes]
        done = [*outcomes.values(), *self._pool.map(lambda each: self._try(each[0], each[1], now_ms), rest)]
        return ProjectReport(**{each: done.count(each) for each in ("written", "removed", "unchanged", "skipped")})

    def _insert_new(self, viewers: dict[str, ViewerChanges], now_ms: int) -> set[str]:
        """Write the items of viewers who begin with this batch, many in a call; whose were written.

        All changes of a viewer come from one shard, in order. So who has no item, and whose sessions all begin in
        this batch, has no others (but such as the next batches will hold): nothing has to be read.
        """
        summaries: dict[str, ProfileSummary] = {}
        for viewer_id, viewer in viewers.items():
            sessions = viewer.sessions() if viewer.all_begin else None
            if sessions and not any(len(session.titles) > 1 or session.carried_ads for session in sessions):
                summaries[viewer_id] = self._summary_of(ViewerItems(0, None, sessions), now_ms)
        unknown = self._store.unknown(list(summaries)) if summaries else set()
        new = {viewer_id: summary for viewer_id, summary in summaries.items() if viewer_id in unknown}
        return self._store.insert(new, now_ms) if new else set()

    def _rewrite_known(self, viewers: dict[str, ViewerChanges], now_ms: int) -> dict[str, str]:
        """Rewrite, many in a call, the items of viewers who have one and were not erased; who isn't in the answer
        is left as it was. The profile is read first: a session that is written later has a change of its own.

        All changes of a viewer come from one shard, in order, and each session that comes or goes is one. So an
        item that tells of one session is right about that, until a change that is still to come: then the change
        has all of it, and the others' sessions are read.
        """
        stored = self._store.stored([each for each, viewer in viewers.items() if not viewer.erased])
        found: dict[str, ViewerItems] = {}
        others: dict[str, tuple[int, ProfileSummary]] = {}
        for viewer_id, (version, profile) in stored.items():
            session = _whole(viewers[viewer_id]) if profile.sessions == 1 else None
            # A session that was read when the item was last written may be ahead of the stream.
            if (
                session is not None
                and session.session_id == profile.media_session_id
                and session.last_seen_ms >= profile.last_seen_ms
            ):
                found[viewer_id] = ViewerItems(version, profile, [session])
            else:
                others[viewer_id] = (version, profile)
        if others:
            found |= self._store.beside(others)
        outcomes: dict[str, str] = {}
        rewrites: dict[str, Rewrite] = {}
        for viewer_id, (version, profile) in stored.items():
            if viewer_id in found:
                summary = self._summary_of(found[viewer_id], now_ms)
                if summary == profile:
                    outcomes[viewer_id] = "unchanged"
                else:
                    rewrites[viewer_id] = Rewrite(version, profile, summary)
        written = self._store.update(rewrites, now_ms) if rewrites else set()
        return outcomes | dict.fromkeys(written, "written")

    def _summary_of(self, found: ViewerItems, now_ms: int) -> ProfileSummary:
        profile = fold_profile(found.sessions, now_ms, self._default_ping_interval_s, found.titles, found.ads)
        return summary_of(profile, found.partial)

    def _try(self, viewer_id: str, viewer: ViewerChanges, now_ms: int) -> str:
        try:
            return self._rewrite(viewer_id, viewer.erased, now_ms)
        except Exception:
            if now_ms - viewer.created_ms < _HELD_MS:
                raise
            return "skipped"

    def _rewrite(self, viewer_id: str, erased: bool, now_ms: int) -> str:
        for _ in range(_ATTEMPTS):
            stored = self._store.read(viewer_id)
            if stored.sessions and (erased or not stored.version):
                # The erasure may have more of them to remove: none of it goes into a new item.
                erased_at_ms = self._store.erased_at_ms(viewer_id)
                if erased_at_ms is not None:
                    stored = _begun_after(erased_at_ms, stored)
            if not stored.sessions:
                if not stored.version:
                    return "unchanged"
                if self._store.delete(viewer_id, stored.version):
                    return "removed"
                continue
            summary = self._summary_of(stored, now_ms)
            if summary == stored.profile:
                return "unchanged"
            if self._store.put(viewer_id, summary, max(stored.version + 1, now_ms), stored.version):
                return "written"
        raise ProfileContended(f"gave up after {_ATTEMPTS} attempts")


def _begun_after(erased_at_ms: int, found: ViewerItems) -> ViewerItems:
    return msgspec.structs.replace(
        found,
        sessions=[one for one in found.sessions if not began_before(one, erased_at_ms)],
        titles=[one for one in found.titles if one.last_seen_ms > erased_at_ms],
        ads=AdsOfViewer(
            [item for item in found.ads.items if (item.erased_ms or 0) >= erased_at_ms], found.ads.all_read
        ),
    )


def _whole(viewer: ViewerChanges) -> MediaSession | None:
    """The session of a viewer of whom a batch holds one session, which needs nothing else to be told: no rows of
    its former titles or of its ads, and no session of the day before, to which it may be joined."""
    sessions = viewer.sessions() if not viewer.erased and len(viewer.images) == 1 else None
    if not sessions:
        return None
    (session,) = sessions
    return None if session.is_synthetic or session.carried_ads or len(session.titles) > 1 else session
