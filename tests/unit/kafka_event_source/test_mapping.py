"""Settings of a mapping: AWS's defaults and ranges, and refusals that name the setting."""

from typing import Any

import pytest

from kafka_event_source.mapping import RETRIES_WITH_DESTINATION, StartingPosition, is_kafka
from kafka_event_source.provisioned_mode import needing_provisioned_mode
from kafka_event_source.refusal import Refused
from tests.unit.kafka_event_source.making import CLUSTER_ARN, PROVISIONED, mapping

SQS = "arn:aws:sqs:us-east-1:123456789012:failed"


def to(destination: str) -> dict[str, Any]:
    return {"OnFailure": {"Destination": destination}}


def test_the_defaults_are_awss() -> None:
    settings = mapping()
    assert settings.batch_size == 100
    assert settings.window_ms == 500
    assert settings.retries is None
    assert settings.record_age_ms is None
    assert not settings.bisect
    assert not settings.report_item_failures
    assert settings.starting_position is StartingPosition.TRIM_HORIZON


def test_everything_set() -> None:
    settings = mapping(
        BatchSize="10000",
        MaximumBatchingWindowInSeconds=0,
        StartingPosition="AT_TIMESTAMP",
        StartingPositionTimestamp=1_700_000_000.5,
        SelfManagedKafkaEventSourceConfig={"ConsumerGroupId": "viewers"},
        SelfManagedEventSource={"Endpoints": {"KafkaBootstrapServers": ["a:1", "b:2"]}},
        ProvisionedPollerConfig=PROVISIONED,
        MaximumRetryAttempts=3,
        MaximumRecordAgeInSeconds=60,
        BisectBatchOnFunctionError=True,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        DestinationConfig=to(SQS),
        SourceAccessConfigurations=[
            {"Type": "SASL_SCRAM_512_AUTH", "URI": "arn:secret"},
            {"Type": "VPC_SUBNET", "URI": "subnet-1"},
        ],
    )
    assert (settings.batch_size, settings.window_ms) == (10_000, 0)
    assert settings.starting_timestamp_ms == 1_700_000_000_500
    assert settings.group_id == "viewers"
    assert settings.bootstrap_servers == "a:1,b:2"
    assert (settings.retries, settings.record_age_ms) == (3, 60_000)
    assert settings.bisect
    assert settings.report_item_failures
    assert settings.on_failure == SQS
    assert settings.access == (("SASL_SCRAM_512_AUTH", "arn:secret"),)


def test_a_destination_turns_for_ever_into_10_retries() -> None:
    assert mapping(DestinationConfig=to(SQS)).retries == RETRIES_WITH_DESTINATION == 10
    assert mapping(DestinationConfig=to("arn:aws:s3:::failed")).on_failure == "arn:aws:s3:::failed"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("BatchSize", 0),
        ("BatchSize", 10_001),
        ("BatchSize", "many"),
        ("MaximumBatchingWindowInSeconds", 301),
        ("MaximumRetryAttempts", 10_001),
        ("MaximumRecordAgeInSeconds", 59),
        ("MaximumRecordAgeInSeconds", 604_801),
        ("StartingPosition", "SOMEWHERE"),
        ("StartingPositionTimestamp", 1),
        ("Topics", []),
        ("FunctionResponseTypes", ["Everything"]),
        ("SourceAccessConfigurations", [{"Type": "VIRTUAL_HOST", "URI": "/"}]),
        ("DestinationConfig", to("arn:aws:lambda:us-east-1:1:function:f")),
        *(
            ("ProvisionedPollerConfig", pollers)
            for pollers in (
                {"MinimumPollers": 0, "MaximumPollers": 1},
                {"MinimumPollers": 201, "MaximumPollers": 300},
                {"MinimumPollers": 1, "MaximumPollers": 2001},
                {"MinimumPollers": 3, "MaximumPollers": 2},
                {"MinimumPollers": "some", "MaximumPollers": 2},
            )
        ),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(setting: str, value: object) -> None:
    named = "imumPollers" if setting == "ProvisionedPollerConfig" else setting
    with pytest.raises(Refused, match=named):
        mapping(**{"ProvisionedPollerConfig": PROVISIONED, setting: value})


def test_as_many_pollers_as_aws_takes_are_taken() -> None:
    for pollers in ({"MinimumPollers": 200, "MaximumPollers": 2000}, {"MinimumPollers": 200}):
        assert mapping(ProvisionedPollerConfig=pollers).topic == mapping().topic


def test_settings_that_do_nothing_here_are_kept_by_name() -> None:
    given = {"LoggingConfig": {"SystemLogLevel": "INFO"}, "MetricsConfig": {"Metrics": ["EventCount"]}}
    settings = mapping(ProvisionedPollerConfig=PROVISIONED, **given)
    assert settings.without_effect == ("LoggingConfig", "MetricsConfig")
    assert mapping().without_effect == ()


def test_at_timestamp_needs_a_timestamp() -> None:
    with pytest.raises(Refused, match="StartingPositionTimestamp"):
        mapping(StartingPosition="AT_TIMESTAMP")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("MaximumRetryAttempts", 0),
        ("MaximumRecordAgeInSeconds", 60),
        ("BisectBatchOnFunctionError", True),
        ("FunctionResponseTypes", ["ReportBatchItemFailures"]),
        ("LoggingConfig", {"SystemLogLevel": "INFO"}),
        ("MetricsConfig", {"Metrics": ["EventCount"]}),
    ],
)
def test_what_needs_provisioned_mode_is_refused_without_it(setting: str, value: object) -> None:
    with pytest.raises(Refused, match=f"{setting} needs provisioned mode: set ProvisionedPollerConfig"):
        mapping(**{setting: value})
    mapping(**{setting: value, "ProvisionedPollerConfig": PROVISIONED})


@pytest.mark.parametrize(
    "off", [{"MaximumRetryAttempts": -1}, {"BisectBatchOnFunctionError": False}, {"FunctionResponseTypes": []}]
)
def test_a_setting_that_is_off_needs_no_provisioned_mode(off: dict[str, object]) -> None:
    assert needing_provisioned_mode(off) == []


REGISTRY = {"SchemaRegistryConfig": {"SchemaRegistryURI": "http://registry"}}


@pytest.mark.parametrize(
    ("properties", "says"),
    [
        ({"DestinationConfig": to("arn:aws:sns:us-east-1:1:failed")}, "SNS topic is not supported"),
        ({"DestinationConfig": to("kafka://failed")}, "Kafka topic is not supported"),
        ({"SelfManagedKafkaEventSourceConfig": REGISTRY}, "SchemaRegistryConfig is not supported"),
        ({"AmazonManagedKafkaEventSourceConfig": REGISTRY}, "SchemaRegistryConfig is not supported"),
    ],
)
def test_what_is_not_done_here_is_refused_by_name(properties: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused, match=says):
        mapping(ProvisionedPollerConfig=PROVISIONED, **properties)


def test_a_kafka_topic_as_destination_needs_provisioned_mode_first() -> None:
    with pytest.raises(Refused, match="needs provisioned mode"):
        mapping(DestinationConfig=to("kafka://failed"))


def test_kafka_mappings_are_distinguished_from_others() -> None:
    assert is_kafka({"EventSourceArn": CLUSTER_ARN, "Topics": ["t"]})
    assert is_kafka({"SelfManagedEventSource": {}, "Topics": ["t"]})
    assert not is_kafka({"EventSourceArn": "arn:aws:dynamodb:us-east-1:1:table/t/stream/x"})
    assert not is_kafka({"EventSourceArn": SQS})
