"""The network between Lambda's pollers and the brokers: rules and endpoints in a VPC you have, or all of it new.

On-demand pollers live in the VPC and must reach the lambda and sts services, and secretsmanager for a secret.
Provisioned pollers reach them without the VPC, so they need none of the endpoints.
Source: AWS Lambda's developer guide, "Configuring your Amazon MSK cluster and Amazon VPC network for Lambda".
"""

from aws_cdk import Stack, aws_ec2, aws_msk
from constructs import Construct

from stacks.constructs.nag import acknowledge
from stacks.kafka_config import KafkaNetwork, MskServerlessSource

IAM_PORT = 9098
HTTPS_PORT = 443


def endpoint_services(on_demand: bool, with_secret: bool) -> list[str]:
    """The interface endpoints that the pollers call from inside the VPC."""
    if not on_demand:
        return []
    return ["lambda", "sts", *(["secretsmanager"] if with_secret else [])]


class ExistingNetwork(Construct):
    """Rules and endpoints in a VPC you have, as far as `network` asks for them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        network: KafkaNetwork,
        *,
        broker_ports: list[int],
        on_demand: bool,
        with_secret: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        group = network.security_group_id
        services = endpoint_services(on_demand, with_secret) if network.create_endpoints else []
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
            )


class NewMskServerless(Construct):
    """An MSK Serverless cluster in a VPC of its own: private subnets, no NAT, the endpoints that pollers need."""

    def __init__(
        self, scope: Construct, construct_id: str, source: MskServerlessSource, stage: str, *, on_demand: bool
    ) -> None:
        super().__init__(scope, construct_id)
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
                )
            ],
        )
        acknowledge(
            self.vpc,
            {"AwsSolutions-VPC7": "private subnets without a way out: a flow log tells little"},
        )
        self.security_group = aws_ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=self.vpc,
            description="Brokers, pollers and endpoints",
            allow_all_outbound=False,
        )
        ports = {IAM_PORT: "Kafka with IAM"}
        services = endpoint_services(on_demand, with_secret=False)
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
            )
        self._cluster = aws_msk.CfnServerlessCluster(
            self,
            "Cluster",
            cluster_name=f"live-viewers-{stage}",
            client_authentication=aws_msk.CfnServerlessCluster.ClientAuthenticationProperty(
                sasl=aws_msk.CfnServerlessCluster.SaslProperty(
                    iam=aws_msk.CfnServerlessCluster.IamProperty(enabled=True)
                )
            ),
            vpc_configs=[
                aws_msk.CfnServerlessCluster.VpcConfigProperty(
                    subnet_ids=[subnet.subnet_id for subnet in self.vpc.isolated_subnets],
                    security_groups=[self.security_group.security_group_id],
                )
            ],
        )
        self.arn = self._cluster.attr_arn


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
