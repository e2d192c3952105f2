"""DynamoDB Local: Amazon's own single-process DynamoDB, in memory. It meters write units as the service does."""

import json
import urllib.error
import urllib.request

from services.jars import class_path, java
from services.service import LOOPBACK, Service


def dynamodb_local(port: int, heap_mb: int = 512) -> Service:
    def ready() -> bool:
        # It accepts connections before it answers: ask it for something that needs no table.
        request = urllib.request.Request(
            f"http://{LOOPBACK}:{port}/",
            data=json.dumps({}).encode(),
            headers={
                "X-Amz-Target": "DynamoDB_20120810.ListTables",
                "Content-Type": "application/x-amz-json-1.0",
                "Authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, "
                "SignedHeaders=host, Signature=0",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=1) as answer:  # noqa: S310 - an http URL made above
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            return True  # it speaks, whatever it thinks of the signature
        except OSError:
            return False

    return Service(
        name="DynamoDB Local",
        argv=[
            java() or "java",
            f"-Xmx{heap_mb}m",
            "-cp",
            class_path("dynamodb"),
            "software.amazon.dynamodb.services.local.main.ServerRunner",
            "-inMemory",
            "-sharedDb",
            "-port",
            str(port),
        ],
        env={"DDB_LOCAL_TELEMETRY": "0"},
        ready=ready,
    )
