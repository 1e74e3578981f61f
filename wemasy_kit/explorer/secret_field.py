"""Secret field: the only anywidget. The token stays in the page and is handed over once, by a message, not by state."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets

_HERE: Final = Path(__file__).parent


class SecretField(anywidget.AnyWidget):
    """A token field with its buttons: “Log out”, “Cancel”, and a second step that asks before a live request.

    What the page may know stands in `view`, and the token is never part of it. The page sends one message an act:
    `{"do": "send", "text": …}`, `{"do": "confirm"}`, `{"do": "forget"}`, `{"do": "cancel"}`; the text is what
    was typed or pasted, as it was. `reply` tells what became of it, and the page empties its field when the text was
    accepted.

    Args:
        act: Called with what to do and the text (empty but for "send").
    """

    _esm = _HERE / "secret_field.js"
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, act: Callable[[str, str], None], view: Mapping[str, object]) -> None:
        super().__init__(view=dict(view))
        _FIELDS.add(self.model_id)
        # At DEBUG the comm library logs what a page sends, and so the token; in a notebook that log is an output, and
        # is saved. Added once, however many fields there are.
        logging.getLogger("Comm").addFilter(_is_of_another_widget)
        self._act: Final = act
        self.on_msg(self._heard)

    def reply(self, did: str) -> None:
        """Tell the page what became of its act: "accepted", "refused", "armed", "let_go", or "ignored"."""
        self.send({"did": did})

    def say(self, sentence: str) -> None:
        """Have a screen reader say a sentence, once."""
        self.send({"say": sentence})

    def hand_out(self, name: str, content: bytes) -> None:
        """Have the browser download a file."""
        self.send({"file": name}, buffers=[content])

    def _heard(self, widget: object, content: dict[str, Any], buffers: object) -> None:
        # The text in no variable: should the form fail, a traceback with locals shows this frame.
        self._act(str(content.get("do")), _taken(content))


_FIELDS: Final[set[str]] = set()


def _is_of_another_widget(record: logging.LogRecord) -> bool:
    about = record.args[0] if isinstance(record.args, tuple) and record.args else None
    return record.levelno > logging.DEBUG or not (isinstance(about, str) and about in _FIELDS)


def _taken(content: dict[str, Any]) -> str:
    text = content.pop("text", "")
    return text if isinstance(text, str) else ""
