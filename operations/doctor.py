"""What is wrong when nothing arrives: `make doctor STAGE=dev`.

Looks at the stack, the event source mappings with their last result, their secrets, security groups and endpoints,
the consumer group's lag, the function and its errors, and the newest rejected record. It changes nothing. Exit
code 0 when nothing is wrong, 1 when something is, 2 when the stage can't be looked at.
"""

import argparse
import sys
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from operations.check_function import check_errors, check_function
from operations.check_network import check_network
from operations.check_records import check_lag, check_rejected
from operations.check_stack import check_mappings, check_secrets, check_stack, mappings_of
from operations.deployed_stage import DeployedStage, OperationFailed, open_stage
from operations.finding import Finding, Health

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


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="operations.doctor", description=__doc__)
    parser.add_argument("--stage", required=True)
    console = Console(soft_wrap=True)
    ill = False
    try:
        for finding in examine(open_stage(parser.parse_args(given).stage)):
            ill |= finding.health is Health.WRONG
            console.print(f"{_MARKS[finding.health]} {escape(finding.what)}: {escape(finding.seen)}")
            if finding.do:
                console.print(f"        → {escape(finding.do)}")
    except (OperationFailed, ClientError, BotoCoreError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    return int(ill)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
