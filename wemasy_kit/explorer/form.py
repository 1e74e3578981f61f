"""Form: the only ipywidgets. Puts the view model on the screen, and hands it what a person does."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from wemasy_kit.call.exchange import Send
from wemasy_kit.cards.card import style
from wemasy_kit.cards.markup import Html, joined
from wemasy_kit.cards.outcome import gauge, verdict
from wemasy_kit.cards.words import SOURCES, announcement
from wemasy_kit.contract.document import load
from wemasy_kit.contract.ledger import compare
from wemasy_kit.errors import LabNotInstalled, WemasyKitError
from wemasy_kit.explorer import background, panels
from wemasy_kit.explorer.history import changes
from wemasy_kit.explorer.shelf import Shelf
from wemasy_kit.explorer.view_model import Did, ViewModel
from wemasy_kit.exports.export import FORMATS, export
from wemasy_kit.exports.samples import samples

try:
    import ipywidgets as widgets

    from wemasy_kit.explorer.secret_field import SecretField
except ModuleNotFoundError:
    raise LabNotInstalled("the form needs ipywidgets and anywidget: pip install 'wemasy-kit[lab]'") from None

_NEW: Final = ("a new one", "")
_TABS: Final = ("Body", "Headers", "Documented vs observed", "Exchange", "Changes")


class LogoutForm(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A form for the endpoint: choose a source, give a token, press “Log out”, read what came back.

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
        shelf = Shelf(send, cassette)
        view_model = self._view_model = ViewModel(shelf)
        self._acts: Final[Mapping[str, Callable[[str], Did | None]]] = {
            "send": view_model.press,
            "confirm": lambda _: view_model.confirm(),
            "forget": lambda _: view_model.let_go(),
            "cancel": lambda _: background.run(view_model.cancel()),
        }
        self._drawing = self._has_answer = False
        self._screen: Final = threading.RLock()
        self._source: Final = _segments("Source", [(SOURCES[name], name) for name in shelf.sources])
        self._explained: Final = widgets.HTML()
        self._recording: Final = _segments("Recorded answer", list(shelf.recordings.items()), shelf.recording)
        self._customer: Final = widgets.Text(
            value=view_model.state.customer, description="Customer", continuous_update=False
        )
        self._issue: Final = widgets.Button(description="Give me a token")
        self._which: Final = _classed(_segments("Token to send", [_NEW]), "wemasy-list")
        self._field: Final = SecretField(self._acted, self._field_view())
        self._verdict: Final = widgets.HTML(panels.NOTHING_YET)
        self._parts: Final = [widgets.HTML() for _ in _TABS]
        self._tabs: Final = widgets.Tab(self._parts, titles=_TABS)
        self._format: Final = widgets.Dropdown(
            options=[(target.label, format) for format, target in FORMATS.items()], description="Export"
        )
        self._download: Final = widgets.Button(description="Download")
        self._history: Final = widgets.HTML()
        self._clear: Final = widgets.Button(description="Clear the history")
        self._shop: Final = widgets.VBox([widgets.HBox([self._customer, self._issue]), self._which])
        styles = [("As documented", "documented"), ("Checked", "checked")]
        self._style: Final = _classed(_segments("Request sample", styles), "wemasy-two")
        languages = list(dict.fromkeys(sample.language for sample in samples()))
        self._samples: Final = widgets.Tab([widgets.HTML() for _ in languages], titles=languages)
        left = [self._source, self._explained, self._recording, self._shop, self._field]
        right = [widgets.HTML(panels.title("Response")), self._verdict, self._tabs]
        below = [
            widgets.HTML(panels.title("Request sample")),
            self._style,
            self._samples,
            widgets.HBox([self._format, self._download]),
            self._history,
            self._clear,
        ]
        super().__init__(
            [
                widgets.HTML(joined(style(), panels.heading(load()))),
                _classed(
                    widgets.Box(
                        [
                            _classed(widgets.VBox(left), "wemasy-ask"),
                            _classed(widgets.VBox(right), "wemasy-answer"),
                        ]
                    ),
                    "wemasy-columns",
                ),
                _classed(widgets.VBox(below), "wemasy-below"),
            ]
        )
        _classed(self, "wemasy")
        self._source.observe(self._chosen, "value")
        self._recording.observe(self._chosen, "value")
        self._customer.observe(self._named, "value")
        self._which.observe(self._picked, "value")
        self._issue.on_click(lambda _: self._in_background(view_model.issue()))
        self._clear.on_click(lambda _: self._forget_history())
        self._style.observe(self._show_samples, "value")
        self._download.on_click(lambda _: self._in_background(self._hand_out()))
        self._show_samples()
        self._chosen()

    def _show_samples(self, change: object = None) -> None:
        style = self._style.value
        sources = {sample.language: sample.source for sample in samples() if sample.style == style}
        for language, shown in zip(self._samples.titles, self._samples.children, strict=True):
            shown.value = panels.sample(sources[language]) if language in sources else panels.no_sample(language)

    def _acted(self, do: str, text: str) -> None:
        """What was pressed in the token field. No act that the page has not is taken for one that it has."""
        did: Did | None = "ignored"
        with self._errors_shown():
            try:
                if act := self._acts.get(do):
                    did = act(text)
            finally:
                del text  # Should the drawing fail, a traceback with locals shows this frame.
            if did == "accepted":
                self._in_background(self._log_out())
        if did:
            self._field.reply(did)

    def _chosen(self, change: object = None) -> None:
        with self._errors_shown():
            self._view_model.choose(self._source.value, self._recording.value or "")

    def _named(self, change: object = None) -> None:
        with self._errors_shown():
            self._view_model.name(self._customer.value.strip() or "jane")

    def _picked(self, change: object = None) -> None:
        if not self._drawing:
            with self._errors_shown():
                self._view_model.hold(self._which.value or "")

    def _forget_history(self) -> None:
        with self._errors_shown():
            self._view_model.history.clear()

    async def _log_out(self) -> None:
        before = self._view_model.state.outcome
        self._verdict.value = panels.SENDING
        outcome = await self._view_model.send()
        exchange = outcome.exchange
        self._verdict.value = joined(verdict(outcome), gauge(outcome))
        rows = compare(exchange) if exchange else ()
        contents = panels.parts(exchange, rows) if exchange else (Html(),) * 4
        changed = panels.changed(changes(before, outcome) if before else ())
        for part, content in zip(self._parts, (*contents, changed), strict=True):
            part.value = content
        self._tabs.set_title(2, panels.ledger_title(rows))
        self._has_answer = exchange is not None
        self._field.say(announcement(outcome))

    async def _hand_out(self) -> None:
        format = self._format.value
        self._field.hand_out(FORMATS[format].file_name, export(format).encode())

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        background.run(self._reporting(work))

    async def _reporting(self, work: Coroutine[Any, Any, None]) -> None:
        with self._errors_shown():
            await work

    @contextlib.contextmanager
    def _errors_shown(self) -> Iterator[None]:
        """An error in a callback or in the background shows nowhere in a notebook: it is shown here."""
        try:
            yield
        except WemasyKitError as error:
            self._verdict.value, self._has_answer = panels.refusal(str(error)), False
            self._field.say(f"Nothing was sent. {error}")
        except Exception as error:
            self._verdict.value, self._has_answer = panels.fault(type(error).__name__), False
        finally:
            self._draw()

    def _draw(self) -> None:
        # The kernel's thread and the background both draw: who looked first must not write last.
        with self._screen:
            self._draw_all()

    def _draw_all(self) -> None:
        state, shelf, history = self._view_model.state, self._view_model.shelf, self._view_model.history
        _show(self._recording, state.source == "cassette" and bool(shelf.recordings))
        _show(self._shop, state.source == "sandbox" and shelf.issues_tokens)
        self._explained.value = panels.hint(state.source)
        self._drawing = True
        tokens = [(panels.token_label(token), token.fingerprint) for token in shelf.tokens(state.customer)]
        options = [_NEW, *tokens]
        if list(self._which.options) != options:
            self._which.options = options
        held = state.held.fingerprint if state.held else ""
        self._which.value = held if held in dict(options).values() else ""
        self._drawing = False
        self._field.view = dict(self._field_view())
        self._history.value = panels.history(history, self._view_model.now.unix)
        _show(self._clear, bool(len(history)))
        _show(self._tabs, self._has_answer)

    def _field_view(self) -> panels.FieldView:
        return panels.field(self._view_model.state, self._view_model.shelf, self._view_model.now)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widget, and beside it what is readable where no widgets run."""
        bundle = super()._repr_mimebundle_(**options) or {}
        shadow = panels.shadow(load(), self._view_model.state.outcome)
        return {**bundle, "text/plain": repr(shadow), "text/html": shadow._repr_html_()}


def _segments(name: str, options: list[tuple[str, str]], value: str | None = None) -> Any:
    chosen = {"value": value} if value else {}
    radios = widgets.RadioButtons(options=options, description=name, orientation="horizontal", **chosen)
    return _classed(radios, "wemasy-segments")


def _classed(widget: Any, name: str) -> Any:
    widget.add_class(name)
    return widget


def _show(widget: Any, shown: bool) -> None:
    widget.layout.display = None if shown else "none"
