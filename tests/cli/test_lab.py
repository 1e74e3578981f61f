"""lab: what JupyterLab is started with. It is not loaded, which takes longer than all the rest here."""

from __future__ import annotations

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.running import one_line, run
from wemasy_kit.cli import lab
from wemasy_kit.files import shipped

Opened = list[list[str]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """What JupyterLab is started with."""
    calls: Opened = []
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", SimpleNamespace(main=calls.append))
    return calls


# Who starts it, the options, those that JupyterLab gets, and what is said.
OPTIONS = {
    "no options": (1000, "", "", ""),
    "options are passed on": (1000, "--no-browser --port 9000 -- --help", "--no-browser --port 9000 --help", ""),
    "root is allowed": (0, "--no-browser", "--allow-root --no-browser", "You are root: --allow-root is added, "),
    "root is allowed already": (0, "--allow-root", "--allow-root", ""),
    "there is no root": (None, "", "", ""),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_it_opens_the_first_notebook_with_the_repository_as_root(
    case: str, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, options, wanted, says = OPTIONS[case]
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    if user is None:
        monkeypatch.delattr(os, "geteuid")
    ended = run(f"lab {options}")

    root = shipped("notebooks").parent
    assert ended.exit_code == 0
    assert opened == [[f"--ServerApp.root_dir={root}", f"--LabApp.default_url=/lab/tree/{lab.FIRST}", *wanted.split()]]
    assert (root / lab.FIRST).is_file()
    assert ended.stderr[: len(says) or None] == says


@pytest.mark.parametrize("written", ["--ServerApp.root_dir={}", "--ServerApp.root_dir {}"])
def test_it_opens_another_folder_with_the_first_notebook_only_where_that_is(
    written: str, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    run(f"lab --no-browser {written.format('mine')}")
    (tmp_path / "mine" / lab.FIRST).parent.mkdir()
    (tmp_path / "mine" / lab.FIRST).touch()
    run(f"lab {written.format('mine')}")

    root = f"--ServerApp.root_dir={tmp_path / 'mine'}"
    assert opened == [[root, "--no-browser"], [root, f"--LabApp.default_url=/lab/tree/{lab.FIRST}"]]


def test_what_it_starts_is_there() -> None:
    spec = find_spec("jupyterlab.labapp")

    assert spec is not None
    assert re.search(r"(?m)^(?:main = |def main\()", Path(str(spec.origin)).read_text("utf-8"))


def test_without_its_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    ended = run("lab")

    assert ended.exit_code == 2
    assert "pip install 'wemasy-kit[lab]'" in one_line(ended.stderr)


def test_it_says_which_notebooks_stay_as_they_are(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "lay_out", lambda here: (here, (here / "1-start-here.ipynb",)))

    assert "1-start-here.ipynb is not as it came: it stays as it is." in run("lab").stderr
    assert len(opened) == 1


def test_a_folder_that_takes_no_files_is_one_line(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(here: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lab, "lay_out", refuse)
    ended = run("lab")

    assert (ended.exit_code, opened) == (2, [])
    assert "the notebooks cannot be laid out in this folder: Permission denied" in one_line(ended.stderr)
