"""Sample card: the request samples as tabs that need no kernel and no script."""

from __future__ import annotations

from collections.abc import Iterator

from wemasy_kit.cards.card import Card, style
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.exports.samples import Style, samples


def show_samples(kind: Style = "checked") -> Card:
    """The request samples, a tab a language.

    Args:
        kind: "checked", those that tell the responses apart; "documented", the page's own, which do not; "function",
            those to copy into a server.

    Raises:
        LookupError: There are no samples of that kind.
    """
    found = [sample for sample in samples() if sample.style == kind]
    if not found:
        raise LookupError("samples are “checked”, “documented” or “function”")
    tabs = list(_tabs(kind, [(sample.language, sample.source) for sample in found]))
    group = el("div", *tabs, class_="wemasy-tabs", role="group", aria_label=f"Request samples, {kind}")
    text = "\n\n".join(f"--- {sample.language}\n{sample.source}" for sample in found)
    return Card(joined(style(), el("div", group, class_="wemasy-card")), text)


def _tabs(kind: str, texts: list[tuple[str, str]]) -> Iterator[Html]:
    """Radio buttons and their labels first, then what they show: a style sheet pairs them by their place."""
    for place, (title, _) in enumerate(texts):
        name = f"wemasy-{kind}-{place}"
        yield el("input", type="radio", id=name, name=f"wemasy-{kind}", checked=place == 0)
        yield el("label", title, for_=name)
    for _, text in texts:
        yield el("pre", text, tabindex=0)
