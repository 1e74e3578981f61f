"""A real JupyterLab in a real browser: one server for many tests, with every folder of its own, and no way out."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import Page, Playwright, Route

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SETTINGS: dict[str, dict[str, object]] = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True},
}
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# The least contrast between a text and what is behind it, as WCAG 2 has it.
CONTRAST = """selector => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const seen = (colours) => {
    pen.clearRect(0, 0, 1, 1);
    for (const colour of colours) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => (node ? [...behind(node.parentElement), getComputedStyle(node).backgroundColor] : []);
  const ratios = [...document.querySelectorAll(selector)]
    .filter((node) => node.checkVisibility())
    .filter((node) => [...node.childNodes].some((each) => each.nodeType === 3 && each.data.trim()))
    .map((node) => {
      const back = behind(node);
      const [a, b] = [seen(back), seen([...back, getComputedStyle(node).color])].sort();
      return (b + 0.05) / (a + 0.05);
    });
  return Math.min(...ratios);
}"""
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Lab:
    """JupyterLab over `folder`, started and stopped with a `with`; `command` is a module and its words."""

    def __init__(self, folder: Path, *command: str, settings: Mapping[str, object] = SETTINGS) -> None:
        self.root = folder / "root"
        self.root.mkdir(exist_ok=True)
        self.folder = folder
        self.command = command or ("jupyterlab",)
        self.key = secrets.token_hex(8)
        for plugin, values in settings.items():
            path = folder / "settings" / f"{plugin}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def __enter__(self) -> Self:
        places = {
            "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython", "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        }  # fmt: skip
        environment = {**os.environ, "JUPYTER_TOKEN": self.key}
        environment |= {name: str(self.folder / place) for name, place in places.items()}
        options = ["--no-browser", "--allow-root", "--expose-app-in-browser", f"--ServerApp.port={self.port}"]
        with (self.folder / "lab.log").open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self.command, *options, f"--ServerApp.root_dir={self.root}"],
                env=environment,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            # Written when the browser would be opened.
            if (self.folder / "runtime" / f"jpserver-{self._process.pid}.json").exists():
                return self
            time.sleep(0.05)
        raise TimeoutError((self.folder / "lab.log").read_text()[-2000:])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)

    def put(self, name: str, *cells: str) -> str:
        """A notebook with these code cells."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        nbformat.write(notebook, self.root / f"{name}.ipynb")
        return f"{name}.ipynb"

    def address(self, notebook: str) -> str:
        return f"http://127.0.0.1:{self.port}/lab/tree/{notebook}?reset&token={self.key}"


class Browser:
    """Chromium that can reach nothing but this machine; `strangers` are the addresses that it asked for in vain."""

    def __init__(self, playwright: Playwright) -> None:
        self._browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        self.strangers: list[str] = []

    def page(self, *, width: int = 1500, height: int = 1400, **options: Any) -> Page:
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, permissions=["clipboard-read", "clipboard-write"], **options
        )
        context.route("**/*", self._only_loopback)
        page = context.new_page()
        page.set_default_timeout(20_000)
        return page

    def close(self) -> None:
        self._browser.close()

    def _only_loopback(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.hostname in LOOPBACK or address.scheme in ("data", "blob"):
            route.continue_()
        else:
            self.strangers.append(route.request.url)
            route.abort()


def open_notebook(page: Page, lab: Lab, notebook: str, *, run: bool = True) -> None:
    """Open a notebook and run it, as a person does: wait for the kernel, then Run → Run All Cells."""
    page.goto(lab.address(notebook))
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell", timeout=60_000)
    # The indicator in the notebook says idle before there is a kernel; the status bar does not.
    page.wait_for_function(
        "document.querySelector('#jp-main-statusbar')?.innerText.includes('(ipykernel) | Idle')", timeout=60_000
    )
    if run:
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def save(page: Page) -> None:
    """Save the notebook, and wait until it is on disk."""
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")


def theme(page: Page, name: str) -> None:
    page.evaluate("name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name)
    page.wait_for_timeout(600)
