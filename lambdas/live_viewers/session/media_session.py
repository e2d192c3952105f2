"""The media session: one viewing by one viewer, as a join of its events.

Adding is associative, commutative and idempotent: any order, batching, redelivery or duplicate of the same
events ends in the same content. So nothing here depends on arrival, on a clock or on what an earlier
invocation remembers. Each part is a join of its own: the newest of something by the order key, a maximum, a
minimum, or a bounded set.
"""

from collections.abc import Iterable, Sequence

from live_viewers.events.media_event import EventKind, MediaEvent, SessionTotals
from live_viewers.events.order_key import LAST_POSITION_S, NEVER, OrderPrefix, order_prefix, position_ms_of
from live_viewers.events.title import media_id_of as media_id_of
from live_viewers.session.bounded_sets import (
    MINUTE_MS,
    NO_MARKS,
    error_mark,
    join_errors,
    join_minutes,
    see_minute,
)
from live_viewers.session.newest_parts import NewestParts
from live_viewers.session.session_counters import SessionCounters
from live_viewers.session.session_dimensions import SessionDimensions
from live_viewers.session.visits import Visits

KINDS = len(EventKind) + 1  # registers are indexed by the kind's rank, which starts at 1
NOT_YET = 1 << 62
"""The first time of what hasn't happened, epoch ms."""

_PLAY, _READY, _PING, _ERROR = EventKind.PLAY, EventKind.READY, EventKind.PING, EventKind.ERROR
_AD_START, _BUFFER_START, _BUFFER_END = EventKind.AD_START, EventKind.BUFFER_START, EventKind.BUFFER_END
_QUALITY_CHANGE = EventKind.QUALITY_CHANGE
_NO_BITRATE = (NEVER, -1)
# Of these more is kept than the newest.
_RARE = frozenset((_PLAY, _AD_START, _READY, _BUFFER_START, _BUFFER_END, _ERROR, _QUALITY_CHANGE))


class MediaSession(NewestParts):
    """A mutable accumulator of one session's events. Times are epoch milliseconds, positions milliseconds.

    `version` counts the item's writes (0 = never written): bookkeeping of the store, not content, so it takes
    no part in equality. `totals_void` hides counters that began before the viewer's erasure.
    """

    __slots__ = (
        "_last_totals",
        "carried_ads",
        "dimensions",
        "errors",
        "first_ad_start_ms",
        "first_buffer_end_ms",
        "first_buffer_start_ms",
        "first_play_ads_ms",
        "first_play_ms",
        "first_ready_ms",
        "first_seen_ms",
        "is_synthetic",
        "last_seen_ms",
        "max_position_ms",
        "minutes",
        "newest_bitrate",
        "registers",
        "session_id",
        "totals_void",
        "version",
        "viewer_id",
        "visits",
    )

    def __init__(self, viewer_id: str, session_id: str, version: int = 0) -> None:
        super().__init__()
        self.viewer_id = viewer_id
        self.session_id = session_id
        self.version = version
        self.is_synthetic = False
        self.totals_void = False
        self.registers: list[OrderPrefix] = [NEVER] * KINDS
        self.first_seen_ms = NOT_YET
        self.last_seen_ms = -1
        self.minutes = 0
        self.first_ready_ms = NOT_YET
        self.first_play_ms = NOT_YET
        self.first_play_ads_ms = 0  # the time spent in ads that the first play reported
        self.first_ad_start_ms = NOT_YET
        self.first_buffer_start_ms = NOT_YET
        self.first_buffer_end_ms = NOT_YET
        self.max_position_ms = -1
        self.visits = Visits()
        self._last_totals: SessionTotals | None = None
        self.carried_ads = False
        self.dimensions = SessionDimensions()
        self.errors = NO_MARKS
        self.newest_bitrate = _NO_BITRATE  # of the newest quality change that reports one, in bit/s

    def add(self, event: MediaEvent) -> None:
        """Join one event, which must be of this viewer and session."""
        self.add_all((event,))

    def add_all(self, events: Sequence[MediaEvent]) -> None:
        """Join events of this viewer and session. The hot path: a third of a microsecond a ping.

        The newest mostly stands at the end, so they are joined from there: of each that follows, its time alone
        tells that it is the newest of nothing, and no order key is made of it.
        """
        registers, dimensions = self.registers, self.dimensions
        told, told_ms = dimensions.latest, dimensions.latest_key[0]
        ping_ms = registers[_PING][0]  # how new an event has to be to count
        newest_ms, title_ms, ad_ms = self.newest_key[0], self.title_key[0], self.newest_ad_key[0]
        first_seen_ms, last_seen_ms, minutes = self.first_seen_ms, self.last_seen_ms, self.minutes
        minute_ms, latest_ms = NOT_YET, -1  # what is between them was seen in a minute that is known already
        furthest_s = known_s = self.max_position_ms / 1000
        is_synthetic, last_name, joined = self.is_synthetic, self._last_name, self._last_totals
        counters: SessionCounters | None = None
        started_at_ms: int | None = None
        for event in reversed(events):
            kind, order_ms, key = event.kind, event.order_time_ms, None
            if kind is not _PING:
                register = registers[kind]
                if order_ms >= register[0]:
                    key = order_prefix(event)
                    if key > register:
                        registers[kind] = key
                if kind in _RARE:
                    self._add_rare(event, kind)
            elif order_ms >= ping_ms:
                key, ping_ms = order_prefix(event), order_ms
                if key > registers[_PING]:
                    registers[_PING] = key

            position_s = event.position_s
            if position_s is not None and furthest_s < position_s <= LAST_POSITION_S:
                furthest_s = position_s
            if not is_synthetic and event.session_is_synthetic:
                is_synthetic = True
            when = event.event_time_ms
            if not minute_ms <= when <= latest_ms:
                minute, latest_ms = when // MINUTE_MS, when
                minute_ms = minute * MINUTE_MS
                minutes = see_minute(last_seen_ms // MINUTE_MS, minutes, minute)
                if when > last_seen_ms:
                    last_seen_ms = when
            if when < first_seen_ms:
                first_seen_ms = when

            player, name = event.player, event.media_id
            if player is not None:
                if order_ms >= newest_ms:
                    key, newest_ms = key or order_prefix(event), order_ms
                    self._see_player(event, key)
                if name is None:
                    name = player.label
            if name and (name == last_name or self._see_title(name)):
                last_name = name
                if order_ms >= title_ms:
                    key, title_ms = key or order_prefix(event), order_ms
                    self._see_newest_title(event, key)
            totals = event.totals
            if totals is not None and totals is not joined:
                if counters is None or totals.started_at_ms != started_at_ms:
                    started_at_ms = totals.started_at_ms
                    counters = self.visits.of(started_at_ms)
                counters.add(event, totals)
                joined = totals if event.totals_partial else None  # of an event with these nothing else is read
            tokens = event.dimensions
            if tokens and (order_ms >= told_ms or tokens is not told):
                dimensions.add(key or order_prefix(event), tokens)
                told, told_ms = tokens, dimensions.latest_key[0]
            if event.ad is not None or event.ad_break is not None:
                self.carried_ads = True
                if player is None and order_ms >= ad_ms:
                    ad_ms = order_ms
                    self._see_ad(event, key or order_prefix(event))
        self.first_seen_ms, self.last_seen_ms, self.minutes = first_seen_ms, last_seen_ms, minutes
        self.is_synthetic = is_synthetic
        if furthest_s > known_s:
            self.max_position_ms = position_ms_of(furthest_s)
        if counters is not None:
            self.visits.drop_oldest()
            self._last_totals = joined

    def _add_rare(self, event: MediaEvent, kind: EventKind) -> None:
        if kind is _PLAY:
            ads_ms = 0 if event.totals is None else round((event.totals.time_spent_ads_s or 0.0) * 1000)
            self._see_play(event.order_time_ms, ads_ms)
        elif kind is _AD_START:
            self.first_ad_start_ms = min(self.first_ad_start_ms, event.order_time_ms)
        elif kind is _READY:
            self.first_ready_ms = min(self.first_ready_ms, event.order_time_ms)
        elif kind is _BUFFER_START:
            self.first_buffer_start_ms = min(self.first_buffer_start_ms, event.order_time_ms)
        elif kind is _BUFFER_END:
            self.first_buffer_end_ms = min(self.first_buffer_end_ms, event.order_time_ms)
        elif kind is _ERROR:
            self.errors = join_errors(self.errors, frozenset((error_mark(event.event_id),)))
        elif kind is _QUALITY_CHANGE:
            bitrate = (event.payload or {}).get("bitrate")
            if isinstance(bitrate, int):
                self.newest_bitrate = max(self.newest_bitrate, (order_prefix(event), bitrate))

    def _see_play(self, play_ms: int, ads_ms: int) -> None:
        if play_ms < self.first_play_ms:
            self.first_play_ms, self.first_play_ads_ms = play_ms, ads_ms
        elif play_ms == self.first_play_ms:
            self.first_play_ads_ms = max(self.first_play_ads_ms, ads_ms)

    def merge(self, other: "MediaSession") -> None:
        """Join another part of the same session. Its version is not taken over."""
        self.registers = [max(mine, theirs) for mine, theirs in zip(self.registers, other.registers, strict=True)]
        self.is_synthetic |= other.is_synthetic
        self.totals_void |= other.totals_void
        last_minute, other_last = self.last_seen_ms // MINUTE_MS, other.last_seen_ms // MINUTE_MS
        self.minutes = join_minutes(last_minute, self.minutes, other_last, other.minutes)
        self.last_seen_ms = max(self.last_seen_ms, other.last_seen_ms)
        self.first_seen_ms = min(self.first_seen_ms, other.first_seen_ms)
        self.first_ready_ms = min(self.first_ready_ms, other.first_ready_ms)
        self._see_play(other.first_play_ms, other.first_play_ads_ms)
        self.first_ad_start_ms = min(self.first_ad_start_ms, other.first_ad_start_ms)
        self.first_buffer_start_ms = min(self.first_buffer_start_ms, other.first_buffer_start_ms)
        self.first_buffer_end_ms = min(self.first_buffer_end_ms, other.first_buffer_end_ms)
        self.max_position_ms = max(self.max_position_ms, other.max_position_ms)
        self._merge_newest(other)
        self.visits.merge(other.visits)
        self.carried_ads |= other.carried_ads
        self.dimensions.merge(other.dimensions)
        self.errors = join_errors(self.errors, other.errors)
        self.newest_bitrate = max(self.newest_bitrate, other.newest_bitrate)

    @property
    def counters(self) -> SessionCounters | None:
        """The tracker's counters, summed over the session's visits; None where no event had any."""
        return self.visits.total()

    @property
    def bitrate(self) -> int | None:
        """The newest bitrate that a quality change reported, in bit/s."""
        return None if self.newest_bitrate[0] == NEVER else self.newest_bitrate[1]

    @property
    def last_order_ms(self) -> int:
        """The newest order time; -1 before any event."""
        return max([register for register in self.registers if register is not NEVER], default=NEVER)[0]

    def content(self) -> tuple[object, ...]:
        """All that the session's events determine, comparable. Its version is no part of it."""
        return (
            self.viewer_id,
            self.session_id,
            self.is_synthetic,
            self.totals_void,
            self.registers,
            self.first_seen_ms,
            self.last_seen_ms,
            self.minutes,
            self.first_ready_ms,
            self.first_play_ms,
            self.first_play_ads_ms,
            self.first_ad_start_ms,
            self.first_buffer_start_ms,
            self.first_buffer_end_ms,
            self.max_position_ms,
            self.newest,
            self.newest_ad,
            self.title_key,
            self._title_and_id,
            self.titles,
            self.visits.content(),
            self.carried_ads,
            self.dimensions.content(),
            self.errors,
            self.newest_bitrate,
        )

    def __eq__(self, other: object) -> bool:
        return self.content() == other.content() if isinstance(other, MediaSession) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # mutable: equal by content, so no key of a dict

    def __repr__(self) -> str:
        return f"MediaSession(version={self.version}, {self.content()!r})"


def fold(events: Iterable[MediaEvent]) -> MediaSession:
    """The session of some events of one viewer and media session. Raises ValueError when there are none."""
    session: MediaSession | None = None
    for event in events:
        if session is None:
            session = MediaSession(event.viewer_id, event.session_id)
        session.add(event)
    if session is None:
        raise ValueError("a session has at least one event")
    return session
