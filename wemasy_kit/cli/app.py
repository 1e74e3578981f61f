"""App: the group of the commands, each in a file of its own, and how they refuse: in one clear line, never a traceback.

A command is loaded when it is used: nobody pays for tornado, vcrpy or JupyterLab who plays a cassette.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from typing import Any, Final

import click

from wemasy_kit.errors import InvalidToken, RecordingRefused, SecretFound, WemasyKitError, printable

# A command is the function of its name, in the module of its name.
COMMANDS: Final = {
    "lab": "Open JupyterLab on the first notebook.",
    "logout": "Log out once, and show the outcome.",
    "sandbox": "Run the stand-in shop on this machine, for a client in any language.",
    "record": "Record the cassettes over a socket, or check that nothing has changed.",
    "scan": "Find tokens and filled password fields in files.",
    "contract": "Show what the page documents, or what has changed in a newer copy of it.",
    "check": "Find out whether your own logout tells the truth, in any language.",
    "export": "Print the endpoint for another tool, or write it to a file.",
    "samples": "Print a logout to copy into your own code, or list all of them.",
}


class LazyGroup(click.Group):
    """Commands that are loaded by name, and whose refusals are one line: no page of usage, and no token repeated."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"wemasy_kit.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        with _one_clear_line():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        with _one_clear_line():
            return super().invoke(ctx)


@contextlib.contextmanager
def _one_clear_line() -> Iterator[None]:
    kind: type[click.ClickException] = click.UsageError  # exits with 2; a ClickException with 1
    try:
        yield
        return
    except click.UsageError as error:
        read_on = f" (more: {error.ctx.command_path} --help)" if error.ctx else ""
        line = error.format_message() + read_on
    except InvalidToken as error:
        line = f"this token cannot be sent, rule {error.rule}: {error}"
    except (RecordingRefused, SecretFound) as error:
        line, kind = str(error), click.ClickException
    except WemasyKitError as error:
        line = str(error)
    from wemasy_kit.secrets.scan import without_secrets  # noqa: PLC0415  (most commands refuse nothing)

    raise kind(without_secrets(printable(" ".join(line.split())))) from None


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Start with `wemasy-kit lab`, or without a browser: `wemasy-kit logout --source sandbox`.",
)
@click.version_option(package_name="wemasy-kit")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Explore the logout of the Wemasy webshop API: notebooks, recorded responses, a stand-in shop."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Not every terminal, and no pipe on Windows, takes every character that a verdict or a server has.
            stream.reconfigure(errors="backslashreplace")
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
