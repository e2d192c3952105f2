"""Fixtures of the integration tests."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.tables import create_tables, delete_tables


@pytest.fixture(scope="module")
def profiles_table(dynamodb_local: str) -> Iterator[str]:
    """The name of a ViewerProfiles table of its own."""
    names = create_tables(dynamodb_local, f"t{uuid4().hex[:12]}-")
    yield names["ViewerProfiles"]
    delete_tables(dynamodb_local, names)
