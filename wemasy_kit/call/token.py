"""Token: parse, lint, fingerprint. The one type that holds the secret, and it never shows it. Pure."""

from __future__ import annotations

import binascii
import functools
import re
from collections.abc import Callable
from typing import Any, Final, Literal, NoReturn

from wemasy_kit.errors import InvalidToken, bare

MAX_LENGTH: Final = 512

# The words avoid what people type by mistake ("token", "bearer", "your …"): a message repeats nothing of its input.
RULES: Final = {
    "not_text": "this is no text; hand over a str",
    "empty": "nothing is left to send; copy the whole value from where it was issued",
    "too_long": f"more than {MAX_LENGTH} characters; copy only the value itself",
    "line_break": "a line break stands inside; copy the value as one line",
    "white_space": "white space stands inside; copy the value in one piece",
    "control_character": "a control character stands inside; copy the value as plain text",
    "not_ascii": "a sign outside ASCII stands inside (a curly quote, an ellipsis, a look-alike letter?)",
    "comma": "a comma stands inside, and the server drops all that follows one; copy a single value",
    "placeholder": "this is the stand-in of a sample; fill in a value that the shop issued, or one from the sandbox",
}

_SPACE: Final = " \t\n\r\v\f"
_QUOTES: Final = "\"'`"
# Patterns are compiled when first used: a program that replays without a token pays for none of them.
_HEADER_NAME: Final = r"(?i)authorization[ \t]*:"
_SCHEME: Final = r"(?i)bearer(?=[ \t]|$)"
_FORBIDDEN: Final = (
    r"(?P<line_break>[\r\n])|(?P<white_space>[ \t])|(?P<control_character>[\x00-\x1f\x7f])"
    r"|(?P<not_ascii>[^\x00-\x7f])|(?P<comma>,)"
)
_BRACKETED: Final = r"(?:\d+\|)?(?:<.*>|\{.*\}|\[.*\]|\$\{?\w+\}?|%\w+%)"
_FILLER: Final = r"(?i)(?:\d+\|)?([x*.\-_])\1{2,}"
_MARKERS: Final = frozenset("your yourtoken insert paste enter replace change changeme here redacted".split())
_AROUND: Final = frozenset("my the api access auth bearer plain text token key secret value id me with wemasy".split())
_NAMES: Final = frozenset({"token", "api token", "access token", "auth token", "bearer token", "wemasy token"})
_SANCTUM: Final = r"(?:.*_)?([A-Za-z0-9]{40})([0-9a-f]{8})"
_SANCTUM_CUT: Final = r"(?:.*_)?[A-Za-z0-9]{41,48}"

Checksum = Literal["ok", "failed", "not_applicable"]


class Token:
    """A bearer token that can be sent, and never be seen.

    Made by `Token.parse`. It is no `str`: its `repr`, `str`, `format` and HTML show the fingerprint, and it refuses
    to be pickled. Only `reveal` gives the secret, and the kit calls it in one place: where a request is sent.

    Attributes:
        fingerprint: The first 8 hex digits of sha256 of the part after the bar. The `token` column of Sanctum's
            `personal_access_tokens` table begins with them, so two people can speak of one token.
        checksum: Whether the crc32 at the end of a Sanctum token is right: "ok"; "failed", likely truncated or
            mistyped; "not_applicable", the token has another shape. The server never looks at it.
        notes: What `parse` stripped, in words for a person; empty for a text that was clean.
        warning: One sentence where the token is likely to be a wrong one, else None. It can be sent all the same.
    """

    __slots__ = ("_reveal", "checksum", "fingerprint", "notes", "warning")

    # A closure, so that no attribute, state or `__slots__` walk meets the text itself.
    _reveal: Callable[[], str]
    checksum: Checksum
    fingerprint: str
    notes: tuple[str, ...]
    warning: str | None

    def __init__(self) -> None:
        raise TypeError("a token is made by Token.parse(text)")

    @classmethod
    def parse(cls, text: str) -> Token:
        """Read what a person pasted: `id|secret` or a bare secret, also as `Authorization: Bearer …` or in quotes.

        Strips surrounding ASCII white space, one pair of quotes, one `Authorization:` and one `Bearer`, and says so
        in `notes`.

        Raises:
            InvalidToken: With the name of the broken rule and the position, never with the text.
        """
        try:
            made = _made(text)
        except BaseException as error:
            made = bare(error)  # Ctrl-C, in a frame that held the text.
        del text  # A traceback with locals shows this frame.
        if isinstance(made, BaseException):
            raise made
        return made

    def reveal(self) -> str:
        """Give the secret. For the one place that sends the request; never log, store or show what this returns."""
        return self._reveal()

    @property
    def names_a_case(self) -> bool:
        """Whether it is `case|NAME`, which asks a sandbox for a case of its catalogue, and opens nothing elsewhere."""
        return self._reveal().startswith("case|")

    def __repr__(self) -> str:
        return f"<Token {self.fingerprint}, checksum {self.checksum.replace('_', ' ')}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and self._reveal() == other._reveal()

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __copy__(self) -> Token:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Token:
        return self

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a token does not change")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a token is never pickled; parse it again where it is needed")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a token has no state to give away")


def _made(text: object) -> Token | BaseException:
    found = _read(text)
    if isinstance(found, InvalidToken):
        return found
    import hashlib  # noqa: PLC0415  (loads OpenSSL; a replay without a token needs none)

    secret, notes = found
    token = object.__new__(Token)
    fill = object.__setattr__
    fill(token, "_reveal", lambda: secret)
    fill(token, "notes", notes)
    fill(token, "checksum", _checksum(secret))
    fill(token, "warning", _warning(secret))
    fill(token, "fingerprint", hashlib.sha256(_after_bar(secret).encode()).hexdigest()[:8])
    return token


def _read(text: object) -> tuple[str, tuple[str, ...]] | InvalidToken:
    """The secret alone and what was removed, or which rule is broken."""
    if not isinstance(text, str):
        return _broken("not_text")
    core = text.lstrip(_SPACE)
    start = len(text) - len(core)
    core = core.rstrip(_SPACE)
    notes = ["white space around it"] if len(core) != len(text) else []
    wrappings: dict[str, Callable[[str], tuple[str, int] | None]] = {
        "a pair of quotes": _unquoted,
        "“Authorization:”": functools.partial(_without, _HEADER_NAME),
        "“Bearer”": functools.partial(_without, _SCHEME),
    }
    while cut := next(((name, found) for name, unwrap in wrappings.items() if (found := unwrap(core))), None):
        name, (core, skipped) = cut
        start += skipped
        del wrappings[name]
        notes.append(name)
    if not core or core.endswith("|"):
        return _broken("empty")
    if len(core) > MAX_LENGTH:
        return _broken("too_long")
    if bad := re.search(_FORBIDDEN, core):
        return _broken(str(bad.lastgroup), start + bad.start() + 1)
    if _is_placeholder(core):
        return _broken("placeholder")
    return core, tuple(f"{note} was removed" for note in notes)


def _broken(rule: str, position: int | None = None) -> InvalidToken:
    return InvalidToken(rule, RULES[rule], position)


def _unquoted(text: str) -> tuple[str, int] | None:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in _QUOTES:
        return _trimmed(text[1:-1], 1)
    return None


def _without(prefix: str, text: str) -> tuple[str, int] | None:
    found = re.match(prefix, text)
    return _trimmed(text[found.end() :], found.end()) if found else None


def _trimmed(text: str, skipped: int) -> tuple[str, int]:
    left = text.lstrip(_SPACE)
    return left.rstrip(_SPACE), skipped + len(text) - len(left)


def _is_placeholder(text: str) -> bool:
    if re.fullmatch(_BRACKETED, text) or re.fullmatch(_FILLER, text):
        return True
    words = re.findall(r"[a-z0-9]+", text.lower())
    known = all(word in _MARKERS or word in _AROUND for word in words)
    return known and (" ".join(words) in _NAMES or any(word in _MARKERS for word in words))


def _after_bar(secret: str) -> str:
    return secret.partition("|")[2] or secret


def _checksum(secret: str) -> Checksum:
    """Sanctum ends a token in crc32b of the 40 characters before it (`HasApiTokens::generateTokenString`)."""
    body = _after_bar(secret)
    if shape := re.fullmatch(_SANCTUM, body):
        return "ok" if f"{binascii.crc32(shape[1].encode()):08x}" == shape[2] else "failed"
    cut = "|" in secret and re.fullmatch(_SANCTUM_CUT, body)
    return "failed" if cut else "not_applicable"


def _warning(secret: str) -> str | None:
    if _checksum(secret) == "failed":
        return "the checksum at its end is wrong: likely truncated or mistyped. It can be sent; expect a 401."
    if any(quote in secret for quote in _QUOTES):
        return "a quotation mark stands in it: likely one too many was copied. It can be sent; expect a 401."
    return None
