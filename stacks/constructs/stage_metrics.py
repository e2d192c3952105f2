"""The metrics that a stage's functions report, and what is computed of them for dashboard and alarms."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

NAMESPACE = "LiveViewers"
"""Of the metrics that the functions log in CloudWatch's embedded format, under the dimension `stage`."""

MINUTE, FIVE_MINUTES = Duration.minutes(1), Duration.minutes(5)


class StageMetrics:
    """Metrics under the dimension `stage`. A function that isn't called reports nothing."""

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def metric(self, name: str, statistic: str, period: Duration = MINUTE) -> cloudwatch.Metric:
        """A metric as the functions report it."""
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"stage": self._stage},
            statistic=statistic,
            period=period,
        )

    def by_reason(self) -> cloudwatch.MathExpression:
        """Rejected records a minute, a line a reason: whichever reasons there were."""
        search = f'{{{NAMESPACE},reason,stage}} MetricName="Rejected" stage="{self._stage}"'
        return cloudwatch.MathExpression(
            expression=f"SEARCH('{search}', 'Sum', 60)", using_metrics={}, label="", period=MINUTE
        )

    def share_rejected(self, period: Duration) -> cloudwatch.MathExpression:
        """Of all records, 0 to 1."""
        return cloudwatch.MathExpression(
            label="share of records rejected",
            expression="IF(records > 0, rejected / records, 0)",
            using_metrics={
                "rejected": self.metric("Rejected", "Sum", period),
                "records": self.metric("Records", "Sum", period),
            },
            period=period,
        )

    def push_failures(self, period: Duration) -> cloudwatch.MathExpression:
        """Messages that no page got, and batches that were dropped whole."""
        return cloudwatch.MathExpression(
            label="messages and batches not pushed",
            expression="FILL(messages, 0) + FILL(batches, 0)",
            using_metrics={
                "messages": self.metric("MessagesFailed", "Sum", period),
                "batches": self.metric("PushFailures", "Sum", period),
            },
            period=period,
        )

    def filled(self, name: str) -> cloudwatch.MathExpression:
        """0 where nothing was reported, so that silence is a line at the bottom and not a gap."""
        return self._of_one(name, "FILL({}, 0)")

    def a_second(self, name: str) -> cloudwatch.MathExpression:
        """A count as a rate, whatever period the dashboard shows."""
        return self._of_one(name, "{0} / PERIOD({0})")

    def since_last_write_s(self) -> cloudwatch.MathExpression:
        """Seconds since the newest write of a session, to the minute; nothing before the graph's first one."""
        written = "written"
        return cloudwatch.MathExpression(
            label="seconds since a session was written",
            expression=f"EPOCH({written}) - FILL(IF({written} > 0, EPOCH({written})), REPEAT)",
            using_metrics={written: self.metric("SessionsWritten", "Sum")},
            period=MINUTE,
        )

    def silent(self) -> cloudwatch.MathExpression:
        """1 in five minutes without a record; where nothing was reported there is no value either."""
        return cloudwatch.MathExpression(
            label="silent",
            expression="IF(records > 0, 0, 1)",
            using_metrics={"records": self.metric("Records", "Sum", FIVE_MINUTES)},
            period=FIVE_MINUTES,
        )

    def unchecked(self) -> cloudwatch.MathExpression:
        """1 in five minutes in which the audience was not checked; no value where nothing was reported."""
        return cloudwatch.MathExpression(
            label="unchecked",
            expression="IF(checks > 0, 0, 1)",
            using_metrics={"checks": self.metric("AudienceChecks", "Sum", FIVE_MINUTES)},
            period=FIVE_MINUTES,
        )

    def _of_one(self, name: str, expression: str) -> cloudwatch.MathExpression:
        metric = name[0].lower() + name[1:]
        return cloudwatch.MathExpression(
            label=name,
            expression=expression.format(metric),
            using_metrics={metric: self.metric(name, "Sum")},
            period=MINUTE,
        )
