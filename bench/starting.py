"""cold_start and bundle: a fresh process of this Python imports a handler from the real bundle folder.

The folder has the compiled files that the bundle has and gets no more, as Lambda's read-only one; boto3 and the
standard library have theirs, as in Lambda's image. What AWS adds (fetching the bundle, starting the sandbox) isn't
in it.
"""

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from bench.figures import Bar, Figure, figure, ratio
from bench.services import Services
from stacks.bundle import build_bundle, host_platform, lambda_platform
from stacks.compiled_files import compiler_for
from stacks.function_table import FUNCTIONS

RUNS = 5
HANDLERS = tuple(FUNCTIONS)
# In times of what importing botocore alone takes, in a process of its own in turn with it.
BAR = 2.0
API_BAR = 4.0
# boto3 and what it needs, which Lambda's image has.
IN_THE_IMAGE = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "urllib3")
# Begun with time.process_time: CPU, which another program's load changes little; a function has a CPU for itself.
IMPORT = """
import time, sys
wall, cpu = time.perf_counter(), time.process_time()
import {name}
print((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)
"""


def environment(bundle: Path) -> dict[str, str]:
    """What Lambda and the stack set for every function."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(bundle),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "STAGE": "bench",
        "VIEWER_PROFILES_TABLE": "profiles",
        "AUDIENCE_TABLE": "audience",
        "SOCKETS_TABLE": "sockets",
        "REJECTED_BUCKET": "rejected",
        "LIVE_INDEX_SECRET": "secret",
        "TOMBSTONE_SECRET": "secret",
        "SOCKET_ENDPOINT": "https://sockets.invalid/live",
        "SITE_ORIGIN": "https://site.invalid",
        "PROCESS_EVENTS_FUNCTION": "process",
        "ERASE_VIEWERS_FUNCTION": "erase",
    }


def import_ms(handler: str, folder: Path) -> tuple[float, float]:
    """Wall and CPU milliseconds of importing the handler, with all it makes while it starts."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IMPORT.format(name=handler)],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    wall, cpu = run.stdout.split()
    return float(wall), float(cpu)


def cold_start(_: Services) -> list[Figure]:
    """Wall milliseconds, and the bar: CPU in times of what `import botocore.session` takes, in turn with it."""
    figures = []
    _compile_what_the_image_has()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "bundle"
        shutil.copytree(build_bundle(host_platform()), folder)
        for handler in HANDLERS:
            ours, botocore = in_turn_pairs(handler, folder)
            name = f"cold_start_{handler}"
            bar = Bar(most=API_BAR if handler == "serve_api" else BAR)
            figures.append(figure(name, "ms", [wall for wall, _ in ours]))
            figures.append(ratio(f"{name}_over_botocore", [cpu for _, cpu in ours], botocore, bar))
    return figures


def _compile_what_the_image_has() -> None:
    """An environment that was just installed may have none of it compiled; importing takes twice as long then."""
    for package in IN_THE_IMAGE:
        found = find_spec(package)
        if found is None or found.origin is None:
            raise RuntimeError(f"{package} is not installed; run make setup")
        compileall.compile_dir(Path(found.origin).parent, quiet=2)


def in_turn_pairs(handler: str, folder: Path) -> tuple[list[tuple[float, float]], list[float]]:
    """(wall, CPU) of importing the handler, and CPU of importing botocore, RUNS times in turn."""
    ours, botocore = [], []
    for _ in range(RUNS):
        ours.append(import_ms(handler, folder))
        botocore.append(import_ms("botocore.session", folder)[1])
    return ours, botocore


def bundle(_: Services) -> list[Figure]:
    """As it would be deployed from this machine: compiled files want a Python of the function's version."""
    target = lambda_platform()
    folder = build_bundle(target)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    compiled = "with" if compiler_for(target.python_version) else "without"
    what = f"unzipped, for arm64, {compiled} compiled files"
    return [figure("bundle", "MB", [size / 1e6], bar=Bar(most=15), what=what)]
