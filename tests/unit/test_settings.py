"""Settings come from the environment, and what is wrong with it is said plainly."""

import pytest

from live_viewers.settings import Settings, SettingsError


def test_numbers_and_defaults() -> None:
    settings = Settings.from_environ({"STAGE": "dev", "LIVE_SHARDS": "16", "PATH": "/bin"})
    assert (settings.live_shards, settings.profile_retention_days, settings.ping_write_interval_s) == (16, 90, 0)


def test_placeholder_viewers_are_a_list_with_commas() -> None:
    settings = Settings.from_environ({"STAGE": "dev", "PLACEHOLDER_VIEWER_IDS": "PoC user, anonymous ,"})
    assert settings.decode_settings.placeholder_viewer_ids == {"PoC user", "anonymous"}


@pytest.mark.parametrize(
    ("environ", "named"),
    [({}, "STAGE is not set"), ({"STAGE": "dev", "LIVE_SHARDS": "many"}, "LIVE_SHARDS can't be read")],
)
def test_a_wrong_variable_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.from_environ(environ)


def test_what_a_function_requires_is_named_when_missing() -> None:
    settings = Settings.from_environ({"STAGE": "dev", "AUDIENCE_TABLE": "a"})
    assert settings.require("audience_table") is settings
    with pytest.raises(SettingsError, match="SOCKETS_TABLE is not set"):
        settings.require("audience_table", "sockets_table")
