"""The public names, what loading them costs, and the directions of the imports: the house plan, held by tests."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import wemasy_kit
from tests.support.leaks import PACKAGE
from tests.support.python import python
from wemasy_kit import errors


def modules() -> dict[str, ast.Module]:
    """The package's modules by name, as trees: no folder's empty `__init__`, and no program that is only shown."""
    found = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.parent.name != "sample_texts"
    }
    return {name: tree for name, tree in found.items() if name == "__init__" or not name.endswith(".__init__")}


MODULES = modules()


# --- The public names


def test_the_public_names_are_sorted() -> None:
    assert wemasy_kit.__all__ == sorted(set(wemasy_kit.__all__))


def test_the_typing_test_uses_every_public_name() -> None:
    tree = ast.parse((PACKAGE.parent / "tests" / "typing" / "api.py").read_text("utf-8"))
    (names,) = [node.names for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "wemasy_kit"]

    assert sorted(alias.name for alias in names) == sorted(wemasy_kit.__all__)


@pytest.mark.parametrize("name", wemasy_kit.__all__)
def test_a_public_name_can_be_imported(name: str) -> None:
    value = getattr(wemasy_kit, name)

    assert (value.__name__, value.__module__.partition(".")[0], name in dir(wemasy_kit)) == (name, "wemasy_kit", True)


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="log_out"):
        wemasy_kit.log_out  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    ("error", "also"),
    [
        (errors.InvalidToken, [ValueError]),
        (errors.InvalidBaseURL, [ValueError]),
        (errors.CassetteNotFound, [errors.CassetteError, LookupError]),
        (errors.CassetteUnreadable, [errors.CassetteError, ValueError]),
        (errors.CassetteMismatch, [errors.CassetteError]),
    ],
)
def test_an_error_can_be_caught_as_the_kit_s_and_as_what_it_is_in_python(error: type, also: Any) -> None:
    assert {errors.WemasyKitError, *also} <= set(error.__mro__)


# --- What it loads

LIBRARIES = {"IPython", "anywidget", "asyncio", "httpx", "ipywidgets", "jupyterlab", "tornado", "vcr", "yaml"}
LOADED = f"print(*sorted({LIBRARIES!r} & set(sys.modules)))"


def test_importing_the_kit_loads_no_library() -> None:
    assert python("import sys, wemasy_kit", LOADED).stdout == "\n"


def test_a_replay_loads_nothing_but_yaml_and_no_event_loop() -> None:
    story = """
import sys
from wemasy_kit import Token, cassette, logout_sync
outcome = logout_sync(Token.parse("q9zxw8vy"), send=cassette("401-unknown-token"))
print(outcome.kind.value, bool(outcome.advice))
"""
    assert python(story, LOADED).stdout.split() == ["unauthenticated", "True", "yaml"]


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


@pytest.mark.parametrize("name", ["rules", "catalogue", "control", "log"])
def test_what_does_no_io_in_the_stand_in_shop_needs_nothing_but_the_standard_library_and_its_room(name: str) -> None:
    found = {each for each in imported(MODULES[f"sandbox.{name}"]) if not each.startswith("wemasy_kit.sandbox.")}

    assert {each.partition(".")[0] for each in found} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("vcr", ["sources.recorder", "testing.plugin"]),
        ("anywidget", ["explorer.page"]),
        ("tornado", ["sandbox.server"]),
        ("yaml", ["contract.document", "sources.yaml_text"]),
        ("httpx", ["sources.live"]),
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
