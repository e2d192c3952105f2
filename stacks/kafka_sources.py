"""The `kafka.source` part of the configuration: which brokers to read, how to reach them and how to sign in."""

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field, model_validator

from stacks.strict_model import Arn, StrictModel, fixed

NEW_MAPPING = fixed("a new mapping of the topic, which Lambda makes only when the old one is gone.")
NEW_CLUSTER = fixed("a new cluster, while the name is taken and the events are in the old one.")


def ipv4_range(key: str, value: str) -> IPv4Network:
    """`value` (such as 10.0.0.0/16) as a network. Raises ValueError that names the key."""
    try:
        return IPv4Network(value)
    except ValueError as error:
        raise ValueError(f"{key} {value!r} is no IPv4 range such as 10.0.0.0/16: {error}") from None


SecurityGroupId = Annotated[str, Field(pattern=r"^sg-([0-9a-f]{8}|[0-9a-f]{17})$")]
SubnetId = Annotated[str, Field(pattern=r"^subnet-([0-9a-f]{8}|[0-9a-f]{17})$")]


class KafkaNetwork(StrictModel):
    """Where the event source mapping reaches the brokers from inside a VPC."""

    vpc_id: str = Field(pattern=r"^vpc-([0-9a-f]{8}|[0-9a-f]{17})$", description="The brokers' VPC.")
    subnet_ids: list[SubnetId] = Field(
        min_length=1, description="Subnets the mapping's network interfaces live in."
    )
    security_group_id: SecurityGroupId = Field(
        description="The security group of the mapping's interfaces; on MSK the cluster's own.",
    )
    manage_rules: bool = Field(
        default=False,
        description="Add the rules that let this security group reach the brokers' port and the endpoints.",
    )
    create_endpoints: bool = Field(
        default=False,
        description="Create the interface endpoints that on-demand pollers need (lambda, sts and, with a secret, "
        "secretsmanager; not needed with provisioned pollers or a NAT gateway) and the one of an on_failure "
        "queue, topic or bucket.",
    )


class MskSource(StrictModel):
    """An Amazon MSK cluster you have."""

    type: Literal["msk"] = Field(default="msk", description="chooses the kind", json_schema_extra=NEW_MAPPING)
    cluster_arn: Arn = Field(description="ARN of the cluster.", json_schema_extra=NEW_MAPPING)
    authentication: Literal["iam", "sasl_scram_512", "mtls"] = Field(
        default="iam", description="iam signs in as the function's role; the others take a secret."
    )
    secret_arn: Arn | None = Field(
        default=None,
        description="Secrets Manager secret: {username, password}, or for mtls {certificate, privateKey}.",
    )
    secret_kms_key_arn: Arn | None = Field(
        default=None,
        description="Customer key that encrypts the secret; with sasl_scram_512 required, as MSK demands one.",
    )
    network: KafkaNetwork | None = Field(
        default=None,
        description="Only for manage_rules and create_endpoints: Lambda takes subnets from the cluster.",
    )

    @model_validator(mode="after")
    def _secret_where_needed(self) -> "MskSource":
        if self.authentication != "iam" and self.secret_arn is None:
            raise ValueError(f"authentication {self.authentication} needs secret_arn")
        if self.authentication == "iam" and self.secret_arn is not None:
            raise ValueError("authentication iam takes no secret_arn")
        if self.authentication == "sasl_scram_512":
            self._secret_as_msk_wants_it()
        return self

    def _secret_as_msk_wants_it(self) -> None:
        """Source: Amazon MSK developer guide, "Set up SASL/SCRAM authentication for an Amazon MSK cluster"."""
        if self.secret_kms_key_arn is None:
            raise ValueError(
                "authentication sasl_scram_512 needs secret_kms_key_arn: MSK takes no secret under Secrets "
                "Manager's own key, and without kms:Decrypt on yours the event source can't read it"
            )
        if not str(self.secret_arn).rsplit(":", 1)[-1].startswith("AmazonMSK_"):
            raise ValueError("secret_arn: MSK takes only secrets whose names begin with AmazonMSK_")


class SelfManagedSource(StrictModel):
    """Kafka that you run, or a vendor runs for you."""

    type: Literal["self_managed"] = Field(
        default="self_managed", description="chooses the kind", json_schema_extra=NEW_MAPPING
    )
    bootstrap_servers: list[Annotated[str, Field(pattern=r"^[^:/\s]+:\d{1,5}$")]] = Field(
        min_length=1, description="host:port, one or more.", json_schema_extra=NEW_MAPPING
    )
    authentication: Literal["plaintext", "tls", "sasl_scram_256", "sasl_scram_512", "mtls", "basic"] = Field(
        default="sasl_scram_512",
        description="basic is SASL/PLAIN. SASL works over TLS only. plaintext is for stage local; tls (server "
        "certificate alone) needs a network, since Lambda wants credentials for brokers on the Internet.",
    )
    secret_arn: Arn | None = Field(
        default=None,
        description="Secrets Manager secret: {username, password}, or for mtls {certificate, privateKey}.",
    )
    secret_kms_key_arn: Arn | None = Field(
        default=None, description="Customer key that encrypts the secrets, if any."
    )
    root_ca_secret_arn: Arn | None = Field(
        default=None, description="Secret {certificate} with the private CA's certificate; public CAs need none."
    )
    network: KafkaNetwork | None = Field(default=None, description="Set when the brokers are inside a VPC.")

    @model_validator(mode="after")
    def _secret_where_needed(self) -> "SelfManagedSource":
        with_secret = self.authentication not in ("plaintext", "tls")
        if with_secret and self.secret_arn is None:
            raise ValueError(f"authentication {self.authentication} needs secret_arn")
        if not with_secret and self.secret_arn is not None:
            raise ValueError(f"authentication {self.authentication} takes no secret_arn")
        if self.authentication == "tls" and self.network is None:
            raise ValueError("authentication tls without network: brokers on the Internet need a secret")
        if self.authentication == "plaintext" and self.root_ca_secret_arn is not None:
            raise ValueError("authentication plaintext takes no root_ca_secret_arn")
        return self


MOST_PARTITIONS = 250
"""MSK Serverless creates no more within 5 minutes (Amazon MSK developer guide, "MSK Serverless quota"). A cluster
may have 2,400, but its ingress of 200 MB/s fills 40 partitions of 5 MB/s each."""


class ProducersVpc(StrictModel):
    """A VPC of yours from which producers reach the new cluster: MSK puts an endpoint into it."""

    subnet_ids: list[SubnetId] = Field(
        min_length=2, description="Subnets of that VPC, in two zones at least, as MSK wants it."
    )
    security_group_ids: list[SecurityGroupId] = Field(
        min_length=1,
        max_length=5,
        description="Groups of that VPC for the endpoint; they must let the producers in on 9098.",
    )


class KafkaProducers(StrictModel):
    """Who may write into the new cluster over the network. By IAM: who has the policy KafkaProducerPolicyArn."""

    security_group_ids: list[SecurityGroupId] = Field(
        default_factory=list,
        max_length=20,
        description="Groups of producers in the new VPC, or in one that is peered with it. The stack's own group "
        "for producers (output KafkaProducersSecurityGroupId) is always let in.",
    )
    cidrs: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="IPv4 ranges that are let in: over peering, a transit gateway or a VPN.",
    )
    vpcs: list[ProducersVpc] = Field(
        default_factory=list,
        max_length=4,
        description="Other VPCs of this account and region.",
        json_schema_extra=NEW_CLUSTER,
    )

    @model_validator(mode="after")
    def _ranges_of_a_private_network(self) -> "KafkaProducers":
        for cidr in self.cidrs:
            if ipv4_range("cidrs", cidr).prefixlen < 8:
                raise ValueError(f"cidrs {cidr!r} is wider than /8: name the networks of your producers")
        return self


class MskServerlessSource(StrictModel):
    """A new MSK Serverless cluster, made by the stack with VPC, endpoints and topics. IAM is its only sign-in."""

    type: Literal["msk_serverless"] = Field(
        default="msk_serverless", description="chooses the kind", json_schema_extra=NEW_MAPPING
    )
    vpc_cidr: str = Field(
        default="10.61.0.0/20",
        description="Address range of the new VPC: /16 to /23, with 3 zones to /22.",
        json_schema_extra=NEW_CLUSTER,
    )
    availability_zones: int = Field(
        default=2, ge=2, le=3, description="Zones of the new VPC (2 or 3).", json_schema_extra=NEW_CLUSTER
    )
    partitions: int = Field(
        default=4,
        ge=1,
        le=MOST_PARTITIONS,
        description="Of each topic; the stack makes the topics. Raising it adds partitions, lowering it stops the "
        "deployment. A partition takes 5 MB/s and has one batch in flight.",
    )
    producers: KafkaProducers = Field(default_factory=KafkaProducers)

    @model_validator(mode="after")
    def _room_for_a_subnet_in_each_zone(self) -> "MskServerlessSource":
        zones, smallest = self.availability_zones, 23 if self.availability_zones == 2 else 22
        if not 16 <= ipv4_range("vpc_cidr", self.vpc_cidr).prefixlen <= smallest:
            raise ValueError(
                f"vpc_cidr {self.vpc_cidr}: /16 to /{smallest} with {zones} zones, of which each has a /24"
            )
        return self


KafkaSource = Annotated[MskSource | SelfManagedSource | MskServerlessSource, Field(discriminator="type")]
