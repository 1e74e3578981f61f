"""Response: what came back: the verdict, the tabs, the history, as HTML; and as text, as cURL and as a report."""

from __future__ import annotations

import datetime
import functools
import importlib.metadata
import platform
import shlex
from collections.abc import Iterator
from typing import Final

from wemasy_kit.call.advice import advice, clock_time
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.provenance import provenance
from wemasy_kit.cards.card import box, table
from wemasy_kit.cards.ledger import ledger_html
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.cards.outcome import body, gauge, headers, http_message
from wemasy_kit.cards.words import LOOKS, SOURCES, explained, finding, headline, status_line
from wemasy_kit.contract.ledger import compare, differences
from wemasy_kit.explorer.history import MOST, Entry, History, changes
from wemasy_kit.explorer.panels import act_button, chip, copy_button, fold, sentence, tabs
from wemasy_kit.explorer.view_model import Now, Problem, can_be_proved

_FEW: Final = 5  # rows of the history that are not folded away
NOTHING_YET: Final = box("○", "No response yet", "Press the button: what comes back is shown and explained here.")


def response(shown: Entry | None, found: Problem | None, history: History, now: Now) -> Html:
    """What came back, and from when it is: that is said as soon as it is an earlier one."""
    about, content = None, problem(found) if found else NOTHING_YET
    if shown and not found:
        which = shown.place if shown.outcome.source == "cassette" else shown.fingerprint or "no token"
        about = f"Earlier · {clock_time(shown.at, now=now.unix)} · {SOURCES[shown.outcome.source]} · {which}"
        content = el("div", *_call(shown, history, now), class_="wemasy-shown")
    when = el("span", about, class_="wemasy-when", hidden=True) if about else None
    return el(
        "section", el("h3", el("span", "Response"), " ", when, class_="wemasy-title"), content, aria_label="Response"
    )


def problem(found: Problem) -> Html:
    """Nothing could be sent, and why; of an error of the kit's own only its kind is safe to show."""
    if found.is_the_kits:
        known = "Nobody knows whether the request left: treat the token as live."
        return box("✗", f"{found.words} in the kit itself", known, tone="doubt")
    return box("✗", "Nothing was sent", sentence(found.words), tone="doubt")


def _call(entry: Entry, history: History, now: Now) -> Iterator[Html | None]:
    outcome, exchange = entry.outcome, entry.outcome.exchange
    if entry.step:
        dots = [el("i", class_="wemasy-done" if place < entry.step.number else None) for place in range(entry.step.of)]
        yield el("p", *dots, " ", entry.step.words, class_="wemasy-step")
    yield _verdict(entry, now)
    prove = act_button("prove", "Prove it", look="wemasy-quiet wemasy-key") if can_be_proved(outcome) else None
    report = copy_button("Copy as report", as_report(entry))
    if exchange is None:
        yield el("p", prove, report, class_="wemasy-actions")
        return
    yield gauge(outcome)
    rows, before = compare(exchange), history.before(entry)
    count = differences(rows)
    yield tabs(
        "The response",
        [
            ("Body", body(exchange)),
            (f"Headers {len(exchange.headers)}", headers(exchange)),
            (f"Documented vs observed{f' · {count}' if count else ''}", ledger_html(rows)),
            ("Exchange", el("pre", http_message(exchange), tabindex=0)),
            ("What changed", changed(changes(before.outcome, outcome) if before else ())),
        ],
    )
    copied = copy_button("Copy body", exchange.body.decode("utf-8", "replace"))
    yield el("p", prove, copied, copy_button("Copy as cURL", as_curl(exchange)), report, class_="wemasy-actions")


def _verdict(entry: Entry, now: Now) -> Html:
    """The verdict in words: status, sentence, advice; then the server's words, and when and where they are from."""
    outcome = entry.outcome
    status = chip(status_line(outcome.exchange), outcome.exchange.status) if outcome.exchange else None
    said = el("p", "The server says: ", el("q", outcome.message)) if outcome.message else None
    odd = el("p", f"About this token: {outcome.warning}") if outcome.warning else None
    return el(
        "div",
        el("p", status, " ", el("strong", finding(outcome)), " ", *_proof(outcome), class_="wemasy-verdict-top"),
        el("p", explained(outcome)),
        odd,
        said,
        el("p", " · ".join(_where(entry, now)), class_="wemasy-meta"),
        class_=f"wemasy-verdict wemasy-{LOOKS[outcome.kind].tone}",
        tabindex=-1,
    )


_PROOFS: Final = {
    "proved": ("then 401", 401, "✓ proved"),
    "contradicted": ("then 200", 200, "✗ contradicted"),
    "not_proved": ("then no clear response", 0, "? not proved"),
}


def _proof(outcome: Outcome) -> tuple[Html, ...]:
    if outcome.proof is None:
        return ()
    said, status, words = _PROOFS[outcome.proof]
    return chip(said, status), Html(" "), el("b", words, class_=f"wemasy-{LOOKS[outcome.kind].tone}")


def _where(entry: Entry, now: Now) -> list[str]:
    """When, from which source, of a replay the recording, else host and token; how long it took; what answered."""
    outcome, exchange = entry.outcome, entry.outcome.exchange
    token = None if outcome.source == "cassette" else entry.fingerprint or "no token"
    took = f"{exchange.elapsed * 1000:.0f} ms" if exchange and exchange.elapsed is not None else None
    origin = provenance(outcome).rstrip(".")
    # “Live” and “just now” are said by the source and the time.
    told = None if origin.startswith("Live: ") else origin.removeprefix("Replay: ")
    found = [clock_time(entry.at, now=now.unix), SOURCES[outcome.source], entry.place, token, took, told]
    return [part for part in found if part]


def changed(rows: tuple[tuple[str, str, str], ...]) -> Html:
    """What differs from the response before."""
    if not rows:
        return el("p", "Nothing differs from the response before at this place, or there was none.")
    cells = [(name, el("code", before), el("code", after)) for name, before, after in rows]
    return table(("What", "In the response before", "Now"), cells)


def told(history: History, now: Now) -> Html:
    """This kernel's calls, the latest first; each opens its response again."""
    numbered = enumerate(history, history.first)
    rows = [_row(number, entry, clock_time(entry.at, now=now.unix)) for number, entry in numbered][::-1]
    if not rows:
        return fold("History", "no calls yet in this kernel")
    older = rows[_FEW:]
    rest = el(
        "details", el("summary", f"{len(older)} earlier", data_wemasy_key="older"), *older, data_wemasy_fold="older"
    )
    clear = el("p", act_button("clear", "Clear the history"), class_="wemasy-actions")
    about = f"{'the last ' if history.first else ''}{len(rows)} of this kernel; a row opens its response again"
    return fold("History", about, *rows[:_FEW], *([rest] if older else []), clear)


@functools.lru_cache(maxsize=MOST)  # Each is drawn again after every call.
def _row(number: int, entry: Entry, at: str) -> Html:
    outcome, exchange = entry.outcome, entry.outcome.exchange
    again = _PROOFS[outcome.proof] if outcome.proof else None
    chips = [
        chip(str(exchange.status), exchange.status) if exchange else chip("–", 0),
        chip(str(again[1] or "?"), again[1]) if again else None,
    ]
    proof = f", {outcome.proof.replace('_', ' ')}" if outcome.proof else ""
    cells = [
        at,
        joined(*chips),
        f"{finding(outcome)}{proof}",
        " · ".join(filter(None, (SOURCES[outcome.source], entry.place))),
        el("code", entry.fingerprint or "no token"),
    ]
    spans = [joined(el("span", cell), " ") for cell in cells]
    return act_button("show", *spans, value=str(number), look="wemasy-call")


def as_curl(exchange: Exchange) -> str:
    """The request that was made; the shell puts the token in."""
    lines = [f"curl -i -X {exchange.method} {shlex.quote(exchange.url)}"]
    for name, value in exchange.request_headers:
        is_secret = name.lower() == "authorization"
        lines.append(f'-H "{name}: Bearer $WEMASY_TOKEN"' if is_secret else f"-H {shlex.quote(f'{name}: {value}')}")
    return " \\\n  ".join(lines)


def as_report(entry: Entry) -> str:
    """Verdict, where and when, versions, and the exchange with the token masked; every time in UTC."""
    outcome = entry.outcome
    at = datetime.datetime.fromtimestamp(entry.at, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    about = [at, SOURCES[outcome.source], entry.place, f"token {entry.fingerprint or 'none'}"]
    proof = f"Sent once more: {outcome.proof.replace('_', ' ')}." if outcome.proof else None
    versions = f"wemasy-kit {_version()}, Python {platform.python_version()}"
    lines = [headline(outcome), advice(outcome, zone=datetime.UTC), proof, provenance(outcome)]
    told = "\n".join(filter(None, [*lines, " · ".join(filter(None, about)), versions]))
    return f"{told}\n\n{http_message(outcome.exchange)}" if outcome.exchange else told


@functools.cache
def _version() -> str:
    return importlib.metadata.version("wemasy-kit")
