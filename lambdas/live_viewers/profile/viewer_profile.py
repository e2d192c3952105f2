"""The viewer's profile: a fold of the viewer's sessions within retention."""

from collections.abc import Iterable

import msgspec

from live_viewers.ads.ad_totals import AdTotalsOfViewer
from live_viewers.ads.ad_view import AdsOfViewer
from live_viewers.defaults import DEFAULT_PING_INTERVAL_S
from live_viewers.profile.experience import Experience, experience_of
from live_viewers.profile.viewing_totals import ViewingTotals, sum_totals, totals_of
from live_viewers.session.liveness import is_watching, live_until_ms
from live_viewers.session.media_session import MediaSession
from live_viewers.session.seen_title import SeenTitle
from live_viewers.session.status import Status, status_of
from live_viewers.session.synthetic_sessions import read_sessions


class Title(msgspec.Struct, frozen=True):
    """A title that the viewer watched, and when last (epoch ms)."""

    media_id: str
    title: str
    last_seen_ms: int


class ViewerProfile(msgspec.Struct, frozen=True):
    """All that is known of one viewer. Times are epoch ms.

    `sessions` are joined by day and sorted, newest event first; `live_sessions` are those live now (two or more
    overlap), the current one first. `superseded`: see `read_sessions`.
    """

    viewer_id: str
    status: Status
    live_until_ms: int
    first_seen_ms: int
    last_seen_ms: int
    version: int
    current_session: MediaSession
    live_sessions: list[MediaSession]
    sessions: list[MediaSession]
    superseded: frozenset[str]
    totals: ViewingTotals
    ad_totals: AdTotalsOfViewer
    titles: list[Title]
    experience: Experience

    @property
    def live(self) -> bool:
        """Whether any session is live."""
        return bool(self.live_sessions)


def fold_profile(
    sessions: Iterable[MediaSession],
    now_ms: int,
    default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S,
    titles: Iterable[SeenTitle] = (),
    ads: AdsOfViewer | None = None,
) -> ViewerProfile:
    """The profile of one viewer's sessions, of the other titles that they had and of their ads (None: these
    weren't read), in any order. Raises ValueError when there are no sessions.

    The current session is a live one before others, one being watched before a paused one, then the one seen last.
    """
    read, ad_totals = read_sessions(sessions), AdTotalsOfViewer.of_ads(ads)
    if not read.sessions:
        raise ValueError("a viewer has at least one session")

    # Of sessions that no other has followed; what each costs to tell is told once.
    leases_ms = {
        session.session_id: live_until_ms(session, default_ping_interval_s)
        for session in read.sessions
        if session.session_id not in read.superseded
    }

    def live(session: MediaSession) -> bool:
        return now_ms < leases_ms.get(session.session_id, 0)

    def currency(session: MediaSession) -> tuple[bool, bool, int, str]:
        lives = live(session)
        watched = lives and is_watching(session, now_ms, default_ping_interval_s)
        return lives, watched, session.last_seen_ms, session.session_id

    by_currency = sorted(read.sessions, key=currency, reverse=True)
    current = by_currency[0]
    return ViewerProfile(
        viewer_id=current.viewer_id,
        status=status_of(current),
        live_until_ms=max(leases_ms.values()),
        first_seen_ms=min(session.first_seen_ms for session in read.sessions),
        last_seen_ms=max(session.last_seen_ms for session in read.sessions),
        version=max(session.version for session in read.sessions),
        current_session=current,
        live_sessions=[session for session in by_currency if live(session)],
        sessions=read.sessions,
        superseded=read.superseded,
        totals=sum_totals(totals_of(session, ad_totals.of(session.session_id)) for session in read.sessions),
        ad_totals=ad_totals,
        titles=_titles(read.sessions, titles),
        experience=experience_of(read.sessions),
    )


def _titles(sessions: Iterable[MediaSession], others: Iterable[SeenTitle]) -> list[Title]:
    """Each title once, the one seen last first: those that sessions have now, and the others that they had."""
    seen = [Title(each.media_id, each.title, each.last_seen_ms) for each in others]
    for session in sessions:
        if (media_id := session.media_id) is not None:
            seen.append(Title(media_id, session.title or media_id, session.last_seen_ms))
    titles: dict[str, Title] = {}
    for title in sorted(seen, key=lambda one: (one.last_seen_ms, one.media_id), reverse=True):
        titles.setdefault(title.media_id, title)
    return list(titles.values())
