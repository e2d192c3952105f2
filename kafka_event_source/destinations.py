"""Where discarded batches go: an SQS queue (what failed) or an S3 bucket (what failed and the whole event)."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from kafka_event_source.aws import Emulator
from kafka_event_source.ports import Destination
from kafka_event_source.refusal import Refused


class QueueDestination:
    """Sends the invocation record as the message's body."""

    def __init__(self, sqs: Any, queue_name: str) -> None:
        self._sqs = sqs
        self._queue_name = queue_name

    def send(self, failure: dict[str, object], payload: bytes) -> None:
        url = self._sqs.get_queue_url(QueueName=self._queue_name)["QueueUrl"]
        self._sqs.send_message(QueueUrl=url, MessageBody=json.dumps(failure))


class BucketDestination:
    """Stores the invocation record with the event as a string in `payload`.

    AWS documents no object key for Kafka; this is its key for streams, with the partition in the shard's place.
    """

    def __init__(self, s3: Any, bucket: str, mapping_name: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._mapping_name = mapping_name

    def send(self, failure: dict[str, object], payload: bytes) -> None:
        self._s3.put_object(
            Bucket=self._bucket,
            Key=self._key(failure),
            Body=json.dumps({**failure, "payload": payload.decode()}).encode(),
            ContentType="application/json",
        )

    def _key(self, failure: dict[str, Any]) -> str:
        partition = next(iter(failure["KafkaBatchInfo"]["recordsInfo"]), "none")
        now = datetime.now(UTC)
        day, second = now.strftime("%Y/%m/%d"), now.strftime("%Y-%m-%dT%H.%M.%S")
        return f"aws/lambda/{self._mapping_name}/{partition}/{day}/{second}-{uuid.uuid4()}"


def destination_for(arn: str | None, emulator: Emulator, mapping_name: str) -> Destination | None:
    """The destination an OnFailure ARN names; mappings with other services were refused when read."""
    if arn is None:
        return None
    service, name = arn.split(":")[2], arn.rsplit(":", 1)[-1]
    if service == "sqs":
        return QueueDestination(emulator.client("sqs"), name)
    if service == "s3":
        return BucketDestination(emulator.client("s3"), name, mapping_name)
    raise Refused(f"DestinationConfig.OnFailure: {service} is not supported, use SQS or S3")
