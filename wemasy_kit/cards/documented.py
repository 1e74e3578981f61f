"""Documented: what the page says of the request, and of one status, in the page's own order."""

from __future__ import annotations

import json
from typing import Final

from wemasy_kit.cards.card import Card, part, table
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.cards.outcome import coloured
from wemasy_kit.cards.samples import samples_html, samples_text
from wemasy_kit.contract.document import Contract, DocumentedResponse, load

_NO_WORD: Final = "as its samples send it; under “Authentication” the page says nothing"
_EXAMPLE: Final = "The page does not say which status its example belongs to; its words fit this one."


def show_documented(status: int | None = None) -> Card:
    """What the page says of one status; without a status, of the request: base URL, authentication and its samples.

    Raises:
        LookupError: The page has no such status.
    """
    if status is None:
        return _request()
    wanted = load().response(status)
    if wanted is None:
        raise LookupError(
            f"the page documents no {status}; it has {', '.join(str(a.status) for a in load().responses)}"
        )
    text = [f"{status} {wanted.description}"]
    text += [f"  {each.name}: {each.type}, for example {each.example}. {each.description}" for each in wanted.headers]
    text += [f"  {each.name}: {each.type}" for each in wanted.fields]
    text += [f"Response Example\n{_as_json(wanted)}"] if wanted.example else []
    return Card(_response(wanted), "\n".join(text))


def _response(wanted: DocumentedResponse) -> Html:
    rows = [(el("code", h.name), h.type, h.description, el("code", str(h.example))) for h in wanted.headers]
    fields = [(el("code", f.name), f.type, f.description) for f in wanted.fields]
    return joined(
        el("p", el("strong", f"{wanted.status} {wanted.description}")),
        part("Headers", table(("Header", "Type", "Description", "Example"), rows)),
        part("Body", table(("Field", "Type", "Description"), fields)),
        part("Response Example", joined(el("p", _EXAMPLE), el("pre", *coloured(_as_json(wanted)), tabindex=0)))
        if wanted.example
        else None,
    )


def _as_json(wanted: DocumentedResponse) -> str:
    return json.dumps(wanted.example, indent=4)


def endpoint(page: Contract) -> Html:
    """Method, path, title and description, as the page begins."""
    return joined(
        el("p", el("b", page.method, class_="wemasy-method"), " ", el("code", page.path), class_="wemasy-endpoint"),
        el("p", el("strong", page.title)),
        el("p", page.description),
    )


def _request() -> Card:
    page = load()
    facts = {"Base URL": page.base_url, "Authentication": f"{page.auth}, {_NO_WORD}."}
    content = joined(
        endpoint(page),
        *(part(title, el("p", fact)) for title, fact in facts.items()),
        part("Request Sample", samples_html("documented")),
    )
    told = [f"{page.title}: {page.method} {page.path}", page.description]
    told += [f"{title}: {fact}" for title, fact in facts.items()]
    return Card(content, "\n".join([*told, "", samples_text("documented")]))
