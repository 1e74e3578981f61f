"""Markup: every text is escaped, by construction; only what `el` and `joined` made is HTML."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.html_page import HOSTILE, Page, hostile_texts, unexpected
from wemasy_kit.cards.markup import Html, el, joined

ATTRIBUTES = [
    ("class_", "class"),
    ("aria_label", "aria-label"),
    ("data_wemasy_copy", "data-wemasy-copy"),
    ("viewBox",) * 2,
]
VALUES = [(None, ""), (False, ""), (True, " hidden"), ("", ' hidden=""'), (0, ' hidden="0"'), (0.5, ' hidden="0.5"')]


@pytest.mark.parametrize("text", [text for text in HOSTILE if "<" in text])
def test_the_tests_own_reader_sees_what_an_unescaped_text_puts_into_a_page(text: str) -> None:
    assert unexpected(f"<div><p>{text}</p></div>")


@pytest.mark.parametrize("text", [text for text in HOSTILE if text[:1] in {"'", '"'}])
def test_the_tests_own_reader_sees_what_an_unescaped_attribute_puts_into_a_page(text: str) -> None:
    assert unexpected(f"<p class={text[0]}{text}{text[0]}>x</p>")


@given(hostile_texts)
@settings(max_examples=60, deadline=None)
def test_a_child_is_a_text_and_never_an_element(text: str) -> None:
    page = Page(el("p", text))

    assert page.tags == {"p"}
    assert page.text == text
    assert page.is_balanced


@given(hostile_texts)
@settings(max_examples=60, deadline=None)
def test_an_attribute_keeps_its_value_whatever_stands_in_it(text: str) -> None:
    page = Page(el("p", title=text))

    assert page.elements == {("p", frozenset({"title"}))}
    assert page.values("title") == [text]


@pytest.mark.parametrize(
    ("made", "written"),
    [
        (el("p", el("b", "1 < 2")), "<p><b>1 &lt; 2</b></p>"),
        (el("p", joined(el("b", "a"), "&")), "<p><b>a</b>&amp;</p>"),
        (el("p", None, "a", None), "<p>a</p>"),
        (joined("a", None, el("br"), "<"), "a<br>&lt;"),
        (el("td"), "<td></td>"),
        (el("input", type="text"), '<input type="text">'),
        *((el("p", **{name: "x"}), f'<p {written}="x"></p>') for name, written in ATTRIBUTES),
        *((el("p", hidden=value), f"<p{written}></p>") for value, written in VALUES),
    ],
)
def test_what_is_made_is_html_and_is_not_escaped_again(made: Html, written: str) -> None:
    assert made == written


@pytest.mark.parametrize("text", HOSTILE)
def test_html_that_a_text_was_added_to_is_a_text_again(text: str) -> None:
    assert Page(joined(el("b", "fine") + text)).elements == set()


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_html_is_a_text_like_any_other(text: str) -> None:
    assert Html(text) == text
