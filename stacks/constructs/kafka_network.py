"""The network between Lambda's pollers and the brokers: rules and endpoints in a VPC you have, or all of it new.

On-demand pollers live in the VPC and must reach the lambda and sts services, and secretsmanager for a secret.
Provisioned pollers reach them without the VPC, so they need none of these. The service of an on-failure
destination needs an endpoint inside the cluster's VPC whatever polls.
Source: AWS Lambda's developer guide, "Configuring your Amazon MSK cluster and Amazon VPC network for Lambda" and
"Capturing discarded batches for Amazon MSK and self-managed Apache Kafka event sources".
"""

from aws_cdk import Stack, aws_ec2, aws_msk
from constructs import Construct

from stacks.constructs.nag import acknowledge
from stacks.kafka_sources import KafkaNetwork, MskServerlessSource
from stacks.regions import MSK_ZONES

FOR_ALL_RESOLVERS = aws_ec2.VpcEndpointPrivateDnsOnlyForInboundResolverEndpoint.ALL_RESOLVERS
"""Without it S3's private names ask for a gateway endpoint, which the security group would not reach."""

PUBLIC_SUBNETS = aws_ec2.SubnetConfiguration(
    name="public", subnet_type=aws_ec2.SubnetType.PUBLIC, cidr_mask=24, map_public_ip_on_launch=False
)

IAM_PORT = 9098
HTTPS_PORT = 443


def endpoint_services(on_demand: bool, with_secret: bool, destination: str | None) -> list[str]:
    """The interface endpoints that are called from inside the VPC. `destination` is the service (sqs, sns, s3) of
    the on-failure destination.
    """
    pollers = ["lambda", "sts", *(["secretsmanager"] if with_secret else [])] if on_demand else []
    return [*pollers, *([destination] if destination else [])]


class ExistingNetwork(Construct):
    """Rules and endpoints in a VPC you have, as far as `network` asks for them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        network: KafkaNetwork,
        *,
        broker_ports: list[int],
        services: list[str],
    ) -> None:
        super().__init__(scope, construct_id)
        group = network.security_group_id
        services = services if network.create_endpoints else []
        if network.manage_rules:
            for port in broker_ports:
                _self_rule(self, f"Brokers{port}", group, port)
            if services:
                _self_rule(self, "Endpoints", group, HTTPS_PORT)
        for service in services:
            aws_ec2.CfnVPCEndpoint(
                self,
                service.capitalize(),
                service_name=f"com.amazonaws.{Stack.of(self).region}.{service}",
                vpc_endpoint_type="Interface",
                vpc_id=network.vpc_id,
                subnet_ids=network.subnet_ids,
                security_group_ids=[group],
                private_dns_enabled=True,
                dns_options=_dns_without_gateway() if service == "s3" else None,
            )


class NewMskServerless(Construct):
    """An MSK Serverless cluster in a VPC of its own: private subnets, no NAT, the endpoints that pollers need."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        source: MskServerlessSource,
        stage: str,
        *,
        services: list[str],
        public_subnets: bool = False,
    ) -> None:
        """`public_subnets` are for what needs a way to the Internet (the pipeline); the brokers stay private."""
        super().__init__(scope, construct_id)
        self.name = f"live-viewers-{stage}"
        self.vpc = aws_ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=aws_ec2.IpAddresses.cidr(source.vpc_cidr),
            max_azs=source.availability_zones,
            nat_gateways=0,
            restrict_default_security_group=False,
            subnet_configuration=[
                aws_ec2.SubnetConfiguration(
                    name="brokers", subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
                ),
                # Last, so that the brokers' ranges are the same with and without.
                *([PUBLIC_SUBNETS] if public_subnets else []),
            ],
        )
        acknowledge(
            self.vpc,
            {"AwsSolutions-VPC7": "the brokers have no way out, and nothing is let in: a flow log tells little"},
        )
        self._take_zones_of_msk()
        self.security_group = aws_ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=self.vpc,
            description="Brokers, pollers and endpoints",
            allow_all_outbound=False,
        )
        ports = {IAM_PORT: "Kafka with IAM"}
        if services:
            ports[HTTPS_PORT] = "Interface endpoints"
        for port, what in ports.items():
            tcp = aws_ec2.Port.tcp(port)
            self.security_group.add_ingress_rule(self.security_group, tcp, what)
            self.security_group.add_egress_rule(self.security_group, tcp, what)
        for service in services:
            self.vpc.add_interface_endpoint(
                service.capitalize(),
                service=aws_ec2.InterfaceVpcEndpointAwsService(service),
                security_groups=[self.security_group],
                open=False,
                private_dns_only_for_inbound_resolver_endpoint=FOR_ALL_RESOLVERS if service == "s3" else None,
            )
        at_home = aws_msk.CfnServerlessCluster.VpcConfigProperty(
            subnet_ids=[subnet.subnet_id for subnet in self.vpc.isolated_subnets],
            security_groups=[self.security_group.security_group_id],
        )
        elsewhere = [
            aws_msk.CfnServerlessCluster.VpcConfigProperty(
                subnet_ids=vpc.subnet_ids, security_groups=vpc.security_group_ids
            )
            for vpc in source.producers.vpcs
        ]
        self._cluster = aws_msk.CfnServerlessCluster(
            self,
            "Cluster",
            cluster_name=self.name,
            client_authentication=aws_msk.CfnServerlessCluster.ClientAuthenticationProperty(
                sasl=aws_msk.CfnServerlessCluster.SaslProperty(
                    iam=aws_msk.CfnServerlessCluster.IamProperty(enabled=True)
                )
            ),
            vpc_configs=[at_home, *elsewhere],
        )
        self.arn = self._cluster.attr_arn

    def _take_zones_of_msk(self) -> None:
        """By id where MSK is not in every zone: which letter that is differs by account."""
        zones = MSK_ZONES.get(Stack.of(self).region)
        for subnet, zone in zip(self.vpc.isolated_subnets, zones or (), strict=False):
            resource = subnet.node.default_child
            if not isinstance(resource, aws_ec2.CfnSubnet):
                raise TypeError("a subnet is not of this stack")
            resource.add_property_deletion_override("AvailabilityZone")
            resource.add_property_override("AvailabilityZoneId", zone)

    def let_in(self, peer: aws_ec2.IPeer, what: str) -> None:
        """Let `peer` connect to the brokers; `what` describes the rule."""
        self.security_group.add_ingress_rule(peer, aws_ec2.Port.tcp(IAM_PORT), what)


def _dns_without_gateway() -> aws_ec2.CfnVPCEndpoint.DnsOptionsSpecificationProperty:
    return aws_ec2.CfnVPCEndpoint.DnsOptionsSpecificationProperty(
        private_dns_only_for_inbound_resolver_endpoint="AllResolvers"
    )


def _self_rule(scope: Construct, construct_id: str, group: str, port: int) -> None:
    """Members of `group` reach each other on `port`, in and out."""
    aws_ec2.CfnSecurityGroupIngress(
        scope,
        f"{construct_id}In",
        group_id=group,
        source_security_group_id=group,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description="Live viewer profiles: Kafka event source",
    )
    aws_ec2.CfnSecurityGroupEgress(
        scope,
        f"{construct_id}Out",
        group_id=group,
        destination_security_group_id=group,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description="Live viewer profiles: Kafka event source",
    )
