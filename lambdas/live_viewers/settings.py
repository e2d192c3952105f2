"""What the functions are told by their environment. One model for all of them; each reads what it needs."""

from collections.abc import Mapping
from typing import Any

import msgspec

from live_viewers.wire import DecodeSettings


class SettingsError(ValueError):
    """An environment variable that is missing or can't be read; the message names it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Field names are the variables' names in lower case. A field with a default may be left out.

    The names of tables and buckets default to nothing, since no function needs all of them: `require` tells which
    one is missing where a function starts.
    """

    stage: str
    viewer_profiles_table: str = ""
    audience_table: str = ""
    sockets_table: str = ""
    rejected_bucket: str = ""
    socket_endpoint: str = ""
    process_events_function: str = ""
    live_shards: int = 8
    live_index_secret: str = ""
    audience_shards: int = 8
    event_retention_days: int = 30
    profile_retention_days: int = 90
    default_ping_interval_s: int = 30
    ping_write_interval_s: int = 0
    ticket_ttl_s: int = 60
    placeholder_viewer_ids: str = "PoC user"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises SettingsError for a missing stage and for numbers that aren't."""
        given: dict[str, Any] = {}
        for name in cls.__struct_fields__:
            value = environ.get(name.upper())
            if value is not None:
                given[name] = value
        try:
            return msgspec.convert(given, cls, strict=False)
        except msgspec.ValidationError as error:
            raise SettingsError(_message(error)) from error

    def require(self, *names: str) -> "Settings":
        """Raises SettingsError when one of these fields is empty."""
        for name in names:
            if not getattr(self, name):
                raise SettingsError(f"the environment variable {name.upper()} is not set")
        return self

    @property
    def decode_settings(self) -> DecodeSettings:
        """What a decoder needs to know."""
        names = (name.strip() for name in self.placeholder_viewer_ids.split(","))
        return DecodeSettings(frozenset(name for name in names if name))


def _message(error: msgspec.ValidationError) -> str:
    problem, _, path = str(error).partition(" - at `$.")
    if path:
        return f"the environment variable {path.rstrip('`').upper()} can't be read: {problem}"
    missing = problem.split("`")[1].upper() if "missing required field" in problem else ""
    return f"the environment variable {missing} is not set" if missing else problem
