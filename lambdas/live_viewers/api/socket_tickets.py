"""POST /v1/socket-tickets: the ticket that opens a WebSocket."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from live_viewers.api import routes
from live_viewers.api.answers import send_once
from live_viewers.api.described import answer_route
from live_viewers.api.models import SocketTicket
from live_viewers.api.service import Service
from live_viewers.push.tickets import issue_ticket
from live_viewers.rfc3339 import rfc3339


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""

    @answer_route(resolver, routes.SOCKET_TICKETS, SocketTicket, "A new ticket.", status=201, etag=False)
    def create_socket_ticket() -> Response[Any]:
        ticket = issue_ticket(service.tickets, service.clock(), service.ticket_ttl_s)
        return send_once(SocketTicket(ticket=ticket.token, expires_at=rfc3339(ticket.expires_ms)), 201)
