"""The function that checks the audience: started each minute, on AWS and on the laptop, and allowed little."""

import pytest

from tests.unit.stacks.synthesis import synthesize


@pytest.mark.parametrize("name", ["local", "prod"])
def test_it_is_started_at_the_beginning_of_each_minute_and_once(name: str) -> None:
    rules = synthesize(name).of_type("AWS::Events::Rule")
    (rule,) = (rule for rule in rules if rule["ScheduleExpression"] == "cron(* * * * ? *)")
    (target,) = rule["Targets"]
    assert target["Arn"]["Fn::GetAtt"][0].startswith("FunctionsCheckAudience")
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 0}
    assert rule["State"] == "ENABLED"


def test_it_reads_and_writes_the_audience_alone() -> None:
    synthesis = synthesize("prod")
    (tables,) = {str(synthesis.resources_for("CheckAudience", "dynamodb:PutItem"))}
    assert "StorageAudience" in tables
    assert "ViewerProfiles" not in str(synthesis.statements_of("CheckAudience"))
    assert synthesis.resources_for("CheckAudience", "sns:Publish") == []


def test_it_may_publish_to_the_alarm_topic_and_to_no_other() -> None:
    topics = synthesize("oidc-own-domain-alarms").resources_for("CheckAudience", "sns:Publish")
    assert topics == ["arn:aws:sns:eu-west-1:111122223333:on-call"]
