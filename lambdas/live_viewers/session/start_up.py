"""How long a session took to start: from the request to play (a click, an autoplay) to the first frame."""

import msgspec

from live_viewers.session.media_session import MediaSession

# A longer start-up isn't believed: the event of an earlier start was lost.
LONGEST_START_UP_S = 60.0
# `waiting` of a <video> comes with its `play` where there is nothing to show yet.
BUFFERING_BEGINS_WITHIN_MS = 250
# So exact are a tracker's counters: its clock is read some milliseconds before or after the event's time.
COUNTED_TO_MS = 100

PLAYED, PAUSED = "played", "paused"
# In which counter of a tracker a stall is, by `playerType`. Snowplow's trackers count the time between two events
# by the first one's `paused`: a <video> that stalls isn't paused (golden files of tests/players), nor is a Vimeo
# player (browser-plugin-vimeo-tracking, source). The YouTube plugin says paused whenever the player's state isn't
# PLAYING (browser-plugin-youtube-tracking 4, entities.ts, source).
STALLS_COUNT_AS: dict[str | None, str] = {
    "org.whatwg-media_element": PLAYED,
    "com.vimeo-vimeo": PLAYED,
    "com.youtube-youtube": PAUSED,
}


def stalls_count_as(player_type: str | None) -> str:
    """PLAYED or PAUSED: in which counter the tracker of such a player has a stall."""
    return STALLS_COUNT_AS.get(player_type, PLAYED)


class StartUp(msgspec.Struct, frozen=True, gc=False):
    """What tells of a session's start: times in epoch ms, NOT_YET for what hasn't happened, so far that nothing is
    later than `last_order_ms`. `started_at_ms` and `initial_pause_ms` are the first visit's (see SessionCounters),
    None where it is not known.
    """

    last_order_ms: int
    ready_ms: int
    play_ms: int
    play_ads_ms: int
    ad_start_ms: int
    buffer_start_ms: int
    buffer_end_ms: int
    started_at_ms: int | None
    initial_pause_ms: int | None
    player_type: str | None

    @property
    def seconds(self) -> float | None:
        """Seconds from the request to play to the first frame of anything; None where it can't be known."""
        first_frame_ms = self._first_frame_ms()
        requested_ms = None if first_frame_ms is None else self._requested_ms(first_frame_ms)
        if first_frame_ms is None or requested_ms is None:
            return None
        seconds = max(0, first_frame_ms - requested_ms) / 1000
        return seconds if seconds <= LONGEST_START_UP_S else None

    @property
    def is_starting(self) -> bool:
        """Whether the first play began with buffering that has not ended."""
        ended = self.play_ms <= self.buffer_end_ms <= self.last_order_ms
        return self._begins_buffering() and not ended

    def _first_frame_ms(self) -> int | None:
        """The first of play and ad_start. A play with which buffering begins was the click: the frame comes with
        the buffering's end. Of a play the time in ads is taken out that this event has: an ad whose start was
        lost."""
        if min(self.play_ms, self.ad_start_ms) > self.last_order_ms:
            return None
        if self.ad_start_ms <= self.play_ms:
            return self.ad_start_ms
        frame_ms = self.play_ms
        if self._begins_buffering() and self.play_ms <= self.buffer_end_ms <= self.last_order_ms:
            frame_ms = self.buffer_end_ms
        return frame_ms - self.play_ads_ms

    def _begins_buffering(self) -> bool:
        if self.play_ms > self.last_order_ms:
            return False  # no play yet: a pre-roll
        return self.play_ms <= self.buffer_start_ms <= self.play_ms + BUFFERING_BEGINS_WITHIN_MS

    def _requested_ms(self, first_frame_ms: int) -> int | None:
        """The start of the buffering before the first frame; else the end of the pause before it, which trackers
        count from ready or from the start of tracking on. Where stalls count as paused the pause says nothing."""
        ready_ms = self.ready_ms if self.ready_ms <= self.last_order_ms else None
        begun = [each for each in (ready_ms, self.started_at_ms) if each is not None]
        if begun and begun[0] <= self.buffer_start_ms < min(self.play_ms, self.ad_start_ms):
            return self.buffer_start_ms
        if self.initial_pause_ms is None or stalls_count_as(self.player_type) == PAUSED:
            return None
        clicked = [each + self.initial_pause_ms for each in begun]
        return next((each for each in clicked if each <= first_frame_ms + COUNTED_TO_MS), None)


def start_up_of(session: MediaSession) -> StartUp:
    """What tells of the start of a session."""
    first = session.visits.first()
    return StartUp(
        session.last_order_ms,
        session.first_ready_ms,
        session.first_play_ms,
        session.first_play_ads_ms,
        session.first_ad_start_ms,
        session.first_buffer_start_ms,
        session.first_buffer_end_ms,
        None if first is None else first.started_at_ms,
        None if first is None else first.initial_pause_ms,
        player_type_of(session),
    )


def player_type_of(session: MediaSession) -> str | None:
    """The player's type, as the newest snapshot has it."""
    newest = session.newest
    return None if newest is None or newest.player is None else newest.player.player_type
