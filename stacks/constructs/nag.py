"""Where a security rule is set aside: on the resource it concerns, with the reason."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, CfnElement, Stack, Token, Validations
from constructs import IConstruct

BASIC_EXECUTION = (
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]"
)
"""The finding on the managed policy that the CDK gives its own functions."""


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Set aside cdk-nag rules (`AwsSolutions-IAM5`, or one finding of it: `AwsSolutions-IAM5[Resource::*]`)."""
    rules = [Acknowledgment(id=rule, reason=reason) for rule, reason in reasons.items()]
    Validations.of(construct).acknowledge(*rules)


def any_object_in(bucket: IConstruct) -> str:
    """The finding of IAM5 on all objects of a bucket of this stack."""
    return f"AwsSolutions-IAM5[Resource::<{_logical_id(bucket)}.Arn>/*]"


def any_version_of(function: IConstruct) -> str:
    """The finding of IAM5 on all versions and aliases of a function of this stack."""
    return f"AwsSolutions-IAM5[Resource::<{_logical_id(function)}.Arn>:*]"


def shown_environment(construct: IConstruct) -> tuple[str, str, str]:
    """The stack's partition, account and region as cdk-nag writes them in its findings."""
    stack = Stack.of(construct)
    account = "<AWS::AccountId>" if Token.is_unresolved(stack.account) else stack.account
    region = "<AWS::Region>" if Token.is_unresolved(stack.region) else stack.region
    partition = "<AWS::Partition>" if Token.is_unresolved(stack.partition) else stack.partition
    return partition, account, region


def _logical_id(construct: IConstruct) -> str:
    element = construct.node.default_child
    if not isinstance(element, CfnElement):
        raise TypeError(f"{construct.node.path} is not of this stack")
    return str(Stack.of(construct).get_logical_id(element))
