"""A canary: the text of a token that nobody issued, the spellings it can come in, and the search for all of them."""

from __future__ import annotations

import base64
import functools
import html
import json
import re
import secrets
import string
import urllib.parse
import zlib
from collections.abc import Callable, Iterator
from typing import Final

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


def _shifted(shift: int) -> Callable[[str], str]:
    """Base64 looks different at each of the three places in a group; what stands around is not the token's."""
    return lambda token: base64.b64encode(b"\xff" * shift + token.encode() + b"\xff").decode()


SPELLINGS: Final[dict[str, Callable[[str], str]]] = {
    "as it is": str,
    "in lower case": str.lower,
    "in upper case": str.upper,
    "without its number": lambda token: token.partition("|")[2],
    "a piece of 12": lambda token: token[17:29],
    "in pieces of 12": lambda token: " / ".join(token[i : i + 12] for i in range(0, len(token), 12)),
    "percent-encoded": lambda token: urllib.parse.quote(token, safe=""),
    "percent-encoded throughout": lambda token: "".join(f"%{ord(character):02X}" for character in token),
    "percent-encoded twice": lambda token: urllib.parse.quote("".join(f"%{ord(each):02x}" for each in token)),
    "JSON": lambda token: json.dumps({"token": token}),
    "JSON-escaped throughout": lambda token: "".join(f"\\u{ord(character):04x}" for character in token),
    "JSON-escaped in JSON": lambda token: json.dumps("".join(f"\\u{ord(character):04X}" for character in token)),
    "escaped as in Python": lambda token: "".join(f"\\x{ord(character):02x}" for character in token),
    "HTML-escaped": lambda token: html.escape(token.replace("|", "&#124;")),
    "HTML-escaped throughout": lambda token: "".join(f"&#{ord(character)};" for character in token),
    "HTML-escaped in hex": lambda token: "".join(f"&#x{ord(character):X};" for character in token),
    "hex": lambda token: token.encode().hex(),
    "upper-case hex": lambda token: token.encode().hex().upper(),
    "hex with blanks": lambda token: token.encode().hex(" "),
    "base64": _shifted(0),
    "base64, one further": _shifted(1),
    "base64, two further": _shifted(2),
    "base64 for URLs": lambda token: base64.urlsafe_b64encode(f"a:{token}".encode()).decode().rstrip("="),
    "base64 of a piece of 12": lambda token: base64.b64encode(token[17:29].encode()).decode(),
    "UTF-16": lambda token: token.encode("utf-16-le").decode("latin-1"),
}


def gives_away(text: str | bytes, canary: str) -> bool:
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
    if pairs := re.findall(r"(?i)\b(?:[0-9a-f]{2} ){15,}[0-9a-f]{2}\b", text):
        yield "".join(pairs).replace(" ", "")
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
