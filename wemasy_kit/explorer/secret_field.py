"""Secret field: the only anywidget. The token stays in the page and is handed over once, by a message, not by state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets

_HERE: Final = Path(__file__).parent


class SecretField(anywidget.AnyWidget):
    """A token field with its buttons: “Log out”, “Cancel”, and a second step that asks before a live request.

    What the page may know stands in `view`, and the token is never part of it. The page sends one message an act:
    `{"do": "send", "text": …}`, `{"do": "confirm"}`, `{"do": "forget"}`, `{"do": "cancel"}`; it is answered by
    `answer`, and the page empties its field when the text was accepted.

    Args:
        act: Called with what to do and the text that was typed (empty but for "send").
    """

    _esm = _HERE / "secret_field.js"
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, act: Callable[[str, str], None], view: dict[str, object]) -> None:
        super().__init__(view=view)
        self._act: Final = act
        self.on_msg(self._heard)

    def answer(self, did: str) -> None:
        """Tell the page what became of its act: "accepted", "refused", "armed", or "ignored"."""
        self.send({"did": did})

    def say(self, sentence: str) -> None:
        """Have a screen reader say a sentence, once."""
        self.send({"say": sentence})

    def hand_out(self, name: str, content: bytes) -> None:
        """Have the browser download a file."""
        self.send({"file": name}, buffers=[content])

    def _heard(self, widget: object, content: dict[str, Any], buffers: object) -> None:
        text = content.pop("text", "")
        self._act(str(content.get("do")), text if isinstance(text, str) else "")
