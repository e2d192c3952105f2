"""The CDK app: `cdk deploy -c stage=dev`, or `cdklocal deploy -c stage=local -c bundle_platform=host`.

Context: `stage` (default dev), `config` (folder of the stages' files, default config/), `bundle_platform` (`host`
builds the functions for this machine), `kafka_bootstrap` (host:port of a self-managed broker, not the file's),
`kafka_mappings` (`none` leaves out the event source mappings, so that others can be made next: docs/deploy.md),
`pipeline` (on, off: Snowplow's Collector and Enrich) with `accept_limited_use_licence` (yes),
`free_edition` (on: the emulator of stage local lacks what docs/localstack.md lists).
"""

import os
import sys
from pathlib import Path

from aws_cdk import App, Environment

from stacks.bundle import (
    CACHE,
    KAFKA_TOPICS,
    BundleError,
    build_bundle,
    host_platform,
    lambda_platform,
    with_file,
)
from stacks.config import LOCAL_STAGE, Config, load_config
from stacks.config_errors import ConfigError
from stacks.emulator import Emulator
from stacks.kafka_sources import MskServerlessSource
from stacks.live_viewers_stack import LiveViewersStack, tag
from stacks.stage_files import STAGE_FILE_NAME, stage_json

ROOT = Path(__file__).resolve().parent
SITE = ROOT / "frontend" / "dist"


def build_app() -> App:
    """The app for the stage that the context names (default dev). Raises ConfigError and BundleError."""
    app = App()
    stage = app.node.try_get_context("stage") or "dev"
    folder = Path(app.node.try_get_context("config") or ROOT / "config")
    config = load_config(
        stage,
        folder,
        kafka_bootstrap=app.node.try_get_context("kafka_bootstrap"),
        pipeline=app.node.try_get_context("pipeline"),
        accept_limited_use_licence=app.node.try_get_context("accept_limited_use_licence"),
        free_edition=app.node.try_get_context("free_edition"),
    )
    local = stage == LOCAL_STAGE
    env = environment(config)
    if not local and env.region:
        try:
            config.refuse_region(env.region)
        except ValueError as error:
            raise ConfigError(str(error)) from None
    if not local and not (SITE / "index.html").is_file():
        raise ConfigError(
            "frontend/dist/index.html is missing: build the pages first (npm run build in frontend/)"
        )
    platform = host_platform() if app.node.try_get_context("bundle_platform") == "host" else lambda_platform()
    makes_topics = isinstance(config.kafka.source, MskServerlessSource)
    stack = LiveViewersStack(
        app,
        f"LiveViewers-{stage}",
        stage=stage,
        config=config,
        bundle=with_file(build_bundle(platform), STAGE_FILE_NAME, stage_json(config)),
        bundle_platform=platform,
        site=SITE,
        topics_bundle=build_bundle(platform, CACHE, KAFKA_TOPICS) if makes_topics else None,
        emulator=Emulator(os.environ.get("AWS_ENDPOINT_URL") or Emulator().url) if local else None,
        with_mappings=app.node.try_get_context("kafka_mappings") != "none",
        env=env,
        termination_protection=config.data.deletion_protection,
    )
    tag(stack, stage)
    return app


def environment(config: Config) -> Environment:
    """Account and region: the configuration's, else the CLI's."""
    account = config.account or os.environ.get("CDK_DEFAULT_ACCOUNT")
    region = config.region or os.environ.get("CDK_DEFAULT_REGION")
    return Environment(account=account, region=region)


if __name__ == "__main__":
    try:
        build_app().synth()
    except (ConfigError, BundleError) as error:
        sys.exit(str(error))
