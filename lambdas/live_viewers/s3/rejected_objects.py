"""Rejected records in S3."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from live_viewers.intake.store import StoreUnavailable


class RejectedObjects:
    """See rejected.RejectedStore. The client is made when the first record is rejected: most instances never need
    it, and making one takes longer than a batch."""

    def __init__(self, make_client: Callable[[], Any], bucket: str) -> None:
        self._make_client = make_client
        self._bucket = bucket

    @cached_property
    def _client(self) -> Any:
        return self._make_client()

    def keep(self, objects: Iterable[tuple[str, bytes]]) -> None:
        """See RejectedStore."""
        for name, body in objects:
            try:
                self._client.put_object(
                    Bucket=self._bucket, Key=name, Body=body, ContentType="application/x-ndjson"
                )
            except Exception as failure:
                # What isn't kept would be lost, so the batch has to come again, whatever the cause.
                raise StoreUnavailable(
                    f"rejected records could not be kept: {type(failure).__name__}"
                ) from failure
