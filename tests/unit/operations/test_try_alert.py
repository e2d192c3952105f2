"""What `make try-alert` says of a rule, and of a command line that makes none."""

import pytest

from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.audience.subjects import Subjects
from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dimensions.tokens import closed_token
from live_viewers.incidents.alert import Alert
from live_viewers.incidents.measuring import MeasuredAudience
from live_viewers.scope import dimension_scope
from operations.try_alert import main, report
from tests.unit.audience.counted import Counts, History

START = 29_000_000
CDN = Dimension("cdn", ("atomic:a",), ("east", "west"))


def test_it_says_of_each_value_how_often_when_and_for_how_long() -> None:
    counts = Counts()
    for minute in range(20):
        for place, bad in (("0", False), ("1", minute in (3, 4, 5, 12))):
            made = ScopeCounts(seen=20, watched_s=100.0, buffering_s=50.0 * bad)
            counts.add(START + minute, made, dimension_scope(closed_token(CDN.key, place)))
    alert = Alert("rebuffering", "rebuffer_ratio", by="cdn", above=0.1)
    minutes = MeasuredAudience(counts, History(), Subjects(Dimensions((CDN,)))).minutes(alert, START, START + 20)
    by_scope = {subject.scope: dict(measured) for subject, measured in minutes.items()}
    lines = list(report(alert, {each.scope: each for each in minutes}, by_scope, START, START + 20))
    assert lines == [
        "rebuffering: rebuffer_ratio above 0.1 by cdn, for 1 minute, 10 viewers at least; 2025-02-19 21:20 to "
        "2025-02-19 21:40 UTC",
        "  west: 2 times, first at 2025-02-19 21:23, last at 2025-02-19 21:32, at the longest 4 minutes",
        "  would have fired 2 times, for 1 of 4 that were there",
    ]


@pytest.mark.parametrize(
    "given",
    [
        ["--metric", "failed"],
        ["--above", "1"],
        ["--metric", "failed", "--above", "1", "--below", "0"],
        ["--metric", "failed", "--above", "1", "--alert", "a"],
    ],
)
def test_half_a_rule_is_refused(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--stage", "local", *given])
    assert refused.value.code == 2
    assert "--" in capsys.readouterr().err


def test_an_alert_that_isnt_configured_is_told_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stage", "local", "--alert", "nothing"]) == 1
    assert "rebuffering-by-cdn" in capsys.readouterr().err
