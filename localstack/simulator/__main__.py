"""Simulated viewers for a collector or, for load, for the topic itself.

python -m simulator --viewers 20 --collector http://127.0.0.1:4568
python -m simulator --viewers 5000 --kafka 127.0.0.1:4567 --topic snowplow-enriched-good --seconds 60
"""

import argparse
import signal
import sys

from simulator.collector_output import CollectorOutput
from simulator.run import Output, events_of, play


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="simulator", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--viewers", type=int, default=20, metavar="N")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--collector", metavar="URL", help="send with Snowplow's Python tracker")
    where.add_argument("--kafka", metavar="HOST:PORT", help="write enriched TSV to the topic")
    parser.add_argument("--topic", default="snowplow-enriched-good")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same viewers (default 1)")
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="X times faster than life (default 1)"
    )
    parser.add_argument("--seconds", type=float, default=float("inf"), metavar="S", help="of the viewers' time")
    arguments = parser.parse_args()
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: stopped.append(received))
    play(
        events_of(arguments.viewers, arguments.seed),
        _output(arguments),
        arguments.speed,
        arguments.seconds,
        lambda passed_s, sent: print(f"{passed_s:8.0f} s of viewing, {sent} events sent", flush=True),
        lambda: bool(stopped),
    )
    return 0


def _output(arguments: argparse.Namespace) -> Output:
    if arguments.collector:
        return CollectorOutput(arguments.collector)
    # The broker's client is only wanted here.
    from simulator.kafka_output import KafkaOutput

    return KafkaOutput(arguments.kafka, arguments.topic)


if __name__ == "__main__":
    sys.exit(main())
