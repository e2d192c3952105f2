"""Removes an erased viewer's records from the bucket of rejected ones."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

from botocore.config import Config

from live_viewers.erasure.erased_records import Naming, naming, without
from live_viewers.intake.rejected import PREFIX

if TYPE_CHECKING:  # for types alone: the bundle has no stubs
    from mypy_boto3_s3 import S3Client

_AT_ONCE = 16
BUCKET_CONFIG = Config(max_pool_connections=_AT_ONCE)


class RejectedErasure:
    """See erasure.RejectedRecords. `client` is an S3 client made with BUCKET_CONFIG."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def remove_of(self, viewer_ids: Sequence[str], after: str | None, may_go_on: Callable[[], bool]) -> str | None:
        """See RejectedRecords. Objects are looked at in the order of their names, some at once."""
        names = naming(*viewer_ids)
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=PREFIX, StartAfter=after or ""
        )
        keys = (found["Key"] for page in pages for found in page.get("Contents", []))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while some := list(islice(keys, _AT_ONCE)):
                if not may_go_on():
                    return after or PREFIX
                list(pool.map(lambda key: self._clean(key, names), some))
                after = some[-1]
        return None

    def _clean(self, key: str, names: Naming) -> None:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey:  # its time had come
            return
        kept = without(body, names)
        if kept:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=kept, ContentType="application/x-ndjson")
        elif kept is not None:
            self._client.delete_object(Bucket=self._bucket, Key=key)
