"""Reads live viewer profiles: one or many profiles, all live sessions, and changes as they happen."""

from live_viewers_reader.reader import ApiProblem, LiveViewers
from live_viewers_reader.shapes import Ad, Erased, Experience, Session, Totals, Viewer, ViewerTotals, WatchedTitle
from live_viewers_reader.tokens import ClientCredentials

__all__ = [
    "Ad",
    "ApiProblem",
    "ClientCredentials",
    "Erased",
    "Experience",
    "LiveViewers",
    "Session",
    "Totals",
    "Viewer",
    "ViewerTotals",
    "WatchedTitle",
]
