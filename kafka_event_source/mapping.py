"""An event source mapping: the settings of AWS::Lambda::EventSourceMapping for one topic and one function.

Ranges and defaults are those of AWS Lambda's service model; whatever is out of range, needs provisioned mode or
isn't supported here is refused by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kafka_event_source.filtering import RecordFilter
from kafka_event_source.provisioned_mode import needing_provisioned_mode, refusal
from kafka_event_source.refusal import Refused

RETRIES_WITH_DESTINATION = 10  # what "for ever" means on AWS once there is an OnFailure destination
CREDENTIAL_TYPES = (
    "SASL_SCRAM_512_AUTH",
    "SASL_SCRAM_256_AUTH",
    "BASIC_AUTH",
    "CLIENT_CERTIFICATE_TLS_AUTH",
    "SERVER_ROOT_CA_CERTIFICATE",
)
WITHOUT_EFFECT_HERE = ("LoggingConfig", "MetricsConfig")  # CloudWatch's: of AWS's own pollers
NETWORK_TYPES = ("VPC_SUBNET", "VPC_SECURITY_GROUP")  # a local broker is reached directly


class StartingPosition(StrEnum):
    TRIM_HORIZON = "TRIM_HORIZON"
    LATEST = "LATEST"
    AT_TIMESTAMP = "AT_TIMESTAMP"


@dataclass(frozen=True)
class EventSourceMapping:
    """One mapping. `retries` None means for ever, `record_age_ms` None means any age.

    `without_effect` names settings that were given and do nothing here.
    """

    name: str
    function: str
    topic: str
    group_id: str
    batch_size: int = 100
    window_ms: int = 500
    starting_position: StartingPosition = StartingPosition.TRIM_HORIZON
    starting_timestamp_ms: int | None = None
    retries: int | None = None
    record_age_ms: int | None = None
    bisect: bool = False
    report_item_failures: bool = False
    on_failure: str | None = None
    filter: RecordFilter = field(default_factory=RecordFilter)
    bootstrap_servers: str | None = None
    event_source_arn: str | None = None
    access: tuple[tuple[str, str], ...] = ()
    without_effect: tuple[str, ...] = ()


def is_kafka(properties: Mapping[str, Any]) -> bool:
    """Whether an AWS::Lambda::EventSourceMapping polls Kafka (rather than a queue or a stream)."""
    arn = properties.get("EventSourceArn")
    return bool(properties.get("Topics") or properties.get("SelfManagedEventSource")) or (
        isinstance(arn, str) and ":kafka:" in arn
    )


def mapping_from(name: str, properties: Mapping[str, Any]) -> EventSourceMapping:
    """The mapping called `name` from CloudFormation properties without intrinsic functions. Raises Refused."""
    try:
        return _mapping_from(name, properties)
    except Refused as problem:
        raise Refused(f"{name}: {problem}") from problem


def _mapping_from(name: str, given: Mapping[str, Any]) -> EventSourceMapping:
    if needing := needing_provisioned_mode(given):
        raise Refused(refusal(needing))
    _check_pollers(given.get("ProvisionedPollerConfig") or {})
    config = (
        given.get("SelfManagedKafkaEventSourceConfig") or given.get("AmazonManagedKafkaEventSourceConfig") or {}
    )
    if config.get("SchemaRegistryConfig"):
        raise Refused("SchemaRegistryConfig is not supported: records are handed on as they are on the topic")
    topics = given.get("Topics") or []
    if len(topics) != 1:
        raise Refused("Topics must name exactly one topic")
    arn = given.get("EventSourceArn")
    on_failure = _on_failure(given)
    retries = _number(given, "MaximumRetryAttempts", -1, -1, 10_000)
    age = _number(given, "MaximumRecordAgeInSeconds", -1, -1, 604_800)
    if 0 <= age < 60:
        raise Refused("MaximumRecordAgeInSeconds must be -1 or between 60 and 604800")
    position, timestamp_ms = _starting_position(given)
    return EventSourceMapping(
        name=name,
        function=str(given["FunctionName"]),
        topic=str(topics[0]),
        group_id=str(config.get("ConsumerGroupId") or f"{name}-{topics[0]}"),
        batch_size=_number(given, "BatchSize", 100, 1, 10_000),
        window_ms=_window_ms(given),
        starting_position=position,
        starting_timestamp_ms=timestamp_ms,
        retries=retries if retries >= 0 else RETRIES_WITH_DESTINATION if on_failure else None,
        record_age_ms=age * 1000 if age >= 0 else None,
        bisect=_flag(given, "BisectBatchOnFunctionError"),
        report_item_failures=_reports_item_failures(given),
        on_failure=on_failure,
        filter=RecordFilter.from_criteria(given.get("FilterCriteria")),
        bootstrap_servers=_servers(given),
        event_source_arn=str(arn) if arn else None,
        access=_access(given),
        without_effect=tuple(setting for setting in WITHOUT_EFFECT_HERE if given.get(setting)),
    )


def _check_pollers(given: Mapping[str, Any]) -> None:
    """ProvisionedPollerConfig's numbers are AWS's business, yet what AWS would refuse is refused here too."""
    least = _number(given, "MinimumPollers", 1, 1, 200)
    most = _number(given, "MaximumPollers", 200, 1, 2000)
    if least > most:
        raise Refused(f"MinimumPollers must not exceed MaximumPollers: {least} > {most}")


def _number(given: Mapping[str, Any], setting: str, default: int, least: int, most: int) -> int:
    raw = given.get(setting, default)
    try:
        number = int(raw)
    except (TypeError, ValueError):
        raise Refused(f"{setting} must be a whole number, not {raw!r}") from None
    if not least <= number <= most:
        raise Refused(f"{setting} must be between {least} and {most}, not {number}")
    return number


def _flag(given: Mapping[str, Any], setting: str) -> bool:
    return given.get(setting) in (True, "true")


def _window_ms(given: Mapping[str, Any]) -> int:
    if given.get("MaximumBatchingWindowInSeconds") is None:
        return 500  # AWS's default; once set it counts in whole seconds
    return _number(given, "MaximumBatchingWindowInSeconds", 0, 0, 300) * 1000


def _starting_position(given: Mapping[str, Any]) -> tuple[StartingPosition, int | None]:
    raw = given.get("StartingPosition", "TRIM_HORIZON")
    try:
        position = StartingPosition(raw)
    except ValueError:
        raise Refused(f"StartingPosition must be TRIM_HORIZON, LATEST or AT_TIMESTAMP, not {raw!r}") from None
    timestamp = given.get("StartingPositionTimestamp")
    if (position is StartingPosition.AT_TIMESTAMP) != (timestamp is not None):
        raise Refused("StartingPositionTimestamp goes with StartingPosition AT_TIMESTAMP, and only with it")
    return position, None if timestamp is None else int(float(timestamp) * 1000)


def _on_failure(given: Mapping[str, Any]) -> str | None:
    destination = ((given.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if not destination:
        return None
    if str(destination).startswith("kafka://"):
        raise Refused("DestinationConfig.OnFailure: a Kafka topic is not supported, use SQS or S3")
    service = str(destination).split(":")[2] if str(destination).count(":") >= 5 else ""
    if service == "sns":
        raise Refused("DestinationConfig.OnFailure: an SNS topic is not supported, use SQS or S3")
    if service not in ("sqs", "s3"):
        raise Refused(f"DestinationConfig.OnFailure must be the ARN of a queue or a bucket, not {destination!r}")
    return str(destination)


def _reports_item_failures(given: Mapping[str, Any]) -> bool:
    types = given.get("FunctionResponseTypes") or []
    if unknown := [kind for kind in types if kind != "ReportBatchItemFailures"]:
        raise Refused(f"FunctionResponseTypes: {unknown[0]!r} is unknown, only ReportBatchItemFailures exists")
    return bool(types)


def _servers(given: Mapping[str, Any]) -> str | None:
    endpoints = (given.get("SelfManagedEventSource") or {}).get("Endpoints") or {}
    servers = endpoints.get("KafkaBootstrapServers") or endpoints.get("KAFKA_BOOTSTRAP_SERVERS")
    return ",".join(servers) if servers else None


def _access(given: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = []
    for entry in given.get("SourceAccessConfigurations") or []:
        kind, uri = str(entry.get("Type")), str(entry.get("URI"))
        if kind in CREDENTIAL_TYPES:
            found.append((kind, uri))
        elif kind not in NETWORK_TYPES:
            raise Refused(f"SourceAccessConfigurations: {kind} is not for Kafka")
    return tuple(found)
