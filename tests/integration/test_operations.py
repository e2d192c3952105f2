"""`make smoke` and `make doctor` on the running demo."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from confluent_kafka import Producer

ROOT = Path(__file__).parents[2]
# Each command waits for a state itself: only a hang meets these, on a busy machine too.
HANGS_S = 300
pytestmark = pytest.mark.timeout(5 * HANGS_S)


def operation(name: str, *arguments: str, local: Path | None = None) -> subprocess.CompletedProcess[str]:
    local = local or Path(os.environ["LIVE_VIEWERS_TEST_RUN"]) / "demo"
    return subprocess.run(
        [sys.executable, "-m", f"operations.{name}", "--stage", "local", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"lambdas{os.pathsep}.", "LIVE_VIEWERS_LOCAL": str(local)},
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )


def test_smoke_shows_a_profile_from_event_to_api_and_erases_it(demo: dict[str, str]) -> None:
    outcome = operation("smoke")
    assert outcome.returncode == 0, outcome.stderr
    assert "passed: 100 events of one viewer became the right profile" in outcome.stdout
    assert "p95 ms" in outcome.stdout


def test_smoke_by_choice_goes_through_the_topic_and_the_event_source(demo: dict[str, str]) -> None:
    outcome = operation("smoke", "--through-kafka", demo["kafka"], "--topic", demo["topic"])
    assert outcome.returncode == 0, outcome.stderr


def test_outputs_are_printed_whole_wherever_they_go(demo: dict[str, str]) -> None:
    printed = dict(line.split(maxsplit=1) for line in operation("outputs").stdout.splitlines())
    assert printed["ApiUrl"].rstrip("/") == demo["api"]
    assert printed["RejectedBucketName"] == demo["rejected_bucket"]


def test_the_doctor_names_the_newest_rejected_record(demo: dict[str, str]) -> None:
    producer = Producer({"bootstrap.servers": demo["kafka"], "broker.address.family": "v4"})
    producer.produce(demo["topic"], value=b"neither tabs nor JSON")
    assert producer.flush(60) == 0
    until = time.monotonic() + HANGS_S
    while "wrong   rejected records" not in (outcome := operation("doctor")).stdout:
        assert time.monotonic() < until, outcome.stdout
    assert outcome.returncode == 1, outcome.stdout
    assert "good    stack" in outcome.stdout
    assert "unknown_format" in outcome.stdout


def test_outputs_are_those_of_the_deployed_stage(demo: dict[str, str]) -> None:
    outcome = operation("outputs", "--json")
    assert outcome.returncode == 0, outcome.stderr
    assert {"ApiUrl", "ProcessEventsFunctionName", "ViewerProfilesTableName"} <= set(json.loads(outcome.stdout))


def test_what_is_deployed_can_be_deployed_again_and_another_starting_position_can_t(
    demo: dict[str, str], tmp_path: Path
) -> None:
    assembly = Path(os.environ["LIVE_VIEWERS_TEST_RUN"]) / "demo" / "demo" / "cdk.out"
    outcome = operation("preflight", "--synthesized", str(assembly))
    assert (outcome.returncode, outcome.stderr) == (0, "")

    name = "LiveViewers-local.template.json"
    template = json.loads((assembly / name).read_text())
    for resource in template["Resources"].values():
        if "Topics" in resource.get("Properties", {}):
            resource["Properties"]["StartingPosition"] = "LATEST"
    (tmp_path / name).write_text(json.dumps(template))
    outcome = operation("preflight", "--synthesized", str(tmp_path))
    assert outcome.returncode == 1, outcome.stderr
    assert "StartingPosition changed" in outcome.stderr


def test_a_stage_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    for name, code in (("doctor", 2), ("outputs", 2), ("smoke", 1)):
        outcome = operation(name, local=tmp_path)
        assert outcome.returncode == code
        assert "no demo runs on this machine" in outcome.stderr
        assert "Traceback" not in outcome.stderr
