"""Before anything is deployed: what would be replaced, what is there already, what the account has no room for."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations import preflight
from operations.check_account import check_endpoints, check_reserved, check_rules
from operations.preflight import examine
from operations.replacements import create_only, refusals

MAPPING = {
    "Type": "AWS::Lambda::EventSourceMapping",
    "Properties": {
        "FunctionName": {"Ref": "Function"},
        "Topics": ["events"],
        "StartingPosition": "TRIM_HORIZON",
        "AmazonManagedKafkaEventSourceConfig": {"ConsumerGroupId": "a"},
    },
}
TABLE = {
    "Type": "AWS::DynamoDB::GlobalTable",
    "Properties": {"KeySchema": [{"AttributeName": "a"}], "WarmThroughput": {"WriteUnitsPerSecond": 8000}},
}
VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
SUBNET = {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}}
CLUSTER = {
    "Type": "AWS::MSK::ServerlessCluster",
    "Properties": {"ClusterName": "c", "VpcConfigs": [{"SubnetIds": [{"Ref": "Subnet"}]}]},
}
RULE = {
    "Type": "AWS::EC2::SecurityGroupIngress",
    "Properties": {"GroupId": "sg-1", "SourceSecurityGroupId": "sg-1", "FromPort": 9098, "ToPort": 9098},
}
ENDPOINT = {
    "Type": "AWS::EC2::VPCEndpoint",
    "Properties": {
        "VpcId": "vpc-1",
        "ServiceName": {"Fn::Join": ["", ["com.amazonaws.", {"Ref": "AWS::Region"}, ".sts"]]},
    },
}
FUNCTION = {"Type": "AWS::Lambda::Function", "Properties": {"ReservedConcurrentExecutions": 200}}


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def changed(resource: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {**resource, "Properties": {**resource["Properties"], **properties}}


def stopped(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.logical_id, one.property) for one in refusals(before, after)]


def test_nothing_stands_in_the_way_of_what_changes_in_place() -> None:
    before = template(Mapping=MAPPING, Table=TABLE)
    assert stopped(before, template(Mapping=changed(MAPPING, BatchSize=5), Table=changed(TABLE, Tags=[]))) == []


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"StartingPosition": "LATEST"}, "StartingPosition"),
        ({"StartingPositionTimestamp": 1767225600}, "StartingPositionTimestamp"),
        (
            {"AmazonManagedKafkaEventSourceConfig": {"ConsumerGroupId": "b"}},
            "AmazonManagedKafkaEventSourceConfig/ConsumerGroupId",
        ),
    ],
)
def test_a_mapping_that_would_be_made_twice(properties: dict[str, Any], path: str) -> None:
    assert stopped(template(M=MAPPING), template(M=changed(MAPPING, **properties))) == [("M", path)]


def test_a_mapping_of_another_topic_may_come_while_the_old_one_goes() -> None:
    other = changed(MAPPING, StartingPosition="LATEST", Topics=["others"])
    assert stopped(template(M=MAPPING), template(M=other)) == []


def test_the_steps_between_two_mappings_are_free() -> None:
    after = template(M=changed(MAPPING, StartingPosition="LATEST"))
    assert stopped(template(M=MAPPING), template()) == []
    assert stopped(template(), after) == []


def test_what_hangs_on_a_replaced_resource_is_replaced_with_it() -> None:
    before = template(Vpc=VPC, Subnet=SUBNET, Cluster=CLUSTER)
    after = template(Vpc=changed(VPC, CidrBlock="10.1.0.0/16"), Subnet=SUBNET, Cluster=CLUSTER)
    assert stopped(before, after) == [("Cluster", "VpcConfigs")]


@pytest.mark.parametrize("resource", [TABLE, CLUSTER])
def test_what_holds_data_is_not_removed_by_the_way(resource: dict[str, Any]) -> None:
    assert stopped(template(One=resource), template()) == [("One", "")]


def test_warm_throughput_is_raised_and_never_lowered() -> None:
    higher, lower = ({"WriteUnitsPerSecond": units} for units in (9000, 6000))
    assert stopped(template(T=TABLE), template(T=changed(TABLE, WarmThroughput=higher))) == []
    assert stopped(template(T=TABLE), template(T=changed(TABLE, WarmThroughput=lower))) == [
        ("T", "WarmThroughput/WriteUnitsPerSecond")
    ]


def test_what_is_create_only_is_known_of_aws_s_types_and_of_no_other() -> None:
    assert "ClusterName" in create_only("AWS::MSK::ServerlessCluster")
    assert create_only("AWS::Nobody::KnowsIt") == ()


class Client:
    """Answers each call with what it was given by the call's name; an error is raised."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def __getattr__(self, call: str) -> Any:
        def answer(**_: Any) -> Any:
            found = self._answers[call]
            if isinstance(found, Exception):
                raise found
            return found

        return answer


def a_rule(**given: Any) -> dict[str, Any]:
    there = {"SecurityGroupRuleId": "sgr-1", "IsEgress": False, "FromPort": 9098, "ToPort": 9098}
    return {**there, "ReferencedGroupInfo": {"GroupId": "sg-1"}, **given}


@pytest.mark.parametrize(
    ("there", "found"),
    [
        (a_rule(), 1),
        (a_rule(IsEgress=True), 0),
        (a_rule(FromPort=9096, ToPort=9096), 0),
        (a_rule(ReferencedGroupInfo={"GroupId": "sg-2"}), 0),
    ],
)
def test_a_rule_that_somebody_else_made_is_named(there: dict[str, Any], found: int) -> None:
    ec2 = Client(describe_security_group_rules={"SecurityGroupRules": [there]})
    findings = list(check_rules(ec2, template(), template(Rule=RULE)))
    assert len(findings) == found
    assert all("manage_rules to false" in finding.do for finding in findings)
    # The stage's own, of the deployment before, is in nobody's way.
    assert list(check_rules(ec2, template(Rule=RULE), template(Rule=RULE))) == []


def test_an_endpoint_that_somebody_else_made_is_named() -> None:
    there = {"VpcEndpointId": "vpce-1", "PrivateDnsEnabled": True}
    ec2 = Client(describe_vpc_endpoints={"VpcEndpoints": [there]})
    (finding,) = check_endpoints(ec2, template(), template(Sts=ENDPOINT), "eu-west-1")
    assert "com.amazonaws.eu-west-1.sts in vpc-1" in finding.what
    assert "create_endpoints to false" in finding.do
    assert list(check_endpoints(ec2, template(Sts=ENDPOINT), template(Sts=ENDPOINT), "eu-west-1")) == []


def test_one_without_private_names_is_in_nobody_s_way() -> None:
    ec2 = Client(
        describe_vpc_endpoints={"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "PrivateDnsEnabled": False}]}
    )
    assert list(check_endpoints(ec2, template(), template(Sts=ENDPOINT), "eu-west-1")) == []


@pytest.mark.parametrize(("free", "found"), [(10, 1), (299, 1), (300, 0), (1000, 0)])
def test_a_hundred_executions_must_stay_unreserved(free: int, found: int) -> None:
    functions = Client(get_account_settings={"AccountLimit": {"UnreservedConcurrentExecutions": free}})
    assert len(list(check_reserved(functions, template(), template(F=FUNCTION)))) == found
    assert list(check_reserved(functions, template(F=FUNCTION), template(F=FUNCTION))) == []


class Stage:
    stack_name, name, region = "LiveViewers-dev", "dev", "eu-west-1"

    def __init__(self, **clients: Any) -> None:
        self._clients = clients

    def client(self, service: str) -> Any:
        return self._clients.get(service, Client())


def no_such_stack() -> Client:
    error = {"Error": {"Code": "ValidationError", "Message": "Stack with id LiveViewers-dev does not exist"}}
    return Client(describe_stacks=ClientError(error, "DescribeStacks"))


def stack_of(deployed: Any, status: str = "UPDATE_COMPLETE") -> Client:
    stacks = {"Stacks": [{"StackStatus": status}]}
    return Client(describe_stacks=stacks, get_template={"TemplateBody": deployed})


def test_a_first_deployment_has_nothing_to_lose() -> None:
    after = template(Mapping=MAPPING, Table=TABLE)
    assert list(examine(Stage(cloudformation=no_such_stack()), after)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "found"), [("ROLLBACK_COMPLETE", 0), ("REVIEW_IN_PROGRESS", 0), ("UPDATE_ROLLBACK_COMPLETE", 1)]
)
def test_a_first_deployment_that_failed_left_nothing_to_lose(status: str, found: int) -> None:
    stage = Stage(cloudformation=stack_of(template(M=MAPPING), status))
    after = template(M=changed(MAPPING, StartingPosition="LATEST"))
    assert len(list(examine(stage, after))) == found  # type: ignore[arg-type]


def test_what_may_not_be_looked_at_is_said_and_stops_nobody() -> None:
    denied = ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, "Describe")
    stage = Stage(cloudformation=no_such_stack(), ec2=Client(describe_security_group_rules=denied))
    (finding,) = examine(stage, template(Rule=RULE))  # type: ignore[arg-type]
    assert finding.health.value == "unknown"


@pytest.mark.parametrize("deployed", [template(M=MAPPING), json.dumps(template(M=MAPPING))])
def test_the_command_stops_the_deployment_and_says_what_to_do(
    deployed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(cloudformation=stack_of(deployed))
    monkeypatch.setattr(preflight, "open_stage", lambda _: stage)
    written = tmp_path / "LiveViewers-dev.template.json"
    command = ["--stage", "dev", "--synthesized", str(tmp_path)]
    assert preflight.main(command) == 2
    written.write_text(json.dumps(template(M=changed(MAPPING, StartingPosition="LATEST"))))
    assert preflight.main(command) == 1
    said = capsys.readouterr().err
    assert "StartingPosition changed" in said
    assert "kafka_mappings=none" in said
    written.write_text(json.dumps(template(M=MAPPING)))
    assert preflight.main(command) == 0
