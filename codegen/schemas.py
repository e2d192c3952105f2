"""JSON schemas of the response models, as the OpenAPI document keeps them."""

import inspect
import json
import re
from typing import Any

import msgspec

from live_viewers.ads.ad_report_view import AdReportView
from live_viewers.ads.viewer_ads_view import ViewerAdsView
from live_viewers.api.described import schema_name
from live_viewers.api.models import (
    BatchOfViewers,
    ErasureStatus,
    LivePage,
    ProblemDetails,
    SessionPage,
    SocketTicket,
    TimelinePage,
)
from live_viewers.audience.audience_view import AudienceView
from live_viewers.audience.breakdown_view import AudienceBreakdownView
from live_viewers.audience.timeseries_view import AudienceTimeseriesView
from live_viewers.incidents.incident_view import IncidentPage, IncidentView
from live_viewers.profile.viewer_view import ViewerProfileView
from live_viewers.push.messages import ErasedMessage, ErrorMessage, SessionsMessage, SnapshotMessage
from live_viewers.push.subscriptions import PageMessage

ANSWERS: tuple[type[msgspec.Struct], ...] = (
    AdReportView,
    AudienceBreakdownView,
    AudienceTimeseriesView,
    AudienceView,
    BatchOfViewers,
    ErasureStatus,
    IncidentPage,
    IncidentView,
    LivePage,
    ProblemDetails,
    SessionPage,
    SocketTicket,
    TimelinePage,
    ViewerAdsView,
    ViewerProfileView,
)
SERVER_MESSAGES: tuple[type[msgspec.Struct], ...] = (SnapshotMessage, SessionsMessage, ErasedMessage, ErrorMessage)
PAGE_MESSAGES: tuple[type[msgspec.Struct], ...] = (PageMessage,)
_REFERENCE = "#/components/schemas/{name}"
_VIEW = re.compile(r'"#/components/schemas/(\w+)View"')


def component_schemas() -> dict[str, dict[str, Any]]:
    """By name: everything that an answer or a message of the socket is made of."""
    roots = (*ANSWERS, *SERVER_MESSAGES, *PAGE_MESSAGES)
    _, components = msgspec.json.schema_components(roots, ref_template=_REFERENCE)
    named = json.loads(_VIEW.sub(r'"#/components/schemas/\1"', json.dumps(components)))
    schemas = {name.removesuffix("View"): _open(schema) for name, schema in named.items()}
    may_be_left_out = {"PageMessage", "ProblemDetails"}
    for name, schema in schemas.items():
        if "properties" in schema and name not in may_be_left_out:
            schema["required"] = list(schema["properties"])  # a default is sent as well
    schemas["ServerMessage"] = {
        "description": "A message of the socket to a page.",
        "oneOf": [{"$ref": _REFERENCE.format(name=schema_name(model))} for model in SERVER_MESSAGES],
        "discriminator": {"propertyName": "type"},
    }
    return schemas


def _open(schema: dict[str, Any]) -> dict[str, Any]:
    """With room for fields to come: readers are to ignore what they don't know."""
    schema.pop("title", None)
    if "description" in schema:
        schema["description"] = inspect.cleandoc(schema["description"])
    if schema.get("additionalProperties") is False:
        del schema["additionalProperties"]
    for field in schema.get("properties", {}).values():
        field.pop("default", None)
    return schema
