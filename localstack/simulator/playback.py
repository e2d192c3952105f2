"""A player, as far as the tracker sees it: position, state, and the counters of one media session.

The entities are those of Snowplow's media tracking v2 (media_player 2-0-0, session, ad and ad_break 1-0-0).
"""

from dataclasses import dataclass, field
from typing import Any

from simulator.catalogue import Title

Entity = dict[str, Any]
MEDIA = "iglu:com.snowplowanalytics.snowplow.media"


@dataclass
class Playback:
    session_id: str
    title: Title
    ping_interval_s: int
    position_s: float = 0.0
    paused: bool = True
    ended: bool = False
    buffering: bool = False
    volume: int = 80
    quality: str = "1080p"
    ad: dict[str, Any] | None = None
    ad_break: dict[str, Any] | None = None
    counters: dict[str, float] = field(default_factory=dict)
    _seconds_seen: set[int] = field(default_factory=set)

    def add(self, counter: str, amount: float = 1) -> None:
        """The tracker leaves a counter out while it is 0, and so does this."""
        self.counters[counter] = self.counters.get(counter, 0) + amount

    def pass_time(self, seconds: float) -> None:
        """Let `seconds` go by in the state the player is in."""
        if self.ad_break is not None and self.ad is not None:
            self.add("timeSpentAds", seconds)
        elif self.buffering:
            self.add("timeBuffering", seconds)
            # To Snowplow's trackers for HTML5 a stall is time played, too, or paused: as their player says.
            self.add("timePaused" if self.paused else "timePlayed", seconds)
        elif self.paused:
            self.add("timePaused", seconds)
        else:
            before, self.position_s = self.position_s, self.position_s + seconds
            if self.title.duration_s is not None:
                self.position_s = min(self.position_s, self.title.duration_s)
            self.add("timePlayed", seconds)
            self._seconds_seen.update(range(int(before), int(self.position_s) + 1))

    def entities(self) -> list[Entity]:
        player = {
            "currentTime": round(self.position_s, 3),
            "duration": self.title.duration_s,
            "ended": self.ended,
            "paused": self.paused,
            "livestream": self.title.duration_s is None,
            "label": self.title.label,
            "loop": False,
            "mediaType": "video",
            "muted": self.volume == 0,
            "playbackRate": 1,
            "playerType": "org.whatwg-media_element",
            "quality": self.quality,
            "volume": self.volume,
        }
        totals = {
            name: value if isinstance(value, int) else round(value, 3) for name, value in self.counters.items()
        }
        session: dict[str, Any] = {
            "mediaSessionId": self.session_id,
            "pingInterval": self.ping_interval_s,
            **totals,
        }
        if self._seconds_seen:
            session["contentWatched"] = len(self._seconds_seen)
        found: list[Entity] = [
            {"schema": "iglu:com.snowplowanalytics.snowplow/media_player/jsonschema/2-0-0", "data": player},
            {"schema": f"{MEDIA}/session/jsonschema/1-0-0", "data": session},
        ]
        if self.ad is not None:
            found.append({"schema": f"{MEDIA}/ad/jsonschema/1-0-0", "data": dict(self.ad)})
        if self.ad_break is not None:
            found.append({"schema": f"{MEDIA}/ad_break/jsonschema/1-0-0", "data": dict(self.ad_break)})
        return found
