"""Makes a fresh clone ready: the Python environment, the pinned packages, the front-end.

Run by the Makefile with whatever Python is on the PATH, so it uses the standard library alone. A step whose inputs
have not changed since it last succeeded is skipped. Long steps run side by side and print one line each.

    python3 localstack/prepare.py [python] [cdk] [frontend]      (all three when none is named)
"""

from __future__ import annotations  # an older Python is to read this far, and be told that it is too old

import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from git_hook import turn_on
from installing import ROOT, UV_LOCK, install_locked

STAMPS = ROOT / ".local" / "prepared"
LOGS = ROOT / ".local" / "logs"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
PYTHON_LOCK = "requirements-dev.txt"


class CannotPrepare(Exception):
    """The message says what is missing or failed and what to do."""


@dataclass(frozen=True)
class Step:
    name: str
    what: str
    inputs: list[str]  # globs below the root; the step runs again when any of these files changed
    product: Path  # absent: the step runs again
    run: Callable[[Path], None]  # gets the log file


def succeeds(command: list[str], log: Path, folder: Path = ROOT, env: dict[str, str] | None = None) -> bool:
    with log.open("ab") as output:
        done = subprocess.run(command, cwd=folder, env=env, stdout=output, stderr=subprocess.STDOUT, check=False)
    return done.returncode == 0


def run_command(command: list[str], log: Path, folder: Path = ROOT) -> None:
    if not succeeds(command, log, folder):
        raise CannotPrepare(failure(f"`{' '.join(command[:4])} …`", log))


def failure(what: str, log: Path) -> str:
    tail = " | ".join(log.read_text(errors="replace").splitlines()[-3:])
    return f"{what} failed ({tail}); all of its output: {log.relative_to(ROOT)}"


def install_python(log: Path) -> None:
    venv = ROOT / ".venv"
    if not (venv / "bin" / "pip").exists():  # without python3-venv, Debian's Python leaves half of one behind
        run_command([sys.executable, "-m", "venv", "--clear", str(venv)], log)
    if not install_locked(venv, PYTHON_LOCK, lambda command, env: succeeds(command, log, env=env), note):
        raise CannotPrepare(failure("installing the Python packages", log))


def note(text: str) -> None:
    print(f"  {text}", flush=True)


def install_node_packages(folder: Path) -> Callable[[Path], None]:
    def install(log: Path) -> None:
        run_command([program("npm"), "ci", "--no-audit", "--no-fund", "--loglevel=error"], log, folder)

    return install


def build_frontend(log: Path) -> None:
    install_node_packages(ROOT / "frontend")(log)
    run_command([program("npm"), "run", "--silent", "build"], log, ROOT / "frontend")


STEPS = {
    "python": Step(
        "python",
        "Python packages",
        [PYTHON_LOCK, UV_LOCK],
        ROOT / ".venv/bin/python",
        install_python,
    ),
    "cdk": Step(
        "cdk",
        "CDK and cdklocal",
        ["package.json", "package-lock.json"],
        ROOT / "node_modules",
        install_node_packages(ROOT),
    ),
    "frontend": Step(
        "frontend",
        "front-end",
        ["frontend/*.*", "frontend/src/**/*", "frontend/public/**/*"],
        ROOT / "frontend/dist/index.html",
        build_frontend,
    ),
}


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CannotPrepare(
            f"{name} is not on the PATH: install it (Node.js {OLDEST_NODE} or newer brings node and npm)"
        )
    return found


def check_versions(names: list[str]) -> None:
    if sys.version_info < OLDEST_PYTHON:
        have = ".".join(map(str, sys.version_info[:3]))
        raise CannotPrepare(f"Python {have} is too old: make PYTHON=/path/to/python3.11 (or newer)")
    if {"cdk", "frontend"} & set(names):
        answer = subprocess.run([program("node"), "--version"], capture_output=True, text=True, check=True).stdout
        if int(answer.lstrip("v").split(".")[0]) < OLDEST_NODE:
            raise CannotPrepare(f"Node.js {answer.strip()} is too old: install version {OLDEST_NODE} or newer")


def fingerprint(step: Step) -> str:
    digest = hashlib.sha256(sys.version.encode() if step.name == "python" else b"")
    for pattern in step.inputs:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def prepare(step: Step) -> None:
    stamp = STAMPS / step.name
    wanted = fingerprint(step)
    if step.product.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    log = LOGS / f"prepare-{step.name}.log"
    log.unlink(missing_ok=True)
    began = time.monotonic()
    step.run(log)
    stamp.write_text(wanted)
    print(f"  {step.what:<34} {time.monotonic() - began:6.1f} s", flush=True)


def main(names: list[str]) -> int:
    names = names or list(STEPS)
    if unknown := [name for name in names if name not in STEPS]:
        print(f"error: {unknown[0]!r} is none of: {', '.join(STEPS)}", file=sys.stderr)
        return 2
    STAMPS.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    try:
        check_versions(names)
        with ThreadPoolExecutor(len(names)) as pool:
            for done in [pool.submit(prepare, STEPS[name]) for name in names]:
                done.result()
        if turn_on(ROOT):
            print("  git hook: ruff and biome look at what you commit")
    except CannotPrepare as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
