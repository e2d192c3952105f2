"""The doctor names what is wrong and what to do, from what AWS's APIs answer."""

from datetime import UTC, datetime
from typing import Any

from operations.check_network import check_network
from operations.check_records import check_lag
from operations.check_stack import check_mappings, check_secrets, check_stack
from operations.finding import Finding, Health

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

    def __init__(self, status: str = "UPDATE_COMPLETE", **clients: Answers) -> None:
        self.stack = {"StackStatus": status}
        self._clients = clients

    def client(self, service: str) -> Answers:
        return self._clients[service]


def mapping(**given: Any) -> dict[str, Any]:
    return {"UUID": "m-1", "Topics": ["events"], "State": "Enabled", "LastProcessingResult": "OK", **given}


def one(findings: Any) -> Finding:
    (finding,) = findings
    return finding


def test_a_stack_that_rolled_back_is_wrong_and_one_in_progress_is_to_be_waited_for() -> None:
    assert check_stack(Stage("UPDATE_ROLLBACK_COMPLETE")).health is Health.WRONG  # type: ignore[arg-type]
    assert check_stack(Stage("UPDATE_IN_PROGRESS")).health is Health.UNKNOWN  # type: ignore[arg-type]
    assert check_stack(Stage()).health is Health.GOOD  # type: ignore[arg-type]


def test_no_mapping_at_all_is_wrong() -> None:
    assert one(check_mappings(Stage(), [])).health is Health.WRONG  # type: ignore[arg-type]


def test_a_disabled_mapping_tells_the_reason_lambda_gives() -> None:
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


def network(endpoints: list[str], nat: bool = False, egress: bool = True) -> list[Finding]:
    ec2 = Answers(
        describe_security_groups={"SecurityGroups": [{"GroupId": "sg-1", "IpPermissionsEgress": [{}] * egress}]},
        describe_subnets={"Subnets": [{"VpcId": "vpc-1"}]},
        describe_vpc_endpoints={
            "VpcEndpoints": [
                {"ServiceName": f"com.amazonaws.eu-west-1.{name}", "State": "available"} for name in endpoints
            ]
        },
        describe_route_tables={"RouteTables": [{"Routes": [{"NatGatewayId": "nat-1"}] if nat else [{}]}]},
    )
    return list(check_network(Stage(ec2=ec2), [mapping(SourceAccessConfigurations=[SUBNET, GROUP])]))  # type: ignore[arg-type]


def test_a_network_with_all_three_endpoints_is_good() -> None:
    assert {finding.health for finding in network(["lambda", "sts", "secretsmanager"])} == {Health.GOOD}


def test_a_missing_endpoint_is_named_unless_a_nat_gateway_stands_in() -> None:
    ways_out = network(["sts", "secretsmanager"])[-1]
    assert ways_out.health is Health.WRONG
    assert "lambda" in ways_out.seen
    assert network([], nat=True)[-1].health is Health.GOOD


def test_a_security_group_that_lets_nothing_out_is_wrong() -> None:
    assert network(["lambda", "sts", "secretsmanager"], egress=False)[0].health is Health.WRONG


def test_a_source_without_a_network_of_its_own_has_none_to_check() -> None:
    assert list(check_network(Stage(), [mapping()])) == []  # type: ignore[arg-type]


def lag(*values: int) -> Finding:
    points = [
        {"Timestamp": datetime(2026, 1, 1, 0, n, tzinfo=UTC), "Maximum": float(v)} for n, v in enumerate(values)
    ]
    cloudwatch = Answers(get_metric_statistics={"Datapoints": points})
    return one(check_lag(Stage(cloudwatch=cloudwatch), [mapping()]))  # type: ignore[arg-type]


def test_the_newest_lag_decides_and_no_measurement_is_not_called_good() -> None:
    assert lag(900_000, 5).health is Health.GOOD
    assert lag(5, 900_000).health is Health.WRONG
    assert lag().health is Health.UNKNOWN
