"""export: prints the endpoint for another tool, or writes it to a file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from wemasy_kit.exports.export import FORMATS, Format
from wemasy_kit.exports.export import export as exported
from wemasy_kit.files import write_file


@click.command()
@click.argument("format", type=click.Choice(get_args(Format)))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="A file, or a folder.")
@click.option("--force", is_flag=True, help="Replace a file that is already there.")
def export(format: Format, output: Path | None, force: bool) -> None:
    """Print the endpoint for another tool, or write it to a file; no export holds a token.

    \b
    openapi  OpenAPI 3.1 in JSON, for generators, mock servers and fuzzers
    postman  a collection in JSON, with the recorded responses as saved examples
    har      the recorded exchanges in JSON, for the network tab of a browser
    http     a request in plain text, for the VS Code REST Client and for JetBrains

    \b
    Examples:
      wemasy-kit export postman -o wemasy-logout.postman_collection.json
      wemasy-kit export openapi
    """
    text = exported(format)
    if output is None or str(output) == "/dev/stdout":
        click.echo(text, nl=False)
        return
    path = output / FORMATS[format].file_name if output.is_dir() else output
    try:
        write_file(text, path, replace=force)
    except FileExistsError as error:
        hint = "is there already; --force replaces it" if path.is_file() else "is there, and no regular file"
        raise click.UsageError(f"{error.filename} {hint}") from None
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from None
    click.echo(f"{path}: written")
