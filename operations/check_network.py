"""Whether the event source can get from its subnets to the brokers and to the services Lambda needs there."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operations.deployed_stage import DeployedStage
from operations.finding import Finding, good, unknown, wrong

_NEEDED_ENDPOINTS = ("lambda", "sts", "secretsmanager")


def check_network(stage: DeployedStage, mappings: list[dict[str, Any]]) -> Iterator[Finding]:
    """Nothing to say of a source without a VPC: its brokers are reached over the internet."""
    for mapping in mappings:
        access = mapping.get("SourceAccessConfigurations", [])
        subnets = [one["URI"].split(":")[-1] for one in access if one["Type"] == "VPC_SUBNET"]
        groups = [one["URI"].split(":")[-1] for one in access if one["Type"] == "VPC_SECURITY_GROUP"]
        if not subnets:
            continue
        try:
            yield from _check_groups(stage.client("ec2"), groups)
            yield from _check_ways_out(stage.client("ec2"), subnets)
        except (ClientError, BotoCoreError) as problem:
            yield unknown("network", str(problem), "ask with a role that may describe security groups and subnets")


def _check_groups(ec2: Any, groups: list[str]) -> Iterator[Finding]:
    for group in ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]:
        what, out = f"security group {group['GroupId']}", group["IpPermissionsEgress"]
        if out:
            yield good(what, f"{len(out)} egress rules")
        else:
            yield wrong(what, "it lets nothing out", "allow the brokers' ports and 443 outwards")


def _check_ways_out(ec2: Any, subnets: list[str]) -> Iterator[Finding]:
    vpc = ec2.describe_subnets(SubnetIds=subnets)["Subnets"][0]["VpcId"]
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    endpoints = {
        endpoint["ServiceName"].rsplit(".", 1)[-1]
        for endpoint in ec2.describe_vpc_endpoints(Filters=inside)["VpcEndpoints"]
        if endpoint["State"].lower() == "available"
    }
    missing = [service for service in _NEEDED_ENDPOINTS if service not in endpoints]
    if not missing:
        yield good(f"endpoints of {vpc}", ", ".join(_NEEDED_ENDPOINTS))
        return
    tables = ec2.describe_route_tables(Filters=inside)["RouteTables"]
    if any(route.get("NatGatewayId") for table in tables for route in table["Routes"]):
        yield good(f"endpoints of {vpc}", f"none for {', '.join(missing)}, but a NAT gateway is there")
        return
    yield wrong(
        f"endpoints of {vpc}",
        f"no endpoint for {', '.join(missing)} and no NAT gateway",
        "the poller can't call Lambda from there: set kafka.source.vpc_endpoints, or add a NAT gateway",
    )
