"""`rescue-circle demo` in a terminal: what it says is to be opened can be, during the replay and after it."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from websockets.sync.client import connect

from rescue_circle.demo_viewer import EVERYWHERE
from tests.support.plain_http import fetch
from tests.support.ports import free_port
from tests.support.waiting import eventually

COMMAND = str(Path(sys.executable).with_name("rescue-circle"))


class Terminal:
    """A command with a terminal of its own: what it has printed, and keys for it."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        ours, theirs = pty.openpty()
        self._ours = ours
        # As wide as a table needs, so that no address is broken into lines.
        environment = {**os.environ, "COLUMNS": "200", "LINES": "50", "TERM": "dumb"}
        self.process = subprocess.Popen(
            [COMMAND, *arguments], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self._printed = bytearray()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        return self._printed.decode(errors="replace")

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def interrupt(self) -> int:
        """As Ctrl-C does; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(10)
        os.close(self._ours)

    def _read(self) -> None:
        while True:
            try:
                some = os.read(self._ours, 65_536)
            except OSError:
                return
            if not some:
                return
            self._printed += some


@contextmanager
def watched(folder: Path, *options: str) -> Iterator[Terminal]:
    small = ("--calls", "2", "--rescuers", "5000", "--seed", "3")
    terminal = Terminal("demo", *small, *options, folder=folder)
    try:
        yield terminal
    finally:
        terminal.close()


def test_a_viewer_signs_in_joins_with_a_phone_and_the_service_stays_until_interrupted(tmp_path: Path) -> None:
    port = free_port()
    with watched(tmp_path, "--speed", "240", "--port", str(port)) as terminal:
        found = eventually(
            lambda: re.search(r"(http://127\.0\.0\.1:\d+)/console/ +name: demo +password: (\S+)", terminal.text),
            tell=lambda: terminal.text,
        )
        address, password = found[1], found[2]
        code = eventually(lambda: re.search(r"/volunteer/#join=([\w-]+)&at=([\d.]+),([\d.]+)", terminal.text))
        signed_in = fetch("POST", f"{address}/api/session", json={"name": "demo", "password": password})
        version = fetch("GET", f"{address}/api/consent").json()["version"]
        joined = fetch("POST", f"{address}/api/join", json={"code": code[1], "consent_version": version})
        eventually(lambda: "The service stays up" in terminal.text, tell=lambda: terminal.text)
        authorised = {"authorization": f"Bearer {signed_in.json()['token']}"}
        before = fetch("GET", f"{address}/api/incidents", headers=authorised).json()
        districts = fetch("GET", f"{address}/api/map").json()["districts"]
        with connect(f"{address.replace('http', 'ws')}/streams/volunteer", proxy=None) as phone:
            phone.send(json.dumps({"type": "hello", "token": joined.json()["token"]}))
            phone.recv(30)
            terminal.press("\n")
            eventually(lambda: "VIEWER-1: accepted" in terminal.text, tell=lambda: terminal.text)
            alarm = next(frame for _ in range(20) if (frame := json.loads(phone.recv(30)))["type"] == "alert")
        after = fetch("GET", f"{address}/api/incidents", headers=authorised).json()
        page = fetch("GET", f"{address}/console/")
        code_at_end = terminal.interrupt()

    report = json.loads((tmp_path / "build/demo/report.json").read_text(encoding="utf-8"))
    assert address == f"http://127.0.0.1:{port}"
    assert signed_in.json()["role"] == "dispatcher"
    assert (joined.json()["role"], joined.json()["subject"]) == ("volunteer", "viewer")
    assert districts is True
    assert page.status_code == 200
    assert len(after) == len(before) + 1
    assert alarm["role"] == "direct"
    assert alarm["walk_time_s"] < 240
    assert report["calls"]["sent"] == report["calls"]["incidents"] == 2
    assert report["faults"] == []
    assert code_at_end == 0


def test_a_phone_of_the_network_is_shown_a_qr_code(tmp_path: Path) -> None:
    with watched(tmp_path, "--speed", "600", "--host", EVERYWHERE, "--port", str(free_port())) as terminal:
        eventually(lambda: "#join=" in terminal.text, tell=lambda: terminal.text)
        eventually(lambda: "█" in terminal.text or "▀" in terminal.text, tell=lambda: terminal.text)
        terminal.interrupt()
