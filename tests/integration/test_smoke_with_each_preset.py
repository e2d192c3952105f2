"""`make smoke` asks for nothing that a preset puts off: it is shown batch by batch under each of them."""

from typing import Any

import pytest

from operations.marked_events import EVENTS, MarkedViewer, marked_batch, self_managed_source
from operations.smoke import Delivery, run
from stacks.config import parse_config
from stacks.kafka_config import PRESETS
from tests.instances import Instance
from tests.integration.api_rig import ApiRig
from tests.unit.api.http_events import ERASER

CLUSTER = "arn:aws:kafka:eu-west-1:111122223333:cluster/events/a"


class RigApi:
    """The API of a rig, as smoke calls it; erased is who was asked to be."""

    def __init__(self, rig: ApiRig) -> None:
        self._rig = rig
        self._erased: set[str] = set()

    def viewer(self, viewer_id: str) -> dict[str, Any] | None:
        reply = self._rig.get(f"/v1/viewers/{viewer_id}")
        assert reply.status in (200, 404), reply.content
        return None if reply.status == 404 or viewer_id in self._erased else reply.json

    def erase(self, viewer_id: str) -> None:
        assert self._rig.ask("DELETE", f"/v1/viewers/{viewer_id}", authorizer=ERASER).status == 202
        self._erased.add(viewer_id)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_batch_is_shown(dynamodb_local: str, preset: str) -> None:
    source = {"type": "msk", "cluster_arn": CLUSTER}
    config = parse_config("dev", {"kafka": {"source": source, "preset": preset}})
    rig = ApiRig(dynamodb_local)
    instance = Instance(dynamodb_local, rig.table, ping_write_interval_s=config.ping_write_interval_s)
    handed_over = []

    def deliver(viewer: MarkedViewer, numbers: range) -> None:
        instance.process(marked_batch(viewer, numbers, self_managed_source()))
        handed_over.extend(numbers)

    hops = run(Delivery("function's answer", deliver), RigApi(rig))  # type: ignore[arg-type]
    assert handed_over == list(range(EVENTS))
    assert len(hops["event to API"]) == EVENTS // 5
