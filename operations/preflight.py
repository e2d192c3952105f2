"""Whether an update of a stage can work, before it begins: `make deploy` asks first.

Compares the synthesized template with the deployed one: what would be replaced that can't be, or removed with what
it holds. Then looks at the account: rules and endpoints that somebody else made already, and executions that are
to be reserved. It changes nothing. Exit code 0: nothing stands in the way, as far as it could be seen; 1:
something does; 2: there is no template to look at.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from kafka_event_source.options import OptionParser
from operations.check_account import check_endpoints, check_reserved, check_rules
from operations.deployed_stage import DeployedStage, OperationFailed, open_stage
from operations.finding import Finding, Health, unknown, wrong
from operations.options import stage_parser
from operations.replacements import Refusal, Template, refusals

WITHOUT_RESOURCES = {"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"}
"""A stack whose first deployment wasn't carried out, or failed: it has a template, and nothing of it."""

ROOT = Path(__file__).parents[1]
REMEDIES = {
    "AWS::Lambda::EventSourceMapping": 'first deploy without mappings (ARGS="-c kafka_mappings=none"), then as '
    "you are about to. A group goes on where it has been: to begin anew name another consumer_group_id too",
    "AWS::MSK::ServerlessCluster": "leave the key as it is, or make another stage and move producers there",
    "AWS::Cognito::UserPoolDomain": "delete the old page's domain first: aws cognito-idp delete-user-pool-domain",
    "AWS::DynamoDB::GlobalTable": "leave the key as it is; without the section the table keeps what it has",
}


def examine(stage: DeployedStage, after: Template) -> Iterator[Finding]:
    """What stands in the way, and what could not be looked at."""
    before = deployed_template(stage)
    for one in refusals(before, after):
        yield _standing_in_the_way(one)
    for name, check in {
        "security group rules": lambda: check_rules(stage.client("ec2"), before, after),
        "VPC endpoints": lambda: check_endpoints(stage.client("ec2"), before, after, stage.region),
        "reserved executions": lambda: check_reserved(stage.client("lambda"), before, after),
    }.items():
        try:
            yield from check()
        except (ClientError, BotoCoreError) as problem:
            yield unknown(name, str(problem))


def deployed_template(stage: DeployedStage) -> Template:
    """Of the stage's stack; empty where there is none, or none of its resources."""
    cloudformation = stage.client("cloudformation")
    try:
        (stack,) = cloudformation.describe_stacks(StackName=stage.stack_name)["Stacks"]
        if stack["StackStatus"] in WITHOUT_RESOURCES:
            return {}
        found = cloudformation.get_template(StackName=stage.stack_name)["TemplateBody"]
    except ClientError as problem:
        if "does not exist" in str(problem):
            return {}
        raise
    return json.loads(found) if isinstance(found, str) else dict(found)


def _standing_in_the_way(one: Refusal) -> Finding:
    what = f"{one.type} {one.logical_id}"
    changed = f"{one.property} changed: " if one.property else ""
    remedy = REMEDIES.get(one.type, "leave the key as it is: docs/deploy.md, What can't be changed in place")
    return wrong(what, f"{changed}{one.why}", remedy)


def folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is no folder: `cdk synth` makes it")
    return Path(text)


def arguments() -> OptionParser:
    parser = stage_parser("operations.preflight", __doc__)
    parser.add_argument(
        "--synthesized", type=folder, default=ROOT / "cdk.out", help="folder that `cdk synth` wrote"
    )
    return parser


def main(given: list[str]) -> int:
    options = arguments().parse_args(given)
    console = Console(soft_wrap=True, stderr=True)
    stopped = False
    try:
        stage = open_stage(options.stage)
        after = json.loads((options.synthesized / f"{stage.stack_name}.template.json").read_text(encoding="utf-8"))
        for finding in examine(stage, after):
            stopped |= finding.health is Health.WRONG
            mark = "[red]stop   [/]" if finding.health is Health.WRONG else "[yellow]unknown[/]"
            console.print(f"{mark} {escape(finding.what)}: {escape(finding.seen)}")
            if finding.do:
                console.print(f"        → {escape(finding.do)}")
    except OSError as problem:
        print(f"error: there is no synthesized template ({problem}): make deploy makes one", file=sys.stderr)
        return 2
    except (OperationFailed, ClientError, BotoCoreError) as problem:
        # Without a look at the account the deployment itself will say what is wrong with it.
        print(f"the stage can't be looked at beforehand: {problem}", file=sys.stderr)
        return 0
    if stopped:
        print("nothing was deployed; docs/deploy.md says more (What can't be changed in place)", file=sys.stderr)
    return int(stopped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
