"""Lambda: the API behind API Gateway (payload 2.0; on an emulator without HTTP APIs 1.0)."""

import os
import time
from typing import Any

from aws_lambda_powertools import Logger

from live_viewers.api.app import Answering, make_api
from live_viewers.api.payload_1 import answer_either
from live_viewers.api.service import Service
from live_viewers.audience.subjects import Subjects
from live_viewers.defaults import LOCAL_STAGE
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dynamodb.http_connection import CONNECT_TIMEOUT_S
from live_viewers.dynamodb.tables.ads_source import AdsSource
from live_viewers.dynamodb.tables.audience_reads import AudienceReads
from live_viewers.dynamodb.tables.audience_source import AudienceSource
from live_viewers.dynamodb.tables.erasure_requests_table import ErasureRequestsTable
from live_viewers.dynamodb.tables.figures_source import FiguresSource
from live_viewers.dynamodb.tables.history_table import HistoryTable
from live_viewers.dynamodb.tables.incident_reads import IncidentReads
from live_viewers.dynamodb.tables.read_client import ATTEMPTS, READ_TIMEOUT_S, reader_of
from live_viewers.dynamodb.tables.reads import ReadProfiles
from live_viewers.dynamodb.tables.tickets_table import TicketsTable
from live_viewers.settings import ServeApiSettings
from live_viewers.stage_file import read_stage_file

logger = Logger(service="serve_api")


def _start_erasing(function: str) -> None:
    """Begin now what the schedule would begin within minutes; so a failure here loses nothing."""
    if not function:
        return
    import botocore.session  # for this alone, and an erasure is rarely asked for
    from botocore.config import Config

    patience = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    try:
        client: Any = botocore.session.Session().create_client("lambda", config=patience)
        client.invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")
    except Exception as error:
        logger.warning("erasure waits for the schedule", extra={"error": type(error).__name__})


def _make() -> Answering:
    settings = ServeApiSettings.from_environ(os.environ)
    client = reader_of(os.environ)
    table, audience = settings.viewer_profiles_table, settings.audience_table
    stage_file = read_stage_file()
    dimensions = Dimensions(stage_file.dimensions)
    signed_in = settings.stage != LOCAL_STAGE
    return make_api(
        Service(
            profiles=ReadProfiles(client, table, settings.live_shards, settings.default_ping_interval_s),
            audience=AudienceSource(client, audience, settings.audience_shards),
            ads=AdsSource(client, audience, settings.audience_shards),
            tickets=TicketsTable(client, settings.sockets_table),
            erasures=ErasureRequestsTable(
                client,
                table,
                settings.profile_retention_days,
                settings.tombstone_secret,
                lambda: _start_erasing(settings.erase_viewers_function),
            ),
            clock=lambda: int(time.time() * 1000),
            figures=FiguresSource(
                AudienceReads(client, audience, settings.audience_shards),
                HistoryTable(client, audience),
                Subjects(dimensions, stage_file.pinned_titles),
            ),
            incidents=IncidentReads(client, audience),
            default_ping_interval_s=settings.default_ping_interval_s,
            dimensions=dimensions,
            ticket_ttl_s=settings.ticket_ttl_s,
            read_scope=settings.read_scope if signed_in else None,
            erase_scope=settings.erase_scope if signed_in else None,
        )
    )


# Made while the instance starts, when AWS gives it a whole CPU and bills nothing for it.
_answer = answer_either(_make())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request. Never raises: what breaks is a problem with status 500, and a line in the log."""
    return _answer(event, context)
