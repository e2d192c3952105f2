"""Every alarm has its line in the runbook, and the dashboard shows what is to be watched."""

import json
from pathlib import Path
from typing import Any

from tests.unit.stacks.synthesis import synthesize

RUNBOOK = Path(__file__).parents[3] / "docs/runbook.md"


def alarms(name: str) -> dict[str, dict[str, Any]]:
    prefix = f"live-viewers-{name}-"
    found = synthesize(name).of_type("AWS::CloudWatch::Alarm")
    return {alarm["AlarmName"].removeprefix(prefix): alarm for alarm in found}


def widgets(name: str) -> list[dict[str, Any]]:
    """What each graph shows; references (names of functions and APIs) are a word."""
    (dashboard,) = synthesize(name).of_type("AWS::CloudWatch::Dashboard")
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    body = "".join(part if isinstance(part, str) else "reference" for part in parts)
    return [widget["properties"] for widget in json.loads(body)["widgets"]]


def test_every_alarm_has_a_line_in_the_runbook() -> None:
    text = RUNBOOK.read_text(encoding="utf-8")
    every = alarms("prod") | alarms("oidc-own-domain-alarms")
    assert [name for name in every if f"`{name}`" not in text] == []


def test_what_goes_wrong_raises_an_alarm() -> None:
    names = set(alarms("prod"))
    assert {"LagRising", "NotFresh", "RejectedShare", "PushFailing", "ApiErrors", "AudienceBehind"} <= names
    for function in ("ProcessEvents", "ProjectChanges", "PushUpdates", "ServeApi", "ServeSockets"):
        assert {f"{function}Errors", f"{function}Throttles"} <= names


def test_thresholds_are_configuration() -> None:
    found = alarms("oidc-own-domain-alarms")
    assert found["LagRising"]["Threshold"] == 30_000
    assert found["NotFresh"]["Threshold"] == 2_000
    assert found["RejectedShare"]["Threshold"] == 0.001
    assert alarms("prod")["NotFresh"]["Threshold"] == 5_000


# Whoever isn't called reports nothing.
SILENCE = ("NothingArrives", "AudienceUnchecked")


def test_alarms_notify_the_topic_and_say_when_they_are_over() -> None:
    topic = ["arn:aws:sns:eu-west-1:111122223333:on-call"]
    found = alarms("oidc-own-domain-alarms")
    assert found
    for name, alarm in found.items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == topic
        assert alarm["TreatMissingData"] == ("breaching" if name in SILENCE else "notBreaching")


def test_silence_is_an_alarm_by_choice() -> None:
    assert "NothingArrives" not in alarms("prod")
    silence = alarms("oidc-own-domain-alarms")["NothingArrives"]
    assert silence["EvaluationPeriods"] == 6
    (reported,) = [metric["MetricStat"] for metric in silence["Metrics"] if "MetricStat" in metric]
    assert (reported["Metric"]["MetricName"], reported["Period"]) == ("Records", 300)


def test_stages_have_alarms_and_dashboards_of_their_own() -> None:
    (dev,) = synthesize("dev").of_type("AWS::CloudWatch::Dashboard")
    (prod,) = synthesize("prod").of_type("AWS::CloudWatch::Dashboard")
    assert dev["DashboardName"] != prod["DashboardName"]
    lag = alarms("prod")["LagRising"]
    assert {"Name": "stage", "Value": "prod"} in lag["Dimensions"]


def test_the_dashboard_shows_what_is_to_be_watched() -> None:
    (dashboard,) = synthesize("prod").of_type("AWS::CloudWatch::Dashboard")
    body = json.dumps(dashboard["DashboardBody"])
    for shown in (
        "Watching now",
        "Arriving and written a minute (0: silence)",
        "FILL(records, 0)",
        "FILL(sessionsWritten, 0)",
        "From event to write",
        "OffsetLag",
        "IteratorAge",
        "Records and media events a second",
        "decoded / PERIOD(decoded)",
        "Age of the newest write (s)",
        "Rejected by reason",
        "Sessions written, conflicts",
        "Behind the stream",
        "Errors",
        "Throttles",
        "p99 duration",
    ):
        assert shown in body


def test_the_age_of_the_newest_write_is_counted_from_the_last_minute_with_a_write() -> None:
    (widget,) = [w for w in widgets("prod") if w["title"] == "Age of the newest write (s)"]
    (age, written) = widget["metrics"]
    assert age[0]["expression"] == "EPOCH(written) - FILL(IF(written > 0, EPOCH(written)), REPEAT)"
    assert written[:4] == ["LiveViewers", "SessionsWritten", "stage", "prod"]
    assert written[4] == {"id": "written", "stat": "Sum", "period": 60, "visible": False}


def test_every_graph_has_a_title_that_says_what_it_shows() -> None:
    titles = [widget["title"] for widget in widgets("prod")]
    assert len(titles) == len(set(titles)) == 18


def test_stage_local_has_no_alarm() -> None:
    assert alarms("local") == {}
