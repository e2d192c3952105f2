"""The parts of a stage's configuration that have no module of their own: data, functions, limits, site, emulator,
monitoring."""

from typing import Any, Literal

from pydantic import Field, model_validator

from stacks.function_table import FunctionName
from stacks.strict_model import Arn, StrictModel, fixed

LOG_RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 180, 365)


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
