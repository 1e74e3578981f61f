"""Form: puts the view model on the screen, and hands it what a person does."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from wemasy_kit.call.exchange import Send
from wemasy_kit.cards.words import announcement
from wemasy_kit.contract.document import load
from wemasy_kit.errors import LabNotInstalled, WemasyKitError
from wemasy_kit.explorer import background, panels, response, view_model
from wemasy_kit.explorer.shelf import Shelf
from wemasy_kit.explorer.view_model import Did, ViewModel
from wemasy_kit.exports.export import FORMATS, export
from wemasy_kit.exports.samples import samples

try:
    from wemasy_kit.explorer.page import Act, Page
except ModuleNotFoundError:
    raise LabNotInstalled("the form needs ipywidgets and anywidget: pip install 'wemasy-kit[lab]'") from None


class LogoutForm(Page):
    """A form for the endpoint: choose a source, give a token, press the button, read what came back.

    The token stays in the page until it is sent, and is in no widget's state. One press sends one request; the live
    source asks before each.

    Args:
        send: The one source to use; without it the form offers a replay, the sandbox and the live API.
        cassette: The recording to open on, by name or path, as `cassette()` takes it.

    Raises:
        TypeError: `send` is no source, or both are given.
        CassetteError: There is no such recording, or it cannot be read.
    """

    def __init__(self, *, send: Send | None = None, cassette: str | Path | None = None) -> None:
        model = self._view_model = ViewModel(Shelf(send, cassette))
        self._acts: Final[Mapping[str, Callable[[Act], Did | None]]] = {
            "send": lambda act: model.press(act.given, act.page),
            "prove": lambda act: model.prove(act.page),
            "confirm": lambda act: model.confirm(act.page),
            "forget": lambda act: model.let_go(),
            "cancel": lambda act: background.run(model.cancel()),
            "source": self._choose_source,
            "recording": lambda act: model.choose("cassette", act.value),
            "token": lambda act: model.hold(act.value),
            "customer": lambda act: model.name(act.value),
            "issue": lambda act: self._in_background(model.issue()),
            "show": lambda act: model.show(int(act.value)),
            "clear": lambda act: model.history.clear(),
            "export": self._hand_out,
        }
        self._screen: Final = threading.RLock()
        self._drawn: tuple[object, object] = None, None
        super().__init__(self._acted, {"frame": panels.frame(load(), samples()), **self._shown()})
        model.history.watch(self)

    def history_changed(self) -> None:
        """One of the kernel's forms has made a call, or cleared the history."""
        if self._view_model.state.phase != "sending":  # Drawn when that is over.
            self._draw()

    def _acted(self, act: Act) -> None:
        """What was done in a page. No act that the page has not is taken for one that it has."""
        did: Did | None = "ignored"
        with self._errors_shown():
            if known := self._acts.get(act.do):
                did = known(act)
            if did == "accepted":
                self._in_background(self._log_out())
            if did == "armed":
                self._in_background(self._expire(), after=view_model.ARMED_FOR)
        if did:
            self.reply(did, act.page)

    def _choose_source(self, act: Act) -> None:
        name = next(name for name in self._view_model.shelf.sources if name == act.value)
        self._view_model.choose(name, self._view_model.state.recording)
        if name == "sandbox":
            self._in_background(self._open_the_sandbox())

    async def _open_the_sandbox(self) -> None:
        with contextlib.suppress(WemasyKitError):  # The press says so.
            self._view_model.shelf.open_the_sandbox()

    async def _log_out(self) -> None:
        entry = await self._view_model.send()
        self._draw()
        self.say(announcement(entry.outcome))

    async def _expire(self) -> None:
        if self._view_model.expire() != "ignored":
            self.say(view_model.CLOSED)

    def _hand_out(self, act: Act) -> None:
        format = next(format for format in FORMATS if format == act.value)
        self.hand_out(FORMATS[format].file_name, export(format).encode(), act.page)

    def _in_background(self, work: Coroutine[Any, Any, None], *, after: float = 0.0) -> None:
        background.run(self._reporting(work), after=after)

    async def _reporting(self, work: Coroutine[Any, Any, None]) -> None:
        with self._errors_shown():
            await work

    @contextlib.contextmanager
    def _errors_shown(self) -> Iterator[None]:
        """An error in a callback or in the background shows nowhere in a notebook: it is shown here."""
        try:
            yield
        except Exception as error:
            self._view_model.troubled(error)
            if isinstance(error, WemasyKitError):
                self.say(f"Nothing was sent. {error}")
        finally:
            self._draw()

    def _draw(self) -> None:
        # The kernel's thread and the background both draw: who looked first must not write last.
        with self._screen:
            self.show(self._shown())

    def _shown(self) -> Mapping[str, object]:
        model = self._view_model
        state, shelf, history, now = model.state, model.shelf, model.history, model.now
        shown: dict[str, object] = {"tokens": panels.tokens(state, shelf, history.revoked(), now)}
        # What is costly is made again only where what it is made of has changed.
        chosen = (state.source, state.recording, shelf.base_url(state.source, state.recording))
        if self._drawn[0] != chosen:
            shown |= panels.choices(load(), state, shelf)
        came = (state.shown, state.problem, *history)
        if self._drawn[1] != came:
            shown["response"] = response.response(state.shown, state.problem, history, now)
            shown["history"] = response.told(history, now)
        self._drawn = chosen, came
        return {**shown, "view": dict(panels.field(state, shelf, now))}

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widget, and beside it what is readable where no widgets run."""
        data, metadata = super()._repr_mimebundle_(**options) or ({}, {})
        shown = self._view_model.state.shown
        shadow = panels.shadow(load(), shown.outcome if shown else None)
        return {**data, "text/plain": repr(shadow), "text/html": shadow._repr_html_()}, metadata
