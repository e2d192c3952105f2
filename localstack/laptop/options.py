"""What `make demo ARGS="…"` accepts."""

import argparse
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Options:
    kafka: str  # embedded, apache or HOST:PORT
    viewers: int
    aws: str | None  # URL of an emulator that already runs
    port: int  # the first of a row of ports


FIRST_PORT = 4566  # the one that LocalStack made customary for an AWS emulator


def _kafka(text: str) -> str:
    if text in ("embedded", "apache"):
        return text
    host, separator, port = text.rpartition(":")
    if separator and host and port.isdigit():
        return text
    raise argparse.ArgumentTypeError(
        f"{text!r} is none of: embedded, apache, HOST:PORT (for example localhost:9092)"
    )


def _aws(text: str) -> str:
    if urlsplit(text).scheme in ("http", "https") and urlsplit(text).hostname:
        return text.rstrip("/")
    raise argparse.ArgumentTypeError(f"{text!r} is not a URL such as http://127.0.0.1:4566")


def _port(text: str) -> int:
    if text.isdigit() and 1024 <= int(text) <= 65_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1024 to 65000")


def _viewers(text: str) -> int:
    if text.isdigit() and int(text) <= 100_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of viewers from 0 to 100000")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kafka",
        type=_kafka,
        default="embedded",
        metavar="embedded|apache|HOST:PORT",
        help="the broker: a small one from a wheel (default), Apache Kafka (wants Java 17 and Maven), or yours",
    )
    parser.add_argument("--viewers", type=_viewers, default=20, metavar="N", help="simulated viewers (default 20)")
    parser.add_argument(
        "--aws", type=_aws, metavar="URL", help="an AWS emulator that already runs (default: start one)"
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=FIRST_PORT,
        metavar="P",
        help=f"first of five ports in a row (default {FIRST_PORT})",
    )


def options_from(arguments: argparse.Namespace) -> Options:
    return Options(arguments.kafka, arguments.viewers, arguments.aws, arguments.port)
