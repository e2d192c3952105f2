"""The Kafka event source mappings of process_events, with exactly the rights and network that the source needs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aws_cdk import CfnCondition, CfnParameter, Fn
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IDependable

from stacks.constructs.functions import Functions
from stacks.constructs.kafka_arns import inside_cluster
from stacks.constructs.kafka_network import ExistingNetwork, NewMskServerless, endpoint_services
from stacks.constructs.kafka_producers import ProducerAccess
from stacks.constructs.kafka_topics import KafkaTopics
from stacks.function_table import FunctionName
from stacks.kafka_config import KafkaConfig
from stacks.kafka_sources import MskServerlessSource, MskSource, SelfManagedSource

ACCESS_TYPES = {
    "sasl_scram_256": "SASL_SCRAM_256_AUTH",
    "sasl_scram_512": "SASL_SCRAM_512_AUTH",
    "mtls": "CLIENT_CERTIFICATE_TLS_AUTH",
    "basic": "BASIC_AUTH",
}
BROKER_PORTS = {"iam": 9098, "sasl_scram_512": 9096, "mtls": 9094}
"""Of Amazon MSK, inside its VPC."""

FAILURE_OBJECTS: dict[FunctionName, list[str]] = {
    "process_events": ["s3:PutObject"],
    "redrive_rejected": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
}
"""Lambda writes failed batches with the function's role; redrive takes them away."""

BOOTSTRAP_ACTION = "kafka:GetBootstrapBrokers"
"""IAM knows no resource for it: on a cluster's ARN it is never allowed. Source: Service Authorization Reference,
"Actions, resources, and condition keys for Amazon Managed Streaming for Apache Kafka"."""

INTERFACE_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)


class KafkaSourceMappings(Construct):
    """One mapping a topic. `cluster` and `producers` are there for a source that brings its cluster."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        config: KafkaConfig,
        stage: str,
        functions: Functions,
        topics_bundle: Path | None = None,
        pipeline_topics: Sequence[str] = (),
        *,
        with_mappings: bool = True,
    ) -> None:
        """`topics_bundle` is the code that makes topics, for a source that brings its cluster; it then gets
        `pipeline_topics` too, and public subnets for the pipeline's tasks. Without `with_mappings` all is there
        but the mappings: a step between two of them that can't be there at once.
        """
        super().__init__(scope, construct_id)
        self.cluster: NewMskServerless | None = None
        self.producers: ProducerAccess | None = None
        self._config = config
        self._topics_bundle = topics_bundle
        self._pipeline_topics = list(pipeline_topics)
        self._stage = stage
        self._functions = functions
        self._needs: list[IDependable] = []
        source = config.source
        if isinstance(source, SelfManagedSource):
            properties = self._self_managed(source)
        elif isinstance(source, MskSource):
            properties = self._msk(source)
        else:
            properties = self._msk_serverless(source)
        self._grant_on_failure()
        topics = config.topics if with_mappings else []
        self.mappings = [self._mapping(topic, properties) for topic in topics]

    def leave_to_others(self) -> None:
        """Keep the mappings in the template, where `kafka_event_source` reads them, and make none: an emulator
        that can't poll Kafka may refuse them.
        """
        if not self.mappings:
            return
        polls = CfnParameter(
            self,
            "EmulatorPolls",
            default="no",
            allowed_values=["no", "yes"],
            description="Whether the emulator polls Kafka itself",
        )
        condition = CfnCondition(self, "Polls", expression=Fn.condition_equals(polls, "yes"))
        for mapping in self.mappings:
            mapping.cfn_options.condition = condition

    def _msk(self, source: MskSource) -> dict[str, Any]:
        self._grant_cluster(source.cluster_arn)
        if source.network:
            self._needs.append(
                ExistingNetwork(
                    self,
                    "Network",
                    source.network,
                    broker_ports=[BROKER_PORTS[source.authentication]],
                    services=self._services(with_secret=source.secret_arn is not None),
                )
            )
        if source.authentication == "iam":
            self._grant_topics(source.cluster_arn)
            return {"EventSourceArn": source.cluster_arn}
        secret = str(source.secret_arn)
        self._grant_secrets([secret], source.secret_kms_key_arn)
        access = [{"Type": ACCESS_TYPES[source.authentication], "URI": secret}]
        return {"EventSourceArn": source.cluster_arn, "SourceAccessConfigurations": access}

    def _msk_serverless(self, source: MskServerlessSource) -> dict[str, Any]:
        cluster = NewMskServerless(
            self,
            "Cluster",
            source,
            self._stage,
            services=self._services(with_secret=False),
            public_subnets=bool(self._pipeline_topics),
        )
        if self._topics_bundle is None:
            raise ValueError("source msk_serverless needs the bundle that makes topics")
        topics = KafkaTopics(
            self,
            "Topics",
            cluster,
            self._functions,
            self._topics_bundle,
            topics=[*self._config.topics_of_cluster, *self._pipeline_topics],
            partitions=source.partitions,
        )
        self.cluster = cluster
        self.producers = ProducerAccess(
            self,
            "Producers",
            cluster,
            source.producers,
            topics=self._config.topics,
            bootstrap_servers=topics.bootstrap_servers,
        )
        self._needs += [cluster, topics.resource]
        self._grant_cluster(cluster.arn)
        self._grant_topics(cluster.arn)
        return {"EventSourceArn": cluster.arn}

    def _self_managed(self, source: SelfManagedSource) -> dict[str, Any]:
        access: list[dict[str, str]] = []
        if source.secret_arn:
            access.append({"Type": ACCESS_TYPES[source.authentication], "URI": source.secret_arn})
        if source.root_ca_secret_arn:
            access.append({"Type": "SERVER_ROOT_CA_CERTIFICATE", "URI": source.root_ca_secret_arn})
        secrets = [arn for arn in (source.secret_arn, source.root_ca_secret_arn) if arn]
        if secrets:
            self._grant_secrets(secrets, source.secret_kms_key_arn)
        if source.network:
            network = source.network
            access += [{"Type": "VPC_SUBNET", "URI": f"subnet:{subnet}"} for subnet in network.subnet_ids]
            access.append({"Type": "VPC_SECURITY_GROUP", "URI": f"security_group:{network.security_group_id}"})
            self._grant_interfaces()
            self._needs.append(
                ExistingNetwork(
                    self,
                    "Network",
                    network,
                    broker_ports=sorted({int(server.rsplit(":", 1)[1]) for server in source.bootstrap_servers}),
                    services=self._services(with_secret=bool(secrets)),
                )
            )
        servers = {"Endpoints": {"KafkaBootstrapServers": source.bootstrap_servers}}
        return {"SelfManagedEventSource": servers, "SourceAccessConfigurations": access or None}

    def _services(self, with_secret: bool) -> list[str]:
        config = self._config
        return endpoint_services(config.provisioned is None, with_secret, config.destination_service)

    def _mapping(self, topic: str, properties: dict[str, Any]) -> lambda_.CfnEventSourceMapping:
        config, group = self._config, {"ConsumerGroupId": self._config.group_of(topic, self._stage)}
        kind = "SelfManaged" if "SelfManagedEventSource" in properties else "AmazonManaged"
        construct_id = f"Topic-{topic}"
        mapping = lambda_.CfnEventSourceMapping(
            self, construct_id, function_name=self._functions["process_events"].function_name
        )
        everything = properties | config.retry_properties()
        everything |= {
            f"{kind}KafkaEventSourceConfig": group,
            "Topics": [topic],
            "Enabled": config.enabled,
            "BatchSize": config.batch_size,
            "MaximumBatchingWindowInSeconds": config.window_s,
            "StartingPosition": config.starting_position,
            "StartingPositionTimestamp": config.starting_position_timestamp_s,
            "FilterCriteria": {"Filters": [{"Pattern": _pattern(filter_)} for filter_ in config.filters]}
            if config.filters
            else None,
        }
        for name, value in everything.items():
            if value is not None:
                mapping.add_property_override(name, value)
        # Lambda tries the broker when a mapping is made: rights and network must be there by then.
        role = self._functions["process_events"].role
        mapping.node.add_dependency(*([role] if role else []), *self._needs)
        return mapping

    def _grant_cluster(self, cluster_arn: str) -> None:
        self._functions.allow(
            "process_events", ["kafka:DescribeCluster", "kafka:DescribeClusterV2"], [cluster_arn]
        )
        self._functions.allow("process_events", [BOOTSTRAP_ACTION], ["*"])
        self._grant_interfaces()

    def _grant_topics(self, cluster_arn: str) -> None:
        """IAM sign-in: what a consumer of these topics in these groups may do, and nothing else."""
        allow = self._functions.allow
        # AWS Lambda's developer guide, "Configuring Amazon MSK cluster authentication methods", lists all these.
        # MSK Serverless doesn't know the dynamic configuration, and a cluster of your own may be of either kind.
        signing_in = ["kafka-cluster:Connect", "kafka-cluster:DescribeClusterDynamicConfiguration"]
        allow("process_events", signing_in, [cluster_arn])
        topics, groups = [], []
        for topic in self._config.topics:
            topics.append(inside_cluster(self, cluster_arn, "topic", topic))
            groups.append(inside_cluster(self, cluster_arn, "group", self._config.group_of(topic, self._stage)))
        allow("process_events", ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"], topics)
        allow("process_events", ["kafka-cluster:DescribeGroup", "kafka-cluster:AlterGroup"], groups)
        if self._config.on_failure_topic:
            dead = inside_cluster(self, cluster_arn, "topic", self._config.on_failure_topic)
            allow("process_events", ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"], [dead])

    def _grant_interfaces(self) -> None:
        self._functions.allow("process_events", INTERFACE_ACTIONS, ["*"])
        self._functions.acknowledge(
            "process_events",
            {
                "AwsSolutions-IAM5[Resource::*]": "the mapping's network interfaces have no ids yet, and "
                "GetBootstrapBrokers knows no resource"
            },
        )

    def _grant_secrets(self, secrets: list[str], kms_key: str | None) -> None:
        self._functions.allow("process_events", ["secretsmanager:GetSecretValue"], secrets)
        if kms_key:
            self._functions.allow("process_events", ["kms:Decrypt"], [kms_key])

    def _grant_on_failure(self) -> None:
        destination, service = self._config.on_failure or "", self._config.destination_service
        if self._config.on_failure_kms_key_arn:
            # Lambda encrypts what it sends with the function's role; a queue or topic decrypts its data key, too.
            actions = ["kms:GenerateDataKey", *([] if service == "s3" else ["kms:Decrypt"])]
            self._functions.allow("process_events", actions, [self._config.on_failure_kms_key_arn])
            if service == "s3":
                both = ["kms:Decrypt", "kms:GenerateDataKey"]
                self._functions.allow("redrive_rejected", both, [self._config.on_failure_kms_key_arn])
        if service == "sqs":
            self._functions.allow("process_events", ["sqs:SendMessage"], [destination])
        elif service == "sns":
            self._functions.allow("process_events", ["sns:Publish"], [destination])
        elif service == "s3":
            objects = f"{destination}/aws/lambda/*"
            for name, actions in FAILURE_OBJECTS.items():
                self._functions.allow(name, ["s3:ListBucket"], [destination])
                self._functions.allow(name, actions, [objects])
                self._functions.acknowledge(
                    name, {f"AwsSolutions-IAM5[Resource::{objects}]": "Lambda names what it writes there"}
                )


def _pattern(filter_: dict[str, Any]) -> str:
    return json.dumps(filter_, separators=(",", ":"))
