"""The whole product on this machine: `make demo` (in the foreground), `make up`, `down`, `ps`, `logs`."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

# The packages beside this file. None is named after the folder: that would hide LocalStack's own package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from kafka_event_source.options import OptionParser
from laptop.attend import STOPPED_BY, attend
from laptop.failure import DemoFailed
from laptop.options import USAGE, Options, add_options, options_from
from laptop.places import ENDPOINTS
from laptop.process_manager import ProcessManager, log_of, running_process_manager
from laptop.start import start_demo, stop_demo
from laptop.status import print_status
from services.service import ServiceFailed

INTERRUPTED = 130  # what shells say of a command that Ctrl-C ended


class Interrupted(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal: like KeyboardInterrupt, no handler of errors is to swallow it."""


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise Interrupted


def run(options: Options) -> int:
    """Start, then wait for Ctrl-C; stops what it started and nothing else."""
    return _start(options, "demo")


def up(options: Options) -> int:
    """Start and leave it running; stops what it started only when a step fails."""
    return _start(options, "up")


def _start(options: Options, command: str) -> int:
    if running_process_manager():
        raise DemoFailed("a demo is running already: `make ps` shows it, `make down` stops it")
    started: list[ProcessManager] = []
    began = time.monotonic()
    for number in STOPPED_BY:
        signal.signal(number, interrupt)
    ready = leave_running = False
    try:
        endpoints = start_demo(options, command, started.append)
        ready = True
        print(f"Ready after {time.monotonic() - began:.1f} s\n\n{_addresses(endpoints)}\n", flush=True)
        if command == "up":
            leave_running = True
            print("It runs on its own: make ps | make logs SERVICE=collector | make down")
            return 0
        print("Ctrl-C stops it.", flush=True)
        attend(started[0].pid, str(log_of("supervisord")))
    except Interrupted:
        try:
            print("\nStopping …", flush=True)
        except OSError:  # the terminal is closed: nobody reads this, or what comes after it
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0 if ready else INTERRUPTED
    finally:
        if not leave_running:
            for number in STOPPED_BY:
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave programs behind
            for manager in started:
                stop_demo(manager)


def _addresses(endpoints: dict[str, str]) -> str:
    shown = {
        "Live page": endpoints["live_page"],
        "Video page": endpoints["video_page"],
        "API": endpoints["api"],
        "Socket": endpoints["socket"] or "none: the live page asks the API",
        "Event source": f"{endpoints['event_source_status']}/",
    }
    return "\n".join(f"  {name:<13} {address}" for name, address in shown.items())


def down() -> int:
    manager = running_process_manager()
    if manager is None:
        print("no demo is running")
        return 0
    stop_demo(manager)
    print("stopped")
    return 0


def ps() -> int:
    manager = running_process_manager()
    if manager is None:
        raise DemoFailed("no demo is running: start one with `make demo` or `make up`")
    print_status(manager)
    if ENDPOINTS.exists():
        print(f"\n{_addresses(json.loads(ENDPOINTS.read_text()))}")
    return 0


def logs(service: str | None) -> int:
    known = sorted(path.stem for path in log_of("x").parent.glob("*.log"))
    if service not in known:
        raise DemoFailed(f"SERVICE={service or ''} is none of: {', '.join(known) or '(no demo has run yet)'}")
    if log_of(service).stat().st_size == 0:
        print(f"{service} has logged nothing so far; functions log for themselves", file=sys.stderr, flush=True)
    os.execvp("tail", ["tail", "-n", "100", "-F", str(log_of(service))])  # noqa: S606 - its place is taken


def arguments() -> OptionParser:
    """The targets' options. Usage lines show the targets as they are called."""
    made = OptionParser(prog="make", description=__doc__)
    commands = made.add_subparsers(dest="command", required=True)
    for name, target in (("run", "demo"), ("up", "up")):
        usage = f'make {target} ARGS="{USAGE}"'
        add_options(commands.add_parser(name, usage=usage))
    for name in ("down", "ps"):
        commands.add_parser(name, usage=f"make {name}")
    commands.add_parser("logs", usage="make logs SERVICE=NAME").add_argument("service", nargs="?")
    return made


def main() -> int:
    given = arguments().parse_args()
    try:
        match given.command:
            case "run":
                return run(options_from(given))
            case "up":
                return up(options_from(given))
            case "down":
                return down()
            case "ps":
                return ps()
            case _:
                return logs(given.service)
    except (DemoFailed, ServiceFailed) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
