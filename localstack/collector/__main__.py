"""`python localstack/collector --port P --kafka HOST:PORT --topic T`, or `python -m collector` beside it."""

import asyncio
import logging
import signal
import sys
from pathlib import Path

_LOCALSTACK = Path(__file__).resolve().parent.parent
# The viewer's identity is the domain's rule; options are checked as the event source checks its own.
for _root in (_LOCALSTACK.parent, _LOCALSTACK.parent / "lambdas", _LOCALSTACK):
    if str(_root) not in sys.path:
        sys.path.insert(0, str(_root))

from aiohttp import web  # noqa: E402 (the import roots come first)

from collector.delivery import KafkaDelivery  # noqa: E402
from collector.json_log import log_json_lines  # noqa: E402
from collector.server import Collector  # noqa: E402
from kafka_event_source.options import OptionParser, kafka_servers, port, topic_name  # noqa: E402


def arguments() -> OptionParser:
    made = OptionParser(prog="collector", description="Snowplow tracker requests to Kafka, as TSV.")
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=port, required=True, help="0 takes a free one and logs it")
    made.add_argument(
        "--kafka", type=kafka_servers, required=True, help="bootstrap servers, HOST:PORT[,HOST:PORT]"
    )
    made.add_argument("--topic", type=topic_name, default="snowplow-enriched-good")
    return made


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    options = arguments().parse_args()
    log_json_lines()
    try:
        asyncio.run(_serve(options.host, options.port, options.kafka, options.topic))
    except OSError as error:
        print(f"collector: can't listen on {options.host}:{options.port}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


async def _serve(host: str, port: int, kafka: str, topic: str) -> None:
    delivery = KafkaDelivery(kafka, topic)
    collector = Collector(delivery)
    runner = web.AppRunner(collector.application(), access_log=None, shutdown_timeout=6)
    await runner.setup()
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        logging.getLogger("collector").info(
            "listening", extra={"host": host, "port": runner.addresses[0][1], "kafka": kafka, "topic": topic}
        )
        await stopping.wait()
    finally:
        await runner.cleanup()
        delivery.close()


if __name__ == "__main__":
    sys.exit(main())
