"""How others write into a new MSK Serverless cluster: a security group, a policy, what they must know of it."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Fn, Stack, aws_ec2, aws_iam
from constructs import Construct

from stacks.constructs.kafka_arns import inside_cluster
from stacks.constructs.kafka_network import IAM_PORT, NewMskServerless
from stacks.kafka_sources import KafkaProducers


class ProducerAccess(Construct):
    """Whoever has the security group `security_group` (or is named by the configuration) reaches the brokers;
    whoever has the policy `policy` may write the topics.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        cluster: NewMskServerless,
        config: KafkaProducers,
        *,
        topics: Sequence[str],
        bootstrap_servers: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.bootstrap_servers = bootstrap_servers
        self.security_group = aws_ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=cluster.vpc,
            description="Producers of live viewer profiles",
            allow_all_outbound=False,
        )
        self.security_group.add_egress_rule(
            cluster.security_group, aws_ec2.Port.tcp(IAM_PORT), "To the brokers, signed in by IAM"
        )
        cluster.let_in(self.security_group, "Producers of the stack's group")
        for group_id in config.security_group_ids:
            cluster.let_in(aws_ec2.Peer.security_group_id(group_id), "Producers, kafka.source.producers")
        for cidr in config.cidrs:
            cluster.let_in(aws_ec2.Peer.ipv4(cidr), "Producers, kafka.source.producers")
        self.policy = aws_iam.ManagedPolicy(
            self,
            "Policy",
            description="Write the topics of live viewer profiles",
            statements=[
                aws_iam.PolicyStatement(
                    actions=["kafka-cluster:Connect", "kafka-cluster:WriteDataIdempotently"],
                    resources=[cluster.arn],
                ),
                aws_iam.PolicyStatement(
                    actions=["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"],
                    resources=[inside_cluster(self, cluster.arn, "topic", topic) for topic in topics],
                ),
            ],
        )
        subnets = [subnet.subnet_id for subnet in cluster.vpc.isolated_subnets]
        for name, value in {
            "KafkaBootstrapServers": bootstrap_servers,
            "KafkaClusterArn": cluster.arn,
            "KafkaVpcId": cluster.vpc.vpc_id,
            "KafkaSubnetIds": Fn.join(",", subnets),
            "KafkaSecurityGroupId": cluster.security_group.security_group_id,
            "KafkaProducersSecurityGroupId": self.security_group.security_group_id,
            "KafkaProducerPolicyArn": self.policy.managed_policy_arn,
        }.items():
            CfnOutput(Stack.of(self), name, value=value)
