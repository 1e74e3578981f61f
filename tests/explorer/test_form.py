"""Form: what stands on the screen, without a kernel and without a page. Everything that the form sends is looked at."""

from __future__ import annotations

import asyncio
import importlib
import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import comm
import ipywidgets as widgets
import pytest
from comm.base_comm import BaseComm
from ipywidgets.widgets import widget as registry

from tests.support.html_page import HOSTILE, Page, unexpected
from tests.support.leaks import shows
from tests.support.sources import NOW, RESPONSES, Door, Response, Script, breaks, nothing, revoked, says, until
from wemasy_kit import LogoutForm
from wemasy_kit.call.outcome import OutcomeKind
from wemasy_kit.call.token import Token
from wemasy_kit.cards.words import LOOKS, announcement
from wemasy_kit.errors import CassetteMismatch, CassetteNotFound, LabNotInstalled
from wemasy_kit.explorer import background, form
from wemasy_kit.explorer.history import HISTORY
from wemasy_kit.explorer.secret_field import SecretField
from wemasy_kit.explorer.view_model import Did, Now, ViewModel
from wemasy_kit.sandbox.rules import HandClock
from wemasy_kit.sources.cassette import cassette_path
from wemasy_kit.sources.live import live
from wemasy_kit.sources.sandbox import Sandbox


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

    def gives_away(self, canary: str) -> bool:
        """Whether any message, or the state of any widget as a notebook would save it, shows the token."""
        every: dict[str, Any] = dict(registry._instances)
        states = json.dumps({key: each.get_state() for key, each in every.items()}, default=repr)
        return any(shows(text, canary) for text in (states, *self.messages))


class _Comm(BaseComm):
    def __init__(self, wire: Wire, **options: Any) -> None:
        self._wire = wire
        super().__init__(**options)

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:
        self._wire.messages.append(json.dumps([msg_type, data, metadata, keys], default=repr))
        content = (data or {}).get("content", {})
        self._wire.dids += [content["did"]] if "did" in content else []
        self._wire.said += [content["say"]] if "say" in content else []


@pytest.fixture(autouse=True)
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    recorded = Wire()
    monkeypatch.setattr(comm, "create_comm", recorded.open)
    HISTORY.clear()
    yield recorded
    widgets.Widget.close_all()
    HISTORY.clear()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """The time stands still for the forms: it is moved by hand."""
    clock = HandClock(NOW)
    monkeypatch.setattr(ViewModel, "now", property(lambda self: Now(clock(), clock())))
    return clock


class Person:
    """Somebody in front of a form, who finds their way by what is written on it."""

    def __init__(self, clock: HandClock, **options: Any) -> None:
        self.form = LogoutForm(**options)
        self.view_model = self.form._view_model
        self._clock = clock

    def every(self, kind: type[Any], inside: Any = None) -> list[Any]:
        inside = inside or self.form
        found = [inside] if isinstance(inside, kind) else []
        return found + [each for child in getattr(inside, "children", ()) for each in self.every(kind, child)]

    def __getitem__(self, name: str) -> Any:
        """The widget with this description."""
        return next(each for each in self.every(widgets.DOMWidget) if getattr(each, "description", None) == name)

    @property
    def field(self) -> SecretField:
        field: SecretField = self.every(SecretField)[0]
        return field

    @property
    def tabs(self) -> Any:
        return next(tab for tab in self.every(widgets.Tab) if "Body" in tab.titles)

    @property
    def shown(self) -> list[str]:
        return [each.value for each in self.every(widgets.HTML)]

    @property
    def verdict(self) -> str:
        (shown,) = [value for value in self.shown if '<div class="wemasy-verdict' in value]
        return " ".join(Page(shown).text.split())

    @property
    def is_ready(self) -> bool:
        return bool(self.field.view["mode"] == "ready")

    def act(self, do: str, text: object = None) -> None:
        """By the way that the page's messages come; a second after the act before."""
        self._clock.forward(1)
        self.again(do, text)

    def again(self, do: str, text: object = None) -> None:
        """At once."""
        content = {"do": do} if text is None else {"do": do, "text": text}
        self.field._handle_custom_msg(content, [])
        assert "text" not in content

    def reads(self, words: str, text: object = "") -> str:
        """Press, and wait until the verdict has these words."""
        self.act("send", text)
        until(lambda: words in self.verdict and self.is_ready)
        return self.verdict


Opens = Callable[..., Person]


@pytest.fixture
def opens(clock: HandClock) -> Iterator[Opens]:
    """Opens a form; its own sandbox is stopped at the end."""
    people: list[Person] = []

    def open_form(**options: Any) -> Person:
        people.append(Person(clock, **options))
        return people[-1]

    yield open_form
    for person in people:
        if shop := person.view_model.shelf._shop:
            shop.stop()


def at_once(*work: Callable[[], None]) -> None:
    """Each in a thread of its own, and all in the same moment."""
    together = threading.Barrier(len(work))

    def begin(each: Callable[[], None]) -> None:
        together.wait(60)
        each()

    threads = [threading.Thread(target=begin, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


# --- A press, and what comes of it


def test_before_the_first_press_there_is_no_answer(opens: Opens) -> None:
    person = opens()

    assert "No response yet" in person.verdict
    assert person.tabs.layout.display == person["Clear the history"].layout.display == "none"


@pytest.mark.parametrize("kind", OutcomeKind)
def test_each_of_the_six_kinds_is_shown_and_said(kind: OutcomeKind, opens: Opens, wire: Wire) -> None:
    person = opens(send=Script(RESPONSES[kind]))
    person.reads(LOOKS[kind].verdict)
    (call,) = HISTORY

    assert call.outcome.kind == kind
    assert wire.said == [announcement(call.outcome)]
    assert (person.tabs.layout.display is None) == (call.outcome.exchange is not None)


def test_the_tabs_have_body_headers_ledger_exchange_and_what_changed(opens: Opens) -> None:
    nginx = ("Server", "nginx")
    person = opens(send=Script(says(401, nginx), says(429, nginx, ("Retry-After", "1")), nothing(sent=True)))
    person.reads("401")
    person.reads("429")
    body, headers, ledger, exchange, changed = (Page(part.value).text for part in person.tabs.children)

    assert '"message": "said"' in body
    assert "nginx" in headers
    assert "not as the page says" in ledger
    assert "HTTP/1.1 429" in exchange
    assert "unauthenticated" in changed
    assert "rate_limited" in changed

    person.act("send", "")
    person.reads("Nobody knows")
    assert person.tabs.layout.display == "none"
    assert not any(part.value for part in person.tabs.children[:4])


@pytest.mark.parametrize("threads", [1, 8])
def test_while_a_request_is_out_the_form_says_so_and_every_other_press_is_ignored(
    threads: int, canary: str, opens: Opens, wire: Wire
) -> None:
    door = Door(revoked())
    person = opens(send=door)
    at_once(*[lambda: person.again("send", canary)] * threads)
    until(lambda: "Sending" in person.verdict and len(door.asked) == 1)
    assert person.field.view["mode"] == "sending"
    person.act("send", canary)
    door.open.set()
    until(lambda: "Token revoked" in person.verdict and person.is_ready)

    assert door.asked == [f"Bearer {canary}"]
    assert sorted(wire.dids) == ["accepted"] + ["ignored"] * threads


def test_where_there_are_no_threads_a_double_click_sends_one_request_too(
    canary: str, opens: Opens, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")
    source = Script(revoked())

    async def story() -> None:
        person = opens(send=source)
        for _ in range(2):
            person.again("send", canary)
            while background._tasks:  # noqa: ASYNC110  (the task lets go of itself)
                await asyncio.sleep(0)

    asyncio.run(story())

    assert source.asked == [f"Bearer {canary}"]
    assert wire.dids == ["accepted", "ignored"]


def test_what_is_drawn_last_is_what_is_so(opens: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's thread and the background both draw: who looked first must not write last."""
    door = Door(revoked())
    person = opens(send=door)
    drawn, look, kernel = threading.Event(), person.form._field_view, threading.get_ident()

    def slow_look() -> Any:
        view = look()
        if threading.get_ident() == kernel:
            door.open.set()
            drawn.wait(0.2)
        else:
            drawn.set()
        return view

    monkeypatch.setattr(person.form, "_field_view", slow_look)
    person.act("send", "")

    until(lambda: person.is_ready)


def test_two_lines_are_refused_beside_the_field_and_nothing_is_sent(canary: str, opens: Opens, wire: Wire) -> None:
    source = Script(revoked())
    person = opens(send=source)

    person.act("send", f"{canary}\n{canary}")

    assert wire.dids == ["refused"]
    assert person.field.view["error"].startswith("A line break stands inside; ")
    assert "No response yet" in person.verdict
    assert source.asked == []
    assert not wire.gives_away(canary)


def test_a_live_press_asks_first_not_now_closes_and_an_act_that_no_page_has_does_nothing(
    canary: str, opens: Opens, wire: Wire
) -> None:
    source = Script(revoked(), name="live")
    person = opens(send=source)
    for act in ("send", "forget", "confirm", "send", "log_out_at_once"):
        person.act(act, canary if act == "send" else None)
    assert person.field.view["mode"] == "confirm"
    assert f"{Token.parse(canary).fingerprint} at shop.example?" in person.field.view["question"]
    assert source.asked == []
    assert not wire.gives_away(canary)

    person.act("confirm")
    until(lambda: person.is_ready)

    assert source.asked == [f"Bearer {canary}"]
    assert wire.dids == ["armed", "let_go", "ignored", "armed", "ignored", "accepted"]


@pytest.mark.parametrize("text", [5, ["a"], {"a": 1}])
def test_a_text_that_is_none_is_taken_as_empty(text: object, opens: Opens) -> None:
    source = Script(says(401))
    opens(send=source).reads("401", text)

    assert source.asked == [None]


def test_cancel_ends_a_request_that_is_out(canary: str, opens: Opens) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        person = opens(send=live(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}/api", deadline=60))
        person.act("send", canary)
        person.act("confirm")

        def cancelled() -> bool:
            person.again("cancel")
            return person.is_ready

        until(cancelled)

    assert "t was cancelled" in person.verdict


# --- Errors in the background


def test_misuse_in_the_background_is_shown_with_its_reason(opens: Opens, wire: Wire) -> None:
    person = opens(send=Script(breaks(CassetteMismatch("nothing is left"))))

    assert "Nothing is left." in person.reads("Nothing was sent")
    assert wire.said == ["Nothing was sent. nothing is left"]


def test_an_unexpected_error_shows_its_kind_nothing_of_its_text_and_a_button_that_works(
    canary: str, opens: Opens, wire: Wire
) -> None:
    person = opens(send=Script(breaks(ZeroDivisionError(f"Bearer {canary}")), revoked()))

    assert "ZeroDivisionError" in person.reads("in the kit itself")
    assert not wire.gives_away(canary)
    assert person.reads("Token revoked")


# --- The token is in no state


def test_the_tests_own_walkers_see_a_token_that_is_in_a_state(canary: str, wire: Wire) -> None:
    widgets.Text(value=canary)

    assert wire.gives_away(canary)


@pytest.mark.parametrize("response", [revoked(), says(401), says(429), nothing(sent=True)])
def test_the_token_is_in_no_state_and_no_message_at_any_moment(
    response: Response, canary: str, opens: Opens, wire: Wire
) -> None:
    door = Door(response)
    person = opens(send=door)

    person.act("send", canary)
    seen = [wire.gives_away(canary)]
    until(lambda: len(door.asked) == 1)
    seen.append(wire.gives_away(canary))
    door.open.set()
    until(lambda: person.is_ready)

    assert door.asked == [f"Bearer {canary}"]
    assert [*seen, wire.gives_away(canary)] == [False] * 3
    assert not shows(repr(vars(person.view_model)), canary)


def test_a_token_that_the_sandbox_issued_is_listed_alive_then_revoked_and_in_no_state(opens: Opens, wire: Wire) -> None:
    person = opens()
    person["Source"].value = "sandbox"
    person["Give me a token"].click()
    tokens = person["Token to send"]
    until(lambda: len(tokens.options) == 2)
    label, fingerprint = tokens.options[1]
    secret = person.view_model.shelf.issued(fingerprint)
    assert secret is not None
    assert (label, tokens.value) == (f"{fingerprint} of jane: alive", fingerprint)

    person.reads("Token revoked")

    assert tokens.options[1] == (f"{fingerprint} of jane: revoked", fingerprint)
    assert tokens.value == ""
    assert not wire.gives_away(secret.reveal())

    tokens.value = fingerprint
    person.act("send", "")
    assert "already revoked" in person.field.view["question"]


# --- A hostile server


def test_nothing_that_a_server_says_becomes_an_element_of_the_form(opens: Opens) -> None:
    def hostile(text: str) -> Response:
        body = json.dumps({"message": text, text: text}).encode()
        return says(299, ("Server", text), (text, text), body=body, reason=text)

    person = opens(send=Script(*map(hostile, HOSTILE)))

    for number, text in enumerate(HOSTILE, start=1):
        person.act("send", "")
        until(lambda number=number: len(HISTORY) == number and person.is_ready)  # type: ignore[misc]
        assert [unexpected(each) for each in person.shown if each] == [[]] * sum(map(bool, person.shown)), text
        assert text in Page("".join(person.shown)).text


# --- Choosing


@pytest.mark.parametrize(
    ("source", "recordings", "shop"), [("cassette", None, "none"), ("sandbox", "none", None), ("live", "none", "none")]
)
def test_only_what_belongs_to_the_source_is_shown(
    source: str, recordings: str | None, shop: str | None, opens: Opens
) -> None:
    person = opens()
    assert person["Source"].options == (("Replay", "cassette"), ("Sandbox", "sandbox"), ("Live", "live"))
    assert person["Source"].value == "cassette"

    person["Source"].value = source

    assert person["Recorded answer"].layout.display == recordings
    (box,) = [each for each in person.every(widgets.VBox) if person["Token to send"] in each.children]
    assert box.layout.display == shop
    assert sum('class="wemasy-hint"' in value for value in person.shown) == 1


def test_a_form_opens_on_the_recording_that_is_named(tmp_path: Path, opens: Opens) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_bytes(cassette_path("401-no-token").read_bytes())
    assert "Recorded: Token not accepted" in opens(cassette=mine).reads("401")

    person = opens(cassette="200-then-401-same-token")
    assert "Recorded: Token revoked" in person.reads("200")
    assert "Recorded: Token not accepted" in person.reads("401")
    person["Recorded answer"].value = "429-too-many-requests"
    assert "Recorded: Not logged out" in person.reads("429")
    assert person.field.view["ready_at"] is not None


def test_without_recordings_the_form_opens_and_says_that_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opens: Opens
) -> None:
    monkeypatch.setattr("wemasy_kit.sources.cassette.shipped", lambda name: tmp_path)
    person = opens()

    assert person["Recorded answer"].layout.display == "none"
    assert "there are: none" in person.reads("Nothing was sent")


def test_another_customer_has_tokens_of_their_own_and_one_without_a_name_is_jane(opens: Opens) -> None:
    person = opens()
    person["Source"].value = "sandbox"
    person["Customer"].value = " joe "
    person.reads("Token revoked")
    assert [label.partition(" of ")[2] for label, _ in person["Token to send"].options[1:]] == ["joe: revoked"]

    person["Customer"].value = "  "

    assert len(person["Token to send"].options) == 1
    assert person.view_model.state.customer == "jane"


def test_the_history_has_every_call_and_can_be_cleared(opens: Opens) -> None:
    person = opens(send=Script(says(401), revoked()))
    person.reads("401")
    person.reads("200")
    (table,) = [value for value in person.shown if "<strong>History</strong>" in value]
    assert Page(table).text.count("Sandbox") == 2
    assert person["Clear the history"].layout.display is None

    person["Clear the history"].click()

    assert "No calls yet in this kernel." in Page("".join(person.shown)).text
    assert person["Clear the history"].layout.display == "none"


# --- Where no widgets run


@pytest.mark.parametrize("press", [False, True])
def test_the_widget_comes_with_html_and_a_short_text_that_can_be_read_without_it(
    press: bool, canary: str, opens: Opens
) -> None:
    person = opens(send=Script(nothing(sent=True)))
    if press:
        person.reads("Nobody knows", canary)
    made = person.form._repr_mimebundle_(include=None, exclude=None)

    assert set(made) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert unexpected(made["text/html"]) == []
    assert made["text/plain"].splitlines()[0] == "Log out customer: POST /services/webshop/v1/customer/auth/logout"
    assert len(made["text/plain"]) < 1000
    for text in (made["text/plain"], Page(made["text/html"]).text):
        assert "Log out customer" in text
        assert ("Nobody knows" in text) == press
    assert not shows(json.dumps(made), canary)


# --- What it is made of


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"sned": None}, TypeError, "unexpected keyword argument 'sned'"),
        ({"token": "x"}, TypeError, "unexpected keyword argument 'token'"),
        ({"send": "live"}, TypeError, r"send is a source, such as live\(\) or the `send` of a Sandbox, not str"),
        ({"send": Sandbox()}, TypeError, r"send is a source, such as live\(\) or the `send` of a Sandbox, not Sandbox"),
        ({"send": live(), "cassette": "401-no-token"}, TypeError, "give `send` or `cassette`, not both"),
        ({"cassette": "429-to-many-requests"}, CassetteNotFound, "did you mean 429-too-many-requests"),
    ],
)
def test_what_a_form_cannot_be_made_of_is_refused_with_advice(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        LogoutForm(**options)


def test_a_token_is_no_argument(canary: str) -> None:
    with pytest.raises(TypeError, match="takes 1 positional argument") as refusal:
        LogoutForm(canary)  # type: ignore[arg-type, call-arg]

    assert not shows(str(refusal.value), canary)


@pytest.mark.parametrize("missing", ["ipywidgets", "anywidget"])
def test_without_the_extra_lab_the_form_says_in_one_line_what_to_install(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "wemasy_kit.explorer.secret_field")
    before = dict(vars(form))

    with pytest.raises(LabNotInstalled) as refusal:
        importlib.reload(form)

    vars(form).update(before)
    assert isinstance(refusal.value, ImportError)
    assert str(refusal.value) == "the form needs ipywidgets and anywidget: pip install 'wemasy-kit[lab]'"


def test_two_forms_do_not_share_their_answers_and_opening_one_sends_nothing(opens: Opens) -> None:
    source, before = Script(), threading.active_count()
    one, other = opens(), opens(send=source)
    assert threading.active_count() == before

    one.reads("200")

    assert "No response yet" in other.verdict
    assert source.asked == []
    assert other["Source"].options == (("Sandbox", "sandbox"),)
    assert other["Recorded answer"].layout.display == "none"


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
    ran_in: list[int] = []

    async def work() -> None:
        ran_in.append(threading.get_ident())

    at_once(*[lambda: background.run(work())] * 8)
    until(lambda: len(ran_in) == 8)

    assert len(set(ran_in)) == 1


# --- The page


def test_the_words_for_what_became_of_an_act_are_those_of_the_page() -> None:
    script = (Path(background.__file__).parent / "secret_field.js").read_text("utf-8")

    assert [did for did in get_args(Did) if did != "ignored" and f'"{did}"' not in script] == []


@pytest.mark.skipif(shutil.which("node") is None, reason="the token field's own tests need node")
def test_the_token_field_in_javascript_passes_its_own_tests() -> None:
    tests = Path(__file__).with_name("secret_field.test.mjs")
    run = subprocess.run(["node", "--test", tests], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout
