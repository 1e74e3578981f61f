"""Example: a recorded exchange, as the other tools' files want it. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from wemasy_kit.call.request import Headers


@dataclass(frozen=True, slots=True)
class Example:
    """A recorded exchange without its secrets.

    Attributes:
        name: The recording's name, with the number of the answer where it has several.
        origin: Where and when it was recorded, in a sentence.
        method: The request's method.
        url: The request's address.
        sent: The request's headers; the Authorization value is masked.
        status: The answer's status.
        reason: The answer's reason phrase, perhaps empty.
        headers: The answer's headers.
        body: The answer's body.
    """

    name: str
    origin: str
    method: str
    url: str
    sent: Headers
    status: int
    reason: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The first value of a header of the answer; "" where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def language(self) -> str:
        """What to show the body as: "json" or "text"."""
        return "json" if "json" in self.header("Content-Type") else "text"


def pairs(headers: Headers, key: str) -> list[dict[str, str]]:
    """Headers as a list of objects, the name under `key`."""
    return [{key: name, "value": value} for name, value in headers]


def as_json(value: Any) -> str:
    """The text of a JSON file."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def line(text: str) -> str:
    """One line: what a server said must not begin a line of its own in a file that a tool runs."""
    return " ".join(text.split())
