"""The tests' tables are the template's, in terms that DynamoDB takes."""

import botocore.session
import pytest
from botocore.validate import validate_parameters

from tests.tables import creation_parameters, definitions


@pytest.mark.parametrize("stream", [False, True])
def test_each_table_of_the_stack_can_be_made(stream: bool) -> None:
    asked = {table_id: creation_parameters(properties, stream) for table_id, properties in definitions().items()}
    assert asked.keys() >= {"ViewerProfiles", "Audience", "Sockets"}
    shape = botocore.session.Session().get_service_model("dynamodb").operation_model("CreateTable").input_shape
    for table_id, parameters in asked.items():
        validate_parameters({"TableName": table_id, **parameters}, shape)
    indexes = [index["IndexName"] for index in asked["ViewerProfiles"]["GlobalSecondaryIndexes"]]
    assert "LiveSessions" in indexes
    assert ("StreamSpecification" in asked["ViewerProfiles"]) is stream
    assert "StreamSpecification" not in asked["Audience"]
