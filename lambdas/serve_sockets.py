"""Lambda: the WebSocket API's routes. Pages connect with a ticket and say what they want to watch."""

import os
import time
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from live_viewers.api_gateway.connections import ApiGatewayConnections
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dynamodb.tables.read_client import reader_of
from live_viewers.dynamodb.tables.reads import ReadProfiles
from live_viewers.dynamodb.tables.sockets_table import SocketsTable
from live_viewers.dynamodb.tables.tickets_table import TicketsTable
from live_viewers.push.subscribing import SocketService, answer_message
from live_viewers.push.tickets import redeem_ticket
from live_viewers.settings import ServeSocketsSettings
from live_viewers.stage_file import read_stage_file

logger = Logger(service="serve_sockets")


@cache
def _settings() -> ServeSocketsSettings:
    return ServeSocketsSettings.from_environ(os.environ)


@cache
def _parts() -> tuple[TicketsTable, SocketsTable, SocketService]:
    settings = _settings()
    client = reader_of(os.environ)
    sockets = SocketsTable(client, settings.sockets_table)
    ping_interval_s = settings.default_ping_interval_s
    service = SocketService(
        sockets,
        ReadProfiles(client, settings.viewer_profiles_table, settings.live_shards, ping_interval_s),
        ApiGatewayConnections.from_environ(settings.socket_endpoint, os.environ),
        time.sleep,
        ping_interval_s,
        Dimensions(read_stage_file().dimensions),
    )
    return TicketsTable(client, settings.sockets_table), sockets, service


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """$connect (401 without a good ticket), $disconnect, and $default: one message of a page."""
    tickets, sockets, service = _parts()
    now_ms = int(time.time() * 1000)
    request = event["requestContext"]
    connection_id: str = request["connectionId"]
    kind = request["eventType"]
    if kind == "CONNECT":
        token = (event.get("queryStringParameters") or {}).get("ticket") or ""
        if not redeem_ticket(tickets, token, now_ms):
            return {"statusCode": 401}
        sockets.connect(connection_id, now_ms)
    elif kind == "DISCONNECT":
        sockets.drop(connection_id)
    else:
        answer_message(service, connection_id, event.get("body") or "", now_ms)
    return {"statusCode": 200}


# A variable that is missing or wrong shows when the function starts, not with its first event.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _settings()
