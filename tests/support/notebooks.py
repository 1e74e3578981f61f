"""Runs the notebooks. `python -m tests.support.notebooks` runs each and keeps what it shows, without widget state."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# What only a running kernel can show; in a file it makes a reopened notebook say "model not found".
VIEW = "application/vnd.jupyter.widget-view+json"


def run(path: Path) -> Any:
    """The notebook at `path` as a fresh run leaves it."""
    notebook: Any = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as sockets:
        client = NotebookClient(
            notebook,
            timeout=60,
            kernel_name="python3",
            resources={"metadata": {"path": str(FOLDER)}},
            # They talk over files: of two kernels that start at once, both could take the same port.
            config=Config({"ConnectionFileMixin": {"transport": "ipc", "ip": f"{sockets}/kernel"}}),
        )
        # In a loop of its own, which is closed again: `execute` leaves one open in each thread that calls it.
        asyncio.run(client.async_execute())
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}  # Not which Python it happened to be.
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(VIEW, None)
    styled_once(notebook)
    return notebook


def styled_once(notebook: Any) -> None:
    """Keep the cards' style sheet in the first card only: all of a notebook is on one page.

    In a kernel each card has it, since nobody knows which cell will be run again, cleared or shown alone.
    """
    data = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", ())]
    for later in [each for each in data if "<style>" in each.get("text/html", "")][1:]:
        later["text/html"] = re.sub("<style>.*?</style>", "", later["text/html"])


if __name__ == "__main__":
    for notebook in NOTEBOOKS:
        nbformat.write(run(notebook), notebook)
        print(f"ran {notebook.name}")
