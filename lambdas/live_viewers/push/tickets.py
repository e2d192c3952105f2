"""Socket tickets: a browser can't send a token when it opens a WebSocket, so a signed-in reader first gets
a ticket.

A ticket opens one connection, once, within its time. It is kept as its hash, so who reads the table gains
nothing.
"""

import hashlib
import secrets
from typing import Protocol

import msgspec

_LONGEST = 128


class TicketStore(Protocol):
    """Keeps tickets by the hash of their token."""

    def put(self, token_hash: str, expires_ms: int) -> None:
        """Keep a ticket until `expires_ms`, epoch milliseconds."""

    def take(self, token_hash: str) -> int | None:
        """Remove a ticket and tell when it expires or expired; None where there is none. One caller gets
        it."""


class Ticket(msgspec.Struct, frozen=True):
    """A new ticket: `token` is told to the reader once and kept nowhere."""

    token: str
    expires_ms: int


def hash_token(token: str) -> str:
    """The hash that a ticket is kept under."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_ticket(store: TicketStore, now_ms: int, ttl_s: int) -> Ticket:
    """A new ticket, good for `ttl_s` seconds."""
    ticket = Ticket(secrets.token_urlsafe(32), now_ms + ttl_s * 1000)
    store.put(hash_token(ticket.token), ticket.expires_ms)
    return ticket


def redeem_ticket(store: TicketStore, token: str, now_ms: int) -> bool:
    """Whether the token's ticket was there and in time. It is used up either way.

    The expiry is checked here: DynamoDB's TTL removes items hours late.
    """
    if not token or len(token) > _LONGEST:
        return False
    expires_ms = store.take(hash_token(token))
    return expires_ms is not None and now_ms < expires_ms
