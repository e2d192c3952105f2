"""Whether to write by what an instance believes, or to read first."""

# A write that relied on a belief and lost its condition is paid for, and then the item is read or written all the
# same. A write unit costs five times a read unit, so a belief saves nothing once more than a sixth of what it says
# is wrong: on topics that aren't keyed by viewer, or where batches of a partition go from instance to instance.
_MOST_DOUBT = 1 / 6
_JUDGEMENTS = 64  # about so many are looked back on


class Trust:
    """In beliefs of one kind: that an item is as it is remembered, or that there is none yet."""

    def __init__(self) -> None:
        self._doubt = 0.0

    @property
    def holds(self) -> bool:
        """Whether a belief is worth to rely on, rather than to read."""
        return self._doubt <= _MOST_DOUBT

    def judge(self, was_right: bool) -> None:
        """Whether the store was as believed."""
        self._doubt += ((not was_right) - self._doubt) / _JUDGEMENTS
