"""The parts of a stage's configuration, but for Kafka: sign-in, viewers, data, functions, site, monitoring."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from live_viewers import defaults
from live_viewers.dimensions.defaults import DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimension import MOST_DIMENSIONS
from live_viewers.events.title import MEDIA_ID_BYTES, media_id_of
from stacks.dimension_config import MOST_PATHS, DimensionConfig, EventPath, check_dimensions
from stacks.function_table import FunctionName
from stacks.strict_model import Arn, StrictModel, fixed

LOG_RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 180, 365)


RESERVED_BY_COGNITO = ("amazon", "aws", "cognito")
"""Words that the prefix of a sign-in page's address can't have. Source: Amazon Cognito developer guide,
"Configuring a user pool domain"."""


def reserved_in(prefix: str) -> str | None:
    """The word that makes Cognito refuse `prefix`, if any."""
    return next((word for word in RESERVED_BY_COGNITO if word in prefix), None)


class CognitoAuth(StrictModel):
    """A user pool made by the stack, with a client for the page and one for services."""

    mode: Literal["cognito"] = Field(
        default="cognito",
        description="chooses the kind",
        json_schema_extra=fixed("with another mode the user pool goes, and everybody in it."),
    )
    domain_prefix: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
        description="Of the hosted sign-in page; unique in the region. Default: live-viewers-<stage>-<account>.",
        json_schema_extra=fixed("a user pool has one such page, which goes before another can come."),
    )
    require_mfa: bool = Field(default=True, description="Ask every user for a one-time code.")

    @model_validator(mode="after")
    def _prefix_without_reserved_words(self) -> "CognitoAuth":
        if self.domain_prefix and (word := reserved_in(self.domain_prefix)):
            raise ValueError(f"domain_prefix {self.domain_prefix!r}: Cognito refuses {word!r} in it")
        return self


class OidcAuth(StrictModel):
    """Your own OpenID Connect issuer."""

    mode: Literal["oidc"] = "oidc"
    issuer: str = Field(
        pattern=r"^https://[^\s/]+(/\S*)?$",
        description="Exactly as in the tokens' iss, with the / at its end where yours has one (Auth0, Azure).",
    )
    audience: list[str] = Field(min_length=1, description="Accepted aud or client_id values.")
    page_client_id: str = Field(description="Public client (PKCE) of the live page.")
    read_scope: str = Field(default=defaults.READ_SCOPE, description="Scope that reads need.")
    erase_scope: str = Field(default=defaults.ERASE_SCOPE, description="Scope that erasure needs.")


class NoAuth(StrictModel):
    """Open to all. Stage local only."""

    mode: Literal["none"] = "none"


Auth = Annotated[CognitoAuth | OidcAuth | NoAuth, Field(discriminator="mode")]


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
        description="0 writes every change; above, a ping that only moves the playhead is written this often. "
        "Default: 0, and 30 with preset economy.",
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


ONLY_HIGHER = fixed("DynamoDB raises it, and refuses to lower it.")


class WarmThroughput(StrictModel):
    """What the viewer table takes from its first second; on-demand tables begin at 4,000 writes/s."""

    writes_per_s: int = Field(ge=4000, description="Write units a second.", json_schema_extra=ONLY_HIGHER)
    reads_per_s: int = Field(
        default=12_000, ge=12_000, description="Read units a second.", json_schema_extra=ONLY_HIGHER
    )


class DataConfig(StrictModel):
    """The tables and buckets."""

    removal: Literal["retain", "destroy"] = Field(
        default="retain", description="What happens to data when the stack goes."
    )
    deletion_protection: bool = Field(
        default=True,
        description="Refuse to delete tables and stack. With removal destroy false, and true is refused.",
    )
    point_in_time_recovery: bool = Field(default=True, description="35 days of continuous backup.")
    kms_key_arn: Arn | None = Field(
        default=None, description="Customer key for tables and bucket. Default: AWS's keys."
    )
    warm_throughput: WarmThroughput | None = Field(default=None, description="Default: AWS's start values.")
    rejected_retention_days: int = Field(
        default=14, ge=1, le=365, description="Of records that could not be read."
    )

    @model_validator(mode="before")
    @classmethod
    def _protect_what_is_retained(cls, values: Any) -> Any:
        if not isinstance(values, dict) or values.get("removal") != "destroy":
            return values
        return {"deletion_protection": False} | values

    @model_validator(mode="after")
    def _destroys_or_protects(self) -> "DataConfig":
        if self.removal == "destroy" and self.deletion_protection:
            raise ValueError("removal destroy and deletion_protection true contradict each other: choose one")
        return self


class FunctionSize(StrictModel):
    """One function's own settings; what is unset keeps the function's default."""

    memory_mb: int | None = Field(default=None, ge=128, le=10_240, description="Memory; CPU follows it.")
    timeout_s: int | None = Field(default=None, ge=1, le=900, description="Time limit.")
    reserved_concurrency: int | None = Field(
        default=None, ge=1, description="Executions kept for and limiting it."
    )


class FunctionsConfig(StrictModel):
    """What all functions share, and what one may have for itself."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Ids appear at DEBUG only."
    )
    log_retention_days: int = Field(default=30, description="One of 1, 3, 5, 7, 14, 30, 60, 90, 120, 180, 365.")
    tracing: bool = Field(default=False, description="AWS X-Ray.")
    sizes: dict[FunctionName, FunctionSize] = Field(default_factory=dict, description="By function.")

    @model_validator(mode="after")
    def _known_retention(self) -> "FunctionsConfig":
        if self.log_retention_days not in LOG_RETENTION_DAYS:
            allowed = ", ".join(map(str, LOG_RETENTION_DAYS))
            raise ValueError(f"log_retention_days {self.log_retention_days} is not one of {allowed}")
        return self


class LimitsConfig(StrictModel):
    """What API and socket take at the most, from all readers together; above it they answer 429 or close."""

    api_requests_per_s: int = Field(default=1000, ge=1, le=10_000, description="HTTP requests a second.")
    api_burst: int = Field(default=500, ge=1, le=5000, description="HTTP requests at once.")
    socket_messages_per_s: int = Field(
        default=500, ge=1, le=10_000, description="Connections and messages from pages a second."
    )
    socket_burst: int = Field(default=500, ge=1, le=5000, description="Connections and messages at once.")


class SiteDomain(StrictModel):
    """Your own name for the site."""

    name: str = Field(description="Such as viewers.example.com.")
    certificate_arn: str = Field(
        pattern=r"^arn:aws[\w-]*:acm:us-east-1:\S+$", description="ACM certificate; CloudFront wants us-east-1."
    )
    hosted_zone_id: str | None = Field(
        default=None, description="Route 53 zone to add the record to; else you add it."
    )
    hosted_zone_name: str | None = Field(default=None, description="Name of that zone.")

    @model_validator(mode="after")
    def _whole_zone(self) -> "SiteDomain":
        if (self.hosted_zone_id is None) != (self.hosted_zone_name is None):
            raise ValueError("hosted_zone_id and hosted_zone_name go together")
        return self


class SiteConfig(StrictModel):
    """The live page (and the video page, for trials)."""

    domain: SiteDomain | None = Field(default=None, description="Default: the CloudFront name.")
    price_class: Literal["100", "200", "all"] = Field(default="100", description="Where CloudFront answers from.")
    web_acl_arn: Arn | None = Field(
        default=None,
        description="WAF web ACL (us-east-1) of the site's CloudFront distribution. Requests to the execute-api "
        "host names of API and socket bypass it: there sign-in, ticket and limits stand.",
    )
    collector_url: str | None = Field(default=None, description="Snowplow collector that the video page sends to.")


class EmulatorConfig(StrictModel):
    """Stage local: what its emulator lacks."""

    free_edition: bool = Field(
        default=False,
        description="LocalStack's free plan, and others without HTTP and WebSocket APIs, Kafka mappings and "
        "dashboards: they are left out, and the API is a REST API (docs/localstack.md).",
    )


class MonitoringConfig(StrictModel):
    """The dashboard and the alarms."""

    alarms: bool = Field(default=True, description="Create the alarms.")
    alarm_topic_arn: Arn | None = Field(default=None, description="SNS topic that alarms go to.")
    lag_ms: int = Field(default=60_000, ge=1000, description="p99 age of records when written, over 5 minutes.")
    freshness_ms: int = Field(default=5_000, ge=500, description="p95 from event to write, over 5 minutes.")
    nothing_arrives_minutes: int | None = Field(
        default=None,
        ge=5,
        le=1440,
        multiple_of=5,
        description="Alarm when no record came for so long (a multiple of 5). Default: none, since a night may be "
        "silent.",
    )
    rejected_share: float = Field(default=0.01, gt=0, le=1, description="Of records, over 15 minutes.")
