"""Panels: what only the form shows, as HTML: heading, hints, refusals, history, and the tabs of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from wemasy_kit.call.advice import clock_time
from wemasy_kit.call.exchange import Exchange, SourceName
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.cards.card import Card, box, part, style, table
from wemasy_kit.cards.ledger import ledger_html
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.cards.outcome import body, headers, http_message, outcome_html
from wemasy_kit.cards.words import LOOKS, SOURCES, headline, plain
from wemasy_kit.contract.document import Contract
from wemasy_kit.contract.ledger import Row, differences
from wemasy_kit.explorer.history import Entry

if TYPE_CHECKING:
    from wemasy_kit.sandbox.rules import IssuedToken


_HINTS: Final[Mapping[SourceName, str]] = {
    "cassette": "Replay: plays a recorded answer. Nothing is sent, and a token you type is judged by no one.",
    "sandbox": "Sandbox: a stand-in shop on this machine, over a real socket. Without a token it issues one for you.",
    "live": "Live: this really logs the token out of the shop.",
}


_OPEN: Final = "This is a form. Run the cell in JupyterLab to use it."


def parts(exchange: Exchange, rows: Sequence[Row]) -> tuple[Html, Html, Html, Html]:
    """The form's tabs: body, headers, documented against observed, the HTTP message."""
    return _copyable(body(exchange)), headers(exchange), ledger_html(rows), sample(http_message(exchange))


def ledger_title(rows: Sequence[Row]) -> str:
    """The ledger's tab, with the number of differences."""
    count = differences(rows)
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
    return box("○", "No answer yet", "Press “Log out”: what comes back is shown and explained here.")


def sending() -> Html:
    """While a request is out."""
    return box("…", "Sending", "Waiting for the answer. “Cancel” gives it up.")


def refusal(reason: str) -> Html:
    """Nothing could be sent, and why."""
    return box("✗", "Nothing was sent", f"{reason[:1].upper()}{reason[1:]}.", tone="doubt")


def fault(kind: str) -> Html:
    """An error of the kit's own. Only its kind is safe to show."""
    return box(
        "✗",
        f"{kind} in the kit itself",
        "Nobody knows whether the request left: treat the token as live.",
        tone="doubt",
    )


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
            f"{LOOKS[entry.outcome.kind].mark} {headline(entry.outcome)}",
        )
        for entry in entries
    ][::-1]
    empty = el("p", "No calls yet in this kernel.")
    return part("History", table(("Time", "Source", "Token", "Verdict"), rows) if rows else empty)


def token_label(token: IssuedToken) -> str:
    """One of the sandbox's tokens, in a list to choose from."""
    return f"{token.fingerprint} of {token.customer}: {'alive' if token.alive else 'revoked'}"


def sample(source: str) -> Html:
    """A request sample to copy."""
    return _copyable(el("pre", source, tabindex=0))


def shadow(contract: Contract, outcome: Outcome | None) -> Card:
    """The form where no widgets run: what it is, and its last answer."""
    text = f"{contract.title}: {contract.method} {contract.path}\n{plain(outcome) if outcome else _OPEN}"
    answers = [(el("code", str(each.status)), each.description) for each in contract.responses]
    last = outcome_html(outcome) if outcome else joined(el("p", _OPEN), table(("Answer", "The page says"), answers))
    return Card(joined(style(), el("div", heading(contract), last, class_="wemasy-card")), text)


def no_sample(language: str) -> Html:
    """The page has no sample in this language."""
    return el("p", f"The page has no sample for {language}; the checked one is the kit's own.")


def _copyable(content: Html) -> Html:
    """With a button that copies what stands in its `pre`; only in the form, where a script listens to it."""
    button = el("button", "Copy", type="button", class_="wemasy-quiet wemasy-copy", data_wemasy_copy="")
    return el("div", button, content, class_="wemasy-sample")
