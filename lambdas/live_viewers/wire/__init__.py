"""Kafka record values -> MediaEvent. One module a format; the formats are told apart record by record."""

from live_viewers.wire.decode import decode
from live_viewers.wire.rejection import RejectReason, Unreadable
from live_viewers.wire.settings import DecodeSettings

__all__ = ["DecodeSettings", "RejectReason", "Unreadable", "decode"]
