"""The erasure of viewers: a function that the API starts, and a schedule goes on with until every job is done."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from stacks.constructs.functions import Functions
from stacks.constructs.storage import Storage

EVERY = Duration.minutes(5)


class Erasure(Construct):
    """A job passes twice, the second time when every function that ran at the first has ended."""

    def __init__(self, scope: Construct, construct_id: str, storage: Storage, functions: Functions) -> None:
        super().__init__(scope, construct_id)
        actions = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"]
        actions += [
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ]  # one scan, to rewrite old tombstones
        functions.allow("erase_viewers", actions, [storage.viewer_profiles.table_arn])
        events.Rule(
            self,
            "Schedule",
            description="Goes on with erasures that are due",
            schedule=events.Schedule.rate(EVERY),
            targets=[targets.LambdaFunction(functions["erase_viewers"], retry_attempts=0)],
        )
