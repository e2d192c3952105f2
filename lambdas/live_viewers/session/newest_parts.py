"""What the newest events of a session tell: the player's state, an ad's, and the title."""

from live_viewers.events.media_event import MediaEvent
from live_viewers.events.order_key import NEVER, OrderPrefix
from live_viewers.events.title import media_id_of, title_and_id
from live_viewers.session.bounded_sets import NO_MARKS, join_titles, title_mark
from live_viewers.session.snapshot import Snapshot, as_snapshot, newer

_NO_TITLE = ("", "")


class NewestParts:
    """Of each the event with the greatest order key, as it came until it is asked for: so nothing is made of
    events that are outdone. Beside the newest title the marks of all (bounded_sets).
    """

    __slots__ = (
        "_last_name",
        "_newest",
        "_newest_ad",
        "_title",
        "newest_ad_key",
        "newest_key",
        "title_key",
        "titles",
    )

    def __init__(self) -> None:
        self.newest_key = NEVER
        self._newest: MediaEvent | Snapshot | None = None
        self.newest_ad_key = NEVER
        self._newest_ad: MediaEvent | Snapshot | None = None
        self.title_key = NEVER
        self._title: MediaEvent | tuple[str, str] | None = None
        self.titles = NO_MARKS
        self._last_name: str | None = None

    def _see_player(self, event: MediaEvent, key: OrderPrefix) -> None:
        if key > self.newest_key:
            self.newest_key, self._newest = key, event
        elif key == self.newest_key:
            self._newest = newer(self._newest, event)

    def _see_title(self, name: str) -> bool:
        """Whether the name is one: not blank."""
        media_id = media_id_of(name)
        if media_id is None:
            return False
        self._last_name = name
        self.titles = join_titles(self.titles, frozenset((title_mark(media_id),)))
        return True

    def _see_newest_title(self, event: MediaEvent, key: OrderPrefix) -> None:
        if key > self.title_key:
            self.title_key, self._title = key, event
        elif key == self.title_key:
            self._title = max(self._title_and_id, title_and_id(event))

    def _see_ad(self, event: MediaEvent, key: OrderPrefix) -> None:
        if key > self.newest_ad_key:
            self.newest_ad_key, self._newest_ad = key, event
        elif key == self.newest_ad_key:
            self._newest_ad = newer(self._newest_ad, event)

    def _merge_newest(self, other: "NewestParts") -> None:
        if other.newest_key > self.newest_key:
            self.newest_key, self._newest = other.newest_key, other._newest
        elif other.newest_key == self.newest_key:
            self._newest = newer(self._newest, other._newest)
        if other.newest_ad_key > self.newest_ad_key:
            self.newest_ad_key, self._newest_ad = other.newest_ad_key, other._newest_ad
        elif other.newest_ad_key == self.newest_ad_key:
            self._newest_ad = newer(self._newest_ad, other._newest_ad)
        if other.title_key > self.title_key:
            self.title_key, self._title = other.title_key, other._title
        elif other.title_key == self.title_key:
            self._title = max(self._title_and_id, other._title_and_id)
        self.titles = join_titles(self.titles, other.titles)

    @property
    def newest(self) -> Snapshot | None:
        """The snapshot of the newest event with a player entity; None where the format carries none."""
        if self._newest is None:
            return None
        self._newest = as_snapshot(self._newest)
        return self._newest

    @newest.setter
    def newest(self, snapshot: Snapshot) -> None:
        self._newest, self.newest_key = snapshot, snapshot.key

    @property
    def newest_ad(self) -> Snapshot | None:
        """The snapshot of the newest event that has an ad or an ad break, but no player entity."""
        if self._newest_ad is None:
            return None
        self._newest_ad = as_snapshot(self._newest_ad)
        return self._newest_ad

    @newest_ad.setter
    def newest_ad(self, snapshot: Snapshot) -> None:
        self._newest_ad, self.newest_ad_key = snapshot, snapshot.key

    @property
    def title(self) -> str | None:
        """The newest title, trimmed and cut to show."""
        return self._title_and_id[0] or None

    @property
    def media_id(self) -> str | None:
        """The identifier of the newest title."""
        return self._title_and_id[1] or None

    @property
    def _title_and_id(self) -> tuple[str, str]:
        if isinstance(self._title, MediaEvent):
            self._title = title_and_id(self._title)
        return self._title or _NO_TITLE

    def set_title(self, key: OrderPrefix, title: str, media_id: str) -> None:
        """Put back a title read from a packed session."""
        self.title_key, self._title = key, (title, media_id)
        self.titles = frozenset((title_mark(media_id),))
