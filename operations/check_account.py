"""What is in the account already, and would make a new rule, endpoint or reservation fail."""

from collections.abc import Iterator
from typing import Any

from operations.finding import Finding, wrong
from operations.replacements import Template

UNRESERVED_AT_LEAST = 100
"""Source: AWS Lambda developer guide, "Configuring reserved concurrency"."""

_RULES = {"AWS::EC2::SecurityGroupIngress": False, "AWS::EC2::SecurityGroupEgress": True}
_PEERS = ("SourceSecurityGroupId", "DestinationSecurityGroupId")


def check_rules(ec2: Any, before: Template, after: Template) -> Iterator[Finding]:
    """New rules of groups that the stack didn't make: one that is there already is refused as a duplicate."""
    for type_, outwards in _RULES.items():
        for rule in _new(type_, before, after):
            group, peer = rule["GroupId"], next((rule[name] for name in _PEERS if name in rule), None)
            if not isinstance(group, str) or not isinstance(peer, str):
                continue
            filters = [{"Name": "group-id", "Values": [group]}]
            for there in ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]:
                same = (there["IsEgress"], there.get("FromPort"), there.get("ToPort"))
                if same == (outwards, rule["FromPort"], rule["ToPort"]) and _peer(there) == peer:
                    yield wrong(
                        f"rule of {group} for port {rule['FromPort']}, {'out' if outwards else 'in'}",
                        f"it is there already ({there['SecurityGroupRuleId']}): another stage, or you, made it",
                        "set kafka.source.network.manage_rules to false here: one owner has the rules",
                    )


def _peer(rule: dict[str, Any]) -> str | None:
    peer: str | None = rule.get("ReferencedGroupInfo", {}).get("GroupId")
    return peer


def check_endpoints(ec2: Any, before: Template, after: Template, region: str) -> Iterator[Finding]:
    """New endpoints in VPCs that the stack didn't make: a service's private name is there once a VPC."""
    for endpoint in _new("AWS::EC2::VPCEndpoint", before, after):
        vpc = endpoint["VpcId"]
        if not isinstance(vpc, str):
            continue
        service = _service(endpoint["ServiceName"], region)
        filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "service-name", "Values": [service]}]
        for there in ec2.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]:
            if there.get("PrivateDnsEnabled"):
                yield wrong(
                    f"endpoint of {service} in {vpc}",
                    f"it is there already ({there['VpcEndpointId']}): another stage, or you, made it",
                    "set kafka.source.network.create_endpoints to false here, and let its security group admit "
                    "the event source on 443",
                )


def _service(name: Any, region: str) -> str:
    """`com.amazonaws.<region>.<service>`, whose region may be CloudFormation's own."""
    if isinstance(name, str):
        return name
    parts = name["Fn::Join"][1]
    return "".join(region if isinstance(part, dict) else part for part in parts)


def check_reserved(functions: Any, before: Template, after: Template) -> Iterator[Finding]:
    """Executions to be reserved, beside what the account has."""
    more = _reserved(after) - _reserved(before)
    if more <= 0:
        return
    free = functions.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    if free - more < UNRESERVED_AT_LEAST:
        yield wrong(
            "reserved executions",
            f"{more} more are asked for; {free} are unreserved, and {UNRESERVED_AT_LEAST} must stay so",
            "lower functions.sizes.<function>.reserved_concurrency, or ask for a quota increase of Lambda's "
            "concurrent executions",
        )


def _reserved(template: Template) -> int:
    found = _of_type("AWS::Lambda::Function", template).values()
    return sum(function.get("ReservedConcurrentExecutions", 0) for function in found)


def _new(type_: str, before: Template, after: Template) -> list[dict[str, Any]]:
    there, wanted = _of_type(type_, before), _of_type(type_, after)
    return [properties for logical_id, properties in wanted.items() if logical_id not in there]


def _of_type(type_: str, template: Template) -> dict[str, dict[str, Any]]:
    return {
        logical_id: resource.get("Properties", {})
        for logical_id, resource in template.get("Resources", {}).items()
        if resource["Type"] == type_
    }
