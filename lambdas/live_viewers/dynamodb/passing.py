"""Which failures of DynamoDB pass by themselves, so that the same call will work later, and which never will."""

# Whole calls, and items of a BatchExecuteStatement, which have names of their own.
_PASSING = frozenset(
    (
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    )
)


# The request itself, or a viewer whose items fill the 10 GB that a table with a local index keeps under one key.
_FINAL = frozenset(
    (
        "ItemCollectionSizeLimitExceeded",
        "ItemCollectionSizeLimitExceededException",
        "ValidationError",
        "ValidationException",
    )
)


def passes(code: str) -> bool:
    """Whether the failure with this code passes by itself."""
    return code in _PASSING


def is_final(code: str) -> bool:
    """Whether the store can never take what was asked."""
    return code in _FINAL
