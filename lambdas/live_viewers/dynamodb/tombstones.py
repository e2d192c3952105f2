"""What an erasure leaves of a viewer, and by which key it is found.

PK `erased#hmac#<HMAC-SHA-256(secret, SHA-256(viewer id)), hex>`, SK `tombstone`, `erased_ms` when the erasure was
asked for, `f` when it was done, `ttl`. Releases up to 0.1.0 had `erased#<SHA-256(viewer id), hex>`, which whoever
reads the table could try addresses against. The outer hash is over the inner one, so that those are rewritten
without the id.

The table holds one item about these keys: PK `erasures`, SK `tombstone-key`, `p` the secret's fingerprint, `t`
when it was put (ms), `a` the key of the table after which the rewriting goes on, `d` true once it is done.
"""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.transport import CONDITION_FAILED, ErrorAnswer

PREFIX = "erased#"
SORT_KEY = "tombstone"
JOBS = "erasures"
STATE_KEY: Item = {"viewer_id": {"S": JOBS}, "sk": {"S": "tombstone-key"}}

# By then no function of the release before runs any more: a deployment is over, or was rolled back.
REWRITTEN_AFTER_MS = 6 * 3600 * 1000

_KEYED = PREFIX + "hmac#"
_HEX_DIGITS = 64


class WrongTombstoneSecret(RuntimeError):
    """The function's TOMBSTONE_SECRET isn't the one this table's tombstones were made with: it would find none."""

    def __init__(self) -> None:
        super().__init__(
            "TOMBSTONE_SECRET is not the secret that this table's tombstones were made with: put the table's own "
            "secret back (docs/upgrading.md)"
        )


class StateStore(Protocol):
    """Where the item about the keys is kept."""

    def read(self, key: Item) -> Item | None:
        """The item, read consistently."""

    def insert(self, item: Item) -> None:
        """Put the item, unless there is one."""


class TombstoneKeys:
    """The keys of tombstones in one table. Used by several threads.

    The state is read once, with the first key that is asked for, and not when the function starts. An instance
    that then finds old tombstones not yet rewritten looks for both keys as long as it lives. Raises
    WrongTombstoneSecret.
    """

    def __init__(
        self, secret: str, store: StateStore, clock_ms: Callable[[], int] = lambda: int(time.time() * 1000)
    ) -> None:
        self._secret = secret.encode()
        self._store = store
        self._clock_ms = clock_ms
        self._lock = threading.Lock()
        self._state: Item | None = None

    def of(self, viewer_id: str) -> list[Item]:
        """Where the viewer's tombstone may be: the key of today, and until all are rewritten the old one."""
        old = old_key(viewer_id)
        keys = [self.rewritten(old)]
        return keys if "d" in self.state() else [*keys, old]

    def to_write(self, viewer_id: str, now_ms: int) -> list[Item]:
        """The keys to write a tombstone with: both while functions of the release before may run."""
        old = old_key(viewer_id)
        keys = [self.rewritten(old)]
        state = self.state()
        return keys if "d" in state or now_ms >= rewritten_from_ms(state) else [*keys, old]

    def rewritten(self, old: Item) -> Item:
        """The key for an old one."""
        self.state()
        digest = bytes.fromhex(old["viewer_id"]["S"][len(PREFIX) :])
        keyed = hmac.digest(self._secret, digest, "sha256").hex()
        return {"viewer_id": {"S": _KEYED + keyed}, "sk": {"S": SORT_KEY}}

    def state(self) -> Item:
        """The item about the keys as this instance first read it."""
        if self._state is None:
            with self._lock:
                if self._state is None:
                    self._state = self.read_state()
        return self._state

    def read_state(self) -> Item:
        """The item about the keys as it is now; put where there was none."""
        state = self._store.read(STATE_KEY)
        if state is None:
            self._store.insert(state_item(self._secret.decode(), self._clock_ms()))
            state = self._store.read(STATE_KEY)  # another instance may have been first
        if state is None or state["p"]["S"] != _fingerprint(self._secret):
            raise WrongTombstoneSecret
        return state


def old_key(viewer_id: str) -> Item:
    """The key as releases up to 0.1.0 made it."""
    digest = hashlib.sha256(viewer_id.encode(errors="replace")).hexdigest()
    return {"viewer_id": {"S": PREFIX + digest}, "sk": {"S": SORT_KEY}}


def is_old(name: str) -> bool:
    """Whether a tombstone's partition key, or a job's sort key, is an old one."""
    return len(name) == len(PREFIX) + _HEX_DIGITS and not name.startswith(_KEYED)


def tombstone_item(key: Item, erased_at_ms: int, ttl_s: int) -> Item:
    """Events collected at `erased_at_ms` or before bring nothing back. It must outlive every topic's retention."""
    return {**key, "erased_ms": {"N": str(erased_at_ms)}, "ttl": {"N": str(ttl_s)}}


def erased_at_ms(item: Item) -> int:
    """When the erasure was asked for, of a tombstone."""
    return int(item["erased_ms"]["N"])


def state_item(secret: str, now_ms: int, is_done: bool = False) -> Item:
    """The item about the keys, of a table that has none."""
    item: Item = {**STATE_KEY, "p": {"S": _fingerprint(secret.encode())}, "t": {"N": str(now_ms)}}
    return {**item, "d": {"BOOL": True}} if is_done else item


def rewritten_from_ms(state: Item) -> int:
    """When the rewriting of old tombstones may begin."""
    return int(state["t"]["N"]) + REWRITTEN_AFTER_MS


def _fingerprint(secret: bytes) -> str:
    return hmac.digest(secret, b"fingerprint", "sha256").hex()


class StateInTable:
    """StateStore over a DirectClient."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, key: Item) -> Item | None:
        """See StateStore."""
        item: Item | None = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return item

    def insert(self, item: Item) -> None:
        """See StateStore."""
        absent = "attribute_not_exists(viewer_id)"
        try:
            self._client.put_item(TableName=self._table, Item=item, ConditionExpression=absent)
        except ErrorAnswer as error:
            if error.code != CONDITION_FAILED:
                raise
