"""Page: the only anywidget. What is shown goes out as state; a token comes in once, by a message, not by state."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import anywidget
import traitlets

from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidToken
from wemasy_kit.explorer.view_model import Given


class Act(NamedTuple):
    """What was done in a page: what, on which of several, in which page, and what the token field held."""

    do: str
    value: str
    page: str
    given: Given


class Page(anywidget.AnyWidget):
    """The form on the screen: the token field with its buttons, and around it what the kernel has put into HTML.

    The page sends one message an act: `{"do": "send", "text": …, "page": …}`, `{"do": "source", "value": "live", …}`;
    the text is what was typed or pasted, as it was. `reply` tells what became of it, and the page that did it empties
    its field when the text was accepted.

    Attributes:
        view: What the token field and its buttons show; the token is never part of it.
        frame: HTML with a place for each of the parts: `address`, `choices`, `tokens`, `response`, `base`, `history`.
    """

    _esm = Path(__file__).with_name("page.js")
    view = traitlets.Dict().tag(sync=True)
    frame = traitlets.Unicode().tag(sync=True)
    address = traitlets.Unicode().tag(sync=True)
    choices = traitlets.Unicode().tag(sync=True)
    tokens = traitlets.Unicode().tag(sync=True)
    response = traitlets.Unicode().tag(sync=True)
    base = traitlets.Unicode().tag(sync=True)
    history = traitlets.Unicode().tag(sync=True)

    def __init__(self, act: Callable[[Act], None], shown: Mapping[str, object]) -> None:
        super().__init__(**shown)
        _PAGES.add(self.model_id)
        # At DEBUG the comm library logs what a page sends, and so the token; in a notebook that log is an output, and
        # is saved. Added once, however many forms there are.
        logging.getLogger("Comm").addFilter(_is_of_another_widget)
        self._act: Final = act
        self.on_msg(self._heard)

    def show(self, shown: Mapping[str, object]) -> None:
        """Show these of its attributes, in one message."""
        with self.hold_sync():
            for name, value in shown.items():
                setattr(self, name, value)

    def reply(self, did: str, page: str) -> None:
        """Tell a page what became of its act: "accepted", "refused", "armed", "let_go", or "ignored"."""
        self.send({"did": did, "page": page})

    def say(self, sentence: str) -> None:
        """Have a screen reader say a sentence, once."""
        self.send({"say": sentence})

    def hand_out(self, name: str, content: bytes, page: str) -> None:
        """Have a browser download a file."""
        self.send({"file": name, "page": page}, buffers=[content])

    def _heard(self, widget: object, content: dict[str, Any], buffers: object) -> None:
        given = _taken(content)
        do, value, page = (str(content.get(key, "")) for key in ("do", "value", "page"))
        self._act(Act(do, value, page, given))


def _taken(content: dict[str, Any]) -> Given:
    """A text becomes a token here, at the door: no frame of the kit's, however it ends, has it in a variable."""
    try:
        return Token.parse(content.pop("text", ""))
    except InvalidToken as error:
        return None if error.rule == "empty" else str(error)


_PAGES: Final[set[str]] = set()


def _is_of_another_widget(record: logging.LogRecord) -> bool:
    about = record.args[0] if isinstance(record.args, tuple) and record.args else None
    return record.levelno > logging.DEBUG or not (isinstance(about, str) and about in _PAGES)
