"""What is wrong when nothing arrives: `make doctor STAGE=dev`.

Looks at the stack, the event source mappings with their last result, their secrets, security groups and endpoints,
the consumer group's lag, the function and its errors, and the newest rejected record. It changes nothing. Exit
code 0 when nothing is wrong, 1 when something is, 2 when the stage can't be looked at.
"""

import sys
from collections import Counter
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from kafka_event_source.options import OptionParser
from operations.check_function import check_errors, check_function
from operations.check_network import check_network
from operations.check_records import check_lag, check_rejected
from operations.check_stack import check_mappings, check_secrets, check_stack, mappings_of
from operations.deployed_stage import DeployedStage, OperationFailed, open_stage
from operations.finding import Finding, Health
from operations.options import stage_parser

_MARKS = {Health.GOOD: "[green]good   [/]", Health.WRONG: "[red]wrong  [/]", Health.UNKNOWN: "[yellow]unknown[/]"}


def examine(stage: DeployedStage) -> Iterator[Finding]:
    yield check_stack(stage)
    mappings = mappings_of(stage)
    yield from check_mappings(stage, mappings)
    yield from check_secrets(stage, mappings)
    yield from check_network(stage, mappings)
    yield from check_lag(stage, mappings)
    yield check_function(stage)
    yield check_errors(stage)
    yield check_rejected(stage)


def arguments() -> OptionParser:
    return stage_parser("operations.doctor", __doc__)


def main(given: list[str]) -> int:
    options = arguments().parse_args(given)
    console = Console(soft_wrap=True)
    seen: Counter[Health] = Counter()
    try:
        for finding in examine(open_stage(options.stage)):
            seen[finding.health] += 1
            console.print(f"{_MARKS[finding.health]} {escape(finding.what)}: {escape(finding.seen)}")
            if finding.do:
                console.print(f"        → {escape(finding.do)}")
    except (OperationFailed, ClientError, BotoCoreError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    # Through make every failure is its exit code 2: the last line tells them apart.
    wrong, unknown = seen[Health.WRONG], seen[Health.UNKNOWN]
    console.print(f"{options.stage}: {wrong} wrong, {unknown} unknown, {seen[Health.GOOD]} good")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
