"""Snowplow's Collector and Enrich as Fargate services, from the site's CloudFront name to the stage's Kafka.

The Collector stands behind an internal load balancer, which CloudFront reaches as a VPC origin: nothing of it
has a public name. Enrich reads what the Collector wrote, finds schemas at Iglu Central, and writes the topic that
is read.
"""

import base64
from collections.abc import Iterable
from typing import Any

from aws_cdk import Duration, Stack, aws_cloudfront, aws_ec2, aws_ecs, aws_iam, aws_secretsmanager
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.constructs.kafka import KafkaSourceMappings
from stacks.constructs.kafka_arns import inside_cluster
from stacks.constructs.monitoring import Threshold
from stacks.constructs.nag import acknowledge
from stacks.constructs.pipeline_alarms import pipeline_thresholds
from stacks.constructs.pipeline_network import brokers_of
from stacks.constructs.pipeline_settings import (
    collector_settings,
    databases,
    enrich_group,
    enrich_settings,
    enrichments,
    resolver,
    signing_in,
)
from stacks.kafka_config import KafkaConfig
from stacks.kafka_sources import MskServerlessSource
from stacks.pipeline_config import BAD_TOPIC, RAW_TOPIC, PipelineConfig, image_of_enrich, signs_in_by_iam

COLLECTOR_PATH = "/com.snowplowanalytics.snowplow/*"
"""Trackers post to /com.snowplowanalytics.snowplow/tp2."""
COLLECTOR_PORT = 8080
SETTINGS_IMAGE = "public.ecr.aws/docker/library/busybox:1.37.0"
"""Writes the settings files into the volume that a program mounts, since its image takes files alone."""
SETTINGS = "/settings"
CPU, COLLECTOR_MIB, ENRICH_MIB = 512, 1024, 2048
WAYS_OUT = {443: "Images, schemas, logs, secrets", 80: "Iglu Central"}


class Pipeline(Construct):
    """`origin` is the Collector as CloudFront reaches it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        config: PipelineConfig,
        kafka: KafkaConfig,
        stage: str,
        mappings: KafkaSourceMappings,
        log_options: dict[str, Any],
    ) -> None:
        super().__init__(scope, construct_id)
        self._kafka, self._stage, self._log_options = kafka, stage, log_options
        self._brokers = brokers = brokers_of(self, config, kafka, mappings)
        self._client = signing_in(kafka)
        self._cluster = aws_ecs.Cluster(self, "Cluster", vpc=brokers.vpc)
        acknowledge(
            self._cluster,
            {"AwsSolutions-ECS4": "Container Insights costs by the metric; the services' own metrics have alarms"},
        )
        balancer_group = self._group("BalancerGroup", "Load balancer of the Collector")
        tasks_group = self._group("TasksGroup", "Collector and Enrich")
        http = aws_ec2.Port.tcp(80)
        # CloudFront comes from addresses of its managed list, whose id differs by region. The load balancer has no
        # public address, and what it takes anybody may send to CloudFront.
        balancer_group.add_ingress_rule(aws_ec2.Peer.any_ipv4(), http, "VPC origin of CloudFront")
        acknowledge(balancer_group, {"AwsSolutions-EC23": "an internal load balancer in front of a public intake"})
        collector_port = aws_ec2.Port.tcp(COLLECTOR_PORT)
        balancer_group.add_egress_rule(tasks_group, collector_port, "Collector")
        tasks_group.add_ingress_rule(balancer_group, collector_port, "Load balancer")
        for port, what in WAYS_OUT.items():
            tasks_group.add_egress_rule(aws_ec2.Peer.any_ipv4(), aws_ec2.Port.tcp(port), what)
        self._groups = [tasks_group, brokers.group]

        collector = self._service(
            "Collector",
            config.collector_image,
            COLLECTOR_MIB,
            config.collector_tasks,
            {"collector.hocon": collector_settings(self._client)},
            ["--config", f"{SETTINGS}/collector.hocon"],
            port=COLLECTOR_PORT,
        )
        enrich = self._service(
            "Enrich",
            image_of_enrich(config, kafka),
            ENRICH_MIB,
            config.enrich_tasks,
            {
                "enrich.hocon": enrich_settings(config, kafka, stage, self._client),
                "resolver.json": resolver(config),
                **{f"enrichments/{name}": text for name, text in enrichments(config).items()},
            },
            [
                *("--config", f"{SETTINGS}/enrich.hocon"),
                *("--iglu-config", f"{SETTINGS}/resolver.json"),
                *("--enrichments", f"{SETTINGS}/enrichments"),
            ],
        )
        self._grant_kafka(collector, writes=[RAW_TOPIC, BAD_TOPIC])
        self._grant_kafka(enrich, writes=[kafka.topics[0], BAD_TOPIC], reads=RAW_TOPIC)
        self._grant_databases(enrich, databases(config).values())
        target = self._balanced(collector, balancer_group)
        self.thresholds: list[Threshold] = pipeline_thresholds(
            collector, enrich, target, brokers.cluster_name, enrich_group(stage)
        )

    def _group(self, construct_id: str, what: str) -> aws_ec2.SecurityGroup:
        return aws_ec2.SecurityGroup(
            self, construct_id, vpc=self._brokers.vpc, description=what, allow_all_outbound=False
        )

    def _service(
        self,
        name: str,
        image: str,
        memory_mib: int,
        tasks: int,
        files: dict[str, str],
        command: list[str],
        port: int | None = None,
    ) -> aws_ecs.FargateService:
        task = aws_ecs.FargateTaskDefinition(
            self,
            f"{name}Task",
            cpu=CPU,
            memory_limit_mib=memory_mib,
            family=f"live-viewers-{self._stage}-{name.lower()}",
        )
        task.add_volume(name="settings")
        log_group = logs.LogGroup(self, f"{name}Logs", **self._log_options)
        writer = task.add_container(
            "settings",
            image=aws_ecs.ContainerImage.from_registry(SETTINGS_IMAGE),
            essential=False,
            environment={_variable(file): _encoded(text) for file, text in files.items()},
            command=["sh", "-ec", _write(files)],
            logging=aws_ecs.LogDriver.aws_logs(stream_prefix="settings", log_group=log_group),
        )
        writer.add_mount_points(
            aws_ecs.MountPoint(container_path=SETTINGS, read_only=False, source_volume="settings")
        )
        program = task.add_container(
            name.lower(),
            image=aws_ecs.ContainerImage.from_registry(image),
            command=command,
            environment={
                "ACCEPT_LIMITED_USE_LICENSE": "yes",
                "KAFKA_BROKERS": self._brokers.bootstrap_servers,
                "JAVA_TOOL_OPTIONS": "-XX:MaxRAMPercentage=70",
            },
            secrets=self._secrets(name, task),
            port_mappings=[aws_ecs.PortMapping(container_port=port)] if port else None,
            stop_timeout=Duration.seconds(60),
            logging=aws_ecs.LogDriver.aws_logs(stream_prefix=name.lower(), log_group=log_group),
        )
        program.add_mount_points(
            aws_ecs.MountPoint(container_path=SETTINGS, read_only=True, source_volume="settings")
        )
        program.add_container_dependencies(
            aws_ecs.ContainerDependency(container=writer, condition=aws_ecs.ContainerDependencyCondition.SUCCESS)
        )
        acknowledge(
            task, {"AwsSolutions-ECS2": "addresses and settings; what is secret comes from Secrets Manager"}
        )
        return aws_ecs.FargateService(
            self,
            name,
            cluster=self._cluster,
            task_definition=task,
            desired_count=tasks,
            assign_public_ip=self._brokers.public_ip,
            vpc_subnets=self._brokers.tasks,
            security_groups=self._groups,
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=aws_ecs.DeploymentCircuitBreaker(rollback=True),
            health_check_grace_period=Duration.minutes(2) if port else None,
        )

    def _secrets(self, name: str, task: aws_ecs.FargateTaskDefinition) -> dict[str, aws_ecs.Secret]:
        source = self._kafka.source
        if not isinstance(source, MskServerlessSource) and source.secret_kms_key_arn and self._client.secrets:
            decrypt = aws_iam.PolicyStatement(actions=["kms:Decrypt"], resources=[source.secret_kms_key_arn])
            task.add_to_execution_role_policy(decrypt)
        found: dict[str, aws_ecs.Secret] = {}
        for variable, value in self._client.secrets.items():
            secret = aws_secretsmanager.Secret.from_secret_complete_arn(
                self, f"{name}{variable}", value.secret_arn
            )
            found[variable] = aws_ecs.Secret.from_secrets_manager(secret, value.field)
        return found

    def _grant_kafka(self, service: aws_ecs.FargateService, writes: list[str], reads: str | None = None) -> None:
        """What IAM sign-in asks of a producer and a consumer; producers of today are idempotent.

        Source: Amazon MSK developer guide, "Semantics of IAM authorization policy actions and resources".
        """
        arn = self._brokers.cluster_arn
        if arn is None or not signs_in_by_iam(self._kafka):
            return
        role = service.task_definition.task_role

        def allow(actions: list[str], resources: list[str]) -> None:
            actions = [f"kafka-cluster:{action}" for action in actions]
            role.add_to_principal_policy(aws_iam.PolicyStatement(actions=actions, resources=resources))

        allow(["Connect", "WriteDataIdempotently"], [arn])
        allow(["DescribeTopic", "WriteData"], [inside_cluster(self, arn, "topic", topic) for topic in writes])
        if reads:
            allow(["DescribeTopic", "ReadData"], [inside_cluster(self, arn, "topic", reads)])
            group = inside_cluster(self, arn, "group", enrich_group(self._stage))
            allow(["DescribeGroup", "AlterGroup"], [group])

    def _grant_databases(self, enrich: aws_ecs.FargateService, uris: Iterable[str]) -> None:
        arns = [Stack.of(self).format_arn(service="s3", region="", account="", resource=uri[5:]) for uri in uris]
        if arns:
            allowed = aws_iam.PolicyStatement(actions=["s3:GetObject"], resources=arns)
            enrich.task_definition.task_role.add_to_principal_policy(allowed)

    def _balanced(
        self, collector: aws_ecs.FargateService, group: aws_ec2.SecurityGroup
    ) -> elb.ApplicationTargetGroup:
        balancer = elb.ApplicationLoadBalancer(
            self,
            "Balancer",
            vpc=self._brokers.vpc,
            internet_facing=False,
            vpc_subnets=self._brokers.balancer,
            security_group=group,
            drop_invalid_header_fields=True,
        )
        acknowledge(balancer, {"AwsSolutions-ELB2": "its log would hold viewers' addresses for nobody to read"})
        target = elb.ApplicationTargetGroup(
            self,
            "Target",
            vpc=self._brokers.vpc,
            port=COLLECTOR_PORT,
            protocol=elb.ApplicationProtocol.HTTP,
            target_type=elb.TargetType.IP,
            targets=[collector],
            deregistration_delay=Duration.seconds(30),
            # Of the process alone (/sink-health asks for Kafka): a restart wouldn't bring the brokers back.
            health_check=elb.HealthCheck(path="/health", healthy_http_codes="200", interval=Duration.seconds(15)),
        )
        balancer.add_listener("Http", port=80, open=False, default_target_groups=[target])
        self.origin: aws_cloudfront.IOrigin = origins.VpcOrigin.with_application_load_balancer(
            balancer,
            protocol_policy=aws_cloudfront.OriginProtocolPolicy.HTTP_ONLY,
            http_port=80,
            # CloudFront's names are global in an account: a stage may stand in two regions.
            vpc_origin_name=f"live-viewers-{self._stage}-{Stack.of(self).region}",
        )
        return target


def _encoded(text: str) -> str:
    # Its `${...}` are HOCON's, and neither CloudFormation's nor the shell's.
    return base64.b64encode(text.encode()).decode()


def _variable(file: str) -> str:
    return file.upper().replace(".", "_").replace("/", "_")


def _write(files: dict[str, str]) -> str:
    """A shell script that writes each file from the environment variable of its name."""
    lines = [f'printf %s "${_variable(file)}" | base64 -d > {SETTINGS}/{file}' for file in files]
    return " && ".join([f"mkdir -p {SETTINGS}/enrichments", *lines])
