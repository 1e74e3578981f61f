"""Reads HTML as a browser would, to see which elements a text has put into it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import strategies as st

VOID = {"br", "hr", "img", "input", "link", "meta"}

HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)", '" style="position:fixed" x="', "</style><b>", "</pre></div></td></table>",
    "</title><a href=javascript:alert(1)>x</a>", "<!--", "<![CDATA[", "<?php", "&lt;script&gt;", "&#60;b&#62;",
    "`${alert(1)}`", "\N{RIGHT-TO-LEFT OVERRIDE}", "\0",
)  # fmt: skip

hostile_texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8), max_size=4).map("".join)
"""What a server could say: markup in any mixture with anything else."""


class Page(HTMLParser):
    """What a text is made of, as HTML.

    Attributes:
        elements: Each tag with the names of its attributes, once.
        attributes: Every attribute, with its value.
        text: All that stands between the tags.
        is_balanced: Every element that opens is closed, in order.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[tuple[str, frozenset[str]]] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.is_balanced = True
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.is_balanced = self.is_balanced and not self._open

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    def values(self, name: str) -> list[str]:
        """The values of every attribute of that name, in order."""
        return [value for key, value in self.attributes if key == name]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add((tag, frozenset(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.is_balanced = self.is_balanced and bool(self._open) and self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.elements.add(("!--", frozenset()))

    def handle_decl(self, decl: str) -> None:
        self.elements.add(("!", frozenset()))

    def unknown_decl(self, data: str) -> None:
        self.elements.add(("!", frozenset()))

    def handle_pi(self, data: str) -> None:
        self.elements.add(("?", frozenset()))


_TAGS = frozenset(
    "b bdi br button caption code details div em h2 h3 i li ol p pre q section span strong style summary "
    "table tbody td th thead tr ul".split()
)
_ATTRIBUTES = frozenset("class colspan hidden id open role scope style tabindex title type".split())
_STYLES = r"width:[0-9.]+%"


def unexpected(html: str) -> list[str]:
    """What has no business in a card: an element that runs, loads or links something, a handler, a broken nesting."""
    page = Page(html)
    attributes = {name for _, names in page.elements for name in names}
    found = sorted(page.tags - _TAGS)
    found += sorted(name for name in attributes - _ATTRIBUTES if not name.startswith(("aria-", "data-wemasy-")))
    found += [f"style {style}" for style in page.values("style") if not re.fullmatch(_STYLES, style)]
    return found + ([] if page.is_balanced else ["unbalanced"])


def text_of(html: str) -> str:
    """The text as a person sees it, white space as a browser has it."""
    return " ".join(Page(html).text.split())


def cells(html: str) -> list[list[str]]:
    """The cells of a table's rows, without its head."""
    return [
        [text_of(cell) for cell in re.findall(r"<td>(.*?)</td>", line, re.DOTALL)]
        for line in re.findall(r"<tr>(.*?)</tr>", html.partition("<tbody>")[2], re.DOTALL)
    ]
