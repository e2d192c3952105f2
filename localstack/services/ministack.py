"""MiniStack: a free local AWS emulator from a Python wheel. Functions run as processes of this Python."""

import sys
import urllib.request
from pathlib import Path

from services.service import LOOPBACK, Service

REGION = "us-east-1"
# The emulator checks no signature, yet every AWS client wants credentials.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


def answers_health(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_localstack/health", timeout=1) as answer:  # noqa: S310 - http
            return bool(answer.status == 200)
    except OSError:
        return False


def ministack(port: int, data: Path) -> Service:
    data.mkdir(parents=True, exist_ok=True)
    return Service(
        name="MiniStack",
        argv=[sys.executable, "-m", "ministack"],
        env={
            "GATEWAY_PORT": str(port),
            "BIND_HOST": LOOPBACK,
            # These listen beside the gateway, on every interface and on ports of their own.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "S3_DATA_DIR": str(data / "s3"),
            "LOG_LEVEL": "WARNING",
            **CREDENTIALS,
        },
        directory=data,
        ready=lambda: answers_health(f"http://{LOOPBACK}:{port}"),
    )
