"""Telling the alarm topic, and what it costs a function that has nothing to tell."""

import subprocess
import sys
from pathlib import Path

import botocore.session
import pytest

from live_viewers.sns.alarm_topic import publisher

LAMBDAS = Path(__file__).parents[2] / "lambdas"


class Topic:
    def __init__(self) -> None:
        self.published: list[dict[str, str]] = []

    def publish(self, **message: str) -> None:
        self.published.append(message)


def test_a_message_goes_to_the_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    topic = Topic()
    made: list[str] = []
    monkeypatch.setattr(
        botocore.session.Session, "create_client", lambda _, service, **__: made.append(service) or topic
    )
    publish = publisher("arn:aws:sns:eu-west-1:111122223333:on-call")
    assert publish is not None
    publish("a subject", "a text")
    publish("another", "text")
    assert made == ["sns"]
    assert topic.published[0] == {
        "TopicArn": "arn:aws:sns:eu-west-1:111122223333:on-call",
        "Subject": "a subject",
        "Message": "a text",
    }
    assert len(topic.published) == 2


def test_without_a_topic_nobody_is_told() -> None:
    assert publisher("") is None


def test_checking_the_audience_does_without_clients_of_botocore_until_there_is_news() -> None:
    program = "import sys, check_audience; print('botocore.client' in sys.modules)"
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=LAMBDAS, capture_output=True, text=True, check=True
    )
    assert outcome.stdout.strip() == "False"
