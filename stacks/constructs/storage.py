"""Where everything is kept: viewer profiles, audience counts, open sockets, and the records nobody could read."""

from aws_cdk import Duration, RemovalPolicy, Stack, aws_kms
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.nag import BASIC_EXECUTION, acknowledge
from stacks.stage_config import DataConfig

LIVE_INDEX = "LiveSessions"
RECENT_INDEX = "Recent"  # made with its table, or never: see docs/upgrading.md


class Storage(Construct):
    """Tables are on demand, with a TTL. Their logical ids must never change: a test pins them."""

    def __init__(self, scope: Construct, construct_id: str, config: DataConfig, on_aws: bool) -> None:
        super().__init__(scope, construct_id)
        self._config = config
        # CloudFormation deletes empty buckets only. The CDK's emptier is a Node.js function, which emulators lack.
        self._empties_buckets = on_aws and config.removal == "destroy"
        self.key = (
            aws_kms.Key.from_key_arn(self, "Key", config.kms_key_arn) if config.kms_key_arn is not None else None
        )
        warm = config.warm_throughput
        throughput = (
            dynamodb.WarmThroughput(
                read_units_per_second=warm.reads_per_s, write_units_per_second=warm.writes_per_s
            )
            if warm
            else None
        )
        self.viewer_profiles = self._table(
            "ViewerProfiles",
            keys=("viewer_id", "sk"),
            warm_throughput=throughput,
            dynamo_stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=LIVE_INDEX,
                    partition_key=_string("lp"),
                    sort_key=dynamodb.Attribute(name="lk", type=dynamodb.AttributeType.NUMBER),
                    projection_type=dynamodb.ProjectionType.INCLUDE,
                    non_key_attributes=["s", "m", "d"],
                    warm_throughput=throughput,
                )
            ],
            local_secondary_indexes=[
                dynamodb.LocalSecondaryIndexProps(
                    index_name=RECENT_INDEX,
                    sort_key=dynamodb.Attribute(name="h", type=dynamodb.AttributeType.NUMBER),
                    projection_type=dynamodb.ProjectionType.KEYS_ONLY,
                )
            ],
        )
        # Where sessions stand in that index is nobody's to choose; it may change at any time.
        self.live_index_secret = self._secret("LiveIndexSecret", "keys the places of sessions in the live index")
        # What keys the tombstones of this table: one that is lost, or changed, finds none of them again.
        self.tombstone_secret = self._secret("TombstoneSecret", "keys the tombstones of erased viewers")
        self.audience = self._table("Audience", keys=("pk", "sk"))
        self.sockets = self._table("Sockets", keys=("pk", "sk"), backup=False)
        self.rejected = self.private_bucket(
            "Rejected", expire_after_days=config.rejected_retention_days, key=self.key
        )

    @property
    def removal_policy(self) -> RemovalPolicy:
        """What becomes of data when the stack goes."""
        return RemovalPolicy.RETAIN if self._config.removal == "retain" else RemovalPolicy.DESTROY

    def private_bucket(
        self, bucket_id: str, expire_after_days: int | None = None, key: aws_kms.IKey | None = None
    ) -> s3.Bucket:
        """An encrypted bucket that only this account reads, over TLS."""
        rules = [s3.LifecycleRule(expiration=Duration.days(expire_after_days))] if expire_after_days else []
        rules.append(s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)))
        bucket = s3.Bucket(
            self,
            bucket_id,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=True if key else None,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=rules,
            removal_policy=self.removal_policy,
            auto_delete_objects=self._empties_buckets or None,
        )
        if self._empties_buckets:
            reason = "the CDK's own emptier: made by aws-cdk-lib, runs when the stack is removed"
            emptier = Stack.of(self).node.find_child("Custom::S3AutoDeleteObjectsCustomResourceProvider")
            acknowledge(emptier, {BASIC_EXECUTION: reason, "AwsSolutions-L1": reason})
        acknowledge(
            bucket, {"AwsSolutions-S1": "access logs would hold object keys for no reader; CloudTrail has them"}
        )
        return bucket

    def _secret(self, secret_id: str, description: str) -> str:
        """A reference to a new secret, which CloudFormation resolves where it stands (an environment, say)."""
        secret = secretsmanager.Secret(
            self,
            secret_id,
            description=description,
            encryption_key=self.key,
            removal_policy=self.removal_policy,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=43, exclude_punctuation=True
            ),
        )
        acknowledge(secret, {"AwsSolutions-SMG4": "no credential: what it keyed would be lost with each rotation"})
        return secret.secret_value.unsafe_unwrap()

    def _table(
        self,
        table_id: str,
        keys: tuple[str, str],
        backup: bool = True,
        dynamo_stream: dynamodb.StreamViewType | None = None,
        warm_throughput: dynamodb.WarmThroughput | None = None,
        global_secondary_indexes: list[dynamodb.GlobalSecondaryIndexPropsV2] | None = None,
        local_secondary_indexes: list[dynamodb.LocalSecondaryIndexProps] | None = None,
    ) -> dynamodb.TableV2:
        table = dynamodb.TableV2(
            self,
            table_id,
            partition_key=_string(keys[0]),
            sort_key=_string(keys[1]),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.customer_managed_key(self.key) if self.key else None,
            time_to_live_attribute="ttl",
            dynamo_stream=dynamo_stream,
            warm_throughput=warm_throughput,
            global_secondary_indexes=global_secondary_indexes,
            local_secondary_indexes=local_secondary_indexes,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=backup and self._config.point_in_time_recovery
            ),
            deletion_protection=self._config.deletion_protection,
            removal_policy=self.removal_policy,
        )
        if not backup:
            acknowledge(table, {"AwsSolutions-DDB3": "connections live for hours at the most: nothing to restore"})
        return table


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
