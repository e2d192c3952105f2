"""uv looks where pip is configured to look; pip stands in where uv can't be had or can't install."""

from pathlib import Path

import installing
import pytest
from installing import install_locked, pip_settings, uv_environment

LISTED = """\
:env:.index-url='https://env.example/simple'
global.cert='/etc/ssl/company.pem'
global.index-url='https://global.example/simple'
install.find-links='/wheels\\n/more wheels'
install.index-url='https://install.example/simple'
"""


def test_pip_obeys_the_environment_before_the_command_s_section_before_the_global_one() -> None:
    assert pip_settings(LISTED)["index-url"] == "https://env.example/simple"
    without_env = "\n".join(LISTED.splitlines()[1:])
    assert pip_settings(without_env)["index-url"] == "https://install.example/simple"
    assert pip_settings(LISTED)["cert"] == "/etc/ssl/company.pem"


def test_a_machine_whose_pip_has_no_settings_changes_nothing() -> None:
    assert uv_environment(pip_settings(""), {"HOME": "/home/ann"}) == {"HOME": "/home/ann"}


def test_uv_looks_where_pip_looks() -> None:
    settings = {
        "index-url": "https://a.example/simple",
        "extra-index-url": "https://b.example/simple\nhttps://c.example/simple",
        "find-links": "/wheels /more",
        "cert": "/etc/ssl/company.pem",
        "trusted-host": "a.example",
        "proxy": "http://proxy.example:3128",
    }
    assert uv_environment(settings, {}) == {
        "UV_DEFAULT_INDEX": "https://a.example/simple",
        "UV_INDEX": "https://b.example/simple https://c.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/wheels,/more",
        "SSL_CERT_FILE": "/etc/ssl/company.pem",
        "UV_INSECURE_HOST": "a.example",
        "ALL_PROXY": "http://proxy.example:3128",
    }


@pytest.mark.parametrize("variable", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_what_the_user_set_for_uv_stays(variable: str) -> None:
    mine = {variable: "https://mine.example/simple"}
    assert uv_environment({"index-url": "https://pip.example/simple"}, mine) == mine


class Commands:
    """Runs nothing; a command that has `failing` among its words fails."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.ran: list[list[str]] = []
        self.environments: list[dict[str, str] | None] = []
        self.said: list[str] = []

    def __call__(self, command: list[str], env: dict[str, str] | None) -> bool:
        self.ran.append(command)
        self.environments.append(env)
        return not self.failing or not any(word.endswith(self.failing) for word in command)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> bool:
        monkeypatch.setattr(installing, "index_for_uv", lambda python: {"UV_DEFAULT_INDEX": f"as {python} says"})
        return install_locked(Path("/venv"), "requirements-dev.txt", self, self.said.append)

    @property
    def programs(self) -> list[str]:
        return ["uv" if command[0].endswith("/uv") else "pip" for command in self.ran]


def test_pip_brings_uv_and_uv_the_rest_from_where_pip_would(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = Commands()
    assert commands.install(monkeypatch)
    assert commands.programs == ["pip", "uv"]
    assert commands.ran[0][-1] == "localstack/uv.txt"
    assert commands.ran[1][-1] == "requirements-dev.txt"
    assert commands.environments[1] == {"UV_DEFAULT_INDEX": "as /venv/bin/python says"}
    assert all("--require-hashes" in command for command in commands.ran)
    assert commands.said == []


@pytest.mark.parametrize(
    ("failing", "programs", "said"),
    [
        ("localstack/uv.txt", ["pip", "pip"], "uv cannot be had here"),
        ("/bin/uv", ["pip", "uv", "pip"], "uv could not install"),
    ],
)
def test_pip_stands_in_and_it_is_said(
    failing: str, programs: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = Commands(failing)
    assert commands.install(monkeypatch)
    assert commands.programs == programs
    assert commands.ran[-1][-1] == "requirements-dev.txt"
    assert "--require-hashes" in commands.ran[-1]
    (line,) = commands.said
    assert said in line


def test_where_neither_can_install_it_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Commands("requirements-dev.txt").install(monkeypatch)


def test_pip_itself_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real pip of this interpreter, configured by its environment as a company would by its file."""
    import sys

    for variable in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://company.example/simple")
    assert installing.index_for_uv(sys.executable)["UV_DEFAULT_INDEX"] == "https://company.example/simple"
