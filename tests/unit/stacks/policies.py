"""The policies of a synthesized stack with their resources as ARNs, and whether they allow a call.

A small evaluator: statements that allow, with `*` in actions and resources, are all that the stack's policies
have; anything else is an error here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

ACCOUNT, REGION, PARTITION = "111122223333", "eu-west-1", "aws"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": PARTITION,
    "AWS::Region": REGION,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/LiveViewers/0a1b2c3d",
    "AWS::URLSuffix": "amazonaws.com",
}
_HERE = f"{REGION}:{ACCOUNT}"
ARNS = {
    ("AWS::DynamoDB::GlobalTable", "Arn"): f"arn:aws:dynamodb:{_HERE}:table/{{}}",
    (
        "AWS::DynamoDB::GlobalTable",
        "StreamArn",
    ): f"arn:aws:dynamodb:{_HERE}:table/{{}}/stream/2026-01-01T00:00:00.000",
    ("AWS::ECS::Cluster", "Arn"): f"arn:aws:ecs:{_HERE}:cluster/{{}}",
    ("AWS::Lambda::Function", "Arn"): f"arn:aws:lambda:{_HERE}:function:{{}}",
    ("AWS::Logs::LogGroup", "Arn"): f"arn:aws:logs:{_HERE}:log-group:{{}}:*",
    (
        "AWS::MSK::ServerlessCluster",
        "Arn",
    ): f"arn:aws:kafka:{_HERE}:cluster/{{}}/0a1b2c3d-1111-2222-3333-444455556666-s1",
    ("AWS::S3::Bucket", "Arn"): "arn:aws:s3:::{}",
    ("AWS::SecretsManager::Secret", ""): f"arn:aws:secretsmanager:{_HERE}:secret:{{}}-AbCdEf",
}
"""How a resource's attribute looks on AWS; `{}` is its name, here the logical id."""


@dataclass(frozen=True)
class Grant:
    """One action on one resource, and the logical id of the policy that allows it."""

    action: str
    resource: str
    policy: str


def resolve(value: Any, resources: dict[str, Any]) -> Any:
    """CloudFormation's intrinsic functions, as far as policies have them. Raises KeyError for any other."""
    if isinstance(value, list):
        return [resolve(one, resources) for one in value]
    if not isinstance(value, dict):
        return value
    ((name, argument),) = value.items()
    if name == "Ref":
        if argument in PSEUDO:
            return PSEUDO[argument]
        return ARNS.get((resources[argument]["Type"], ""), "{}").format(argument)
    if name == "Fn::GetAtt":
        logical_id, attribute = argument
        return ARNS[resources[logical_id]["Type"], attribute].format(logical_id)
    if name == "Fn::Join":
        separator, parts = argument
        return str(separator).join(resolve(parts, resources))
    if name == "Fn::Select":
        index, parts = argument
        return resolve(parts, resources)[int(index)]
    if name == "Fn::Split":
        separator, text = argument
        return resolve(text, resources).split(separator)
    if name == "Fn::Sub":
        return re.sub(r"\$\{([^}]+)\}", lambda found: str(resolve({"Ref": found[1]}, resources)), argument)
    raise KeyError(name)


def grants(resources: dict[str, Any]) -> Iterator[Grant]:
    """All that the stack's identity policies allow."""
    for logical_id, resource in resources.items():
        if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            yield from _of_document(logical_id, resource["Properties"]["PolicyDocument"], resources)
        elif resource["Type"] == "AWS::IAM::Role":
            for policy in resource["Properties"].get("Policies", ()):
                yield from _of_document(logical_id, policy["PolicyDocument"], resources)


def of_role(role: str, resources: dict[str, Any]) -> list[Grant]:
    """What the policies attached to the role `role` (its logical id) allow."""
    attached = {
        logical_id
        for logical_id, resource in resources.items()
        if resource["Type"] == "AWS::IAM::Policy" and {"Ref": role} in resource["Properties"]["Roles"]
    }
    return [grant for grant in grants(resources) if grant.policy in attached]


def allows(given: list[Grant], action: str, resource: str) -> bool:
    """Whether one of the grants is for this call."""
    return any(matches(one.action, action) and matches(one.resource, resource) for one in given)


def matches(pattern: str, text: str) -> bool:
    """IAM's wildcard: `*` stands for anything, slashes and colons too."""
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def _of_document(policy: str, document: dict[str, Any], resources: dict[str, Any]) -> Iterator[Grant]:
    for statement in document["Statement"]:
        known = {"Action", "Effect", "Resource", "Sid", "Condition"}
        if statement["Effect"] != "Allow" or not set(statement) <= known:
            raise ValueError(f"{policy}: a statement that the evaluator doesn't know: {statement}")
        for action in _listed(statement["Action"]):
            for resource in _listed(statement["Resource"]):
                yield Grant(action, resolve(resource, resources), policy)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
