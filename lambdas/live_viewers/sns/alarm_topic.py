"""The topic that alarms and incidents go to."""

from typing import Any

import botocore.session
from botocore.config import Config

from live_viewers.incidents.telling import Publish

_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


def publisher(topic_arn: str) -> Publish | None:
    """Publishes to the topic; None where the stage has none. Its client is made when there is news."""
    if not topic_arn:
        return None
    made: list[Any] = []

    def publish(subject: str, text: str) -> None:
        if not made:
            made.append(botocore.session.get_session().create_client("sns", config=_CONFIG))
        made[0].publish(TopicArn=topic_arn, Subject=subject, Message=text)

    return publish
