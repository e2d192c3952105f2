"""The bucket of rejected records, as redrive goes through it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:  # for types alone: the bundle has no stubs
    from mypy_boto3_s3 import S3Client


class RedriveObjects:
    """See redrive.Objects."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def names(self, prefix: str, after: str | None) -> Iterator[str]:
        """See redrive.Objects."""
        paginator = self._client.get_paginator("list_objects_v2")
        if after:
            pages = paginator.paginate(Bucket=self._bucket, Prefix=prefix, StartAfter=after)
        else:
            pages = paginator.paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            for each in page.get("Contents", ()):
                yield each["Key"]

    def get(self, name: str) -> tuple[bytes, str] | None:
        """See redrive.Objects."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=name)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        return answer["Body"].read(), answer["ETag"]

    def put(self, name: str, body: bytes) -> None:
        self._client.put_object(Bucket=self._bucket, Key=name, Body=body, ContentType="application/x-ndjson")

    def remove(self, name: str, tag: str) -> None:
        """See redrive.Objects. Only the process_events that was called just before may have replaced it."""
        current = self.get(name)
        if current is not None and current[1] == tag:
            self._client.delete_object(Bucket=self._bucket, Key=name)
