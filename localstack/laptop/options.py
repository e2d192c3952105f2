"""What `make demo ARGS="…"` accepts."""

import argparse
from dataclasses import dataclass

from kafka_event_source.options import endpoint_url, kafka_servers, whole_number
from laptop.failure import DemoFailed
from laptop.ports import HIGHEST_FIRST_PORT
from simulator.incident import Incident, IncidentRefused, add_incident_options, incident_from
from simulator.setup import DEFAULT_SEED


@dataclass(frozen=True)
class Options:
    kafka: str  # embedded, apache or HOST:PORT
    viewers: int
    aws: str | None  # URL of an emulator that already runs
    port: int  # the first of a row of ports
    incident: Incident | None = None


FIRST_PORT = 4566  # the one that LocalStack made customary for an AWS emulator
USAGE = (
    "[--kafka embedded|apache|HOST:PORT] [--viewers N] [--aws URL] [--port P] "
    "[--incident NAME=VALUE [--incident-after S] [--incident-for S]]"
)


def _kafka(text: str) -> str:
    if text in ("embedded", "apache"):
        return text
    try:
        return kafka_servers(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is none of: embedded, apache, HOST:PORT (for example localhost:9092)"
        ) from None


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kafka",
        type=_kafka,
        default="embedded",
        metavar="embedded|apache|HOST:PORT",
        help="the broker: a small one from a wheel (default), Apache Kafka (wants Java 17 and Maven), or yours",
    )
    parser.add_argument(
        "--viewers",
        type=whole_number(0, 100_000, "a number of viewers"),
        default=20,
        metavar="N",
        help="simulated viewers (default 20)",
    )
    parser.add_argument(
        "--aws", type=endpoint_url, metavar="URL", help="an AWS emulator that already runs (default: start one)"
    )
    parser.add_argument(
        "--port",
        type=whole_number(1024, HIGHEST_FIRST_PORT, "a port"),
        default=FIRST_PORT,
        metavar="P",
        help=f"first of five ports in a row (default {FIRST_PORT})",
    )
    add_incident_options(parser)


def options_from(arguments: argparse.Namespace) -> Options:
    """Raises DemoFailed where the options don't fit together."""
    try:
        incident = incident_from(arguments, arguments.viewers, DEFAULT_SEED)
    except IncidentRefused as problem:
        raise DemoFailed(str(problem)) from None
    return Options(arguments.kafka, arguments.viewers, arguments.aws, arguments.port, incident)
