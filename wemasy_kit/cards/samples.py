"""Sample card: the request samples, each below its name, to unfold without a kernel or a script."""

from __future__ import annotations

from wemasy_kit.cards.card import Card
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.exports.samples import Sample, Style, samples


def show_samples(kind: Style = "checked") -> Card:
    """The request samples, a fold a language.

    Args:
        kind: "checked", those that tell the responses apart; "documented", the page's own, which do not; "function",
            those to copy into a server.

    Raises:
        LookupError: There are no samples of that kind.
    """
    return Card(samples_html(kind), samples_text(kind))


def samples_html(kind: Style) -> Html:
    """Each sample in a fold of its own, the first open."""
    return joined(
        *(
            el("details", el("summary", each.title), el("pre", each.source, tabindex=0), open=place == 0)
            for place, each in enumerate(_of(kind))
        )
    )


def samples_text(kind: Style) -> str:
    return "\n\n".join(f"--- {each.title}\n{each.source}" for each in _of(kind))


def _of(kind: Style) -> list[Sample]:
    found = [sample for sample in samples() if sample.style == kind]
    if not found:
        raise LookupError("samples are “checked”, “documented” or “function”")
    return found
