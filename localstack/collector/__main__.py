"""`python localstack/collector --port P --kafka HOST:PORT --topic T`, or `python -m collector` beside it."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

_LOCALSTACK = Path(__file__).resolve().parent.parent
for _root in (_LOCALSTACK.parent / "lambdas", _LOCALSTACK):  # the viewer's identity is the domain's rule
    if str(_root) not in sys.path:
        sys.path.insert(0, str(_root))

from aiohttp import web  # noqa: E402 (the import roots come first)

from collector.delivery import KafkaDelivery  # noqa: E402
from collector.json_log import log_json_lines  # noqa: E402
from collector.server import Collector  # noqa: E402


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="collector", description="Snowplow tracker requests to Kafka, as TSV.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one and logs it")
    parser.add_argument("--kafka", required=True, help="bootstrap servers, HOST:PORT[,HOST:PORT]")
    parser.add_argument("--topic", default="snowplow-enriched-good")
    options = parser.parse_args()
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
