"""Producers reach a cluster that the stack made: outputs say what they need, and no more is open."""

from typing import Any

import pytest

from stacks.config import parse_config
from stacks.config_errors import ConfigError
from tests.unit.stacks.synthesis import EVERY_CONFIG, Synthesis, synthesize

SERVERLESS = ["dev", *(name for name in EVERY_CONFIG if name.startswith("msk-serverless"))]
OUTPUTS = {
    "KafkaBootstrapServers",
    "KafkaClusterArn",
    "KafkaVpcId",
    "KafkaSubnetIds",
    "KafkaSecurityGroupId",
    "KafkaProducersSecurityGroupId",
    "KafkaProducerPolicyArn",
}


def outputs(synthesis: Synthesis) -> dict[str, Any]:
    return {name: output["Value"] for name, output in synthesis.template.to_json()["Outputs"].items()}


def let_in(synthesis: Synthesis) -> dict[str, Any]:
    """Who may connect to the brokers on 9098: by description."""
    cluster_group = outputs(synthesis)["KafkaSecurityGroupId"]
    found: dict[str, Any] = {}
    for rule in synthesis.of_type("AWS::EC2::SecurityGroupIngress"):
        if rule["GroupId"] == cluster_group and rule["FromPort"] == 9098:
            found.setdefault(rule["Description"], []).append(rule["SourceSecurityGroupId"])
    for properties in synthesis.of_type("AWS::EC2::SecurityGroup"):
        for rule in properties.get("SecurityGroupIngress", []):
            assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (9098, 9098, "tcp")
            found.setdefault(rule["Description"], []).append(rule.get("CidrIp") or rule["SourceSecurityGroupId"])
    return found


@pytest.mark.parametrize("name", SERVERLESS)
def test_a_producer_learns_where_the_cluster_is(name: str) -> None:
    synthesis = synthesize(name)
    found = outputs(synthesis)
    assert set(found) >= OUTPUTS
    (made,) = [key for key, one in synthesis.resources.items() if one["Type"] == "Custom::KafkaTopics"]
    assert found["KafkaBootstrapServers"] == {"Fn::GetAtt": [made, "BootstrapServers"]}


@pytest.mark.parametrize("name", sorted(set(EVERY_CONFIG) - set(SERVERLESS)))
def test_a_cluster_of_your_own_gets_no_instructions(name: str) -> None:
    assert set(outputs(synthesize(name))).isdisjoint(OUTPUTS)


def test_by_default_the_stack_s_own_groups_are_let_in_and_nobody_else() -> None:
    synthesis = synthesize("msk-serverless-low-latency")
    found = outputs(synthesis)
    assert let_in(synthesis) == {
        "Kafka with IAM": [found["KafkaSecurityGroupId"]],
        "Producers of the stack's group": [found["KafkaProducersSecurityGroupId"]],
    }


def test_groups_and_ranges_that_are_named_are_let_in() -> None:
    named = let_in(synthesize("msk-serverless-producers"))["Producers, kafka.source.producers"]
    assert sorted(named) == ["10.20.0.0/16", "sg-0a1b2c3d"]


def test_the_cluster_is_put_into_a_second_vpc() -> None:
    (cluster,) = synthesize("msk-serverless-producers").of_type("AWS::MSK::ServerlessCluster")
    second = {"SubnetIds": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"], "SecurityGroups": ["sg-1a1b2c3d"]}
    assert len(cluster["VpcConfigs"]) == 2
    assert cluster["VpcConfigs"][1] == second


def test_the_policy_writes_the_topics_that_are_read_and_no_other() -> None:
    synthesis = synthesize("msk-serverless-two-topics")
    (policy,) = synthesis.of_type("AWS::IAM::ManagedPolicy")
    on_cluster, on_topics = policy["PolicyDocument"]["Statement"]
    assert on_cluster["Action"] == ["kafka-cluster:Connect", "kafka-cluster:WriteDataIdempotently"]
    assert on_cluster["Resource"] == outputs(synthesis)["KafkaClusterArn"]
    assert on_topics["Action"] == ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]
    names = [arn["Fn::Join"][1][-1] for arn in on_topics["Resource"]]
    assert names == ["/snowplow-enriched-good", "/viewer-json"]


@pytest.mark.parametrize(
    ("producers", "words"),
    [
        ({"cidrs": ["0.0.0.0/0"]}, ["cidrs '0.0.0.0/0' is wider than /8"]),
        ({"cidrs": ["10.0.0.1/16"]}, ["cidrs '10.0.0.1/16' is no IPv4 range", "host bits"]),
        ({"security_group_ids": ["default"]}, ["producers.security_group_ids.0", "'default'"]),
        (
            {"vpcs": [{"subnet_ids": ["subnet-0a1b2c3d"], "security_group_ids": ["sg-0a1b2c3d"]}]},
            ["subnet_ids", "at least 2"],
        ),
        ({"vpcs": [{}] * 5}, ["producers.vpcs", "at most 4"]),
    ],
)
def test_producers_that_msk_would_refuse_are_refused(producers: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config("dev", {"kafka": {"source": {"type": "msk_serverless", "producers": producers}}})
    assert [word for word in words if word not in str(caught.value)] == []
