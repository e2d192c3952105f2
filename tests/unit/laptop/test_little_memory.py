"""Which processes of functions the demo's MiniStack ends, with its own pool of them, and no server."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker, acquire_worker, reap_idle_workers, release_worker

from laptop import process_manager
from laptop.process_manager import Program
from services.little_memory import IDLE_S, reap_idle, without_loop_detection

FUNCTION = {"FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:erase", "Runtime": "python3.11"}


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    lambda_runtime.reset()


def process_idle_for(seconds: float) -> Worker:
    """Of a function with the name of that number; leased and given back so long ago."""
    worker, _how = acquire_worker(f"function-{seconds}", FUNCTION, b"")
    assert worker is not None
    worker._proc = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    release_worker(worker)
    worker.last_used = time.time() - seconds
    return worker


def test_a_process_that_nobody_called_for_long_ends_also_as_the_only_one_of_its_function() -> None:
    worker = process_idle_for(IDLE_S + 1)
    process = worker._proc
    assert reap_idle_workers(IDLE_S) == 0  # what MiniStack itself would end
    assert reap_idle() == 1
    assert process.poll() is not None
    assert lambda_runtime._workers == {}


def test_a_function_that_runs_each_minute_keeps_its_process() -> None:
    worker = process_idle_for(60)
    assert reap_idle() == 0
    assert worker._proc.poll() is None


def test_a_call_that_lasts_long_is_let_finish() -> None:
    leased = process_idle_for(IDLE_S + 1)
    leased.in_use = True
    of_a_socket = process_idle_for(IDLE_S + 2)
    with of_a_socket._lock:
        assert reap_idle() == 0
    assert reap_idle() == 1
    assert leased._proc.poll() is None


def test_the_call_after_that_starts_a_process_anew() -> None:
    process_idle_for(IDLE_S + 1)
    reap_idle()
    worker, how = acquire_worker(f"function-{IDLE_S + 1}", FUNCTION, b"")
    assert (how, worker and worker._proc) == ("spawn", None)


def imports_botocore(worker_script: str, folder: Path) -> bool:
    """What the process of a function has imported when its handler's module is."""
    (folder / "handler.py").write_text(
        "import sys\ndef handle(event, context):\n  return 'botocore' in sys.modules\n"
    )
    (folder / "worker.py").write_text(worker_script)
    init = f'{{"code_dir": "{folder}", "module": "handler", "handler": "handle"}}\n'
    ended = subprocess.run(
        [sys.executable, str(folder / "worker.py")],
        input=init + '{"event": {}}\n',
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    ready, answer = ended.stdout.splitlines()
    assert '"ready"' in ready, ended.stderr
    return "true" in answer


def test_a_function_that_does_without_botocore_has_none_of_it(tmp_path: Path) -> None:
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    assert imports_botocore(script, tmp_path)
    assert not imports_botocore(without_loop_detection(script), tmp_path)


def test_the_programs_are_started_with_one_heap_each(monkeypatch: pytest.MonkeyPatch) -> None:
    section = process_manager._section(Program("simulator", ["true"], {"NAME": "value"}))
    (environment,) = [line for line in section.splitlines() if line.startswith("environment=")]
    assert 'MALLOC_ARENA_MAX="1"' in environment
    assert 'NAME="value"' in environment
