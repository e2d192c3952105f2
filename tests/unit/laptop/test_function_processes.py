"""Functions as the demo's MiniStack runs them: real processes of a handler, and no server."""

import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker, acquire_worker, release_worker

from services.function_logs import LoggingWorker, with_end_of_log, with_logging_workers
from services.little_memory import Acquire, one_process_each

FUNCTION = {
    "FunctionName": "answers",
    "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:answers",
    "Runtime": "python3.11",
    "Handler": "handler.handle",
    "Timeout": 60,
}
HANDLER = """
import os, sys, threading, time
def handle(event, context):
    for number in range(event.get("lines", 0)):
        print(f"line {number} of {context.aws_request_id}")
    if event.get("dies"):
        print("last words", flush=True)
        os._exit(1)
    if event.get("fails"):
        raise ValueError("no such thing")
    time.sleep(event.get("takes_s", 0))
    while "until" in event and not os.path.exists(event["until"]):
        time.sleep(0.02)
    return {"pid": os.getpid(), "text": event.get("text", "")}
"""


def packed(handler: str) -> bytes:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as written:
        written.writestr("handler.py", handler)
    return code.getvalue()


CODE = packed(HANDLER)


@pytest.fixture(autouse=True)
def _as_the_demo_sets_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    script, choose = lambda_runtime._PYTHON_WORKER_SCRIPT, lambda_runtime._worker_class_for
    monkeypatch.setattr(lambda_runtime, "_PYTHON_WORKER_SCRIPT", with_end_of_log(script))
    monkeypatch.setattr(lambda_runtime, "_worker_class_for", with_logging_workers(choose))
    yield
    lambda_runtime.reset()


def call(acquire: Acquire, request_id: str, **event: Any) -> dict[str, Any]:
    worker, _how = acquire("answers", FUNCTION, CODE)
    assert worker is not None
    try:
        answer: dict[str, Any] = worker.invoke(event, request_id)
        return answer
    finally:
        release_worker(worker)


def test_each_invocation_has_the_log_that_is_its_own_and_all_of_it() -> None:
    for number, lines in enumerate((3, 0, 2_000, 0, 1)):
        answer = call(acquire_worker, f"call-{number}", lines=lines)
        assert answer["status"] == "ok"
        assert answer["log"].splitlines() == [f"line {line} of call-{number}" for line in range(lines)]


def test_a_large_answer_arrives_whole() -> None:
    text = "viewer " * 100_000
    assert call(acquire_worker, "large", lines=1, text=text)["result"]["text"] == text


def test_who_fails_or_dies_has_logged_too_and_the_next_call_has_its_own_log() -> None:
    failed = call(acquire_worker, "fails", lines=1, fails=True)
    assert (failed["status"], failed["error"], failed["log"]) == ("error", "no such thing", "line 0 of fails")
    died = call(acquire_worker, "dies", dies=True)
    assert (died["status"], died["log"]) == ("error", "last words")
    for request_id in ("after", "and after"):
        assert call(acquire_worker, request_id, lines=1)["log"] == f"line 0 of {request_id}"


def test_functions_in_other_languages_are_left_to_ministack() -> None:
    choose = lambda_runtime._worker_class_for
    assert choose(FUNCTION) is LoggingWorker
    assert choose({"Runtime": "nodejs22.x"}) is Worker


def test_another_program_than_the_one_it_was_made_for_is_refused() -> None:
    with pytest.raises(ValueError, match="another program"):
        with_end_of_log(with_end_of_log("run()\n"))


def test_calls_that_come_together_share_a_process_and_each_gets_its_own_answer() -> None:
    acquire = one_process_each(acquire_worker)
    with ThreadPoolExecutor(8) as callers:
        asked = [
            callers.submit(partial(call, acquire, f"call-{number}", lines=1, takes_s=0.05, text=f"text {number}"))
            for number in range(16)
        ]
        answers = [each.result(timeout=60) for each in asked]
    assert len({answer["result"]["pid"] for answer in answers}) == 1
    assert [answer["result"]["text"] for answer in answers] == [f"text {number}" for number in range(16)]
    assert [answer["log"] for answer in answers] == [f"line 0 of call-{number}" for number in range(16)]


def test_ministack_itself_starts_one_for_each_call_that_comes_meanwhile() -> None:
    with ThreadPoolExecutor(4) as callers:
        asked = [callers.submit(call, acquire_worker, f"call-{number}", takes_s=0.5) for number in range(4)]
        assert len({each.result(timeout=60)["result"]["pid"] for each in asked}) > 1


def test_a_slow_function_keeps_no_other_waiting(tmp_path: Path) -> None:
    acquire = one_process_each(acquire_worker)
    arn = FUNCTION["FunctionArn"].replace("answers", "other")
    with ThreadPoolExecutor(1) as callers:
        slow = callers.submit(call, acquire, "slow", until=str(tmp_path / "over"))
        other, _how = acquire("other", {**FUNCTION, "FunctionName": "other", "FunctionArn": arn}, CODE)
        assert other is not None
        assert other.invoke({}, "quick")["status"] == "ok"
        assert not slow.done()
        (tmp_path / "over").touch()
        assert slow.result(timeout=60)["status"] == "ok"
