"""Documented: what the page says of one status, its headers and its fields."""

from __future__ import annotations

from wemasy_kit.cards.card import Card, style, table
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.contract.document import DocumentedResponse, load


def show_documented(status: int) -> Card:
    """The page's tables for one status: its headers and its fields.

    Raises:
        LookupError: The page has no such status.
    """
    wanted = load().response(status)
    if wanted is None:
        raise LookupError(
            f"the page documents no {status}; it has {', '.join(str(a.status) for a in load().responses)}"
        )
    text = [f"{status} {wanted.description}"]
    text += [f"  {each.name}: {each.type}, for example {each.example}. {each.description}" for each in wanted.headers]
    text += [f"  {each.name}: {each.type}" for each in wanted.fields]
    return Card(joined(style(), el("div", documented_html(wanted), class_="wemasy-card")), "\n".join(text))


def documented_html(wanted: DocumentedResponse) -> Html:
    rows = [(el("code", h.name), h.type, h.description, el("code", str(h.example))) for h in wanted.headers]
    fields = [(el("code", f.name), f.type, f.description) for f in wanted.fields]
    return joined(
        el("p", el("strong", f"{wanted.status} {wanted.description}")),
        table(("Header", "Type", "Description", "Example"), rows),
        table(("Field", "Type", "Description"), fields),
    )
