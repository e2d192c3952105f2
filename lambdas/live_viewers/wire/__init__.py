"""Kafka record values -> MediaEvent. One module a format; the formats are told apart record by record."""

from live_viewers.wire.contract import DecodeSettings, RejectReason, Unreadable
from live_viewers.wire.decode import decode

__all__ = ["DecodeSettings", "RejectReason", "Unreadable", "decode"]
