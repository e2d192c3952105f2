"""Kafka record values -> MediaEvent. One module a format; the formats are told apart record by record."""

from live_viewers.wire.contract import Decode, DecodeSettings, RejectReason, Unreadable
from live_viewers.wire.decode import decode, decoder

__all__ = ["Decode", "DecodeSettings", "RejectReason", "Unreadable", "decode", "decoder"]
