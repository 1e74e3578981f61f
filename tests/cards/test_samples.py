"""The request samples to unfold, for a notebook."""

from __future__ import annotations

import re

import pytest

from tests.support.html_page import Page
from wemasy_kit.cards.samples import show_samples
from wemasy_kit.contract.document import load
from wemasy_kit.exports.samples import samples


def test_there_is_a_fold_for_each_language_and_the_first_is_open() -> None:
    html = show_samples("documented")._repr_html_()

    assert re.findall("<details(.*?)><summary>(.*?)</summary>", html) == [
        (" open", "cURL"),
        ("", "JS"),
        ("", "PHP"),
        ("", "Python"),
    ]


def test_the_checked_samples_are_shown_whole() -> None:
    page = Page(show_samples("checked")._repr_html_())

    for sample in samples():
        assert (sample.source in page.text) == (sample.style == "checked")


def test_as_text_each_sample_has_its_language_above_it() -> None:
    text = repr(show_samples("documented"))

    assert all(f"--- {language}\n{source}" in text for language, source in load().samples.items())


def test_a_function_has_its_servers_beside_its_language() -> None:
    page = Page(show_samples("function")._repr_html_())

    for title in ("JS · Next.js, Deno, Workers", "PHP · Laravel", "Python · Django, Flask"):
        assert title in page.text
        assert f"--- {title}\n" in repr(show_samples("function"))


def test_a_kind_of_samples_that_is_none_is_refused() -> None:
    with pytest.raises(LookupError, match="checked"):
        show_samples("good")  # type: ignore[arg-type]
