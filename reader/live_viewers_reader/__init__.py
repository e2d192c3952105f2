"""Reads live viewer profiles: one or many profiles, all live sessions, and changes as they happen."""

from live_viewers_reader.connection import ApiUnreachable
from live_viewers_reader.reader import ApiProblem, LiveViewers
from live_viewers_reader.shapes import Ad, Erased, Experience, Session, Totals, Viewer, ViewerTotals, WatchedTitle
from live_viewers_reader.tokens import ClientCredentials, SignInFailed

__all__ = [
    "Ad",
    "ApiProblem",
    "ApiUnreachable",
    "ClientCredentials",
    "Erased",
    "Experience",
    "LiveViewers",
    "Session",
    "SignInFailed",
    "Totals",
    "Viewer",
    "ViewerTotals",
    "WatchedTitle",
]
