"""The programs of the demo, each as its command line."""

import os

from laptop.options import Options
from laptop.places import DEMO, LOGS, PYTHON, ROOT, STACK, TEMPLATE, TOPIC
from laptop.ports import Ports
from laptop.process_manager import Program
from services.kafka import apache_kafka, embedded_kafka
from services.ministack import CREDENTIALS, ministack
from services.service import LOOPBACK, Service

LAPTOP_PATH = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "lambdas"), str(ROOT / "localstack")])}


def broker(options: Options, ports: Ports) -> Service | None:
    """None when the user brought a broker."""
    if options.kafka == "embedded":
        return embedded_kafka(ports.kafka, DEMO / "kafka")
    if options.kafka == "apache":
        return apache_kafka(ports.kafka, DEMO / "kafka")
    return None


def emulator(options: Options, ports: Ports) -> Service | None:
    """None when the user brought an emulator."""
    return None if options.aws else ministack(ports.aws, DEMO / "aws", LOGS)


def program_of(name: str, service: Service) -> Program:
    return Program(name, service.argv, service.env, service.directory)


def event_source(bootstrap: str, endpoint: str, ports: Ports, embedded: bool) -> Program:
    command = [str(PYTHON), "-m", "kafka_event_source", "--template", str(TEMPLATE), "--stack", STACK]
    command += ["--endpoint", endpoint, "--bootstrap", bootstrap, "--status-port", str(ports.event_source_status)]
    command += ["--decoder", "laptop.event_preview:preview"]
    if embedded:
        command.append("--assign")  # the embedded broker can't hand partitions over between group members
    return Program("event-source", command, {**LAPTOP_PATH, **CREDENTIALS}, ROOT)


def collector(bootstrap: str, ports: Ports) -> Program:
    command = [str(PYTHON), "-m", "collector", "--host", LOOPBACK, "--port", str(ports.collector)]
    return Program("collector", [*command, "--kafka", bootstrap, "--topic", TOPIC], LAPTOP_PATH, ROOT)


def simulator(collector_url: str, options: Options) -> Program:
    command = [str(PYTHON), "-m", "simulator", "--viewers", str(options.viewers), "--collector", collector_url]
    command += options.incident.arguments() if options.incident else []
    return Program("simulator", command, LAPTOP_PATH, ROOT)
