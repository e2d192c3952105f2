"""The library's AWS_MSK_IAM signs as AWS's own signer does: nothing else checks that before a deployment."""

import pytest
from botocore.credentials import Credentials
from kafka.net.sasl import get_sasl_mechanism

from kafka_topics.kafka_cluster import MSK_IAM
from tests.msk_sign_in import signed_by

HOST = "boot-a1b2c3d4.c2.kafka-serverless.eu-west-1.amazonaws.com"
ROLE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a/token+with=signs")


@pytest.fixture(autouse=True)
def environment_of_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ROLE.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", ROLE.secret_key)
    monkeypatch.setenv("AWS_SESSION_TOKEN", ROLE.token)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def payload() -> bytes:
    mechanism = get_sasl_mechanism(MSK_IAM["sasl_mechanism"])(host=HOST, **MSK_IAM)
    return bytes(mechanism.auth_bytes())


def test_the_role_s_credentials_sign_for_the_broker() -> None:
    signed = signed_by(payload(), ROLE, "eu-west-1", HOST)
    assert signed["x-amz-security-token"] == ROLE.token
    assert "eu-west-1/kafka-cluster/aws4_request" in signed["x-amz-credential"]


@pytest.mark.parametrize(
    ("credentials", "region", "host"),
    [
        (Credentials(ROLE.access_key, "another secret", ROLE.token), "eu-west-1", HOST),
        (ROLE, "us-east-1", HOST),
        (ROLE, "eu-west-1", "boot-other.c2.kafka-serverless.eu-west-1.amazonaws.com"),
    ],
)
def test_and_for_nothing_else(credentials: Credentials, region: str, host: str) -> None:
    with pytest.raises(AssertionError):
        signed_by(payload(), credentials, region, host)
