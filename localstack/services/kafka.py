"""Kafka brokers that need no Docker: an embedded one from a Python wheel, and Apache Kafka (KRaft, one node)."""

import subprocess
from importlib.resources import files
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from services.jars import class_path, java
from services.service import LOOPBACK, Service, ServiceFailed, free_port


def answers_metadata(bootstrap: str) -> bool:
    admin = AdminClient(
        {
            "bootstrap.servers": bootstrap,
            "log_level": 0,
            "socket.timeout.ms": 1000,
            "broker.address.family": "v4",
        }
    )
    try:
        return bool(admin.list_topics(timeout=1).brokers)
    except KafkaException:
        return False


def embedded_kafka(port: int, data: Path) -> Service:
    """noida-db's Kafka: starts at once and keeps its data in `data`.

    It can't hand partitions over between the members of a group: let one poller assign itself all of them.
    """
    return Service(
        name="embedded Kafka",
        argv=[
            str(_noida_db()),
            "start",
            "--only",
            "kafka",
            "--host",
            LOOPBACK,
            "--kafka-port",
            str(port),
            "--data-dir",
            str(data),
        ],
        ready=lambda: answers_metadata(f"{LOOPBACK}:{port}"),
    )


def _noida_db() -> Path:
    """The broker itself: the command of its name is a Python that waits for it, 8 MB."""
    program = Path(str(files("noida_db") / "noida-db"))
    program.chmod(0o755)  # as that command does
    return program


def apache_kafka(port: int, data: Path, heap_mb: int = 256, overrides: dict[str, str] | None = None) -> Service:
    """Apache Kafka, one node, broker and controller in one. Formats `data` when it is new.

    `overrides` are broker properties that replace or add to the ones below.
    """
    jars = class_path("kafka")
    properties = data / "server.properties"
    data.mkdir(parents=True, exist_ok=True)
    if not properties.exists():
        _write_properties(properties, port, data / "log", overrides or {})
        _format(jars, properties)
    return Service(
        name="Apache Kafka",
        argv=[
            java() or "java",
            f"-Xmx{heap_mb}m",
            f"-Dlog4j2.configurationFile={_quiet_logging(data)}",
            "-cp",
            jars,
            "kafka.Kafka",
            str(properties),
        ],
        ready=lambda: answers_metadata(f"{LOOPBACK}:{port}"),
    )


def _write_properties(path: Path, port: int, log: Path, overrides: dict[str, str]) -> None:
    controller = free_port()
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{controller}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(log),
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "offsets.topic.num.partitions": "4",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "auto.create.topics.enable": "false",
        "log.cleaner.dedupe.buffer.size": "2097152",
        **overrides,
    }
    path.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))


def _format(jars: str, properties: Path) -> None:
    short_lived = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]  # half the time of a program that ends at once
    command = [java() or "java", *short_lived, "-cp", jars, "kafka.tools.StorageTool", "format", "--standalone"]
    command += ["-t", "bGl2ZS12aWV3ZXJzLWxvYw", "-c", str(properties)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        properties.unlink()
        raise ServiceFailed(f"Apache Kafka could not format {properties.parent}:\n{outcome.stderr[-800:]}")


def _quiet_logging(data: Path) -> Path:
    path = data / "log4j2.xml"
    path.write_text(
        "<Configuration><Appenders><Console name='out'><PatternLayout pattern='%d %p %m%n'/></Console></Appenders>"
        "<Loggers><Root level='warn'><AppenderRef ref='out'/></Root></Loggers></Configuration>"
    )
    return path
