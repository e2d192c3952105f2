"""ARNs of what is inside an MSK cluster, for policies of IAM sign-in."""

from typing import Literal

from aws_cdk import ArnFormat, Fn, Stack, Token
from constructs import Construct


def inside_cluster(scope: Construct, cluster_arn: str, kind: Literal["topic", "group"], name: str) -> str:
    """ARN of a topic or group of the cluster: `cluster/<name>/<uuid>` becomes `<kind>/<name>/<uuid>/<name>`."""
    if not Token.is_unresolved(cluster_arn):
        return cluster_arn.replace(":cluster/", f":{kind}/", 1) + f"/{name}"
    parts = Stack.of(scope).split_arn(cluster_arn, ArnFormat.SLASH_RESOURCE_NAME)
    cluster_and_uuid = Fn.select(1, Fn.split(":cluster/", cluster_arn))
    return f"arn:{parts.partition}:kafka:{parts.region}:{parts.account}:{kind}/{cluster_and_uuid}/{name}"
