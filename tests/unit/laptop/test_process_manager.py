"""Stopping the demo's programs, whatever a Ctrl-C has interrupted."""

import signal
import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from xmlrpc.server import SimpleXMLRPCServer

import pytest

from laptop.process_manager import ProcessManager


class Interrupted(BaseException):
    """As the demo's command raises it."""


class Supervisord(ThreadingMixIn, SimpleXMLRPCServer):
    """Lets who asks for its number wait, and can be shut down meanwhile: each call in a thread of its own."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), logRequests=False)
        self.asked, self.answer, self.is_shut_down = (threading.Event() for _ in range(3))
        self.register_function(self._number, "supervisor.getPID")
        self.register_function(lambda: self.is_shut_down.set() or True, "supervisor.shutdown")

    def handle_error(self, request: object, client_address: object) -> None:
        """Who has asked may be gone."""

    def _number(self) -> int:
        self.asked.set()
        self.answer.wait(60)
        return 0


@pytest.fixture
def supervisord() -> Iterator[Supervisord]:
    with Supervisord() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.answer.set()
        server.shutdown()


def test_what_was_interrupted_in_the_midst_of_a_call_is_stopped(supervisord: Supervisord) -> None:
    def interrupt(*_: object) -> None:
        raise Interrupted

    def when_asked() -> None:
        supervisord.asked.wait(60)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    nobody = 2**22 + 1  # greater than any process's number
    manager = ProcessManager(f"http://127.0.0.1:{supervisord.server_address[1]}/RPC2", nobody)
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        threading.Thread(target=when_asked, daemon=True).start()
        with pytest.raises(Interrupted):
            manager.answers()
    finally:
        signal.signal(signal.SIGUSR1, before)
    manager.stop()
    assert supervisord.is_shut_down.is_set()
