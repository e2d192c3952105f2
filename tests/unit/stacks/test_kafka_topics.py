"""A new MSK Serverless cluster gets its topics, by functions that may do that and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from stacks.bundle import lambda_platform
from stacks.config import Config
from stacks.live_viewers_stack import LiveViewersStack
from tests.unit.stacks.synthesis import EVERY_CONFIG, Synthesis, new_app, synthesize

SERVERLESS = ["dev", *(name for name in EVERY_CONFIG if name.startswith("msk-serverless"))]
OTHERS = [name for name in EVERY_CONFIG if name not in SERVERLESS]
MAKER, RESOURCE = "kafka_topics.make_topics.handler", "kafka_topics.topics_resource.handler"


def function(synthesis: Synthesis, handler: str) -> tuple[str, dict[str, Any]]:
    """Logical id and resource."""
    (found,) = [
        (logical_id, resource)
        for logical_id, resource in synthesis.resources.items()
        if resource["Type"] == "AWS::Lambda::Function" and resource["Properties"]["Handler"] == handler
    ]
    return found


def allowed(synthesis: Synthesis, handler: str) -> dict[str, list[Any]]:
    """The resources by action, of the function's role."""
    _, resource = function(synthesis, handler)
    role = resource["Properties"]["Role"]["Fn::GetAtt"][0]
    resources: dict[str, list[Any]] = {}
    for policy in synthesis.of_type("AWS::IAM::Policy"):
        if {"Ref": role} in policy["Roles"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                assert statement["Effect"] == "Allow"
                for action in _list(statement["Action"]):
                    resources.setdefault(action, []).extend(_list(statement["Resource"]))
    return resources


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _of(synthesis: Synthesis, type_: str) -> str:
    """Logical id of the one resource of a type."""
    (found,) = [key for key, resource in synthesis.resources.items() if resource["Type"] == type_]
    return found


def topic_names(synthesis: Synthesis, action: str) -> list[str]:
    """Of the topics of the new cluster on which make_topics may do `action`; what is no such ARN fails."""
    cluster = _of(synthesis, "AWS::MSK::ServerlessCluster")
    names = []
    for arn in allowed(synthesis, MAKER)[action]:
        parts = arn["Fn::Join"][1]
        assert parts[-3] == ":topic/"
        of_cluster = {"Fn::Select": [1, {"Fn::Split": [":cluster/", {"Fn::GetAtt": [cluster, "Arn"]}]}]}
        assert parts[-2] == of_cluster
        names.append(parts[-1].removeprefix("/"))
    return sorted(names)


@pytest.mark.parametrize(
    ("name", "topics", "partitions"),
    [
        ("msk-serverless-low-latency", ["snowplow-enriched-good"], 4),
        ("msk-serverless-economy", ["snowplow-enriched-good"], 8),
        ("msk-serverless-two-topics", ["snowplow-enriched-good", "viewer-json", "live-viewers-dead"], 12),
    ],
)
def test_every_topic_is_made_with_its_partitions(name: str, topics: list[str], partitions: int) -> None:
    synthesis = synthesize(name)
    (made,) = synthesis.of_type("Custom::KafkaTopics")
    assert made["Topics"] == topics
    assert made["Partitions"] == partitions
    assert made["ClusterArn"] == {"Fn::GetAtt": [_of(synthesis, "AWS::MSK::ServerlessCluster"), "Arn"]}
    for action in ("CreateTopic", "DescribeTopic", "AlterTopic"):
        assert topic_names(synthesis, f"kafka-cluster:{action}") == sorted(topics)


@pytest.mark.parametrize("name", SERVERLESS)
def test_mappings_wait_for_their_topics(name: str) -> None:
    synthesis = synthesize(name)
    mappings = [r for r in synthesis.resources.values() if "Topics" in r.get("Properties", {})]
    mappings = [r for r in mappings if r["Type"] == "AWS::Lambda::EventSourceMapping"]
    assert mappings
    assert all(_of(synthesis, "Custom::KafkaTopics") in mapping["DependsOn"] for mapping in mappings)


@pytest.mark.parametrize("name", SERVERLESS)
def test_topics_wait_for_what_leads_to_the_brokers(name: str) -> None:
    synthesis = synthesize(name)
    waited_for = synthesis.resources[_of(synthesis, "Custom::KafkaTopics")]["DependsOn"]
    types = {synthesis.resources[logical_id]["Type"] for logical_id in waited_for}
    assert {"AWS::MSK::ServerlessCluster", "AWS::EC2::SecurityGroupIngress"} <= types
    assert "AWS::EC2::SecurityGroupEgress" in types


@pytest.mark.parametrize("name", SERVERLESS)
def test_the_function_lives_in_the_cluster_s_subnets_and_security_group(name: str) -> None:
    synthesis = synthesize(name)
    (cluster,) = synthesis.of_type("AWS::MSK::ServerlessCluster")
    at_cluster, *_in_other_vpcs = cluster["VpcConfigs"]
    place = function(synthesis, MAKER)[1]["Properties"]["VpcConfig"]
    assert place["SubnetIds"] == at_cluster["SubnetIds"]
    assert place["SecurityGroupIds"] == at_cluster["SecurityGroups"]
    # It is told where the brokers are, for it reaches nothing else.
    assert "VpcConfig" not in function(synthesis, RESOURCE)[1]["Properties"]
    assert "VpcConfig" not in function(synthesis, "framework.onEvent")[1]["Properties"]


def test_each_function_may_do_what_it_does_and_no_more() -> None:
    synthesis = synthesize("msk-serverless-low-latency")
    cluster = {"Fn::GetAtt": [_of(synthesis, "AWS::MSK::ServerlessCluster"), "Arn"]}
    logs = {"logs:CreateLogStream", "logs:PutLogEvents"}
    maker = allowed(synthesis, MAKER)
    interfaces = {action for action, resources in maker.items() if resources == ["*"]}
    assert interfaces == {
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    }
    of_kafka = {f"kafka-cluster:{name}" for name in ("Connect", "CreateTopic", "DescribeTopic", "AlterTopic")}
    assert set(maker) == interfaces | of_kafka | logs
    assert maker["kafka-cluster:Connect"] == [cluster]

    maker_arn = {"Fn::GetAtt": [function(synthesis, MAKER)[0], "Arn"]}
    resource = allowed(synthesis, RESOURCE)
    assert {action: resource[action] for action in set(resource) - logs} == {
        "lambda:InvokeFunction": [maker_arn],
        "lambda:GetFunction": [maker_arn],
        "kafka:GetBootstrapBrokers": ["*"],
        "cloudformation:DescribeStacks": [{"Ref": "AWS::StackId"}],
    }


@pytest.mark.parametrize("handler", [MAKER, RESOURCE])
def test_they_are_functions_like_the_others(handler: str) -> None:
    synthesis = synthesize("msk-serverless-low-latency")
    properties = function(synthesis, handler)[1]["Properties"]
    (other,) = [f for f in synthesis.of_type("AWS::Lambda::Function") if f["Handler"] == "serve_api.handler"]
    for alike in ("Runtime", "Architectures"):
        assert properties[alike] == other[alike]
    assert {**properties["LoggingConfig"], "LogGroup": ""} == {**other["LoggingConfig"], "LogGroup": ""}
    assert properties["Code"] != other["Code"]


def test_all_their_logs_are_forgotten_when_the_others_are() -> None:
    synthesis = synthesize("msk-serverless-low-latency")
    days = {
        logical_id: resource["Properties"]["RetentionInDays"]
        for logical_id, resource in synthesis.resources.items()
        if resource["Type"] == "AWS::Logs::LogGroup" and logical_id.startswith("KafkaTopics")
    }
    assert len(days) == 3
    assert set(days.values()) == {30}


def test_cloudformation_waits_as_long_as_the_function_may_take() -> None:
    synthesis = synthesize("msk-serverless-low-latency")
    (made,) = synthesis.of_type("Custom::KafkaTopics")
    assert int(made["ServiceTimeout"]) > function(synthesis, RESOURCE)[1]["Properties"]["Timeout"]


@pytest.mark.parametrize("name", OTHERS)
def test_a_cluster_that_is_somebody_s_own_is_left_alone(name: str) -> None:
    synthesis = synthesize(name)
    assert synthesis.of_type("Custom::KafkaTopics") == []
    handlers = {f["Handler"] for f in synthesis.of_type("AWS::Lambda::Function")}
    assert handlers.isdisjoint({MAKER, RESOURCE, "framework.onEvent"})
    actions = {
        action
        for policy in synthesis.of_type("AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        for action in _list(statement["Action"])
    }
    assert actions.isdisjoint({"kafka-cluster:CreateTopic", "kafka-cluster:AlterTopic"})


def test_without_the_bundle_the_stack_says_what_it_lacks(tmp_path: Path) -> None:
    config = Config.model_validate({"kafka": {"source": {"type": "msk_serverless"}}})
    with pytest.raises(ValueError, match="needs the bundle that makes topics"):
        LiveViewersStack(
            new_app(),
            "Bare",
            stage="dev",
            config=config,
            bundle=tmp_path,
            bundle_platform=lambda_platform(),
            site=tmp_path,
        )
