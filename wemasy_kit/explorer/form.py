"""Form: the only ipywidgets. Collects a token, triggers the logout, shows the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import ipywidgets as widgets

from wemasy_kit.contract import load
from wemasy_kit.errors import WemasyKitError
from wemasy_kit.exchange import Send, SourceName
from wemasy_kit.explorer import background, cards
from wemasy_kit.explorer.desk import Desk
from wemasy_kit.explorer.markup import joined

_SOURCES: Final[Mapping[SourceName, str]] = {"cassette": "Replay", "sandbox": "Sandbox", "live": "Live"}


class LogoutForm(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A form for the endpoint: choose a source, give a token, press “Log out”, read what came back.

    Args:
        send: The one source to use; without it the form offers a replay, the sandbox and the live API.
    """

    def __init__(self, *, send: Send | None = None) -> None:
        self._desk: Final = Desk(send)
        self._source: Final = widgets.RadioButtons(
            options=[(_SOURCES[name], name) for name in self._desk.sources],
            description="Source",
            orientation="horizontal",
        )
        self._recording: Final = widgets.Dropdown(options=self._desk.recordings, description="Recorded")
        self._token: Final = widgets.Password(description="Token", placeholder="Paste a bearer token")
        self._button: Final = widgets.Button(description="Log out", button_style="primary")
        self._hint: Final = widgets.HTML()
        self._answer: Final = widgets.HTML(cards.nothing_yet())
        self._source.observe(self._explain, "value")
        self._button.on_click(self._pressed)
        self._explain()
        super().__init__(
            [
                widgets.HTML(joined(cards.style(), cards.heading(load()))),
                self._source,
                self._recording,
                self._token,
                self._button,
                self._hint,
                self._answer,
            ]
        )
        self.add_class("wemasy")

    def _explain(self, change: object = None) -> None:
        self._recording.layout.display = None if self._desk.recordings and self._source.value == "cassette" else "none"
        self._hint.value = cards.hint(self._source.value)

    def _pressed(self, button: object) -> None:
        # Emptied first: a saved notebook keeps the fields' values.
        text, self._token.value = self._token.value, ""
        if self._desk.begin():
            self._button.disabled = True
            background.run(self._log_out(text, self._source.value, self._recording.value))

    async def _log_out(self, text: str, source: SourceName, recording: str) -> None:
        self._answer.value = cards.sending()
        try:
            self._answer.value = cards.answer(await self._desk.log_out(text, source, recording))
        except WemasyKitError as error:
            self._answer.value = cards.refusal(str(error))
        except Exception as error:  # A callback's error shows nowhere in a notebook; only its kind is safe to show.
            self._answer.value = cards.refusal(f"{type(error).__name__} in the kit itself; please report it")
        finally:
            self._desk.end()
            self._button.disabled = False

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widget, and beside it what is readable where no widgets run."""
        bundle = super()._repr_mimebundle_(**options) or {}
        shadow = cards.shadow(load(), self._desk.outcome)
        return {**bundle, "text/plain": repr(shadow), "text/html": shadow._repr_html_()}
