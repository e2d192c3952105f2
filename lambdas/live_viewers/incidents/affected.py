"""Whom an open incident hits: viewers that are in its scope now, looked up when somebody reads, never kept."""

from collections.abc import Iterator

from live_viewers.dimensions.tokens import CLOSED, is_unknown, key_of
from live_viewers.incidents.incident import Incident
from live_viewers.incidents.incident_view import MOST_VIEWERS
from live_viewers.incidents.reading import STATUS_OF_METRIC
from live_viewers.profile.sources import LiveFilter, Profiles
from live_viewers.scope import Scope, dimension_scope, title_or_all
from live_viewers.session.media_session import MediaSession
from live_viewers.session.status import Status

_READ = 100
"""Live sessions that are looked at, twice at the most."""


def affected_viewers(profiles: Profiles, incident: Incident, now_ms: int) -> list[str]:
    """Up to MOST_VIEWERS viewer ids, each once: first those in the status that the metric counts. Raises
    StoreBusy."""
    found: dict[str, None] = {}
    status = STATUS_OF_METRIC.get(incident.metric)
    for wanted in dict.fromkeys((status, None)):
        for session in _live(profiles, incident, wanted, now_ms):
            found.setdefault(session.viewer_id)
            if len(found) == MOST_VIEWERS:
                return list(found)
    return list(found)


def _live(profiles: Profiles, incident: Incident, status: Status | None, now_ms: int) -> Iterator[MediaSession]:
    scope = Scope.from_key(incident.scope_key)
    # A listed value's scope has its token for an id, by which the index filters; the others are looked for in what
    # comes.
    listed = scope.kind == "dimension" and key_of(scope.id) + CLOSED in scope.id and not is_unknown(scope.id)
    token = (scope.id,) if listed else ()
    wanted = LiveFilter(title_or_all(incident.media_id), None if status is None else status.value, None, token)
    for session in profiles.live(wanted, None, _READ, now_ms).sessions:
        if scope.kind != "dimension" or scope in map(dimension_scope, session.dimensions.tokens):
            yield session
