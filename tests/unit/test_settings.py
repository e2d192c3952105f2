"""Settings come from the environment, and what is wrong with it is said plainly, when the function starts."""

import subprocess
import sys

import msgspec
import pytest

from bench.services import ROOT
from bench.starting import environment
from live_viewers.settings import ProcessEventsSettings, ProjectChangesSettings, SettingsError, stage_of
from stacks.function_table import FUNCTIONS, FunctionName

GIVEN = {
    "STAGE": "dev",
    "VIEWER_PROFILES_TABLE": "v",
    "REJECTED_BUCKET": "r",
    "LIVE_INDEX_SECRET": "s",
    "TOMBSTONE_SECRET": "t",
}


def test_numbers_and_defaults() -> None:
    settings = ProcessEventsSettings.from_environ({**GIVEN, "LIVE_SHARDS": "16", "PATH": "/bin"})
    assert (settings.live_shards, settings.profile_retention_days, settings.ping_write_interval_s) == (16, 90, 0)
    assert settings.placeholders == {"PoC user"}


def test_placeholder_viewers_are_a_list_with_commas() -> None:
    settings = ProcessEventsSettings.from_environ({**GIVEN, "PLACEHOLDER_VIEWER_IDS": "PoC user, anonymous ,"})
    assert settings.placeholders == {"PoC user", "anonymous"}


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "STAGE is not set"),
        ({"STAGE": "dev"}, "VIEWER_PROFILES_TABLE is not set"),
        ({**GIVEN, "REJECTED_BUCKET": ""}, "REJECTED_BUCKET can't be read"),
        ({**GIVEN, "LIVE_SHARDS": "many"}, "LIVE_SHARDS can't be read"),
    ],
)
def test_a_wrong_variable_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        ProcessEventsSettings.from_environ(environ)


def test_a_function_s_model_asks_for_what_that_function_needs() -> None:
    with pytest.raises(SettingsError, match="AUDIENCE_TABLE is not set"):
        ProjectChangesSettings.from_environ(GIVEN)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_without_a_variable_does_not_start_and_names_it(function: FunctionName) -> None:
    fields = msgspec.structs.fields(FUNCTIONS[function].settings)
    missing = next(field.name.upper() for field in reversed(fields) if field.required)
    environ = environment(ROOT / "lambdas")
    del environ[missing]
    command = [sys.executable, "-W", "ignore", "-c", f"import {function}"]
    started = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)
    assert started.returncode != 0
    assert f"the environment variable {missing} is not set" in started.stderr


def test_the_stage_is_read_in_one_place() -> None:
    """For the metrics' dimension; everything else has it in its settings."""
    sources = [path for path in (ROOT / "lambdas").rglob("*.py") if 'STAGE"' in path.read_text()]
    assert [path.name for path in sources] == ["settings.py"]
    assert (stage_of({"STAGE": "dev"}), stage_of({})) == ("dev", "local")
