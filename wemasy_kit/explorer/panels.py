"""Panels: what only the form says: the token field's words, the frame, and what can be chosen, as HTML."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from wemasy_kit.call.advice import clock_time
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.request import BASE_URL
from wemasy_kit.cards.card import Card, style, table
from wemasy_kit.cards.documented import endpoint
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.cards.outcome import outcome_html
from wemasy_kit.cards.words import SOURCES, plain
from wemasy_kit.contract.document import Contract
from wemasy_kit.explorer.shelf import NOT_BEGUN, Shelf
from wemasy_kit.explorer.view_model import Now, State
from wemasy_kit.exports.export import FORMATS
from wemasy_kit.exports.samples import Sample
from wemasy_kit.sources.live import why_off

CUSTOMERS: Final = ("jane", "joe")
_KINDS: Final = {"cassette": "a recording", "sandbox": "this machine", "live": "the real shop"}
_OPEN: Final = "This is a form. Run the cell in JupyterLab to use it."


def field(state: State, shelf: Shelf, now: Now) -> dict[str, Any]:
    """What the token field and its buttons show in this state. Never the token.

    about: what the next request is about, the source and the recording. mode: the phase. is_current: nothing has been
    done since the response that is shown came. page: the page that the second step is open in. tone: "live" or "calm".
    button, aside: the words of the button, and beside the field's name. placeholder: what stands in the empty field.
    error: why the text was refused. note: what to know of the last act. hint: what a press does. question, cost,
    confirm: the second step's question, what it costs, and its button. ready_at, ready_clock: until when nothing can be
    sent, in Unix seconds and as a clock shows it. can_cancel: the request that is out can be given up.
    off: why nothing can be sent to this source from here.
    """
    ready_at = state.waits_until(now)
    host = _host(shelf.base_url(state.source, state.recording))
    question, cost, confirm = _second_step(state, host, now)
    return {
        "about": " ".join(state.subject),
        "mode": state.phase,
        "is_current": state.is_current,
        "page": state.armed_by,
        "tone": "live" if state.source == "live" else "calm",
        "button": _button(state, shelf, host),
        "aside": "optional in a replay: nobody checks it" if state.source == "cassette" else "",
        "placeholder": _placeholder(state, shelf),
        "error": sentence(state.refused) if state.refused else None,
        "note": " ".join(map(sentence, state.notes)) or None,
        "hint": _hint(state, shelf, host),
        "question": question,
        "cost": cost,
        "confirm": confirm,
        "ready_at": ready_at,
        "ready_clock": None if ready_at is None else clock_time(ready_at, now=now.unix),
        "can_cancel": shelf.can_cancel(state.source),
        "off": shelf.off(state.source),
    }


def _button(state: State, shelf: Shelf, host: str) -> str:
    if state.source == "live":
        return f"Log out at {host}…"
    if state.source == "sandbox":
        return "Log out in the sandbox"
    statuses, number = shelf.statuses(state.recording), shelf.next_step(state.recording)
    if len(statuses) > 1:
        return f"Replay step {number} of {len(statuses)}"
    return f"Replay the recorded {statuses[0]}" if statuses else "Replay"


def _placeholder(state: State, shelf: Shelf) -> str:
    if state.held and state.phase == "confirm":
        return f"•••••••••••• taken, fingerprint {state.held.fingerprint}"
    if state.held:
        return f"{state.held.fingerprint} is held; or paste another"
    if state.source == "cassette":
        return "Paste a token, or leave it empty"
    return "Empty: a new one is issued" if state.source == "sandbox" and shelf.issues_tokens else "Paste a bearer token"


def _hint(state: State, shelf: Shelf, host: str) -> str:
    if off := shelf.off(state.source):
        return f"Live is off: {off}."
    if state.source == "live":
        return "This really logs the token out of the shop. It asks once more before it sends."
    if state.source == "sandbox":
        return (
            "To a stand-in shop in this page; no socket."
            if why_off()
            else f"To {host}, a stand-in shop on this machine."
        )
    pause = state.shown.outcome.pause if state.shown and state.is_current else None
    if pause is not None:
        return f"Nothing is sent, so there is no wait. From a real shop the button would now count down {pause:.0f} s."
    in_order = len(shelf.statuses(state.recording)) > 1
    return f"Nothing is sent. {'The recording plays in order.' if in_order else 'A recorded response is shown.'}"


def _second_step(state: State, host: str, now: Now) -> tuple[str, str, str] | tuple[None, None, None]:
    if state.phase != "confirm" or state.held is None:
        return None, None, None
    token, is_live = state.held.fingerprint, state.source == "live"
    closes = f" The question closes by itself at {clock_time(state.armed_until, now=now.unix)}."
    if state.proves:
        return f"Send {token} to {host} once more?", f"It is said to be revoked: a 401 proves it.{closes}", "Prove it"
    known = state.revoked_at is not None
    known_at = f"This kernel revoked it at {clock_time(state.revoked_at, now=now.unix)}: expect a 401." if known else ""  # type: ignore[arg-type]
    if not is_live:
        return f"Send {token} again?", known_at + closes, "Send it again"
    cost = known_at or "The customer loses this session. Other devices stay logged in."
    return f"Really log out {token} at {host}?", f"{cost} Asked for every request.{closes}", "Log out for real"


def sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc


# --- The frame, which stands still


def frame(contract: Contract, samples: Sequence[Sample]) -> Html:
    """What stands still: title and description, a place for each part, and request samples and exports, folded."""
    return joined(
        style(),
        el("div", _place("address"), el("h2", contract.title), el("p", contract.description), class_="wemasy-head"),
        el(
            "div",
            el("div", _place("choices"), _place("field"), _place("tokens"), class_="wemasy-ask"),
            el("div", _place("response"), class_="wemasy-answer"),
            class_="wemasy-columns",
        ),
        fold("Request samples", "cURL · JS · PHP · Python · HTTPie · httpx", _place("base"), _samples(samples)),
        fold("Export", "OpenAPI · Postman · HAR · .http", _exports()),
        _place("history"),
    )


def _place(part: str) -> Html:
    return el("div", data_wemasy_part=part)


def fold(title: str, about: str, *content: str) -> Html:
    """A part that can be folded away, and is at first."""
    head = el("summary", el("b", title), " ", el("small", about), data_wemasy_key=title)
    return el("details", head, el("div", *content), class_="wemasy-fold", data_wemasy_fold=title)


def _samples(samples: Sequence[Sample]) -> Html:
    def of(kind: str) -> Html:
        return tabs(f"{kind} samples", [(each.title, sample(each.source)) for each in samples if each.style == kind])

    kinds = {"checked": "Checked", "documented": "As documented", "function": "For your own server"}
    return tabs("Request samples", [(title, of(kind)) for kind, title in kinds.items()])


def sample(source: str) -> Html:
    """A text to copy."""
    return el("div", copy_button("Copy", source), el("pre", source, tabindex=0), class_="wemasy-sample")


def _exports() -> Html:
    buttons = [act_button("export", target.label, value=name) for name, target in FORMATS.items()]
    return el("p", *buttons, class_="wemasy-actions")


def tabs(name: str, pages: Iterable[tuple[str, Html]]) -> Html:
    """Tabs, the first of them chosen; a script chooses another."""
    made = list(pages)
    heads = [
        el("button", title, type="button", role="tab", aria_selected=str(not place).lower(), tabindex=-min(place, 1))
        for place, (title, _) in enumerate(made)
    ]
    contents = [
        el("div", content, role="tabpanel", aria_label=title, hidden=place > 0)
        for place, (title, content) in enumerate(made)
    ]
    return el("div", el("div", *heads, role="tablist", aria_label=name), *contents, data_wemasy_tabs=name)


def copy_button(label: str, text: str) -> Html:
    """A button that copies a text."""
    return el("button", label, type="button", class_="wemasy-quiet", data_wemasy_copy=text, data_wemasy_key=label)


def act_button(do: str, *label: str, value: str = "", look: str = "wemasy-quiet") -> Html:
    key = f"{do} {value}"
    return el(
        "button", *label, type="button", class_=look, data_wemasy_do=do, data_wemasy_value=value, data_wemasy_key=key
    )


# --- The parts that hang on what is chosen


def choices(contract: Contract, state: State, shelf: Shelf) -> dict[str, Html]:
    """The parts that hang on what is chosen, by their place in the frame."""
    base_url = shelf.base_url(state.source, state.recording)
    return {
        "address": address(contract, base_url),
        "choices": _choices(state, shelf),
        "base": Html() if base_url in (BASE_URL, NOT_BEGUN) else _elsewhere(base_url),
    }


def address(contract: Contract, base_url: str) -> Html:
    """Method and whole address, as the page begins."""
    return el(
        "p",
        el("b", contract.method, class_="wemasy-method"),
        " ",
        el("code", base_url, el("b", contract.path)),
        " ",
        el("span", f"Auth: {contract.auth}", class_="wemasy-auth"),
        class_="wemasy-endpoint",
    )


def _elsewhere(base_url: str) -> Html:
    return joined(el("p", "To send the checked samples to this address:"), sample(f"export WEMASY_BASE_URL={base_url}"))


def _choices(state: State, shelf: Shelf) -> Html:
    if len(shelf.sources) == 1:
        host = _host(shelf.base_url(state.source, state.recording))
        return joined(el("p", "Where it goes", class_="wemasy-title"), el("p", f"{SOURCES[state.source]} · {host}"))
    segments = [
        _radio(
            "source",
            name,
            state.source == name,
            el("b", SOURCES[name]),
            " ",
            el("small", "this page" if name == "sandbox" and why_off() else _KINDS[name]),
        )
        for name in shelf.sources
    ]
    rows = [_radio("recording", name, state.recording == name, *_recording(shelf, name)) for name in shelf.recordings]
    chosen = _group("Recording", rows, "wemasy-list") if rows and state.source == "cassette" else None
    return joined(_group("Where it goes", segments, "wemasy-segments"), chosen)


def _recording(shelf: Shelf, name: str) -> Iterator[Html]:
    statuses = shelf.statuses(name)
    for status in statuses:
        yield joined(chip(str(status), status), " ")
    yield el("span", shelf.title(name))
    if len(statuses) > 1:
        yield el("small", f"{len(statuses)} steps")


def tokens(state: State, shelf: Shelf, revoked: Mapping[str, float], now: Now) -> Html:
    if state.source != "sandbox" or not shelf.issues_tokens:
        return Html()
    held = state.held.fingerprint if state.held else ""
    rows = [_radio("token", "", not held, el("code", "new"), " ", el("span", "issued when you press"))]
    for token in shelf.tokens(state.customer):
        at = revoked.get(token.fingerprint)
        dead = "revoked" + (f" {clock_time(at, now=now.unix)}" if at is not None else "")
        words = (el("code", token.fingerprint), " ", el("span", token.customer), " ")
        state_of_it = el("small", "valid" if token.alive else dead)
        rows.append(_radio("token", token.fingerprint, token.fingerprint == held, *words, state_of_it))
    options = [el("option", name, selected=name == state.customer) for name in CUSTOMERS]
    customer = el("select", *options, data_wemasy_do="customer", data_wemasy_key="customer")
    asked = el("p", el("label", "Customer ", customer), act_button("issue", "Issue a token"), class_="wemasy-row")
    return joined(_group("Tokens of this sandbox", rows, "wemasy-list"), asked)


def _group(name: str, radios: Sequence[Html], look: str) -> Html:
    legend = el("legend", name, class_="wemasy-title")
    return el("fieldset", legend, el("div", *radios, class_=look), role="radiogroup", aria_label=name)


def _radio(do: str, value: str, is_chosen: bool, *words: Html | str) -> Html:
    key = f"{do} {value}"
    radio = el("input", type="radio", name=do, value=value, checked=is_chosen, data_wemasy_do=do, data_wemasy_key=key)
    return el("label", radio, *words)


def chip(text: str, status: int) -> Html:
    tone = {200: "good", 401: "plain", 429: "wait"}.get(status, "doubt")
    return el("span", text, class_=f"wemasy-chip wemasy-{tone}")


def shadow(contract: Contract, outcome: Outcome | None) -> Card:
    """The form where no widgets run: what it is, and its last response."""
    text = f"{contract.title}: {contract.method} {contract.path}\n{plain(outcome) if outcome else _OPEN}"
    documented = [(el("code", str(each.status)), each.description) for each in contract.responses]
    last = (
        outcome_html(outcome) if outcome else joined(el("p", _OPEN), table(("Response", "The page says"), documented))
    )
    return Card(joined(endpoint(contract), last), text)
