"""The `kafka:` part of the configuration: which topics to read, and how their mappings behave."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from kafka_event_source.filtering import MOST_FILTERS, problem_of
from kafka_event_source.provisioned_mode import needing_provisioned_mode, refusal
from stacks.kafka_sources import MOST_PARTITIONS, NEW_MAPPING, KafkaSource, MskServerlessSource
from stacks.strict_model import Arn, StrictModel

Topic = Annotated[str, Field(min_length=2, max_length=249, pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]+$")]
"""As CloudFormation takes it: Kafka itself takes one character, and a dot in front."""


class ProvisionedPollers(StrictModel):
    """Pollers kept for this mapping alone. One reads up to 5 MB/s or keeps 5 invocations in flight."""

    minimum: int = Field(default=1, ge=1, le=200, description="Pollers that always run (1 to 200).")
    maximum: int = Field(default=4, ge=1, le=2000, description="Pollers at the peak (1 to 2,000).")

    @model_validator(mode="after")
    def _ordered(self) -> "ProvisionedPollers":
        if self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}")
        return self


PRESETS: dict[str, dict[str, Any]] = {
    "low-latency": {"window_s": 0, "provisioned": {"minimum": 1, "maximum": 4}},
    "economy": {"window_s": 2, "provisioned": None},
}
"""What each preset sets; a key that the file sets itself wins."""


class KafkaConfig(StrictModel):
    """The event source mappings: one a topic, all alike."""

    source: KafkaSource
    topics: list[Topic] = Field(
        default_factory=lambda: ["snowplow-enriched-good"], min_length=1, description="One mapping each."
    )
    preset: Literal["low-latency", "economy"] = Field(
        default="low-latency",
        description="low-latency: provisioned pollers, no batching window. economy: on-demand pollers, 2 s "
        "window, pings written every 30 s at the most.",
    )
    enabled: bool = Field(default=True, description="false pauses reading; the consumer group keeps its place.")
    batch_size: int = Field(
        default=10_000, ge=1, le=10_000, description="Records an invocation (1 to 10,000; 6 MB at most)."
    )
    window_s: int | None = Field(
        default=None, ge=0, le=300, description="Seconds to gather a batch (0 to 300). Default: the preset's."
    )
    starting_position: Literal["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"] = Field(
        default="TRIM_HORIZON",
        description="Where a new consumer group begins.",
        json_schema_extra=NEW_MAPPING,
    )
    starting_position_timestamp_s: int | None = Field(
        default=None,
        ge=0,
        description="Unix seconds; with AT_TIMESTAMP, and only then.",
        json_schema_extra=NEW_MAPPING,
    )
    consumer_group_id: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^[a-zA-Z0-9\-/*:_+=.@{}]+$",
        description="{topic} stands for the topic and must be there with several topics. "
        "Default: live-viewers-<stage>-{topic}.",
        json_schema_extra=NEW_MAPPING,
    )
    filters: list[dict[str, Any]] = Field(
        default_factory=list,
        max_length=MOST_FILTERS,
        description="Event filter patterns over value, 5 at the most. A pattern of JSON passes records of JSON "
        "alone: enriched TSV can't be filtered.",
    )
    provisioned: ProvisionedPollers | None = Field(default=None, description="Default: the preset's.")
    on_failure: str | None = Field(
        default=None,
        pattern=r"^(arn:aws[\w-]*:(sqs|sns|s3):\S+|kafka://\S+)$",
        description="Queue, topic or bucket ARN, or kafka://topic. Ends the retries after 10: without one a batch "
        "is retried until it succeeds.",
    )
    on_failure_kms_key_arn: Arn | None = Field(
        default=None,
        description="Customer key that encrypts the queue, topic or bucket of on_failure; in another account its "
        "policy must trust process_events' role.",
    )
    maximum_retry_attempts: int | None = Field(
        default=None, ge=-1, le=10_000, description="-1 for ever. Provisioned mode."
    )
    maximum_record_age_s: int | None = Field(
        default=None, description="-1 or 60 to 604,800. Records older are given up. Provisioned mode."
    )
    bisect_on_error: bool = Field(default=False, description="Halve a failing batch. Provisioned mode.")
    partial_responses: bool = Field(default=False, description="ReportBatchItemFailures. Provisioned mode.")
    log_level: Literal["DEBUG", "INFO", "WARN"] | None = Field(
        default=None, description="Logs of the pollers themselves. Provisioned mode."
    )
    metrics: bool = Field(
        default=False, description="Event, error and Kafka metrics of the pollers. Provisioned mode."
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_from_preset(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        preset = values.get("preset", "low-latency")
        return (PRESETS.get(preset, {}) if isinstance(preset, str) else {}) | values

    @model_validator(mode="after")
    def _consistent(self) -> "KafkaConfig":
        if (self.starting_position == "AT_TIMESTAMP") != (self.starting_position_timestamp_s is not None):
            raise ValueError("starting_position AT_TIMESTAMP and starting_position_timestamp_s go together")
        if len(self.topics) != len(set(self.topics)):
            raise ValueError("topics names a topic twice")
        if len(self.topics) > 1 and self.consumer_group_id and "{topic}" not in self.consumer_group_id:
            raise ValueError("consumer_group_id must contain {topic} with several topics: each mapping is a group")
        if problem := problem_of(self.filters):
            raise ValueError(problem)
        age = self.maximum_record_age_s
        if age is not None and age != -1 and not 60 <= age <= 604_800:
            raise ValueError(f"maximum_record_age_s {age} is neither -1 nor 60 to 604,800")
        if self.on_failure_kms_key_arn and not self.destination_service:
            raise ValueError("on_failure_kms_key_arn needs on_failure to be a queue, topic or bucket")
        if isinstance(self.source, MskServerlessSource):
            together = self.source.partitions * len(self.topics_of_cluster)
            if together > MOST_PARTITIONS:
                raise ValueError(f"{together} partitions of all topics together are more than {MOST_PARTITIONS}")
        refused = needing_provisioned_mode(self.retry_properties())
        if refused:
            raise ValueError(refusal(refused))
        return self

    def retry_properties(self) -> dict[str, Any]:
        """Pollers, retries and reports, most of which need provisioned mode: properties of
        AWS::Lambda::EventSourceMapping under AWS's names, None where unset.
        """
        pollers = self.provisioned
        return {
            "ProvisionedPollerConfig": pollers
            and {"MinimumPollers": pollers.minimum, "MaximumPollers": pollers.maximum},
            "DestinationConfig": self.on_failure and {"OnFailure": {"Destination": self.on_failure}},
            "MaximumRetryAttempts": self.maximum_retry_attempts,
            "MaximumRecordAgeInSeconds": self.maximum_record_age_s,
            "BisectBatchOnFunctionError": self.bisect_on_error or None,
            "FunctionResponseTypes": ["ReportBatchItemFailures"] if self.partial_responses else None,
            "LoggingConfig": self.log_level and {"SystemLogLevel": self.log_level},
            "MetricsConfig": {"Metrics": ["EventCount", "ErrorCount", "KafkaMetrics"]} if self.metrics else None,
        }

    @property
    def destination_service(self) -> str | None:
        """sqs, sns or s3 where on_failure is one of AWS's services."""
        destination = self.on_failure or ""
        return destination.split(":")[2] if destination.startswith("arn:") else None

    @property
    def on_failure_topic(self) -> str | None:
        """The topic of on_failure, where it is one."""
        destination = self.on_failure or ""
        return destination.removeprefix("kafka://") if destination.startswith("kafka://") else None

    @property
    def topics_of_cluster(self) -> list[str]:
        """All that a cluster must have: the topics that are read, and the one of on_failure."""
        return list(dict.fromkeys([*self.topics, *([self.on_failure_topic] if self.on_failure_topic else [])]))

    def group_of(self, topic: str, stage: str) -> str:
        """The consumer group that reads `topic`."""
        return (self.consumer_group_id or f"live-viewers-{stage}-{{topic}}").replace("{topic}", topic)
