"""Made-up viewings: what a viewer does, and what really happens on the screen while a tracker looks on.

A viewing is a list of acts. `perform` plays them second by second: it keeps what a person sees and what really
came to pass (seconds watched and stalled, ads), and tells a model of a tracker (trackers.py) what its player says.
"""

from dataclasses import dataclass, field
from typing import Protocol

DURATION_S = 3600.0
PING_S = 30

READY, PLAYING, PAUSED = "READY", "WATCHING_VIDEO", "PAUSED_VIDEO"
STALLED, IN_AD, COMPLETED = "BUFFERING_VIDEO", "WATCHING_AD", "COMPLETED_VIDEO"


@dataclass(frozen=True)
class Hesitate:
    """Sits before a player that is ready; then asks it to play, and waits for the first frame."""

    seconds: int
    loads_s: int = 0


@dataclass(frozen=True)
class Watch:
    """Plays on, from the beginning where the content had ended."""

    seconds: int


@dataclass(frozen=True)
class Pause:
    """Pauses and stays."""

    seconds: int


@dataclass(frozen=True)
class Stall:
    """The player runs out of data."""

    seconds: int


@dataclass(frozen=True)
class Seek:
    """To a position, in seconds."""

    to_s: float


@dataclass(frozen=True)
class Advert:
    """One ad of a break; `skipped_at_s` None: it is watched to its end."""

    seconds: int
    skipped_at_s: int | None = None
    clicked: bool = False


@dataclass(frozen=True)
class Ads:
    """A break: over the content, which waits, or put into the stream by the server."""

    adverts: tuple[Advert, ...]
    in_the_stream: bool = False


@dataclass(frozen=True)
class End:
    """Watches the last five seconds, and stays so long at the end."""

    seconds: int


@dataclass(frozen=True)
class Volume:
    """Turns the volume down."""


Act = Hesitate | Volume | Watch | Pause | Stall | Seek | Ads | End


@dataclass
class Screen:
    """What is on the screen, and what has really come to pass. Times are seconds since the start."""

    now_s: int = 0
    position_s: float = 0.0
    status: str = READY
    seen: list[tuple[int, str]] = field(default_factory=lambda: [(0, READY)])
    watched_s: int = 0
    paused_s: int = 0
    stalled_s: int = 0
    ads: int = 0
    ads_skipped: int = 0
    ads_clicked: int = 0
    ads_completed: int = 0

    def become(self, status: str) -> None:
        """What a person sees from now on."""
        self.status = status
        self.seen.append((self.now_s, status))

    def seen_since(self, since_s: float, until_s: float) -> set[str]:
        """All that a person saw in a stretch of time, what it began with included."""
        before = [status for at_s, status in self.seen if at_s <= since_s]
        return {before[-1], *(status for at_s, status in self.seen if since_s <= at_s <= until_s)}


class Onlooker(Protocol):
    """A tracker: what its player and its site tell it."""

    def track(self, what: str, screen: Screen, advert: Advert | None = None) -> None:
        """Something happened: `play`, `pause`, `stall`, `seek`, `end`, `break_start`, `ad_start`, ..."""

    def second(self, screen: Screen) -> None:
        """A second has passed."""


def perform(acts: list[Act], tracker: Onlooker) -> Screen:
    """Play the acts before a tracker."""
    screen = Screen()
    tracker.track("ready", screen)
    for act in acts:
        if isinstance(act, Hesitate) and screen.status == READY:
            _pass(screen, tracker, act.seconds)
            if act.loads_s:
                _load(screen, tracker, act.loads_s)
        elif isinstance(act, Watch):
            _play(screen, tracker)
            _pass(screen, tracker, act.seconds, moves=True)
        elif isinstance(act, Pause) and screen.status == PLAYING:
            screen.become(PAUSED)
            tracker.track("pause", screen)
            _pass(screen, tracker, act.seconds)
        elif isinstance(act, Stall) and screen.status == PLAYING:
            screen.become(STALLED)
            tracker.track("stall", screen)
            _pass(screen, tracker, act.seconds)
            screen.become(PLAYING)
            tracker.track("stall_over", screen)
        elif isinstance(act, Volume):
            tracker.track("volume", screen)
        elif isinstance(act, Seek) and screen.status in (PLAYING, PAUSED):
            screen.position_s = act.to_s
            tracker.track("seek", screen)
        elif isinstance(act, Ads) and screen.status in (READY, PLAYING):
            _show(act, screen, tracker)
        elif isinstance(act, End) and screen.status == PLAYING:
            screen.position_s = DURATION_S - 5
            tracker.track("seek", screen)
            _pass(screen, tracker, 5, moves=True)
            screen.become(COMPLETED)
            tracker.track("end", screen)
            _pass(screen, tracker, act.seconds)
    return screen


def _load(screen: Screen, tracker: Onlooker, seconds: int) -> None:
    screen.become(STALLED)
    tracker.track("request", screen)
    _pass(screen, tracker, seconds)
    screen.become(PLAYING)
    tracker.track("first_frame", screen)


def _play(screen: Screen, tracker: Onlooker) -> None:
    if screen.status == PLAYING:
        return
    if screen.status == COMPLETED:
        screen.position_s = 0.0
    screen.become(PLAYING)
    tracker.track("play", screen)


def _show(act: Ads, screen: Screen, tracker: Onlooker) -> None:
    if not act.in_the_stream and screen.status == PLAYING:
        tracker.track("pause_for_ads", screen)
    screen.become(IN_AD)
    tracker.track("break_start", screen)
    for advert in act.adverts:
        screen.ads += 1
        tracker.track("ad_start", screen, advert)
        if advert.clicked:
            screen.ads_clicked += 1
            tracker.track("ad_click", screen)
        shown_s = advert.seconds if advert.skipped_at_s is None else advert.skipped_at_s
        _pass(screen, tracker, shown_s // 2, moves=act.in_the_stream)
        if advert.skipped_at_s is None:
            tracker.track("ad_midpoint", screen)
        _pass(screen, tracker, shown_s - shown_s // 2, moves=act.in_the_stream)
        screen.ads_completed += advert.skipped_at_s is None
        screen.ads_skipped += advert.skipped_at_s is not None
        tracker.track("ad_complete" if advert.skipped_at_s is None else "ad_skip", screen)
    screen.become(PLAYING)
    tracker.track("break_end", screen)
    if not act.in_the_stream:
        tracker.track("play", screen)


def _pass(screen: Screen, tracker: Onlooker, seconds: int, *, moves: bool = False) -> None:
    for _ in range(seconds):
        screen.now_s += 1
        screen.position_s += moves
        screen.paused_s += screen.status in (PAUSED, COMPLETED)
        screen.watched_s += screen.status == PLAYING
        screen.stalled_s += screen.status == STALLED
        tracker.second(screen)
