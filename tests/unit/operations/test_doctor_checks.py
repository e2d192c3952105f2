"""The doctor names what is wrong and what to do, from what AWS's APIs answer."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.check_function import check_function
from operations.check_network import check_network
from operations.check_records import check_lag
from operations.check_stack import check_mappings, check_secrets, check_stack
from operations.finding import Finding, Health
from stacks.kafka_sources import KafkaNetwork

SUBNET = {"Type": "VPC_SUBNET", "URI": "subnet:subnet-1"}
GROUP = {"Type": "VPC_SECURITY_GROUP", "URI": "security_group:sg-1"}


class Answers:
    """A client whose every call answers what it was given by the call's name."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def __getattr__(self, call: str) -> Any:
        return lambda **_: self._answers[call]


class Stage:
    name = "dev"
    stack_name = "LiveViewers-dev"
    outputs = {"ProcessEventsFunctionName": "process-events"}  # noqa: RUF012 - never changed

    def __init__(self, status: str = "UPDATE_COMPLETE", **clients: Any) -> None:
        self.stack = {"StackStatus": status}
        self._clients = clients

    def client(self, service: str) -> Any:
        return self._clients[service]


def _denied(*_: str) -> str:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListStackResources")


def mapping(**given: Any) -> dict[str, Any]:
    return {"UUID": "m-1", "Topics": ["events"], "State": "Enabled", "LastProcessingResult": "OK", **given}


def one(findings: Any) -> Finding:
    finding: Finding
    (finding,) = findings
    return finding


def test_a_stack_that_rolled_back_is_wrong_and_one_in_progress_is_to_be_waited_for() -> None:
    assert check_stack(Stage("UPDATE_ROLLBACK_COMPLETE")).health is Health.WRONG  # type: ignore[arg-type]
    assert check_stack(Stage("UPDATE_IN_PROGRESS")).health is Health.UNKNOWN  # type: ignore[arg-type]
    assert check_stack(Stage()).health is Health.GOOD  # type: ignore[arg-type]


def test_no_mapping_at_all_is_wrong() -> None:
    assert one(check_mappings(Stage(), [])).health is Health.WRONG  # type: ignore[arg-type]


def test_a_disabled_mapping_shows_the_reason_lambda_gives() -> None:
    found = one(check_mappings(Stage(), [mapping(State="Disabled", StateTransitionReason="Secret not found")]))  # type: ignore[arg-type]
    assert found.health is Health.WRONG
    assert "Secret not found" in found.seen


def test_a_problem_with_the_brokers_credentials_points_to_the_secret() -> None:
    result = "PROBLEM: SASL authentication failed"
    found = one(check_mappings(Stage(), [mapping(LastProcessingResult=result)]))  # type: ignore[arg-type]
    assert found.health is Health.WRONG
    assert "secret" in found.do


def test_a_secret_without_a_password_is_wrong_and_its_value_is_not_shown() -> None:
    secret = Answers(get_secret_value={"SecretString": '{"username": "kept-private"}'})
    access = {"Type": "SASL_SCRAM_512_AUTH", "URI": "arn:aws:secretsmanager:eu-west-1:1:secret:kafka"}
    found = one(check_secrets(Stage(secretsmanager=secret), [mapping(SourceAccessConfigurations=[access])]))  # type: ignore[arg-type]
    assert found.health is Health.WRONG
    assert "password" in found.seen
    assert "kept-private" not in found.seen + found.do


SECRET = {"Type": "SASL_SCRAM_512_AUTH", "URI": "arn:aws:secretsmanager:eu-west-1:1:secret:kafka"}
OWN_KAFKA = {
    "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["10.0.0.1:9096"]}},
    "SourceAccessConfigurations": [SUBNET, GROUP, SECRET],
}
ON_MSK = {"EventSourceArn": "arn:aws:kafka:eu-west-1:1:cluster/events/a"}
PROVISIONED = {"ProvisionedPollerConfig": {"MinimumPollers": 1}}
QUEUE = {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:eu-west-1:1:failed"}}}
CLUSTER = {"Provisioned": {"BrokerNodeGroupInfo": {"ClientSubnets": ["subnet-1"], "SecurityGroups": ["sg-1"]}}}
SERVERLESS = {"Serverless": {"VpcConfigs": [{"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}]}}


def tcp(first: int, last: int | None = None) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": first, "ToPort": last or first}


def network(
    source: dict[str, Any],
    endpoints: tuple[str, ...] = (),
    nat: bool = False,
    egress: tuple[dict[str, Any], ...] = ({"IpProtocol": "-1"},),
    cluster: dict[str, Any] = CLUSTER,
) -> list[Finding]:
    ec2 = Answers(
        describe_security_groups={"SecurityGroups": [{"GroupId": "sg-1", "IpPermissionsEgress": list(egress)}]},
        describe_subnets={"Subnets": [{"VpcId": "vpc-1"}]},
        describe_vpc_endpoints={
            "VpcEndpoints": [
                {"ServiceName": f"com.amazonaws.eu-west-1.{name}", "State": "available"} for name in endpoints
            ]
        },
        describe_route_tables={"RouteTables": [{"Routes": [{"NatGatewayId": "nat-1"}] if nat else [{}]}]},
    )
    kafka = Answers(describe_cluster_v2={"ClusterInfo": cluster})
    return list(check_network(Stage(ec2=ec2, kafka=kafka), [mapping(**source)]))  # type: ignore[arg-type]


def test_a_network_with_all_that_its_source_calls_is_good() -> None:
    for source, endpoints in (
        (OWN_KAFKA, ("lambda", "sts", "secretsmanager")),
        (ON_MSK, ("lambda", "sts")),
        (ON_MSK | QUEUE, ("lambda", "sts", "sqs")),
        (ON_MSK | QUEUE | PROVISIONED, ("sqs",)),
    ):
        assert {finding.health for finding in network(source, endpoints)} == {Health.GOOD}, source


@pytest.mark.parametrize(
    ("source", "endpoints", "missing"),
    [
        (OWN_KAFKA, ("lambda", "sts"), "secretsmanager"),
        (ON_MSK, ("sts",), "lambda"),
        (ON_MSK | QUEUE | PROVISIONED, (), "sqs"),
    ],
)
def test_a_missing_endpoint_is_named_with_the_key_that_makes_it(
    source: dict[str, Any], endpoints: tuple[str, ...], missing: str
) -> None:
    ways_out = network(source, endpoints)[-1]
    assert ways_out.health is Health.WRONG
    assert f"no endpoint for {missing} " in ways_out.seen
    key = next(word for word in ways_out.do.replace(",", "").split() if word.startswith("kafka.source."))
    assert key.removeprefix("kafka.source.network.") in KafkaNetwork.model_fields
    assert network(source, endpoints, nat=True)[-1].health is Health.GOOD


def test_provisioned_pollers_need_no_endpoint() -> None:
    assert [finding.health for finding in network(ON_MSK | PROVISIONED)] == [Health.GOOD]


@pytest.mark.parametrize("cluster", [CLUSTER, SERVERLESS])
def test_msk_is_asked_where_it_is(cluster: dict[str, Any]) -> None:
    groups, ways_out = network(ON_MSK, cluster=cluster)
    assert "sg-1" in groups.what
    assert "vpc-1" in ways_out.what


def test_msk_that_may_not_be_asked_is_unknown() -> None:
    class Refusing:
        def describe_cluster_v2(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeClusterV2")

    found = one(check_network(Stage(kafka=Refusing()), [mapping(**ON_MSK)]))  # type: ignore[arg-type]
    assert found.health is Health.UNKNOWN
    assert "kafka:DescribeClusterV2" in found.do


@pytest.mark.parametrize(
    ("source", "egress", "shut"),
    [
        (ON_MSK, (tcp(9098), tcp(443)), ""),
        (ON_MSK, (tcp(9000, 9100), tcp(443)), ""),
        (ON_MSK, (tcp(443),), "9098"),
        (ON_MSK, (tcp(9098),), "443"),
        (ON_MSK | PROVISIONED, (tcp(9098),), ""),
        (ON_MSK | {"SourceAccessConfigurations": [SECRET]}, (tcp(9098), tcp(443)), "9096"),
        (OWN_KAFKA, (tcp(443),), "9096"),
        (OWN_KAFKA, ({"IpProtocol": "udp", "FromPort": 1, "ToPort": 65535},), "443, 9096"),
        (OWN_KAFKA, (), "443, 9096"),
    ],
)
def test_security_groups_let_out_to_the_brokers_and_the_endpoints(
    source: dict[str, Any], egress: tuple[dict[str, Any], ...], shut: str
) -> None:
    found = network(source, ("lambda", "sts", "secretsmanager"), egress=egress)[0]
    assert found.health is (Health.WRONG if shut else Health.GOOD)
    if shut:
        assert found.seen == f"let nothing out to port {shut}"


def test_a_source_without_a_network_of_its_own_has_none_to_check() -> None:
    assert list(check_network(Stage(), [mapping()])) == []  # type: ignore[arg-type]


class Measuring:
    """CloudWatch has OffsetLag by the function's name, and by nothing else."""

    def __init__(self, points: list[dict[str, Any]]) -> None:
        self._points = points

    def get_metric_statistics(self, **asked: Any) -> dict[str, Any]:
        there = asked["MetricName"] == "OffsetLag" and asked["Dimensions"] == [
            {"Name": "FunctionName", "Value": "process-events"}
        ]
        return {"Datapoints": self._points if there else []}


def lag(*values: int) -> Finding:
    points = [
        {"Timestamp": datetime(2026, 1, 1, 0, n, tzinfo=UTC), "Maximum": float(v)} for n, v in enumerate(values)
    ]
    return one(check_lag(Stage(cloudwatch=Measuring(points)), [mapping()]))  # type: ignore[arg-type]


def test_the_newest_lag_decides_and_no_measurement_is_not_called_good() -> None:
    assert lag(900_000, 5).health is Health.GOOD
    assert lag(5, 900_000).health is Health.WRONG
    assert lag().health is Health.UNKNOWN


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        (lambda *_: "LiveViewers-dev-ProcessEventsLogs1A2B-xyz", "LiveViewers-dev-ProcessEventsLogs1A2B-xyz"),
        (_denied, "resource ProcessEventsLogs"),
    ],
)
def test_a_function_that_fails_is_named_with_the_log_group_that_it_has(resource: Any, words: str) -> None:
    answer = {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "no table"}')}
    stage = Stage(**{"lambda": Answers(invoke=answer)})
    stage.resource = resource  # type: ignore[attr-defined]
    finding = check_function(stage)  # type: ignore[arg-type]
    assert finding.health is Health.WRONG
    assert "no table" in finding.seen
    assert words in finding.do
    assert "/aws/lambda/" not in finding.do
