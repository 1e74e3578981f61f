"""Panels: what only the form says: the token field's words, and heading, hints, refusals, history and tabs as HTML."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypedDict

from wemasy_kit.call.advice import clock_time
from wemasy_kit.call.exchange import Exchange, SourceName
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.cards.card import Card, box, part, table
from wemasy_kit.cards.documented import endpoint
from wemasy_kit.cards.ledger import ledger_html
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.cards.outcome import body, headers, http_message, outcome_html
from wemasy_kit.cards.words import LOOKS, SOURCES, headline, plain
from wemasy_kit.contract.document import Contract
from wemasy_kit.contract.ledger import Row, differences
from wemasy_kit.explorer.history import Entry
from wemasy_kit.explorer.shelf import Shelf
from wemasy_kit.explorer.view_model import NO_TOKEN, Now, Phase, State

if TYPE_CHECKING:
    from wemasy_kit.sandbox.rules import IssuedToken

_HINTS: Final[Mapping[SourceName, str]] = {
    "cassette": "Replay: plays a recorded response. Nothing is sent, and a token you type is not checked.",
    "sandbox": "Sandbox: a stand-in shop on this machine, over a real socket. Without a token it issues one for you. "
    "The field is emptied when the request is sent.",
    "live": "Live: this really logs the token out of the shop. It asks once more before it sends; then the field is "
    "emptied.",
}
_OPEN: Final = "This is a form. Run the cell in JupyterLab to use it."
_PASTE_FIRST: Final = "paste a token first: without one there is nothing to log out"


class FieldView(TypedDict):
    """What the token field shows. Never the token.

    about: what the next request is about, the source and the recording. mode: the phase. button: its words.
    placeholder: what stands in the empty field. error: why the text was refused. note: what to know of the text that
    was taken. question, confirm: the second step's sentence and its button. ready_at, ready_clock: until when nothing
    can be sent, in Unix seconds and as a clock shows it. can_cancel: the request that is out can be given up.
    """

    about: str
    mode: Phase
    button: str
    placeholder: str
    error: str | None
    note: str | None
    question: str | None
    confirm: str | None
    ready_at: float | None
    ready_clock: str | None
    can_cancel: bool


def field(state: State, shelf: Shelf, now: Now) -> FieldView:
    """What the token field shows in this state."""
    ready_at = state.waits_until(now)
    armed = state.held.fingerprint if state.held and state.phase == "confirm" else None
    is_live = state.source == "live"
    return {
        "about": " ".join(state.subject),
        "mode": state.phase,
        "button": "Send again" if state.sends_again else "Log out",
        "placeholder": _placeholder(state, shelf),
        "error": _sentence(_PASTE_FIRST if state.refused == NO_TOKEN else state.refused) if state.refused else None,
        "note": " ".join(map(_sentence, state.notes)) or None,
        "question": _question(state, armed, shelf.base_url, now) if armed else None,
        "confirm": (f"Log out {armed} for real" if is_live else f"Send {armed} again") if armed else None,
        "ready_at": ready_at,
        "ready_clock": None if ready_at is None else clock_time(ready_at, now=now.unix),
        "can_cancel": shelf.can_cancel(state.source),
    }


def _placeholder(state: State, shelf: Shelf) -> str:
    if state.held:
        return f"Token {state.held.fingerprint} is held; or paste another"
    if state.source == "cassette":
        return "Optional: it is not checked"
    return "Empty: one is issued" if state.source == "sandbox" and shelf.issues_tokens else "Paste a bearer token"


def _question(state: State, fingerprint: str, base_url: str, now: Now) -> str:
    host = urllib.parse.urlsplit(base_url).netloc
    asked = [f"Really log out the token {fingerprint} at {host}?"] if state.source == "live" else []
    if state.revoked_at is not None:
        before = clock_time(state.revoked_at, now=now.unix)
        asked.append(f"This kernel has already revoked it, at {before}: expect a 401.")
    return " ".join(asked)


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."


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


NOTHING_YET: Final = box("○", "No response yet", "Press “Log out”: what comes back is shown and explained here.")
SENDING: Final = box("…", "Sending", "Waiting for the response. “Cancel” gives it up.")


def refusal(reason: str) -> Html:
    """Nothing could be sent, and why."""
    return box("✗", "Nothing was sent", _sentence(reason), tone="doubt")


def fault(kind: str) -> Html:
    """An error of the kit's own. Only its kind is safe to show."""
    known = "Nobody knows whether the request left: treat the token as live."
    return box("✗", f"{kind} in the kit itself", known, tone="doubt")


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
    return Card(joined(endpoint(contract), last), text)


def no_sample(language: str) -> Html:
    """The page has no sample in this language."""
    return el("p", f"The page has no sample for {language}; the checked one is the kit's own.")


def _copyable(content: Html) -> Html:
    """With a button that copies what stands in its `pre`; only in the form, where a script listens to it."""
    button = el("button", "Copy", type="button", class_="wemasy-quiet wemasy-copy", data_wemasy_copy="")
    return el("div", button, content, class_="wemasy-sample")
