"""Where an event source mapping lives in its VPC, and what it has to reach from there.

A mapping of a Kafka of your own names its subnets and security groups; one of MSK takes them from the cluster.
"""

from dataclasses import dataclass
from typing import Any

from operations.deployed_stage import DeployedStage

HTTPS = 443
_MSK_PORTS = {"SASL_SCRAM_512_AUTH": 9096, "CLIENT_CERTIFICATE_TLS_AUTH": 9094}
_MSK_IAM_PORT = 9098
"""Of Amazon MSK inside its VPC; a mapping without access configurations signs in by IAM."""


@dataclass(frozen=True)
class SourceNetwork:
    """Subnets and security groups of the mapping's interfaces, the brokers' ports, and the AWS services that are
    called from inside the VPC.
    """

    subnets: list[str]
    groups: list[str]
    broker_ports: set[int]
    services: list[str]

    @property
    def ports(self) -> set[int]:
        """What the security groups must let out."""
        return self.broker_ports | ({HTTPS} if self.services else set())


def network_of(stage: DeployedStage, mapping: dict[str, Any]) -> SourceNetwork | None:
    """None where brokers are reached over the Internet. Raises ClientError when MSK may not be asked."""
    access = mapping.get("SourceAccessConfigurations", [])
    services = called_services(mapping)
    if ":kafka:" in mapping.get("EventSourceArn", ""):
        asked = stage.client("kafka").describe_cluster_v2(ClusterArn=mapping["EventSourceArn"])
        subnets, groups = _of_cluster(asked["ClusterInfo"])
        ports = {_MSK_PORTS[one["Type"]] for one in access if one["Type"] in _MSK_PORTS} or {_MSK_IAM_PORT}
        return SourceNetwork(subnets, groups, ports, services)
    subnets, groups = _named(access, "VPC_SUBNET"), _named(access, "VPC_SECURITY_GROUP")
    servers = mapping.get("SelfManagedEventSource", {}).get("Endpoints", {}).get("KAFKA_BOOTSTRAP_SERVERS", [])
    ports = {int(server.rsplit(":", 1)[1]) for server in servers}
    return SourceNetwork(subnets, groups, ports, services) if subnets else None


def called_services(mapping: dict[str, Any]) -> list[str]:
    """On-demand pollers call Lambda, STS and, for a secret, Secrets Manager from inside the VPC; provisioned
    pollers don't. The service of an on-failure destination is called from there in any case.
    """
    services = [] if mapping.get("ProvisionedPollerConfig") else ["lambda", "sts"]
    if services and any(":secretsmanager:" in one["URI"] for one in mapping.get("SourceAccessConfigurations", [])):
        services.append("secretsmanager")
    destination = (mapping.get("DestinationConfig") or {}).get("OnFailure", {}).get("Destination", "")
    return services + ([destination.split(":")[2]] if destination.startswith("arn:") else [])


def _of_cluster(cluster: dict[str, Any]) -> tuple[list[str], list[str]]:
    if "Serverless" in cluster:
        parts = cluster["Serverless"]["VpcConfigs"]
        subnets = [subnet for part in parts for subnet in part["SubnetIds"]]
        return subnets, [group for part in parts for group in part.get("SecurityGroupIds", [])]
    brokers = cluster["Provisioned"]["BrokerNodeGroupInfo"]
    return list(brokers["ClientSubnets"]), list(brokers.get("SecurityGroups", []))


def _named(access: list[dict[str, str]], kind: str) -> list[str]:
    return [one["URI"].split(":")[-1] for one in access if one["Type"] == kind]
