"""The built site on a static host of this machine, and a browser whose every other request is refused and counted."""

from __future__ import annotations

import functools
import gzip
import http.server
import os
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
SITE = Path(os.environ.get("WEMASY_SITE") or ROOT / "build" / "site")
MISSING = f"there is no site in {SITE.name}/; `nox -s site` builds it"
# What Chromium asks for by itself, whatever page is open.
ITS_OWN = (".google.com", ".googleapis.com", ".gstatic.com", ".googleusercontent.com")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


class _Files(_Quiet):
    def do_GET(self) -> None:
        self.server.asked.append(self.path.partition("?")[0])  # type: ignore[attr-defined]
        super().do_GET()


class _Refusal(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        line = self.rfile.readline(4096).decode("latin-1").split()
        if len(line) > 1:
            address = urlsplit(line[1] if "://" in line[1] else f"//{line[1]}")
            self.server.asked.append(address.hostname)  # type: ignore[attr-defined]
        self.wfile.write(b"HTTP/1.1 403 Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@contextmanager
def _serving(server: Any) -> Iterator[Any]:
    server.asked, server.daemon_threads = [], True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class Hosted:
    """The site at `url`.

    Attributes:
        files: The paths that were asked for, in order.
        refused: The hosts that were asked for in vain.
        proxy: Where the browser has to send all that is not for this machine.
    """

    def __init__(self, files: Any, refusal: Any) -> None:
        self.url = f"http://127.0.0.1:{files.server_address[1]}"
        self.proxy = f"http://127.0.0.1:{refusal.server_address[1]}"
        self.files: list[str] = files.asked
        self.refused: list[str] = refusal.asked

    @property
    def third_parties(self) -> set[str]:
        return {host for host in self.refused if not f".{host}".endswith(ITS_OWN)}

    def over_the_wire(self) -> int:
        """The bytes of every file that was asked for, each once, gzipped as a host does it."""
        paths = [SITE / path.lstrip("/") for path in sorted(set(self.files))]
        return sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths if path.is_file())


@contextmanager
def hosted() -> Iterator[Hosted]:
    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, directory=str(SITE)))
    refusal = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Refusal)
    with _serving(pages) as files, _serving(refusal) as refused:
        yield Hosted(files, refused)
