"""A log line tells what happened and where, and nothing of what a request said."""

import asyncio
import json
import logging
from io import StringIO

import pytest
from aiohttp import web

from collector.json_log import JsonLines
from collector.server import Collector

LONG = b"y" * 9000


class Nowhere:
    """A delivery that nothing reaches."""

    async def deliver(self, records: object) -> None:
        raise AssertionError("nothing was to be delivered")


def logged(request: bytes) -> str:
    """All that a collector logs at a connection that sends `request`."""
    log = StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(JsonLines())

    async def talk() -> bytes:
        runner = web.AppRunner(Collector(Nowhere()).application(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        reader, writer = await asyncio.open_connection("127.0.0.1", runner.addresses[0][1])
        writer.write(request)
        answer = await reader.read(64)
        writer.close()
        await runner.cleanup()
        return answer

    logging.root.addHandler(handler)
    try:
        assert b" 400 " in asyncio.run(talk())
    finally:
        logging.root.removeHandler(handler)
    return log.getvalue()


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /i?e=pv&uid=ann@example.com&x=" + LONG + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /i?e=pv HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sp=ann@example.com" + LONG + b"\r\n\r\n",
        b"POST /com.snowplowanalytics.snowplow/tp2 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nann@example.com\r\n",
    ],
    ids=["a query too long", "a cookie too long", "a broken chunk"],
)
def test_what_http_refuses_is_logged_without_what_it_said(request_: bytes) -> None:
    text = logged(request_)
    (line,) = [json.loads(line) for line in text.splitlines()]
    assert line["level"] == "error"
    assert line["exception"].splitlines()[-1] in ("LineTooLong", "BadHttpMessage", "TransferEncodingError")
    assert "ann" not in text
    assert "yyy" not in text


def test_an_exception_tells_its_kinds_and_its_place() -> None:
    def fail() -> None:
        try:
            int("ann@example.com")
        except ValueError as error:
            raise RuntimeError("of ann@example.com") from error

    with pytest.raises(RuntimeError) as raised:
        fail()
    record = logging.LogRecord("collector", logging.ERROR, "", 0, "failed", (), raised._excinfo)
    line = json.loads(JsonLines().format(record))
    assert line["message"] == "failed"
    assert line["exception"].splitlines()[-1] == "RuntimeError from ValueError"
    assert "test_json_log.py" in line["exception"]
    assert "ann@example.com" not in line["exception"].splitlines()[-1]
