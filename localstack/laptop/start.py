"""Starts the demo, step by step, each with a line and its time."""

import json
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from laptop import programs
from laptop.deployment import deploy, publish_site
from laptop.failure import DemoFailed
from laptop.options import Options
from laptop.places import DEMO, ENDPOINTS, FRONTEND, TOPIC
from laptop.ports import ports_from, refuse_taken
from laptop.process_manager import ProcessManager, Program, last_line, log_of, start_process_manager
from laptop.topic import EMBEDDED, create_topic
from services.kafka import answers_metadata
from services.ministack import answers_health
from services.service import LOOPBACK


@contextmanager
def step(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"  {what:<34} {time.monotonic() - began:6.1f} s", flush=True)


def start_demo(
    options: Options, command: str, manager_started: Callable[[ProcessManager], None]
) -> dict[str, Any]:
    """Start everything, as the make target `command`; the endpoints, as written to `.local/endpoints.json`.

    `manager_started` is called once there is something to stop. Raises DemoFailed.
    """
    ports = ports_from(options.port)
    if not (FRONTEND / "index.html").exists():
        raise DemoFailed("the front-end is not built: run `make setup`")
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir(parents=True)
    own_broker = programs.broker(options, ports)
    own_emulator = programs.emulator(options, ports)
    refuse_taken(
        [
            *([ports.aws] if own_emulator else []),
            *([ports.kafka] if own_broker else []),
            ports.collector,
            ports.event_source_status,
            ports.process_manager,
        ],
        options.port,
        command,
    )
    bootstrap = f"{LOOPBACK}:{ports.kafka}" if own_broker else options.kafka
    endpoint = options.aws or f"http://{LOOPBACK}:{ports.aws}"
    collector_url = f"http://{LOOPBACK}:{ports.collector}"
    event_source_url = f"http://{LOOPBACK}:{ports.event_source_status}"

    configured: list[Program] = [
        *([programs.program_of("kafka", own_broker)] if own_broker else []),
        *([programs.program_of("aws", own_emulator)] if own_emulator else []),
        programs.event_source(bootstrap, endpoint, ports, embedded=options.kafka == "embedded"),
        programs.collector(bootstrap, ports),
        *([programs.simulator(collector_url, options)] if options.viewers else []),
    ]
    manager = start_process_manager(configured, ports.process_manager, manager_started)

    with step(f"Kafka ({options.kafka})"):
        if own_broker:
            manager.start("kafka")
        wait_until(lambda: answers_metadata(bootstrap), 30, f"no Kafka answers at {bootstrap}", "kafka")
    with step("AWS emulator"):
        if own_emulator:
            manager.start("aws")
        wait_until(lambda: answers_health(endpoint), 30, f"no AWS emulator answers at {endpoint}", "aws")
    with step("cdklocal bootstrap and deploy"):
        outputs = deploy(endpoint)
    with step(f"topic {TOPIC}"):
        create_topic(bootstrap, EMBEDDED if options.kafka == "embedded" else {})
    site = f"{endpoint}/{outputs['SiteBucketName']}"
    endpoints = {
        "kafka": bootstrap,
        "topic": TOPIC,
        "collector": collector_url,
        "video_page": f"{site}/video.html",
        "live_page": f"{site}/index.html",
        "api": outputs["ApiUrl"].rstrip("/"),
        "socket": outputs.get("SocketUrl"),
        "aws": endpoint,
        "profiles_table": outputs["ViewerProfilesTableName"],
        "audience_table": outputs["AudienceTableName"],
        "rejected_bucket": outputs["RejectedBucketName"],
        "event_source_status": event_source_url,
    }
    with step("live page and video page"):
        publish_site(
            endpoint,
            outputs["SiteBucketName"],
            {
                "apiUrl": endpoints["api"],
                "socketUrl": endpoints["socket"],
                "auth": None,
                "collectorUrl": collector_url,
                "videoPageUrl": endpoints["video_page"],
                "livePageUrl": endpoints["live_page"],
                "dimensions": json.loads(outputs["PageDimensions"]),
            },
        )
    with step("Kafka event source"):
        manager.start("event-source")
        wait_until(lambda: answers(f"{event_source_url}/status.json"), 30, "it answers no status", "event-source")
    with step("collector"):
        manager.start("collector")
        wait_until(lambda: answers(f"{collector_url}/health"), 30, "it answers no health check", "collector")
    if options.viewers:
        with step(f"simulator ({options.viewers} viewers)"):
            manager.start("simulator")
    whole = ENDPOINTS.with_suffix(".new")  # whoever waits for the file finds all of it
    whole.write_text(json.dumps(endpoints, indent=2) + "\n")
    whole.replace(ENDPOINTS)
    return endpoints


def stop_demo(manager: ProcessManager) -> None:
    """Stop all programs, and remove what the functions' processes unpacked."""
    manager.stop()
    shutil.rmtree(DEMO / "aws" / "tmp", ignore_errors=True)
    ENDPOINTS.unlink(missing_ok=True)


def wait_until(holds: Callable[[], bool], within_s: float, what: str, program: str) -> None:
    until = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until:
            last = last_line(log_of(program))
            raise DemoFailed(f"{what} after {within_s:.0f} s" + (f"; its last line: {last}" if last else ""))
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - an http URL on loopback
            return bool(answer.status == 200)
    except OSError:
        return False
