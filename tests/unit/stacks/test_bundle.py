"""A bundle holds its functions and what they import, for the machine they will run on, and is kept."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stacks import bundle
from stacks.bundle import BundleError, BundlePlatform, BundleSource, build_bundle, host_platform, lambda_platform

CALLS = "calls.txt"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one handler and one package; its pip writes down how it was called and brings msgspec."""
    sources = tmp_path / "lambdas"
    (sources / "live_viewers" / "__pycache__").mkdir(parents=True)
    (sources / "live_viewers" / "__pycache__" / "status.pyc").touch()
    (sources / "live_viewers" / "status.py").write_text("")
    (sources / "process_events.py").write_text("handler = None\n")
    (sources / "requirements.txt").write_text("msgspec==0.22.0\n")
    (tmp_path / "kafka_topics").mkdir()
    (tmp_path / "kafka_topics" / "make_topics.py").write_text("handler = None\n")
    (tmp_path / "kafka_topics" / "requirements.txt").write_text("kafka-python==3.0.12\n")
    pip = tmp_path / "pip"
    pip.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> {tmp_path / CALLS}\n'
        f"grep -q broken {sources / 'requirements.txt'} && echo 'ERROR: no such package' >&2 && exit 1\n"
        'while [ "$1" != --target ]; do shift; done\n'
        'mkdir -p "$2/msgspec" "$2/bin"\n'
    )
    pip.chmod(0o755)
    monkeypatch.setattr(bundle, "REPOSITORY", tmp_path)
    monkeypatch.setattr("sys.executable", str(pip))
    return tmp_path


def installs(repository: Path) -> list[str]:
    return (repository / CALLS).read_text().splitlines()


def build(repository: Path, target: BundlePlatform | None = None) -> Path:
    source = BundleSource(repository / "lambdas")
    return build_bundle(target or lambda_platform(), repository / "cache", source)


def contents(built: Path) -> set[str]:
    return {path.relative_to(built).as_posix() for path in built.rglob("*")}


def test_a_bundle_holds_sources_and_dependencies_and_nothing_else(repository: Path) -> None:
    built = build(repository)
    assert contents(built) == {"process_events.py", "live_viewers", "live_viewers/status.py", "msgspec"}


def test_a_package_keeps_its_name_in_a_bundle_of_its_own(repository: Path) -> None:
    source = BundleSource(repository / "kafka_topics", is_package=True)
    built = build_bundle(lambda_platform(), repository / "cache", source)
    assert contents(built) == {"kafka_topics", "kafka_topics/make_topics.py", "msgspec"}
    assert built != build(repository)
    topics, lambdas = installs(repository)
    assert topics.endswith(f"--requirement {repository / 'kafka_topics' / 'requirements.txt'}")
    assert lambdas.endswith(f"--requirement {repository / 'lambdas' / 'requirements.txt'}")


def test_wheels_are_for_arm64_and_amazon_linux_s_python(repository: Path) -> None:
    build(repository)
    (call,) = installs(repository)
    assert "--platform manylinux2014_aarch64 --python-version 3.13" in call
    assert "--no-deps" in call


def test_nothing_is_installed_whose_hash_is_not_known(repository: Path) -> None:
    build(repository)
    (call,) = installs(repository)
    assert "--require-hashes" in call


@pytest.mark.parametrize("target", [lambda_platform(), host_platform()])
def test_nothing_is_built_from_source(repository: Path, target: BundlePlatform) -> None:
    build(repository, target)
    (call,) = installs(repository)
    assert "--only-binary :all:" in call


def test_an_emulator_s_bundle_is_for_this_machine(repository: Path) -> None:
    build(repository, host_platform())
    (call,) = installs(repository)
    assert "--platform" not in call


def test_what_did_not_change_is_not_built_again(repository: Path) -> None:
    first = build(repository)
    assert build(repository) == first
    assert len(installs(repository)) == 1


def test_a_changed_handler_is_a_new_bundle_with_the_dependencies_at_hand(repository: Path) -> None:
    first = build(repository)
    (repository / "lambdas" / "process_events.py").write_text("handler = 1\n")
    second = build(repository)
    assert second != first
    assert (second / "process_events.py").read_text() == "handler = 1\n"
    assert len(installs(repository)) == 1


def test_a_package_that_is_not_to_be_had_is_one_clear_line(repository: Path) -> None:
    (repository / "lambdas" / "requirements.txt").write_text("broken==1\n")
    with pytest.raises(BundleError, match="could not be installed: ERROR: no such package"):
        build(repository)
    assert not list((repository / "cache").glob("bundle-*"))


def test_two_that_build_the_same_at_once_both_get_it_whole(repository: Path) -> None:
    """As two workers of a test run do, or a deployment beside a demo."""
    slow_pip = (
        (repository / "pip").read_text().replace('mkdir -p "$2/msgspec"', 'sleep 0.3; mkdir -p "$2/msgspec"')
    )
    (repository / "pip").write_text(slow_pip)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(build, [repository] * 2)
    assert first == second
    assert contents(first) >= {"process_events.py", "live_viewers/status.py", "msgspec"}
    assert list((repository / "cache").glob("*.part")) == []


def test_a_build_that_failed_leaves_nothing_behind(repository: Path) -> None:
    (repository / "lambdas" / "requirements.txt").write_text("broken==1\n")
    with pytest.raises(BundleError):
        build(repository)
    assert list((repository / "cache").iterdir()) == []
