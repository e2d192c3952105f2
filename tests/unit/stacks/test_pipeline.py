"""From the tracker to the topic that is read: what stands there, who reaches it, and what it may do."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stage

from stacks.config import load_config, parse_config
from stacks.config_errors import ConfigError
from stacks.pipeline_config import ENRICH_IMAGE, ENRICH_IMAGE_FOR_IAM, PipelineConfig
from tests.unit.stacks.synthesis import CONFIG, Synthesis, synthesize, synthesize_with_assets
from tests.unit.stacks.test_kafka_topics import topic_names
from tests.unit.stacks.test_pipeline_settings import SOURCES, configured

NEW, SCRAM, YOURS = "msk-serverless-pipeline", "msk-scram-pipeline", "self-managed-pipeline"
WITH_PIPELINE = [NEW, SCRAM, YOURS]
RUNBOOK = Path(__file__).parents[3] / "docs/runbook.md"
MARKER = re.compile(r"(<<marker:0x[0-9a-f]+:\d+>>)")
TRACKER_PATH = "/com.snowplowanalytics.snowplow/*"


def task(name: str, program: str) -> dict[str, Any]:
    family = f"live-viewers-{name}-{program}"
    (found,) = [t for t in synthesize(name).of_type("AWS::ECS::TaskDefinition") if t["Family"] == family]
    return found


def container(name: str, program: str, container_name: str | None = None) -> dict[str, Any]:
    containers = task(name, program)["ContainerDefinitions"]
    (found,) = [one for one in containers if one["Name"] == (container_name or program)]
    return dict(found)


def environment(name: str, program: str, container_name: str | None = None) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in container(name, program, container_name)["Environment"]}


def services(name: str) -> dict[str, dict[str, Any]]:
    """By the id of their task's family."""
    synthesis = synthesize(name)
    families = {
        key: resource["Properties"]["Family"].rsplit("-", 1)[1]
        for key, resource in synthesis.resources.items()
        if resource["Type"] == "AWS::ECS::TaskDefinition"
    }
    return {families[s["TaskDefinition"]["Ref"]]: s for s in synthesis.of_type("AWS::ECS::Service")}


def role_of_task(synthesis: Synthesis, name: str, program: str, kind: str = "TaskRoleArn") -> dict[str, list[Any]]:
    """Resources by action."""
    role = task(name, program)[kind]["Fn::GetAtt"][0]
    found: dict[str, list[Any]] = {}
    for policy in synthesis.of_type("AWS::IAM::Policy"):
        if {"Ref": role} not in policy["Roles"]:
            continue
        for statement in policy["PolicyDocument"]["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            for action in actions if isinstance(actions, list) else [actions]:
                found.setdefault(action, []).extend(resources if isinstance(resources, list) else [resources])
    return found


def inside(resources: list[Any]) -> list[str]:
    """The names at the end of topics' and groups' ARNs."""
    return sorted(str(arn["Fn::Join"][1][-1]).removeprefix("/") for arn in resources)


def page_config(name: str) -> dict[str, Any]:
    """The config.json beside the pages, as it is when the deployment has put in what it knows."""
    synthesis = synthesize_with_assets(name)
    markers: dict[str, Any] = {}
    for upload in synthesis.of_type("Custom::CDKBucketDeployment"):
        for found in upload.get("SourceMarkers", []):
            markers |= found
    assert synthesis.stack
    stage = Stage.of(synthesis.stack)
    assert stage
    (written,) = Path(stage.outdir).glob("asset.*/config.json")
    # Each marker stands for a JSON string.
    config: dict[str, Any] = json.loads(MARKER.sub(r'"\1"', written.read_text()))
    return {key: _known(markers[value]) if str(value) in markers else value for key, value in config.items()}


def _known(value: Any) -> Any:
    """The marker's value without the quotes that make it JSON."""
    first, *rest = value["Fn::Join"][1]
    joined = [first.removeprefix('"'), *rest[:-1], rest[-1].removesuffix('"')]
    return {"Fn::Join": ["", [part for part in joined if part]]}


@pytest.mark.parametrize("name", WITH_PIPELINE)
def test_the_collector_stands_under_the_site_s_own_name(name: str) -> None:
    synthesis = synthesize(name)
    (distribution,) = synthesis.of_type("AWS::CloudFront::Distribution")
    config = distribution["DistributionConfig"]
    behaviours = {one["PathPattern"]: one for one in config["CacheBehaviors"]}
    assert set(behaviours) == {"/v1/*", "/socket", TRACKER_PATH}
    tracker = behaviours[TRACKER_PATH]
    caching_disabled, all_of_viewer = (
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "216adef6-5c7f-47e4-b989-5492eafa07d3",
    )
    assert tracker["CachePolicyId"] == caching_disabled
    assert tracker["OriginRequestPolicyId"] == all_of_viewer
    assert tracker["ViewerProtocolPolicy"] == "https-only"
    assert {"POST", "OPTIONS"} <= set(tracker["AllowedMethods"])
    (origin,) = [one for one in config["Origins"] if one["Id"] == tracker["TargetOriginId"]]
    assert "VpcOriginConfig" in origin
    (vpc_origin,) = synthesis.of_type("AWS::CloudFront::VpcOrigin")
    assert vpc_origin["VpcOriginEndpointConfig"]["OriginProtocolPolicy"] == "http-only"
    # CloudFront's names are global: the same stage may stand in a second region.
    assert {"Ref": "AWS::Region"} in vpc_origin["VpcOriginEndpointConfig"]["Name"]["Fn::Join"][1]


@pytest.mark.parametrize("name", WITH_PIPELINE)
def test_the_video_page_s_tracker_posts_to_the_site(name: str) -> None:
    synthesis = synthesize(name)
    outputs = synthesis.template.to_json()["Outputs"]
    assert outputs["CollectorUrl"]["Value"] == outputs["SiteUrl"]["Value"]
    assert page_config(name)["collectorUrl"] == page_config(name)["apiUrl"] == outputs["SiteUrl"]["Value"]
    assert page_config("prod").get("collectorUrl") is None
    assert {"name": "country", "open": False} in page_config("prod")["dimensions"]
    assert "CollectorUrl" not in synthesize("prod").template.to_json()["Outputs"]


@pytest.mark.parametrize("name", WITH_PIPELINE)
def test_the_collector_has_no_public_name_and_is_watched(name: str) -> None:
    synthesis = synthesize(name)
    (balancer,) = synthesis.of_type("AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internal"
    assert len(balancer["Subnets"]) == 2
    (target,) = synthesis.of_type("AWS::ElasticLoadBalancingV2::TargetGroup")
    assert (target["HealthCheckPath"], target["Port"], target["TargetType"]) == ("/health", 8080, "ip")
    collector, enrich = services(name)["collector"], services(name)["enrich"]
    assert collector["LoadBalancers"][0]["ContainerPort"] == 8080
    for service in (collector, enrich):
        assert service["LaunchType"] == "FARGATE"
        assert service["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}


@pytest.mark.parametrize("name", WITH_PIPELINE)
def test_only_the_load_balancer_reaches_the_tasks(name: str) -> None:
    resources = synthesize(name).resources
    (tasks,) = [key for key in resources if key.startswith("PipelineTasksGroup") and "from" not in key]
    own = resources[tasks]["Properties"]
    assert "SecurityGroupIngress" not in own
    assert {rule["FromPort"] for rule in own["SecurityGroupEgress"]} == {80, 443}
    incoming = [
        resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "AWS::EC2::SecurityGroupIngress"
        and resource["Properties"]["GroupId"] == {"Fn::GetAtt": [tasks, "GroupId"]}
    ]
    assert [rule["FromPort"] for rule in incoming] == [8080]
    assert "PipelineBalancerGroup" in str(incoming[0]["SourceSecurityGroupId"])
    # Being a member of the brokers' group must not open that group to the load balancer.
    from_balancer = [
        resource["Properties"]["GroupId"]
        for resource in resources.values()
        if resource["Type"] == "AWS::EC2::SecurityGroupIngress"
        and "PipelineBalancerGroup" in str(resource["Properties"].get("SourceSecurityGroupId"))
    ]
    assert from_balancer == [{"Fn::GetAtt": [tasks, "GroupId"]}]


def test_tasks_reach_the_new_cluster_as_producers_do_and_start_when_its_topics_are_there() -> None:
    synthesis = synthesize(NEW)
    groups = services(NEW)["enrich"]["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"]
    assert any("KafkaProducersSecurityGroup" in str(group) for group in groups)
    (topics,) = [key for key, one in synthesis.resources.items() if one["Type"] == "Custom::KafkaTopics"]
    for program in ("collector", "enrich"):
        brokers = environment(NEW, program)["KAFKA_BROKERS"]
        assert brokers == {"Fn::GetAtt": [topics, "BootstrapServers"]}


def test_the_new_cluster_gets_the_topics_of_the_pipeline() -> None:
    synthesis = synthesize(NEW)
    (made,) = synthesis.of_type("Custom::KafkaTopics")
    assert made["Topics"] == ["snowplow-enriched-good", "snowplow-raw-good", "snowplow-bad"]
    assert topic_names(synthesis, "kafka-cluster:CreateTopic") == sorted(made["Topics"])


def test_the_brokers_keep_their_addresses_and_stay_private() -> None:
    def ranges(name: str, kind: str) -> list[str]:
        return [
            subnet["CidrBlock"]
            for subnet in synthesize(name).of_type("AWS::EC2::Subnet")
            if {"Key": "aws-cdk:subnet-type", "Value": kind} in subnet["Tags"]
        ]

    assert ranges(NEW, "Isolated") == ranges("msk-serverless-low-latency", "Isolated")
    assert len(ranges(NEW, "Public")) == 2
    assert ranges("msk-serverless-low-latency", "Public") == []
    network = services(NEW)["collector"]["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "ENABLED"
    assert all("public" in str(subnet) for subnet in network["Subnets"])
    assert synthesize(NEW).of_type("AWS::EC2::NatGateway") == []


def test_iam_lets_each_program_do_its_part() -> None:
    synthesis = synthesize(NEW)
    collector = role_of_task(synthesis, NEW, "collector")
    assert set(collector) == {
        f"kafka-cluster:{action}" for action in ("Connect", "WriteDataIdempotently", "DescribeTopic", "WriteData")
    }
    assert inside(collector["kafka-cluster:WriteData"]) == ["snowplow-bad", "snowplow-raw-good"]
    enrich = role_of_task(synthesis, NEW, "enrich")
    assert inside(enrich["kafka-cluster:WriteData"]) == ["snowplow-bad", "snowplow-enriched-good"]
    assert inside(enrich["kafka-cluster:ReadData"]) == ["snowplow-raw-good"]
    assert inside(enrich["kafka-cluster:AlterGroup"]) == [f"live-viewers-{NEW}-enrich"]


@pytest.mark.parametrize("name", [SCRAM, YOURS])
def test_other_sign_ins_take_their_secrets_into_the_environment_and_nothing_else(name: str) -> None:
    synthesis = synthesize(name)
    for program in ("collector", "enrich"):
        databases = {"s3:GetObject"} if (name, program) == (SCRAM, "enrich") else set()
        assert set(role_of_task(synthesis, name, program)) == databases
        secrets = {one["Name"]: one["ValueFrom"] for one in container(name, program)["Secrets"]}
        assert set(secrets) == (
            {"KAFKA_USERNAME", "KAFKA_PASSWORD"}
            if name == SCRAM
            else {"KAFKA_CERTIFICATE", "KAFKA_PRIVATE_KEY", "KAFKA_ROOT_CA"}
        )
        allowed = role_of_task(synthesis, name, program, "ExecutionRoleArn")
        read = set(allowed["secretsmanager:GetSecretValue"])
        assert {arn.rsplit(":", 3)[0] for arn in secrets.values()} == read
        assert ("kms:Decrypt" in allowed) == (name == SCRAM)


def test_pinned_images_that_can_sign_in() -> None:
    assert container(NEW, "enrich")["Image"] == ENRICH_IMAGE_FOR_IAM
    assert container(SCRAM, "enrich")["Image"] == container(YOURS, "enrich")["Image"] == ENRICH_IMAGE
    for name in WITH_PIPELINE:
        for definition in synthesize(name).all_of_type("AWS::ECS::TaskDefinition"):
            for one in definition["ContainerDefinitions"]:
                assert ":" in one["Image"].rsplit("/", 1)[1]
                assert not one["Image"].endswith(":latest")


@pytest.mark.parametrize("name", WITH_PIPELINE)
def test_each_program_gets_its_files_and_the_licence_s_acceptance(name: str) -> None:
    for program, files in (("collector", ["collector.hocon"]), ("enrich", ["enrich.hocon", "resolver.json"])):
        runs = container(name, program)
        assert environment(name, program)["ACCEPT_LIMITED_USE_LICENSE"] == "yes"
        assert runs["DependsOn"] == [{"ContainerName": "settings", "Condition": "SUCCESS"}]
        assert runs["MountPoints"] == [
            {"ContainerPath": "/settings", "ReadOnly": True, "SourceVolume": "settings"}
        ]
        script = container(name, program, "settings")["Command"][-1]
        for file in files:
            assert f"/settings/{file}" in runs["Command"]
            assert f"> /settings/{file}" in script
        for text in environment(name, program, "settings").values():
            assert base64.b64decode(text, validate=True).decode().strip()
    assert container(name, "enrich")["Command"][-1] == "/settings/enrichments"
    script = container(name, "enrich", "settings")["Command"][-1]
    assert "> /settings/enrichments/yauaa_enrichment_config.json" in script
    assert "mkdir -p /settings/enrichments" in container(name, "enrich", "settings")["Command"][-1]


def test_enrich_may_read_its_databases_and_nothing_else_of_s3() -> None:
    allowed = role_of_task(synthesize(SCRAM), SCRAM, "enrich")
    (arn,) = allowed["s3:GetObject"]
    assert arn["Fn::Join"][1][-1] == ":s3:::example-data/maxmind/GeoLite2-City.mmdb"
    assert [action for action in allowed if action.startswith("s3:")] == ["s3:GetObject"]
    assert "> /settings/enrichments/ip_lookups.json" in container(SCRAM, "enrich", "settings")["Command"][-1]
    for name in (NEW, YOURS):
        assert not [
            action for action in role_of_task(synthesize(name), name, "enrich") if action.startswith("s3:")
        ]
        assert "ip_lookups" not in container(name, "enrich", "settings")["Command"][-1]


@pytest.mark.parametrize("name", WITH_PIPELINE)
def test_what_stands_still_raises_an_alarm_that_the_runbook_knows(name: str) -> None:
    prefix = f"live-viewers-{name}-"
    alarms = {a["AlarmName"].removeprefix(prefix): a for a in synthesize(name).of_type("AWS::CloudWatch::Alarm")}
    expected = {"CollectorNotRunning", "CollectorUnhealthy", "CollectorErrors", "EnrichNotRunning"}
    assert expected <= set(alarms)
    assert ("EnrichBehind" in alarms) == (name != YOURS)
    for silent in ("CollectorNotRunning", "EnrichNotRunning"):
        assert alarms[silent]["TreatMissingData"] == "breaching"
    text = RUNBOOK.read_text(encoding="utf-8")
    assert [alarm for alarm in alarms if f"`{alarm}`" not in text] == []


def test_logs_of_both_are_kept_as_all_logs_are() -> None:
    resources = synthesize(NEW).resources
    for program in ("Collector", "Enrich"):
        (group,) = [one for key, one in resources.items() if key.startswith(f"Pipeline{program}Logs")]
        assert group["Properties"]["RetentionInDays"] == 30
        assert group["DeletionPolicy"] == "Delete"


def test_nothing_of_the_pipeline_outlives_the_stack() -> None:
    kept = [
        key
        for key, resource in synthesize(NEW).resources.items()
        if resource.get("DeletionPolicy", "Delete") not in ("Delete",)
    ]
    assert kept == []


@pytest.mark.parametrize("name", ["prod", "dev", "local"])
def test_nothing_of_it_is_there_unless_it_is_asked_for(name: str) -> None:
    kinds = {resource["Type"] for resource in synthesize(name).resources.values()}
    assert [kind for kind in kinds if kind.startswith(("AWS::ECS", "AWS::ElasticLoadBalancing"))] == []


def test_one_command_asks_for_it_and_accepts_the_licence() -> None:
    config = load_config("dev", CONFIG, pipeline="on", accept_limited_use_licence="yes")
    assert config.pipeline == PipelineConfig(accept_limited_use_licence=True)
    assert load_config("dev", CONFIG, pipeline="off").pipeline is None
    assert load_config("dev", CONFIG, accept_limited_use_licence="yes").pipeline is None
    with pytest.raises(ConfigError, match=r"accept_limited_use_licence: yes \(or -c"):
        load_config("dev", CONFIG, pipeline="on")
    with pytest.raises(ConfigError, match="pipeline=perhaps"):
        load_config("dev", CONFIG, pipeline="perhaps")
    with pytest.raises(ConfigError, match="make demo"):
        parse_config("local", {"kafka": {"source": SOURCES["msk_serverless"]}, "pipeline": _accepted()})


def _accepted(**more: Any) -> dict[str, Any]:
    return {"accept_limited_use_licence": True} | more


@pytest.mark.parametrize(
    ("source", "pipeline", "reason"),
    [
        ("msk_serverless", {"accept_limited_use_licence": False}, "Limited Use Licence"),
        ("msk_serverless", _accepted(enrich_image=ENRICH_IMAGE), "no aws-msk-iam-auth"),
        ("msk iam", _accepted(enrich_image=ENRICH_IMAGE, bootstrap_servers=["b:9098"]), "or use sasl_scram_512"),
        ("msk_serverless", _accepted(bootstrap_servers=["b:9098"]), "msk_serverless has its own"),
        ("msk sasl_scram_512", _accepted(), "needs bootstrap_servers"),
        ("self-managed tls", _accepted(bootstrap_servers=["b:9098"]), "stands in kafka.source already"),
        ("msk_serverless", _accepted(enrich_image="snowplow/snowplow-enrich-kafka"), "pipeline.enrich_image"),
        ("msk_serverless", _accepted(collector_task=2), "known here: accept_limited_use_licence"),
    ],
)
def test_a_pipeline_that_can_t_stand_is_refused_with_its_reason(
    source: str, pipeline: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        parse_config("dev", {"kafka": {"source": SOURCES[source]}, "pipeline": pipeline})


def test_it_runs_beside_brokers_in_a_vpc_of_two_zones() -> None:
    on_the_internet = {key: value for key, value in SOURCES["self-managed basic"].items() if key != "network"}
    with pytest.raises(ConfigError, match=r"set kafka\.source\.network"):
        parse_config("dev", {"kafka": {"source": on_the_internet}, "pipeline": _accepted()})
    source = SOURCES["self-managed tls"]
    one_zone = source | {"network": source["network"] | {"subnet_ids": ["subnet-0a1b2c3d"]}}
    with pytest.raises(ConfigError, match="two zones"):
        parse_config("dev", {"kafka": {"source": one_zone}, "pipeline": _accepted()})


def test_a_new_vpc_must_have_room_for_its_public_subnets() -> None:
    for zones, narrow, wide in ((2, 23, 22), (3, 22, 21)):
        for prefix in (narrow, wide):
            source = {"type": "msk_serverless", "vpc_cidr": f"10.61.0.0/{prefix}", "availability_zones": zones}
            values = {"kafka": {"source": source}, "pipeline": _accepted()}
            if prefix == wide:
                parse_config("dev", values)
                continue
            with pytest.raises(ConfigError, match=f"to be /{wide} or wider"):
                parse_config("dev", values)


def test_it_brings_its_collector_and_its_partitions_count() -> None:
    many = {"type": "msk_serverless", "partitions": 84}
    with pytest.raises(ConfigError, match="84 partitions of 3 topics are more than 250"):
        parse_config("dev", {"kafka": {"source": many}, "pipeline": _accepted()})
    with pytest.raises(ConfigError, match=r"leave site\.collector_url out"):
        parse_config(
            "dev",
            {
                "kafka": {"source": SOURCES["msk_serverless"]},
                "site": {"collector_url": "https://collector.example.com"},
                "pipeline": _accepted(),
            },
        )


def test_an_image_of_your_own_is_yours_to_answer_for() -> None:
    own = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/enrich-with-iam:6.3.0"
    config = configured("msk_serverless", enrich_image=own)
    assert config.pipeline
    assert config.pipeline.enrich_image == own


def test_the_price_is_the_same_wherever_it_is_reported() -> None:
    docs = CONFIG.parent / "docs"
    section = (docs / "scale.md").read_text().split("### Collector and Enrich before it")[1].split("\n## ")[0]
    rows = [float(figure) for figure in re.findall(r"\| (\d+\.\d\d) \|$", section, re.MULTILINE)]
    assert len(rows) == 5
    assert round(sum(rows)) == 72
    for page in (CONFIG / "dev.yaml", docs / "pipeline.md", docs / "scale.md"):
        assert "72 USD a month (0.10 an hour)" in page.read_text()
