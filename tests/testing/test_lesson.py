"""Lesson: the four logouts of notebook 5, each better than the one before, and the last all right."""

from __future__ import annotations

import sys

import pytest

from tests.support.html_page import Page
from wemasy_kit.testing.judge import Verdict
from wemasy_kit.testing.lesson import CASES, Checked, check, show_verdicts, version


def test_each_version_is_better_than_the_one_before_and_the_last_is_all_right() -> None:
    checked = [card for number in range(1, 5) if isinstance(card := check(version(number)), Checked)]
    lies, right = [each.lies for each in checked], [each.right for each in checked]

    assert lies == sorted(lies, reverse=True)
    assert lies[0] > 5
    assert right == sorted(set(right))
    assert (lies[-1], right[-1]) == (0, len(CASES))
    for each in checked:
        assert each.lies + each.others + each.right == len(CASES)
        shown = Page(each._repr_html_()).text
        told = [one.sentence for one in each.played if one.verdict is Verdict.LIE]
        assert all(shown.count(sentence) >= 1 for sentence in told)
        assert "`" not in shown
    table = Page(show_verdicts(*checked)._repr_html_()).text
    assert [each.title for each in checked if each.title not in table] == []


def test_where_a_page_runs_it_no_version_is_checked_and_each_place_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")
    cards = [check(version(number)) for number in range(1, 5)]

    for card in (*cards, show_verdicts(*cards)):
        assert "neither threads nor sockets" in Page(card._repr_html_()).text
        assert "neither threads nor sockets" in repr(card)
