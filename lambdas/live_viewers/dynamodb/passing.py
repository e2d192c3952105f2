"""Which failures of DynamoDB pass by themselves, so that the same call will work later."""

# Whole calls, and items of a BatchExecuteStatement, which have names of their own.
_PASSING = frozenset(
    (
        "InternalServerError",
        "ItemCollectionSizeLimitExceeded",
        "ItemCollectionSizeLimitExceededException",
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


def passes(code: str) -> bool:
    """Whether the failure with this code passes by itself."""
    return code in _PASSING
