"""Synthesizes the stack in this process, once a configuration, with a stand-in for the functions' bundle."""

import atexit
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aws_cdk import App, Environment, Stack
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks
from filelock import FileLock

from stacks.bundle import host_platform, lambda_platform
from stacks.config import LOCAL_STAGE, Config, load_config
from stacks.emulator import Emulator
from stacks.live_viewers_stack import LiveViewersStack, tag
from tests.tables import RUN_FOLDER

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "config"
# The CDK's feature flags decide names and logical ids: the tests must have those that `cdk deploy` has.
CONTEXT = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
EXAMPLES = sorted(path.stem for path in (CONFIG / "examples").glob("*.yaml"))
STAGES = sorted(path.stem for path in CONFIG.glob("*.yaml"))
EVERY_CONFIG = [*STAGES, *EXAMPLES]
"""Names of config/*.yaml and config/examples/*.yaml; an example is synthesized as a stage of its own name."""


@dataclass(frozen=True)
class MadeTemplate:
    """A template as plain values, fetched from the CDK's process once. Nobody changes it."""

    values: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The template, as assertions.Template names it."""
        return self.values


@dataclass(frozen=True)
class Synthesis:
    """A synthesized stack. `stack` is None where another of the run's processes synthesized it."""

    stack: LiveViewersStack | None
    template: MadeTemplate
    violations: tuple[str, ...]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """The template's resources by logical id."""
        return dict(self.template.to_json()["Resources"])

    def of_type(self, type_: str) -> list[dict[str, Any]]:
        """Properties of the resources of one type."""
        return [r.get("Properties", {}) for r in self.resources.values() if r["Type"] == type_]

    def all_of_type(self, type_: str) -> list[dict[str, Any]]:
        """The same, for what is said of each: there is one at least, else nothing would be said."""
        found = self.of_type(type_)
        assert found, f"the template has no {type_}"
        return found

    def statements_of(self, function: str) -> list[dict[str, Any]]:
        """What the role of a function allows, statement by statement; actions and resources always lists."""
        found = []
        for logical_id, resource in self.resources.items():
            if resource["Type"] == "AWS::IAM::Policy" and logical_id.startswith(f"Functions{function}Role"):
                found += resource["Properties"]["PolicyDocument"]["Statement"]
        return [s | {"Action": _list(s["Action"]), "Resource": _list(s["Resource"])} for s in found]

    def resources_for(self, function: str, action: str) -> list[Any]:
        """The resources on which a function may do `action`."""
        return [r for s in self.statements_of(function) if action in s["Action"] for r in s["Resource"]]


@cache
def synthesize(name: str) -> Synthesis:
    """The stack of config/<name>.yaml or config/examples/<name>.yaml, with what cdk-nag finds. Made once a run."""
    config = load_config(name, CONFIG if name in STAGES else CONFIG / "examples")
    run = os.environ.get(RUN_FOLDER)
    if run is None:
        return synthesize_checked(name, config)
    kept = Path(run) / "synthesized" / f"{name}.json"
    kept.parent.mkdir(exist_ok=True)
    with FileLock(kept.with_suffix(".lock")):
        if kept.exists():
            made = json.loads(kept.read_text())
            return Synthesis(None, MadeTemplate(made["template"]), tuple(made["violations"]))
        synthesis = synthesize_checked(name, config)
        kept.write_text(json.dumps({"template": synthesis.template.values, "violations": synthesis.violations}))
    return synthesis


@cache
def synthesize_with_assets(name: str) -> Synthesis:
    """The same without what cdk-nag finds, and with the assets that are uploaded (20 MB) in its output."""
    config = load_config(name, CONFIG if name in STAGES else CONFIG / "examples")
    _, stack = _stack(name, config, new_app(assets=True))
    return Synthesis(stack, _template_of(stack), ())


def synthesize_checked(stage: str, config: Config) -> Synthesis:
    """The stack of any configuration, with what cdk-nag finds; not kept."""
    app, stack = _stack(stage, config)
    template = _template_of(stack)
    return Synthesis(stack, template, broken_rules(app, stack))


def synthesize_config(stage: str, config: Config, **options: Any) -> Synthesis:
    """The stack of any configuration. Takes seconds, and is not kept: cdk-nag isn't asked."""
    _, stack = _stack(stage, config, **options)
    return Synthesis(stack, _template_of(stack), ())


def _template_of(stack: Stack) -> MadeTemplate:
    return MadeTemplate(dict(Template.from_stack(stack).to_json()))


def new_app(*, assets: bool = False) -> App:
    """An app with our context; its output is gone with this process. `assets`: they are copied into it."""
    context = CONTEXT if assets else CONTEXT | {"aws:cdk:disable-asset-staging": True}
    return App(context=context, analytics_reporting=False, outdir=tempfile.mkdtemp(dir=_scratch()))


def _stack(stage: str, config: Config, app: App | None = None, **options: Any) -> tuple[App, LiveViewersStack]:
    local = stage == LOCAL_STAGE
    assets = _assets()
    app = app or new_app()
    stack = LiveViewersStack(
        app,
        f"LiveViewers-{stage}",
        stage=stage,
        config=config,
        bundle=assets / "bundle",
        bundle_platform=host_platform() if local else lambda_platform(),
        site=assets / "site",
        topics_bundle=assets / "topics",
        emulator=Emulator() if local else None,
        env=Environment(account=config.account, region=config.region),
        **options,
    )
    tag(stack, stage)
    return app, stack


def broken_rules(app: App, stack: Stack) -> tuple[str, ...]:
    """cdk-nag's AwsSolutions findings that are not set aside."""
    report = AwsSolutionsChecks(app, verbose=True).validate_scope(stack)
    return tuple(
        f"{violation.rule_name} {resource.construct_path}: {violation.description}"
        for violation in report.violations
        for resource in violation.violating_resources
    )


@cache
def _scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="synthesis-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _assets() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="assets-", dir=_scratch()))
    contents = {"bundle/process_events.py": "", "topics/topics.py": "", "site/index.html": "<!doctype html>"}
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_text(content)
    return folder


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
