"""The command: `python -m kafka_event_source --template ... --stack ... --endpoint ... --bootstrap ...`.

Exit codes: 0 stopped by SIGINT or SIGTERM; 2 a setting was refused; 3 a function, secret or stack can't be found;
4 the brokers refused access; 5 something unexpected.
"""

import argparse
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from kafka_event_source.access import security_settings
from kafka_event_source.aws import Emulator
from kafka_event_source.backoff import Backoff
from kafka_event_source.client_settings import consumer_settings
from kafka_event_source.destinations import destination_for
from kafka_event_source.event import EventEnvelope
from kafka_event_source.intrinsics import Resolver
from kafka_event_source.lambda_invoker import LambdaInvoker
from kafka_event_source.mapping import EventSourceMapping
from kafka_event_source.mapping_status import MappingStatus
from kafka_event_source.options import (
    OptionParser,
    endpoint_url,
    kafka_servers,
    name_and_value,
    number,
    port,
    region_name,
)
from kafka_event_source.poller import KafkaRefusedAccess, Poller
from kafka_event_source.refusal import Refused, Unresolved
from kafka_event_source.reporting import REPORT_EVERY_S, StatusReporter, set_up_logging
from kafka_event_source.status_page import StatusServer, load_decoder
from kafka_event_source.template import mappings_of, mappings_of_emulator, read_template
from kafka_event_source.worker_factory import PollerParts

STOPPED, REFUSED, UNRESOLVED, NO_ACCESS, UNEXPECTED = 0, 2, 3, 4, 5
log = logging.getLogger("kafka_event_source")
Found = TypeVar("Found")


def arguments() -> OptionParser:
    parser = OptionParser(
        prog="python -m kafka_event_source",
        description="Polls Kafka and invokes an AWS emulator's functions, as Lambda's event source mapping does.",
        epilog="Exit codes: 0 stopped, 2 a setting refused, 3 function, secret or stack not found, "
        "4 access refused by Kafka, 5 unexpected.",
    )
    where = parser.add_argument_group("where things are")
    where.add_argument("--template", type=Path, help="synthesized template, such as cdk.out/MyStack.template.json")
    where.add_argument(
        "--stack", help="name of the deployed stack; without it names in the template must be literal"
    )
    where.add_argument(
        "--endpoint", type=endpoint_url, required=True, help="the emulator, such as http://127.0.0.1:4566"
    )
    where.add_argument("--region", type=region_name, help="default: the environment's, else us-east-1")
    where.add_argument("--bootstrap", type=kafka_servers, help="brokers to use instead of the template's")
    what = parser.add_argument_group("what to poll")
    what.add_argument(
        "--mapping", action="append", default=[], help="logical id (or UUID) of a mapping; default: all"
    )
    what.add_argument(
        "--parameter",
        action="append",
        type=name_and_value,
        default=[],
        metavar="NAME=VALUE",
        help="a template parameter's value",
    )
    member = what.add_mutually_exclusive_group()
    member.add_argument(
        "--assign",
        dest="by_group",
        action="store_false",
        default=None,
        help="take all partitions: a single poller",
    )
    member.add_argument(
        "--group", dest="by_group", action="store_true", default=None, help="join the group, whatever the broker"
    )
    how = parser.add_argument_group("how")
    seconds = number(0, 86_400, "seconds")
    how.add_argument(
        "--session-timeout",
        type=number(0.5, 3600, "seconds"),
        default=10.0,
        help="seconds until a dead poller is replaced",
    )
    how.add_argument("--first-backoff", type=seconds, default=0.1, help="of the first wait after a failure")
    how.add_argument("--longest-backoff", type=seconds, default=30.0, help="of the longest")
    how.add_argument("--wait", type=seconds, default=0.0, help="seconds to wait for stack and functions to appear")
    reporting = parser.add_argument_group("what it reports")
    reporting.add_argument("--status-port", type=port, help="serve a status page on loopback; 0 takes a free port")
    reporting.add_argument("--decoder", help="module:function that makes a record's value readable on the page")
    reporting.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    return parser


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options given. Ends the program with 2 where one of them can't be right, or two don't fit together."""
    parser = arguments()
    given = parser.parse_args(argv)
    if given.first_backoff > given.longest_backoff:
        parser.error("--first-backoff must not exceed --longest-backoff")
    return given


def main(argv: Sequence[str] | None = None) -> int:
    given = parsed(argv)
    terminal = sys.stderr.isatty()
    set_up_logging(terminal, given.log_level)
    stopping = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stopping.set())
    try:
        return _run(given, terminal, stopping)
    except Refused as problem:
        return _end(REFUSED, str(problem))
    except Unresolved as problem:
        return _end(UNRESOLVED, str(problem))
    except KafkaRefusedAccess as problem:
        return _end(NO_ACCESS, f"Kafka refused access: {problem}")
    except Exception as problem:
        log.exception(f"unexpected: {problem}")
        return UNEXPECTED


def _end(code: int, message: str) -> int:
    log.error(message)
    return code


def _run(given: argparse.Namespace, terminal: bool, stopping: threading.Event) -> int:
    emulator = Emulator(given.endpoint, given.region)
    decoder = load_decoder(given.decoder)
    mappings = _patiently(lambda: _mappings(given, emulator), given.wait, stopping)
    for mapping in mappings:
        if mapping.without_effect:
            settings = list(mapping.without_effect)
            log.info("settings without effect here", extra={"mapping": mapping.name, "settings": settings})
    statuses = [MappingStatus(m.name, m.topic, m.function, m.group_id) for m in mappings]
    pollers = [_poller(m, status, given, emulator) for m, status in zip(mappings, statuses, strict=True)]
    page = StatusServer(statuses, given.status_port, decoder) if given.status_port is not None else None
    if page:
        log.info("status page", extra={"url": page.url})
    reporter = StatusReporter(statuses, terminal)
    failed: list[BaseException] = []

    def poll(poller: Poller) -> None:
        try:
            poller.run()
        except BaseException as problem:  # handed to the main thread, which ends the program with it
            failed.append(problem)
            stopping.set()

    threads = [threading.Thread(target=poll, args=(p,), name="poller") for p in pollers]
    for thread in threads:
        thread.start()
    while not stopping.wait(REPORT_EVERY_S):
        reporter.report()
    for poller in pollers:
        poller.stop()
    for thread in threads:
        thread.join()
    reporter.report()
    reporter.close()
    if page:
        page.close()
    if failed:
        raise failed[0]
    return STOPPED


def _patiently(find: Callable[[], Found], wait_s: float, stopping: threading.Event) -> Found:
    """What `find` finds, tried again while it raises Unresolved and `wait_s` seconds aren't over."""
    until = time.monotonic() + wait_s
    while True:
        try:
            return find()
        except Unresolved:
            if time.monotonic() >= until or stopping.wait(0.5):
                raise


def _mappings(given: argparse.Namespace, emulator: Emulator) -> list[EventSourceMapping]:
    if given.template is None:
        return mappings_of_emulator(emulator.mappings(), given.mapping)
    template = read_template(given.template)

    def physical_id(logical_id: str) -> str:
        if not given.stack:
            raise Unresolved(f"{logical_id} is named by the stack: give --stack")
        return emulator.physical_id(given.stack, logical_id)

    resolver = Resolver(
        template, physical_id, emulator.region, stack_name=given.stack or "", parameters=dict(given.parameter)
    )
    return mappings_of(template, resolver, given.mapping)


def _poller(
    mapping: EventSourceMapping, status: MappingStatus, given: argparse.Namespace, emulator: Emulator
) -> Poller:
    bootstrap = given.bootstrap or mapping.bootstrap_servers
    if not bootstrap:
        raise Refused(f"{mapping.name}: the brokers of {mapping.event_source_arn} must be given with --bootstrap")
    servers = mapping.bootstrap_servers or bootstrap
    security = security_settings(mapping.access, emulator.secret)
    _patiently(lambda: emulator.function(mapping.function), given.wait, threading.Event())
    parts = PollerParts(
        settings=consumer_settings(bootstrap, security, int(given.session_timeout * 1000)),
        envelope=EventEnvelope(servers, mapping.event_source_arn),
        make_invoker=lambda: LambdaInvoker(emulator, lambda: emulator.function(mapping.function)),
        destination=destination_for(mapping.on_failure, emulator, mapping.name),
        backoff=Backoff(given.first_backoff, given.longest_backoff),
        by_group=given.by_group,
    )
    return Poller(mapping, parts, status)
