"""What MiniStack is told of services' descriptions, held against botocore's own."""

import subprocess
import sys
from typing import Any

import botocore.session
import pytest
from ministack.core import responses

from services.service_models import metadata_of, with_little_of_models

SESSION = botocore.session.get_session()


@pytest.mark.parametrize("service", SESSION.get_available_services())
def test_the_head_of_each_description_tells_all_of_its_metadata(service: str) -> None:
    assert metadata_of(service) == SESSION.get_service_model(service).metadata


def test_a_service_that_botocore_does_not_know_is_asked_of_ministack() -> None:
    asked: list[str] = []
    model = with_little_of_models(asked.append, {})
    assert (model("nobodys"), asked) == (None, ["nobodys"])


def test_the_rest_is_read_when_something_asks_for_it() -> None:
    read: list[str] = []

    def whole(service: str) -> Any:
        read.append(service)
        return responses._service_model(service)

    model = with_little_of_models(whole, responses._BOTOCORE_NAME)("states")
    assert (model.metadata["protocol"], read) == ("json", [])
    assert "StartExecution" in model.operation_names
    assert read == ["states"]


ANSWER = """
import sys
sys.path.append("localstack")
import ministack.core.responses as responses
from services.service_models import with_little_of_models
if {little}:
    responses._service_model = with_little_of_models(responses._service_model, responses._BOTOCORE_NAME)
headers = {{"Content-Type": "application/json"}}
responses.fix_success_content_type("dynamodb", 200, headers)
print(headers["Content-Type"], "botocore.session" in sys.modules)
"""


@pytest.mark.parametrize("little", [False, True])
def test_the_emulator_answers_as_before_and_imports_no_botocore(little: bool) -> None:
    told = subprocess.run(
        [sys.executable, "-c", ANSWER.format(little=little)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert told.stdout.split() == ["application/x-amz-json-1.0", str(not little)]
