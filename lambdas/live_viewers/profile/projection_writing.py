"""Rewriting the profile items of the viewers of a stream batch."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from live_viewers.erasure.jobs import began_before
from live_viewers.profile.projection import ProfileStore, summary_of, viewers_to_project
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.session.session_change import SessionChange

_ATTEMPTS = 8


class ProfileContended(RuntimeError):
    """A profile item kept changing while it was rewritten. Passes: the batch is to be delivered again."""


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """Items written, removed, and found to be as they should be."""

    written: int = 0
    removed: int = 0
    unchanged: int = 0


class Projector:
    """Lives as long as the function instance. Viewers are rewritten side by side on `threads` threads."""

    def __init__(self, store: ProfileStore, default_ping_interval_s: int, threads: int = 16) -> None:
        self._store = store
        self._default_ping_interval_s = default_ping_interval_s
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="profiles")

    def project(self, changes: Iterable[SessionChange], now_ms: int) -> ProjectReport:
        """Rewrite the items that the changes show in, each at most once. Raises when the store is out of reach."""
        viewers = viewers_to_project(changes)
        outcomes = list(
            self._pool.map(lambda viewer: self._rewrite(viewer[0], viewer[1], now_ms), viewers.items())
        )
        return ProjectReport(*(outcomes.count(each) for each in ("written", "removed", "unchanged")))

    def _rewrite(self, viewer_id: str, erased: bool, now_ms: int) -> str:
        for _ in range(_ATTEMPTS):
            stored = self._store.read(viewer_id)
            sessions, titles = stored.sessions, stored.titles
            if sessions and (erased or not stored.version):
                # The erasure may have more of them to remove: none of it goes into a new item.
                erased_at_ms = self._store.erased_at_ms(viewer_id)
                if erased_at_ms is not None:
                    sessions = [one for one in sessions if not began_before(one, erased_at_ms)]
                    titles = [one for one in titles if one.last_seen_ms > erased_at_ms]
            if not sessions:
                if not stored.version:
                    return "unchanged"
                if self._store.delete(viewer_id, stored.version):
                    return "removed"
                continue
            summary = summary_of(fold_profile(sessions, now_ms, self._default_ping_interval_s, titles))
            if summary == stored.profile:
                return "unchanged"
            if self._store.put(viewer_id, summary, max(stored.version + 1, now_ms), stored.version):
                return "written"
        raise ProfileContended(f"gave up after {_ATTEMPTS} attempts")
