"""export: prints the endpoint for another tool, or writes it to a file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from wemasy_kit.exports.export import Format
from wemasy_kit.exports.export import export as exported
from wemasy_kit.files import write_files


@click.command()
@click.argument("format", type=click.Choice(get_args(Format)))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="A file, or a folder.")
@click.option("--force", is_flag=True, help="Write over what is there.")
def export(format: Format, output: Path | None, force: bool) -> None:
    """Print the endpoint for another tool, or write it to a file; no export holds a token.

    \b
    openapi  OpenAPI 3.1, for generators, mock servers and fuzzers
    postman  a collection, with the recorded responses as saved examples
    har      the recorded exchanges, for the network tab of a browser
    http     a request for the VS Code REST Client and for JetBrains
    bruno    a collection; it is a folder, so it needs -o

    \b
    Examples:
      wemasy-kit export postman -o wemasy-logout.postman_collection.json
      wemasy-kit export bruno -o wemasy-logout
    """
    files = exported(format)
    if output is None:
        if len(files) > 1:
            raise click.UsageError(f"{format} is a folder of files: say where to with -o FOLDER")
        click.echo("".join(files.values()), nl=False)
        return
    if len(files) == 1 and not output.is_dir():
        files, output = {output.name: "".join(files.values())}, output.parent
    try:
        for path in write_files(files, output, replace=force):
            click.echo(f"{path}: written")
    except FileExistsError as error:
        hint = "a folder is there" if force else "is there already; --force replaces it"
        raise click.UsageError(f"{error.filename} {hint}") from None
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}") from None
