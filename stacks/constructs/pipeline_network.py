"""Where the pipeline's tasks and its load balancer stand, and how they reach the brokers."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Annotations, Fn, aws_ec2
from constructs import Construct

from stacks.constructs.kafka import KafkaSourceMappings
from stacks.kafka_config import KafkaConfig
from stacks.kafka_sources import MskServerlessSource, MskSource
from stacks.pipeline_config import PipelineConfig


@dataclass(frozen=True)
class Brokers:
    """The stage's Kafka as its clients inside the VPC see it.

    `group` lets its members reach the brokers. `cluster_arn` and `cluster_name` are an Amazon MSK cluster's.
    """

    vpc: aws_ec2.IVpc
    balancer: aws_ec2.SubnetSelection
    tasks: aws_ec2.SubnetSelection
    public_ip: bool
    group: aws_ec2.ISecurityGroup
    bootstrap_servers: str
    cluster_arn: str | None = None
    cluster_name: str | None = None


def brokers_of(
    scope: Construct, config: PipelineConfig, kafka: KafkaConfig, mappings: KafkaSourceMappings
) -> Brokers:
    """Of the cluster that the stack makes, or of the one that the configuration names."""
    if mappings.cluster is None or mappings.producers is None:
        return _of_yours(scope, config, kafka)
    cluster, producers = mappings.cluster, mappings.producers
    # Tasks in the public subnets, since the VPC has no NAT gateway; the load balancer in the private ones.
    return Brokers(
        vpc=cluster.vpc,
        balancer=aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED),
        tasks=aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PUBLIC),
        public_ip=True,
        group=_as_it_is(scope, producers.security_group.security_group_id),
        # Known when the topics are made: tasks wait for it.
        bootstrap_servers=producers.bootstrap_servers,
        cluster_arn=cluster.arn,
        cluster_name=cluster.name,
    )


def _of_yours(scope: Construct, config: PipelineConfig, kafka: KafkaConfig) -> Brokers:
    """In the VPC of kafka.source.network, which the configuration has made sure of."""
    source = kafka.source
    if isinstance(source, MskServerlessSource) or source.network is None:
        raise ValueError("kafka.source.network is missing")
    network, tasks = source.network, config.subnet_ids or source.network.subnet_ids
    arn = source.cluster_arn if isinstance(source, MskSource) else None
    servers = config.bootstrap_servers if isinstance(source, MskSource) else source.bootstrap_servers
    return Brokers(
        vpc=aws_ec2.Vpc.from_vpc_attributes(
            scope,
            "Vpc",
            vpc_id=network.vpc_id,
            # Nobody asks for them: subnets are named one by one.
            availability_zones=[Fn.select(0, Fn.get_azs())],
        ),
        balancer=_subnets(scope, "Balancer", network.subnet_ids),
        tasks=_subnets(scope, "Tasks", tasks),
        public_ip=config.public_ip,
        group=_as_it_is(scope, network.security_group_id),
        bootstrap_servers=",".join(servers),
        cluster_arn=arn,
        cluster_name=arn.split("/")[1] if arn else None,
    )


def _as_it_is(scope: Construct, security_group_id: str) -> aws_ec2.ISecurityGroup:
    # Whoever else is in this group isn't to be reached by the load balancer too.
    return aws_ec2.SecurityGroup.from_security_group_id(scope, "BrokersGroup", security_group_id, mutable=False)


def _subnets(scope: Construct, name: str, ids: Sequence[str]) -> aws_ec2.SubnetSelection:
    subnets = []
    for index, subnet_id in enumerate(ids):
        subnet = aws_ec2.Subnet.from_subnet_attributes(
            scope, f"{name}{index}", subnet_id=subnet_id, availability_zone=Fn.select(index, Fn.get_azs())
        )
        Annotations.of(subnet).acknowledge_warning(
            "@aws-cdk/aws-ec2:noSubnetRouteTableId", "nothing here asks for a subnet's route table"
        )
        subnets.append(subnet)
    return aws_ec2.SubnetSelection(subnets=subnets)
