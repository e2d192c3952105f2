"""The topics of a new MSK Serverless cluster, made by a function inside its VPC.

CloudFormation's AWS::MSK::Topic and MSK's topic API are for MSK Provisioned alone. Source: Amazon MSK developer
guide, "Topic operations", requirements. The actions: "Semantics of IAM authorization policy actions and resources"
there.
"""

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import CustomResource, Duration, Stack, aws_ec2, aws_iam, custom_resources
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.constructs.functions import Functions
from stacks.constructs.kafka_arns import inside_cluster
from stacks.constructs.kafka_network import NewMskServerless
from stacks.constructs.nag import BASIC_EXECUTION, acknowledge, any_version_of
from stacks.function_table import DefaultSize

# make_topics waits for connection and rights; topics_resource waits for make_topics and, when that has been idle
# for weeks, for its network interfaces.
MAKE_TOPICS = DefaultSize(256, 240, "Makes the topics of the MSK Serverless cluster, at deployments")
TOPICS_RESOURCE = DefaultSize(256, 600, "Tells CloudFormation of the cluster's topics, at deployments")

VPC_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
"""Those of the managed policy AWSLambdaVPCAccessExecutionRole, without its logs."""


class KafkaTopics(Construct):
    """`resource` is there when every topic has its partitions: what reads a topic depends on it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        cluster: NewMskServerless,
        functions: Functions,
        bundle: Path,
        *,
        topics: Sequence[str],
        partitions: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self._cluster, self._functions = cluster, functions
        self._code = lambda_.Code.from_asset(str(bundle))
        make_topics = self._make_topics([inside_cluster(self, cluster.arn, "topic", topic) for topic in topics])
        provider = self._provider(self._topics_resource(make_topics))
        self.resource = CustomResource(
            self,
            "Resource",
            resource_type="Custom::KafkaTopics",
            service_token=provider.service_token,
            service_timeout=Duration.seconds(TOPICS_RESOURCE.timeout_s + 60),
            properties={
                "ClusterArn": cluster.arn,
                "Topics": list(topics),
                "Partitions": partitions,
                # CloudFormation keeps the last answer: a stage from before this attribute is asked anew.
                "Attributes": ["BootstrapServers"],
            },
        )
        # Rules of a security group are resources of their own: without them no broker is reached.
        self.resource.node.add_dependency(cluster)
        self.bootstrap_servers = self.resource.get_att_string("BootstrapServers")

    def _make_topics(self, topic_arns: list[str]) -> lambda_.Function:
        function = self._functions.add(
            self,
            "MakeTopics",
            "kafka_topics.make_topics.handler",
            self._code,
            MAKE_TOPICS,
            vpc=self._cluster.vpc,
            vpc_subnets=aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED),
            security_groups=[self._cluster.security_group],
        )
        _allow(function, ["kafka-cluster:Connect"], [self._cluster.arn])
        actions = ["kafka-cluster:CreateTopic", "kafka-cluster:DescribeTopic", "kafka-cluster:AlterTopic"]
        _allow(function, actions, topic_arns)
        _allow(function, list(VPC_ACTIONS), ["*"])
        if function.role:
            acknowledge(
                function.role,
                {"AwsSolutions-IAM5[Resource::*]": "the function's network interfaces have no ids yet"},
            )
        return function

    def _topics_resource(self, make_topics: lambda_.Function) -> lambda_.Function:
        function = self._functions.add(
            self, "TopicsResource", "kafka_topics.topics_resource.handler", self._code, TOPICS_RESOURCE
        )
        function.add_environment("MAKE_TOPICS_FUNCTION", make_topics.function_name)
        _allow(function, ["lambda:InvokeFunction", "lambda:GetFunction"], [make_topics.function_arn])
        # IAM knows no resource for it: see kafka.py.
        _allow(function, ["kafka:GetBootstrapBrokers"], ["*"])
        if function.role:
            acknowledge(function.role, {"AwsSolutions-IAM5[Resource::*]": "GetBootstrapBrokers knows no resource"})
        _allow(function, ["cloudformation:DescribeStacks"], [Stack.of(self).stack_id])
        return function

    def _provider(self, on_event: lambda_.Function) -> custom_resources.Provider:
        provider = custom_resources.Provider(
            self,
            "Provider",
            on_event_handler=on_event,
            log_group=logs.LogGroup(self, "ProviderLogs", **self._functions.log_options()),
        )
        reason = "the CDK's own framework function: made by aws-cdk-lib, runs at deployments only"
        findings = ["AwsSolutions-L1", BASIC_EXECUTION, any_version_of(on_event)]
        acknowledge(provider, dict.fromkeys(findings, reason))
        return provider


def _allow(function: lambda_.Function, actions: list[str], resources: list[str]) -> None:
    function.add_to_role_policy(aws_iam.PolicyStatement(actions=actions, resources=resources))
