"""Bring rejected records back: `python -m operations.redrive --stage prod --reason internal_error --dry-run`.

The stage's redrive_rejected function hands them to process_events: records don't leave the account, and nothing is
written into a Kafka topic. With `--through-kafka` they are produced to their topic instead, where every consumer
sees them again.
"""

import argparse
import json
import sys
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from live_viewers.intake.redrive import epoch_ms
from operations.through_kafka import produce_rejected

_CONFIG = Config(read_timeout=310, retries={"total_max_attempts": 1})


class RedriveFailed(RuntimeError):
    """The message says what to look at."""


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="operations.redrive", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--reason", help="a reason of docs/bad-input.md, or on_failure")
    parser.add_argument("--topic")
    parser.add_argument("--since", type=epoch_ms, help="ISO 8601, of the record's timestamp; UTC")
    parser.add_argument("--until", type=epoch_ms, help="ISO 8601, before which the record's timestamp is; UTC")
    parser.add_argument("--dry-run", action="store_true", help="only count")
    parser.add_argument("--bucket", help="of an OnFailure destination, instead of the stage's own")
    parser.add_argument("--prefix", help="of an OnFailure destination's objects, e.g. aws/lambda/<mapping>/")
    parser.add_argument("--through-kafka", metavar="HOST:PORT", help="produce the records to their topic instead")
    parser.add_argument("--kafka-property", action="append", default=[], metavar="NAME=VALUE")
    return parser


def request_of(options: argparse.Namespace) -> dict[str, Any]:
    """The event of redrive_rejected."""
    given = {
        "reason": options.reason,
        "topic": options.topic,
        "since_ms": options.since,
        "until_ms": options.until,
        "bucket": options.bucket,
        "prefix": options.prefix,
    }
    return {"dry_run": options.dry_run, **{name: value for name, value in given.items() if value is not None}}


def redrive_stage(session: Any, stage: str, request: dict[str, Any]) -> dict[str, Any]:
    """Call the function until it has been through everything; the sum of its reports. Raises RedriveFailed."""
    functions = session.client("lambda", config=_CONFIG)
    name = physical_name(session, stage, "AWS::Lambda::Function", "RedriveRejected")
    total: dict[str, Any] = {"objects": 0, "selected": 0, "unreadable_objects": 0, "by_reason": {}}
    after: str | None = None
    while True:
        payload = json.dumps({**request, **({"after": after} if after else {})}).encode()
        answer = functions.invoke(FunctionName=name, Payload=payload)
        report = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise RedriveFailed(f"{report.get('errorType')}: {report.get('errorMessage')}; see the log of {name}")
        for field in ("objects", "selected", "unreadable_objects"):
            total[field] += report[field]
        for reason, count in report["by_reason"].items():
            total["by_reason"][reason] = total["by_reason"].get(reason, 0) + count
        if report["after"] is None:
            return total
        if report["after"] == after:
            raise RedriveFailed("no progress: an object takes longer than the function's time")
        after = report["after"]


def physical_name(session: Any, stage: str, kind: str, part_of_id: str) -> str:
    """Of the stack's resource of this type whose logical id has this part. Raises RedriveFailed."""
    stack = f"LiveViewers-{stage}"
    pages = session.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == kind and part_of_id in resource["LogicalResourceId"]:
                return str(resource["PhysicalResourceId"])
    raise RedriveFailed(f"the stack {stack} has no {kind} {part_of_id}")


def main(given: list[str]) -> int:
    options = arguments().parse_args(given)
    session = boto3.Session()
    try:
        if options.through_kafka:
            bucket = options.bucket or physical_name(session, options.stage, "AWS::S3::Bucket", "Rejected")
            properties = dict(each.split("=", 1) for each in options.kafka_property)
            properties["bootstrap.servers"] = options.through_kafka
            report = produce_rejected(session.client("s3"), bucket, properties, request_of(options))
        else:
            report = redrive_stage(session, options.stage, request_of(options))
    except (RedriveFailed, ClientError, BotoCoreError) as failure:
        print(f"redrive failed: {failure}", file=sys.stderr)
        return 1
    print(json.dumps({("would_redrive" if options.dry_run else "redriven"): report}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
