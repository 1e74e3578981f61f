"""Markup: every text is escaped, by construction; only what `el` and `joined` made is HTML."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.html_page import HOSTILE, Page, hostile_texts, unexpected
from wemasy_kit.cards.markup import Html, el, joined


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


def test_what_el_made_is_not_escaped_again() -> None:
    assert el("p", el("b", "1 < 2")) == "<p><b>1 &lt; 2</b></p>"


def test_what_joined_made_is_not_escaped_again() -> None:
    assert el("p", joined(el("b", "a"), "&")) == "<p><b>a</b>&amp;</p>"


@pytest.mark.parametrize("text", HOSTILE)
def test_html_that_a_text_was_added_to_is_a_text_again(text: str) -> None:
    assert Page(joined(el("b", "fine") + text)).elements == set()


def test_a_child_that_is_none_is_left_out() -> None:
    assert el("p", None, "a", None) == "<p>a</p>"


def test_children_are_joined_without_an_element_around_them() -> None:
    assert joined("a", None, el("br"), "<") == "a<br>&lt;"


def test_no_children_make_an_empty_element() -> None:
    assert el("td") == "<td></td>"


def test_an_element_that_holds_nothing_is_not_closed() -> None:
    assert el("input", type="text") == '<input type="text">'


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("class_", "class"),
        ("aria_label", "aria-label"),
        ("data_wemasy_copy", "data-wemasy-copy"),
        ("viewBox", "viewBox"),
    ],
)
def test_an_attribute_is_named_as_in_html(name: str, written: str) -> None:
    assert el("p", **{name: "x"}) == f'<p {written}="x"></p>'


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, ""), (False, ""), (True, " hidden"), ("", ' hidden=""'), (0, ' hidden="0"'), (0.5, ' hidden="0.5"')],
)
def test_an_attribute_is_left_out_only_for_none_and_false(value: str | float | bool | None, written: str) -> None:
    assert el("p", hidden=value) == f"<p{written}></p>"


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_html_is_a_text_like_any_other(text: str) -> None:
    assert Html(text) == text
