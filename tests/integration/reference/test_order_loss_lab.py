"""The order-loss lab: events of one POST, reversed and spread over random-key partitions, end in the right status.

That is what the reference's Snowbridge does to events: it writes those of one POST in reverse, each with a random
key, so to any partition. The same records go through a simulation of the reference's state machine.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest
from confluent_kafka import Consumer

from bench.baseline import STATES
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.session.media_session import fold
from live_viewers.session.status import Status, status_of
from live_viewers.wire import DecodeSettings, decode
from tests.integration.kafka_event_source_rig import Topic
from tests.integration.reference.oracle import assert_nothing_missing_and_nothing_wrong, stored
from tests.integration.reference.pipeline import pipeline, produce
from tests.integration.reference.viewings_in_posts import (
    FORMATS,
    START_MS,
    Step,
    as_enriched_json,
    as_reference_json,
    viewing,
)
from tests.tables import client_of, create_tables, delete_tables


@pytest.fixture
def profiles_table(dynamodb_local: str) -> Iterator[str]:
    """One for each number of viewers: all that it holds is compared."""
    names = create_tables(dynamodb_local, f"t{uuid4().hex[:12]}-")
    yield names["ViewerProfiles"]
    delete_tables(dynamodb_local, names)


def reference_statuses(steps: Iterable[Step]) -> dict[str, str]:
    """What the reference shows of each viewer after these events, in this order of arrival."""
    states: dict[str, str] = {}
    for step in steps:
        before = states.get(step.viewer, "WATCHING_VIDEO")
        states[step.viewer] = STATES.get((before, f"{step.name}_event"), before)
    return states


def as_consumed(topic: Topic, steps: dict[bytes, Step]) -> list[Step]:
    """In the order in which one consumer reads the topic from its beginning."""
    consumer = Consumer(
        {"bootstrap.servers": topic.bootstrap, "group.id": "reference", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([topic.name])
    read: list[Step] = []
    try:
        while len(read) < len(steps):
            messages = consumer.consume(len(steps) - len(read), timeout=20)  # waits for that many
            assert messages, "the topic has ended early"
            read += [steps[message.value()] for message in messages]
    finally:
        consumer.close()
    return read


def wrong(statuses: dict[str, str], right: dict[str, Status]) -> int:
    return sum(statuses[viewer] != status.value for viewer, status in right.items())


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("viewers_a_format", [25, pytest.param(100, marks=pytest.mark.slow)])
def test_events_of_one_post_reversed_and_spread_over_random_key_partitions_end_in_the_right_status(
    apache_kafka: str, dynamodb_local: str, profiles_table: str, tmp_path: Path, viewers_a_format: int
) -> None:
    rng = Random(7)
    viewings = {
        f"{format_}-{number}": viewing(f"{format_}-{number}", rng)
        for format_ in FORMATS
        for number in range(viewers_a_format)
    }
    right = {viewer: posts[-1][-1].status for viewer, posts in viewings.items()}
    assert len(set(right.values())) == 4, "all four statuses are among the right ones"
    posts = sorted(
        (post for viewing_ in viewings.values() for post in viewing_), key=lambda post: post[0].collector_ms
    )
    in_order = [step for post in posts for step in post]
    arriving = [step for post in posts for step in reversed(post)]

    def value(step: Step) -> bytes:
        return FORMATS[step.viewer.rpartition("-")[0]](step)

    topic = Topic(apache_kafka).create()
    produce(topic, [(str(UUID(int=rng.getrandbits(128))), value(step)) for step in arriving])
    with pipeline(tmp_path, topic, dynamodb_local, profiles_table, batch_size=25):
        topic.wait_until_drained(within_s=600)

    found = stored(client_of(dynamodb_local), profiles_table).sessions_of_viewers()
    ours = {viewer: fold_profile(sessions, START_MS).status.value for viewer, sessions in found.items()}
    assert ours == {viewer: status.value for viewer, status in right.items()}
    assert_nothing_missing_and_nothing_wrong(dynamodb_local, profiles_table, [value(step) for step in arriving])

    consumed = as_consumed(topic, {value(step): step for step in arriving})
    assert wrong(reference_statuses(in_order), right) == 0, "with its order kept the reference is right"
    live, backlog = (wrong(reference_statuses(steps), right) for steps in (arriving, consumed))
    assert live > 0
    assert backlog > 0
    sizes = Counter(map(len, posts))
    print(
        f"{len(right)} viewers, {len(arriving)} events in {len(posts)} POSTs ({sizes[1]} of one event): "
        f"ours wrong 0; the reference wrong {live} when it reads them as they are written, "
        f"{backlog} when it reads a backlog"
    )


def test_limit_the_references_own_json_orders_events_of_one_post_only_by_their_position() -> None:
    """Pause, then play at the same position in the same POST: the collector's time is the same, so nothing says
    which came first, and the rank of the names decides. With the device's time the same two events are right."""
    pause = Step("v", "pause", "1", START_MS + 1_000, START_MS + 1_500, Status.PAUSED_VIDEO)
    play = Step("v", "play", "2", START_MS + 1_200, START_MS + 1_500, Status.WATCHING_VIDEO)

    def status(*values: bytes) -> Status:
        events = [decode(value, DecodeSettings()) for value in values]
        return status_of(fold([event for event in events if event is not None]))

    def at_one_position(step: Step) -> bytes:
        return as_reference_json(step).replace(str(step.position_s).encode(), b"1.0")

    assert status(at_one_position(pause), at_one_position(play)) is Status.PAUSED_VIDEO
    assert status(at_one_position(play), at_one_position(pause)) is Status.PAUSED_VIDEO
    assert status(as_reference_json(play), as_reference_json(pause)) is Status.WATCHING_VIDEO
    assert status(as_enriched_json(play), as_enriched_json(pause)) is Status.WATCHING_VIDEO
