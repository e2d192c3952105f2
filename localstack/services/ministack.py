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


def ministack(port: int, data: Path, function_logs: Path | None = None) -> Service:
    """Keeps all that it writes below `data`; what functions log below `function_logs`, by default there too."""
    temporary = data / "tmp"  # a folder of 23 MB a function's process, which nobody removes
    temporary.mkdir(parents=True, exist_ok=True)
    return Service(
        name="MiniStack",
        # -P: the script's folder, where this file hides the package of the same name, stays off the path
        argv=[sys.executable, "-P", str(Path(__file__).with_name("ministack_server.py"))],
        env={
            "GATEWAY_PORT": str(port),
            "BIND_HOST": LOOPBACK,
            # These listen beside the gateway, on every interface and on ports of their own.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "S3_DATA_DIR": str(data / "s3"),
            "TMPDIR": str(temporary),
            "FUNCTION_LOGS": str(function_logs or data / "logs"),
            "LOG_LEVEL": "WARNING",
            # Functions inherit it: one that is set in the caller's shell would send them to another emulator.
            "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{port}",
            **CREDENTIALS,
        },
        directory=data,
        ready=lambda: answers_health(f"http://{LOOPBACK}:{port}"),
    )
