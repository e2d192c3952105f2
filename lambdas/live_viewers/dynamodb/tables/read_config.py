"""The patience of reads for botocore's clients; apart, for it is 1 MB that a function without one needn't keep."""

from botocore.config import Config

from live_viewers.dynamodb.http_connection import CONNECT_TIMEOUT_S
from live_viewers.dynamodb.tables.read_client import ATTEMPTS, READ_TIMEOUT_S, THREADS

READ_CONFIG = Config(
    parameter_validation=False,
    max_pool_connections=THREADS,
    connect_timeout=CONNECT_TIMEOUT_S,
    read_timeout=READ_TIMEOUT_S,
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
)
