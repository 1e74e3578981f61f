"""What notebooks show where styles, classes and drawings are taken out: on a Git host, and before they are trusted."""

from __future__ import annotations

import functools
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from tests.support.notebooks import NOTEBOOKS, styled_once

# The elements that a Git host leaves and JupyterLab leaves too, with none of their attributes but a cell's width.
INLINE = frozenset("b bdi code em i q span strong".split())
BLOCKS = frozenset("br caption details div li ol p pre summary table tbody td th thead tr ul".split())
GONE = frozenset("script style svg".split())  # with all that is in them
MAY_BE_EMPTY = frozenset("div td".split())  # a frame, and a cell that its column says nothing in


class Sanitised(HTMLParser):
    """HTML as a sanitiser leaves it.

    Attributes:
        lines: The texts of its blocks.
        stuck: Where two words run together that were apart to look at.
        empty: The elements in which nothing is left.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.stuck: list[str] = []
        self.empty: list[str] = []
        self._line = ""
        self._open: list[tuple[str, int]] = []
        self._read = 0  # characters
        self._gone = 0
        self._crossed = False
        self.feed(html)
        self.close()
        self._end_line()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._gone += tag in GONE
        self._open.append((tag, self._read))
        self._cross(tag)

    def handle_endtag(self, tag: str) -> None:
        self._cross(tag)
        _, before = self._open.pop()
        if self._read == before and tag in INLINE | BLOCKS - MAY_BE_EMPTY:
            self.empty.append(tag)
        self._gone -= tag in GONE

    def handle_data(self, data: str) -> None:
        if self._gone:
            return
        is_code = any(tag == "pre" for tag, _ in self._open)
        if self._crossed and not is_code and re.search(r"[^\s(“]\Z", self._line) and re.match(r"\w", data):
            self.stuck.append(f"{self._line[-20:]}|{data[:20]}")
        self._line += data
        self._read += len(data.strip())
        self._crossed = False

    def _cross(self, tag: str) -> None:
        self._crossed = True
        if tag in BLOCKS:
            self._end_line()

    def _end_line(self) -> None:
        self.lines += [" ".join(self._line.split())] if self._line.strip() else []
        self._line = ""


@functools.cache
def shown(path: Path) -> list[tuple[str, str]]:
    """The committed outputs of a notebook that are HTML, and the same as plain text."""
    cells = nbformat.read(path, as_version=4).cells
    data = [output.get("data", {}) for cell in cells for output in cell.get("outputs", ())]
    return [(each["text/html"], each["text/plain"]) for each in data if "text/html" in each]


def words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"\w{4,}", text)}


every = pytest.mark.parametrize("path", [path for path in NOTEBOOKS if shown(path)], ids=lambda path: path.stem)


@every
def test_what_a_sanitiser_leaves_of_an_output_still_reads(path: Path) -> None:
    for html, text in shown(path):
        left = Sanitised(html)
        assert (left.stuck, left.empty) == ([], [])
        if "Documented and observed" not in text:  # The ledger's plain text is a table of another kind.
            assert words(text) - words("\n".join(left.lines)) == set()


@pytest.mark.parametrize(
    ("html", "stuck", "empty"),
    [
        ("<p><b>59</b><i>of 60</i></p>", ["59|of 60"], []),
        ("<p><span>✓</span><strong>Recorded</strong></p>", ["✓|Recorded"], []),
        ("<label>cURL</label><label>JS</label>", ["cURL|JS"], []),
        ("<div><svg><text>phone</text></svg></div><p> </p>", [], ["p"]),
        ("<p>a <b>b</b></p><table><tr><td></td><td>c</td></tr></table><pre><i>d</i><i>e</i></pre>", [], []),
    ],
)
def test_words_that_run_together_and_what_is_empty_would_be_seen(html: str, stuck: list[str], empty: list[str]) -> None:
    left = Sanitised(html)

    assert (left.stuck, left.empty) == (stuck, empty)


@every
def test_each_sample_has_its_name_above_it(path: Path) -> None:
    for html, text in shown(path):
        lines = Sanitised(html).lines
        for language, first in re.findall(r"^--- (.*)\n(.*)", text, re.MULTILINE):
            assert lines[lines.index(language) + 1].startswith(first)


@every
def test_a_notebook_has_one_style_sheet_in_its_first_output(path: Path) -> None:
    assert ["<style>" in html for html, _ in shown(path)] == [True, *[False] * (len(shown(path)) - 1)]


def test_only_the_style_sheet_is_taken_out_of_the_later_outputs() -> None:
    made = [nbformat.v4.new_output("display_data", {"text/html": f"<style>a</style><p>{n}</p>"}) for n in (1, 2, 3)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[each]) for each in made])
    styled_once(notebook)

    assert [each.data["text/html"] for each in made] == ["<style>a</style><p>1</p>", "<p>2</p>", "<p>3</p>"]
