"""Where a security rule is set aside: on the resource it concerns, with the reason."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Set aside cdk-nag rules (`AwsSolutions-IAM5`, or one finding of it: `AwsSolutions-IAM5[Resource::*]`)."""
    rules = [Acknowledgment(id=rule, reason=reason) for rule, reason in reasons.items()]
    Validations.of(construct).acknowledge(*rules)
