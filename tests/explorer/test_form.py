"""Form: what stands on the screen, without a kernel and without a page. Everything that the form sends is looked at."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import comm
import ipywidgets as widgets
import pytest
from comm.base_comm import BaseComm
from ipywidgets.widgets import widget as registry

from tests.support.html_page import HOSTILE, Page, unexpected
from tests.support.leaks import shows
from tests.support.sources import Answer, Door, Script, breaks, nothing, revoked, says, until
from wemasy_kit import LogoutForm
from wemasy_kit.call.outcome import OutcomeKind
from wemasy_kit.call.token import Token
from wemasy_kit.errors import CassetteMismatch
from wemasy_kit.explorer import background
from wemasy_kit.explorer.history import HISTORY
from wemasy_kit.explorer.view_model import Did, View
from wemasy_kit.sources.live import live
from wemasy_kit.sources.sandbox import Sandbox

Widgets = dict[str, Any]


class Wire:
    """All that a page would be told, from the first message on.

    Attributes:
        messages: Each message as JSON.
        dids: What became of each act, as the page is told.
        said: What a screen reader says.
    """

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.dids: list[str] = []
        self.said: list[str] = []

    def open(self, **options: Any) -> BaseComm:
        return _Comm(self, **options)


class _Comm(BaseComm):
    def __init__(self, wire: Wire, **options: Any) -> None:
        self._wire = wire
        super().__init__(**options)

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:
        self._wire.messages.append(json.dumps([msg_type, data, metadata, keys], default=repr))
        content = (data or {}).get("content", {})
        if "did" in content:
            self._wire.dids.append(content["did"])
        if "say" in content:
            self._wire.said.append(content["say"])


@pytest.fixture(autouse=True)
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    recorded = Wire()
    monkeypatch.setattr(comm, "create_comm", recorded.open)
    HISTORY.clear()
    yield recorded
    widgets.Widget.close_all()
    HISTORY.clear()


def states() -> str:
    """The state of every widget that there is, as a notebook would save it."""
    every: Widgets = dict(registry._instances)
    return json.dumps({key: each.get_state() for key, each in every.items()}, default=repr)


def page_sends(form: LogoutForm, do: str, text: str | None = None) -> None:
    """An act, by the way that the page's messages come."""
    content = {"do": do} if text is None else {"do": do, "text": text}
    form._field._handle_custom_msg(content, [])
    assert "text" not in content


def verdict(form: LogoutForm) -> str:
    return " ".join(Page(form._verdict.value).text.split())


def is_ready(form: LogoutForm) -> bool:
    return bool(form._field.view["mode"] == "ready")


def answered(form: LogoutForm, text: str = "", *, times: int = 1) -> str:
    """Press, wait for the answer, give the verdict in words."""
    before = len(form._desk.history)
    for _ in range(times):
        page_sends(form, "send", text)
    until(lambda: len(form._desk.history) == before + 1 and is_ready(form))
    return verdict(form)


def unhurried(form: LogoutForm) -> LogoutForm:
    """The form of a person who takes a second between two acts."""
    seconds = iter(range(1000))
    form._desk._ticks = lambda: float(next(seconds))  # type: ignore[misc]
    return form


def in_background(work: Callable[[], Any]) -> None:
    """Run a coroutine where the form's requests run, and wait for it."""
    done = threading.Event()

    async def play() -> None:
        try:
            await work()
        finally:
            done.set()

    background.run(play())
    assert done.wait(5)


@pytest.fixture
def sandboxed() -> Iterator[LogoutForm]:
    form = unhurried(LogoutForm())
    form._source.value = "sandbox"
    yield form
    shop = form._desk._shop
    if shop is not None:
        in_background(shop.stop)


# --- A press, and what comes of it


def test_before_the_first_press_there_is_no_answer() -> None:
    form = LogoutForm()

    assert "No answer yet" in verdict(form)
    assert form._tabs.layout.display == "none"
    assert form._clear.layout.display == "none"


def test_a_press_shows_the_verdict_in_words() -> None:
    form = LogoutForm()

    assert "✓ Recorded: Token revoked (200 OK)" in answered(form).replace("✓", "✓ ").replace("  ", " ")
    assert form._tabs.layout.display is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (revoked(), "Token revoked (200 OK)"),
        (says(401), "Token not accepted (401 Unauthorized)"),
        (says(429), "Still logged in (429 Too Many Requests)"),
        (says(500), "Not the documented answer (500 Internal Server Error)"),
        (nothing(sent=False), "Nothing was sent"),
        (nothing(sent=True), "Nobody knows"),
    ],
)
def test_each_of_the_six_kinds_is_shown_and_said(answer: Answer, words: str, wire: Wire) -> None:
    form = LogoutForm(send=Script(answer))

    assert words in answered(form)
    assert wire.said == [f"{words}. {form._desk.outcome.advice}"]  # type: ignore[union-attr]


def test_every_outcome_kind_has_been_shown_above() -> None:
    assert len(OutcomeKind) == 6


def test_the_tabs_have_body_headers_ledger_exchange_and_what_changed() -> None:
    form = unhurried(LogoutForm(send=Script(says(401, ("Server", "nginx")), says(429, ("Server", "nginx")))))
    answered(form)
    answered(form)
    body, headers, ledger, exchange, changed = (Page(part.value).text for part in form._parts)

    assert '"message": "said"' in body
    assert "nginx" in headers
    assert ledger
    assert "HTTP/1.1 429" in exchange
    assert "unauthenticated" in changed
    assert "rate_limited" in changed


def test_without_an_answer_there_are_no_tabs() -> None:
    form = unhurried(LogoutForm(send=Script(says(401), nothing(sent=True))))
    answered(form)
    answered(form)

    assert form._tabs.layout.display == "none"
    assert not any(part.value for part in form._parts[:4])


def test_a_second_press_plays_the_second_answer() -> None:
    form = unhurried(LogoutForm())
    form._recording.value = "200-then-401-same-token"

    assert "Token revoked" in answered(form)
    assert "Token not accepted" in answered(form)


def test_while_a_request_is_out_the_form_says_so() -> None:
    door = Door(revoked())
    form = LogoutForm(send=door)

    page_sends(form, "send", "")
    until(lambda: len(door.asked) == 1)

    assert form._field.view["mode"] == "sending"
    assert "Sending" in verdict(form)
    door.open.set()
    until(lambda: is_ready(form))
    assert "Token revoked" in verdict(form)


@pytest.mark.parametrize("times", [2, 20])
def test_acts_that_are_queued_send_one_request(times: int, canary: str, wire: Wire) -> None:
    source = Script(revoked(), revoked())
    form = LogoutForm(send=source)

    answered(form, canary, times=times)

    assert source.asked == [f"Bearer {canary}"]
    assert wire.dids == ["accepted"] + ["ignored"] * (times - 1)


def test_acts_from_many_threads_at_once_send_one_request(canary: str, wire: Wire) -> None:
    door = Door(revoked(), revoked())
    form = LogoutForm(send=door)
    together = threading.Barrier(8)

    def press() -> None:
        together.wait(5)
        page_sends(form, "send", canary)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    door.open.set()
    until(lambda: is_ready(form))

    assert len(door.asked) == 1
    assert sorted(wire.dids) == ["accepted"] + ["ignored"] * 7


@pytest.mark.parametrize("gap", [0.0, 0.06, 0.15, 0.3])
def test_where_there_are_no_threads_a_double_click_sends_one_request_too(
    gap: float, canary: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")
    source = Script(revoked(), revoked())
    ticks = iter((0.0, gap))

    async def story() -> None:
        form = LogoutForm(send=source)
        monkeypatch.setattr(form._desk, "_ticks", lambda: next(ticks))
        for _ in range(2):
            page_sends(form, "send", canary)
            while background._tasks:  # noqa: ASYNC110  (the task lets go of itself)
                await asyncio.sleep(0)

    asyncio.run(story())

    assert source.asked == [f"Bearer {canary}"]
    assert wire.dids == ["accepted", "ignored"]


def test_what_is_drawn_last_is_what_is_so() -> None:
    """The kernel's thread and the background both draw: who looked first must not write last."""
    door = Door(revoked())
    form = LogoutForm(send=door)
    drawn, look = threading.Event(), form._desk.view
    kernel = threading.get_ident()

    def slow_look() -> View:
        view = look()
        if threading.get_ident() == kernel:
            door.open.set()
            drawn.wait(0.2)
        else:
            drawn.set()
        return view

    form._desk.view = slow_look  # type: ignore[method-assign]
    page_sends(form, "send", "")

    until(lambda: is_ready(form))


def test_a_refused_text_is_said_beside_the_field_and_sends_nothing(canary: str, wire: Wire) -> None:
    source = Script(revoked())
    form = LogoutForm(send=source)

    page_sends(form, "send", f"{canary[:20]}\n{canary[20:]}")

    assert wire.dids == ["refused"]
    assert form._field.view["error"].startswith("A line break stands inside; ")
    assert "No answer yet" in verdict(form)
    assert source.asked == []


def test_a_live_press_asks_first_and_the_second_step_sends(canary: str, wire: Wire) -> None:
    source = Script(revoked(), name="live")
    form = unhurried(LogoutForm(send=source))

    page_sends(form, "send", canary)
    assert form._field.view["mode"] == "confirm"
    assert f"{Token.parse(canary).fingerprint} at shop.example?" in form._field.view["question"]
    assert source.asked == []
    page_sends(form, "confirm")
    until(lambda: is_ready(form))

    assert source.asked == [f"Bearer {canary}"]
    assert wire.dids == ["armed", "accepted"]


def test_not_now_closes_the_second_step(canary: str) -> None:
    source = Script(revoked(), name="live")
    form = unhurried(LogoutForm(send=source))
    page_sends(form, "send", canary)

    page_sends(form, "forget")
    page_sends(form, "confirm")

    assert is_ready(form)
    assert source.asked == []


def test_an_act_that_no_page_has_sends_nothing(canary: str) -> None:
    source = Script(revoked())
    form = LogoutForm(send=source)

    page_sends(form, "log_out_at_once", canary)

    assert is_ready(form)
    assert source.asked == []


@pytest.mark.parametrize("text", [5, None, ["a"], {"a": 1}])
def test_a_text_that_is_none_is_taken_as_empty(text: Any) -> None:
    source = Script(says(401))
    form = LogoutForm(send=source)

    form._field._handle_custom_msg({"do": "send", "text": text}, [])
    until(lambda: is_ready(form))

    assert source.asked == [None]


def test_cancel_ends_a_request_that_is_out(canary: str) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    servers: list[asyncio.Server] = []

    async def listen() -> None:
        servers.append(await asyncio.start_server(silent, "127.0.0.1", 0))

    in_background(listen)
    port = servers[0].sockets[0].getsockname()[1]
    form = unhurried(LogoutForm(send=live(base_url=f"http://127.0.0.1:{port}/api")))
    page_sends(form, "send", canary)
    page_sends(form, "confirm")

    def cancelled() -> bool:
        page_sends(form, "cancel")
        return is_ready(form)

    until(cancelled)

    assert form._desk.outcome is not None
    assert form._desk.outcome.cause == "cancelled"
    assert "it was cancelled" in verdict(form)

    async def close() -> None:
        servers[0].close()
        await servers[0].wait_closed()

    in_background(close)


# --- Errors in the background


def failed(form: LogoutForm, words: str) -> str:
    page_sends(form, "send", "")
    until(lambda: words in verdict(form) and is_ready(form))
    return verdict(form)


def test_misuse_in_the_background_is_shown_with_its_reason(wire: Wire) -> None:
    form = LogoutForm(send=Script(breaks(CassetteMismatch("nothing is left"))))

    assert "Nothing is left." in failed(form, "Nothing was sent")
    assert wire.said == ["Nothing was sent. nothing is left"]


def test_an_unexpected_error_shows_its_kind_and_nothing_of_its_text(canary: str, wire: Wire) -> None:
    form = LogoutForm(send=Script(breaks(ZeroDivisionError(f"Bearer {canary}"))))

    assert "ZeroDivisionError" in failed(form, "in the kit itself")
    assert not shows(states(), canary)
    assert not any(shows(message, canary) for message in wire.messages)


def test_after_an_error_the_button_works_again() -> None:
    form = unhurried(LogoutForm(send=Script(breaks(OSError("gone")), revoked())))
    failed(form, "OSError")

    assert "Token revoked" in answered(form)


def test_without_recordings_the_form_opens_and_says_that_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wemasy_kit.sources.cassette.shipped", lambda name: tmp_path)
    form = LogoutForm()

    assert form._recording.layout.display == "none"
    assert "there are: none" in failed(form, "Nothing was sent")


# --- The token is in no state


def test_the_tests_own_walkers_see_a_token_that_is_in_a_state(canary: str, wire: Wire) -> None:
    planted = widgets.Text(value=canary)

    assert shows(states(), canary)
    assert any(shows(message, canary) for message in wire.messages)
    assert planted.value == canary


@pytest.mark.parametrize("answer", [revoked(), says(401), says(429), nothing(sent=True)])
def test_the_token_is_in_no_state_and_no_message_at_any_moment(answer: Answer, canary: str, wire: Wire) -> None:
    door = Door(answer)
    form = LogoutForm(send=door)
    seen = [states()]

    page_sends(form, "send", canary)
    seen.append(states())
    until(lambda: len(door.asked) == 1)
    seen.append(states())
    door.open.set()
    until(lambda: is_ready(form))
    seen.append(states())

    assert door.asked == [f"Bearer {canary}"]
    assert [shows(state, canary) for state in seen] == [False] * 4
    assert not any(shows(message, canary) for message in wire.messages)


def test_a_live_token_that_waits_for_the_second_step_is_in_no_state(canary: str, wire: Wire) -> None:
    form = LogoutForm(send=Script(name="live"))

    page_sends(form, "send", canary)

    assert form._field.view["mode"] == "confirm"
    assert not shows(states(), canary)
    assert not any(shows(message, canary) for message in wire.messages)


@pytest.mark.parametrize("spoiled", ["\n", " ", "é", ","])
def test_a_refused_token_is_in_no_state(spoiled: str, canary: str, wire: Wire) -> None:
    form = LogoutForm(send=Script())

    page_sends(form, "send", canary[:20] + spoiled + canary[20:])

    assert wire.dids == ["refused"]
    assert not shows(states(), canary)
    assert not any(shows(message, canary) for message in wire.messages)


def test_a_token_that_the_sandbox_issued_is_in_no_state(sandboxed: LogoutForm, wire: Wire) -> None:
    sandboxed._issue.click()
    until(lambda: sandboxed._desk.held is not None and sandboxed._desk.held in sandboxed._field.view["placeholder"])
    secret = sandboxed._desk._held
    assert secret is not None

    answered(sandboxed)

    assert not shows(states(), secret.reveal())
    assert not any(shows(message, secret.reveal()) for message in wire.messages)


def test_a_form_shows_no_token_in_any_traceback_walk(canary: str) -> None:
    form = LogoutForm(send=Script(nothing(sent=True)))
    answered(form, canary)

    assert form._desk.held == Token.parse(canary).fingerprint
    assert not shows(repr(vars(form._desk)), canary)


# --- A hostile server


def test_nothing_that_a_server_says_becomes_an_element_of_the_form() -> None:
    def hostile(text: str) -> Answer:
        body = json.dumps({"message": text, text: text}).encode()
        return says(299, ("Server", text), (text, text), body=body, reason=text)

    form = unhurried(LogoutForm(send=Script(*map(hostile, HOSTILE))))
    shown = [each for each in dict(registry._instances).values() if isinstance(each, widgets.HTML)]

    for text in HOSTILE:
        answered(form)
        assert [unexpected(each.value) for each in shown] == [[]] * len(shown), text
        assert text in Page("".join(each.value for each in shown)).text


# --- Choosing


def test_a_form_offers_all_three_sources_and_starts_with_the_one_that_sends_nothing() -> None:
    form = LogoutForm()

    assert form._source.options == (("Replay", "cassette"), ("Sandbox", "sandbox"), ("Live", "live"))
    assert form._source.value == "cassette"


def test_a_given_source_is_the_only_one_that_is_offered() -> None:
    form = LogoutForm(send=Script(name="live"))

    assert form._source.options == (("Live", "live"),)
    assert form._recording.layout.display == "none"
    assert form._shop.layout.display == "none"


@pytest.mark.parametrize(
    ("source", "recordings", "shop"), [("cassette", None, "none"), ("sandbox", "none", None), ("live", "none", "none")]
)
def test_only_what_belongs_to_the_source_is_shown(source: str, recordings: str | None, shop: str | None) -> None:
    form = LogoutForm()

    form._source.value = source

    assert form._recording.layout.display == recordings
    assert form._shop.layout.display == shop


def test_choosing_another_source_disarms_what_waits_for_the_second_step(canary: str) -> None:
    form = unhurried(LogoutForm())
    form._source.value = "live"
    page_sends(form, "send", canary)
    assert form._field.view["mode"] == "confirm"

    form._source.value = "sandbox"

    assert is_ready(form)
    assert form._desk.held is None


def test_the_field_is_told_how_long_to_wait_and_only_where_it_has_to() -> None:
    form = unhurried(LogoutForm())
    form._recording.value = "429-too-many-requests"
    answered(form)
    assert form._field.view["ready_at"]

    form._recording.value = "200-token-revoked"

    assert form._field.view["ready_at"] is None


def test_a_token_from_the_sandbox_is_listed_alive_and_then_revoked(sandboxed: LogoutForm) -> None:
    sandboxed._issue.click()
    until(lambda: len(sandboxed._which.options) == 2)
    label, fingerprint = sandboxed._which.options[1]
    assert label == f"{fingerprint} of jane: alive"
    assert sandboxed._which.value == fingerprint

    answered(sandboxed)

    assert sandboxed._which.options[1] == (f"{fingerprint} of jane: revoked", fingerprint)
    assert sandboxed._which.value == ""


def test_a_revoked_token_that_is_picked_again_is_asked_about(sandboxed: LogoutForm) -> None:
    answered(sandboxed)

    sandboxed._which.value = sandboxed._which.options[1][1]
    page_sends(sandboxed, "send", "")

    assert "already revoked" in sandboxed._field.view["question"]


def test_another_customer_has_tokens_of_their_own(sandboxed: LogoutForm) -> None:
    answered(sandboxed)

    sandboxed._customer.value = " joe "

    assert len(sandboxed._which.options) == 1
    answered(sandboxed)
    assert [label.partition(" of ")[2] for label, _ in sandboxed._which.options[1:]] == ["joe: revoked"]


def test_a_customer_without_a_name_is_jane(sandboxed: LogoutForm) -> None:
    sandboxed._customer.value = "joe"
    sandboxed._customer.value = "  "

    assert sandboxed._desk.customer == "jane"


def test_a_sandbox_that_is_gone_is_told_and_the_next_press_starts_another(sandboxed: LogoutForm) -> None:
    answered(sandboxed)
    assert sandboxed._desk._shop is not None
    in_background(sandboxed._desk._shop.stop)

    assert "nothing listens at that address" in answered(sandboxed)
    assert "Token revoked" in answered(sandboxed)


def test_a_given_sandbox_is_asked_over_its_socket() -> None:
    shop = Sandbox()
    in_background(shop.start)
    form = LogoutForm(send=shop.send)
    text = shop.issue_token("jane").reveal()

    assert "Token revoked (200 OK)" in answered(form, text)
    assert shop.requests == 1
    in_background(shop.stop)


# --- The history


def test_the_history_has_every_call_and_can_be_cleared() -> None:
    form = unhurried(LogoutForm(send=Script(says(401), revoked())))
    answered(form)
    answered(form)
    assert form._clear.layout.display is None
    assert Page(form._history.value).text.count("Sandbox") == 2

    form._clear.click()

    assert "No calls yet in this kernel." in Page(form._history.value).text
    assert form._clear.layout.display == "none"
    assert len(HISTORY) == 0


# --- Where no widgets run


def bundle(form: LogoutForm) -> dict[str, Any]:
    made = form._repr_mimebundle_(include=None, exclude=None)
    assert isinstance(made, dict)
    return made


def test_the_widget_comes_with_html_and_a_short_text_that_can_be_read_without_it() -> None:
    made = bundle(LogoutForm())

    assert set(made) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert "Log out customer" in Page(made["text/html"]).text
    assert made["text/plain"].splitlines()[0] == ("Log out customer: POST /services/webshop/v1/customer/auth/logout")


def test_after_an_answer_the_readable_form_has_it() -> None:
    form = LogoutForm(send=Script(says(429)))
    answered(form)
    made = bundle(form)

    assert "Still logged in (429 Too Many Requests)" in Page(made["text/html"]).text
    assert "Still logged in (429 Too Many Requests)" in made["text/plain"]


@pytest.mark.parametrize("press", [False, True])
def test_the_readable_form_has_no_script_and_no_token(press: bool, canary: str) -> None:
    form = LogoutForm(send=Script(nothing(sent=True)))
    if press:
        answered(form, canary)
    made = bundle(form)

    assert unexpected(made["text/html"]) == []
    assert len(made["text/plain"]) < 1000
    assert not shows(json.dumps(made), canary)


# --- What it is made of


@pytest.mark.parametrize("options", [{"sned": None}, {"token": "x"}, {"base_url": "https://shop.example"}])
def test_an_unknown_option_is_refused_by_its_name(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{next(iter(options))}'"):
        LogoutForm(**options)


def test_a_token_is_no_argument(canary: str) -> None:
    with pytest.raises(TypeError, match="takes 1 positional argument") as refusal:
        LogoutForm(canary)  # type: ignore[arg-type, call-arg]

    assert not shows(str(refusal.value), canary)


@pytest.mark.parametrize("send", ["live", live, Sandbox()])
def test_what_is_no_source_is_refused_with_advice(send: Any) -> None:
    with pytest.raises(TypeError, match=r"send is a source, such as live\(\) or the `send` of a Sandbox, not "):
        LogoutForm(send=send)


def test_two_forms_do_not_share_their_answers() -> None:
    one, other = LogoutForm(), LogoutForm()

    answered(one)

    assert "No answer yet" in verdict(other)


def test_opening_a_form_starts_no_thread_and_sends_nothing() -> None:
    before = threading.active_count()
    source = Script()

    LogoutForm()
    LogoutForm(send=source)

    assert threading.active_count() == before
    assert source.asked == []


# --- Beside the kernel


def test_work_runs_beside_the_caller_who_goes_on_at_once() -> None:
    ran_in: list[int] = []
    opened = threading.Event()

    async def work() -> None:
        while not opened.is_set():  # noqa: ASYNC110  (opened from another thread)
            await asyncio.sleep(0.001)
        ran_in.append(threading.get_ident())

    background.run(work())
    assert ran_in == []
    opened.set()
    until(lambda: bool(ran_in))

    assert ran_in != [threading.get_ident()]


def test_all_work_shares_one_thread_also_when_many_begin_at_once() -> None:
    background._loop.cache_clear()
    together, ran_in = threading.Barrier(8), []

    async def work() -> None:
        ran_in.append(threading.get_ident())

    def begin() -> None:
        together.wait(5)
        background.run(work())

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    until(lambda: len(ran_in) == 8)

    assert len(set(ran_in)) == 1


def test_where_there_are_no_threads_work_is_a_task_of_the_running_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> list[int]:
        ran_in: list[int] = []

        async def work() -> None:
            ran_in.append(threading.get_ident())

        with monkeypatch.context() as browser:
            browser.setattr(sys, "platform", "emscripten")
            background.run(work())
        assert ran_in == []
        while not ran_in or background._tasks:  # noqa: ASYNC110  (the task lets go of itself)
            await asyncio.sleep(0)
        return ran_in

    assert asyncio.run(story()) == [threading.get_ident()]


def test_the_words_for_what_became_of_an_act_are_those_of_the_page() -> None:
    script = (Path(background.__file__).parent / "secret_field.js").read_text("utf-8")

    for did in Did.__args__:  # type: ignore[attr-defined]
        assert did == "ignored" or f'"{did}"' in script
