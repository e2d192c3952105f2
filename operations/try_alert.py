"""How often would an alert have fired? `make try-alert STAGE=prod ARGS="--metric rebuffer_ratio --by country
--above 0.05"`.

Judges the kept minutes of the stage by a rule, as check_audience judges them, and writes nothing. Without
--metric it takes the alerts of config/<stage>.yaml, or one of them with --alert.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from kafka_event_source.options import OptionParser, number, whole_number
from live_viewers.audience.history import MINUTES_KEPT_H
from live_viewers.audience.subjects import Subject, Subjects
from live_viewers.dimensions.dimensions import Dimensions, UnknownDimension
from live_viewers.dynamodb.tables.audience_reads import AudienceReads
from live_viewers.dynamodb.tables.history_table import HistoryTable
from live_viewers.incidents.alert import LONGEST_FOR_MINUTES, METRICS, Alert
from live_viewers.incidents.judging import newest_to_judge, would_open
from live_viewers.incidents.measuring import Measured, MeasuredAudience, NotMeasured
from live_viewers.scope import Scope
from live_viewers.stage_file import StageFile
from operations.deployed_stage import OperationFailed, open_stage
from operations.options import stage_parser
from stacks.config import Config, load_config
from stacks.config_errors import ConfigError
from stacks.stage_files import stage_file_of

CONFIG = Path(__file__).parents[1] / "config"
_CHUNK_MINUTES = 60


def arguments() -> OptionParser:
    parser = stage_parser("operations.try_alert", __doc__)
    parser.add_argument("--alert", help="the name of an alert in config/<stage>.yaml")
    parser.add_argument("--metric", choices=METRICS, help="a figure of docs/metrics.md, for a rule of your own")
    parser.add_argument("--by", help="a dimension, or title; default: the whole audience")
    bound = parser.add_mutually_exclusive_group()
    bound.add_argument("--above", type=number(-1e9, 1e9), help="a minute is bad above it")
    bound.add_argument("--below", type=number(-1e9, 1e9), help="a minute is bad below it")
    parser.add_argument(
        "--for-minutes", type=whole_number(1, LONGEST_FOR_MINUTES), default=1, help="in a row; default 1"
    )
    parser.add_argument(
        "--min-viewers", type=whole_number(0, 10**9), default=10, help="sessions at least; default 10"
    )
    parser.add_argument(
        "--hours",
        type=whole_number(1, MINUTES_KEPT_H),
        default=24,
        help=f"to look back, 1 to {MINUTES_KEPT_H}; default 24",
    )
    return parser


def main(given: list[str]) -> int:
    parser = arguments()
    options = parser.parse_args(given)
    if (options.metric is None) != (options.above is None and options.below is None):
        parser.error("--metric goes with either --above or --below")
    if options.metric and options.alert:
        parser.error("give either --alert or --metric")
    try:
        config = load_config(options.stage, CONFIG)
        stage_file = stage_file_of(config)
        alerts = _alerts(options, stage_file)
        minutes = _Minutes(options.stage, config, stage_file)
        end = newest_to_judge(int(time.time() * 1000)) + 1
        start = end - options.hours * 60
        for alert in alerts:
            print("\n".join(report(alert, *minutes.read(alert, start, end), start, end)))
    except (OperationFailed, ConfigError, UnknownDimension, NotMeasured, ClientError, BotoCoreError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


def report(
    alert: Alert, subjects: dict[Scope, Subject], measured: dict[Scope, dict[int, Measured]], start: int, end: int
) -> Iterator[str]:
    """What the rule would have opened from `start` to `end` (Unix minutes, exclusive), a line a subject."""
    by = f" by {alert.by}" if alert.by else ""
    rule = f"{alert.metric} {alert.direction} {alert.threshold:g}{by}, for {_minutes(alert.for_minutes)}"
    yield f"{alert.name}: {rule}, {alert.min_viewers} viewers at least; {_time(start)} to {_time(end)} UTC"
    fired = {scope: would_open(alert, minutes, start, end) for scope, minutes in measured.items()}
    bad = {scope: incidents for scope, incidents in fired.items() if incidents}
    for scope, incidents in sorted(bad.items(), key=lambda each: (-len(each[1]), each[0].id)):
        longest = max(last - first for first, last in incidents) + 1
        subject = subjects[scope]
        name = "the whole audience" if subject.by is None else f"{subject.label or subject.value}"
        when = f"first at {_time(incidents[0][0])}, last at {_time(incidents[-1][0])}"
        yield f"  {name}: {len(incidents)} times, {when}, at the longest {_minutes(longest)}"
    total = sum(map(len, bad.values()))
    yield f"  would have fired {total} times, for {len(bad)} of {len(fired)} that were there"


class _Minutes:
    """The kept minutes of a stage, an hour at a time."""

    def __init__(self, stage: str, config: Config, stage_file: StageFile) -> None:
        deployed = open_stage(stage)
        client, table = deployed.client("dynamodb"), deployed.outputs["AudienceTableName"]
        self._counts = AudienceReads(client, table, config.viewers.audience_shards)
        self._history = HistoryTable(client, table)
        self._subjects = Subjects(Dimensions(stage_file.dimensions), stage_file.pinned_titles)

    def read(
        self, alert: Alert, start: int, end: int
    ) -> tuple[dict[Scope, Subject], dict[Scope, dict[int, Measured]]]:
        """Subjects, and their minutes, by scope. Shows how far it is on a terminal."""
        subjects: dict[Scope, Subject] = {}
        measured: defaultdict[Scope, dict[int, Measured]] = defaultdict(dict)
        for first in range(start, end, _CHUNK_MINUTES):
            measuring = MeasuredAudience(self._counts, self._history, self._subjects)
            last = min(first + _CHUNK_MINUTES, end)
            for subject, minutes in measuring.minutes(alert, first, last).items():
                subjects[subject.scope] = subject
                measured[subject.scope].update(minutes)
            if sys.stderr.isatty():
                print(f"\r{alert.name}: {100 * (last - start) // (end - start)} %", end="", file=sys.stderr)
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
        return subjects, dict(measured)


def _alerts(options: argparse.Namespace, stage_file: StageFile) -> Sequence[Alert]:
    if options.metric:
        return [
            Alert(
                "this rule",
                options.metric,
                by=options.by,
                above=options.above,
                below=options.below,
                for_minutes=options.for_minutes,
                min_viewers=options.min_viewers,
            )
        ]
    found = [each for each in stage_file.alerts if options.alert in (None, each.name)]
    if not found:
        known = ", ".join(each.name for each in stage_file.alerts) or "none"
        asked = f"no alert {options.alert!r}" if options.alert else "no alerts"
        raise OperationFailed(
            f"config/{options.stage}.yaml has {asked} (there are: {known}): give a rule, --metric with --above or "
            "--below"
        )
    return found


def _time(minute: int) -> str:
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%d %H:%M")


def _minutes(count: int) -> str:
    return f"{count} minute{'' if count == 1 else 's'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
