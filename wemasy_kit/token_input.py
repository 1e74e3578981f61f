"""Token input: takes a token from the environment, standard input or a hidden prompt. Never from an argument, which
other users of the machine could read in the list of processes."""

from __future__ import annotations

import os
import sys
from typing import Final

import click

from wemasy_kit.token import MAX_LENGTH, Token

VARIABLE: Final = "WEMASY_TOKEN"
# With quotes, a header's name and some white space around it, and enough to see that it is too long.
_MOST: Final = 4 * MAX_LENGTH


def from_environment() -> Token | None:
    """The token in WEMASY_TOKEN; None where it is not set, or blank, as an unset secret is in many pipelines."""
    text = os.environ.get(VARIABLE, "")
    return Token.parse(text) if text.strip() else None


def from_stdin() -> Token:
    """The token that is piped in; at a terminal, where it would be seen, the one that is asked for."""
    if _is_terminal():
        return asked_for("Bearer token")
    data = sys.stdin.buffer.read(_MOST) if sys.stdin else b""
    return Token.parse(data.decode("utf-8-sig", "replace").rstrip("\r\n"))


def asked_for(prompt: str) -> Token:
    """The token that a person types or pastes, unseen.

    Raises:
        UsageError: There is no terminal to ask at.
    """
    if not _is_terminal():
        raise click.UsageError(f"no token: set {VARIABLE}, or pipe it in with --token-stdin, or use a terminal")
    try:
        text = click.prompt(f"{prompt} (not shown)", hide_input=True, err=True, default="", show_default=False)
    except UnicodeDecodeError:
        text = "\N{REPLACEMENT CHARACTER}"
    return Token.parse(text)


def _is_terminal() -> bool:
    # Started with a closed standard input, Python has none.
    return sys.stdin is not None and sys.stdin.isatty()
