"""What a site may set and what it is where it sets nothing, and what is fixed beside it: one home for functions,
configuration and tests. Nothing is imported here.
"""

LOCAL_STAGE = "local"
"""The stage of the laptop, without sign-in; and what metrics are told by outside a function."""

DEFAULT_PING_INTERVAL_S = 30
"""Of a session whose events carry none."""
LONGEST_PING_INTERVAL_S = 300
"""A longer one that events carry counts as this: it would keep viewers who left live for hours."""
LEASE_IN_PINGS = 2.5
"""How many ping intervals a playing session is live after its last event."""

PLACEHOLDER_VIEWER_IDS = ("PoC user",)
"""User ids that stand for nobody: the default user of Snowplow's demo apps."""

EVENT_RETENTION_DAYS = 30
PROFILE_RETENTION_DAYS = 90
LIVE_SHARDS = 8
AUDIENCE_SHARDS = 8
MOST_SHARDS = 64
AUDIENCE_ITEMS_A_BATCH = 10_000
"""Of the Audience table that one batch of a stream shard may write."""
LEAST_AUDIENCE_ITEMS_A_BATCH = 1_000
"""More than one change of a session can touch."""
MOST_AUDIENCE_ITEMS_A_BATCH = 50_000
"""What a batch writes in less than half of its function's time."""
LIVE_PLACES = 600
"""In a shard of the live index: the seconds of a block."""
TICKET_TTL_S = 60

WRITE_VERSION = 2
"""The format in which sessions and timeline rows are stored (docs/upgrading.md)."""

READ_SCOPE = "viewers:read"
ERASE_SCOPE = "viewers:erase"

BY_TITLE, BY_STATUS = "title", "status"
"""What the audience's rows are by, beside a dimension's values."""
