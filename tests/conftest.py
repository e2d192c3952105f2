"""Settings that hold for every test."""

import os
from itertools import chain, groupby
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "default",
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# `make test-slow` and `make test-thorough`: the same properties over 1,000 and 20,000 examples in place of 50.
settings.register_profile("slow", settings.get_profile("default"), max_examples=1_000)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files in the order in which two processes, each of which takes the next file, are done soonest.

    What waits for services and what keeps a core busy, the browser, take turns; then what needs the whole demo, so
    that it runs for a part of the time only; the many quick files of unit tests come last and level the ends.
    """
    serviced, browser, demo, unit = [], [], [], []
    for _, of_file in groupby(items, key=lambda item: item.path):
        tests = list(of_file)
        folder = tests[0].path.relative_to(FOLDER).parts[0]
        if any("demo" in getattr(test, "fixturenames", ()) for test in tests):
            demo.append(tests)
        else:
            {"browser": browser, "unit": unit}.get(folder, serviced).append(tests)
    demo.sort(key=len, reverse=True)
    unit.sort(key=lambda tests: tests[0].path.parent.name != "stacks")  # where the CDK has to be started: seconds
    items[:] = chain.from_iterable([*_evenly(serviced, browser), *demo, *unit])


def _evenly(*lists: list[list[pytest.Item]]) -> list[list[pytest.Item]]:
    """One list, in which each of `lists` is spread from the beginning to the end."""
    placed = [(place / len(files), files[place]) for files in lists for place in range(len(files))]
    return [tests for _, tests in sorted(placed, key=lambda each: each[0])]
