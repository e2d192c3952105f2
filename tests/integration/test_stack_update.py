"""On the emulator: what viewers left behind outlives a change of the configuration, and a change that fails."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from services.ministack import REGION
from tests.integration.deployed_stack import ACCOUNT, STACK, Deployment, need_cdklocal, recent_events

pytestmark = pytest.mark.timeout(1800)  # each deploys, which a busy machine takes minutes for


@pytest.fixture(scope="module")
def deployment(ministack: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    need_cdklocal()
    deployed = Deployment(ministack, tmp_path_factory.mktemp("stage"))
    deployed.bootstrap()
    deployed.configure()
    deployed.deploy()
    yield deployed
    deployed.client("cloudformation").delete_stack(StackName=STACK)


@pytest.fixture(scope="module")
def records() -> list[bytes]:
    return recent_events()


@pytest.fixture(scope="module")
def kept(deployment: Deployment, records: list[bytes]) -> list[dict[str, Any]]:
    """What a few viewers left behind in the first deployment."""
    deployment.process(records)
    items = deployment.items()
    assert {item["sk"]["S"].split("#")[0] for item in items} == {"session", "event", "ads", "tombstone-key"}
    return items


def test_a_changed_configuration_keeps_what_viewers_left(
    deployment: Deployment, kept: list[dict[str, Any]]
) -> None:
    function = deployment.outputs["ProcessEventsFunctionName"]
    before = deployment.outputs
    assert deployment.environment_of(function)["EVENT_RETENTION_DAYS"] == "30"

    deployment.configure(
        viewers={"event_retention_days": 7, "live_shards": 16},
        functions={"log_retention_days": 3, "sizes": {"process_events": {"memory_mb": 2048}}},
        data={"removal": "destroy", "deletion_protection": False, "rejected_retention_days": 5},
    )
    deployment.deploy()

    assert deployment.environment_of(function)["EVENT_RETENTION_DAYS"] == "7"
    assert deployment.client("lambda").get_function_configuration(FunctionName=function)["MemorySize"] == 2048
    assert deployment.outputs == before
    assert deployment.items() == kept


def test_what_comes_again_after_the_change_changes_nothing_but_how_long_it_is_kept(
    deployment: Deployment, kept: list[dict[str, Any]], records: list[bytes]
) -> None:
    deployment.process(records)
    again = deployment.items()
    for item in (*again, *kept):
        item.pop("ttl", None)
    assert again == kept


def test_an_update_that_fails_is_rolled_back_and_keeps_what_viewers_left(
    deployment: Deployment, kept: list[dict[str, Any]]
) -> None:
    function = deployment.outputs["ProcessEventsFunctionName"]
    variables = deployment.environment_of(function)
    before = deployment.items()
    assert len(before) == len(kept)
    template = json.loads((deployment.folder / "cdk.out" / f"{STACK}.template.json").read_text())
    (logical_id,) = [
        key
        for key, resource in template["Resources"].items()
        if resource.get("Properties", {}).get("Handler") == "process_events.handler"
    ]
    changed = template["Resources"][logical_id]["Properties"]["Environment"]["Variables"]
    changed["EVENT_RETENTION_DAYS"] = "1"
    # Made after the function was changed, and it can't be: nothing answers there.
    template["Resources"]["Broken"] = {
        "Type": "Custom::Broken",
        "DependsOn": [logical_id],
        "Properties": {"ServiceToken": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:no-such-function"},
    }
    with pytest.raises(WaiterError, match=r"UPDATE_ROLLBACK"):
        _update(deployment, template)

    assert deployment.stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.environment_of(function) == variables
    assert deployment.items() == before


def _update(deployment: Deployment, template: dict[str, Any]) -> None:
    # Too large for the call itself: CloudFormation reads it from a bucket.
    s3, bucket = deployment.client("s3"), deployment.outputs["SiteBucketName"]
    s3.put_object(Bucket=bucket, Key="broken.template.json", Body=json.dumps(template).encode())
    cloudformation = deployment.client("cloudformation")
    cloudformation.update_stack(
        StackName=STACK,
        TemplateURL=f"{deployment.endpoint}/{bucket}/broken.template.json",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )
    waiter = cloudformation.get_waiter("stack_update_complete")
    waiter.wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 300})
