"""What each function is told by its environment: one model a handler, read when the function starts.

The stack gives every function the variables of its model and no others (stacks/function_table.py).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

import msgspec

from live_viewers import defaults

Name = Annotated[str, msgspec.Meta(min_length=1)]


class SettingsError(ValueError):
    """An environment variable that is missing or can't be read; the message names it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Field names are the variables' names in lower case. A field with a default may be left out."""

    stage: Name

    @classmethod
    def variables(cls) -> tuple[str, ...]:
        """The names of the environment's variables."""
        return tuple(name.upper() for name in cls.__struct_fields__)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Raises SettingsError for what is missing or empty and for numbers that aren't."""
        given: dict[str, Any] = {}
        for name in cls.__struct_fields__:
            value = environ.get(name.upper())
            if value is not None:
                given[name] = value
        try:
            return msgspec.convert(given, cls, strict=False)
        except msgspec.ValidationError as error:
            raise SettingsError(_message(error)) from error


def stage_of(environ: Mapping[str, str]) -> str:
    """The dimension of every metric. It is asked for when a handler is imported, outside a function too."""
    return environ.get("STAGE", defaults.LOCAL_STAGE)


class ProcessEventsSettings(Settings, frozen=True, kw_only=True):
    """Of process_events."""

    viewer_profiles_table: Name
    tombstone_secret: Name
    rejected_bucket: Name
    live_index_secret: Name
    live_shards: int = defaults.LIVE_SHARDS
    event_retention_days: int = defaults.EVENT_RETENTION_DAYS
    profile_retention_days: int = defaults.PROFILE_RETENTION_DAYS
    default_ping_interval_s: int = defaults.DEFAULT_PING_INTERVAL_S
    ping_write_interval_s: int = 0
    write_version: Annotated[int, msgspec.Meta(ge=1, le=defaults.WRITE_VERSION)] = defaults.WRITE_VERSION
    placeholder_viewer_ids: str = ",".join(defaults.PLACEHOLDER_VIEWER_IDS)

    @property
    def placeholders(self) -> frozenset[str]:
        """`placeholder_viewer_ids`, a list with commas."""
        return frozenset(filter(None, map(str.strip, self.placeholder_viewer_ids.split(","))))


class ProjectChangesSettings(Settings, frozen=True, kw_only=True):
    """Of project_changes."""

    viewer_profiles_table: Name
    tombstone_secret: Name
    audience_table: Name
    audience_shards: int = defaults.AUDIENCE_SHARDS
    audience_items_a_batch: int = defaults.AUDIENCE_ITEMS_A_BATCH
    profile_retention_days: int = defaults.PROFILE_RETENTION_DAYS
    default_ping_interval_s: int = defaults.DEFAULT_PING_INTERVAL_S


class PushUpdatesSettings(Settings, frozen=True, kw_only=True):
    """Of push_updates."""

    sockets_table: Name
    socket_endpoint: Name
    default_ping_interval_s: int = defaults.DEFAULT_PING_INTERVAL_S


class ServeApiSettings(Settings, frozen=True, kw_only=True):
    """Of serve_api. Where `erase_viewers_function` is empty, erasures wait for the schedule."""

    viewer_profiles_table: Name
    tombstone_secret: Name
    audience_table: Name
    sockets_table: Name
    erase_viewers_function: str = ""
    live_shards: int = defaults.LIVE_SHARDS
    audience_shards: int = defaults.AUDIENCE_SHARDS
    profile_retention_days: int = defaults.PROFILE_RETENTION_DAYS
    default_ping_interval_s: int = defaults.DEFAULT_PING_INTERVAL_S
    ticket_ttl_s: int = defaults.TICKET_TTL_S
    read_scope: Name = defaults.READ_SCOPE
    erase_scope: Name = defaults.ERASE_SCOPE


class ServeSocketsSettings(Settings, frozen=True, kw_only=True):
    """Of serve_sockets."""

    viewer_profiles_table: Name
    sockets_table: Name
    socket_endpoint: Name
    live_shards: int = defaults.LIVE_SHARDS
    default_ping_interval_s: int = defaults.DEFAULT_PING_INTERVAL_S


class EraseViewersSettings(Settings, frozen=True, kw_only=True):
    """Of erase_viewers."""

    viewer_profiles_table: Name
    tombstone_secret: Name
    rejected_bucket: Name


class CheckAudienceSettings(Settings, frozen=True, kw_only=True):
    """Of check_audience. Where `alarm_topic_arn` is empty, nobody is told of incidents."""

    audience_table: Name
    audience_shards: int = defaults.AUDIENCE_SHARDS
    alarm_topic_arn: str = ""


class RedriveRejectedSettings(Settings, frozen=True, kw_only=True):
    """Of redrive_rejected."""

    rejected_bucket: Name
    process_events_function: Name


def _message(error: msgspec.ValidationError) -> str:
    problem, _, path = str(error).partition(" - at `$.")
    if path:
        return f"the environment variable {path.rstrip('`').upper()} can't be read: {problem}"
    missing = problem.split("`")[1].upper() if "missing required field" in problem else ""
    return f"the environment variable {missing} is not set" if missing else problem
