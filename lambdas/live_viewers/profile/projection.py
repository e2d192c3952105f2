"""The profile item: one small item per viewer for services that read the table themselves.

Written behind the stream, when something they look at changed: the status, the title, the set of sessions, an ad
counter. A ping changes none of these, so the item's lease is written ten minutes long, and anew when the pings
have used up eight of them. Which change rewrites it follows from the change alone, so a ping costs no read either.
The item is a summary as of its `live_until_ms`; the API folds the sessions afresh and is exact.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol
from zlib import crc32

import msgspec

from live_viewers.ads.ad_counting import AdChange
from live_viewers.ads.ad_totals import shows_in_totals
from live_viewers.ads.ad_view import AdsOfViewer
from live_viewers.events.media_event import EventKind
from live_viewers.profile.session_view import playhead
from live_viewers.profile.viewer_profile import ViewerProfile
from live_viewers.session.content_length import duration_of
from live_viewers.session.liveness import WATCHING
from live_viewers.session.media_session import MediaSession
from live_viewers.session.seen_title import SeenTitle
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.session.session_counters import AD_COUNTS, KNOWN
from live_viewers.session.session_facts import SessionFacts
from live_viewers.session.status import Status

LEASE_MS = 10 * 60 * 1000
RENEWED_BELOW_MS = 2 * 60 * 1000
_PERIOD_MS = LEASE_MS - RENEWED_BELOW_MS
_PLAYING = WATCHING | {Status.READY}


class ProfileSummary(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the profile item tells. Times are epoch ms; what isn't known is None.

    `live_until_ms`: the viewer counts as live until then, unless the item is rewritten. `sessions` and `titles`
    are how many there are; the fields from `media_session_id` to `duration_s` are the current session's.
    `partial`: the viewer has more sessions than are read, and all of it is of the newest.
    """

    status: Status
    live_until_ms: int
    first_seen_ms: int
    last_seen_ms: int
    sessions: int
    titles: int
    media_session_id: str
    media_id: str | None = None
    title: str | None = None
    position_s: float | None = None
    duration_s: float | None = None
    time_played_s: float | None = None
    content_watched_s: float | None = None
    time_paused_s: float | None = None
    time_buffering_s: float | None = None
    time_spent_ads_s: float | None = None
    ads_seen: int | None = None
    ads_clicked: int | None = None
    ads_skipped: int | None = None
    ads_completed: int | None = None
    start_up_s: float | None = None
    rebuffer_ratio: float | None = None
    errors: int = 0
    partial: bool = False


class ViewerItems(msgspec.Struct, frozen=True):
    """A viewer's items read together: the profile's version (0: there is none) and content, the sessions, and the
    other titles and the ads that they had; `partial`: only the newest sessions."""

    version: int
    profile: ProfileSummary | None
    sessions: list[MediaSession]
    titles: Sequence[SeenTitle] = ()
    ads: AdsOfViewer = AdsOfViewer()
    partial: bool = False


class Rewrite(NamedTuple):
    """An item's content as it was read, at `read_version`, and as it is to be."""

    read_version: int
    old: ProfileSummary
    new: ProfileSummary


class ProfileStore(Protocol):
    """The viewer's items. Called from several threads."""

    def read(self, viewer_id: str) -> ViewerItems:
        """Consistent: every write that the stream has told of is in it."""
        ...

    def beside(self, stored: Mapping[str, tuple[int, ProfileSummary]]) -> dict[str, ViewerItems]:
        """What there is beside these profiles, as they were read, of many viewers side by side. Consistent. Who
        isn't in the answer is to be read alone: who has no sessions, or very many, and who could not be read."""
        ...

    def erased_at_ms(self, viewer_id: str) -> int | None:
        """When the viewer was erased; None where there is no tombstone."""
        ...

    def unknown(self, viewer_ids: Sequence[str]) -> set[str]:
        """Those of the viewers who have neither a profile nor a tombstone."""
        ...

    def insert(self, summaries: Mapping[str, ProfileSummary], version: int) -> set[str]:
        """Write items of viewers who have none; the viewers whose item was written."""
        ...

    def stored(self, viewer_ids: Sequence[str]) -> dict[str, tuple[int, ProfileSummary]]:
        """The version and the content of the viewers' items. Who has none that can be read is left out."""
        ...

    def update(self, rewrites: Mapping[str, Rewrite], version: int) -> set[str]:
        """Write items that are still as they were read; the viewers whose item was written. The version is this
        one, or one more than the one read."""
        ...

    def put(self, viewer_id: str, summary: ProfileSummary, version: int, read_version: int) -> bool:
        """Write the item as `version` unless it is no longer at `read_version`; whether it was written."""
        ...

    def delete(self, viewer_id: str, read_version: int) -> bool:
        """Remove the item unless it is no longer at `read_version`; whether it is gone."""
        ...


def needs_rewrite(change: SessionChange) -> bool:
    """Whether a change shows in the profile item."""
    old, new = change.old, change.new
    if old is None or new is None or (before := old.facts) is None or (after := new.facts) is None:
        return True
    if old.status is not new.status or old.media_id != new.media_id or _shows_other_ads(before, after):
        return True
    offset = _offset(change.viewer_id)
    return (before.last_seen_ms + offset) // _PERIOD_MS != (after.last_seen_ms + offset) // _PERIOD_MS


def _shows_other_ads(before: SessionFacts, after: SessionFacts) -> bool:
    """Whether something differs that the totals of ads follow from (see totals_of)."""
    return (
        before.totals_void != after.totals_void
        or before.carried_ads != after.carried_ads
        or _completions_are_counted(before) != _completions_are_counted(after)
        or (before.visits != after.visits and _ads_counted(before) != _ads_counted(after))
    )


def _completions_are_counted(facts: SessionFacts) -> bool:
    return facts.has_snapshot or facts.has(EventKind.AD_COMPLETE)


def _ads_counted(facts: SessionFacts) -> list[tuple[int, list[int]]]:
    return [(counters[KNOWN], counters[AD_COUNTS]) for counters in facts.visits.values()]


def _offset(viewer_id: str) -> int:
    """Viewers renew at different times, or all would at once."""
    return crc32(viewer_id.encode()) % _PERIOD_MS


def lease_end_ms(profile: ViewerProfile) -> int:
    """The `live_until_ms` to store: 2 to 10 minutes after the last event of a viewer who is playing."""
    if profile.status not in _PLAYING:
        return profile.live_until_ms  # no pings that could renew it
    offset = _offset(profile.viewer_id)
    renewed = (profile.last_seen_ms + offset) // _PERIOD_MS * _PERIOD_MS - offset
    return max(profile.live_until_ms, renewed + LEASE_MS)


def summary_of(profile: ViewerProfile, partial: bool = False) -> ProfileSummary:
    """The item's content for a folded profile. `partial`: of the viewer's newest sessions only."""
    current, totals, experience = profile.current_session, profile.totals, profile.experience
    return ProfileSummary(
        status=profile.status,
        live_until_ms=lease_end_ms(profile),
        first_seen_ms=profile.first_seen_ms,
        last_seen_ms=profile.last_seen_ms,
        sessions=len(profile.sessions),
        titles=len(profile.titles),
        media_session_id=current.session_id,
        media_id=current.media_id,
        title=current.title,
        position_s=playhead(current)[0],
        duration_s=duration_of(current.newest),
        time_played_s=totals.time_played_s,
        content_watched_s=totals.content_watched_s,
        time_paused_s=totals.time_paused_s,
        time_buffering_s=totals.time_buffering_s,
        time_spent_ads_s=totals.time_spent_ads_s,
        ads_seen=totals.ads_seen,
        ads_clicked=totals.ads_clicked,
        ads_skipped=totals.ads_skipped,
        ads_completed=totals.ads_completed,
        start_up_s=experience.start_up_s,
        rebuffer_ratio=experience.rebuffer_ratio,
        errors=experience.errors,
        partial=partial,
    )


class ViewerChanges(msgspec.Struct):
    """What a batch holds of one viewer whose item it rewrites.

    `images` are the newest ones by session id (None: removed); `all_begin`: the batch has each of them from its
    beginning on. `created_ms`: when the newest of the changes was made.
    """

    images: dict[str, SessionImage | None]
    all_begin: bool = True
    erased: bool = False
    created_ms: int = 0

    def sessions(self) -> list[MediaSession] | None:
        """What the images hold; None where one was removed or can't be read."""
        sessions = [None if image is None else image.session for image in self.images.values()]
        read = [session for session in sessions if session is not None]
        return read if len(read) == len(sessions) else None


def viewers_to_project(
    changes: Sequence[SessionChange], ad_changes: Iterable[AdChange] = ()
) -> dict[str, ViewerChanges]:
    """The viewers whose item a batch rewrites, each once."""
    ads_shown = [change for change in ad_changes if shows_in_totals(change)]
    shown = {change.viewer_id for change in ads_shown}
    shown.update(change.viewer_id for change in changes if needs_rewrite(change))
    viewers: dict[str, ViewerChanges] = {}
    for change in changes:
        if change.viewer_id not in shown:
            continue
        viewer = viewers.setdefault(change.viewer_id, ViewerChanges({}))
        if change.old is not None and change.session_id not in viewer.images:
            viewer.all_begin = False
        viewer.images[change.session_id] = change.new
        viewer.erased |= change.was_erased
        viewer.created_ms = max(viewer.created_ms, change.created_ms)
    for ad_change in ads_shown:
        viewer = viewers.setdefault(ad_change.viewer_id, ViewerChanges({}))
        viewer.all_begin = False
        viewer.created_ms = max(viewer.created_ms, ad_change.created_ms)
    return viewers
