"""Writes the locked lists (`requirements*.txt`) from those that people edit (`*.in`): `make lock`.

Each package with all that it brings along, its version and the hashes of its files, for every system and every
Python from 3.11. What stood in a lock stays unless its .in asks for another version; ARGS="--upgrade" renews what
the .in files leave open. Needs uv, which `make setup` installs where it can be had.
"""

import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from installing import ROOT, UV_LOCK, index_for_uv

OLDEST_PYTHON = "3.11"
UV = Path(sysconfig.get_path("scripts")) / "uv"
# Packages that exist as source alone. All others are wheels, so that installing runs no code of theirs.
ONLY_AS_SOURCE = ("snowplow-analytics-sdk",)


@dataclass(frozen=True)
class Lock:
    source: str
    with_dependencies: bool = True  # the bundles hold what their list names and no more
    agrees_with: str | None = None

    @property
    def target(self) -> str:
        return self.source.removesuffix(".in") + ".txt"


EVERYTHING = Lock("requirements-dev.in")
LOCKS = (
    EVERYTHING,
    Lock("requirements.in", agrees_with=EVERYTHING.target),
    Lock("lambdas/requirements.in", with_dependencies=False, agrees_with=EVERYTHING.target),
    Lock("kafka_topics/requirements.in", with_dependencies=False, agrees_with=EVERYTHING.target),
    Lock("localstack/uv.in"),
)


def header(lock: Lock, body: str) -> str:
    """The lock's first lines. Order counts: to pip, `--only-binary :all:` takes back what stands before it."""
    sources = [f"--no-binary {name}\n" for name in ONLY_AS_SOURCE if re.search(rf"^{name}==", body, re.MULTILINE)]
    return f"# Written by `make lock` from {lock.source}: edit that one.\n--only-binary :all:\n{''.join(sources)}"


def write(lock: Lock, options: list[str]) -> None:
    target = ROOT / lock.target
    command = [str(UV), "pip", "compile", lock.source, "-o", lock.target]
    command += ["--quiet", "--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"]
    command += ["--no-emit-index-url", "--no-header", "--no-annotate", "--only-binary", ":all:"]
    for name in ONLY_AS_SOURCE:
        command += ["--no-binary", name]
    command += [] if lock.with_dependencies else ["--no-deps"]
    command += ["-c", lock.agrees_with] if lock.agrees_with else []
    subprocess.run([*command, *options], cwd=ROOT, env=index_for_uv(sys.executable), check=True)
    body = target.read_text()
    target.write_text(header(lock, body) + body)


def main(options: list[str]) -> int:
    if not UV.exists():
        print(f"error: {UV.name} is not in .venv: pip could not install {UV_LOCK}", file=sys.stderr)
        return 1
    for lock in LOCKS:
        write(lock, options)
        print(f"  {lock.target}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
