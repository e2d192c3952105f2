"""Viewers and their audience, in a stage's configuration."""

from typing import Annotated

from pydantic import Field, model_validator

from live_viewers import defaults
from live_viewers.dimensions.defaults import DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimension import MOST_DIMENSIONS
from live_viewers.events.title import MEDIA_ID_BYTES, media_id_of
from stacks.dimension_config import MOST_PATHS, DimensionConfig, EventPath, check_dimensions
from stacks.strict_model import StrictModel


class ViewersConfig(StrictModel):
    """How viewers are recognised, and how long they are live and kept."""

    default_ping_interval_s: int = Field(
        default=defaults.DEFAULT_PING_INTERVAL_S,
        ge=1,
        le=defaults.LONGEST_PING_INTERVAL_S,
        description="Where events carry none.",
    )
    ping_write_interval_s: int | None = Field(
        default=None,
        ge=0,
        le=defaults.LONGEST_PING_INTERVAL_S,
        description="0 writes every change; above, what only says that the video or an ad goes on (pings, "
        "progress, ad quartiles) is written this often, and quartiles have no rows in the timeline. Default: 0, "
        "and 30 with preset economy.",
    )
    write_version: int = Field(
        default=defaults.WRITE_VERSION,
        ge=1,
        le=defaults.WRITE_VERSION,
        description="Format in which sessions and timeline rows are stored. The version before while two releases "
        "run side by side (docs/upgrading.md).",
    )
    placeholder_viewer_ids: list[str] = Field(
        default_factory=lambda: list(defaults.PLACEHOLDER_VIEWER_IDS),
        description="User ids that stand for nobody; without commas.",
    )
    dimensions: list[DimensionConfig] | None = Field(
        default=None,
        max_length=MOST_DIMENSIONS,
        description="What viewers are told apart by, at most 8 ([dimensions.md](dimensions.md)). Default: "
        "country, device, os, browser, platform, app, player; `[]`: none.",
    )
    media_id_from: list[EventPath] = Field(
        default_factory=list,
        max_length=MOST_PATHS,
        description="Where a title's id is found, paths as of a dimension; where none tells one, the player's "
        "label.",
    )
    event_retention_days: int = Field(
        default=defaults.EVENT_RETENTION_DAYS, ge=1, le=3650, description="Of the timeline."
    )
    profile_retention_days: int = Field(
        default=defaults.PROFILE_RETENTION_DAYS, ge=1, le=3650, description="Of sessions and profiles."
    )
    live_shards: int = Field(
        default=defaults.LIVE_SHARDS,
        ge=1,
        le=defaults.MOST_SHARDS,
        description="Partitions of the LiveSessions index.",
    )
    audience_shards: int = Field(
        default=defaults.AUDIENCE_SHARDS,
        ge=1,
        le=defaults.MOST_SHARDS,
        description="Partition keys of each 5 minutes in the Audience table; raise it, never lower it.",
    )
    audience_items_a_batch: int = Field(
        default=defaults.AUDIENCE_ITEMS_A_BATCH,
        ge=defaults.LEAST_AUDIENCE_ITEMS_A_BATCH,
        le=defaults.MOST_AUDIENCE_ITEMS_A_BATCH,
        description="Most items of the Audience table that a batch of changes writes; what is left comes again.",
    )
    socket_ticket_ttl_s: int = Field(
        default=defaults.TICKET_TTL_S, ge=10, le=300, description="How long a socket ticket can be used."
    )

    @property
    def dimension_names(self) -> list[str]:
        """Of the stage's dimensions."""
        if self.dimensions is None:
            return [each.name for each in DEFAULT_DIMENSIONS]
        return [each.name for each in self.dimensions]

    @model_validator(mode="after")
    def _dimensions_differ(self) -> "ViewersConfig":
        check_dimensions(self.dimensions or [])
        return self

    @model_validator(mode="after")
    def _ids_can_be_handed_on(self) -> "ViewersConfig":
        for viewer_id in self.placeholder_viewer_ids:
            if "," in viewer_id or not viewer_id.strip():
                raise ValueError(
                    f"placeholder_viewer_ids {viewer_id!r}: the functions get them comma separated, so one holds "
                    "no comma and is not blank"
                )
        return self


class AudienceConfig(StrictModel):
    """What the audience counts beside all, titles and the values of dimensions."""

    pinned_titles: list[Annotated[str, Field(min_length=1)]] = Field(
        default_factory=list,
        max_length=20,
        description="Media ids that are counted by each closed dimension as well (one title by country, say). "
        "Price: a session that plays one counts in as many scopes more as there are closed dimensions (6 by "
        "default, beside 9), and costs as many more writes (audience.md).",
    )

    @model_validator(mode="after")
    def _are_media_ids(self) -> "AudienceConfig":
        for title in self.pinned_titles:
            if media_id_of(title) != title:
                raise ValueError(
                    f"pinned_titles {title!r} is no media id: one has no blanks at its ends and at most "
                    f"{MEDIA_ID_BYTES} bytes (a longer label's is what GET /v1/live shows)"
                )
        if len(set(self.pinned_titles)) < len(self.pinned_titles):
            raise ValueError("pinned_titles: one stands there twice")
        return self
