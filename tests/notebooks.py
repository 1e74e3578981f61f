"""Runs the notebooks. `python -m tests.notebooks` runs each and keeps what it shows, without widget state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# What only a running kernel can show; in a file it makes a reopened notebook say "model not found".
VIEW = "application/vnd.jupyter.widget-view+json"


def run(path: Path) -> Any:
    """The notebook at `path` as a fresh run leaves it."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute()
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}  # Not which Python it happened to be.
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(VIEW, None)
    return notebook


if __name__ == "__main__":
    for notebook in NOTEBOOKS:
        nbformat.write(run(notebook), notebook)
        print(f"ran {notebook.name}")
