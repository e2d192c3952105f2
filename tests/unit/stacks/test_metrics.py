"""The dashboard and the alarms ask for metrics that the functions report, under the dimensions they report."""

import json
import re
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import check_audience
import erase_viewers
import process_events
import project_changes
import push_updates
import pytest
from aws_lambda_powertools import Logger

from live_viewers.audience.counting import CountReport
from live_viewers.audience.subjects import Subjects
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.intake.arrivals import Arrivals
from live_viewers.intake.batch_report import report_batch
from live_viewers.intake.store import Refused, SessionPart, Written
from live_viewers.profile.projection_writing import ProjectReport
from live_viewers.push.posting import PushReport
from live_viewers.stage_file import StageFile
from live_viewers.wire import RejectReason
from tests.unit.audience.counted import Counts, History
from tests.unit.incidents.kept import Kept
from tests.unit.stacks.synthesis import synthesize

OURS = "LiveViewers"
Metrics = set[tuple[str, frozenset[str]]]
"""Names of metrics, each with the names of its dimensions."""

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)


def _raise(*_: Any) -> None:
    raise RuntimeError("out of order")


class _Handlers:
    """Each handler, with what stands behind it replaced; its report and its metrics are its own."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def process_events(self) -> None:
        part = SessionPart("ann", "one")
        part.events.append(SimpleNamespace(event_time_ms=1_000))  # type: ignore[arg-type]
        arrivals = Arrivals()
        arrivals.parts["ann", "one"] = part
        record = {"topic": "t", "partition": 0, "offset": 1}
        refused = [Refused(record, RejectReason.INTERNAL_ERROR, "decoding: ValueError")]
        logger: Logger = process_events.logger
        report_batch(logger, {"records": {"t-0": [record]}}, arrivals, Written(), refused, "prod", 2_000)

    def project_changes(self) -> None:
        change = SimpleNamespace(sequence="1", problem="", created_ms=0)
        self._patch.setattr(project_changes, "changes_of", lambda *_: [change])
        self._patch.setattr(project_changes, "shard_of", lambda _: "shard")
        self._patch.setattr(project_changes, "count_changes", lambda *_: CountReport(changes=1))
        self._patch.setattr(project_changes, "watching_now", lambda *_: 7)
        self._patch.setattr(project_changes, "_reported_ms", 0)
        parts = SimpleNamespace(
            settings=SimpleNamespace(default_ping_interval_s=30, audience_items_a_batch=1_000),
            audience=None,
            ads=None,
            projector=SimpleNamespace(project=lambda *_: ProjectReport()),
            progress=SimpleNamespace(take_up=lambda *_: None),
        )
        self._patch.setattr(project_changes, "_parts", lambda: parts)
        project_changes.handler({}, CONTEXT)

    def push_updates(self) -> None:
        settings = SimpleNamespace(default_ping_interval_s=30)
        self._patch.setattr(push_updates, "_settings", lambda: settings)
        self._patch.setattr(push_updates, "changes_of", lambda *_: [])
        for push in (lambda *_: PushReport(), _raise):
            self._patch.setattr(push_updates, "_pusher", lambda push=push: SimpleNamespace(push=push))
            push_updates.handler({}, CONTEXT)

    def erase_viewers(self) -> None:
        erasures = SimpleNamespace(due=lambda _: [])
        self._patch.setattr(erase_viewers, "_parts", lambda: (erasures, None))
        self._patch.setattr(erase_viewers, "_rewriting", lambda: SimpleNamespace(go_on=lambda *_: 0))
        erase_viewers.handler({}, CONTEXT)

    def check_audience(self) -> None:
        parts = check_audience._Parts(
            stage_file=StageFile(),
            subjects=Subjects(Dimensions(())),
            counts=Counts(),  # type: ignore[arg-type]
            history=History(),  # type: ignore[arg-type]
            progress=SimpleNamespace(of_shards=list),  # type: ignore[arg-type]
            incidents=Kept(),  # type: ignore[arg-type]
            publish=None,
        )
        self._patch.setattr(check_audience, "_parts", lambda: parts)
        check_audience.handler({}, CONTEXT)


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Metrics:
    handlers = _Handlers(monkeypatch)
    for report in (
        handlers.process_events,
        handlers.project_changes,
        handlers.push_updates,
        handlers.erase_viewers,
        handlers.check_audience,
    ):
        report()
    return set(_embedded(capsys.readouterr().out))


def _embedded(output: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The metrics of CloudWatch's embedded format in a function's output."""
    for line in output.splitlines():
        if not line.startswith("{") or "_aws" not in line:
            continue
        for group in json.loads(line)["_aws"]["CloudWatchMetrics"]:
            assert group["Namespace"] == OURS
            for metric in group["Metrics"]:
                yield from ((metric["Name"], frozenset(dimensions)) for dimensions in group["Dimensions"])


@cache
def asked(name: str) -> Metrics:
    synthesis = synthesize(name)
    metrics = [metric for alarm in synthesis.of_type("AWS::CloudWatch::Alarm") for metric in _in_alarm(alarm)]
    found = {
        (metric["MetricName"], frozenset(dimension["Name"] for dimension in metric["Dimensions"]))
        for metric in metrics
        if metric.get("Namespace") == OURS
    }
    (dashboard,) = synthesis.of_type("AWS::CloudWatch::Dashboard")
    for widget in json.loads(_joined(dashboard["DashboardBody"]))["widgets"]:
        for metric in widget["properties"]["metrics"]:
            if metric[0] == OURS:
                names = [part for part in metric[2:] if isinstance(part, str)]
                found.add((metric[1], frozenset(names[::2])))
            elif searched := re.search(
                rf"\{{{OURS},([\w,]+)\}} MetricName=\"(\w+)\"",
                str(metric[0].get("expression", "")) if isinstance(metric[0], dict) else "",
            ):
                found.add((searched[2], frozenset(searched[1].split(","))))
    return found


def _in_alarm(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    if "Metrics" in alarm:
        return [metric["MetricStat"]["Metric"] for metric in alarm["Metrics"] if "MetricStat" in metric]
    return [alarm]


def _joined(body: Any) -> str:
    """A dashboard's body with references (names of functions and APIs) as a word."""
    if isinstance(body, str):
        return body
    return "".join(part if isinstance(part, str) else "reference" for part in body["Fn::Join"][1])


@pytest.mark.parametrize("name", ["prod", "oidc-own-domain-alarms"])
def test_what_is_asked_for_is_reported(reported: Metrics, name: str) -> None:
    assert asked(name) - reported == set()


def test_what_is_asked_for_was_found_in_the_template() -> None:
    names = {name for name, _ in asked("oidc-own-domain-alarms")}
    assert {"LagMs", "Records", "Rejected", "WatchingNow", "MessagesFailed", "PushFailures"} <= names
    assert ("Rejected", frozenset({"stage", "reason"})) in asked("prod")


def test_what_is_reported_is_reported_by_stage(reported: Metrics) -> None:
    assert {dimensions for _, dimensions in reported} == {frozenset({"stage"}), frozenset({"stage", "reason"})}
