"""Settings that only a real broker can show: where reading starts, who may read, how fast, and for how many."""

import json
import statistics
import subprocess
import threading
import time
from pathlib import Path

import pytest
from confluent_kafka.admin import (
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from services.service import free_port, start
from tests.integration.kafka_event_source_rig import (
    OK,
    Answer,
    Event,
    Topic,
    killed_at_the_end,
    lambda_double,
    own_broker,
    poller,
    records_of,
    template,
)

SCRAM_SECRET = "arn:aws:secretsmanager:us-east-1:000000000000:secret:scram"
CA_SECRET = "arn:aws:secretsmanager:us-east-1:000000000000:secret:ca"


@pytest.mark.parametrize("position", ["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"])
def test_starting_position_counts_only_until_the_group_has_committed(
    position: str, apache_kafka: str, tmp_path: Path
) -> None:
    topic = Topic(apache_kafka, partitions=2).create()
    old = topic.produce(40)
    time.sleep(0.05)
    moment = time.time()
    time.sleep(0.05)
    recent = topic.produce(40)
    settings = {"StartingPositionTimestamp": moment} if position == "AT_TIMESTAMP" else {}
    mapping = template(tmp_path, topic, StartingPosition=position, **settings)
    with lambda_double() as function:
        with poller(mapping, function.endpoint) as first:
            first.wait_for("partition assigned")
            topic.wait_until_drained()
        while_away = topic.produce(40)
        with poller(mapping, function.endpoint):
            topic.wait_until_drained()
        expected = {"TRIM_HORIZON": old + recent, "LATEST": [], "AT_TIMESTAMP": recent}[position] + while_away
        assert sorted(function.values, key=int) == expected


def test_batch_size_and_batching_window_shape_the_batches(apache_kafka: str, tmp_path: Path) -> None:
    topic = Topic(apache_kafka, partitions=1).create()
    # Long enough for a busy machine to bring all of the records within it.
    mapping = template(tmp_path, topic, BatchSize=30, MaximumBatchingWindowInSeconds=4)
    with lambda_double() as function, poller(mapping, function.endpoint) as running_poller:
        running_poller.wait_for("partition assigned")
        started = time.monotonic()
        topic.produce(70)
        topic.wait_until_drained()
        assert time.monotonic() - started >= 3.6, "the last batch waits for its window"
        assert [len(records_of(event)) for event, _ in function.invocations] == [30, 30, 10]


def test_with_a_window_of_0_a_record_is_invoked_within_100_ms_at_the_median(
    apache_kafka: str, tmp_path: Path
) -> None:
    topic = Topic(apache_kafka, partitions=1).create()
    acknowledged: list[float] = []
    invoked: list[float] = []

    def behave(event: Event) -> Answer:
        invoked.extend(time.monotonic() for _ in records_of(event))
        return OK

    mapping = template(tmp_path, topic)
    with lambda_double(behave=behave) as function, poller(mapping, function.endpoint) as running_poller:
        running_poller.wait_for("partition assigned")
        topic.produce(1)
        topic.wait_until_drained()  # the first record finds connections that are being made
        invoked.clear()
        for _ in range(20):
            topic.produce(1)
            acknowledged.append(time.monotonic())  # from here on it waits for the event source alone
            time.sleep(0.05)
        topic.wait_until_drained()
    taken = [1000 * (end - begin) for begin, end in zip(acknowledged, invoked, strict=True)]
    print(f"from the broker's acknowledgement to the function: p50 {statistics.median(taken):.0f} ms")
    assert statistics.median(taken) < 100


def test_filter_criteria_drop_records_and_commit_their_offsets(apache_kafka: str, tmp_path: Path) -> None:
    topic = Topic(apache_kafka, partitions=1).create()
    topic.produce(100)
    criteria = {"Filters": [{"Pattern": json.dumps({"value": [{"prefix": "9"}]})}]}
    mapping = template(tmp_path, topic, FilterCriteria=criteria)
    with lambda_double() as function, poller(mapping, function.endpoint):
        topic.wait_until_drained()
        assert function.values == ["9", *map(str, range(90, 100))]


def test_several_mappings_are_polled_at_once_each_for_its_function(apache_kafka: str, tmp_path: Path) -> None:
    one, two = Topic(apache_kafka).create(), Topic(apache_kafka, partitions=2).create()
    parts = [json.loads(template(tmp_path, topic).read_text())["Resources"]["Mapping"] for topic in (one, two)]
    both = tmp_path / "both.template.json"
    both.write_text(json.dumps({"Resources": {"One": parts[0], "Two": parts[1]}}))
    one.produce(200)
    two.produce(100)
    with lambda_double() as function, poller(both, function.endpoint):
        one.wait_until_drained()
        two.wait_until_drained()
        assert {name.rsplit("-", 1)[0] for name in function.delivered} == {one.name, two.name}
        assert len(function.values) == 300


def test_a_function_that_exceeds_its_timeout_has_failed(apache_kafka: str, tmp_path: Path) -> None:
    """The emulator has 5 s beyond the timeout to say so itself; after that the call is given up."""
    topic = Topic(apache_kafka, partitions=1).create()
    topic.produce(5)
    given_up = threading.Event()

    def behave(event: Event) -> Answer:
        given_up.wait(120)
        return OK

    mapping = template(tmp_path, topic)
    with (
        lambda_double(behave=behave, timeout_s=1) as function,
        poller(mapping, function.endpoint) as running_poller,
    ):
        line = running_poller.wait_for("function error")
        given_up.set()
        topic.wait_until_drained()
        assert "Task timed out after 1.00 seconds" in line["detail"]


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A self-signed certificate for loopback and its key, in PEM."""
    certificate, key = tmp_path / "broker.pem", tmp_path / "broker.key"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext"
    names = ["subjectAltName=IP:127.0.0.1,DNS:localhost", "-out", str(certificate), "-keyout", str(key)]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    return certificate, key


def test_sasl_scram_over_tls_with_credentials_from_secrets_manager(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    open_port, secure_port = free_port(), free_port()
    pem = tmp_path / "keystore.pem"
    pem.write_text(certificate[1].read_text() + certificate[0].read_text())
    controller = free_port()
    overrides = {
        "listeners": f"PLAINTEXT://127.0.0.1:{open_port},SECURE://127.0.0.1:{secure_port},"
        f"CONTROLLER://127.0.0.1:{controller}",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{open_port},SECURE://127.0.0.1:{secure_port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL",
        "inter.broker.listener.name": "PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.secure.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram."
        "ScramLoginModule required;",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(pem),
    }
    service = own_broker(open_port, tmp_path / "secured", overrides=overrides)
    with killed_at_the_end(start(service, tmp_path / "secured.log")):
        topic = Topic(f"127.0.0.1:{open_port}").create()
        topic.produce(100)
        credential = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        upsertion = UserScramCredentialUpsertion("viewers", credential, b"right")
        admin = AdminClient({"bootstrap.servers": topic.bootstrap})
        for done in admin.alter_user_scram_credentials([upsertion]).values():
            done.result(10)
        mapping = template(
            tmp_path,
            topic,
            SourceAccessConfigurations=[
                {"Type": "SASL_SCRAM_512_AUTH", "URI": SCRAM_SECRET},
                {"Type": "SERVER_ROOT_CA_CERTIFICATE", "URI": CA_SECRET},
            ],
        )
        secrets = {
            SCRAM_SECRET: {"username": "viewers", "password": "wrong"},
            CA_SECRET: {"certificate": certificate[0].read_text()},
        }
        bootstrap = ["--bootstrap", f"127.0.0.1:{secure_port}"]
        with lambda_double(secrets=secrets) as function:
            with poller(mapping, function.endpoint, *bootstrap) as refused:
                assert refused.process.wait(60) == 4
                assert "refused access" in refused.log.read_text()
                assert "wrong" not in refused.log.read_text()
            secrets[SCRAM_SECRET]["password"] = "right"
            with poller(mapping, function.endpoint, *bootstrap):
                topic.wait_until_drained()
            function.assert_all_delivered_in_order(topic.produced)
