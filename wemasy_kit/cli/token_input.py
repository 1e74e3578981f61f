"""Token input: takes a token from the environment, standard input or a hidden prompt. Never from an argument, which
other users of the machine could read in the list of processes."""

from __future__ import annotations

import os
import sys
from typing import Final

import click

from wemasy_kit.call.token import MAX_LENGTH, Token
from wemasy_kit.errors import bare

VARIABLE: Final = "WEMASY_TOKEN"
# With quotes, a header's name and some white space around it, and enough to see that it is too long.
_MOST: Final = 4 * MAX_LENGTH


def from_environment() -> Token | None:
    """The token in WEMASY_TOKEN; None where it is not set, or blank, as an unset secret is in many pipelines."""
    # In no variable, here and below: when a token is refused, a traceback with locals shows these frames.
    return Token.parse(os.environ[VARIABLE]) if os.environ.get(VARIABLE, "").strip() else None


def from_stdin() -> Token:
    """The token that is piped in; at a terminal, where it would be seen, the one that is asked for."""
    return asked_for("Bearer token") if _is_terminal() else Token.parse(_piped())


def asked_for(prompt: str) -> Token:
    """The token that a person types or pastes, unseen.

    Raises:
        UsageError: There is no terminal to ask at.
    """
    if not _is_terminal():
        empty = not os.environ.get(VARIABLE, "unset").strip()
        told = f"{VARIABLE} is set and empty; fill it" if empty else f"set {VARIABLE}"
        raise click.UsageError(f"no token: {told}, or pipe it in with --token-stdin, or use a terminal")
    return Token.parse(_typed(prompt))


def _piped() -> str:
    return (sys.stdin.buffer.read(_MOST) if sys.stdin else b"").decode("utf-8-sig", "replace").rstrip("\r\n")


def _typed(prompt: str) -> str:
    try:
        return click.prompt(f"{prompt} (not shown)", hide_input=True, err=True, default="", show_default=False)
    except UnicodeDecodeError:
        return "\N{REPLACEMENT CHARACTER}"
    except BaseException as error:
        failure = bare(error)
    raise failure


def _is_terminal() -> bool:
    # Started with a closed standard input, Python has none.
    return sys.stdin is not None and sys.stdin.isatty()
