"""Invites a reader to a stage's user pool: `make invite STAGE=dev EMAIL=someone@example.com`.

The mail has a first password. The address counts as verified: it is where Cognito sends the code of a forgotten
password, and without that nobody who was invited could ever choose a new one. `--again` sends the mail anew to
somebody who let the first password run out (7 days).
"""

import argparse
import sys
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from kafka_event_source.options import OptionParser
from operations.deployed_stage import OperationFailed, open_stage
from operations.options import stage_parser


def invite(cognito: Any, pool: str, email: str, again: bool) -> None:
    """Create the user, or send the mail again. Raises OperationFailed where the pool says no."""
    try:
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            DesiredDeliveryMediums=["EMAIL"],
            **({"MessageAction": "RESEND"} if again else {}),
        )
    except cognito.exceptions.UsernameExistsException:
        raise OperationFailed(f"{email} is invited already: --again sends the mail anew") from None
    except cognito.exceptions.UserNotFoundException:
        raise OperationFailed(f"{email} was never invited: leave --again out") from None
    except cognito.exceptions.UnsupportedUserStateException:
        raise OperationFailed(
            f"{email} has signed in already: the sign-in page has 'Forgot your password?'"
        ) from None


def address(text: str) -> str:
    """An e-mail address, as far as its form shows."""
    name, at, host = text.rpartition("@")
    if not (name and at and "." in host) or any(char.isspace() for char in text):
        raise argparse.ArgumentTypeError(f"{text!r} is not an e-mail address")
    return text


def arguments() -> OptionParser:
    parser = stage_parser("operations.invite", __doc__)
    parser.add_argument("--email", required=True, type=address)
    parser.add_argument("--again", action="store_true", help="send the mail again")
    return parser


def main(given: list[str]) -> int:
    options = arguments().parse_args(given)
    try:
        stage = open_stage(options.stage)
        pool = stage.outputs.get("UserPoolId")
        if pool is None:
            raise OperationFailed("the stage has no user pool (auth.mode cognito): your issuer lets readers in")
        invite(stage.client("cognito-idp"), pool, options.email, options.again)
    except (OperationFailed, ClientError, BotoCoreError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    print(f"{options.email} gets a mail with a first password; they sign in at {stage.outputs.get('SiteUrl')}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
