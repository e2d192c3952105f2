"""Topics made on a real Apache Kafka, in the clear, and through TLS and IAM sign-in as MSK has them."""

import subprocess
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.credentials import Credentials
from confluent_kafka.admin import AdminClient, NewTopic

from kafka_topics import make_topics as module
from kafka_topics.kafka_cluster import KafkaCluster
from kafka_topics.make_topics import TopicsNotMade, handler, make_topics
from kafka_topics.topic_changes import FewerPartitions, TopicChanges
from services.service import free_port, start
from tests.integration.kafka_event_source_rig import killed_at_the_end, own_broker
from tests.integration.msk_front import HOST, MskFront, msk_front

REGION = "eu-west-1"
ROLE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a/token+with=signs")


@pytest.fixture
def names() -> tuple[str, str]:
    suffix = uuid.uuid4().hex[:8]
    return f"topics-{suffix}-a", f"topics-{suffix}-b"


def partitions(bootstrap: str, *topics: str) -> list[int | None]:
    """As another client sees them; None for a topic that isn't there."""
    found = AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=10).topics
    return [len(found[topic].partitions) if topic in found else None for topic in topics]


def made(bootstrap: str, topics: dict[str, int]) -> dict[str, Any]:
    with KafkaCluster(bootstrap, {}, connect_within_s=15) as cluster:
        return make_topics(cluster, topics, patience_s=30)


def test_topics_are_created_once(apache_kafka: str, names: tuple[str, str]) -> None:
    wanted = dict.fromkeys(names, 4)
    assert made(apache_kafka, wanted) == {"created": list(names), "grown": []}
    assert partitions(apache_kafka, *names) == [4, 4]
    assert made(apache_kafka, wanted) == {"created": [], "grown": []}
    assert partitions(apache_kafka, *names) == [4, 4]


def test_more_partitions_are_added_and_no_longer_named_topics_stay(
    apache_kafka: str, names: tuple[str, str]
) -> None:
    made(apache_kafka, {names[0]: 2})
    assert made(apache_kafka, {names[0]: 6, names[1]: 6}) == {"created": [names[1]], "grown": [names[0]]}
    assert partitions(apache_kafka, *names) == [6, 6]
    assert made(apache_kafka, {names[1]: 7}) == {"created": [], "grown": [names[1]]}
    assert partitions(apache_kafka, *names) == [6, 7]


def test_fewer_partitions_are_refused_and_nothing_is_touched(apache_kafka: str, names: tuple[str, str]) -> None:
    made(apache_kafka, {names[0]: 4})
    with pytest.raises(FewerPartitions, match=f"topic {names[0]} has 4, wanted 2"):
        made(apache_kafka, dict.fromkeys(names, 2))
    assert partitions(apache_kafka, *names) == [4, None]


def test_a_topic_that_somebody_made_is_taken_as_it_is(apache_kafka: str, names: tuple[str, str]) -> None:
    theirs = NewTopic(names[0], num_partitions=4, config={"retention.ms": "60000"})
    admin = AdminClient({"bootstrap.servers": apache_kafka})
    admin.create_topics([theirs])[names[0]].result()
    assert made(apache_kafka, {names[0]: 4}) == {"created": [], "grown": []}
    assert made(apache_kafka, {names[0]: 5}) == {"created": [], "grown": [names[0]]}


def test_a_topic_made_in_between_is_found_by_the_next_attempt(apache_kafka: str, names: tuple[str, str]) -> None:
    class Late(KafkaCluster):
        """Tells of the topic only after an attempt to create it."""

        late = True

        def partitions(self, topics: Any) -> dict[str, int]:
            return {} if self.late else super().partitions(topics)

        def apply(self, planned: TopicChanges) -> None:
            self.late = False
            super().apply(planned)

    made(apache_kafka, {names[0]: 3})
    with Late(apache_kafka, {}, connect_within_s=15) as cluster:
        answer = make_topics(cluster, {names[0]: 3}, patience_s=30, sleep=lambda _: None)
    assert answer == {"created": [], "grown": []}


def test_what_the_cluster_can_never_do_is_reported_at_once(apache_kafka: str, names: tuple[str, str]) -> None:
    with (
        KafkaCluster(apache_kafka, {}, connect_within_s=15) as cluster,
        pytest.raises(TopicsNotMade, match="the cluster refused not a name: InvalidTopicError"),
    ):
        make_topics(cluster, {"not a name": 1}, patience_s=30, sleep=lambda _: pytest.fail("tried again"))


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    certificate, key = tmp_path / "broker.pem", tmp_path / "broker.key"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST} -addext"
    names = [f"subjectAltName=DNS:{HOST}", "-out", str(certificate), "-keyout", str(key)]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    return certificate, key


def test_the_function_signs_in_with_its_role_and_makes_the_topics(
    certificate: tuple[Path, Path], names: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, behind, controller = free_port(), free_port(), free_port()
    front = MskFront(behind, certificate, ROLE, REGION)
    overrides = {
        "listeners": f"PLAINTEXT://127.0.0.1:{port},BEHIND://127.0.0.1:{behind},CONTROLLER://127.0.0.1:{controller}",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
        # Kafka hands out this address once a client has signed in: as on MSK it leads through the front again.
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port},BEHIND://{HOST}:{front.port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,BEHIND:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
    }
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ROLE.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", ROLE.secret_key)
    monkeypatch.setenv("AWS_SESSION_TOKEN", ROLE.token)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 120_000)
    event = {"bootstrap_servers": f"{HOST}:{front.port}", "topics": dict.fromkeys(names, 3)}
    broker = start(own_broker(port, tmp_path / "broker", overrides), tmp_path / "broker.log")
    with killed_at_the_end(broker), msk_front(front):
        assert handler(event, context) == {"created": list(names), "grown": []}
        assert handler(event, context) == {"created": [], "grown": []}
        assert {fields["x-amz-security-token"] for fields in front.signed_in} == {ROLE.token}
        assert partitions(f"127.0.0.1:{port}", *names) == [3, 3]
        signed_in = len(front.signed_in)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
        monkeypatch.setattr(module, "CONNECT_WITHIN_S", 2.0)
        with pytest.raises(TopicsNotMade, match="no connection to localhost"):
            handler(event, context)
        assert len(front.signed_in) == signed_in
