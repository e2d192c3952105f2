"""The Lambda functions of the table, and how any is made: size, environment, logs, and the right to write them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aws_cdk import Duration, RemovalPolicy, aws_iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.bundle import BundlePlatform
from stacks.constructs.nag import acknowledge
from stacks.function_table import FUNCTIONS, DefaultSize, FunctionName, construct_id_of
from stacks.stage_config import LOG_RETENTION_DAYS, FunctionsConfig, FunctionSize

RETENTION = dict(
    zip(
        LOG_RETENTION_DAYS,
        [
            "ONE_DAY",
            "THREE_DAYS",
            "FIVE_DAYS",
            "ONE_WEEK",
            "TWO_WEEKS",
            "ONE_MONTH",
            "TWO_MONTHS",
            "THREE_MONTHS",
            "FOUR_MONTHS",
            "SIX_MONTHS",
            "ONE_YEAR",
        ],
        strict=True,
    )
)

XRAY_ACTIONS = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


class Functions(Construct):
    """A role each, that may write its own log group; all else is granted where it is used."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        config: FunctionsConfig,
        stage: str,
        bundle: Path,
        platform: BundlePlatform,
        log_removal: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self._config = config
        self._stage = stage
        code = lambda_.Code.from_asset(str(bundle))
        self._platform = platform
        self._log_removal = log_removal
        self.by_name: dict[FunctionName, lambda_.Function] = {
            name: self.add(self, construct_id_of(name), f"{name}.handler", code, row, config.sizes.get(name))
            for name, row in FUNCTIONS.items()
        }

    def __getitem__(self, name: FunctionName) -> lambda_.Function:
        return self.by_name[name]

    def log_options(self) -> dict[str, Any]:
        """How long logs are kept, and whether they outlive the stack: for every log group of the stack."""
        retention = logs.RetentionDays(RETENTION[self._config.log_retention_days])
        return {"retention": retention, "removal_policy": self._log_removal}

    def add_environment(self, values: Mapping[str, str]) -> None:
        """Give each function the variables of its settings, and all of them the log level."""
        for name, row in FUNCTIONS.items():
            for variable in row.settings.variables():
                self[name].add_environment(variable, values[variable])
            self[name].add_environment("LOG_LEVEL", self._config.log_level)

    def allow(self, name: FunctionName, actions: Sequence[str], resources: Sequence[str]) -> None:
        """Add one statement to the function's own policy; actions are always named one by one."""
        self[name].add_to_role_policy(aws_iam.PolicyStatement(actions=list(actions), resources=list(resources)))

    def acknowledge(self, name: FunctionName, reasons: Mapping[str, str]) -> None:
        """Set aside findings on the policy of the function's role."""
        role = self[name].role
        if role is not None:
            acknowledge(role, reasons)

    def add(
        self,
        scope: Construct,
        construct_id: str,
        handler: str,
        code: lambda_.Code,
        default: DefaultSize,
        size: FunctionSize | None = None,
        **network: Any,
    ) -> lambda_.Function:
        """A function as all are here: a role that may write its log group and no more, JSON logs, one platform.

        `network` are the properties of aws_lambda.Function that put it into a VPC.
        """
        size = size or FunctionSize()
        log_group = logs.LogGroup(scope, f"{construct_id}Logs", **self.log_options())
        role = aws_iam.Role(
            scope, f"{construct_id}Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com")
        )
        role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.log_group_arn]
            )
        )
        if self._config.tracing:
            role.add_to_policy(aws_iam.PolicyStatement(actions=list(XRAY_ACTIONS), resources=["*"]))
            acknowledge(role, {"AwsSolutions-IAM5[Resource::*]": "X-Ray's write actions know no resources"})
        function = lambda_.Function(
            scope,
            construct_id,
            description=f"{default.description} ({self._stage})",
            code=code,
            handler=handler,
            runtime=lambda_.Runtime(f"python{self._platform.python_version}", lambda_.RuntimeFamily.PYTHON),
            architecture=lambda_.Architecture.custom(self._platform.architecture),
            memory_size=size.memory_mb or default.memory_mb,
            timeout=Duration.seconds(size.timeout_s or default.timeout_s),
            reserved_concurrent_executions=size.reserved_concurrency,
            role=role,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            # Metrics are log lines of level INFO, which a higher level here would drop.
            # LOG_LEVEL quiets the functions.
            application_log_level_v2=lambda_.ApplicationLogLevel(
                "DEBUG" if self._config.log_level == "DEBUG" else "INFO"
            ),
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
            tracing=lambda_.Tracing.ACTIVE if self._config.tracing else lambda_.Tracing.DISABLED,
            **network,
        )
        acknowledge(
            function,
            {"AwsSolutions-L1": "the bundle's wheels are for Python 3.13, whatever is newest"},
        )
        return function
