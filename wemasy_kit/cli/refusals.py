"""Refusals: wrong use of the command line becomes one clear line and an exit code, never a traceback."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import click

from wemasy_kit.errors import InvalidToken, RecordingRefused, SecretFound, WemasyKitError
from wemasy_kit.secrets.scan import without_secrets

FAILED: Final = 1
WRONG_USE: Final = 2


class OneLineGroup(click.Group):
    """Commands whose refusals are one line: never a page of usage, and never a token repeated."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        with _one_clear_line():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        with _one_clear_line():
            return super().invoke(ctx)


class _WrongUse(click.ClickException):
    exit_code = WRONG_USE


class _Failure(click.ClickException):
    exit_code = FAILED


@contextlib.contextmanager
def _one_clear_line() -> Iterator[None]:
    kind: type[click.ClickException] = _WrongUse
    try:
        yield
        return
    except click.UsageError as error:
        read_on = f" (more: {error.ctx.command_path} --help)" if error.ctx else ""
        line = error.format_message() + read_on
    except InvalidToken as error:
        line = f"this token cannot be sent, rule {error.rule}: {error}"
    except (RecordingRefused, SecretFound) as error:
        line, kind = str(error), _Failure
    except WemasyKitError as error:
        line = str(error)
    raise kind(without_secrets(" ".join(line.split()))) from None
