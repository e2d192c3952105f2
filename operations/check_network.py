"""Whether the event source can get from its subnets to the brokers and to the services it calls from there."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operations.deployed_stage import DeployedStage
from operations.finding import Finding, good, unknown, wrong
from operations.source_network import SourceNetwork, network_of


def check_network(stage: DeployedStage, mappings: list[dict[str, Any]]) -> Iterator[Finding]:
    """Nothing to say of a source without a VPC: its brokers are reached over the Internet."""
    for mapping in mappings:
        try:
            network = network_of(stage, mapping)
            if network:
                yield _check_groups(stage.client("ec2"), network)
                yield from _check_ways_out(stage.client("ec2"), network)
        except (ClientError, BotoCoreError) as problem:
            yield unknown(
                "network",
                str(problem),
                "ask with a role that has kafka:DescribeClusterV2 and ec2:Describe* of security groups, subnets, "
                "endpoints and route tables",
            )


def _check_groups(ec2: Any, network: SourceNetwork) -> Finding:
    """An interface has all the groups: what any of them lets out goes out."""
    what = f"security groups {', '.join(network.groups)}"
    groups = ec2.describe_security_groups(GroupIds=network.groups)["SecurityGroups"]
    rules = [rule for group in groups for rule in group["IpPermissionsEgress"]]
    shut = sorted(port for port in network.ports if not any(_lets_out(rule, port) for rule in rules))
    if not shut:
        return good(what, f"let out to {', '.join(map(str, sorted(network.ports)))}")
    ports = ", ".join(map(str, shut))
    return wrong(
        what,
        f"let nothing out to port {ports}",
        f"allow {ports} outwards, or set kafka.source.network.manage_rules",
    )


def _lets_out(rule: dict[str, Any], port: int) -> bool:
    protocol = rule.get("IpProtocol")
    return protocol == "-1" or (protocol == "tcp" and rule["FromPort"] <= port <= rule["ToPort"])


def _check_ways_out(ec2: Any, network: SourceNetwork) -> Iterator[Finding]:
    if not network.services:
        return
    vpc = ec2.describe_subnets(SubnetIds=network.subnets)["Subnets"][0]["VpcId"]
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    endpoints = {
        endpoint["ServiceName"].rsplit(".", 1)[-1]
        for endpoint in ec2.describe_vpc_endpoints(Filters=inside)["VpcEndpoints"]
        if endpoint["State"].lower() == "available"
    }
    missing = [service for service in network.services if service not in endpoints]
    if not missing:
        yield good(f"endpoints of {vpc}", ", ".join(network.services))
        return
    tables = ec2.describe_route_tables(Filters=inside)["RouteTables"]
    if any(route.get("NatGatewayId") for table in tables for route in table["Routes"]):
        yield good(f"endpoints of {vpc}", f"none for {', '.join(missing)}, but a NAT gateway is there")
        return
    yield wrong(
        f"endpoints of {vpc}",
        f"no endpoint for {', '.join(missing)} and no NAT gateway",
        "they can't be called from there: set kafka.source.network.create_endpoints, or add a NAT gateway",
    )
