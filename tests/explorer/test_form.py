"""Form: what stands on the screen, without a kernel and without a page. Everything that the form sends is looked at."""

from __future__ import annotations

import asyncio
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

from tests.explorer.test_panels import strange
from tests.support.html_page import HOSTILE, Page, unexpected
from tests.support.leaks import Canary, shown_by, shows
from tests.support.sources import NOW, RESPONSES, Door, Response, Script, breaks, nothing, revoked, says, until
from wemasy_kit import LogoutForm
from wemasy_kit.call.outcome import OutcomeKind
from wemasy_kit.call.token import Token
from wemasy_kit.cards.words import LOOKS, announcement
from wemasy_kit.errors import CassetteMismatch, CassetteNotFound
from wemasy_kit.explorer import background, page, view_model
from wemasy_kit.explorer.history import HISTORY
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


PAGE = "this page"
PARTS = ("frame", "address", "choices", "tokens", "response", "base", "history")


class Person:
    """Somebody in front of a form, who finds their way by what is written on it."""

    def __init__(self, clock: HandClock, **options: Any) -> None:
        self.form = LogoutForm(**options)
        self.view_model = self.form._view_model
        self._clock = clock

    @property
    def view(self) -> dict[str, Any]:
        view: dict[str, Any] = self.form.view
        return view

    def reading(self, part: str) -> str:
        """What a part of the form says."""
        return " ".join(Page(getattr(self.form, part).replace("<", " <")).text.split())

    @property
    def choices(self) -> list[str]:
        """What can be done with what is on the screen, beside the token field."""
        found = [Page(getattr(self.form, part)) for part in PARTS]
        return sorted({do for each in found for do in each.values("data-wemasy-do")})

    @property
    def is_ready(self) -> bool:
        return bool(self.view["mode"] == "ready")

    def act(self, do: str, text: object = None, **more: str) -> None:
        """By the way that the page's messages come; a second after the act before."""
        self._clock.forward(1)
        self.again(do, text, **more)

    def again(self, do: str, text: object = None, **more: str) -> None:
        """At once."""
        content = {"do": do, "page": PAGE, **more} | ({} if text is None else {"text": text})
        self.form._handle_custom_msg(content, [])
        assert "text" not in content

    def chooses(self, what: str, value: str) -> None:
        self.act(what, value=value)

    def reads(self, words: str, text: object = "") -> str:
        """Press, and wait until the response has these words."""
        self.act("send", text)
        until(lambda: words in self.reading("response") and self.is_ready)
        return self.reading("response")


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


@pytest.mark.parametrize("kind", OutcomeKind)
def test_each_of_the_six_kinds_is_shown_and_said_once(kind: OutcomeKind, opens: Opens, wire: Wire) -> None:
    person = opens(send=Script(RESPONSES[kind]))
    assert "No response yet" in person.reading("response")
    person.reads(LOOKS[kind].verdict)
    (call,) = HISTORY

    assert call.outcome.kind == kind
    until(lambda: bool(wire.said))  # It is said when it is drawn.
    assert wire.said == [announcement(call.outcome)]
    assert ("Body" in person.reading("response")) == (call.outcome.exchange is not None)


def test_a_response_that_was_proved_says_so_in_form_and_history(canary: str, opens: Opens, wire: Wire) -> None:
    source = Script(revoked(), says(401))
    person = opens(send=source)
    assert "Prove it" in person.reads("Token revoked", canary)

    person.act("prove")
    until(lambda: "✓ proved" in person.reading("response") and person.is_ready)

    assert source.asked == [f"Bearer {canary}"] * 2
    assert "200 401 Token revoked, proved Sandbox · shop.example" in person.reading("history")
    assert "Prove it" not in person.reading("response")
    assert not wire.gives_away(canary)


def test_a_row_of_the_history_opens_its_response_again_as_an_earlier_one(opens: Opens) -> None:
    person = opens(send=Script(says(401), revoked()))
    person.reads("401")
    person.reads("Token revoked")
    assert person.view["is_current"]

    person.chooses("show", "0")

    assert "Token not accepted" in person.reading("response")
    assert not person.view["is_current"]
    person.chooses("show", "7")
    assert "Token not accepted" in person.reading("response")


@pytest.mark.parametrize("threads", [1, 8])
def test_while_a_request_is_out_the_form_says_so_and_every_other_press_is_ignored(
    threads: int, canary: str, opens: Opens, wire: Wire
) -> None:
    door = Door(revoked())
    person = opens(send=door)
    at_once(*[lambda: person.again("send", canary)] * threads)
    until(lambda: len(door.asked) == 1)
    assert (person.view["mode"], person.view["is_current"]) == ("sending", False)
    person.act("send", canary)
    door.open.set()
    until(lambda: "Token revoked" in person.reading("response") and person.is_ready)

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
    drawn, look, kernel = threading.Event(), person.form._shown, threading.get_ident()

    def slow_look() -> Any:
        view = look()
        if threading.get_ident() == kernel:
            door.open.set()
            drawn.wait(0.2)
        else:
            drawn.set()
        return view

    monkeypatch.setattr(person.form, "_shown", slow_look)
    person.act("send", "")

    until(lambda: person.is_ready)


def test_two_lines_are_refused_beside_the_field_and_nothing_is_sent(canary: str, opens: Opens, wire: Wire) -> None:
    source = Script(revoked())
    person = opens(send=source)

    person.act("send", f"{canary}\n{canary}")

    assert wire.dids == ["refused"]
    assert person.view["error"].startswith("A line break stands inside; ")
    assert "No response yet" in person.reading("response")
    assert source.asked == []
    assert not wire.gives_away(canary)


def test_a_live_press_asks_first_not_now_closes_and_an_act_that_no_page_has_does_nothing(
    canary: str, opens: Opens, wire: Wire
) -> None:
    source = Script(revoked(), name="live")
    person = opens(send=source)
    for act in ("send", "forget", "confirm", "send", "log_out_at_once"):
        person.act(act, canary if act == "send" else None)
    person.act("confirm", page="another page")
    assert (person.view["mode"], person.view["page"]) == ("confirm", PAGE)
    assert f"{Token.parse(canary).fingerprint} at shop.example?" in person.view["question"]
    assert source.asked == []
    assert not wire.gives_away(canary)

    person.act("confirm")
    until(lambda: person.is_ready)

    assert source.asked == [f"Bearer {canary}"]
    assert wire.dids == ["armed", "let_go", "ignored", "armed", "ignored", "ignored", "accepted"]


def test_a_live_step_that_nobody_takes_closes_by_itself(
    canary: str, opens: Opens, wire: Wire, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_model, "ARMED_FOR", 0.01)
    person = opens(send=Script(name="live"))
    person.act("send", canary)
    clock.forward(1)

    until(lambda: person.is_ready)

    assert person.view_model.state.held is None
    assert person.view["note"] == "The question has closed by itself, and nothing was sent."
    assert wire.said == [view_model.CLOSED]


def test_cancel_ends_a_request_that_is_out(canary: str, opens: Opens) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        person = opens(send=live(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}/api", deadline=60))
        person.act("send", canary)
        person.act("confirm")

        def cancelled() -> bool:
            person.again("cancel")
            return person.is_ready

        until(cancelled)

    assert "it was cancelled" in person.reading("response").lower()


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


@pytest.mark.parametrize("place", ["call.token.Token.parse", "explorer.view_model.ViewModel.press"])
def test_an_interruption_shows_what_was_typed_in_no_frame(
    place: str, opens: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    canary, person = Canary(), opens(send=Script(name="live"))
    monkeypatch.setattr(f"wemasy_kit.{place}", interrupted)

    with pytest.raises(KeyboardInterrupt) as caught:
        person.form._heard(None, {"do": "send", "text": canary.text}, [])

    assert not shows(shown_by(caught.value), canary.text)


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


def test_a_token_that_the_sandbox_issued_is_listed_valid_then_revoked_and_in_no_state(opens: Opens, wire: Wire) -> None:
    person = opens()
    person.chooses("source", "sandbox")
    person.act("issue")
    until(lambda: "jane valid" in person.reading("tokens"))
    (fingerprint,) = [each for each in Page(person.form.tokens).values("value") if each]
    secret = person.view_model.shelf.issued(fingerprint)
    assert secret is not None

    person.reads("Token revoked")

    assert f"{fingerprint} jane revoked" in person.reading("tokens")
    assert not wire.gives_away(secret.reveal())
    person.chooses("token", fingerprint)
    person.act("send", "")
    assert "This kernel revoked it at" in person.view["cost"]
    person.chooses("customer", "joe")
    assert (person.is_ready, "jane revoked" in person.reading("tokens")) == (True, False)


# --- A hostile server


def test_nothing_that_a_server_says_becomes_an_element_of_the_form(opens: Opens) -> None:
    def hostile(text: str) -> Response:
        body = json.dumps({"message": text, text: text}).encode()
        return says(299, ("Server", text), (text, text), body=body, reason=text)

    person = opens(send=Script(*map(hostile, HOSTILE)))

    for number, text in enumerate(HOSTILE, start=1):
        person.act("send", "")
        until(lambda number=number: len(list(HISTORY)) == number and person.is_ready)  # type: ignore[misc]
        parts = [getattr(person.form, part) for part in PARTS]
        assert [strange(each) for each in parts] == [[]] * len(parts), text
        assert text in Page(person.form.response).text


# --- Choosing


@pytest.mark.parametrize(
    ("source", "acts", "address"),
    [
        ("cassette", {"recording"}, "https://api.wemasy.nl/api"),
        ("sandbox", {"token", "customer", "issue"}, "http://127.0.0.1:"),
        ("live", set(), "https://api.wemasy.nl/api"),
    ],
)
def test_only_what_belongs_to_the_source_is_shown_with_its_whole_address(
    source: str, acts: set[str], address: str, opens: Opens
) -> None:
    person = opens()

    person.chooses("source", source)

    assert set(person.choices) == {"source", "export"} | acts
    until(lambda: "…" not in person.reading("address"))
    assert person.reading("address").startswith(f"POST {address}")
    assert ("export WEMASY_BASE_URL=http://127.0.0.1:" in person.reading("base")) == (source == "sandbox")


def test_a_form_opens_on_the_recording_that_is_named(tmp_path: Path, opens: Opens) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_bytes(cassette_path("401-no-token").read_bytes())
    assert "Recorded: Token not accepted" in opens(cassette=mine).reads("401")

    person = opens(cassette="200-then-401-same-token")
    assert "Recorded: Token revoked" in person.reads("200")
    assert "Recorded: Token not accepted" in person.reads("401")
    person.chooses("recording", "429-too-many-requests")
    assert "Recorded: Not logged out" in person.reads("429")
    assert person.view["ready_at"] is None


def test_without_recordings_the_form_opens_and_says_that_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opens: Opens
) -> None:
    monkeypatch.setattr("wemasy_kit.sources.cassette.shipped", lambda name: tmp_path)
    person = opens()

    assert "recording" not in person.choices
    assert "there are: none" in person.reads("Nothing was sent")


def test_two_forms_share_the_history_at_once_and_one_clears_it_for_both(opens: Opens) -> None:
    one, other = opens(send=Script(says(401))), opens(send=Script())
    one.reads("401")
    assert "1 of this kernel" in other.reading("history")
    assert "No response yet" in other.reading("response")

    other.act("clear")

    assert "no calls yet in this kernel" in one.reading("history")
    assert "Token not accepted" in one.reading("response")


def test_an_export_is_handed_to_the_page_that_asked(opens: Opens, wire: Wire) -> None:
    opens().chooses("export", "har")

    assert '"file": "wemasy-logout.har", "page": "this page"' in wire.messages[-1]


# --- Where no widgets run


@pytest.mark.parametrize("press", [False, True])
def test_the_widget_comes_with_html_and_a_short_text_that_can_be_read_without_it(
    press: bool, canary: str, opens: Opens
) -> None:
    person = opens(send=Script(nothing(sent=True)))
    if press:
        person.reads("Nobody knows", canary)
    made, _ = person.form._repr_mimebundle_(include=None, exclude=None)

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


def test_opening_a_form_sends_nothing_and_one_source_is_a_line_of_text(opens: Opens) -> None:
    source, before = Script(), threading.active_count()
    opens()
    person = opens(send=source)

    assert (threading.active_count(), source.asked) == (before, [])
    assert person.reading("choices") == "Where it goes Sandbox · shop.example"
    assert person.choices == ["export"]


# --- Beside the kernel


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
    script = Path(page.__file__).with_suffix(".js").read_text("utf-8")

    assert [did for did in get_args(Did) if did != "ignored" and f'"{did}"' not in script] == []


@pytest.mark.skipif(shutil.which("node") is None, reason="the token field's own tests need node")
def test_the_token_field_in_javascript_passes_its_own_tests() -> None:
    tests = Path(__file__).with_name("page.test.mjs")
    run = subprocess.run(["node", "--test", tests], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout
