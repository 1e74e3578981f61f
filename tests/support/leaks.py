"""A canary is the text of a token that nobody issued; here are its spellings, and the one search for all of them."""

from __future__ import annotations

import base64
import collections
import dataclasses
import functools
import html
import json
import re
import secrets
import string
import traceback
import urllib.parse
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import wemasy_kit

PACKAGE = Path(wemasy_kit.__file__).parent
# Eight characters in a row are no accident; a piece of twelve holds five times eight.
RUN: Final = 8


class Canary:
    """A canary for stories whose frames are looked at too: it says `text` only to whoever asks for it."""

    def __init__(self) -> None:
        self._text = new_canary()

    @property
    def text(self) -> str:
        return self._text

    def becomes(self, text: str) -> None:
        """Another token takes its place, one that was issued after all."""
        self._text = text

    def __repr__(self) -> str:
        return "<canary>"


def new_canary() -> str:
    """Sanctum's shape with a true crc32, another one every time."""
    secret = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(40))
    return f"{secrets.randbelow(9000) + 1000}|{secret}{zlib.crc32(secret.encode()):08x}"


SPELLINGS: Final[dict[str, Callable[[str], str]]] = {
    "as it is": str,
    "in lower case": str.lower,
    "in upper case": str.upper,
    "without its number": lambda token: token.partition("|")[2],
    "in pieces of 12": lambda token: " / ".join(token[i : i + 12] for i in range(0, len(token), 12)),
    "percent-encoded": lambda token: urllib.parse.quote(token, safe=""),
    "percent-encoded in lower case": lambda token: urllib.parse.quote(token, safe="").replace("%7C", "%7c"),
    "percent-encoded throughout": lambda token: "".join(f"%{ord(character):02X}" for character in token),
    "percent-encoded twice": lambda token: "".join(f"%25{ord(character):02x}" for character in token),
    "JSON-escaped throughout": lambda token: "".join(f"\\u{ord(character):04x}" for character in token),
    "HTML-escaped throughout": lambda token: "".join(f"&#{ord(character)};" for character in token),
    "HTML-escaped in hex": lambda token: "".join(f"&#x{ord(character):X};" for character in token),
    "HTML-escaped and then JSON-escaped": lambda token: "".join(f"\\u0026#{ord(character)};" for character in token),
    "HTML-escaped and then percent-encoded": lambda token: "".join(f"%26%23{ord(sign)}%3B" for sign in token),
    "in hex": lambda token: token.encode().hex(),
    "in upper-case hex": lambda token: token.encode().hex().upper(),
    "in hex with blanks": lambda token: token.encode().hex(" "),
    "in hex with colons": lambda token: token.encode().hex(":").upper(),
    "in base64": lambda token: base64.b64encode(token.encode()).decode(),
    "in base64 with its scheme": lambda token: base64.b64encode(f"Bearer {token}".encode()).decode(),
    "in base64 for URLs": lambda token: base64.urlsafe_b64encode(f"a:{token}".encode()).decode().rstrip("="),
}
"""What a server could echo: the kit masks all of these."""

FURTHER: Final[dict[str, Callable[[str], str]]] = {
    "a piece of 12": lambda token: token[17:29],
    "JSON": lambda token: json.dumps({"token": token}),
    "JSON-escaped in JSON": lambda token: json.dumps("".join(f"\\u{ord(character):04X}" for character in token)),
    "escaped as in Python": lambda token: "".join(f"\\x{ord(character):02x}" for character in token),
    "base64, one further": lambda token: base64.b64encode(b"\xff" + token.encode() + b"\xff").decode(),
    "base64, two further": lambda token: base64.b64encode(b"\xff\xff" + token.encode() + b"\xff").decode(),
    "base64 of a piece of 12": lambda token: base64.b64encode(token[17:29].encode()).decode(),
    "UTF-16": lambda token: token.encode("utf-16-le").decode("latin-1"),
}
"""What a log, a pickle or a file could make of it."""


def shows(text: str | bytes, canary: str) -> bool:
    """Whether a text gives away eight characters in a row of the token's secret part: plain, percent-, JSON-, HTML-,
    hex- or base64-encoded, and in any case."""
    views = _views(text if isinstance(text, str) else text.decode("latin-1"))
    return any(piece in view for piece in _pieces(canary) for view in views)


@functools.lru_cache(maxsize=8)
def _views(text: str) -> tuple[str, ...]:
    """A text as whoever is curious could read it."""
    found = dict.fromkeys(_unwrapped(text))
    return tuple(dict.fromkeys(view.lower().translate(_STANDARD) for view in found))


_STANDARD: Final = str.maketrans("-_", "+/")  # base64's alphabet for URLs
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")


def _unwrapped(text: str) -> Iterator[str]:
    yield text
    if "\0" in text:
        yield text.replace("\0", "")
    if pairs := re.findall(r"(?i)\b(?:[0-9a-f]{2}[ :]){15,}[0-9a-f]{2}\b", text):
        yield "".join(pairs).replace(" ", "").replace(":", "")
    for _ in range(3):
        inner = html.unescape(urllib.parse.unquote(text.replace("\\\\", "\\")))
        inner = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), inner)
        if inner == text:
            return
        yield inner
        text = inner


@functools.lru_cache(maxsize=1024)
def _pieces(canary: str) -> tuple[str, ...]:
    secret = canary.partition("|")[2].encode()
    coded = [base64.b64encode(b"\0" * shift + secret).decode()[shift + 1 if shift else 0 : -4] for shift in range(3)]
    spelled = {secret.decode(): RUN, secret.hex(): 2 * RUN} | dict.fromkeys(coded, RUN * 4 // 3)
    return tuple(
        {text[start : start + size].lower() for text, size in spelled.items() for start in range(len(text) - size + 1)}
    )


def reachable(value: object, depth: int = 6) -> Iterator[str]:
    """The texts that a printer of locals meets: it enters containers and dataclasses, and asks the rest for a repr."""
    yield repr(value)
    parts: list[object] = []
    if isinstance(value, dict):
        parts = [*value, *value.values()]
    elif isinstance(value, list | tuple | set | frozenset | collections.deque):
        parts = list(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, field.name) for field in dataclasses.fields(value)]
    for part in parts if depth else []:
        yield from reachable(part, depth - 1)


def shown_by(error: BaseException) -> str:
    """All that a traceback with locals shows of the kit; a frame of a test may hold the text, and is no matter."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    captured = [str(frame.locals) for frame in whole.stack if _is_the_kits(frame.filename)]
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if _is_the_kits(frame.f_code.co_filename)]
    walked = [text for frame in frames for local in frame.f_locals.values() for text in reachable(local)]
    assert captured
    assert len(captured) == len(frames)
    behind = error.__cause__ or error.__context__
    return "\n".join([str(error), *captured, *walked, *([shown_by(behind)] if behind else [])])


def _is_the_kits(filename: str) -> bool:
    return Path(filename).is_relative_to(PACKAGE)
