"""What the double answers of an audience in figures: broken down, over time, its incidents and its ads.

Made up, the same in every run, with one CDN that plays badly.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from math import sin

from tests.browser.viewers_double import ADS, WATCHING, WEIGHTS, Json, ViewersDouble, now_ms, rfc3339

BAD_CDN = "west"
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
_KEPT_MINUTES_MS = 96 * HOUR_MS


class AudienceDouble:
    """The figures of a ViewersDouble's sessions. `gaps` are the minutes (Unix) and hours that have none."""

    def __init__(self, viewers: ViewersDouble) -> None:
        self.viewers = viewers
        self.gaps: set[int] = set()
        self.partial = False
        self.data_late = False
        self.ad_views = 40
        self.incidents: dict[str, Json] = {}

    def breakdown(self, by: str, media_id: str | None, window: int, limit: int) -> Json:
        live = [each for each in self.viewers.live() if media_id in (None, each["media_id"])]
        value_of = _value_of(by)
        groups: dict[str, list[Json]] = {}
        for session in live:
            groups.setdefault(value_of(session), []).append(session)
        largest = sorted(groups, key=lambda value: (-len(groups[value]), value))
        rows = [_row(value, groups[value], window, null=by == "status") for value in largest[:limit]]
        if rest := [session for value in largest[limit:] for session in groups[value]]:
            rows.append(_row("other", rest, window, null=by == "status"))
        return {
            "as_of": rfc3339(now_ms()),
            "by": by,
            "media_id": media_id,
            "window_minutes": window,
            "partial": self.partial,
            "total": {**_row(None, live, window), "value": None},
            "rows": rows,
        }

    def open_incident(self, by: str | None = "cdn", of: str | None = BAD_CDN, **said: object) -> Json:
        """An incident of those who have a value; with `by` None of everyone."""
        incident: Json = {
            "id": f"{now_ms() // 60_000:08}-{len(self.incidents):012x}",
            "alert": "rebuffering",
            "version": 1,
            "metric": "rebuffer_ratio",
            "direction": "above",
            "scope": {"by": by, "value": of, "label": None, "media_id": None},
            "state": "open",
            "opened_at": rfc3339(now_ms() - 4 * MINUTE_MS),
            "resolved_at": None,
            "value": 0.118,
            "threshold": 0.05,
            "minutes": 4,
            "acknowledged": False,
            "viewers": [
                each["viewer_id"]
                for each in self.viewers.live()
                if by in (None, "title") or each["dimensions"].get(by) == of
            ][:20],
            **said,
        }
        self.incidents[incident["id"]] = incident
        return incident

    def incident_page(self, state: str | None) -> Json:
        found = [each for each in self.incidents.values() if state in (None, each["state"])]
        return {
            "as_of": rfc3339(now_ms()),
            "incidents": found[::-1],
            "next_cursor": None,
            "data_late": self.data_late,
            "judged_until": rfc3339(now_ms() // MINUTE_MS * MINUTE_MS),
        }

    def timeseries(self, from_: str, to: str, step: str, named: Json) -> Json:
        width = MINUTE_MS if step == "1m" else HOUR_MS
        start, end = _ms(from_) // width * width, _ms(to)
        value_of = _value_of(named["by"]) if named["by"] else None
        live = [
            each
            for each in self.viewers.live()
            if named["media_id"] in (None, each["media_id"])
            and (value_of is None or value_of(each) == named["value"])
        ]
        watching = sum(each["status"] in WATCHING for each in live)
        points = [self._point(at, width, watching, len(live)) for at in range(start, end, width)]
        known = [point for point in points if point["watching"] is not None]
        average = sum(point["average_audience"] for point in known) / len(known) if known else None
        most = max(known, key=lambda point: point["watching"], default=None)
        return {
            "as_of": rfc3339(now_ms()),
            "step": step,
            **named,
            "points": points,
            "peak": most and {"at": most["at"], "value": most["watching"]},
            "average_audience": None if average is None else round(average, 2),
        }

    def ads(self, from_: str, to: str, by: str) -> Json:
        """Each of ADS in one of two breaks, the first most often; by break also one that never has an ad."""
        rows = [_ad_row(by, number, self.ad_views * 4 // (number + 2)) for number in range(len(ADS))]
        if by == "break":
            empty = {
                **_ad_row(by, 0, 0),
                "break_id": "post-roll",
                "name": "Post-roll",
                "breaks": 9,
                "empty_breaks": 9,
            }
            rows = [*rows[:2], empty]
        return {
            "from": rfc3339(_ms(from_)),
            "to": rfc3339(_ms(to)),
            "by": by,
            "partial": self.partial,
            "rows": [row for row in rows if self.ad_views],
        }

    def _point(self, at: int, width: int, watching: int, live: int) -> Json:
        wave = 0.7 + 0.22 * sin(at / HOUR_MS * 0.26) + 0.05 * sin(at / MINUTE_MS / 7)
        lost = width == MINUTE_MS and at < now_ms() - _KEPT_MINUTES_MS
        if lost or at // width in self.gaps:
            unknown = ("watching", "sessions", "played_s", "average_audience", "rebuffer_ratio", "start_up_p95_s")
            return {"at": rfc3339(at), **dict.fromkeys((*unknown, "starts", "failed"))}
        return {
            "at": rfc3339(at),
            "watching": round(watching * wave),
            "sessions": round(live * wave),
            "played_s": round(watching * wave * width / 1000, 1),
            "average_audience": round(watching * wave, 2),
            "rebuffer_ratio": round(0.012 + 0.01 * wave, 4),
            "start_up_p95_s": round(1.4 + wave, 2),
            "starts": round(live * wave / 8),
            "failed": round(live * wave / 120),
        }


def _value_of(by: str) -> Callable[[Json], str]:
    if by == "status":
        return lambda session: str(session["status"])
    if by == "title":
        return lambda session: session["media_id"] or "unknown"
    return lambda session: session["dimensions"].get(by) or "unknown"


def _row(value: str | None, sessions: list[Json], window: int, *, null: bool = False) -> Json:
    statuses = Counter(each["status"] for each in sessions)
    bad = sum(_is_bad(each) for each in sessions)
    seen = len(sessions)
    attempts = seen * window // 10 + seen // 5
    start_ups = sorted(each["experience"]["start_up_s"] for each in sessions)
    counters: Json = {
        "sessions": seen,
        "attempts": attempts,
        "starts": attempts * 9 // 10,
        "start_up_p50_s": _percentile(start_ups, 0.5),
        "start_up_p95_s": _percentile(start_ups, 0.95),
        "rebuffer_ratio": round((0.004 * (seen - bad) + 0.11 * bad) / seen, 4) if seen else None,
        "exits_before_start": (seen + 4 * bad) // 40,
        "failed": statuses["FAILED_VIDEO"] + bad // 8,
        "left_buffering": bad // 6,
    }
    return {
        "value": value,
        "label": None,
        "watching_now": sum(statuses[status] for status in WATCHING),
        "by_status": {status: statuses[status] for status in WEIGHTS},
        **(dict.fromkeys(counters) if null else counters),
    }


def _ad_row(by: str, number: int, views: int) -> Json:
    name = ADS[number]
    ad_id = name.lower().replace(" ", "-")
    break_id, break_name = ("pre-roll", "Pre-roll") if number % 2 == 0 else ("mid-roll", "Mid-roll")
    return {
        "ad_id": ad_id if by == "ad" else None,
        "name": break_name if by == "break" else name,
        "creative_id": None if by == "break" else f"{ad_id}-15s",
        "break_id": break_id if by == "break" else None,
        "views": views,
        "reached_25": views * 19 // 20,
        "reached_50": views * 17 // 20,
        "reached_75": views * 15 // 20,
        "completed": views * 14 // 20,
        "clicks": views // 11,
        "skips": views * 6 // 20,
        "breaks": views if by == "break" else None,
        "empty_breaks": views // 8 if by == "break" else None,
    }


def _is_bad(session: Json) -> bool:
    return bool(session["dimensions"].get("cdn") == BAD_CDN)


def _percentile(values: list[float], share: float) -> float | None:
    return values[min(len(values) - 1, int(len(values) * share))] if values else None


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def values(sessions: Iterable[Json], by: str) -> Counter[str]:
    """How many of these sessions have each value."""
    return Counter(map(_value_of(by), sessions))
