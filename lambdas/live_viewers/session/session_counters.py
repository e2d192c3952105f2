"""The counters of one visit: cumulative on the wire, so they are joined by max, each for itself."""

from collections.abc import Iterable
from operator import attrgetter

from live_viewers.defaults import LONGEST_PING_INTERVAL_S
from live_viewers.events.media_event import EventKind, MediaEvent, SessionTotals
from live_viewers.session.content_length import believed_duration_s

# A counter may run this far ahead of the time elapsed: trackers count in whole steps of their timers.
SLACK_S = 300.0
# No counter of one session is believed beyond this, whatever its clock says.
LONGEST_SESSION_S = 31 * 86_400.0

UNKNOWN, PARTIAL, FULL = range(3)
# Where `dump` has what.
KNOWN, PLAYED_MS, BUFFERING_MS = 0, 1, 5
AD_COUNTS = slice(7, 10)  # seen, clicked, skipped
_seconds_of = attrgetter(
    *("time_played_s", "time_played_muted_s", "time_paused_s"),
    *("content_watched_s", "time_buffering_s", "time_spent_ads_s"),
)
_counts_of = attrgetter("ads", "ads_clicked", "ads_skipped", "ad_breaks", "ping_interval_s")
_PLAY, _AD_START = EventKind.PLAY, EventKind.AD_START


class SessionCounters:
    """The largest believable value of each counter of the media session entity.

    `known` says which there are: none, only ads clicked and skipped (viewer JSON), or all of them. Seconds,
    but for the counts and `started_at_ms`, which is on the clock of the order time. `initial_pause_ms` is the
    least time paused that a play or an ad's start has, so that of the first of them: how long the player stood
    before anything was started. None where none of them came.
    """

    __slots__ = (
        "ad_breaks",
        "ads",
        "ads_clicked",
        "ads_skipped",
        "content_watched_s",
        "initial_pause_ms",
        "known",
        "ping_interval_s",
        "started_at_ms",
        "time_buffering_s",
        "time_paused_s",
        "time_played_muted_s",
        "time_played_s",
        "time_spent_ads_s",
    )

    def __init__(self) -> None:
        self.known = UNKNOWN
        self.time_played_s = 0.0
        self.time_played_muted_s = 0.0
        self.time_paused_s = 0.0
        self.content_watched_s = 0.0
        self.time_buffering_s = 0.0
        self.time_spent_ads_s = 0.0
        self.ads = 0
        self.ads_clicked = 0
        self.ads_skipped = 0
        self.ad_breaks = 0
        self.ping_interval_s = 0  # 0: none said
        self.started_at_ms: int | None = None
        self.initial_pause_ms: int | None = None

    def add(self, event: MediaEvent, totals: SessionTotals) -> None:
        """Join the totals of one event.

        A counter of seconds that exceeds what the elapsed time allows is left out. Each event is judged by
        itself (its own time less its own startedAt, on one clock), so that the order of arrival can't matter.
        """
        clicked, skipped = totals.ads_clicked, totals.ads_skipped
        if clicked is not None and clicked > self.ads_clicked:
            self.ads_clicked = clicked
        if skipped is not None and skipped > self.ads_skipped:
            self.ads_skipped = skipped
        if event.totals_partial:
            if self.known == UNKNOWN:
                self.known = PARTIAL
            return
        self.known = FULL
        limit = LONGEST_SESSION_S
        started: int | None = totals.started_at_ms
        if started is not None and started >= 0:
            order_ms, now = event.order_time_ms, event.device_time_ms
            if now is None:
                now = order_ms
            if started <= now:
                limit = (now - started) / 1000 + SLACK_S
            started += order_ms - now
            if self.started_at_ms is None or started < self.started_at_ms:
                self.started_at_ms = started
        played, muted, paused = totals.time_played_s, totals.time_played_muted_s, totals.time_paused_s
        if played is not None and played > self.time_played_s and played <= limit:
            self.time_played_s = played
        if muted is not None and muted > self.time_played_muted_s and muted <= limit:
            self.time_played_muted_s = muted
        if paused is not None and paused > self.time_paused_s and paused <= limit:
            self.time_paused_s = paused
        buffering, in_ads, watched = totals.time_buffering_s, totals.time_spent_ads_s, totals.content_watched_s
        if buffering is not None and buffering > self.time_buffering_s and buffering <= limit:
            self.time_buffering_s = buffering
        if in_ads is not None and in_ads > self.time_spent_ads_s and in_ads <= limit:
            self.time_spent_ads_s = in_ads
        if watched is not None and watched > self.content_watched_s and _fits_the_content(event, watched):
            self.content_watched_s = watched
        ads, breaks, interval = totals.ads, totals.ad_breaks, totals.ping_interval_s
        if ads is not None and ads > self.ads:
            self.ads = ads
        if breaks is not None and breaks > self.ad_breaks:
            self.ad_breaks = breaks
        if interval is not None and interval > self.ping_interval_s:
            self.ping_interval_s = min(interval, LONGEST_PING_INTERVAL_S)
        kind = event.kind
        if kind is _PLAY or kind is _AD_START:
            self.initial_pause_ms = _least(self.initial_pause_ms, round((paused or 0.0) * 1000))

    @property
    def hesitation_s(self) -> float:
        """Of the time paused what passed before anything was started: nobody had paused anything."""
        return min((self.initial_pause_ms or 0) / 1000, self.time_paused_s)

    def merge(self, other: "SessionCounters") -> None:
        """Join another session's counters into these."""
        self.load([max(mine, theirs) for mine, theirs in zip(self.dump(), other.dump(), strict=True)])
        self.started_at_ms = _least(self.started_at_ms, other.started_at_ms)
        self.initial_pause_ms = _least(self.initial_pause_ms, other.initial_pause_ms)

    def dump(self) -> list[int]:
        """What only grows, as whole numbers, milliseconds for seconds: what is packed and compared."""
        seconds = [round(each * 1000) if each else 0 for each in _seconds_of(self)]
        return [self.known, *seconds, *_counts_of(self)]

    def load(self, numbers: list[int]) -> None:
        """The inverse of `dump`."""
        self.known, played, muted, paused, watched, buffering, in_ads, *counts = numbers
        self.time_played_s = played / 1000 if played else 0.0  # the constant: no object of each session
        self.time_played_muted_s = muted / 1000 if muted else 0.0
        self.time_paused_s = paused / 1000 if paused else 0.0
        self.content_watched_s = watched / 1000 if watched else 0.0
        self.time_buffering_s = buffering / 1000 if buffering else 0.0
        self.time_spent_ads_s = in_ads / 1000 if in_ads else 0.0
        self.ads, self.ads_clicked, self.ads_skipped, self.ad_breaks, self.ping_interval_s = counts


def sum_counters(many: Iterable[SessionCounters]) -> SessionCounters:
    """One after the other: sums, but the greatest ping interval and the first start."""
    each = list(many)
    total = SessionCounters()
    known, *numbers, interval = zip(*(counters.dump() for counters in each), strict=True)
    total.load([max(known), *(sum(column) for column in numbers), max(interval)])
    started = [counters.started_at_ms for counters in each if counters.started_at_ms is not None]
    total.started_at_ms = min(started, default=None)
    total.initial_pause_ms = sum(round(counters.hesitation_s * 1000) for counters in each)
    return total


def _least(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _fits_the_content(event: MediaEvent, watched_s: float) -> bool:
    """contentWatched counts distinct seconds of the content (a seek may fill in many at once, so no clock
    bounds it): it is believed up to the duration of what has one."""
    player, length = event.player, None
    if player is not None:
        length = believed_duration_s(player.duration_s, event.position_s, player.livestream)
    return watched_s <= (LONGEST_SESSION_S if length is None else length + 1)
