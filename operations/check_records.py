"""What the records tell: how far behind the reading is, and what was rejected last."""

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operations.deployed_stage import ENDPOINTS, LOCAL, DeployedStage
from operations.finding import Finding, good, unknown, wrong

_MANY_BEHIND = 100_000


def check_lag(stage: DeployedStage, mappings: list[dict[str, Any]]) -> Iterator[Finding]:
    """On AWS what Lambda measured, of all topics of the function; for the demo what its event source says.

    Lambda gives OffsetLag with its performance metrics, which are kept by FunctionName. Source: AWS Lambda's
    developer guide, "Types of metrics for Lambda functions" and "Viewing metrics for Lambda functions".
    """
    if stage.name == LOCAL:
        yield _local_lag()
        return
    if not mappings:
        return
    name = stage.outputs["ProcessEventsFunctionName"]
    what = f"lag of {', '.join(sorted(_group(mapping) for mapping in mappings))}"
    try:
        points = stage.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="OffsetLag",
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=datetime.now(UTC) - timedelta(minutes=15),
            EndTime=datetime.now(UTC),
            Period=300,
            Statistics=["Maximum"],
        )["Datapoints"]
    except (ClientError, BotoCoreError) as problem:
        yield unknown(what, str(problem), "ask with a role that has cloudwatch:GetMetricStatistics")
        return
    if not points:
        yield unknown(what, "no measurement in 15 minutes", "nothing was produced, or the group never joined")
        return
    newest = max(points, key=lambda point: point["Timestamp"])["Maximum"]
    yield _judged(what, int(newest))


def _group(mapping: dict[str, Any]) -> str:
    for kind in ("SelfManagedKafkaEventSourceConfig", "AmazonManagedKafkaEventSourceConfig"):
        if kind in mapping:
            return str(mapping[kind].get("ConsumerGroupId", mapping["UUID"]))
    return str(mapping["UUID"])


def _local_lag() -> Finding:
    if not ENDPOINTS.exists():
        return unknown(
            "Kafka event source",
            "AWS_ENDPOINT_URL is set and no demo runs here, so its address isn't known",
            "look at the page of its own --status-port",
        )
    try:
        status = json.loads(ENDPOINTS.read_text())["event_source_status"]
        with urllib.request.urlopen(f"{status}/status.json", timeout=3) as answer:  # noqa: S310 - on loopback
            said = json.load(answer)["mappings"]
    except (OSError, KeyError, ValueError) as problem:
        return wrong("Kafka event source", f"it does not answer: {problem}", "make logs SERVICE=event-source")
    last = next((one["last_problem"] for one in said if one["last_problem"]), "")
    if last:
        return wrong("Kafka event source", last, "make logs SERVICE=event-source")
    lags = [one["lag"] for one in said]
    if None in lags:
        return unknown("lag of the Kafka event source", "not known yet", "ask again in a few seconds")
    return _judged("lag of the Kafka event source", sum(lags))


def _judged(what: str, lag: int) -> Finding:
    if lag < _MANY_BEHIND:
        return good(what, f"{lag} records")
    return wrong(what, f"{lag} records", "docs/runbook.md, LagRising")


def check_rejected(stage: DeployedStage) -> Finding:
    """The newest rejected record, from the newest object of the bucket."""
    bucket = stage.outputs["RejectedBucketName"]
    try:
        pages = stage.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="rejected/")
        newest = max((one for page in pages for one in page.get("Contents", [])), key=_when, default=None)
        if newest is None:
            return good("rejected records", "none")
        body = stage.client("s3").get_object(Bucket=bucket, Key=newest["Key"])["Body"].read()
    except (ClientError, BotoCoreError) as problem:
        return unknown("rejected records", str(problem), "ask with a role that may read the rejected bucket")
    record = json.loads(body.splitlines()[-1])
    age = datetime.now(UTC) - newest["LastModified"]
    where = f"{record['topic']}-{record['partition']} offset {record['offset']}"
    seen = f"newest {age.total_seconds() / 60:.0f} min ago: {record['reason']} at {where}: {record['error']}"
    return wrong("rejected records", seen, "docs/bad-input.md names each reason; make redrive brings them back")


def _when(listed: dict[str, Any]) -> datetime:
    when: datetime = listed["LastModified"]
    return when
