"""A double whose viewers are the golden stories of real players (tests/players), as the real domain tells them."""

from typing import Any

import msgspec

from live_viewers.events.media_event import MediaEvent
from live_viewers.profile.session_view import session_view
from live_viewers.profile.timeline_view import timeline_view
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.profile.viewer_view import viewer_view
from live_viewers.session.media_session import MediaSession
from live_viewers.session.timeline import timeline_row
from tests.browser.viewers_double import Json, ViewersDouble, now_ms
from tests.players.steps import folded, story_events

# The stories' own pings come every second: their leases would be over before a page is opened.
PING_S = 300


class StoriesDouble(ViewersDouble):
    """Each story is a viewer of its name, whose last event happened when the double was made."""

    def __init__(self, stories: list[str]) -> None:
        super().__init__(0)
        self.made_ms = now_ms()
        self.events = {story: self._just_now(story, story_events(story)) for story in stories}
        self.folded = {story: folded(events) for story, events in self.events.items()}
        for story in stories:
            self.sessions[story] = self._view(self.current(story))

    def current(self, story: str) -> MediaSession:
        return fold_profile(self.folded[story], self.made_ms).current_session

    def _just_now(self, story: str, events: list[MediaEvent]) -> list[MediaEvent]:
        shift = self.made_ms - max(event.order_time_ms for event in events)
        return [_shifted(event, story, shift) for event in events]

    def _view(self, session: MediaSession) -> Json:
        view: Json = msgspec.to_builtins(session_view(session, now_ms()))
        return view

    def profile(self, viewer_id: str) -> Json | None:
        if viewer_id not in self.folded:
            return None
        now = now_ms()
        view: Json = msgspec.to_builtins(viewer_view(fold_profile(self.folded[viewer_id], now), now))
        return view

    def timeline(self, viewer_id: str) -> list[Json]:
        rows = [row for event in self.events[viewer_id] if (row := timeline_row(event)) is not None]
        entries: list[Json] = msgspec.to_builtins(timeline_view(rows))
        return entries[::-1]


def _shifted(event: MediaEvent, viewer_id: str, shift_ms: int) -> MediaEvent:
    changes: dict[str, Any] = {
        "viewer_id": viewer_id,
        "session_id": f"{viewer_id}-{event.session_id}",
        "event_time_ms": event.order_time_ms + shift_ms,
        "order_time_ms": event.order_time_ms + shift_ms,
    }
    if event.totals is not None:
        changes["totals"] = msgspec.structs.replace(event.totals, ping_interval_s=PING_S)
    return msgspec.structs.replace(event, **changes)
