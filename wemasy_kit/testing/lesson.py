"""Lesson: one logout in four versions, from naive to right, each put to the same cases. What notebook 5 shows."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from wemasy_kit.cards.card import Card, box, note, part, table
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.sandbox.catalogue import find_case
from wemasy_kit.testing.judge import Played, Verdict
from wemasy_kit.testing.play import function, play_all

CASES: Final = (
    *("200-documented", "message-alone", "401-documented", "429-documented", "503-before-revoking"),
    *("maintenance-200", "captive-portal-200", "200-of-a-cache", "302-in-maintenance", "reset-after-revoking"),
    *("html-200", "error-true", "catch-all-200", "retired-200", "empty-200"),
)
LIMIT: Final = 5.0  # seconds a call
_NO_SHOP: Final = "This Python runs in a browser and has neither threads nor sockets: it plays no case."
_VERSIONS: Final = {
    "As anyone would write it": "1-as-anyone-would.py",
    "Asks for JSON, follows no redirect": "2-asks-for-json.py",
    "Reads the body": "3-reads-the-body.py",
    "Wants a mark of the endpoint": "4-wants-a-mark.py",
}


class Version(Card):
    """A logout to look at and to check: a function of a base URL and a token, whether the token is revoked."""

    def __init__(self, title: str, source: str) -> None:
        super().__init__(part(title, el("pre", source, tabindex=0)), f"{title}\n\n{source}")
        self.title, self.source = title, source


class Checked(Card):
    """What became of a version in each case: the lies first."""

    def __init__(self, title: str, played: Iterable[Played]) -> None:
        self.title, self.played = title, sorted(played, key=lambda each: CASES.index(each.case.name))
        wrong = sorted(
            (each for each in self.played if each.verdict is not Verdict.RIGHT),
            key=lambda each: each.verdict is not Verdict.LIE,
        )
        self.lies = sum(each.verdict is Verdict.LIE for each in wrong)
        self.others, self.right = len(wrong) - self.lies, len(self.played) - len(wrong)
        head = f"{self.lies} times “logged out” where the token still works" if wrong else "all right"
        rest = f"Other faults: {self.others}. Right: {self.right} of {len(self.played)}."
        rows = [(el("code", each.case.name), _marked_up(each.case.happens), _wrong(each)) for each in wrong]
        tone = "bad" if self.lies else "doubt" if wrong else "good"
        shown = joined(
            box("✓" if not wrong else "✗", f"{title}: {head}", rest, tone=tone),
            table(("Case", "What the shop did", "What is wrong"), rows) if rows else None,
        )
        told = [f"{each.case.name}: {each.case.happens} {_wrong(each)}" for each in wrong]
        super().__init__(shown, "\n".join([f"{title}: {head}. {rest}", *told]))


def _marked_up(text: str) -> Html:
    """What stands between backticks as code."""
    return joined(*(el("code", each) if place % 2 else each for place, each in enumerate(text.split("`"))))


def _wrong(played: Played) -> str:
    """Without a library's own words, which are others in its next version."""
    return "It crashed." if played.verdict is Verdict.CRASHED else played.sentence


def version(number: int) -> Version:
    """One of the four, counted from 1."""
    title, name = [*_VERSIONS.items()][number - 1]
    return Version(title, (Path(__file__).parent / "sample_texts" / name).read_text(encoding="utf-8"))


def check(version: Version) -> Card:
    """Play `CASES` against a version, each with a shop, a port and a token of its own; in a page say why not."""
    if sys.platform == "emscripten":
        return note("–", f"{version.title}: not checked", _NO_SHOP)
    loaded: dict[str, Any] = {}
    exec(compile(version.source, version.title, "exec"), loaded)
    return Checked(version.title, play_all([find_case(name) for name in CASES], function(loaded["log_out"], LIMIT), 1))


def show_verdicts(*cards: Card) -> Card:
    """The versions side by side: false “logged out”, other faults, right."""
    checked = [each for each in cards if isinstance(each, Checked)]
    if not checked:
        return note("–", "No version was checked", _NO_SHOP)
    rows = [
        (each.title, _bar(each.lies, each, "bad"), _bar(each.others, each, "doubt"), _bar(each.right, each, "good"))
        for each in checked
    ]
    columns = ("Logout", "False “logged out”", "Other faults", "Right")
    told = [
        f"{each.title}: {each.lies} false “logged out”, {each.others} other faults, {each.right} right"
        for each in checked
    ]
    shown = table(columns, rows, caption=f"Each logout in the same {len(CASES)} cases")
    return Card(el("div", shown, class_="wemasy-shares"), "\n".join(told))


def _bar(count: int, checked: Checked, tone: str) -> Html:
    filled = el("div", style=f"width:{100 * count / len(checked.played):.1f}%")
    return joined(str(count), el("div", filled, class_=f"wemasy-bar wemasy-{tone}"))
