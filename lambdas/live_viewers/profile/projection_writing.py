"""Rewriting the profile items of the viewers of a stream batch."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from live_viewers.ads.ad_counting import AdChange
from live_viewers.ads.ad_view import AdsOfViewer
from live_viewers.erasure.jobs import began_before
from live_viewers.profile.projection import (
    ProfileStore,
    ProfileSummary,
    Rewrite,
    ViewerChanges,
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
        self, changes: Iterable[SessionChange], now_ms: int, ad_changes: Iterable[AdChange] = ()
    ) -> ProjectReport:
        """Rewrite the items that the changes show in, each at most once. Raises when the store is out of reach."""
        viewers = viewers_to_project(changes, ad_changes)
        outcomes = dict.fromkeys(self._insert_new(viewers, now_ms), "written")
        known = {each: viewer for each, viewer in viewers.items() if each not in outcomes}
        outcomes |= self._rewrite_of_one_session(known, now_ms)
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
                summaries[viewer_id] = summary_of(
                    fold_profile(sessions, now_ms, self._default_ping_interval_s, ads=AdsOfViewer())
                )
        unknown = self._store.unknown(list(summaries)) if summaries else set()
        new = {viewer_id: summary for viewer_id, summary in summaries.items() if viewer_id in unknown}
        return self._store.insert(new, now_ms) if new else set()

    def _rewrite_of_one_session(self, viewers: dict[str, ViewerChanges], now_ms: int) -> dict[str, str]:
        """Rewrite, many in a call, the items of viewers who have one session: the change has all of it.

        All changes of a viewer come from one shard, in order, and each session that comes or goes is one. So an
        item that tells of one session is right about that, until a change that is still to come.
        """
        changed = {each: session for each, viewer in viewers.items() if (session := _whole(viewer)) is not None}
        outcomes: dict[str, str] = {}
        rewrites: dict[str, Rewrite] = {}
        for viewer_id, (version, stored) in (self._store.stored(list(changed)) if changed else {}).items():
            session = changed[viewer_id]
            is_the_one = stored.sessions == 1 and stored.media_session_id == session.session_id
            # A session that was read when the item was last written may be ahead of the stream.
            if not is_the_one or stored.last_seen_ms > session.last_seen_ms:
                continue
            profile = fold_profile([session], now_ms, self._default_ping_interval_s, ads=AdsOfViewer())
            summary = summary_of(profile)
            if summary == stored:
                outcomes[viewer_id] = "unchanged"
            else:
                rewrites[viewer_id] = Rewrite(version, stored, summary)
        written = self._store.update(rewrites, now_ms) if rewrites else set()
        return outcomes | dict.fromkeys(written, "written")

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
            sessions, titles, ads = stored.sessions, stored.titles, stored.ads
            if sessions and (erased or not stored.version):
                # The erasure may have more of them to remove: none of it goes into a new item.
                erased_at_ms = self._store.erased_at_ms(viewer_id)
                if erased_at_ms is not None:
                    sessions = [one for one in sessions if not began_before(one, erased_at_ms)]
                    titles = [one for one in titles if one.last_seen_ms > erased_at_ms]
                    kept = [item for item in ads.items if (item.erased_ms or 0) >= erased_at_ms]
                    ads = AdsOfViewer(kept, ads.all_read)
            if not sessions:
                if not stored.version:
                    return "unchanged"
                if self._store.delete(viewer_id, stored.version):
                    return "removed"
                continue
            profile = fold_profile(sessions, now_ms, self._default_ping_interval_s, titles, ads)
            summary = summary_of(profile, stored.partial)
            if summary == stored.profile:
                return "unchanged"
            if self._store.put(viewer_id, summary, max(stored.version + 1, now_ms), stored.version):
                return "written"
        raise ProfileContended(f"gave up after {_ATTEMPTS} attempts")


def _whole(viewer: ViewerChanges) -> MediaSession | None:
    """The session of a viewer of whom a batch holds one session, which needs nothing else to be told: no rows of
    its former titles or of its ads, and no session of the day before, to which it may be joined."""
    sessions = viewer.sessions() if not viewer.erased and len(viewer.images) == 1 else None
    if not sessions:
        return None
    (session,) = sessions
    return None if session.is_synthetic or session.carried_ads or len(session.titles) > 1 else session
