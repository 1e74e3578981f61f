"""What raises: misuse, and nothing else. A response of the server, also a 401 or a 429, is a value.

WemasyKitError
├── InvalidToken        the text cannot be a bearer token; names the rule and the position, never the text
├── InvalidOption       a deadline, a limit or a profile out of range
├── InvalidBaseURL      neither https nor http on loopback, or with user, query or fragment
├── InsideEventLoop     `logout_sync` was called where an event loop runs; await `logout` there
├── SandboxNotStarted   the sandbox was asked before it listens
├── CassetteError
│   ├── CassetteNotFound    no cassette of this name
│   ├── CassetteUnreadable  not a vcrpy cassette; names the place
│   └── CassetteMismatch    holds no response, or none any more, for the request
├── PageUnreadable      a text is no copy of the documented page
├── LabNotInstalled     the form was asked for without the extra `lab`; says what to install
├── RecordingRefused    the responses are not those of the story; nothing was written
└── SecretFound         something about to be written holds a secret; names the place, never the secret
"""

from __future__ import annotations

from collections.abc import Iterable


class WemasyKitError(Exception):
    """The root of everything that this package raises on purpose."""


class InvalidToken(WemasyKitError, ValueError):
    """The text cannot be a bearer token.

    Attributes:
        rule: The broken rule, one of the names in `wemasy_kit.call.token.RULES`.
        position: Where in the text as it was given, counted from 1; None where the whole text is meant.
    """

    def __init__(self, rule: str, message: str, position: int | None = None) -> None:
        super().__init__(rule, message, position)
        self.rule, self.position = rule, position

    def __str__(self) -> str:
        _, message, position = self.args
        return str(message) if position is None else f"{message} (character {position})"


class InvalidOption(WemasyKitError, ValueError):
    """An option is out of its range; the message names the option and the range."""


class InvalidBaseURL(WemasyKitError, ValueError):
    """A base URL is https, or http on loopback, without user, query or fragment. The message never repeats it."""


class InsideEventLoop(WemasyKitError, RuntimeError):
    """`logout_sync` was called where an event loop runs already, as in a notebook: await `logout` there."""


class SandboxNotStarted(WemasyKitError, RuntimeError):
    """The sandbox was asked before it listens; the message says how to start it."""


class CassetteError(WemasyKitError):
    """A cassette cannot serve. The message is one line, whatever the file holds."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(" ".join(message.split())))


class CassetteNotFound(CassetteError, LookupError):
    """There is no cassette of this name; the message lists those there are."""


class CassetteUnreadable(CassetteError, ValueError):
    """The file is not a vcrpy cassette; the message names the file and the place in it."""


class CassetteMismatch(CassetteError):
    """The cassette holds no response, or none any more, for the request."""


class PageUnreadable(WemasyKitError, ValueError):
    """A text is no copy of the documented page; the message says what to save."""


class LabNotInstalled(WemasyKitError, ImportError):
    """What the extra `lab` brings is missing; the message says what to install."""


class RecordingRefused(WemasyKitError):
    """The responses are not those of the story to record; the message names them. Nothing was written."""


class SecretFound(WemasyKitError):
    """Something about to be written holds a secret. Nothing was written; the message names the place only."""


def printable(text: str) -> str:
    """The text with a mark in place of what a terminal does not print but obeys."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def bare(error: BaseException) -> BaseException:
    """An error without its past, and out of the group that asyncio may wrap it in: no frame keeps what it held."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def no_such(what: str, name: object, known: Iterable[str]) -> str:
    """That there is none of this name; which was perhaps meant, one that begins so or looks like it; and all names."""
    import difflib  # noqa: PLC0415  (only a mistyped name needs it)

    names = tuple(known)
    near = [each for each in names if each.startswith(str(name))]
    near = near or difflib.get_close_matches(str(name), names, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}? " if name and near else ""
    return f"there is no {what} named {name!r}; {hint}there are: {', '.join(names) or 'none'}"
