"""The page served for a test, and a tab of it without a browser."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

from websockets.sync.client import connect

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
PATIENCE = 150_000
"""Milliseconds to wait for the page: a server may first compile, and a machine may be busy."""
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Server:
    """A server of the page: its process, its link and its port.

    It is the command ``page`` with the options, or a program of your own.
    """

    def __init__(self, *options: str, code: str = "", **environment: str) -> None:
        command = [sys.executable, "-m", "sim", "page", "--port", "0", "--no-browser", *options]
        command = [sys.executable, "-c", code] if code else command
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | environment,
        )
        output = []
        for line in self.process.stdout:
            output.append(line)
            if found := re.search(r"http://\S+", line):
                break
        else:
            raise AssertionError("".join(output))
        self.link = found.group()
        self.host = self.link.removeprefix("http://").partition("/")[0]
        self.port = int(self.host.rpartition(":")[2])

    def ask(
        self, method: str, path: str, **headers: str
    ) -> tuple[int, str, http.client.HTTPMessage]:
        """Return status, body and headers of a request; ``Host`` is right unless it is given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE / 1000)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True)
            for name, value in ({"Host": self.host} | headers).items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace"), answer.headers

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)


@contextlib.contextmanager
def served(*options: str, code: str = "", **environment: str) -> Iterator[Server]:
    """Serve the page, and end the process at the end of the block."""
    server = Server(*options, code=code, **environment)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.communicate()


class Tab(contextlib.ExitStack):
    """A tab of the page without a browser: it sends messages, and knows the widgets of the page."""

    def __init__(self, server: Server, path: str = "", **headers: str) -> None:
        self.kernel, self.page = str(uuid.uuid4()), str(uuid.uuid4())
        path = path or f"/jupyter/api/kernels/{self.kernel}/channels?session_id={self.page}"
        super().__init__()
        self.closing = f"/_solara/api/close/{self.kernel}?session_id={self.page}"
        opened = connect(
            f"ws://{headers.pop('Host', server.host)}{path}",
            sock=socket.create_connection(("127.0.0.1", server.port)),
            additional_headers=headers,
            max_size=None,
            open_timeout=PATIENCE / 1000,
            ping_interval=None,  # a busy server answers late
            close_timeout=0.5,  # with messages that nobody reads it waits in vain
        )
        self.socket = self.enter_context(opened)
        self.widgets: dict[str, dict[str, Any]] = {}

    def send(self, kind: str, content: dict[str, Any], **more: Any) -> None:
        """Send a message."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.page}
        message = {"header": header, "channel": "shell", "content": content, "buffers": []}
        self.socket.send(json.dumps(message | {"metadata": {}, "parent_header": {}} | more))

    def run(self) -> None:
        """Open the page in the tab."""
        self.send("comm_open", {"comm_id": "control", "target_name": "solara.control", "data": {}})
        args = {"path": "/", "dark": False, "themes": {}, "appName": None}
        self.send("comm_msg", {"comm_id": "control", "data": {"method": "run", "args": args}})
        self.until(lambda content: content.get("data", {}).get("method") == "finished")

    def until(self, is_it: Any, patience: float = PATIENCE / 1000) -> dict[str, Any]:
        """Read messages until the content of one is the wanted one, and return it."""
        while True:
            message = json.loads(self.socket.recv(timeout=patience))
            content = message["content"]
            data = content.get("data", {})
            if message["header"]["msg_type"] == "comm_open":
                self.widgets[content["comm_id"]] = data["state"]
            elif data.get("method") == "update":
                self.widgets.setdefault(content["comm_id"], {}).update(data["state"])
            if is_it(content):
                return content

    def custom(self, widget: str, **content: Any) -> None:
        """Send an event, or something like an event, to a widget."""
        data = {"method": "custom", "content": content}
        self.send("comm_msg", {"comm_id": widget, "data": data})

    def found(self, **state: Any) -> str:
        """Return the widget with this state."""
        return next(comm for comm, known in self.widgets.items() if state.items() <= known.items())

    def button(self, word: str) -> str:
        """Return the button with this word."""
        return next(
            comm for comm, known in self.widgets.items() if word in str(known.get("children"))
        )

    def drawn(self) -> None:
        """Report that the network has been drawn, as a browser does."""
        network = next(comm for comm, known in self.widgets.items() if "picture" in known)
        self.custom(network, event="drawn", data=self.widgets[network]["picture"]["day"])

    def until_day(self, day: int) -> None:
        """Wait until a day is shown."""
        self.until(lambda content: f'data-day="{day}"' in json.dumps(content).replace("\\", ""))
