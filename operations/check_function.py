"""Whether process_events runs, and the age of what it wrote last."""

from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from operations.deployed_stage import DeployedStage, OperationFailed
from operations.finding import Finding, good, unknown, wrong

_LOOK_BACK = timedelta(minutes=15)


def check_function(stage: DeployedStage) -> Finding:
    """Asks it for nothing, in an event without records: that shows its code, its settings and its start."""
    name = stage.outputs["ProcessEventsFunctionName"]
    try:
        answer = stage.client("lambda").invoke(
            FunctionName=name,
            Payload=b'{"eventSource":"SelfManagedKafka","bootstrapServers":"doctor:9092","records":{}}',
        )
        said = answer["Payload"].read().decode(errors="replace")
    except (ClientError, BotoCoreError) as problem:
        return unknown("process_events", str(problem), "ask with a role that has lambda:InvokeFunction")
    if "FunctionError" in answer:
        return wrong("process_events", said[:300], f"its log: {_log_of(stage)}")
    return good("process_events", "starts and answers")


def _log_of(stage: DeployedStage) -> str:
    """The stack names its log groups itself, so that none is /aws/lambda/<function>."""
    try:
        return f"the log group {stage.resource('AWS::Logs::LogGroup', 'ProcessEventsLogs')}"
    except (OperationFailed, ClientError, BotoCoreError):
        return "the resource ProcessEventsLogs of the stack (its name needs cloudformation:ListStackResources)"


def check_errors(stage: DeployedStage) -> Finding:
    name = stage.outputs["ProcessEventsFunctionName"]
    try:
        points = stage.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=datetime.now(UTC) - _LOOK_BACK,
            EndTime=datetime.now(UTC),
            Period=int(_LOOK_BACK.total_seconds()),
            Statistics=["Sum"],
        )["Datapoints"]
    except (ClientError, BotoCoreError) as problem:
        return unknown("function errors", str(problem))
    failed = int(sum(point["Sum"] for point in points))
    if failed:
        return wrong("function errors", f"{failed} in 15 minutes", "docs/runbook.md, ProcessEventsErrors")
    return good("function errors", "none in 15 minutes")
