"""The titles of a session but the one that it has now: each with the newest event that reported it.

A playlist in one media session has many. The session knows its newest title and, by their hashes, that there are
others; what is reported of those lies in rows beside it, each for itself a newest by the order key.
"""

from collections.abc import Iterable

import msgspec

from live_viewers.events.media_event import MediaEvent
from live_viewers.events.order_key import OrderPrefix, order_prefix
from live_viewers.events.title import title_and_id
from live_viewers.session.media_session import MediaSession

MOST_TITLES_OF_VIEWER = 200  # so many rows are read of a viewer


class SeenTitle(msgspec.Struct, frozen=True, gc=False):
    """`key` is the order key of the newest event that reported the title: its time and its position."""

    viewer_id: str
    session_id: str
    media_id: str
    title: str
    key: OrderPrefix

    @property
    def last_seen_ms(self) -> int:
        """When the title was last seen, on the clock that orders the session."""
        return self.key[0]


def current_title(session: MediaSession) -> SeenTitle | None:
    """The title that a session has now; None without."""
    if not session.titles:
        return None
    title, media_id = session.title, session.media_id
    if title is None or media_id is None:
        return None
    return SeenTitle(session.viewer_id, session.session_id, media_id, title, session.title_key)


def titles_to_keep(
    session: MediaSession, before: SeenTitle | None, events: Iterable[MediaEvent]
) -> list[SeenTitle]:
    """What is to be kept beside a session to which events were joined; `before` is its title before that.

    Of a session with one title nothing. Else the title that it has left, those that the events report, and its new
    one as soon as it has it: the newest event of each.
    """
    if len(session.titles) < 2:
        return []
    newest: dict[str, SeenTitle] = {}
    if before is not None:
        newest[before.media_id] = before
    for event in events:
        title, media_id = title_and_id(event)
        if not media_id:
            continue
        key, known = order_prefix(event), newest.get(media_id)
        if known is None or key > known.key:
            newest[media_id] = SeenTitle(
                session.viewer_id,
                session.session_id,
                media_id,
                title,
                key,
            )
    if before is not None and before.media_id == session.media_id:
        del newest[before.media_id]  # it had that title already, and has it in itself
    return list(newest.values())
