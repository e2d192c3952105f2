"""Deploys the very app that `cdk deploy` uses to the local emulator, by cdklocal, and fills what it left empty."""

import json
import mimetypes
import os
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from laptop.failure import DemoFailed
from laptop.places import CDKLOCAL, CLOUD_ASSEMBLY, FRONTEND, LOGS, PYTHON, ROOT, STACK
from services.ministack import CREDENTIALS, REGION

CONTEXT = ["-c", "stage=local", "-c", "bundle_platform=host"]
ACCOUNT = "000000000000"


def client(service: str, endpoint: str) -> Any:
    make: Any = boto3.client  # the stubs know each service's client by its name, not by a variable
    return make(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"max_attempts": 2}, connect_timeout=5, read_timeout=60),
    )


def deploy(endpoint: str) -> Mapping[str, str]:
    """Bootstrap and deploy; the stack's outputs by name.

    The emulator is bootstrapped while the app is synthesized: neither needs the other.
    Raises DemoFailed with the last lines of the command that failed.
    """
    with ThreadPoolExecutor(2) as pool:
        bootstrap = pool.submit(_cdklocal, endpoint, ["bootstrap", f"aws://{ACCOUNT}/{REGION}", *CONTEXT, *_app()])
        synth = pool.submit(_cdklocal, endpoint, ["synth", "--quiet", *CONTEXT, "--output", str(CLOUD_ASSEMBLY)])
        synth.result()
        bootstrap.result()
    _cdklocal(endpoint, ["deploy", STACK, "--require-approval", "never", "--app", str(CLOUD_ASSEMBLY)])
    return outputs(endpoint)


def outputs(endpoint: str) -> Mapping[str, str]:
    stack = client("cloudformation", endpoint).describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def publish_site(endpoint: str, bucket: str, config: Mapping[str, Any]) -> None:
    """Upload the built pages and the `config.json` they read. On AWS the stack does this by itself."""
    s3 = client("s3", endpoint)
    for path in sorted(FRONTEND.rglob("*")):
        if path.is_file():
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            key = path.relative_to(FRONTEND).as_posix()
            s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), ContentType=kind)
    body = json.dumps(config, indent=2).encode()
    s3.put_object(
        Bucket=bucket, Key="config.json", Body=body, ContentType="application/json", CacheControl="no-store"
    )


def _app() -> list[str]:
    # `bootstrap` of a named environment needs no app, and would synthesize it a second time.
    return ["--app", ""]


def _cdklocal(endpoint: str, arguments: list[str]) -> None:
    log = LOGS / f"cdklocal-{arguments[0]}.log"
    with log.open("ab") as output:
        began = time.monotonic()
        outcome = subprocess.run(
            [str(CDKLOCAL), *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                **CREDENTIALS,
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_ENDPOINT_URL_S3": endpoint,
                "CDK_DEFAULT_ACCOUNT": ACCOUNT,
                "CDK_DEFAULT_REGION": REGION,
                # cdk.json says `python3 app.py`: let that be the environment that has the packages
                "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}",
                "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
                "CDK_DISABLE_CLI_TELEMETRY": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        output.write(f"-- {arguments[0]}: {time.monotonic() - began:.1f} s\n".encode())
    if outcome.returncode != 0:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        raise DemoFailed(
            f"cdklocal {arguments[0]} failed: {' | '.join(lines[-5:-1])}; all of its output: {_shown(log)}"
        )


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
