"""What a cold start waits for: each function is imported in a process of its own, as Lambda does it.

Time is CPU time, which a busy machine changes little, with a ceiling that only a real change reaches (`make bench`
measures; the bars are in docs/performance.md). What may be imported at all is exact.
"""

import json
import subprocess
import sys

import pytest

from bench.services import ROOT
from bench.starting import HANDLERS, environment

CEILING_S = {"serve_api": 2.5}
CEILING_OF_OTHERS_S = 1.5
# Of these nothing is in the bundle, and a laptop has all of it.
NEVER_ANYWHERE = ("aws_cdk", "aiohttp", "confluent_kafka", "rich", "hypothesis")
# boto3 brings resources on top of the client that is wanted: a wait for whoever waits for these functions.
WITHOUT_BOTO3 = ("process_events", "project_changes", "push_updates", "serve_api", "serve_sockets")
IMPORT = """
import json, sys, time
started = time.process_time()
import {name}
{then}
print(json.dumps([time.process_time() - started, sorted(sys.modules)]))
"""


def start(handler: str, then: str = "") -> tuple[float, set[str]]:
    """CPU seconds of importing a handler (`then`: of a statement after that, too), and all modules there are
    then."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IMPORT.format(name=handler, then=then)],
        env=environment(ROOT / "lambdas"),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    cpu_s, modules = json.loads(run.stdout)
    return cpu_s, set(modules)


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_starts_within_its_budget(handler: str) -> None:
    cpu_s, modules = start(handler)

    assert not modules & set(NEVER_ANYWHERE)
    assert cpu_s <= CEILING_S.get(handler, CEILING_OF_OTHERS_S)


@pytest.mark.parametrize("handler", WITHOUT_BOTO3)
def test_nobody_waits_for_boto3(handler: str) -> None:
    assert "boto3" not in start(handler)[1]


@pytest.mark.parametrize("handler", ["process_events", "erase_viewers"])
def test_it_starts_without_what_is_heavy_and_rarely_needed(handler: str) -> None:
    """The hot path, and the function that mostly finds no erasure due. Powertools imports `botocore` itself."""
    assert (
        not {"botocore.session", "botocore.client", "botocore.config", "urllib3", "pydantic"} & start(handler)[1]
    )


@pytest.mark.parametrize("parts", ["push_updates._pusher()", "serve_sockets._parts()", "serve_api._make()"])
def test_what_pages_wait_for_does_without_a_session_or_a_client_of_botocore(parts: str) -> None:
    """10 MB and 0.1 s, not at import alone: when the first event has come, too."""
    modules = start(parts.partition(".")[0], then=parts)[1]

    assert not {"botocore.session", "botocore.client", "botocore.config", "botocore.credentials"} & modules


def test_every_function_of_the_stack_is_in_the_budget() -> None:
    handlers = {path.stem for path in (ROOT / "lambdas").glob("*.py")}

    assert handlers == set(HANDLERS)
