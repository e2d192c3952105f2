"""The function that looks at the audience each minute: it judges alerts and keeps history."""

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from stacks.constructs.functions import Functions
from stacks.constructs.storage import Storage


class AudienceChecking(Construct):
    """At the beginning of each minute, so that who watches at a minute's end is written down just after it, and a
    minute is judged while it is the last but one. A start that fails isn't repeated: the next minute's does all.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        storage: Storage,
        functions: Functions,
        alarm_topic_arn: str | None,
    ) -> None:
        super().__init__(scope, construct_id)
        reads = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]
        writes = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        functions.allow("check_audience", [*reads, *writes], [storage.audience.table_arn])
        if alarm_topic_arn:
            functions.allow("check_audience", ["sns:Publish"], [alarm_topic_arn])
        events.Rule(
            self,
            "Schedule",
            description="Checks the audience each minute",
            schedule=events.Schedule.cron(minute="*"),
            targets=[targets.LambdaFunction(functions["check_audience"], retry_attempts=0)],
        )
