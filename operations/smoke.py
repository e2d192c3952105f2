"""Whether a deployed stage works, from event to profile: `make smoke STAGE=dev`.

Hands 100 marked events of one synthetic viewer to the stage's process_events function, a few at a time, as AWS's
Kafka event; waits each time until the API shows them; asserts the finished profile; erases the viewer; and prints
what each hop took. Nothing is written into a Kafka topic, for others read those: `--through-kafka HOST:PORT` does
so by choice, and then the event source mapping is part of what is shown.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import track
from rich.table import Table

from kafka_event_source.options import OptionParser, kafka_servers, topic_name
from operations.deployed_stage import DeployedStage, OperationFailed, open_stage
from operations.marked_events import (
    DURATION_S,
    EVENTS,
    TITLE,
    MarkedViewer,
    batches,
    marked_batch,
    new_viewer,
    self_managed_source,
    viewer_json,
)
from operations.options import BadKafkaProperty, add_kafka_property, kafka_producer, stage_parser
from operations.stage_api import StageApi, sign_in

SHOWN_WITHIN_S = 30.0
ERASED_WITHIN_S = 180.0


@dataclass(frozen=True)
class Delivery:
    """A way to hand events over, and the name of the `answer` that it waits for."""

    answer: str
    deliver: Callable[[MarkedViewer, range], None]


def run(delivery: Delivery, api: StageApi) -> dict[str, list[float]]:
    """Seconds of each hop, a number a batch. Raises OperationFailed when something did not come true."""
    viewer = new_viewer()
    handed_over, on_to_api = f"event to {delivery.answer}", f"{delivery.answer} to API"
    hops: dict[str, list[float]] = {handed_over: [], on_to_api: [], "event to API": []}
    try:
        for numbers in track(list(batches()), description=f"{EVENTS} events", transient=True):
            began = time.monotonic()
            delivery.deliver(viewer, numbers)
            handed = time.monotonic()
            _wait_until_shown(api, viewer, min(float(numbers[-1]), DURATION_S))
            shown = time.monotonic()
            hops[handed_over].append(handed - began)
            hops[on_to_api].append(shown - handed)
            hops["event to API"].append(shown - began)
        _assert_finished(api.viewer(viewer.viewer_id))
    finally:
        began = time.monotonic()
        api.erase(viewer.viewer_id)
        _wait_until_erased(api, viewer)
    hops["erasure"] = [time.monotonic() - began]
    return hops


def through_function(stage: DeployedStage) -> Delivery:
    functions, name = stage.client("lambda"), stage.outputs["ProcessEventsFunctionName"]

    def deliver(viewer: MarkedViewer, numbers: range) -> None:
        payload = json.dumps(marked_batch(viewer, numbers, self_managed_source())).encode()
        answer = functions.invoke(FunctionName=name, Payload=payload)
        said = answer["Payload"].read().decode(errors="replace")
        if "FunctionError" in answer:
            raise OperationFailed(f"{name} failed: {said[:500]}; its log says more")

    return Delivery("function's answer", deliver)


def through_kafka(bootstrap: str, topic: str, properties: list[tuple[str, str]]) -> Delivery:
    """By the topic, until the broker has acknowledged the records. Raises BadKafkaProperty."""
    own = {"broker.address.family": "v4", "linger.ms": "0", "log_level": "0"}
    producer = kafka_producer(bootstrap, properties, **own)

    def deliver(viewer: MarkedViewer, numbers: range) -> None:
        for number in numbers:
            value = json.dumps(viewer_json(viewer, number, time.time_ns() // 1_000_000))
            producer.produce(topic, key=viewer.viewer_id, value=value)
        if producer.flush(15):
            raise OperationFailed(f"Kafka at {bootstrap} took no record within 15 s")

    return Delivery("broker's acknowledgement", deliver)


def _wait_until_shown(api: StageApi, viewer: MarkedViewer, position_s: float) -> None:
    until = time.monotonic() + SHOWN_WITHIN_S
    while time.monotonic() < until:
        found = api.viewer(viewer.viewer_id)
        if found and (found["current_session"]["position_s"] or 0.0) >= position_s:
            return
        time.sleep(0.02)
    raise OperationFailed(
        f"the API did not show {viewer.viewer_id} at {position_s:.0f} s within {SHOWN_WITHIN_S:.0f} s: "
        "the log of process_events says whether it was written; `make doctor` looks at the rest"
    )


def _assert_finished(found: dict[str, Any] | None) -> None:
    expected = {"status": "COMPLETED_VIDEO", "title": TITLE, "position_s": DURATION_S, "duration_s": DURATION_S}
    session = found["current_session"] if found else {}
    wrong = {name: session.get(name) for name, value in expected.items() if session.get(name) != value}
    if wrong:
        raise OperationFailed(f"the finished profile is not what the events say: {wrong} instead of {expected}")


def _wait_until_erased(api: StageApi, viewer: MarkedViewer) -> None:
    until = time.monotonic() + ERASED_WITHIN_S
    while time.monotonic() < until:
        if api.viewer(viewer.viewer_id) is None:
            return
        time.sleep(0.2)
    raise OperationFailed(
        f"{viewer.viewer_id} is not erased after {ERASED_WITHIN_S:.0f} s: see the log of erase_viewers"
    )


def print_hops(hops: dict[str, list[float]]) -> None:
    table = Table("hop", "p50 ms", "p95 ms", "times", box=None, pad_edge=False)
    for name, seconds in hops.items():
        ordered = sorted(seconds)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        table.add_row(name, f"{statistics.median(ordered) * 1000:.0f}", f"{p95 * 1000:.0f}", str(len(ordered)))
    Console().print(table)


def arguments() -> OptionParser:
    parser = stage_parser("operations.smoke", __doc__)
    parser.add_argument(
        "--through-kafka", type=kafka_servers, metavar="HOST:PORT", help="write into the topic instead"
    )
    parser.add_argument("--topic", type=topic_name, default="snowplow-enriched-good")
    add_kafka_property(parser)
    return parser


def main(given: list[str]) -> int:
    parser = arguments()
    options = parser.parse_args(given)
    if options.kafka_property and not options.through_kafka:
        parser.error("--kafka-property goes with --through-kafka")
    try:
        by_topic = (
            through_kafka(options.through_kafka, options.topic, options.kafka_property)
            if options.through_kafka
            else None
        )
        stage = open_stage(options.stage)
        hops = run(by_topic or through_function(stage), sign_in(stage))
    except BadKafkaProperty as problem:
        parser.error(str(problem))
    except (OperationFailed, ClientError, BotoCoreError) as problem:
        print(f"smoke test failed: {problem}", file=sys.stderr)
        return 1
    print_hops(hops)
    print(f"passed: {EVENTS} events of one viewer became the right profile, and the viewer was erased")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
