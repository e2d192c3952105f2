"""The hot path signs its requests itself: exactly as botocore does, or AWS would refuse them."""

import time
from datetime import UTC, datetime
from typing import Any

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from live_viewers.aws_environment import Credentials
from live_viewers.dynamodb.transport import Transport

MOMENT = datetime(2026, 11, 24, 12, 30, 59, tzinfo=UTC)
BODY = b'{"TableName": "viewers", "Key": {"id": {"S": "Zo\xc3\xab"}}}'


@pytest.mark.parametrize("token", [None, "a/session+token=="])
@pytest.mark.parametrize("region", ["us-east-1", "cn-north-1"])
@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:8000"])
def test_a_request_is_signed_as_botocore_signs_it(
    monkeypatch: pytest.MonkeyPatch, token: str | None, region: str, endpoint: str | None
) -> None:
    environ = {"AWS_REGION": region, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret/+key"}
    environ |= {"AWS_SESSION_TOKEN": token} if token else {}
    environ |= {"AWS_ENDPOINT_URL": endpoint} if endpoint else {}
    ours = Transport.from_environ(environ)._signed("BatchGetItem", BODY, MOMENT.timetuple())

    url = endpoint or f"https://dynamodb.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")
    headers = {"Content-Type": ours["Content-Type"], "X-Amz-Target": ours["X-Amz-Target"]}
    request = AWSRequest("POST", url, headers=headers, data=BODY)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: MOMENT)
    signer = botocore.auth.SigV4Auth(BotocoreCredentials("AKIDEXAMPLE", "secret/+key", token), "dynamodb", region)
    signer.add_auth(request)
    assert ours["Authorization"] == request.headers["Authorization"]
    assert ours.get("X-Amz-Security-Token") == request.headers.get("X-Amz-Security-Token")
    assert ours["Host"] == url.split("//")[1]


@pytest.mark.parametrize("token", [None, "a/session+token=="])
def test_botocore_s_signer_takes_our_credentials_as_its_own(
    monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    """So messages to pages are signed (api_gateway.connections)."""
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: MOMENT)
    ours: Any = Credentials("AKIDEXAMPLE", "secret/+key", token)
    signed = []
    for credentials in (ours, BotocoreCredentials("AKIDEXAMPLE", "secret/+key", token)):
        request = AWSRequest("POST", "https://sockets.example/live/@connections/one%3D", data=BODY)
        botocore.auth.SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(request)
        signed.append(dict(request.headers.items()))
    assert signed[0] == signed[1]
    assert signed[0].get("X-Amz-Security-Token") == token


def test_the_signing_key_changes_with_the_day() -> None:
    transport = Transport("http://127.0.0.1:1", "us-east-1", Credentials("a", "b"))
    first, again, next_day = (
        transport._signed("ListTables", b"{}", time.gmtime(at))["Authorization"] for at in (0, 0, 86_400)
    )
    assert first == again
    assert first.rpartition("=")[2] != next_day.rpartition("=")[2]
