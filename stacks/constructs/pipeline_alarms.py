"""When Collector or Enrich don't do their work; docs/runbook.md has a line for each."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb

from stacks.constructs.monitoring import Threshold
from stacks.constructs.stage_metrics import FIVE_MINUTES
from stacks.pipeline_config import RAW_TOPIC

RECORDS_BEHIND = 10_000


def pipeline_thresholds(
    collector: aws_ecs.FargateService,
    enrich: aws_ecs.FargateService,
    target: elb.ApplicationTargetGroup,
    cluster_name: str | None,
    consumer_group: str,
) -> list[Threshold]:
    """Alarms of both services. `cluster_name` is that of an Amazon MSK cluster, which has a group's lag."""
    # The CDK names both with the load balancer's dimension.
    refused = target.metrics.http_code_target(
        elb.HttpCodeTarget.TARGET_5XX_COUNT, period=FIVE_MINUTES, statistic="Sum"
    )
    unhealthy = target.metrics.unhealthy_host_count(period=FIVE_MINUTES, statistic="Maximum")
    breaching = cloudwatch.TreatMissingData.BREACHING
    thresholds = [
        Threshold("CollectorNotRunning", _not_running(collector), 0, 2, breaching),
        Threshold("CollectorUnhealthy", unhealthy, 0, periods=2),
        Threshold("CollectorErrors", refused, 5),
        Threshold("EnrichNotRunning", _not_running(enrich), 0, 2, breaching),
    ]
    if cluster_name is not None:
        behind = cloudwatch.Metric(
            namespace="AWS/Kafka",
            metric_name="SumOffsetLag",
            dimensions_map={"Cluster Name": cluster_name, "Consumer Group": consumer_group, "Topic": RAW_TOPIC},
            statistic="Maximum",
            period=FIVE_MINUTES,
        )
        thresholds.append(Threshold("EnrichBehind", behind, RECORDS_BEHIND, periods=3))
    return thresholds


def _not_running(service: aws_ecs.FargateService) -> cloudwatch.MathExpression:
    """1 where no task reports its CPU: a service without tasks reports nothing at all."""
    return cloudwatch.MathExpression(
        label="no task runs",
        expression="IF(reported > 0, 0, 1)",
        using_metrics={"reported": service.metric_cpu_utilization(period=FIVE_MINUTES, statistic="SampleCount")},
        period=FIVE_MINUTES,
    )
