"""Cards: what a person reads of an outcome, as HTML and as plain text. Pure."""

from __future__ import annotations

import functools
import http
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from wemasy_kit.call.advice import clock_time
from wemasy_kit.call.exchange import Exchange, SourceName
from wemasy_kit.call.outcome import Outcome, OutcomeKind, displayable
from wemasy_kit.call.provenance import provenance
from wemasy_kit.call.strict_json import NOT_JSON, read_json
from wemasy_kit.cards.ledger import ledger_html
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.contract.document import Contract, DocumentedAnswer, load
from wemasy_kit.contract.ledger import compare, differences
from wemasy_kit.explorer.history import Entry

if TYPE_CHECKING:
    from wemasy_kit.sandbox.rules import IssuedToken


class Look(NamedTuple):
    """How an outcome looks: a tone, a mark for those who see no colours, and the verdict in words."""

    tone: str
    mark: str
    verdict: str


_LOOKS: Final = {
    OutcomeKind.REVOKED: Look("good", "✓", "Token revoked"),
    OutcomeKind.UNAUTHENTICATED: Look("plain", "⊘", "Token not accepted"),
    OutcomeKind.RATE_LIMITED: Look("wait", "!", "Still logged in"),
    OutcomeKind.UNDOCUMENTED: Look("doubt", "?", "Not the documented answer"),
    OutcomeKind.NOT_SENT: Look("plain", "○", "Nothing was sent"),
    OutcomeKind.UNKNOWN: Look("doubt", "?", "Nobody knows"),
}


SOURCES: Final[Mapping[SourceName, str]] = {"cassette": "Replay", "sandbox": "Sandbox", "live": "Live"}
_HINTS: Final[Mapping[SourceName, str]] = {
    "cassette": "Replay: plays a recorded answer. Nothing is sent, and a token you type is judged by no one.",
    "sandbox": "Sandbox: a stand-in shop on this machine, over a real socket. Without a token it issues one for you.",
    "live": "Live: this really logs the token out of the shop.",
}
_SHOWN: Final = 4096  # characters of a body; more is no reading
_OPEN: Final = "This is a form. Run the cell in JupyterLab to use it."


class Card:
    """Something to look at: HTML in a notebook, plain text elsewhere."""

    def __init__(self, html: Html, text: str) -> None:
        self._html = html
        self._text = text

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return self._html


def card(outcome: Outcome) -> Card:
    """An outcome to look at: the verdict in words, where it comes from, body, headers and the HTTP message."""
    return Card(joined(style(), el("div", answer(outcome), class_="wemasy-card")), plain(outcome))


def documented(status: int) -> Card:
    """The page's tables for one status: its headers and its fields.

    Raises:
        LookupError: The page has no such status.
    """
    wanted = load().answer(status)
    if wanted is None:
        raise LookupError(f"the page documents no {status}; it has {', '.join(str(a.status) for a in load().answers)}")
    text = [f"{status} {wanted.description}"]
    text += [f"  {each.name}: {each.type}, for example {each.example}. {each.description}" for each in wanted.headers]
    text += [f"  {each.name}: {each.type}" for each in wanted.fields]
    return Card(joined(style(), el("div", _documented(wanted), class_="wemasy-card")), "\n".join(text))


@functools.cache
def style() -> Html:
    """The style sheet of everything here; without it all of it still reads well."""
    return el("style", Html((Path(__file__).parent / "style.css").read_text(encoding="utf-8")))


def answer(outcome: Outcome) -> Html:
    """Everything about one outcome, one part below the other."""
    exchange = outcome.exchange
    if exchange is None:
        return verdict(outcome)
    shown = [_part("Body", body(exchange)), _part("Headers", headers(exchange))]
    whole = el("details", el("summary", "The exchange as HTTP"), el("pre", http_message(exchange)))
    return joined(verdict(outcome), gauge(outcome), *shown, whole)


def parts(exchange: Exchange) -> tuple[Html, Html, Html, Html]:
    """The form's tabs: body, headers, documented against observed, the HTTP message."""
    return _copyable(body(exchange)), headers(exchange), ledger_html(exchange), sample(http_message(exchange))


def ledger_title(exchange: Exchange | None) -> str:
    """The ledger's tab, with the number of differences."""
    count = differences(compare(exchange)) if exchange else 0
    return "Documented vs observed" + (f" ({count} differ)" if count > 1 else " (1 differs)" if count else "")


def title(text: str) -> Html:
    """A heading inside the form."""
    return el("h4", text)


def heading(contract: Contract) -> Html:
    """Method, path, title and description, as the page begins."""
    return joined(
        el(
            "p",
            el("b", contract.method, class_="wemasy-method"),
            el("code", contract.path),
            el("span", f"Auth: {contract.auth}", class_="wemasy-badge"),
            class_="wemasy-endpoint",
        ),
        el("h3", contract.title),
        el("p", contract.description),
    )


def hint(source: SourceName) -> Html:
    """What pressing the button will do with this source."""
    return el("p", _HINTS[source], class_="wemasy-hint")


def nothing_yet() -> Html:
    """Before the first answer."""
    return _box("○", "No answer yet", "Press “Log out”: what comes back is shown and explained here.")


def sending() -> Html:
    """While a request is out."""
    return _box("…", "Sending", "Waiting for the answer. “Cancel” gives it up.")


def refusal(reason: str) -> Html:
    """Nothing could be sent, and why."""
    return _box("✗", "Nothing was sent", f"{reason[:1].upper()}{reason[1:]}.", tone="doubt")


def fault(kind: str) -> Html:
    """An error of the kit's own. Only its kind is safe to show."""
    return _box(
        "✗",
        f"{kind} in the kit itself",
        "Nobody knows whether the request left: treat the token as live.",
        tone="doubt",
    )


def announcement(outcome: Outcome) -> str:
    """The verdict as a screen reader says it, once."""
    return f"{_headline(outcome)}. {outcome.advice}"


def changed(rows: tuple[tuple[str, str, str], ...]) -> Html:
    """What differs from the answer before."""
    if not rows:
        return el("p", "Nothing differs from the answer before, or there was none.")
    cells = [(name, el("code", before), el("code", after)) for name, before, after in rows]
    return table(("What", "In the answer before", "Now"), cells)


def history(entries: Iterable[Entry], now: float) -> Html:
    """This kernel's calls, the latest first."""
    rows = [
        (
            clock_time(entry.at, now=now),
            SOURCES[entry.outcome.source],
            el("code", entry.fingerprint) if entry.fingerprint else "none",
            f"{_LOOKS[entry.outcome.kind].mark} {_headline(entry.outcome)}",
        )
        for entry in entries
    ][::-1]
    empty = el("p", "No calls yet in this kernel.")
    return _part("History", table(("Time", "Source", "Token", "Verdict"), rows) if rows else empty)


def token_label(token: IssuedToken) -> str:
    """One of the sandbox's tokens, in a list to choose from."""
    return f"{token.fingerprint} of {token.customer}: {'alive' if token.alive else 'revoked'}"


def sample(source: str) -> Html:
    """A request sample to copy."""
    return _copyable(el("pre", source, tabindex=0))


def shadow(contract: Contract, outcome: Outcome | None) -> Card:
    """The form where no widgets run: what it is, and its last answer."""
    text = f"{contract.title}: {contract.method} {contract.path}\n{plain(outcome) if outcome else _OPEN}"
    answers = [(el("code", str(each.status)), each.description) for each in contract.answers]
    last = answer(outcome) if outcome else joined(el("p", _OPEN), table(("Answer", "The page says"), answers))
    return Card(joined(style(), el("div", heading(contract), last, class_="wemasy-card")), text)


def verdict(outcome: Outcome) -> Html:
    """The verdict in words: mark, sentence, advice; then the server's words, and where they come from."""
    look = _LOOKS[outcome.kind]
    said = el("p", "The server says: ", el("q", outcome.message)) if outcome.message else None
    where = el("p", provenance(outcome), class_="wemasy-provenance")
    return _box(look.mark, _headline(outcome), outcome.advice, said, where, tone=look.tone, aside=_origin(outcome))


def look(outcome: Outcome) -> Look:
    """How this outcome looks, everywhere."""
    return _LOOKS[outcome.kind]


def note(mark: str, title: str, text: str) -> Card:
    """A sentence in a box."""
    return Card(joined(style(), el("div", _box(mark, title, text), class_="wemasy-card")), f"{mark} {title}\n{text}")


def _box(mark: str, title: str, text: str, *more: Html | None, tone: str = "plain", aside: str | None = None) -> Html:
    line = el(
        "p",
        el("span", mark, class_="wemasy-mark", aria_hidden="true"),
        el("strong", title),
        el("span", aside, class_="wemasy-origin") if aside else None,
        class_="wemasy-verdict-line",
    )
    return el("div", line, el("p", text), *more, class_=f"wemasy-verdict wemasy-{tone}")


def no_sample(language: str) -> Html:
    """The page has no sample in this language."""
    return el("p", f"The page has no sample for {language}; the checked one is the kit's own.")


def _copyable(content: Html) -> Html:
    """With a button that copies what stands in its `pre`; only in the form, where a script listens to it."""
    button = el("button", "Copy", type="button", class_="wemasy-quiet wemasy-copy", data_wemasy_copy="")
    return el("div", button, content, class_="wemasy-sample")


def gauge(outcome: Outcome) -> Html | None:
    """Requests left in this minute; None where the answer does not say."""
    limit, remaining = outcome.rate_limit.limit, outcome.rate_limit.remaining
    if not limit or remaining is None:
        return None
    share = max(0.0, min(1.0, remaining / limit))
    label = "Requests left this minute"
    return el(
        "div",
        el("p", label, el("b", f"{remaining} of {limit}"), class_="wemasy-gauge-line"),
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
    value = NOT_JSON if exchange.over_cap else read_json(exchange.body)
    if value is not NOT_JSON:
        text = json.dumps(value, indent=4, ensure_ascii=False)
        return joined(_cut_note(text, None), el("pre", *_coloured(text[:_SHOWN]), tabindex=0))
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
    """Every header of the answer: the documented ones first, each with what the page says of it."""
    wanted = load().answer(exchange.status)
    named = {each.name.lower(): each for each in wanted.headers} if wanted else {}
    in_order = sorted(exchange.headers, key=lambda pair: pair[0].lower() not in named)
    rows = []
    for name, value in in_order:
        meaning = named.get(name.lower())
        says = meaning.description if meaning else el("i", "not on the page")
        # A value may hold marks that turn the direction of all that follows.
        rows.append((el("code", meaning.name if meaning else name), el("code", el("bdi", value)), says))
    return table(("Header", "Value", "The page says"), rows)


def table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Html:
    """A table; each cell is a text or HTML."""
    head = el("tr", *(el("th", column, scope="col") for column in columns))
    lines = [el("tr", *(el("td", cell) for cell in row)) for row in rows]
    return el("div", el("table", el("thead", head), el("tbody", *lines)), class_="wemasy-table", tabindex=0)


def http_message(exchange: Exchange) -> str:
    """Request and answer as they stand on the wire, the token masked."""
    path = re.sub(r"^https?://[^/]+", "", exchange.url)
    lines = [f"{exchange.method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in exchange.request_headers]
    lines += ["", f"HTTP/1.1 {exchange.status} {exchange.reason}".rstrip()]
    lines += [f"{name}: {value}" for name, value in exchange.headers]
    return "\n".join([*lines, "", exchange.body[:_SHOWN].decode("utf-8", "replace")])


def plain(outcome: Outcome) -> str:
    """An outcome as plain text, for a terminal and for what shows no HTML."""
    look = _LOOKS[outcome.kind]
    lines = [f"{look.mark} {_headline(outcome)} · {_origin(outcome)}", outcome.advice]
    if outcome.message:
        lines.append(f"The server says: “{outcome.message}”")
    limit, remaining = outcome.rate_limit.limit, outcome.rate_limit.remaining
    if limit is not None and remaining is not None:
        lines.append(f"Requests left this minute: {remaining} of {limit}")
    return "\n".join([*lines, provenance(outcome)])


def _headline(outcome: Outcome) -> str:
    # A recorded verdict is about the token that was sent when it was recorded, and must not be taken for news.
    when = "Recorded: " if outcome.source == "cassette" else ""
    status = f" ({_status(outcome.exchange)})" if outcome.exchange else ""
    return f"{when}{_LOOKS[outcome.kind].verdict}{status}"


def _status(exchange: Exchange) -> str:
    try:
        phrase = http.HTTPStatus(exchange.status).phrase
    except ValueError:
        phrase = displayable(exchange.reason, 60) or ""
    return f"{exchange.status} {phrase}".rstrip()


def _origin(outcome: Outcome) -> str:
    elapsed = outcome.exchange.elapsed if outcome.exchange else None
    return SOURCES[outcome.source] + (f" · {elapsed * 1000:.0f} ms" if elapsed is not None else "")


def _part(title: str, content: Html) -> Html:
    return el("section", el("h5", title), content)


def _documented(wanted: DocumentedAnswer) -> Html:
    rows = [(el("code", h.name), h.type, h.description, el("code", str(h.example))) for h in wanted.headers]
    fields = [(el("code", f.name), f.type, f.description) for f in wanted.fields]
    return joined(
        el("p", el("strong", f"{wanted.status} {wanted.description}")),
        table(("Header", "Type", "Description", "Example"), rows),
        table(("Field", "Type", "Description"), fields),
    )


_TOKENS: Final = (
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>true|false|null)|(?P<number>-?\d[\d.eE+-]*)'
)


def _coloured(text: str) -> Iterator[str]:
    """JSON with a class on each kind of token."""
    end = 0
    for match in re.finditer(_TOKENS, text):
        yield text[end : match.start()]
        yield el("span", match[0], class_=f"wemasy-json-{match.lastgroup}")
        end = match.end()
    yield text[end:]
