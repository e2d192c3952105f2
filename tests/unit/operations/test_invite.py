"""Who is invited can reset their password: the address counts as verified."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from operations import invite
from operations.deployed_stage import OperationFailed

POOL, EMAIL = "eu-west-1_AbCdEf123", "someone@example.com"
REQUEST = {
    "UserPoolId": POOL,
    "Username": EMAIL,
    "UserAttributes": [{"Name": "email", "Value": EMAIL}, {"Name": "email_verified", "Value": "true"}],
    "DesiredDeliveryMediums": ["EMAIL"],
}


class Stage:
    def __init__(self, cognito: Any, **outputs: str) -> None:
        self._cognito, self.outputs = cognito, outputs

    def client(self, _: str) -> Any:
        return self._cognito


@pytest.fixture
def cognito() -> Any:
    return boto3.client("cognito-idp", region_name="eu-west-1")


@pytest.mark.parametrize(("flags", "more"), [([], {}), (["--again"], {"MessageAction": "RESEND"})])
def test_a_reader_is_made_with_a_verified_address(
    cognito: Any, flags: list[str], more: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(cognito, UserPoolId=POOL, SiteUrl="https://viewers.example.com")
    monkeypatch.setattr(invite, "open_stage", lambda _: stage)
    with Stubber(cognito) as stub:
        stub.add_response("admin_create_user", {"User": {}}, REQUEST | more)
        assert invite.main(["--stage", "dev", "--email", EMAIL, *flags]) == 0
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("UsernameExistsException", "--again sends"),
        ("UserNotFoundException", "leave --again out"),
        ("UnsupportedUserStateException", "Forgot your password"),
    ],
)
def test_what_the_pool_refuses_is_said_with_what_to_do(cognito: Any, code: str, words: str) -> None:
    with Stubber(cognito) as stub:
        stub.add_client_error("admin_create_user", code)
        with pytest.raises(OperationFailed, match=words):
            invite.invite(cognito, POOL, EMAIL, again=False)


def test_a_stage_without_a_pool_says_who_lets_readers_in(
    cognito: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(invite, "open_stage", lambda _: Stage(cognito))
    assert invite.main(["--stage", "dev", "--email", EMAIL]) == 1
    assert "your issuer lets readers in" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["someone", "someone@", "@example.com", "a b@example.com", "someone@host"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        invite.main(["--stage", "dev", "--email", text])
    assert stopped.value.code == 2
