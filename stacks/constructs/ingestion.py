"""Behind Kafka: what process_events may do, and the two consumers of the viewer table's stream."""

import json

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.functions import Functions
from stacks.constructs.nag import any_object_in
from stacks.constructs.storage import RECENT_INDEX, Storage
from stacks.function_table import FUNCTIONS, FunctionName

SESSION_PREFIX, ADS_PREFIX = "session#", "ads#"
"""Of the table's items, what its stream's consumers see: profile items and timeline rows are in it as well."""

REWRITING: tuple[FunctionName, ...] = ("redrive_rejected", "erase_viewers")
WITH_REJECTED: tuple[FunctionName, ...] = ("process_events", *REWRITING)

KEY_ACTIONS = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
"""What who uses a table under a customer key needs on it; S3 needs the first and the last. Source: Amazon DynamoDB
developer guide, "Policy for DynamoDB use of the customer managed key"."""

STREAM_ACTIONS = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")


class Ingestion(Construct):
    """Rights of the writing functions, and the stream mappings."""

    def __init__(
        self, scope: Construct, construct_id: str, storage: Storage, functions: Functions, *, push: bool = True
    ) -> None:
        """Without `push` nobody is told of changes: there is no socket to tell them through."""
        super().__init__(scope, construct_id)
        self._storage = storage
        self._functions = functions
        self._grant_tables()
        self._grant_rejected()
        # Audience counts are exactly once by the number of the last record counted, which an item keeps of each
        # shard: so one batch of a shard is in flight at a time, and none is halved.
        self.project_changes = self._stream_mapping(
            "ProjectChanges",
            "project_changes",
            batch_size=10_000,
            window_s=5,
            prefixes=(SESSION_PREFIX, ADS_PREFIX),
            tumbling_window_in_seconds=5,
            starting_position="TRIM_HORIZON",
            function_response_types=["ReportBatchItemFailures"],
        )
        # Push is best effort and about now: old changes are dropped rather than delivered late.
        if push:
            self._stream_mapping(
                "PushUpdates",
                "push_updates",
                batch_size=500,
                window_s=0,
                prefixes=(SESSION_PREFIX,),
                starting_position="LATEST",
                maximum_record_age_in_seconds=60,
                maximum_retry_attempts=1,
            )

    def _grant_tables(self) -> None:
        viewers, audience = self._storage.viewer_profiles.table_arn, self._storage.audience.table_arn
        allow = self._functions.allow
        # A batch of statements is INSERTs and UPDATEs of sessions and ad views, and DELETEs of sessions that met
        # an erasure; rows of titles are put in transactions.
        written = ["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:PutItem"]
        written += ["dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete"]
        allow("process_events", written, [viewers])
        # A viewer who begins has its profile inserted, many in a call, and one with one session has it updated so;
        # who has more is read, and put again.
        profile = ["dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"]
        allow("project_changes", [*profile, "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate"], [viewers])
        allow("project_changes", ["dynamodb:Query"], [viewers, f"{viewers}/index/{RECENT_INDEX}"])
        allow("project_changes", ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"], [audience])
        if self._storage.key:
            for name in FUNCTIONS:
                allow(name, KEY_ACTIONS, [self._storage.key.key_arn])

    def _grant_rejected(self) -> None:
        allow, bucket = self._functions.allow, self._storage.rejected
        objects = bucket.arn_for_objects("*")
        allow("process_events", ["s3:PutObject"], [objects])
        for name in REWRITING:
            allow(name, ["s3:GetObject", "s3:DeleteObject", "s3:PutObject"], [objects])
            allow(name, ["s3:ListBucket"], [bucket.bucket_arn])
        processor = self._functions["process_events"]
        allow("redrive_rejected", ["lambda:InvokeFunction"], [processor.function_arn])
        for name in WITH_REJECTED:
            reason = "a rejected record's object is named by its topic, partition and offset"
            self._functions.acknowledge(name, {any_object_in(bucket): reason})

    def _stream_mapping(
        self,
        construct_id: str,
        name: FunctionName,
        *,
        batch_size: int,
        window_s: int,
        prefixes: tuple[str, ...],
        starting_position: str,
        tumbling_window_in_seconds: int | None = None,
        maximum_record_age_in_seconds: int | None = None,
        maximum_retry_attempts: int | None = None,
        function_response_types: list[str] | None = None,
    ) -> lambda_.CfnEventSourceMapping:
        stream = self._storage.viewer_profiles.table_stream_arn
        if stream is None:
            raise ValueError("the viewer table has no stream")
        self._functions.allow(name, STREAM_ACTIONS, [stream])
        self._functions.allow(name, ["dynamodb:ListStreams"], ["*"])
        self._functions.acknowledge(
            name,
            {"AwsSolutions-IAM5[Resource::*]": "stream mappings need ListStreams, which knows no resource"},
        )
        mapping = lambda_.CfnEventSourceMapping(
            self,
            construct_id,
            function_name=self._functions[name].function_name,
            event_source_arn=stream,
            starting_position=starting_position,
            batch_size=batch_size,
            maximum_batching_window_in_seconds=window_s,
            parallelization_factor=1,
            bisect_batch_on_function_error=False,
            tumbling_window_in_seconds=tumbling_window_in_seconds,
            maximum_record_age_in_seconds=maximum_record_age_in_seconds,
            maximum_retry_attempts=maximum_retry_attempts,
            function_response_types=function_response_types,
            filter_criteria=lambda_.CfnEventSourceMapping.FilterCriteriaProperty(
                filters=[lambda_.CfnEventSourceMapping.FilterProperty(pattern=_changes_of(prefixes))]
            ),
        )
        role = self._functions[name].role
        if role is not None:
            mapping.node.add_dependency(role)
        return mapping


def _changes_of(prefixes: tuple[str, ...]) -> str:
    """The filter of a mapping, as JSON without blanks: changes of items whose sort key begins so."""
    sort_key = {"S": [{"prefix": prefix} for prefix in prefixes]}
    pattern = {"eventName": ["INSERT", "MODIFY", "REMOVE"], "dynamodb": {"Keys": {"sk": sort_key}}}
    return json.dumps(pattern, separators=(",", ":"))
