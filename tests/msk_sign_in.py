"""The other side of AWS_MSK_IAM: checks a sign-in as MSK does, with AWS's own signer."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACTION = "kafka-cluster:Connect"


def signed_by(payload: bytes, credentials: Credentials, region: str, host: str) -> dict[str, Any]:
    """The payload's fields, if `credentials` signed it for `host` in `region`; else AssertionError.

    The payload is described at https://github.com/aws/aws-msk-iam-auth: the query of a presigned
    GET https://<host>/?Action=kafka-cluster:Connect, as lower-case keys of JSON.
    """
    given: dict[str, Any] = json.loads(payload)
    request = AWSRequest("GET", f"https://{host}/", params={"Action": ACTION})
    request.context["timestamp"] = given["x-amz-date"]
    signer = SigV4QueryAuth(credentials, "kafka-cluster", region, expires=int(given["x-amz-expires"]))
    signer._modify_request_before_signing(request)
    expected = {key: values[0] for key, values in parse_qs(urlsplit(request.url).query).items()}
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    expected["X-Amz-Signature"] = signer.signature(to_sign, request)
    assert given.pop("version") == "2020_10_22"
    assert given.pop("user-agent")
    assert given == {key.lower(): value for key, value in expected.items()} | {"host": host}
    return given
