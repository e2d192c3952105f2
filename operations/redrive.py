"""Bring rejected records back: `make redrive STAGE=prod ARGS="--reason internal_error --dry-run"`.

The stage's redrive_rejected function hands them to process_events: records don't leave the account, and nothing is
written into a Kafka topic. With `--through-kafka` they are produced to their topic instead, where every consumer
sees them again.
"""

import argparse
import json
import sys
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from kafka_event_source.options import OptionParser, kafka_servers, topic_name
from live_viewers.wire.contract import RejectReason
from operations.deployed_stage import DeployedStage, OperationFailed, open_stage
from operations.options import BadKafkaProperty, add_kafka_property, instant_ms, kafka_producer, stage_parser
from operations.through_kafka import produce_rejected

REASONS = [*(reason.value for reason in RejectReason), "on_failure"]


def arguments() -> OptionParser:
    parser = stage_parser("operations.redrive", __doc__)
    parser.add_argument("--reason", choices=REASONS, help="a reason of docs/bad-input.md, or on_failure")
    parser.add_argument("--topic", type=topic_name)
    parser.add_argument("--since", type=instant_ms, help="ISO 8601, of the record's timestamp; UTC")
    parser.add_argument("--until", type=instant_ms, help="ISO 8601, before which the record's timestamp is; UTC")
    parser.add_argument("--dry-run", action="store_true", help="only count")
    parser.add_argument("--bucket", help="of an OnFailure destination, instead of the stage's own")
    parser.add_argument("--prefix", help="of an OnFailure destination's objects, e.g. aws/lambda/<mapping>/")
    parser.add_argument(
        "--through-kafka", type=kafka_servers, metavar="HOST:PORT", help="produce to their topic instead"
    )
    add_kafka_property(parser)
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


def redrive_stage(stage: DeployedStage, request: dict[str, Any]) -> dict[str, Any]:
    """Call the function until it has been through everything; the sum of its reports. Raises OperationFailed."""
    functions = stage.client("lambda", attempts=1)
    name = stage.resource("AWS::Lambda::Function", "RedriveRejected")
    total: dict[str, Any] = {"objects": 0, "selected": 0, "unreadable_objects": 0, "by_reason": {}}
    after: str | None = None
    while True:
        payload = json.dumps({**request, **({"after": after} if after else {})}).encode()
        answer = functions.invoke(FunctionName=name, Payload=payload)
        report = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise OperationFailed(
                f"{report.get('errorType')}: {report.get('errorMessage')}; see the log of {name}"
            )
        for field in ("objects", "selected", "unreadable_objects"):
            total[field] += report[field]
        for reason, count in report["by_reason"].items():
            total["by_reason"][reason] = total["by_reason"].get(reason, 0) + count
        if report["after"] is None:
            return total
        if report["after"] == after:
            raise OperationFailed("no progress: an object takes longer than the function's time")
        after = report["after"]


def main(given: list[str]) -> int:
    parser = arguments()
    options = parser.parse_args(given)
    if options.kafka_property and not options.through_kafka:
        parser.error("--kafka-property goes with --through-kafka")
    if options.since is not None and options.until is not None and options.since >= options.until:
        parser.error("--since must be before --until")
    try:
        report = _redrive(options)
    except BadKafkaProperty as problem:
        parser.error(str(problem))
    except (OperationFailed, ClientError, BotoCoreError) as failure:
        print(f"redrive failed: {failure}", file=sys.stderr)
        return 1
    print(json.dumps({("would_redrive" if options.dry_run else "redriven"): report}, indent=2))
    return 0


def _redrive(options: argparse.Namespace) -> dict[str, Any]:
    if not options.through_kafka:
        return redrive_stage(open_stage(options.stage), request_of(options))
    producer = kafka_producer(
        options.through_kafka, options.kafka_property, **{"enable.idempotence": "true", "log_level": "0"}
    )
    stage = open_stage(options.stage)
    bucket = options.bucket or stage.resource("AWS::S3::Bucket", "Rejected")
    return produce_rejected(stage.client("s3"), bucket, producer, request_of(options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
