"""supervisor keeps the demo's programs running; this writes its configuration and talks to it."""

import contextlib
import json
import os
import secrets
import shlex
import subprocess
import time
import xmlrpc.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from laptop.failure import DemoFailed
from laptop.places import DEMO, LOGS, PYTHON
from services.service import LOOPBACK

CONFIGURATION = DEMO / "supervisord.conf"
ADDRESS = DEMO / "supervisord.address"  # readable by its owner alone: it holds the password
# To glibc; elsewhere they mean nothing. One heap for all threads, whose freed end goes back to the system at once.
LITTLE_MEMORY = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}


@dataclass(frozen=True)
class Program:
    name: str
    argv: list[str]
    env: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None


class ProcessManager:
    """A running supervisord. Its XML-RPC listens on loopback, behind a password made for this run."""

    def __init__(self, address: str, pid: int, ours: "subprocess.Popen[bytes] | None" = None) -> None:
        self.pid = pid
        self._ours = ours  # when this process started it
        self._address = address
        self._rpc = xmlrpc.client.ServerProxy(address, allow_none=True)

    def start(self, name: str) -> None:
        """Raises DemoFailed when the program ends right after its start."""
        try:
            self._rpc.supervisor.startProcess(name)
        except xmlrpc.client.Fault as fault:
            last = last_line(log_of(name))
            raise DemoFailed(
                f"{name} did not start ({fault.faultString}): {last or 'it printed nothing'}"
            ) from None

    def programs(self) -> list[dict[str, Any]]:
        """What supervisor knows of each program: name, statename, pid, start (epoch seconds), ..."""
        return cast("list[dict[str, Any]]", self._rpc.supervisor.getAllProcessInfo())

    def answers(self) -> bool:
        """Whether this very supervisord is there: a process of its number alone may be a stranger's."""
        try:
            return bool(self._rpc.supervisor.getPID() == self.pid)
        except (OSError, xmlrpc.client.Error):
            return False

    def stop(self, within_s: float = 20) -> None:
        """Stop every program, then supervisord itself. On SIGTERM it does the same, when it doesn't answer yet."""
        try:
            # By a connection of its own: a Ctrl-C may have come amid a call on the other, whose answer is to come.
            with xmlrpc.client.ServerProxy(self._address, allow_none=True) as rpc:
                rpc.supervisor.shutdown()
        except (OSError, xmlrpc.client.Error):
            if self._ours is not None and self._ours.poll() is None:
                self._ours.terminate()
        until = time.monotonic() + within_s
        while is_running(self.pid) and time.monotonic() < until:
            time.sleep(0.1)
        ADDRESS.unlink(missing_ok=True)


def log_of(name: str) -> Path:
    return LOGS / f"{name}.log"


def last_line(log: Path) -> str:
    """The last line of a program's log, of a JSON line its message. Empty where there is none."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    if not lines:
        return ""
    try:
        return str(json.loads(lines[-1])["message"])
    except (ValueError, KeyError, TypeError):
        return lines[-1]


def is_running(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # if it is ours, reap it, else it looks alive
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def start_process_manager(
    programs: list[Program], port: int, started: Callable[[ProcessManager], None]
) -> ProcessManager:
    """Start supervisord with `programs` configured and none of them started.

    `started` is called at once, so that who is interrupted meanwhile can stop it. Raises DemoFailed.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(24)
    CONFIGURATION.touch(mode=0o600)
    CONFIGURATION.write_text(_configuration(programs, port, password))
    supervisord = [str(PYTHON.with_name("supervisord")), "--nodaemon", "--silent", "-c", str(CONFIGURATION)]
    with log_of("supervisord").open("ab") as output:
        process = subprocess.Popen(
            supervisord, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    address = f"http://demo:{password}@{LOOPBACK}:{port}/RPC2"
    manager = ProcessManager(address, process.pid, process)
    started(manager)
    ADDRESS.touch(mode=0o600)
    ADDRESS.write_text(f"{process.pid} {address}")
    until = time.monotonic() + 15
    while not manager.answers():
        if process.poll() is not None or time.monotonic() > until:
            raise DemoFailed(f"the process manager did not start; see {log_of('supervisord')}")
        time.sleep(0.05)
    return manager


def running_process_manager() -> ProcessManager | None:
    """The process manager of the demo that runs now, else None."""
    if not ADDRESS.exists():
        return None
    pid, address = ADDRESS.read_text().split()
    manager = ProcessManager(address, int(pid))
    if manager.answers():
        return manager
    ADDRESS.unlink()  # left behind by one that was killed, or by a machine that was switched off
    return None


def _configuration(programs: list[Program], port: int, password: str) -> str:
    head = f"""[supervisord]
logfile={LOGS / "supervisord.log"}
pidfile={DEMO / "supervisord.pid"}
childlogdir={LOGS}

[inet_http_server]
port={LOOPBACK}:{port}
username=demo
password={password}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    return head + "".join(_section(program) for program in programs)


def _section(program: Program) -> str:
    variables = {**LITTLE_MEMORY, **program.env}
    # supervisor expands %(...)s in every value
    environment = ",".join(f'{key}="{value}"' for key, value in variables.items()).replace("%", "%%")
    command = shlex.join(program.argv).replace("%", "%%")
    return f"""
[program:{program.name}]
command={command}
environment={environment}
directory={program.directory or DEMO}
autostart=false
autorestart=true
startsecs=0
stopasgroup=true
killasgroup=true
stopwaitsecs=8
redirect_stderr=true
stdout_logfile={log_of(program.name)}
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=1
"""
