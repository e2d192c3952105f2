"""The topic that alarms and incidents go to."""

from typing import Any

from live_viewers.incidents.telling import Publish


def publisher(topic_arn: str) -> Publish | None:
    """Publishes to the topic; None where the stage has none. Its client is made when there is news."""
    if not topic_arn:
        return None
    made: list[Any] = []

    def publish(subject: str, text: str) -> None:
        if not made:
            made.append(_client())
        made[0].publish(TopicArn=topic_arn, Subject=subject, Message=text)

    return publish


def _client() -> Any:
    import botocore.session  # 10 MB that a function without news, or without a topic, does without
    from botocore.config import Config

    patience = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    return botocore.session.get_session().create_client("sns", config=patience)
