"""Made-up viewers for the page's tests: sessions as the API shows them, that move on as real ones do.

The shapes are those of live_viewers.api.models; test_api_double.py holds them against it.
"""

import random
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

TITLES = [
    ("Harbour lights", 5400.0),
    ("Night train north", 2700.0),
    ("The glass garden", 3600.0),
    ("Cartographers of the deep", 6900.0),
    ("Small hours", 1500.0),
    ("A field guide to weather", 3000.0),
    ("The ninth wave", 7200.0),
    ("Paper kingdoms", 2520.0),
]
ADS = ["Northwind Coffee", "Alder Bikes", "Larkspur Linen", "Mistral Air"]
DIMENSIONS: dict[str, list[str | None]] = {
    "country": ["DE", "FR", "GB", "SE", "US", None],
    "device": ["Desktop", "Phone", "Tablet", "TV", "other"],
    "os": ["Windows", "Android", "iOS", "macOS", None],
    "app": ["harbour", "harbour-kids"],
    "cdn": ["north", "north", "east", "east", "west"],
}
"""What viewers are told apart by, and the values that they have; None: unknown."""
OPEN = ("app",)
WEIGHTS = {
    "WATCHING_VIDEO": 66,
    "WATCHING_AD": 9,
    "PAUSED_VIDEO": 14,
    "BUFFERING_VIDEO": 4,
    "READY": 2,
    "COMPLETED_VIDEO": 4,
    "FAILED_VIDEO": 1,
}
WATCHING = ("WATCHING_VIDEO", "WATCHING_AD", "BUFFERING_VIDEO")
_ADJECTIVES = ["amber", "brisk", "calm", "daring", "early", "fond", "gentle", "hazel", "keen", "quiet"]
_NOUNS = ["otter", "heron", "maple", "comet", "lark", "cedar", "falcon", "willow", "badger", "finch"]


def rfc3339(ms: float) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class ViewersDouble:
    """An audience of `count` viewers; the same seed makes the same audience."""

    def __init__(self, count: int, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.sessions: dict[str, Json] = {}
        self.timelines: dict[str, list[Json]] = {}
        self.history: dict[str, list[Json]] = {}
        self._ids: list[str] = []
        self._version = now_ms()
        for number in range(count):
            noun = self.random.choice(_NOUNS)
            self.add(f"{self.random.choice(_ADJECTIVES)}-{noun}-{1000 + number}")

    def add(self, viewer_id: str, status: str | None = None, title: int | None = None) -> Json:
        """A new viewer somewhere in a title. One whose status is given is the newest, so on top of the list."""
        pick = self.random
        name, duration = TITLES[title if title is not None else min(int(pick.expovariate(0.5)), len(TITLES) - 1)]
        now = now_ms()
        named = status is not None
        status = status or pick.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        position = (
            duration
            if status == "COMPLETED_VIDEO"
            else 0.0
            if status == "READY"
            else pick.uniform(10, duration * 0.9)
        )
        seen = int(position // 600) * 2 + (1 if status == "WATCHING_AD" else 0)
        skipped = pick.randint(0, seen)
        buffering = pick.choice([0, 0, 0, 0.4, 1.8, position * 0.03, position * 0.08]) if position > 60 else 0.0
        session: Json = {
            "viewer_id": viewer_id,
            "media_session_id": f"session-{len(self.sessions)}",
            "synthetic": False,
            "status": status,
            "first_seen": rfc3339(now if named else now - position * 1000 - pick.uniform(2000, 60_000)),
            "media_id": name,
            "title": name,
            "max_position_s": round(position, 3),
            "duration_s": duration,
            "playback_rate": 1.0,
            "livestream": False,
            "muted": False,
            "volume": 80,
            "fullscreen": False,
            "picture_in_picture": False,
            "quality": "720p",
            "bitrate": 2_500_000,
            "media_type": "video",
            "player_type": "org.whatwg-media_element",
            "buffering_since": None,
            "dimensions": dimensions_of(len(self.sessions)),
            "totals": {
                "time_played_s": round(position, 3),
                "time_played_muted_s": 0.0,
                "time_paused_s": round(pick.uniform(0, 120), 3),
                "content_watched_s": round(position, 3),
                "time_buffering_s": round(buffering, 3),
                "time_spent_ads_s": seen * 15.0,
                "ad_breaks": (seen + 1) // 2,
                "ads_seen": seen,
                "ads_clicked": pick.randint(0, 1) if seen else 0,
                "ads_skipped": skipped,
                "ads_completed": seen - skipped,
            },
            "experience": {
                "start_up_s": round(pick.uniform(0.2, 3.5), 3),
                "rebuffer_ratio": round(buffering / (position + buffering), 4) if position + buffering else None,
                "errors": 1 if status == "FAILED_VIDEO" else 0,
                "failed_sessions": 1 if status == "FAILED_VIDEO" else 0,
            },
        }
        self.sessions[viewer_id] = session
        self._stamp(session, status, position, now)
        return session

    def watched_before(self, viewer_id: str, title: int, hours_ago: float, watched_s: float) -> None:
        """A session of the past."""
        name, duration = TITLES[title]
        began = now_ms() - hours_ago * 3_600_000
        past = {
            **self.sessions[viewer_id],
            "media_session_id": f"past-{len(self.history.get(viewer_id, []))}",
            "media_id": name,
            "title": name,
            "duration_s": duration,
            "position_s": watched_s,
            "status": "PAUSED_VIDEO",
            "first_seen": rfc3339(began),
            "last_seen": rfc3339(began + watched_s * 1000),
            "live_until": rfc3339(began + watched_s * 1000 + 600_000),
        }
        past["totals"] = {**past["totals"], "time_played_s": watched_s, "content_watched_s": watched_s}
        self.history.setdefault(viewer_id, []).append(past)

    def set(
        self, viewer_id: str, status: str, position: float | None = None, lease_s: float | None = None
    ) -> Json:
        """Put a viewer into a status, now. The state is a new one: those given out before stay as they were."""
        session = self.sessions[viewer_id] = self.unread(viewer_id, status, position, lease_s)
        return session

    def unread(
        self, viewer_id: str, status: str, position: float | None = None, lease_s: float | None = None
    ) -> Json:
        """The state that `set` would put the viewer into, which no read tells: a page knows it by push alone."""
        before = self.sessions[viewer_id]
        session = {**before}
        self._stamp(session, status, before["position_s"] if position is None else position, now_ms())
        if lease_s is not None:
            session["live_until"] = rfc3339(now_ms() + lease_s * 1000)
        return session

    def step(self, of: list[str] | None = None) -> Json:
        """One event of some viewer (of those named): mostly a ping, at times a change of status."""
        if not of:
            if len(self._ids) != len(self.sessions):
                self._ids = list(self.sessions)
            of = self._ids
        viewer_id = self.random.choice(of)
        session = self.sessions[viewer_id]
        status = session["status"]
        if self.random.random() < 0.2:
            status = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        return self.set(viewer_id, status, min(session["position_s"] + 10, session["duration_s"]))

    def _stamp(self, session: Json, status: str, position: float, now: int) -> None:
        self._version = max(self._version + 1, now)
        lease = (
            600_000 if status in ("PAUSED_VIDEO", "READY") else 60_000 if status == "COMPLETED_VIDEO" else 75_000
        )
        ad = None
        if status == "WATCHING_AD":
            name = self.random.choice(ADS)
            ad = {
                "ad_id": name.lower().replace(" ", "-"),
                "name": name,
                "creative_id": None,
                "pod_position": 1,
                "duration_s": 15.0,
                "skippable": True,
                "break_id": "break-1",
                "break_name": "mid-roll",
                "break_type": "linear",
                "pod_size": 2,
            }
        session.update(
            version=self._version,
            status=status,
            position_s=round(position, 3),
            position_at=rfc3339(now),
            last_seen=rfc3339(now),
            live_until=rfc3339(now + lease),
            buffering_since=rfc3339(now) if status == "BUFFERING_VIDEO" else None,
            ad=ad,
        )

    def view(self, session: Json) -> Json:
        live = session["live_until"] > rfc3339(now_ms())
        return {**session, "live": live, "watching": live and session["status"] in WATCHING}

    def live(self) -> list[Json]:
        now = rfc3339(now_ms())
        return [session for session in self.sessions.values() if session["live_until"] > now]

    def audience(self, media_id: str | None) -> Json:
        live = [each for each in self.live() if media_id is None or each["media_id"] == media_id]
        statuses = Counter(each["status"] for each in live)
        titles = Counter(each["media_id"] for each in live if each["status"] in WATCHING)
        minute = now_ms() // 60_000
        return {
            "as_of": rfc3339(now_ms()),
            "media_id": media_id,
            "partial": False,
            "watching_now": sum(statuses[status] for status in WATCHING),
            "by_status": {status: statuses[status] for status in WEIGHTS},
            "top_titles": []
            if media_id
            else [
                {"media_id": each, "title": each, "watching_now": count}
                for each, count in sorted(titles.items(), key=lambda pair: (-pair[1], pair[0]))[:10]
            ],
            "minutes": [
                {
                    "minute": rfc3339(each * 60_000),
                    "sessions": int(len(live) * (0.62 + 0.3 * (at / 59) + 0.08 * ((each * 7919) % 13) / 13)),
                }
                for at, each in enumerate(range(minute - 59, minute + 1))
            ],
        }

    def profile(self, viewer_id: str) -> Json | None:
        session = self.sessions.get(viewer_id)
        if session is None:
            return None
        shown = self.view(session)
        past = self.history.get(viewer_id, [])
        return {
            "viewer_id": viewer_id,
            "status": session["status"],
            "live": shown["live"],
            "live_until": session["live_until"],
            "first_seen": min(each["first_seen"] for each in (session, *past)),
            "last_seen": session["last_seen"],
            "version": session["version"],
            "current_session": shown,
            "live_sessions": [session["media_session_id"]] if shown["live"] else [],
            "totals": {
                **session["totals"],
                "sessions": len(past) + 1,
                "titles": len({each["media_id"] for each in (session, *past)}),
            },
            "experience": session["experience"],
            "titles": [
                {"media_id": session["media_id"], "title": session["title"], "last_seen": session["last_seen"]}
            ],
            "sessions": [shown, *map(self.view, past)],
            "partial": False,
        }

    def ads(self, viewer_id: str) -> Json:
        """As many ad views as the session has ads, of one creative; the first of them was skipped."""
        session = self.sessions.get(viewer_id)
        seen = session["totals"]["ads_seen"] or 0 if session is not None else 0
        if session is None or not seen:
            return {"viewer_id": viewer_id, "creatives": [], "views": [], "partial": False}
        hour = rfc3339(now_ms() // 3_600_000 * 3_600_000)
        views = [
            {
                "media_session_id": session["media_session_id"],
                "media_id": session["media_id"],
                "break_id": "mid-roll",
                "ad_id": f"ad-{number}",
                "name": "A car",
                "creative_id": "car-30",
                "pod_position": number + 1,
                "duration_s": 20.0,
                "viewed_at": hour,
                "reached_25": True,
                "reached_50": number > 0,
                "reached_75": number > 0,
                "completed": number > 0,
                "clicked": False,
                "skipped": number == 0,
            }
            for number in range(seen)
        ]
        creative = {
            "creative_id": "car-30",
            "ad_ids": [view["ad_id"] for view in views],
            "views": seen,
            "last_seen_at": hour,
        }
        return {"viewer_id": viewer_id, "creatives": [creative], "views": views, "partial": False}

    def timeline(self, viewer_id: str) -> list[Json]:
        """A plausible way to where the viewer is now: played, an ad break, a pause, a seek, some buffering."""
        session = self.sessions[viewer_id]
        if viewer_id in self.timelines:
            return self.timelines[viewer_id]
        end = session["position_s"]
        start = now_ms() - (end * 1000 + 90_000)
        clock = start
        events: list[Json] = []

        def event(name: str, position: float, status: str, after: float = 0.0, **more: Any) -> None:
            nonlocal clock
            clock += after * 1000
            events.append(
                {
                    "event_id": f"{viewer_id}-{len(events)}",
                    "time": rfc3339(clock),
                    "event": name,
                    "media_session_id": session["media_session_id"],
                    "status": status,
                    "position_s": round(position, 3),
                    "ad": more.get("ad"),
                    "details": more.get("details"),
                }
            )

        event("ready", 0, "READY")
        if session["status"] == "READY":
            return self.timelines.setdefault(viewer_id, events[::-1])
        event("play", 0, "WATCHING_VIDEO", 1.2)
        first, second = end * 0.3, end * 0.55
        event("buffer_start", first * 0.5, "BUFFERING_VIDEO", first * 0.5)
        event("buffer_end", first * 0.5, "WATCHING_VIDEO", 2.3)
        event("pause", first, "PAUSED_VIDEO", first * 0.5)
        event("ad_break_start", first, "WATCHING_AD", ad=_ad(None))
        for name in ADS[:2]:
            event("ad_start", first, "WATCHING_AD", ad=_ad(name))
            event("ad_complete" if name == ADS[0] else "ad_skip", first, "WATCHING_AD", 15, ad=_ad(name))
        event("ad_break_end", first, "PAUSED_VIDEO", ad=_ad(None))
        event("play", first, "WATCHING_VIDEO")
        event("pause", second, "PAUSED_VIDEO", second - first)
        event("play", second, "WATCHING_VIDEO", 40)
        event("seek_start", end * 0.8, "WATCHING_VIDEO", end * 0.1)
        event("seek_end", end * 0.8, "WATCHING_VIDEO", 0.3)
        if session["status"] == "PAUSED_VIDEO":
            event("pause", end, "PAUSED_VIDEO", end * 0.2)
        return self.timelines.setdefault(viewer_id, events[::-1])


def dimensions_of(number: int) -> Json:
    """Of the viewer of this number: spread evenly, without drawing from what makes the rest of an audience."""
    return {
        name: values[number * (2 * at + 3) // (at + 2) % len(values)]
        for at, (name, values) in enumerate(DIMENSIONS.items())
    }


def _ad(name: str | None) -> Json:
    return {
        "ad_id": name and name.lower().replace(" ", "-"),
        "name": name,
        "creative_id": None,
        "pod_position": None if name is None else ADS.index(name) + 1,
        "duration_s": None if name is None else 15.0,
        "skippable": None if name is None else True,
        "break_id": "break-1",
        "break_name": "mid-roll",
        "break_type": "linear",
        "pod_size": 2,
    }
