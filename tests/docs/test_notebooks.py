"""Notebooks: each runs offline and shows what is committed; the button of the first is pressed in a real kernel."""

from __future__ import annotations

import ast
import asyncio
import concurrent.futures
import copy
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.leaks import shows
from tests.support.notebooks import FOLDER, NOTEBOOKS, VIEW, client, run
from tests.support.offline import sitecustomize
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
    assert form.source == "from wemasy_kit import LogoutForm\n\nLogoutForm()"


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


# --- All that run, and the button pressed in a real kernel. All of it at once: most of the time is a kernel's start.

# Stands in front of the tests' own block, and writes down who was asked for.
_NOTING = """
import importlib.util

found = importlib.util.spec_from_file_location("offline", {offline!r})
offline = importlib.util.module_from_spec(found)
found.loader.exec_module(offline)
check = offline._check

def note(host):
    if not offline._is_here(host):
        with open({notes!r}, "a") as notes:
            print(repr(host), file=notes)
    check(host)

offline._check = note
"""


@dataclass
class Played:
    """What came of pressing the button in a kernel.

    Attributes:
        replayed, rehearsed: The token that was typed in the replay, and in the sandbox.
        planted: A token put where it would be seen.
        dids: What became of each act, as the page is told.
        verdicts: The verdict's HTML after each act.
        calls: Source and fingerprint of each call in the kernel's history.
        messages: All that the kernel published.
        saved: The notebook, saved with its widget state.
    """

    replayed: Token = field(default_factory=unknown_token)
    rehearsed: Token = field(default_factory=unknown_token)
    planted: Token = field(default_factory=unknown_token)
    dids: list[str] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    calls: str = ""
    messages: list[str] = field(default_factory=list)
    saved: str = ""

    def play(self) -> Played:
        """The story, in a kernel of its own."""
        with tempfile.TemporaryDirectory() as sockets:
            asyncio.run(self._story(sockets))
        return self

    async def _story(self, sockets: str) -> None:
        notebook = copy.deepcopy(committed(NOTEBOOKS[0]))
        for cell in code_of(notebook):
            cell.outputs = []
        kernel = client(notebook, sockets)
        async with kernel.async_setup_kernel():
            await self._execute(kernel, code_of(notebook)[0].source)
            state = kernel.widget_state
            page = _only(state, lambda each: "view" in each and "_esm" in each)

            async def answered(token: Token, words: str, *, times: int) -> None:
                before = len(self.dids)
                for _ in range(times):
                    message = {"do": "send", "text": token.reveal()}
                    _to_kernel(kernel, page, {"method": "custom", "content": message})
                await self._until(kernel, lambda: words in state[page]["response"])
                await self._until(kernel, lambda: len(self.dids) == before + times)
                await self._until(kernel, lambda: state[page]["view"]["mode"] == "ready")
                self.verdicts.append(state[page]["response"])

            await answered(self.replayed, "Recorded: ", times=2)
            _to_kernel(kernel, page, {"method": "custom", "content": {"do": "source", "value": "sandbox"}})
            await self._until(kernel, lambda: state[page]["view"]["about"] == "sandbox ")
            await answered(self.rehearsed, "Token not accepted", times=1)
            self.calls = await self._execute(
                kernel,
                "from wemasy_kit.explorer.history import HISTORY\n"
                "[(call.outcome.source, call.fingerprint) for call in HISTORY]",
            )
            await self._execute(kernel, f"import ipywidgets\nkept = ipywidgets.Text({self.planted.reveal()!r})")
            kernel.set_widgets_metadata()
            self.saved = nbformat.writes(kernel.nb)

    async def _execute(self, kernel: NotebookClient, code: str) -> str:
        """Run code, and give the result as text."""
        asked, result = _client(kernel).execute(code), [""]

        def is_done() -> bool:
            mine = [message for message in self._heard if message["parent_header"].get("msg_id") == asked]
            for message in mine:
                assert message["msg_type"] != "error", message["content"]
                if message["msg_type"] == "execute_result":
                    result[0] = message["content"]["data"]["text/plain"]
            return any(message["content"].get("execution_state") == "idle" for message in mine)

        await self._until(kernel, is_done)
        return result[0]

    async def _until(self, kernel: NotebookClient, is_so: Callable[[], bool]) -> None:
        """Listen to the kernel as a page does, until it is so."""
        deadline = time.monotonic() + 30
        while not is_so():
            message = await _client(kernel).get_iopub_msg(timeout=deadline - time.monotonic())
            self._heard.append(message)
            self.messages.append(json.dumps(message["content"]))
            if message["msg_type"] in ("comm_open", "comm_msg"):
                kernel.handle_comm_msg([], message, 0)
                content = message["content"]["data"].get("content", {})
                self.dids += [content["did"]] if "did" in content else []

    def __post_init__(self) -> None:
        self._heard: list[Any] = []


def _only(state: dict[str, Any], is_it: Callable[[Any], bool]) -> str:
    (found,) = (comm_id for comm_id, each in state.items() if is_it(each))
    return found


def _client(kernel: NotebookClient) -> Any:
    """What speaks with the kernel; it is there as long as the kernel runs."""
    return kernel.kc


def _to_kernel(kernel: NotebookClient, comm_id: str, data: dict[str, Any]) -> None:
    """What a page sends, by the way that it sends it."""
    client = _client(kernel)
    client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": comm_id, "data": data}))


@dataclass
class Ran:
    notebooks: dict[Path, concurrent.futures.Future[Any]]
    pressed: concurrent.futures.Future[Played]
    folder: Path

    @property
    def asked_for(self) -> list[str]:
        """Every machine but this one that a kernel asked for."""
        notes = self.folder / "notes"
        return notes.read_text().split() if notes.exists() else []


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("kernels")
    block = {"offline": sitecustomize.__file__, "notes": str(folder / "notes")}
    (folder / "sitecustomize.py").write_text(_NOTING.format(**block))
    with (
        pytest.MonkeyPatch.context() as environment,
        concurrent.futures.ThreadPoolExecutor(len(RUN) + 1) as pool,
    ):
        environment.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ['PYTHONPATH']}")
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            environment.setenv(name, str(folder / name.lower()))
        all_of_it = Ran({path: pool.submit(run, path) for path in RUN}, pool.submit(Played().play), folder)
        concurrent.futures.wait([*all_of_it.notebooks.values(), all_of_it.pressed])
        yield all_of_it


@pytest.fixture(scope="module")
def pressed(ran: Ran) -> Played:
    return ran.pressed.result()


@every_that_runs
def test_a_notebook_runs_from_top_to_bottom_and_shows_what_is_committed(path: Path, ran: Ran) -> None:
    fresh, kept = ran.notebooks[path].result(), committed(path)
    pairs = zip(fresh.cells, kept.cells, strict=True)

    # Only the sources: two long outputs take pytest seconds to compare.
    assert [now.source for now, then in pairs if now.get("outputs") != then.get("outputs")] == [], AGAIN


@every_that_runs
def test_a_notebook_that_is_run_again_leaves_nothing_to_commit(path: Path, ran: Ran) -> None:
    is_the_same = nbformat.writes(ran.notebooks[path].result()) + "\n" == path.read_text("utf-8")

    assert is_the_same, AGAIN


def test_running_every_notebook_and_pressing_the_button_asks_for_no_other_machine(ran: Ran, pressed: Played) -> None:
    assert all(future.exception() is None for future in ran.notebooks.values())
    assert len(pressed.verdicts) == 2
    assert ran.asked_for == []


def test_a_kernel_that_asks_for_another_machine_would_be_noticed(ran: Ran) -> None:
    elsewhere = Ran({}, ran.pressed, ran.folder / "elsewhere")
    elsewhere.folder.mkdir()
    block = {"offline": sitecustomize.__file__, "notes": str(elsewhere.folder / "notes")}
    (elsewhere.folder / "sitecustomize.py").write_text(_NOTING.format(**block))
    program = """
import asyncio
from wemasy_kit import Token, live, logout
print(asyncio.run(logout(Token.parse("q9zxw8vy"), send=live())).kind)
"""
    environment = {**os.environ, "PYTHONPATH": str(elsewhere.folder)}
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=True)

    assert ended.stdout == "not_sent\n"
    assert set(elsewhere.asked_for) == {"b'api.wemasy.nl'"}


# --- The button of the first notebook, pressed as a page presses it


def test_a_double_click_in_a_kernel_is_one_request(pressed: Played) -> None:
    assert pressed.dids[:2] == ["accepted", "ignored"]
    assert ast.literal_eval(pressed.calls) == [
        ("cassette", pressed.replayed.fingerprint),
        ("sandbox", pressed.rehearsed.fingerprint),
    ]


def test_the_verdict_of_the_replay_reaches_the_page(pressed: Played) -> None:
    assert "Recorded: Token revoked" in pressed.verdicts[0]


def test_the_verdict_of_the_sandbox_reaches_the_page(pressed: Played) -> None:
    assert pressed.dids[2:] == ["accepted"]
    assert "401 Unauthorized" in pressed.verdicts[1]


def test_a_token_that_is_shown_would_be_found_in_messages_and_saved_state(pressed: Played) -> None:
    assert any(shows(message, pressed.planted.reveal()) for message in pressed.messages)
    assert shows(pressed.saved, pressed.planted.reveal())


@pytest.mark.parametrize("which", ["replayed", "rehearsed"])
def test_a_token_that_was_typed_is_in_no_message_of_the_kernel(which: str, pressed: Played) -> None:
    secret = getattr(pressed, which).reveal()

    assert not any(shows(message, secret) for message in pressed.messages)


@pytest.mark.parametrize("which", ["replayed", "rehearsed"])
def test_a_token_that_was_typed_is_not_in_the_notebook_saved_with_its_widget_state(which: str, pressed: Played) -> None:
    assert "application/vnd.jupyter.widget-state+json" in pressed.saved
    assert "Token not accepted" in pressed.saved
    assert not shows(pressed.saved, getattr(pressed, which).reveal())
