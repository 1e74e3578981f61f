"""contract: shows what the documented page says, or what a saved copy of it says otherwise."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from wemasy_kit.cards.documented import show_documented
from wemasy_kit.contract.document import load
from wemasy_kit.contract.drift import drift
from wemasy_kit.files import regular

_WIDTH = 100  # characters of a line


@click.command()
@click.option("--page", type=click.Path(path_type=Path), metavar="FILE", help="A copy of the page, saved as text.")
def contract(page: Path | None) -> None:
    """Show what the documented page says, or compare a copy of the page with it.

    Open the page in a browser, select and copy all of it, and save that as a text file. Each difference from the kit's
    own copy is printed, one a line.

    \b
    Examples:
      wemasy-kit contract
      wemasy-kit contract --page logout-page.txt

    \b
    Exit codes:
      0 nothing has changed   1 something has   2 wrong use, or no copy of the page
    """
    if page is None:
        click.echo("\n".join(_summary()))
        return
    changes = drift(_text(page))
    for change in changes:
        click.echo(change)
    count = "1 change" if len(changes) == 1 else f"{len(changes)} changes"
    click.echo(f"{page}: {count if changes else 'nothing has changed'}")
    sys.exit(1 if changes else 0)


def _summary() -> Iterator[str]:
    """What the page documents, and its contradictions and gaps."""
    contract = load()
    yield from (f"{contract.group}: {contract.title}", f"{contract.method} {contract.url} ({contract.auth})", "")
    yield from textwrap.wrap(contract.description, _WIDTH)
    for response in contract.responses:
        yield f"\n{show_documented(response.status)}"
    yield f"\nRequest samples: {', '.join(contract.samples)}"
    yield "\nContradictions and gaps in the documented page:"
    for each in contract.contradictions:
        yield from textwrap.wrap(f"- {each.where}: {each.says}", _WIDTH, subsequent_indent="  ")
        yield from textwrap.wrap(each.explanation, _WIDTH, initial_indent="  ", subsequent_indent="  ")


def _text(page: Path) -> str:
    try:
        text = regular(page).read_text("utf-8-sig")
    except OSError as error:
        raise click.UsageError(f"{page} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise click.UsageError(f"{page} is not UTF-8; save the page as plain text") from None
    if text.lstrip().startswith("<"):
        raise click.UsageError(f"{page} is HTML; copy the text that the browser shows, and save that")
    return text
