"""The dashboard and the alarms; docs/runbook.md has a line for each alarm, under its name here."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, aws_apigateway, aws_sns
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from constructs import Construct

from stacks.constructs.functions import Functions
from stacks.constructs.stage_metrics import FIVE_MINUTES, MINUTE, StageMetrics
from stacks.function_table import FunctionName
from stacks.stage_config import MonitoringConfig

QUARTER = Duration.minutes(15)


@dataclass(frozen=True)
class Threshold:
    """An alarm: `metric` above `above` for `periods` periods of the metric in a row."""

    name: str
    metric: cloudwatch.IMetric
    above: float
    periods: int = 1
    # A night without viewers is no alarm.
    missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING


class Monitoring(Construct):
    """One dashboard for the stage; alarms by choice."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        config: MonitoringConfig,
        stage: str,
        functions: Functions,
        api: apigw.HttpApi | aws_apigateway.RestApi,
        more: Sequence[Threshold] = (),
        *,
        dashboard: bool = True,
    ) -> None:
        """`more` are alarms of parts that only some stages have. Not every emulator has dashboards."""
        super().__init__(scope, construct_id)
        self._stage, self._config, self._functions = stage, config, functions
        self._api = api
        self._metrics = StageMetrics(stage)
        if dashboard:
            self._dashboard()
        if config.alarms:
            topic = (
                aws_sns.Topic.from_topic_arn(self, "AlarmTopic", config.alarm_topic_arn)
                if config.alarm_topic_arn
                else None
            )
            for threshold in [*self._thresholds(), *more]:
                self._alarm(threshold, topic)

    def _thresholds(self) -> list[Threshold]:
        config, metric = self._config, self._metrics.metric
        thresholds = [
            Threshold("LagRising", metric("LagMs", "p99", FIVE_MINUTES), config.lag_ms, periods=2),
            Threshold("NotFresh", metric("LagMs", "p95", FIVE_MINUTES), config.freshness_ms, periods=3),
            Threshold("RejectedShare", self._metrics.share_rejected(QUARTER), config.rejected_share),
            Threshold("PushFailing", self._metrics.push_failures(FIVE_MINUTES), 10, periods=3),
            Threshold("ApiErrors", self._api.metric_server_error(period=FIVE_MINUTES, statistic="Sum"), 5),
            Threshold("ChangesSkipped", metric("ChangesSkipped", "Sum", FIVE_MINUTES), 0),
            Threshold("AdChangesSkipped", metric("AdChangesSkipped", "Sum", FIVE_MINUTES), 0),
            Threshold("AudienceBehind", self._iterator_age("project_changes"), 60_000, periods=3),
            Threshold("MinutesSkipped", metric("MinutesSkipped", "Sum", FIVE_MINUTES), 0),
            Threshold("HoursMissed", metric("HoursMissed", "Sum", FIVE_MINUTES), 0),
            # A function that isn't called reports nothing, so what is missing counts as unchecked.
            Threshold("AudienceUnchecked", self._metrics.unchecked(), 0, 2, cloudwatch.TreatMissingData.BREACHING),
        ]
        for name, function in self._functions.by_name.items():
            title = "".join(part.capitalize() for part in name.split("_"))
            errors = function.metric_errors(period=FIVE_MINUTES, statistic="Sum")
            throttles = function.metric_throttles(period=FIVE_MINUTES, statistic="Sum")
            thresholds.append(Threshold(f"{title}Errors", errors, 0))
            thresholds.append(Threshold(f"{title}Throttles", throttles, 0, periods=3))
        if config.nothing_arrives_minutes:
            # A function that isn't called reports nothing, so what is missing counts as silence.
            silent, periods = self._metrics.silent(), config.nothing_arrives_minutes // 5
            breaching = cloudwatch.TreatMissingData.BREACHING
            thresholds.append(Threshold("NothingArrives", silent, 0, periods, breaching))
        return thresholds

    def _iterator_age(self, name: FunctionName) -> cloudwatch.Metric:
        return self._functions[name].metric("IteratorAge", period=FIVE_MINUTES, statistic="Maximum")

    def _alarm(self, threshold: Threshold, topic: aws_sns.ITopic | None) -> None:
        alarm = cloudwatch.Alarm(
            self,
            threshold.name,
            alarm_name=f"live-viewers-{self._stage}-{threshold.name}",
            alarm_description=f"docs/runbook.md, {threshold.name}",
            metric=threshold.metric,
            threshold=threshold.above,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=threshold.periods,
            treat_missing_data=threshold.missing,
        )
        if topic:
            alarm.add_alarm_action(actions.SnsAction(topic))
            alarm.add_ok_action(actions.SnsAction(topic))

    def _dashboard(self) -> None:
        functions, metrics = self._functions.by_name.values(), self._metrics
        metric = metrics.metric
        dashboard = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=f"live-viewers-{self._stage}")
        dashboard.add_widgets(
            _graph("Watching now", [metric("WatchingNow", "Maximum")]),
            _graph(
                "Arriving and written a minute (0: silence)",
                [metrics.filled("Records"), metrics.filled("SessionsWritten")],
            ),
            _graph("Age of the newest write (s)", [metrics.since_last_write_s()]),
        )
        dashboard.add_widgets(
            _graph("From event to write (ms)", [metric("LagMs", p) for p in ("p50", "p95", "p99")]),
            _graph(
                "Records and media events a second",
                [metrics.a_second(name) for name in ("Records", "Decoded", "Skipped")],
            ),
            # Lambda keeps OffsetLag with its performance metrics, by FunctionName: over all topics. Source: AWS
            # Lambda's developer guide, "Types of metrics for Lambda functions".
            _graph(
                "Kafka: offsets behind",
                [self._functions["process_events"].metric("OffsetLag", period=MINUTE, statistic="Maximum")],
            ),
        )
        dashboard.add_widgets(
            _graph("Sessions written, conflicts", [metric(n, "Sum") for n in ("SessionsWritten", "Conflicts")]),
            _graph("Rejected by reason", [metrics.by_reason()]),
            _graph("Behind the stream", [metric(n, "Sum") for n in ("ChangesProjected", "ProfilesWritten")]),
        )
        dashboard.add_widgets(
            _graph("Errors", [function.metric_errors(period=MINUTE) for function in functions]),
            _graph("Throttles", [function.metric_throttles(period=MINUTE) for function in functions]),
            _graph("p99 duration (ms)", [f.metric_duration(period=MINUTE, statistic="p99") for f in functions]),
        )
        dashboard.add_widgets(
            _graph(
                "Age of the newest change behind the stream (ms)",
                [self._iterator_age("project_changes"), self._iterator_age("push_updates")],
            ),
            _graph(
                "Pushed",
                [metric(n, "Sum") for n in ("MessagesSent", "MessagesFailed", "ConnectionsDropped")],
            ),
            _graph(
                "API",
                [self._api.metric_count(period=MINUTE), self._api.metric_server_error(period=MINUTE)],
            ),
        )
        dashboard.add_widgets(
            _graph(
                "Incidents", [metric(n, "Sum") for n in ("IncidentsOpened", "IncidentsResolved", "IncidentsTold")]
            ),
            _graph("Minutes judged, skipped", [metric(n, "Sum") for n in ("MinutesJudged", "MinutesSkipped")]),
            _graph("Hours rolled up, missed", [metric(n, "Sum") for n in ("HoursRolled", "HoursMissed")]),
        )


def _graph(title: str, metrics: list[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=metrics, width=8)
