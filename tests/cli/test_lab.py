"""lab: copies, what JupyterLab is started with, and, in a real one, the first notebook that is ready."""

from __future__ import annotations

import json
import os
import signal
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from tests.cli.running import one_line, run, started
from tests.support.notebooks import VIEW
from wemasy_kit.cli import lab
from wemasy_kit.cli.lab import FIRST, lay_out
from wemasy_kit.files import shipped

Notebook = dict[str, Any]


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two notebooks, and another folder to be in."""
    notebooks = tmp_path / "kit" / "notebooks"
    notebooks.mkdir(parents=True)
    for name, source in ((FIRST, "1 + 1"), ("2-next.ipynb", "2 + 2")):
        cells = [nbformat.v4.new_markdown_cell("# Sum"), nbformat.v4.new_code_cell(source)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), notebooks / name)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(lab, "shipped", lambda name: notebooks)
    return tmp_path / "kit"


@pytest.fixture
def opened(kit: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], Any]]:
    """What JupyterLab is started with, and what it is to run."""
    calls: list[tuple[list[str], Any]] = []
    fake = SimpleNamespace(open_lab=lambda options, first: calls.append((options, first)))
    monkeypatch.setitem(sys.modules, "wemasy_kit.cli.form_ready", fake)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    return calls


def change(path: Path, how: Callable[[Notebook], object]) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    how(notebook)
    path.write_text(json.dumps(notebook), "utf-8")


# --- What it opens

# Is it a wheel, the options, the root, the folder of the notebooks there, and whether the first is run.
PLACES = {
    "a checkout": (False, "", "kit", "my-notebooks", True),
    "a checkout, named": (False, "--ServerApp.root_dir=../kit", "here/../kit", "my-notebooks", True),
    "a wheel": (True, "", "here", "notebooks", True),
    "another folder": (False, "--ServerApp.root_dir=mine", "here/mine", "notebooks", True),
    "another folder, in two words": (True, "--ServerApp.root_dir mine", "here/mine", "notebooks", True),
    "the notebooks themselves": (False, "--original", "kit", "notebooks", False),
    "the notebooks themselves are elsewhere": (False, "--original --ServerApp.root_dir=mine", "here/mine", None, False),
}


@pytest.mark.parametrize("case", PLACES)
def test_it_opens_a_copy_of_the_first_notebook(
    case: str, kit: Path, opened: list[tuple[list[str], Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel, options, where, folder, is_run = PLACES[case]
    if wheel:
        monkeypatch.setattr(lab, "__file__", str(kit / "cli" / "lab.py"))
    committed = (kit / "notebooks" / FIRST).read_bytes()
    ended = run(f"lab {options}")

    root = kit.parent / where
    url = [f"--LabApp.default_url=/lab/tree/{folder}/{FIRST}"] if folder else []
    ((given, first),) = opened
    assert (ended.exit_code, ended.output) == (0, "")
    assert given == [f"--ServerApp.root_dir={root}", *url]
    assert first == ((root / str(folder) / FIRST, lab.copy_of(kit / "notebooks" / FIRST)) if is_run else None)
    assert (kit / "notebooks" / FIRST).read_bytes() == committed


# Who starts it, the options, those that JupyterLab gets, and what is said.
OPTIONS = {
    "options are passed on": (1000, "--no-browser --port 9000 -- --help", "--no-browser --port 9000 --help", ""),
    "root is allowed": (0, "--no-browser", "--allow-root --no-browser", "You are root: --allow-root is added, "),
    "root is allowed already": (0, "--allow-root", "--allow-root", ""),
    "there is no root": (None, "", "", ""),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_it_passes_options_on(case: str, opened: list[tuple[list[str], Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    user, options, wanted, says = OPTIONS[case]
    monkeypatch.setattr(os, "geteuid", lambda: user)
    if user is None:
        monkeypatch.delattr(os, "geteuid")
    ended = run(f"lab {options}")

    assert opened[0][0][2:] == wanted.split()
    assert ended.stderr[: len(says) or None] == says


def test_a_folder_that_takes_no_files_is_one_line(kit: Path, opened: list[tuple[list[str], Any]]) -> None:
    (kit / "my-notebooks").write_text("a file")
    ended = run("lab")

    assert (ended.exit_code, opened) == (2, [])
    assert "the notebooks cannot be laid out in this folder: File exists" in one_line(ended.stderr)


def test_an_edited_copy_is_named_and_not_run(kit: Path, opened: list[tuple[list[str], Any]]) -> None:
    run("lab")
    change(kit / "my-notebooks" / FIRST, lambda notebook: notebook["cells"].pop())
    ended = run("lab")

    assert opened[1][1] is None
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"Edited by you, so left as they are, in {kit / 'my-notebooks'}: {FIRST}. ")


# --- Copies


def run_it(notebook: Notebook) -> None:
    notebook["cells"][1] |= {"execution_count": 1, "outputs": [nbformat.v4.new_output("stream", text="2")]}
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.11.7"}
    notebook["cells"].append(nbformat.v4.new_code_cell(""))  # Shift-Enter in the last cell makes one.


# What a person does with a copy, and whether it counts as edited.
EDITS: dict[str, tuple[Callable[[Notebook], object], bool]] = {
    "nothing": (lambda notebook: None, False),
    "runs it and saves": (run_it, False),
    "edits a cell": (lambda notebook: notebook["cells"][1].update(source=["1 + ", "2"]), True),
    "edits a text": (lambda notebook: notebook["cells"][0].update(source="# My sum"), True),
    "adds a cell": (lambda notebook: notebook["cells"].append(nbformat.v4.new_code_cell("3")), True),
    "removes a cell": (lambda notebook: notebook["cells"].pop(), True),
    "makes text of code": (lambda notebook: notebook["cells"][1].update(cell_type="markdown"), True),
    "empties it": (lambda notebook: notebook.clear(), True),
    "loses its mark": (lambda notebook: notebook["metadata"].clear(), True),
}


@pytest.mark.parametrize("case", EDITS)
def test_a_copy_is_renewed_when_the_kit_changes_unless_its_cells_are_edited(case: str, kit: Path) -> None:
    how, is_edited = EDITS[case]
    source, copies = kit / "notebooks", kit / "my-notebooks"
    lay_out(source, copies)
    change(copies / FIRST, how)
    before = (copies / FIRST).read_bytes()
    change(source / FIRST, lambda notebook: notebook["cells"][1].update(source="1 + 3"))

    assert lay_out(source, copies) == ([FIRST] if is_edited else [])
    assert (copies / FIRST).read_text("utf-8") == (before.decode() if is_edited else lab.copy_of(source / FIRST))


@pytest.mark.parametrize("text", [b"", b"mine", b"[]", b'{"cells": 1, "metadata": null}', b"\xff"])
def test_what_is_no_notebook_any_more_stays(text: bytes, kit: Path) -> None:
    copies = kit / "my-notebooks"
    copies.mkdir()
    (copies / FIRST).write_bytes(text)

    assert lay_out(kit / "notebooks", copies) == [FIRST]
    assert (copies / FIRST).read_bytes() == text


def test_a_device_in_the_place_of_a_copy_is_refused_at_once(kit: Path) -> None:
    copies = kit / "my-notebooks"
    copies.mkdir()
    (copies / FIRST).symlink_to(os.devnull)

    with pytest.raises(OSError, match="it is no regular file"):
        lay_out(kit / "notebooks", copies)


def test_what_was_run_stays_as_long_as_the_kit_does(kit: Path) -> None:
    copies = kit / "my-notebooks"
    lay_out(kit / "notebooks", copies)
    change(copies / FIRST, run_it)
    before = (copies / FIRST).read_bytes()

    assert lay_out(kit / "notebooks", copies) == []
    assert (copies / FIRST).read_bytes() == before


def test_a_copy_is_the_notebook_and_the_mark_that_says_what_it_came_from() -> None:
    for notebook in shipped("notebooks").glob("*.ipynb"):
        copy = json.loads(lab.copy_of(notebook))
        mark = copy["metadata"].pop(lab.CAME_FROM)

        assert lab.marks(notebook) == (None, mark)
        assert copy == json.loads(notebook.read_bytes())


def test_what_a_person_has_deleted_comes_back_and_what_was_added_is_no_matter(kit: Path) -> None:
    copies = kit / "my-notebooks"
    lay_out(kit / "notebooks", copies)
    (copies / FIRST).rename(copies / "mine.ipynb")

    assert lay_out(kit / "notebooks", copies) == []
    assert len(list(copies.iterdir())) == 3


def test_on_a_full_disk_no_half_notebook_is_left(kit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    copies = kit / "my-notebooks"
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(OSError, match="No space left"):
            lay_out(kit / "notebooks", copies)
    assert list(copies.iterdir()) == []


# --- In a real JupyterLab


class Running:
    """`wemasy-kit lab` until it has told its address, and stopped by SIGTERM when it was looked at."""

    def __init__(self, folder: Path, *, broken: str = "") -> None:
        names = (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "IPYTHONDIR",
            "JUPYTERLAB_SETTINGS_DIR",
        )
        process = started(
            f"lab --no-browser --ServerApp.root_dir={folder / 'root'}",
            broken=broken,
            **{name: str(folder / name) for name in names},
        )
        assert process.stderr
        told = folder / "JUPYTER_RUNTIME_DIR" / f"jpserver-{process.pid}.json"
        self.said = []
        for line in process.stderr:
            self.said.append(line)
            if told.exists():
                break
        server = json.loads(told.read_text())
        with urllib.request.urlopen(f"{server['url']}api/sessions?token={server['token']}") as response:
            self.sessions = json.load(response)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.ended = process.returncode
        self.first = folder / "root" / "notebooks" / FIRST
        self.notebook = nbformat.read(self.first, as_version=4)
        self.notary = NotebookNotary(data_dir=str(folder / "JUPYTER_DATA_DIR"))


def test_the_first_notebook_has_run_when_the_address_is_told(tmp_path: Path) -> None:
    running = Running(tmp_path)
    code = [cell for cell in running.notebook.cells if cell.cell_type == "code"]
    (session,) = running.sessions

    assert any("so that its form is ready" in line for line in running.said)
    assert (session["path"], session["type"]) == (f"notebooks/{FIRST}", "notebook")
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert any(VIEW in output.get("data", {}) for cell in code for output in cell.outputs)
    assert running.notary.check_signature(running.notebook)
    assert "widgets" not in running.notebook.metadata
    # As copied, so the second day begins like the first.
    assert lab.marks(running.first)[0] == lab.marks(running.first)[1] == lab.marks(shipped("notebooks") / FIRST)[1]
    assert running.ended == 0
    assert list((tmp_path / "root").rglob(".*")) == []


def test_where_it_cannot_run_it_says_why_and_opens_as_jupyterlab_does(tmp_path: Path) -> None:
    running = Running(
        tmp_path,
        broken="""
from nbclient import NotebookClient
async def fail(*_): raise RuntimeError("the kernel does not like it")
NotebookClient.async_execute_cell = fail""",
    )

    assert any("The form is not ready (the kernel does not like it)" in line for line in running.said)
    assert running.sessions == []
    assert running.first.read_text("utf-8") == lab.copy_of(shipped("notebooks") / FIRST)
    assert not running.notary.check_signature(running.notebook)
    assert running.ended == 0
