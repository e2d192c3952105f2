"""What each way to reach Kafka needs, exactly: the mapping, the rights, the rules, the endpoints."""

from typing import Any

import pytest

from stacks.config import load_config
from tests.unit.stacks.synthesis import CONFIG, Synthesis, synthesize, synthesize_config

CLUSTER = "arn:aws:kafka:eu-west-1:111122223333:cluster/events/0a1b2c3d-1111-2222-3333-444455556666-7"
TOPIC = CLUSTER.replace(":cluster/", ":topic/")
GROUP = CLUSTER.replace(":cluster/", ":group/")
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:AmazonMSK_live-viewers-AbCdEf"
PRIVATE_CA = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:private-ca-GhIjKl"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666"
DEFAULT_TOPIC = "snowplow-enriched-good"


def kafka_mappings(synthesis: Synthesis) -> list[dict[str, Any]]:
    found = synthesis.of_type("AWS::Lambda::EventSourceMapping")
    return [mapping for mapping in found if "Topics" in mapping]


def endpoints(synthesis: Synthesis) -> set[str]:
    """The services of all endpoints: what stands last in com.amazonaws.<region>.<service>."""
    names = [endpoint["ServiceName"] for endpoint in synthesis.of_type("AWS::EC2::VPCEndpoint")]
    joined = [name if isinstance(name, str) else "".join(map(str, name["Fn::Join"][1])) for name in names]
    return {name.rsplit(".", 1)[-1] for name in joined}


def rules(synthesis: Synthesis, direction: str) -> set[tuple[int, int]]:
    return {(r["FromPort"], r["ToPort"]) for r in synthesis.of_type(f"AWS::EC2::SecurityGroup{direction}")}


def kafka_actions(synthesis: Synthesis) -> set[str]:
    prefixes = ("kafka", "secretsmanager", "kms", "ec2", "sqs", "sns")
    return {
        action
        for statement in synthesis.statements_of("ProcessEvents")
        for action in statement["Action"]
        if action.split(":")[0].startswith(prefixes)
    }


CLUSTER_READ = {"kafka:DescribeCluster", "kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"}
INTERFACES = {
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
}
# What AWS Lambda's developer guide lists, "Configuring Amazon MSK cluster authentication methods".
IAM_SIGN_IN = {
    "kafka-cluster:Connect",
    "kafka-cluster:DescribeClusterDynamicConfiguration",
    "kafka-cluster:DescribeTopic",
    "kafka-cluster:ReadData",
    "kafka-cluster:DescribeGroup",
    "kafka-cluster:AlterGroup",
}
READ_SECRET = {"secretsmanager:GetSecretValue"}


@pytest.mark.parametrize(
    ("name", "rights"),
    [
        ("msk-iam-low-latency", CLUSTER_READ | INTERFACES | IAM_SIGN_IN),
        ("msk-iam-economy-new-endpoints", CLUSTER_READ | INTERFACES | IAM_SIGN_IN),
        ("msk-scram-economy-new-endpoints", CLUSTER_READ | INTERFACES | READ_SECRET | {"kms:Decrypt"}),
        ("msk-mtls-provisioned", CLUSTER_READ | INTERFACES | READ_SECRET),
        ("msk-serverless-low-latency", CLUSTER_READ | INTERFACES | IAM_SIGN_IN),
        ("msk-serverless-economy", CLUSTER_READ | INTERFACES | IAM_SIGN_IN),
        ("self-managed-scram-256-internet", READ_SECRET),
        ("self-managed-basic-internet", READ_SECRET),
        ("self-managed-scram-512-vpc-private-ca", INTERFACES | READ_SECRET | {"kms:Decrypt"}),
        ("self-managed-mtls-vpc", INTERFACES | READ_SECRET),
        ("self-managed-tls-vpc", INTERFACES | READ_SECRET),
        ("retries-end-in-kafka", CLUSTER_READ | INTERFACES | IAM_SIGN_IN | {"kafka-cluster:WriteData"}),
        (
            "retries-end-in-a-queue-economy",
            CLUSTER_READ | INTERFACES | IAM_SIGN_IN | {"sqs:SendMessage", "kms:GenerateDataKey", "kms:Decrypt"},
        ),
        ("msk-serverless-retries-end-in-s3", CLUSTER_READ | INTERFACES | IAM_SIGN_IN | {"kms:GenerateDataKey"}),
        ("msk-serverless-two-topics", CLUSTER_READ | INTERFACES | IAM_SIGN_IN | {"kafka-cluster:WriteData"}),
        ("local", set()),
    ],
)
def test_a_source_gets_the_rights_it_needs_and_no_more(name: str, rights: set[str]) -> None:
    assert kafka_actions(synthesize(name)) == rights


@pytest.mark.parametrize(
    ("name", "services", "ports"),
    [
        ("msk-iam-low-latency", set(), set()),
        ("msk-iam-economy-new-endpoints", {"lambda", "sts"}, {9098, 443}),
        ("msk-scram-economy-new-endpoints", {"lambda", "sts", "secretsmanager"}, {9096, 443}),
        # Provisioned pollers reach AWS's services without the VPC.
        ("msk-mtls-provisioned", set(), {9094}),
        ("msk-serverless-low-latency", set(), {9098}),
        ("msk-serverless-economy", {"lambda", "sts"}, {9098, 443}),
        ("self-managed-scram-512-vpc-private-ca", {"lambda", "sts", "secretsmanager"}, {9096, 443}),
        # A destination is reached from inside the VPC, whatever polls.
        ("retries-end-in-a-queue-economy", {"lambda", "sts", "sqs"}, {9098, 443}),
        ("msk-serverless-retries-end-in-s3", {"s3"}, {9098, 443}),
        ("self-managed-mtls-vpc", set(), set()),
        ("self-managed-scram-256-internet", set(), set()),
    ],
)
def test_a_source_gets_the_rules_and_endpoints_it_needs_and_no_more(
    name: str, services: set[str], ports: set[int]
) -> None:
    synthesis = synthesize(name)
    assert endpoints(synthesis) == services
    pairs = {(port, port) for port in ports}
    assert rules(synthesis, "Ingress") == pairs
    assert rules(synthesis, "Egress") == pairs


def test_rules_admit_the_security_group_itself_and_nobody_else() -> None:
    for rule in synthesize("msk-scram-economy-new-endpoints").all_of_type("AWS::EC2::SecurityGroupIngress"):
        assert rule["GroupId"] == rule["SourceSecurityGroupId"] == "sg-0a1b2c3d"
        assert "CidrIp" not in rule


def test_iam_sign_in_reads_its_topics_in_its_groups_alone() -> None:
    synthesis = synthesize("several-topics-at-timestamp")
    for action in ("Connect", "DescribeClusterDynamicConfiguration"):
        assert synthesis.resources_for("ProcessEvents", f"kafka-cluster:{action}") == [CLUSTER]
    assert synthesis.resources_for("ProcessEvents", "kafka-cluster:ReadData") == [
        f"{TOPIC}/snowplow-enriched-json",
        f"{TOPIC}/viewer-json",
    ]
    assert synthesis.resources_for("ProcessEvents", "kafka-cluster:AlterGroup") == [
        f"{GROUP}/media-team/snowplow-enriched-json",
        f"{GROUP}/media-team/viewer-json",
    ]


def test_a_new_cluster_is_read_by_arns_made_from_its_own() -> None:
    topic = str(synthesize("msk-serverless-economy").resources_for("ProcessEvents", "kafka-cluster:ReadData"))
    assert ":topic/" in topic
    assert f"/{DEFAULT_TOPIC}" in topic
    assert "KafkaCluster" in topic


def test_secrets_are_named_one_by_one() -> None:
    synthesis = synthesize("self-managed-scram-512-vpc-private-ca")
    assert synthesis.resources_for("ProcessEvents", "secretsmanager:GetSecretValue") == [SECRET, PRIVATE_CA]
    assert synthesis.resources_for("ProcessEvents", "kms:Decrypt") == [KEY]


@pytest.mark.parametrize(
    ("name", "access"),
    [
        ("msk-scram-economy-new-endpoints", [("SASL_SCRAM_512_AUTH", SECRET)]),
        ("msk-mtls-provisioned", [("CLIENT_CERTIFICATE_TLS_AUTH", SECRET)]),
        ("self-managed-scram-256-internet", [("SASL_SCRAM_256_AUTH", SECRET)]),
        ("self-managed-basic-internet", [("BASIC_AUTH", SECRET)]),
        (
            "self-managed-scram-512-vpc-private-ca",
            [
                ("SASL_SCRAM_512_AUTH", SECRET),
                ("SERVER_ROOT_CA_CERTIFICATE", PRIVATE_CA),
                ("VPC_SUBNET", "subnet:subnet-0a1b2c3d"),
                ("VPC_SUBNET", "subnet:subnet-1a1b2c3d"),
                ("VPC_SECURITY_GROUP", "security_group:sg-0a1b2c3d"),
            ],
        ),
        (
            "self-managed-mtls-vpc",
            [
                ("CLIENT_CERTIFICATE_TLS_AUTH", SECRET),
                ("VPC_SUBNET", "subnet:subnet-0a1b2c3d"),
                ("VPC_SUBNET", "subnet:subnet-1a1b2c3d"),
                ("VPC_SECURITY_GROUP", "security_group:sg-0a1b2c3d"),
            ],
        ),
        ("msk-iam-low-latency", []),
        ("local", []),
    ],
)
def test_a_mapping_signs_in_as_configured(name: str, access: list[tuple[str, str]]) -> None:
    (mapping,) = kafka_mappings(synthesize(name))
    given = mapping.get("SourceAccessConfigurations", [])
    assert [(entry["Type"], entry["URI"]) for entry in given] == access


def test_the_low_latency_preset_is_provisioned_without_a_window() -> None:
    (mapping,) = kafka_mappings(synthesize("msk-iam-low-latency"))
    assert mapping["EventSourceArn"] == CLUSTER
    assert mapping["ProvisionedPollerConfig"] == {"MinimumPollers": 1, "MaximumPollers": 4}
    assert mapping["MaximumBatchingWindowInSeconds"] == 0
    assert mapping["BatchSize"] == 10_000
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    group = {"ConsumerGroupId": f"live-viewers-msk-iam-low-latency-{DEFAULT_TOPIC}"}
    assert mapping["AmazonManagedKafkaEventSourceConfig"] == group


def test_the_economy_preset_polls_on_demand_with_a_window() -> None:
    (mapping,) = kafka_mappings(synthesize("self-managed-basic-internet"))
    assert "ProvisionedPollerConfig" not in mapping
    assert mapping["MaximumBatchingWindowInSeconds"] == 2


@pytest.mark.parametrize("name", ["msk-iam-low-latency", "self-managed-basic-internet", "local"])
def test_presets_retry_until_a_batch_succeeds(name: str) -> None:
    (mapping,) = kafka_mappings(synthesize(name))
    retries = {"DestinationConfig", "MaximumRetryAttempts", "MaximumRecordAgeInSeconds"}
    assert retries.isdisjoint(mapping)


def test_each_topic_is_a_mapping_with_a_group_of_its_own() -> None:
    mappings = kafka_mappings(synthesize("several-topics-at-timestamp"))
    groups = {m["Topics"][0]: m["AmazonManagedKafkaEventSourceConfig"]["ConsumerGroupId"] for m in mappings}
    assert groups == {
        "snowplow-enriched-json": "media-team/snowplow-enriched-json",
        "viewer-json": "media-team/viewer-json",
    }
    for mapping in mappings:
        assert mapping["StartingPosition"] == "AT_TIMESTAMP"
        assert mapping["StartingPositionTimestamp"] == 1767225600
        assert mapping["BatchSize"] == 2500
        assert mapping["MaximumBatchingWindowInSeconds"] == 1
        pattern = '{"value":{"event_name":[{"anything-but":["page_view","page_ping"]}]}}'
        assert mapping["FilterCriteria"] == {"Filters": [{"Pattern": pattern}]}


def test_retries_that_end_go_to_the_bucket_with_all_they_need() -> None:
    synthesis = synthesize("retries-end-in-s3")
    (mapping,) = kafka_mappings(synthesis)
    bucket = "arn:aws:s3:::live-viewers-on-failure"
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": bucket}}
    assert mapping["MaximumRetryAttempts"] == 5
    assert mapping["MaximumRecordAgeInSeconds"] == 3600
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["LoggingConfig"] == {"SystemLogLevel": "INFO"}
    assert mapping["MetricsConfig"] == {"Metrics": ["EventCount", "ErrorCount", "KafkaMetrics"]}
    assert f"{bucket}/aws/lambda/*" in synthesis.resources_for("ProcessEvents", "s3:PutObject")
    assert bucket in synthesis.resources_for("ProcessEvents", "s3:ListBucket")
    assert f"{bucket}/aws/lambda/*" in synthesis.resources_for("RedriveRejected", "s3:GetObject")


def test_retries_that_end_in_a_queue_may_write_that_queue_alone() -> None:
    synthesis = synthesize("retries-end-in-a-queue-economy")
    (mapping,) = kafka_mappings(synthesis)
    queue = "arn:aws:sqs:eu-west-1:111122223333:live-viewers-on-failure"
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": queue}}
    assert synthesis.resources_for("ProcessEvents", "sqs:SendMessage") == [queue]
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        assert synthesis.resources_for("ProcessEvents", action) == [KEY]


def test_what_is_encrypted_in_the_bucket_can_be_redriven() -> None:
    synthesis = synthesize("msk-serverless-retries-end-in-s3")
    assert synthesis.resources_for("ProcessEvents", "kms:GenerateDataKey") == [KEY]
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        assert synthesis.resources_for("RedriveRejected", action) == [KEY]
    (endpoint,) = synthesis.of_type("AWS::EC2::VPCEndpoint")
    assert endpoint["DnsOptions"] == {"PrivateDnsOnlyForInboundResolverEndpoint": "AllResolvers"}


def test_reading_can_be_paused() -> None:
    paused = kafka_mappings(synthesize("several-topics-at-timestamp"))
    assert [mapping["Enabled"] for mapping in paused] == [False, False]
    assert [mapping["Enabled"] for mapping in kafka_mappings(synthesize("prod"))] == [True]


def test_retries_that_end_in_a_topic_may_write_that_topic_alone() -> None:
    synthesis = synthesize("retries-end-in-kafka")
    assert synthesis.resources_for("ProcessEvents", "kafka-cluster:WriteData") == [f"{TOPIC}/live-viewers-dead"]


def test_mappings_wait_for_the_rights_and_the_network() -> None:
    resources = synthesize("msk-serverless-economy").resources
    mappings = [r for r in resources.values() if r["Type"] == "AWS::Lambda::EventSourceMapping"]
    (mapping,) = [mapping for mapping in mappings if "Topics" in mapping["Properties"]]
    waited_for = [resources[logical_id]["Type"] for logical_id in mapping["DependsOn"]]
    assert "AWS::IAM::Policy" in waited_for
    assert "AWS::MSK::ServerlessCluster" in waited_for
    assert "AWS::EC2::VPCEndpoint" in waited_for


def test_a_new_cluster_has_private_subnets_and_no_way_out() -> None:
    synthesis = synthesize("msk-serverless-economy")
    assert len(synthesis.of_type("AWS::EC2::Subnet")) == 3
    for way_out in ("AWS::EC2::NatGateway", "AWS::EC2::InternetGateway"):
        assert synthesis.of_type(way_out) == []
    (cluster,) = synthesis.of_type("AWS::MSK::ServerlessCluster")
    assert cluster["ClientAuthentication"] == {"Sasl": {"Iam": {"Enabled": True}}}


def test_stage_local_reads_a_plain_broker() -> None:
    (mapping,) = kafka_mappings(synthesize("local"))
    servers = mapping["SelfManagedEventSource"]["Endpoints"]["KafkaBootstrapServers"]
    assert servers == ["127.0.0.1:9092"]
    group = mapping["SelfManagedKafkaEventSourceConfig"]["ConsumerGroupId"]
    assert group == f"live-viewers-local-{DEFAULT_TOPIC}"


def test_a_step_without_mappings_keeps_all_else() -> None:
    config = load_config("msk-iam-low-latency", CONFIG / "examples")
    between = synthesize_config("msk-iam-low-latency", config, with_mappings=False)
    before = synthesize("msk-iam-low-latency")
    gone = set(before.resources) - set(between.resources)
    assert {before.resources[logical_id]["Type"] for logical_id in gone} == {"AWS::Lambda::EventSourceMapping"}
    assert set(between.resources) < set(before.resources)
    assert kafka_mappings(between) == []


def test_a_cluster_has_no_tags_for_another_tag_would_make_another_cluster() -> None:
    (cluster,) = synthesize("dev").of_type("AWS::MSK::ServerlessCluster")
    assert "Tags" not in cluster
