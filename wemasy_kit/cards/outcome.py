"""Outcome: the verdict in words, where it comes from, body, headers and the HTTP message, as HTML and as plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.outcome import Outcome, displayable
from wemasy_kit.call.provenance import provenance
from wemasy_kit.cards.card import Card, box, part, sign, table
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.cards.words import LOOKS, explained, finding, left_label, origin, plain, status_line
from wemasy_kit.contract.document import load

_SHOWN: Final = 4096  # characters of a body; more is no reading


def show_outcome(outcome: Outcome) -> Card:
    """An outcome to look at: the verdict in words, where it comes from, body, headers and the HTTP message."""
    return Card(outcome_html(outcome), plain(outcome))


def outcome_html(outcome: Outcome) -> Html:
    """Everything about one outcome, one part below the other."""
    exchange = outcome.exchange
    if exchange is None:
        return verdict(outcome)
    shown = [part("Body", body(exchange)), part("Headers", headers(exchange))]
    whole = el("details", el("summary", "The exchange as HTTP"), el("pre", http_message(exchange)))
    return joined(verdict(outcome), gauge(outcome), *shown, whole)


def verdict(outcome: Outcome) -> Html:
    """The verdict in words: status, sentence, advice; then the server's words, and where they come from."""
    said = el("p", "The server says: ", el("q", outcome.message)) if outcome.message else None
    odd = el("p", f"About this token: {outcome.warning}") if outcome.warning else None
    where = el("p", provenance(outcome), class_="wemasy-provenance")
    words = (finding(outcome), explained(outcome), odd, said, where)
    return box(chip(outcome), *words, tone=LOOKS[outcome.kind].tone, aside=origin(outcome))


def chip(outcome: Outcome) -> Html:
    """The status to scan for, with the outcome's mark and in its tone."""
    look = LOOKS[outcome.kind]
    status = f" {status_line(outcome.exchange)}" if outcome.exchange else None
    drawn = el("span", sign(look.mark), status, class_=f"wemasy-chip wemasy-{look.tone}")
    return joined(drawn, el("span", " · ", class_="wemasy-gap"))  # Where no style sheet draws the chip.


def gauge(outcome: Outcome) -> Html | None:
    """Requests left in the window; None where the response does not say."""
    limit, remaining = outcome.rate_limit.limit, outcome.rate_limit.remaining
    if not limit or remaining is None:
        return None
    share = max(0.0, min(1.0, remaining / limit))
    label = left_label(outcome)
    return el(
        "div",
        el("p", f"{label}: ", el("b", f"{remaining} of {limit}"), class_="wemasy-gauge-line"),
        el(
            "div",
            el("div", style=f"width:{share * 100:.1f}%"),
            class_="wemasy-gauge",
            role="meter",
            aria_label=label,
            aria_valuemin=0,
            aria_valuemax=limit,
            aria_valuenow=min(remaining, limit),
            aria_valuetext=f"{remaining} of {limit}",
        ),
    )


def body(exchange: Exchange) -> Html:
    """The body: JSON indented, anything else as its own text with its type; the beginning of one that is long."""
    if not exchange.body:
        return el("p", "The body is empty.")
    if exchange.flaw is None:
        text = json.dumps(exchange.document, indent=4, ensure_ascii=False)
        return joined(_cut_note(text, None), el("pre", *coloured(text[:_SHOWN]), tabindex=0))
    text = exchange.body.decode("utf-8", "replace")
    kind = displayable(exchange.header("Content-Type") or "") or "no type"
    more = f"more than {len(text)}" if exchange.over_cap else None
    note = el("p", f"Not JSON that can be relied on ({kind}):")
    return joined(note, _cut_note(text, more), el("pre", text[:_SHOWN], tabindex=0))


def _cut_note(text: str, length: str | None) -> Html | None:
    if len(text) <= _SHOWN and length is None:
        return None
    return el("p", f"The first {min(_SHOWN, len(text))} of {length or len(text)} characters:")


def headers(exchange: Exchange) -> Html:
    """Every header of the response: the documented ones first, each with what the page says of it."""
    wanted = load().response(exchange.status)
    named = {each.name.lower(): each for each in wanted.headers} if wanted else {}
    in_order = sorted(exchange.headers, key=lambda pair: pair[0].lower() not in named)
    rows = []
    for name, value in in_order:
        meaning = named.get(name.lower())
        says = meaning.description if meaning else el("i", "not on the page")
        # A value may hold marks that turn the direction of all that follows.
        rows.append((el("code", meaning.name if meaning else name), el("code", el("bdi", value)), says))
    return table(("Header", "Value", "The page says"), rows)


def http_message(exchange: Exchange) -> str:
    """Request and response as they stand on the wire, the token masked."""
    path = re.sub(r"^https?://[^/]+", "", exchange.url)
    lines = [f"{exchange.method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in exchange.request_headers]
    lines += ["", f"HTTP/1.1 {exchange.status} {exchange.reason}".rstrip()]
    lines += [f"{name}: {value}" for name, value in exchange.headers]
    return "\n".join([*lines, "", exchange.body[:_SHOWN].decode("utf-8", "replace")])


_TOKENS: Final = (
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>true|false|null)|(?P<number>-?\d[\d.eE+-]*)'
)


def coloured(text: str) -> Iterator[str]:
    """JSON with a class on each kind of token."""
    end = 0
    for match in re.finditer(_TOKENS, text):
        yield text[end : match.start()]
        yield el("span", match[0], class_=f"wemasy-json-{match.lastgroup}")
        end = match.end()
    yield text[end:]
