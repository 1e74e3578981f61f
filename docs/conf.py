"""The book: `sphinx-build -c docs . OUT` after `pip install '.[site]'`.

Every file is read where the repository has it, so that a link is the same here and on a git host.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import wemasy_kit  # noqa: E402
from wemasy_kit.cli.app import COMMANDS, LazyGroup  # noqa: E402

project = "Wemasy kit"
author = "the wemasy-kit authors"
version = release = os.environ.get("WEMASY_SITE_VERSION", "")
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "README"
include_patterns = [
    "*.md", "cassettes/*.md", "docs/*.md", "docs/decisions/*.md", "notebooks/*.ipynb", "tests/benchmarks/*.md",
]  # fmt: skip
exclude_patterns = [".*", "build", "dist", "node_modules", "wemasy_kit", "docs/site"]
templates_path = ["site/templates"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# The committed outputs are the ones that a test compares with a fresh run.
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, object] = {}
napoleon_use_ivar = True  # an attribute a line
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"

html_theme = "furo"
html_title = "Wemasy kit"
html_static_path = ["site/static"]
html_css_files = ["book.css"]
html_copy_source = False
html_show_copyright = html_show_sphinx = False
html_additional_pages = {"index": "to_readme.html"}
pygments_dark_style = "github-dark"

_PICTURE = re.compile(r"<picture>.*?<img [^>]*alt=\"([^\"]*)\"[^>]*>\s*</picture>", re.S)
_SHOWN = """```{{image}} docs/form-light.png
:class: only-light
:alt: {0}
```
```{{image}} docs/form-dark.png
:class: only-dark
:alt: {0}
```"""
_CONTENTS = "".join(
    f"\n```{{toctree}}\n:hidden:\n:glob:\n:caption: {caption}\n{pages}\n```\n"
    for caption, pages in {
        "Notebooks": "notebooks/*",
        "Reference": "docs/*\ncassettes/README",
        "Decisions": "docs/decisions/*",
        "The project": "CONTRIBUTING\nSECURITY\ntests/benchmarks/README\nCHANGELOG",
    }.items()
)
_ROOMS = {
    "call": "One call",
    "sources": "Where a response comes from",
    "sandbox": "The stand-in shop",
    "contract": "What the page says",
    "exports": "What you take home",
    "cards": "What a person reads",
    "testing": "Tests for your own logout",
    "explorer": "The form",
    "errors": "What raises",
}


class Commands(SphinxDirective):
    """The help of every command, as the command prints it."""

    def run(self) -> list[nodes.Node]:
        group = LazyGroup("wemasy-kit")
        return [self._section(group, name) for name in COMMANDS]

    def _section(self, group: LazyGroup, name: str) -> nodes.Node:
        context = click.Context(group, info_name="wemasy-kit", terminal_width=90)
        command = group.get_command(context, name)
        assert command is not None
        text = command.get_help(click.Context(command, info_name=name, parent=context, terminal_width=90))
        title = nodes.title("", f"wemasy-kit {name}")
        return nodes.section("", title, nodes.literal_block(text, text, language="text"), ids=[f"command-{name}"])


class PublicNames(SphinxDirective):
    """Every public name with its docstring, by the room that it lives in."""

    def run(self) -> list[nodes.Node]:
        by_room: dict[str, list[str]] = {}
        for name in wemasy_kit.__all__:
            by_room.setdefault(getattr(wemasy_kit, name).__module__.split(".")[1], []).append(name)
        lines: list[str] = []
        for room, title in _ROOMS.items():
            if room in by_room:
                lines += ["", title, "-" * len(title), "", *map(_described, by_room.pop(room))]
        assert not by_room, f"a title for {', '.join(by_room)} is missing in docs/conf.py"
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def _described(name: str) -> str:
    if not isinstance(getattr(wemasy_kit, name), type):
        return f".. autofunction:: wemasy_kit.{name}\n"
    return f".. autoclass:: wemasy_kit.{name}\n   :members:\n"


def _as_a_book(app: Sphinx, page: str, source: list[str]) -> None:
    """What a git host shows and Sphinx does not: a picture in two colours, a link to a folder. And the contents."""
    if page == "README":
        source[0] = _PICTURE.sub(lambda found: _SHOWN.format(found[1]), source[0]) + _CONTENTS
    source[0] = source[0].replace("](docs/decisions/)", "](docs/decisions/1-responses-are-values.md)")


def _as_code(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Docstrings have `names` between single backticks, as Markdown has them."""
    lines[:] = [
        re.sub(r"(?<!`)`([^`]+)`(?!`)(?=(\w?))", lambda of: f"``{of[1]}``" + "\\ " * bool(of[2]), line)
        for line in lines
    ]


def _runs(app: Sphinx, page: str, template: str, context: dict[str, object], doctree: object) -> None:
    """Where in the lab a page runs: a notebook is itself, every other page leads to the first."""
    first = sorted(each.name for each in (ROOT / "notebooks").glob("*.ipynb"))[0]
    context["notebook"] = f"{page}.ipynb" if page.startswith("notebooks/") else f"notebooks/{first}"


def setup(app: Sphinx) -> None:
    app.add_directive("commands", Commands)
    app.add_directive("public-names", PublicNames)
    app.connect("source-read", _as_a_book)
    app.connect("autodoc-process-docstring", _as_code, priority=400)  # before napoleon
    app.connect("html-page-context", _runs)
