"""A person at the form, who does anything in any order that hypothesis can think of."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.leaks import new_canary, shows
from tests.support.sources import NOW, RESPONSES, Script, breaks
from wemasy_kit.call.exchange import Send, SourceName
from wemasy_kit.call.outcome import OutcomeKind
from wemasy_kit.call.token import Token
from wemasy_kit.explorer import panels
from wemasy_kit.explorer.history import History
from wemasy_kit.explorer.page import _taken
from wemasy_kit.explorer.shelf import Shelf
from wemasy_kit.explorer.view_model import ARMED_FOR, ECHO, Call, Did, ViewModel
from wemasy_kit.sandbox.rules import HandClock

CANARIES = new_canary(), new_canary()
TEXTS = ["", *CANARIES, f' "Bearer {CANARIES[0]}"', CANARIES[1][:20] + "\n" + CANARIES[1][20:], "YOUR_TOKEN"]
texts = st.sampled_from(TEXTS)
pauses = st.sampled_from([1.0, 0.0, 0.3, ECHO, 5.0, ARMED_FOR])
pages = st.sampled_from(["this page", "another"])
sources: st.SearchStrategy[SourceName] = st.sampled_from(["live", "sandbox", "cassette"])
CHANGES: list[Callable[[ViewModel], object]] = [
    *(lambda it, source=source: it.choose(source, "200") for source in ("cassette", "sandbox", "live")),
    lambda it: it.choose("cassette", "429"),
    ViewModel.let_go,
    lambda it: it.name("joe" if it.state.customer == "jane" else "jane"),
    lambda it: done(it.issue()),
    lambda it: it.hold(Token.parse("7|issued-token-0").fingerprint),
    lambda it: it.hold(""),
    lambda it: it.show(0),
    ViewModel.expire,
    lambda it: it.history.clear(),
]


class Scripted(Shelf):
    """All three sources, each with a response for every request, and a sandbox without a server."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: dict[SourceName, Script] = {name: Script(name=name) for name in self.sources}

    def source(self, name: SourceName, recording: str) -> Send:
        return self.scripts[name]

    def issue(self, customer: str) -> Token:
        token = Token.parse(f"7|issued-token-{len(self._issued)}")
        self._issued[token.fingerprint] = token
        return token

    @property
    def asked(self) -> int:
        return sum(len(script.asked) for script in self.scripts.values())


def done(work: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine gives that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")


class Person(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.shelf, self.clock = Scripted(), HandClock(NOW)
        self.it = ViewModel(self.shelf, history=History(), clock=self.clock, ticks=self.clock)
        self.accepted = 0
        self.counted = float("-inf")  # when a press counted last
        self.confirmed = False  # what is out was asked about
        self.armed = "", float("-inf")  # the page that the second step is open in, and since when

    def counts(self) -> bool:
        """Whether an act counts that would send something."""
        it, is_echo = self.it, self.clock() - self.counted < ECHO
        return it.state.phase != "sending" and it.state.waits_until(it.now) is None and not is_echo

    def acted(self, did: Did, *, counts: bool, confirmed: bool = False) -> None:
        assert (did != "ignored") == counts
        if not counts:
            return
        assert (self.it.state.is_current, self.it.state.provable) == (False, None)
        self.counted = self.clock()
        if did == "accepted":
            self.accepted += 1
            self.confirmed = confirmed

    @initialize(source=sources)
    def open(self, source: SourceName) -> None:
        self.it.choose(source, "200")

    @rule(text=texts, after=pauses, page=pages)
    def press(self, text: str, after: float, page: str) -> None:
        self.clock.forward(after)
        before, counts = self.it.state, self.counts()
        did = self.it.press(_taken({"text": text}), page)
        self.acted(did, counts=counts)
        call = self.it.state.call
        if did == "accepted":
            assert call is not None
            assert call.token == (Token.parse(text) if text else before.held)
            known = call.token is not None and call.token.fingerprint in self.it.history.revoked()
            assert call.source == "cassette" or not known
        if did == "armed":
            self.armed = page, self.clock()

    @rule(after=pauses, page=pages)
    def prove(self, after: float, page: str) -> None:
        self.clock.forward(after)
        before = self.it.state
        shown = before.shown.outcome if before.shown and before.is_current else None
        is_open = shown is not None and (shown.kind, shown.source == "cassette") == ("revoked", False)
        counts = is_open and shown is not None and shown.proof != "proved" and self.counts()
        did = self.it.prove(page)
        self.acted(did, counts=counts)
        if counts:
            assert (did == "armed") == (before.source == "live")
            self.armed = page, self.clock()

    @rule(after=pauses, page=pages)
    def confirm(self, after: float, page: str) -> None:
        self.clock.forward(after)
        before = self.it.state
        is_open = before.phase == "confirm" and self.armed[0] == page and self.clock() < self.armed[1] + ARMED_FOR
        counts = is_open and self.counts()
        did = self.it.confirm(page)
        self.acted(did, counts=counts, confirmed=True)
        if did == "accepted":
            assert self.it.state.call == Call(before.source, before.recording, before.held, before.proves)

    @rule(change=st.sampled_from(CHANGES))
    def change(self, change: Callable[[ViewModel], object]) -> None:
        before = self.it.state
        change(self.it)
        now = self.it.state
        assert before.phase != "sending" or now is before
        assert now.phase in ("ready", before.phase)
        if now is not before:
            assert not now.is_current
            assert now.phase == "ready" or now.held == before.held
        if (now.subject, now.customer) != (before.subject, before.customer):
            assert (now.phase, now.held) == ("ready", None)
        if now.subject != before.subject:
            self.counted = float("-inf")

    @precondition(lambda self: self.it.state.call is not None)
    @rule(kind=st.sampled_from([*RESPONSES, None]))
    def response(self, kind: OutcomeKind | None) -> None:
        call, before = self.it.state.call, self.shelf.asked
        assert call is not None
        assert call.source != "live" or self.confirmed
        fails = breaks(ZeroDivisionError())
        self.shelf.scripts[call.source].responses = [RESPONSES[kind] if kind else fails]
        raises = kind is None and call.proves is None
        with pytest.raises(ZeroDivisionError) if raises else contextlib.nullcontext():
            entry = done(self.it.send())
            outcome, now = entry.outcome, self.it.state
            assert call.proves or (outcome.kind, outcome.source) == (kind, call.source)
            is_over = outcome.token_state in ("revoked", "not_accepted") or call.source == "cassette"
            assert (now.held is None) == is_over
            waits = outcome.pause is not None and call.source != "cassette"
            assert (now.waits_until(self.it.now) is not None) == waits
            assert (now.shown, now.is_current) == (entry, True)
        assert self.shelf.asked == before + 1
        assert self.it.state.phase == "ready"

    @invariant()
    def every_request_was_one_press(self) -> None:
        is_out = self.it.state.phase == "sending"
        assert self.shelf.asked + is_out == self.accepted
        assert is_out == (self.it.state.call is not None)

    @invariant()
    def no_token_is_in_any_view(self) -> None:
        view = repr(panels.field(self.it.state, self.shelf, self.it.now)) + repr(self.it.state)
        assert not any(shows(view, canary) for canary in (*CANARIES, "7|issued-token-"))

    @invariant()
    def what_is_asked_about_is_a_token(self) -> None:
        assert self.it.state.phase != "confirm" or self.it.state.held is not None


TestPerson = Person.TestCase
TestPerson.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
