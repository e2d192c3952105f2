"""The routes of the API, in one table: the resolver, the reading of requests, the OpenAPI document and the stack's
API Gateway are made from it. Nothing is imported here that a stack hasn't.
"""

from typing import Literal

import msgspec

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Access = Literal["read", "erase", "open"]
"""What a token must allow; an open route asks for none."""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """What a request may be. `path` is a template whose `{viewer_id}` (see viewer_ids) or `{incident_id}` is one
    segment. `query` are the parameters it takes (others are refused, since a mistyped filter filters nothing);
    with `by_dimension` the names of the stage's dimensions too."""

    name: str
    method: Method
    path: str
    access: Access
    query: tuple[str, ...] = ()
    by_dimension: bool = False
    has_body: bool = False
    tag: str = "viewers"
    summary: str
    description: str = ""


LIVE = Route(
    name="list_live_sessions",
    method="GET",
    path="/v1/live",
    access="read",
    query=("media_id", "status", "q", "limit", "cursor"),
    by_dimension=True,
    tag="live",
    summary="Page through the live sessions",
    description="Each of the stage's dimensions is a filter by its name, too: `?country=DE&device=TV`, with "
    "`other` and `unknown` for what it doesn't list or know. Go on with `next_cursor` while there is one; a page "
    "may hold fewer sessions than `limit`, even none, when filters match rarely. A session that is live "
    "throughout is on one of the pages; should one come twice, its `key` tells.",
)
AUDIENCE = Route(
    name="get_audience",
    method="GET",
    path="/v1/audience",
    access="read",
    query=("media_id", "by", "window", "limit"),
    tag="audience",
    summary="How many are watching",
    description="Without `by`: watching now, by status, the top titles, the last 60 minutes; with `media_id` of a "
    "title. With `by`: a row for each value of a dimension, for each title or status, with who is live now and "
    "how well it played in the window's minutes; with `media_id` only of a pinned title's values.",
)
TIMESERIES = Route(
    name="get_audience_timeseries",
    method="GET",
    path="/v1/audience/timeseries",
    access="read",
    query=("from", "to", "step", "media_id", "by", "value"),
    tag="audience",
    summary="The audience over time",
    description="Minutes of the last 96 hours, hours of the last 400 days: of all, of a title, or of a value of a "
    "dimension (`by` and `value`). At most 2,880 points.",
)
INCIDENTS = Route(
    name="list_incidents",
    method="GET",
    path="/v1/incidents",
    access="read",
    query=("state", "cursor"),
    tag="incidents",
    summary="Page through the incidents",
    description="Newest first. Of those that are open up to 20 viewers are looked up who are in their scope now.",
)
INCIDENT = Route(
    name="acknowledge_incident",
    method="PATCH",
    path="/v1/incidents/{incident_id}",
    access="read",
    has_body=True,
    tag="incidents",
    summary="Acknowledge an incident",
    description="Says to everyone who looks that somebody is at it. It changes nothing else, and stays.",
)
ADS = Route(
    name="list_ads",
    method="GET",
    path="/v1/ads",
    access="read",
    query=("from", "to", "by", "media_id", "format"),
    tag="ads",
    summary="How ads were seen, by ad, creative or ad break",
    description="Ad views of whole hours, as Snowplow's media package counts them: one ad in one ad break (or in "
    "none) of one media session, with all that was seen of it, in the hour in which it began. `from` is rounded "
    "down and `to` up to the hour; the last 24 hours by default, 31 days at the most. By break, those that showed "
    "no ad are listed too. As CSV with `format=csv` or `Accept: text/csv`.",
)
VIEWERS = Route(
    name="get_viewers",
    method="POST",
    path="/v1/viewers/batch-get",
    access="read",
    has_body=True,
    summary="Get many viewers' profiles",
    description="Up to 100 ids; those that no session is kept of are named in `missing`. An answer holds at most "
    "4 MB of viewers: where it is `partial`, ask again for the ids that are in neither list.",
)
VIEWER = Route(
    name="get_viewer",
    method="GET",
    path="/v1/viewers/{viewer_id}",
    access="read",
    summary="Get a viewer's profile",
    description="Folded from the viewer's sessions as they are now, with the newest 20 of them.",
)
ERASE = Route(
    name="erase_viewer",
    method="DELETE",
    path="/v1/viewers/{viewer_id}",
    access="erase",
    summary="Erase a viewer",
    description="Removes sessions, timeline, profile and rejected records, and keeps events that were collected "
    "before now from bringing any of it back. It goes on by itself: Location names the resource that tells how "
    "far it is. Answers the same for a viewer who isn't known. Needs the scope for erasure.",
)
SESSIONS = Route(
    name="list_sessions_of_viewer",
    method="GET",
    path="/v1/viewers/{viewer_id}/sessions",
    access="read",
    query=("limit", "cursor"),
    summary="Page through a viewer's sessions",
    description="Newest first, by the time of a session's first event.",
)
TIMELINE = Route(
    name="list_timeline_of_viewer",
    method="GET",
    path="/v1/viewers/{viewer_id}/timeline",
    access="read",
    query=("from", "to", "limit", "cursor"),
    summary="Page through a viewer's timeline",
    description="Every media event but pings and progress, newest first, with the session's status just after it; "
    "without ad quartiles where the stage writes pings at intervals. Empty for a viewer who isn't known.",
)
ADS_OF_VIEWER = Route(
    name="list_ads_of_viewer",
    method="GET",
    path="/v1/viewers/{viewer_id}/ads",
    access="read",
    query=("since",),
    tag="ads",
    summary="Which ads a viewer saw, and how often",
    description="By creative, and the newest views one by one. `since` is rounded down to the hour; without it, "
    "of all that is kept. Empty for a viewer who isn't known.",
)
ERASURE = Route(
    name="get_erasure",
    method="GET",
    path="/v1/viewers/{viewer_id}/erasure",
    access="read",
    summary="How far a viewer's erasure is",
)
SOCKET_TICKETS = Route(
    name="create_socket_ticket",
    method="POST",
    path="/v1/socket-tickets",
    access="read",
    tag="socket",
    summary="Get a ticket for the socket",
    description="Opens one WebSocket, once, within a minute: connect with `?ticket=`.",
)
DOCUMENT = Route(
    name="get_openapi_document",
    method="GET",
    path="/v1/openapi.json",
    access="open",
    tag="document",
    summary="The description of this API",
)

ROUTES = (
    LIVE,
    AUDIENCE,
    TIMESERIES,
    INCIDENTS,
    INCIDENT,
    ADS,
    VIEWERS,
    VIEWER,
    ERASE,
    SESSIONS,
    TIMELINE,
    ADS_OF_VIEWER,
    ERASURE,
    SOCKET_TICKETS,
    DOCUMENT,
)
