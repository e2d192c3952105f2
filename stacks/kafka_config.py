"""The `kafka:` part of the configuration: which broker to read, how to sign in, and how the mapping behaves."""

from ipaddress import IPv4Network
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from kafka_event_source.provisioned_mode import needing_provisioned_mode, refusal
from stacks.strict_model import Arn, StrictModel, fixed

NEW_MAPPING = fixed("a new mapping of the topic, which Lambda makes only when the old one is gone.")
NEW_CLUSTER = fixed("a new cluster, while the name is taken and the events are in the old one.")

Topic = Annotated[str, Field(min_length=2, max_length=249, pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]+$")]
"""As CloudFormation takes it: Kafka itself takes one character, and a dot in front."""


def ipv4_range(key: str, value: str) -> IPv4Network:
    """`value` (such as 10.0.0.0/16) as a network. Raises ValueError that names the key."""
    try:
        return IPv4Network(value)
    except ValueError as error:
        raise ValueError(f"{key} {value!r} is no IPv4 range such as 10.0.0.0/16: {error}") from None


SecurityGroupId = Annotated[str, Field(pattern=r"^sg-([0-9a-f]{8}|[0-9a-f]{17})$")]
SubnetId = Annotated[str, Field(pattern=r"^subnet-([0-9a-f]{8}|[0-9a-f]{17})$")]


class ProvisionedPollers(StrictModel):
    """Pollers kept for this mapping alone. One reads up to 5 MB/s or keeps 5 invocations in flight."""

    minimum: int = Field(default=1, ge=1, le=200, description="Pollers that always run (1 to 200).")
    maximum: int = Field(default=4, ge=1, le=2000, description="Pollers at the peak (1 to 2,000).")

    @model_validator(mode="after")
    def _ordered(self) -> "ProvisionedPollers":
        if self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}")
        return self


class KafkaNetwork(StrictModel):
    """Where the event source mapping reaches the brokers from inside a VPC."""

    vpc_id: str = Field(pattern=r"^vpc-([0-9a-f]{8}|[0-9a-f]{17})$", description="The brokers' VPC.")
    subnet_ids: list[SubnetId] = Field(
        min_length=1, description="Subnets the mapping's network interfaces live in."
    )
    security_group_id: SecurityGroupId = Field(
        description="The security group of the mapping's interfaces; on MSK the cluster's own.",
    )
    manage_rules: bool = Field(
        default=False,
        description="Add the rules that let this security group reach the brokers' port and the endpoints.",
    )
    create_endpoints: bool = Field(
        default=False,
        description="Create the interface endpoints that on-demand pollers need (lambda, sts and, with a secret, "
        "secretsmanager; not needed with provisioned pollers or a NAT gateway) and the one of an on_failure "
        "queue, topic or bucket.",
    )


class MskSource(StrictModel):
    """An Amazon MSK cluster you have."""

    type: Literal["msk"] = Field(default="msk", description="chooses the kind", json_schema_extra=NEW_MAPPING)
    cluster_arn: Arn = Field(description="ARN of the cluster.", json_schema_extra=NEW_MAPPING)
    authentication: Literal["iam", "sasl_scram_512", "mtls"] = Field(
        default="iam", description="iam signs in as the function's role; the others take a secret."
    )
    secret_arn: Arn | None = Field(
        default=None,
        description="Secrets Manager secret: {username, password}, or for mtls {certificate, privateKey}.",
    )
    secret_kms_key_arn: Arn | None = Field(
        default=None,
        description="Customer key that encrypts the secret; with sasl_scram_512 required, as MSK demands one.",
    )
    network: KafkaNetwork | None = Field(
        default=None,
        description="Only for manage_rules and create_endpoints: Lambda takes subnets from the cluster.",
    )

    @model_validator(mode="after")
    def _secret_where_needed(self) -> "MskSource":
        if self.authentication != "iam" and self.secret_arn is None:
            raise ValueError(f"authentication {self.authentication} needs secret_arn")
        if self.authentication == "iam" and self.secret_arn is not None:
            raise ValueError("authentication iam takes no secret_arn")
        if self.authentication == "sasl_scram_512":
            self._secret_as_msk_wants_it()
        return self

    def _secret_as_msk_wants_it(self) -> None:
        """Source: Amazon MSK developer guide, "Set up SASL/SCRAM authentication for an Amazon MSK cluster"."""
        if self.secret_kms_key_arn is None:
            raise ValueError(
                "authentication sasl_scram_512 needs secret_kms_key_arn: MSK takes no secret under Secrets "
                "Manager's own key, and without kms:Decrypt on yours the event source can't read it"
            )
        if not str(self.secret_arn).rsplit(":", 1)[-1].startswith("AmazonMSK_"):
            raise ValueError("secret_arn: MSK takes only secrets whose names begin with AmazonMSK_")


class SelfManagedSource(StrictModel):
    """Kafka that you run, or a vendor runs for you."""

    type: Literal["self_managed"] = Field(
        default="self_managed", description="chooses the kind", json_schema_extra=NEW_MAPPING
    )
    bootstrap_servers: list[Annotated[str, Field(pattern=r"^[^:/\s]+:\d{1,5}$")]] = Field(
        min_length=1, description="host:port, one or more.", json_schema_extra=NEW_MAPPING
    )
    authentication: Literal["plaintext", "tls", "sasl_scram_256", "sasl_scram_512", "mtls", "basic"] = Field(
        default="sasl_scram_512",
        description="basic is SASL/PLAIN. SASL works over TLS only. plaintext is for stage local; tls (server "
        "certificate alone) needs a network, since Lambda wants credentials for brokers on the Internet.",
    )
    secret_arn: Arn | None = Field(
        default=None,
        description="Secrets Manager secret: {username, password}, or for mtls {certificate, privateKey}.",
    )
    secret_kms_key_arn: Arn | None = Field(
        default=None, description="Customer key that encrypts the secrets, if any."
    )
    root_ca_secret_arn: Arn | None = Field(
        default=None, description="Secret {certificate} with the private CA's certificate; public CAs need none."
    )
    network: KafkaNetwork | None = Field(default=None, description="Set when the brokers are inside a VPC.")

    @model_validator(mode="after")
    def _secret_where_needed(self) -> "SelfManagedSource":
        with_secret = self.authentication not in ("plaintext", "tls")
        if with_secret and self.secret_arn is None:
            raise ValueError(f"authentication {self.authentication} needs secret_arn")
        if not with_secret and self.secret_arn is not None:
            raise ValueError(f"authentication {self.authentication} takes no secret_arn")
        if self.authentication == "tls" and self.network is None:
            raise ValueError("authentication tls without network: brokers on the Internet need a secret")
        if self.authentication == "plaintext" and self.root_ca_secret_arn is not None:
            raise ValueError("authentication plaintext takes no root_ca_secret_arn")
        return self


MOST_PARTITIONS = 250
"""MSK Serverless creates no more within 5 minutes (Amazon MSK developer guide, "MSK Serverless quota"). A cluster
may have 2,400, but its ingress of 200 MB/s fills 40 partitions of 5 MB/s each."""


class ProducersVpc(StrictModel):
    """A VPC of yours from which producers reach the new cluster: MSK puts an endpoint into it."""

    subnet_ids: list[SubnetId] = Field(
        min_length=2, description="Subnets of that VPC, in two zones at least, as MSK wants it."
    )
    security_group_ids: list[SecurityGroupId] = Field(
        min_length=1,
        max_length=5,
        description="Groups of that VPC for the endpoint; they must let the producers in on 9098.",
    )


class KafkaProducers(StrictModel):
    """Who may write into the new cluster over the network. By IAM: who has the policy KafkaProducerPolicyArn."""

    security_group_ids: list[SecurityGroupId] = Field(
        default_factory=list,
        max_length=20,
        description="Groups of producers in the new VPC, or in one that is peered with it. The stack's own group "
        "for producers (output KafkaProducersSecurityGroupId) is always let in.",
    )
    cidrs: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="IPv4 ranges that are let in: over peering, a transit gateway or a VPN.",
    )
    vpcs: list[ProducersVpc] = Field(
        default_factory=list,
        max_length=4,
        description="Other VPCs of this account and region.",
        json_schema_extra=NEW_CLUSTER,
    )

    @model_validator(mode="after")
    def _ranges_of_a_private_network(self) -> "KafkaProducers":
        for cidr in self.cidrs:
            if ipv4_range("cidrs", cidr).prefixlen < 8:
                raise ValueError(f"cidrs {cidr!r} is wider than /8: name the networks of your producers")
        return self


class MskServerlessSource(StrictModel):
    """A new MSK Serverless cluster, made by the stack with VPC, endpoints and topics. IAM is its only sign-in."""

    type: Literal["msk_serverless"] = Field(
        default="msk_serverless", description="chooses the kind", json_schema_extra=NEW_MAPPING
    )
    vpc_cidr: str = Field(
        default="10.61.0.0/20",
        description="Address range of the new VPC: /16 to /23, with 3 zones to /22.",
        json_schema_extra=NEW_CLUSTER,
    )
    availability_zones: int = Field(
        default=2, ge=2, le=3, description="Zones of the new VPC (2 or 3).", json_schema_extra=NEW_CLUSTER
    )
    partitions: int = Field(
        default=4,
        ge=1,
        le=MOST_PARTITIONS,
        description="Of each topic; the stack makes the topics. Raising it adds partitions, lowering it stops the "
        "deployment. A partition takes 5 MB/s and has one batch in flight.",
    )
    producers: KafkaProducers = Field(default_factory=KafkaProducers)

    @model_validator(mode="after")
    def _room_for_a_subnet_in_each_zone(self) -> "MskServerlessSource":
        zones, smallest = self.availability_zones, 23 if self.availability_zones == 2 else 22
        if not 16 <= ipv4_range("vpc_cidr", self.vpc_cidr).prefixlen <= smallest:
            raise ValueError(
                f"vpc_cidr {self.vpc_cidr}: /16 to /{smallest} with {zones} zones, of which each has a /24"
            )
        return self


KafkaSource = Annotated[MskSource | SelfManagedSource | MskServerlessSource, Field(discriminator="type")]

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
        max_length=5,
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
        others = sorted({key for one in self.filters for key in one} - {"value"})
        if others:
            raise ValueError(f"filters on {', '.join(others)}: of Kafka records Lambda filters the value alone")
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
