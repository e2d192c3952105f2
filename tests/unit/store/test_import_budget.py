"""A cold start of the hot path imports nothing that it needs only rarely."""

import subprocess
import sys
from pathlib import Path

LAMBDAS = Path(__file__).resolve().parents[3] / "lambdas"
HEAVY = ("boto3", "botocore.session", "botocore.client", "urllib3", "pydantic", "aws_cdk")


def test_process_events_starts_without_what_is_heavy_and_rarely_needed() -> None:
    program = f"import sys, process_events; print([m for m in {HEAVY!r} if m in sys.modules])"
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=LAMBDAS, capture_output=True, text=True, check=True
    )
    assert outcome.stdout.strip() == "[]"
