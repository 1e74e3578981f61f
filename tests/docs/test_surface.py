"""The public names, what loading them costs, and the directions of the imports: the house plan, held by tests."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

import wemasy_kit
from tests.support.leaks import PACKAGE

# What each module may import: libraries, and modules of the kit ("sources" stands for all in that folder).
# What only a type checker reads, under `if TYPE_CHECKING:`, is free.
# fmt: off
# ruff: noqa: E501
MAY_IMPORT: dict[str, tuple[str, str]] = {
    "__init__": ("", ""),
    "__main__": ("", "cli.app"),
    "errors": ("", ""),
    "call.token": ("", "errors"),
    "call.exchange": ("", ""),
    "call.request": ("httpx", "errors call.token"),
    "call.headers": ("", "call.exchange"),
    "call.strict_json": ("", ""),
    "secrets.mask": ("", ""),
    "secrets.scan": ("", ""),
    "sources.places": ("", ""),
    "call.advice": ("", "call.exchange"),
    "call.outcome": ("", "call.advice call.exchange call.headers call.strict_json"),
    "call.provenance": ("", "call.exchange call.headers call.outcome"),
    "call.logout": ("", "call.exchange call.outcome call.request call.token"),
    "sources.yaml_text": ("yaml", ""),
    "contract.document": ("", "errors sources.yaml_text"),
    "contract.ledger": (
        "fastjsonschema",
        "contract.document errors call.exchange call.headers call.outcome call.strict_json",
    ),
    "contract.drift": ("", "contract.document errors"),
    "call.forgetting": ("", "call.exchange call.logout call.outcome call.token"),
    "files": ("", ""),
    "cli.refusals": ("click", "errors secrets.scan"),
    "cli.report": ("", "cards.outcome cards.ledger contract.ledger call.outcome call.provenance"),
    "secrets.scan_files": ("", "secrets.scan"),
    "cli.token_input": ("click", "call.token"),
    "exports.samples": ("", "contract.document errors call.request"),
    "exports.export": (
        "",
        "contract.document errors exports sources.places call.provenance secrets.scan sources.cassette_file",
    ),
    "exports.example": ("", "call.exchange"),
    "exports.postman": ("", "contract.document exports.example"),
    "exports.http_file": ("", "contract.document exports.example"),
    "exports.har": ("", "contract.document exports.example call.headers"),
    "exports.bruno": ("", "contract.document call.exchange exports.example"),
    "sources.live": ("httpx", "errors call.exchange secrets.mask call.request"),
    "sources.cassette_file": ("", "errors call.exchange sources.yaml_text"),
    "sources.cassette": ("httpx", "errors call.exchange sources.places call.request sources.cassette_file"),
    "sources.sandbox": ("", "errors sandbox sources.live call.token"),
    "sandbox.clock": ("", ""),
    "sandbox.rules": ("", ""),
    "sandbox.server": ("tornado", "sandbox.rules"),
    "sources.recorder": (
        "vcr",
        "errors call.exchange call.logout secrets.mask call.outcome call.request secrets.scan call.token files",
    ),
    "sources.rehearsal": ("", "call.logout sources.recorder sources.sandbox call.token"),
    "cards.markup": ("", ""),
    "explorer.background": ("", ""),
    "explorer.history": ("", "call.exchange call.outcome"),
    "cards.ledger": ("", "call.exchange cards.outcome cards.markup contract.ledger call.outcome"),
    "cards.outcome": (
        "",
        "call.advice contract.document call.exchange explorer.history cards.ledger cards.markup contract.ledger call.outcome call.provenance "
        "call.strict_json",
    ),
    "cards.samples": ("", "cards.outcome cards.markup exports.samples"),
    "exports.download": ("", "exports.export"),
    "cards.pictures": ("", "cards.outcome cards.markup call.outcome"),
    "explorer.exercises": ("", "cards.outcome explorer.history call.outcome"),
    "explorer.view_model": (
        "",
        "call.advice errors call.exchange explorer.history call.logout call.outcome call.request sources call.token",
    ),
    "explorer.secret_field": ("anywidget traitlets", ""),
    "explorer.form": ("ipywidgets", "contract.document errors call.exchange cards explorer exports"),
    "cli.lab": ("", "sources.places"),
    "cli.app": (
        "click jupyterlab",
        "contract.document errors call.exchange cards.outcome cards.ledger exports.export call.logout cli.lab contract.ledger call.outcome contract.drift sources.places "
        "call.provenance sources.recorder cli.refusals sources.rehearsal cli.report call.request sandbox secrets.scan secrets.scan_files sources call.token cli.token_input "
        "files",
    ),
}


def modules() -> dict[str, ast.Module]:
    """The package's modules by name, as trees: no folder's empty `__init__`, and no program that is only shown."""
    found = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.parent.name != "sample_texts"
    }
    return {name: tree for name, tree in found.items() if name == "__init__" or not name.endswith(".__init__")}


MODULES = modules()


def run(*lines: str) -> str:
    """What a fresh Python prints."""
    command = [sys.executable, "-c", "\n".join(lines)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


# --- The public names


def test_the_public_names_are_sorted() -> None:
    assert wemasy_kit.__all__ == sorted(set(wemasy_kit.__all__))


def test_the_names_of_the_plan_are_public() -> None:
    assert {"Token", "logout", "live", "cassette", "Sandbox", "LogoutForm"} <= set(wemasy_kit.__all__)


@pytest.mark.parametrize("name", wemasy_kit.__all__)
def test_a_public_name_can_be_imported(name: str) -> None:
    value = getattr(wemasy_kit, name)

    assert value.__name__ == name
    assert value.__module__.startswith("wemasy_kit.")
    assert name in dir(wemasy_kit)


def test_a_type_checker_sees_the_same_names() -> None:
    block = next(node for node in MODULES["__init__"].body if isinstance(node, ast.If))
    seen = [str(alias.asname) for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names]

    assert sorted(seen) == wemasy_kit.__all__


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'wemasy_kit' has no attribute 'log_out'"):
        wemasy_kit.log_out  # noqa: B018


# --- What it loads

LIBRARIES = {"IPython", "anywidget", "httpx", "ipywidgets", "jupyterlab", "tornado", "vcr", "yaml"}
LOADED = f"print(*sorted({LIBRARIES!r} & set(sys.modules)))"


def test_importing_the_kit_loads_no_library() -> None:
    assert run("import sys, wemasy_kit", LOADED) == "\n"


def test_from_a_token_over_a_replay_to_an_outcome_only_httpx_and_yaml_are_loaded() -> None:
    story = """
import asyncio, pathlib, sys, tempfile
from wemasy_kit import Token, cassette, logout
from wemasy_kit.call.request import BASE_URL, PATH
text = f'''interactions:
- request: {{method: POST, uri: "{BASE_URL}{PATH}"}}
  response: {{status: {{code: 401}}, headers: {{}}, body: {{string: ""}}}}'''
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, "story.yaml")
    path.write_text(text)
    print(asyncio.run(logout(Token.parse("q9zxw8vy"), send=cassette(path))).kind.value)
"""
    assert run(story, LOADED).split() == ["unauthenticated", "httpx", "yaml"]


# --- The house plan


def imported(tree: ast.AST) -> Iterator[str]:
    """The full names that a module imports when it runs, also within functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            whole = f"{'.' * node.level}{node.module or ''}"
            for alias in node.names:
                inner = f"{whole}.{alias.name}".removeprefix("wemasy_kit.")
                yield f"wemasy_kit.{inner}" if inner in MODULES else whole
        yield from imported(node)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_what_the_house_plan_allows(name: str) -> None:
    assert name in MAY_IMPORT, f"say in MAY_IMPORT what {name} may import"
    libraries, rooms = (allowed.split() for allowed in MAY_IMPORT[name])
    for found in imported(MODULES[name]):
        top, _, inner = found.partition(".")
        if top == "wemasy_kit":
            assert any(f"{inner}.".startswith(f"{room}.") for room in rooms), f"{name} may not import {found}"
        elif top not in sys.stdlib_module_names:
            assert top in libraries, f"{name} may not import {found}"


def test_the_stand_in_shop_knows_nothing_of_the_client() -> None:
    outside = [
        (name, found)
        for name, tree in MODULES.items()
        if name.startswith("sandbox.")
        for found in imported(tree)
        if found.startswith("wemasy_kit") and not found.startswith("wemasy_kit.sandbox.")
    ]

    assert outside == []


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("vcr", ["sources.recorder"]),
        ("ipywidgets", ["explorer.form"]),
        ("anywidget", ["explorer.secret_field"]),
        ("tornado", ["sandbox.server"]),
        ("yaml", ["sources.yaml_text"]),
        ("httpx", ["call.request", "sources.cassette", "sources.live"]),
    ],
)
def test_a_library_is_known_in_its_own_room_only(library: str, rooms: list[str]) -> None:
    knowing = {name for name, tree in MODULES.items() for found in imported(tree) if found.partition(".")[0] == library}

    assert sorted(knowing) <= rooms


def test_nothing_imports_by_a_relative_name() -> None:
    assert [(name, found) for name, tree in MODULES.items() for found in imported(tree) if found.startswith(".")] == []


TAG = re.compile(
    r"</?(a|b|body|br|code|details|div|em|h[1-6]|html|i|li|p|pre|span|strong|style|summary|t[dhr]|table|ul)\b"
)


def test_html_is_written_in_the_cards_only() -> None:
    """What pretends to be Wemasy answers HTML too."""
    written = [
        (name, node.value)
        for name, tree in MODULES.items()
        if not name.startswith(("cards.", "sandbox."))
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TAG.search(node.value)
    ]

    assert written == []
