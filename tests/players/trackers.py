"""Models of trackers: what each makes of a viewing, with the habits that docs/metrics.md names.

A habit is shown by the golden files of real trackers beside this module, or by the tracker's source.
"""

from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent, SessionTotals
from tests.players.viewings import COMPLETED, IN_AD, PING_S, STALLED, Advert, Screen
from tests.viewing import START_MS, with_player

K = EventKind
_KINDS = {"ad_midpoint": K.AD_QUARTILE, "break_start": K.AD_BREAK_START, "break_end": K.AD_BREAK_END}
_COUNTED = ("time_played_s", "time_paused_s", "time_buffering_s", "time_spent_ads_s", "ads", "ads_clicked")


class WebMedia:
    """browser-plugin-media 4 on a <video>, its site giving the whole player entity."""

    player_type: str | None = "org.whatwg-media_element"
    has_session = True  # a media session with counters, and pings
    shows_ads = True
    tells_the_first_frame = True

    def __init__(self) -> None:
        self.events: list[MediaEvent] = []
        self.paused, self.ended = True, False
        self.ad: Ad | None = None
        self.ad_break: AdBreak | None = None
        self.paused_pings = 0
        self.counters: dict[str, float] = dict.fromkeys(_COUNTED, 0)
        self.counters["ads_skipped"] = 0

    def track(self, what: str, screen: Screen, advert: Advert | None = None) -> None:
        """Send what the tracker sends of it."""
        of_the_content = getattr(self, what, None)
        if of_the_content is None:
            self._ad_event(what, screen, advert)
        else:
            of_the_content(screen)

    def ready(self, screen: Screen) -> None:
        self.send(K.READY, screen)

    def request(self, screen: Screen) -> None:
        """The DOM's `play`, and `waiting` at once where there is nothing to show yet."""
        self.play(screen)
        self.stall(screen)

    def first_frame(self, screen: Screen) -> None:
        self.stall_over(screen)

    def play(self, screen: Screen) -> None:
        if self.ended and screen.position_s == 0:
            self.seek(screen)
        self.paused, self.ended = False, False
        self.send(K.PLAY, screen)

    def pause(self, screen: Screen) -> None:
        self.paused = True
        self.send(K.PAUSE, screen)

    pause_for_ads = pause

    def stall(self, screen: Screen) -> None:
        self.send(K.BUFFER_START, screen)

    def stall_over(self, screen: Screen) -> None:
        self.send(K.BUFFER_END, screen)

    def seek(self, screen: Screen) -> None:
        """Both with the new position: the DOM's `seeking` comes when currentTime is the target already."""
        self.send(K.SEEK_START, screen)
        self.send(K.SEEK_END, screen)

    def volume(self, screen: Screen) -> None:
        self.send(K.VOLUME_CHANGE, screen)

    def end(self, screen: Screen) -> None:
        self.pause(screen)
        self.ended = True
        self.send(K.END, screen)

    def _ad_event(self, what: str, screen: Screen, advert: Advert | None) -> None:
        if what == "break_start":
            self.ad_break = AdBreak(break_id=f"break-{screen.now_s}", break_type="linear")
        elif advert is not None:
            self.ad = Ad(ad_id=f"ad-{screen.ads}", duration_s=float(advert.seconds))
            self.counters["ads"] += 1
        self.counters["ads_clicked"] += what == "ad_click"
        self.counters["ads_skipped"] += what == "ad_skip"
        payload = {"percent_progress": 50} if what == "ad_midpoint" else None
        self.send(_KINDS.get(what) or K[what.upper()], screen, payload=payload)
        if what in ("ad_complete", "ad_skip"):
            self.ad = None
        elif what == "break_end":
            self.ad_break = None

    def second(self, screen: Screen) -> None:
        """Count, and ping: a paused player once."""
        if screen.status == IN_AD:
            self.counters["time_spent_ads_s"] += 1
        else:
            self.counters["time_paused_s" if self.says_paused(screen) else "time_played_s"] += 1
        self.counters["time_buffering_s"] += screen.status == STALLED
        if not self.says_paused(screen):
            self.paused_pings = 0
        if self.has_session and screen.now_s % PING_S == 0 and self.paused_pings == 0:
            self.paused_pings += self.says_paused(screen)
            self.send(K.PING, screen)

    def says_paused(self, screen: Screen) -> bool:
        return self.paused

    def says_ended(self, screen: Screen) -> bool:
        return self.ended

    def send(self, kind: EventKind, screen: Screen, **fields: object) -> None:
        """One event, a millisecond after the one before it within the same second."""
        at_s = (
            screen.now_s
            + sum(1 for one in self.events if one.order_time_ms // 1000 == self._second(screen)) / 1000
        )
        counters = dict(self.counters, time_played_muted_s=0.0)
        self.events.append(
            with_player(
                kind,
                at=at_s,
                position=screen.position_s,
                paused=self.says_paused(screen),
                ended=self.says_ended(screen),
                duration=3600.0,
                player_type=self.player_type,
                totals=SessionTotals(ping_interval_s=PING_S, started_at_ms=START_MS, **counters)
                if self.has_session
                else None,
                ad=self.ad if self.shows_ads else None,
                ad_break=self.ad_break if self.shows_ads else None,
                session_is_synthetic=not self.has_session,
                **fields,
            )
        )

    @staticmethod
    def _second(screen: Screen) -> int:
        return START_MS // 1000 + screen.now_s


class WebMediaOfAnUnawareSite(WebMedia):
    """The site never says `ended`, so that the plugin leaves it set (golden file replay_ended_stays)."""

    def __init__(self) -> None:
        super().__init__()
        self.has_ended = False

    def end(self, screen: Screen) -> None:
        super().end(screen)
        self.has_ended = True

    def says_ended(self, screen: Screen) -> bool:
        return self.has_ended or self.ended


class WebMediaWithoutBufferEnd(WebMedia):
    """The site tracks `waiting` and not `playing` (golden file hls_stall_without_end)."""

    tells_the_first_frame = False

    def stall_over(self, screen: Screen) -> None:
        pass


class WebMediaWhoseBreaksNeverEnd(WebMedia):
    """No ad_break_end: the plugin goes on attaching the break (golden file ad_break_never_ends)."""

    def break_end(self, screen: Screen) -> None:
        pass


class WebMediaWithoutAdEntities(WebMedia):
    """The site gives no ad and no break (golden file ads_without_entities)."""

    shows_ads = False


class YouTubeMedia(WebMedia):
    """browser-plugin-youtube-tracking 4 (source: entities.ts, initialization.ts): paused unless it plays."""

    player_type = "com.youtube-youtube"

    def says_paused(self, screen: Screen) -> bool:
        return self.paused or screen.status == STALLED

    def says_ended(self, screen: Screen) -> bool:
        return screen.status == COMPLETED

    def request(self, screen: Screen) -> None:
        """BUFFERING, and PLAYING with the first frame: only then is it play."""
        self.stall(screen)

    def stall_over(self, screen: Screen) -> None:
        super().stall_over(screen)
        self.play(screen)


class Vimeo(WebMedia):
    """browser-plugin-vimeo-tracking (source: mediaPluginBinding.ts): as the <video> inside it."""

    player_type = "com.vimeo-vimeo"


class AvPlayer(WebMedia):
    """iOS' tracker (source: AVPlayerSubscription.swift): seeks told when playback goes on, no buffer_end, and an
    end with `ended: false`, after which the player stands paused."""

    player_type = None
    tells_the_first_frame = False  # play is the click, and no event tells what it waits for

    def __init__(self) -> None:
        super().__init__()
        self.sought = False

    def request(self, screen: Screen) -> None:
        self.play(screen)

    def seek(self, screen: Screen) -> None:
        """A seek while playing is a pause, a seek_end and a play; of one while paused only seek_end and play."""
        self.sought = True
        if not self.paused:
            self.pause(screen)
            self.play(screen)

    def play(self, screen: Screen) -> None:
        if self.sought:
            self.send(K.SEEK_END, screen)
        self.sought = self.paused = False
        self.send(K.PLAY, screen)

    def stall_over(self, screen: Screen) -> None:
        pass

    def end(self, screen: Screen) -> None:
        self.send(K.END, screen)
        self.pause(screen)


class YouTubeVersion1(WebMedia):
    """browser-plugin-youtube-tracking 3 (golden files youtube_*): no session, no pings, never `paused`."""

    player_type = None
    has_session = False
    shows_ads = False

    def says_paused(self, screen: Screen) -> bool:
        return False

    def says_ended(self, screen: Screen) -> bool:
        return screen.status == COMPLETED

    def request(self, screen: Screen) -> None:
        self.stall(screen)

    def seek(self, screen: Screen) -> None:
        self.send(K.SEEK_END, screen)

    def end(self, screen: Screen) -> None:
        self.send(K.END, screen)

    def stall_over(self, screen: Screen) -> None:
        self.play(screen)


TRACKERS: tuple[type[WebMedia], ...] = (
    WebMedia,
    WebMediaOfAnUnawareSite,
    WebMediaWithoutBufferEnd,
    WebMediaWhoseBreaksNeverEnd,
    WebMediaWithoutAdEntities,
    YouTubeMedia,
    Vimeo,
    AvPlayer,
    YouTubeVersion1,
)
