"""Simulated viewers for a collector or, for load, for the topic itself.

python -m simulator --viewers 20 --collector http://127.0.0.1:4568
python -m simulator --viewers 5000 --kafka 127.0.0.1:4567 --topic snowplow-enriched-good --seconds 60
"""

import argparse
import signal
import sys

from kafka_event_source.options import OptionParser, endpoint_url, kafka_servers, number, topic_name, whole_number
from simulator.collector_output import CollectorOutput
from simulator.incident import IncidentRefused, add_incident_options, incident_from
from simulator.run import Output, events_of, play
from simulator.setup import DEFAULT_SEED


def arguments() -> OptionParser:
    made = OptionParser(prog="simulator", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    viewers = whole_number(1, 100_000, "a number of viewers")
    made.add_argument("--viewers", type=viewers, default=20, metavar="N", help="1 to 100000 (default 20)")
    where = made.add_mutually_exclusive_group(required=True)
    where.add_argument("--collector", type=endpoint_url, metavar="URL", help="send with Snowplow's Python tracker")
    where.add_argument("--kafka", type=kafka_servers, metavar="HOST:PORT", help="write enriched TSV to the topic")
    made.add_argument("--topic", type=topic_name, default="snowplow-enriched-good")
    made.add_argument(
        "--seed",
        type=whole_number(0, 2**31),
        default=DEFAULT_SEED,
        help=f"the same seed gives the same viewers (default {DEFAULT_SEED})",
    )
    made.add_argument(
        "--speed",
        type=number(0.001, 10_000),
        default=1.0,
        metavar="X",
        help="X times faster than life (default 1)",
    )
    made.add_argument(
        "--seconds",
        type=number(0, 10**9, "seconds"),
        default=float("inf"),
        metavar="S",
        help="of the viewers' time; default: no end",
    )
    add_incident_options(made)
    return made


def main() -> int:
    parser = arguments()
    given = parser.parse_args()
    try:
        incident = incident_from(given, given.viewers, given.seed)
    except IncidentRefused as problem:
        parser.error(str(problem))
    stopped: list[int] = []
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda received, _frame: stopped.append(received))
    play(
        events_of(given.viewers, given.seed, incident=incident),
        _output(given),
        given.speed,
        given.seconds,
        lambda passed_s, sent: print(f"{passed_s:8.0f} s of viewing, {sent} events sent", flush=True),
        lambda: bool(stopped),
    )
    return 0


def _output(given: argparse.Namespace) -> Output:
    if given.collector:
        return CollectorOutput(given.collector)
    # The broker's client is only wanted here.
    from simulator.kafka_output import KafkaOutput

    return KafkaOutput(given.kafka, given.topic)


if __name__ == "__main__":
    sys.exit(main())
