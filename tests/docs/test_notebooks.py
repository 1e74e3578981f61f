"""Notebooks: each runs offline and shows what is committed."""

from __future__ import annotations

import ast
import concurrent.futures
import copy
import functools
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.support.notebooks import FOLDER, NOTEBOOKS, VIEW, run
from tests.support.offline.sitecustomize import NOTES
from tests.support.python import python
from wemasy_kit.call.token import Token
from wemasy_kit.secrets.scan import findings
from wemasy_kit.sources.sandbox import Sandbox

LIVE = FOLDER / "6-try-it-live.ipynb"
RUN = [path for path in NOTEBOOKS if path != LIVE]

AGAIN = "if that is meant, run python -m tests.support.notebooks"

every = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
every_that_runs = pytest.mark.parametrize("path", RUN, ids=lambda path: path.stem)


@functools.cache
def committed(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def unknown_token() -> Token:
    """Of a shop that is gone."""
    return Sandbox().issue_token("nobody")


def code_of(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def trees(notebook: Any) -> list[ast.AST]:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return [compile(cell.source, "cell", "exec", flags) for cell in code_of(notebook)]


def nodes(notebook: Any, *kinds: type[ast.AST]) -> list[ast.AST]:
    return [node for tree in trees(notebook) for node in ast.walk(tree) if isinstance(node, kinds)]


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in code_of(notebook) for output in cell.outputs]


# --- What is committed

Rule = Callable[[Any], bool]
SHAPE: dict[str, Rule] = {
    "keeps no widget state": lambda notebook: "widgets" not in notebook.metadata,
    "has no widget view": lambda notebook: not any(VIEW in output.get("data", {}) for output in outputs(notebook)),
    "shows no error": lambda notebook: not any(output.output_type == "error" for output in outputs(notebook)),
    "shows nothing on stderr": lambda notebook: not any(output.get("name") == "stderr" for output in outputs(notebook)),
    "defines nothing": lambda notebook: not nodes(notebook, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    "tries nothing": lambda notebook: not nodes(notebook, ast.Try, ast.TryStar),
    "has at most twelve code cells": lambda notebook: 0 < len(code_of(notebook)) <= 12,
    "was run once from top to bottom": lambda notebook: (
        [cell.execution_count for cell in code_of(notebook)] == list(range(1, len(code_of(notebook)) + 1))
    ),
    "holds no secret": lambda notebook: not findings(nbformat.writes(notebook)),
    "does not name the machine it ran on": lambda notebook: notebook.metadata.language_info == {"name": "python"},
}


def spoiled(rule: str) -> Any:
    """A notebook that breaks one rule."""
    notebook = copy.deepcopy(committed(NOTEBOOKS[0]))
    cell = code_of(notebook)[0]
    match rule:
        case "keeps no widget state":
            notebook.metadata.widgets = {}
        case "has no widget view":
            cell.outputs.append(nbformat.v4.new_output("display_data", {VIEW: {}}))
        case "shows no error":
            cell.outputs.append(nbformat.v4.new_output("error", ename="E", evalue="", traceback=[]))
        case "shows nothing on stderr":
            cell.outputs.append(nbformat.v4.new_output("stream", name="stderr", text="a warning"))
        case "defines nothing":
            cell.source = "async def log_out(): await something"
        case "tries nothing":
            cell.source = "try:\n    await something\nexcept OSError:\n    pass"
        case "has at most twelve code cells":
            notebook.cells += [nbformat.v4.new_code_cell("1") for _ in range(12)]
        case "was run once from top to bottom":
            cell.execution_count = 7
        case "holds no secret":
            cell.outputs.append(nbformat.v4.new_output("stream", text=unknown_token().reveal()))
        case "does not name the machine it ran on":
            notebook.metadata.language_info["version"] = "3.11.7"
    return notebook


@every
@pytest.mark.parametrize("rule", SHAPE)
def test_every_committed_notebook(path: Path, rule: str) -> None:
    assert SHAPE[rule](committed(path)), rule


@pytest.mark.parametrize("rule", SHAPE)
def test_each_of_these_rules_sees_the_notebook_that_breaks_it(rule: str) -> None:
    assert not SHAPE[rule](spoiled(rule))


def leads(cell: Any) -> list[str]:
    return re.findall(r"\]\(([^)]+\.ipynb)\)", cell.source)


def test_the_story_is_numbered_and_begins_with_the_form() -> None:
    assert [int(path.name.partition("-")[0]) for path in NOTEBOOKS] == [1, 2, 3, 4, 5, 6, 7]
    title, form, *_ = committed(NOTEBOOKS[0]).cells
    assert len(title.source) < 600
    assert form.source == "from wemasy_kit import LogoutForm; LogoutForm()"


@every
def test_a_notebook_says_first_how_it_is_run_and_last_what_is_before_and_after_it(path: Path) -> None:
    first, *_, last = committed(path).cells
    at = NOTEBOOKS.index(path)

    assert "Run → Run All Cells" in first.source
    assert leads(last) == [each.name for each in NOTEBOOKS[max(0, at - 1) : at + 2] if each != path]


def test_the_first_notebook_and_the_readme_list_all() -> None:
    contents = next(cell for cell in committed(NOTEBOOKS[0]).cells if cell.source.startswith("## All notebooks"))
    readme = (FOLDER.parent / "README.md").read_text("utf-8")
    listed = readme.partition("## Notebooks\n")[2].partition("\n## ")[0]

    assert leads(contents) == [path.name for path in NOTEBOOKS]
    assert re.findall(r"\]\(notebooks/([^)]+)\)", listed) == leads(contents)


# --- The one about the live API


def test_the_live_notebook_builds_a_form_and_does_nothing_else() -> None:
    (tree,) = trees(committed(LIVE))
    assert isinstance(tree, ast.Module)
    imports, form = tree.body

    assert ast.unparse(imports) == "from wemasy_kit import LogoutForm, live"
    assert ast.unparse(form) == "LogoutForm(send=live())"


def test_only_the_live_notebook_knows_the_live_source() -> None:
    def names(path: Path) -> set[str]:
        notebook = committed(path)
        imported = {alias.name for node in nodes(notebook, ast.ImportFrom) for alias in node.names}  # type: ignore[attr-defined]
        return imported | {node.id for node in nodes(notebook, ast.Name)}  # type: ignore[attr-defined]

    assert [path for path in NOTEBOOKS if "live" in names(path)] == [LIVE]


# --- All that run, at once: most of the time is a kernel's start.


@dataclass
class Ran:
    """What each notebook came to; `notes` names every machine but this one that a kernel asked for."""

    notebooks: dict[Path, concurrent.futures.Future[Any]]
    notes: Path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("kernels")
    with pytest.MonkeyPatch.context() as environment, concurrent.futures.ThreadPoolExecutor(len(RUN)) as pool:
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", NOTES):
            environment.setenv(name, str(folder / name.lower()))
        all_of_it = Ran({path: pool.submit(run, path) for path in RUN}, folder / NOTES.lower())
        concurrent.futures.wait(all_of_it.notebooks.values())
        yield all_of_it


@every_that_runs
def test_a_notebook_runs_from_top_to_bottom_shows_what_is_committed_and_leaves_nothing_to_commit(
    path: Path, ran: Ran
) -> None:
    fresh = ran.notebooks[path].result()
    pairs = zip(fresh.cells, committed(path).cells, strict=True)
    is_the_same = nbformat.writes(fresh) + "\n" == path.read_text("utf-8")

    # Only the sources: two long outputs take pytest seconds to compare.
    assert [now.source for now, then in pairs if now.get("outputs") != then.get("outputs")] == [], AGAIN
    assert is_the_same, AGAIN


def test_running_every_notebook_asks_for_no_other_machine(ran: Ran) -> None:
    assert all(future.exception() is None for future in ran.notebooks.values())
    assert not ran.notes.exists()


def test_a_process_that_asks_for_another_machine_would_be_noticed(tmp_path: Path) -> None:
    ended = python(
        "from wemasy_kit import Token, live, logout_sync",
        "print(logout_sync(Token.parse('q9zxw8vy'), send=live()).kind)",
        env={**os.environ, NOTES: str(tmp_path / "notes")},
    )

    assert ended.stdout == "not_sent\n"
    assert set((tmp_path / "notes").read_text().split()) == {"b'api.wemasy.nl'"}
