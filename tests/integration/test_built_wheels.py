"""The packages that others install: each built into a wheel, installed into an empty environment, and used there.

Building and installing fetch what the wheels depend on, as a user's pip does.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import live_viewers
from tests.integration.kafka_event_source_rig import Topic, lambda_double, template

ROOT = Path(__file__).parents[2]


class Installed:
    """A wheel of `folder`, built from a copy of what git has of it, in an environment with nothing else."""

    def __init__(self, folder: str, here: Path) -> None:
        source = here / "source"
        listed = subprocess.run(
            ["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split()
        for name in listed:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
        self.files = {name.removeprefix(f"{folder}/") for name in listed}
        pip("wheel", "--no-deps", "--wheel-dir", str(here), str(source / folder))
        (self.wheel,) = here.glob("*.whl")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(here / "venv")], check=True)
        self.python = here / "venv" / "bin" / "python"
        wanted = f"{self.wheel}{'[socket]' if folder == 'reader' else ''}"
        pip("--python", str(self.python), "install", "--no-compile", wanted)

    def run(self, *arguments: str, here: Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=here,
            env=without_our_paths(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def without_our_paths() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    outcome = subprocess.run(command, env=without_our_paths(), capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr


@pytest.fixture(scope="module")
def event_source(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed("kafka_event_source", tmp_path_factory.mktemp("event-source"))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed("reader", tmp_path_factory.mktemp("reader"))


@pytest.mark.parametrize(
    ("package", "module"), [("event_source", "kafka_event_source"), ("reader", "live_viewers_reader")]
)
def test_a_wheel_holds_the_package_its_readme_and_the_version(
    package: str, module: str, request: pytest.FixtureRequest
) -> None:
    installed: Installed = request.getfixturevalue(package)
    with zipfile.ZipFile(installed.wheel) as wheel:
        modules = {name for name in wheel.namelist() if ".dist-info/" not in name}
        (metadata,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        metadata_of_wheel = Parser().parsestr(wheel.read(metadata).decode())
    expected = {name.removeprefix(f"{module}/") for name in installed.files if name.endswith((".py", "py.typed"))}
    assert modules == {f"{module}/{name}" for name in expected}
    assert metadata_of_wheel["Version"] == live_viewers.__version__
    readme = (ROOT / ("reader" if package == "reader" else module) / "README.md").read_text()
    assert str(metadata_of_wheel.get_payload()).strip() == readme.strip()
    assert "](../" not in readme, "a link out of the package leads nowhere on its page"


def test_the_installed_event_source_delivers_a_topic(
    event_source: Installed, embedded_kafka: str, tmp_path: Path
) -> None:
    topic = Topic(embedded_kafka, partitions=2).create()
    topic.produce(50)
    with lambda_double() as function:
        options = ["--template", str(template(tmp_path, topic)), "--endpoint", function.endpoint]
        process = subprocess.Popen(
            [str(event_source.python), "-m", "kafka_event_source", *options],
            cwd=tmp_path,
            env=without_our_paths(),
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            topic.wait_until_drained()
        finally:
            process.terminate()
            _, said = process.communicate(timeout=30)
        assert process.returncode == 0, said
        assert len(function.values) == 50
    refused = event_source.run("-m", "kafka_event_source", "--endpoint", "foo", here=tmp_path)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_the_installed_reader_says_who_does_not_answer(reader: Installed, tmp_path: Path) -> None:
    program = tmp_path / "reads.py"
    program.write_text(
        "from live_viewers_reader import ApiUnreachable, ClientCredentials, LiveViewers, SignInFailed\n"
        "try:\n"
        "    LiveViewers('http://127.0.0.1:9').get('ann')\n"
        "except ApiUnreachable as problem:\n"
        "    print(problem)\n"
        "try:\n"
        "    next(LiveViewers('http://127.0.0.1:9', socket_url='ws://127.0.0.1:9').follow(viewer_id='ann'))\n"
        "except ApiUnreachable as problem:\n"
        "    print(problem)\n"
        "try:\n"
        "    ClientCredentials('http://127.0.0.1:9/token', 'id', 'secret', 'scope')()\n"
        "except SignInFailed as problem:\n"
        "    print(problem)\n"
    )
    outcome = reader.run(str(program), here=tmp_path)
    assert outcome.stdout.splitlines() == [
        "no answer from http://127.0.0.1:9: Connection refused",
        "no answer from http://127.0.0.1:9: Connection refused",
        "no answer from http://127.0.0.1:9/token: Connection refused",
    ], outcome.stderr
    (found,) = reader.run("-c", "import live_viewers_reader as m; print(m.__file__)", here=tmp_path).stdout.split()
    assert Path(found).is_relative_to(reader.python.parents[1])
