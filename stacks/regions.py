"""The regions in which every service of the stack is to be had, and MSK's availability zones.

The slow tests lint every example against the resource types that CloudFormation has in each of these regions.
"""

REGIONS = (
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-central-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)
"""For a Kafka that you have."""

MSK_SERVERLESS_REGIONS = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "us-east-1",
    "us-east-2",
    "us-west-2",
)
"""Source: Amazon MSK developer guide, "What is MSK Serverless?"."""

MSK_ZONES = {"us-east-1": ("use1-az1", "use1-az2", "use1-az4")}
"""Zone ids to take where MSK is not in every zone: use1-az3 has none. Source: Amazon MSK's API,
BrokerNodeGroupInfo, ClientSubnets. A zone's letter differs by account, its id doesn't.
"""

_LACKING = {
    "cn-": "CloudFront's access controls and Cognito's user pools are missing in China",
    "us-gov-": "CloudFront is missing in GovCloud",
}


def refuse_region(region: str, *, msk_serverless: bool) -> None:
    """Raises ValueError where a service that the stage needs is missing in `region`."""
    for prefix, reason in _LACKING.items():
        if region.startswith(prefix):
            raise ValueError(f"region {region}: {reason}")
    if msk_serverless and region not in MSK_SERVERLESS_REGIONS:
        raise ValueError(
            f"region {region}: MSK Serverless is to be had in {', '.join(MSK_SERVERLESS_REGIONS)}; elsewhere read "
            "a cluster of your own (kafka.source.type msk or self_managed)"
        )
    if region not in REGIONS:
        raise ValueError(f"region {region} is none of those that the stack was checked for: {', '.join(REGIONS)}")
