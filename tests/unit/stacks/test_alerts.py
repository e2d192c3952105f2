"""Alerts in the configuration: what they may say, and what of them the functions read."""

from typing import Any

import msgspec
import pytest

from live_viewers.incidents.alert import METRICS, MOST_ALERTS, Alert
from live_viewers.stage_file import StageFile
from stacks.config import Config, parse_config
from stacks.config_errors import ConfigError
from stacks.stage_files import stage_json

BASE: dict[str, Any] = {
    "kafka": {
        "source": {"type": "self_managed", "bootstrap_servers": ["127.0.0.1:9092"], "authentication": "plaintext"}
    },
    "auth": {"mode": "none"},
}
ALERT = {"name": "rebuffering", "metric": "rebuffer_ratio", "by": "country", "above": 0.05}


def config(*alerts: dict[str, Any], **more: Any) -> Config:
    return parse_config("local", {**BASE, "alerts": list(alerts), **more})


def test_the_functions_read_what_the_configuration_says() -> None:
    alerts = [
        ALERT | {"version": 3, "for_minutes": 5, "min_viewers": 100},
        {"name": "few", "metric": "starts", "below": 1},
    ]
    read = msgspec.json.decode(stage_json(config(*alerts)), type=StageFile)
    assert read.alerts == (
        Alert("rebuffering", "rebuffer_ratio", 3, "country", 0.05, None, 5, 100),
        Alert("few", "starts", below=1.0),
    )


def test_a_stage_without_alerts_has_none() -> None:
    assert msgspec.json.decode(stage_json(config()), type=StageFile).alerts == ()


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_can_be_chosen(metric: str) -> None:
    assert config(ALERT | {"metric": metric}).alerts[0].alert().metric == metric


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"metric": "rebuffering"}, "rebuffer_ratio"),
        ({"by": "isp"}, "country, device, os"),
        ({"by": "status"}, "by status"),
        ({"by": "title"}, "pinned_titles"),
        ({"above": None}, "either above or below"),
        ({"below": 1}, "either above or below"),
        ({"name": "Re buffering"}, "name"),
        ({"for_minutes": 0}, "for_minutes"),
        ({"for_minutes": 31}, "for_minutes"),
        ({"min_viewers": -1}, "min_viewers"),
        ({"version": 0}, "version"),
        ({"threshold": 1}, "threshold"),
    ],
)
def test_what_can_t_be_judged_is_refused_with_what_can(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match="alert") as refused:
        config(ALERT | changed)
    assert told in str(refused.value)


def test_two_of_one_name_and_too_many_are_refused() -> None:
    with pytest.raises(ConfigError, match="two of this name"):
        config(ALERT, ALERT)
    with pytest.raises(ConfigError, match="alerts"):
        config(*(ALERT | {"name": f"a{number}"} for number in range(MOST_ALERTS + 1)))


def test_titles_are_judged_where_they_are_pinned_and_values_where_they_are_defined() -> None:
    assert config(ALERT | {"by": "title"}, audience={"pinned_titles": ["final"]}).alerts[0].by == "title"
    cdn = {"name": "cdn", "from": ["entity:com.example/cdn/1#/name"], "values": ["east"]}
    assert config(ALERT | {"by": "cdn"}, viewers={"dimensions": [cdn]}).alerts[0].by == "cdn"
    with pytest.raises(ConfigError, match="none of cdn, title"):
        config(ALERT, viewers={"dimensions": [cdn]})
