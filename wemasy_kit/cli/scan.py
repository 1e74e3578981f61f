"""scan: finds tokens and filled password fields in files."""

from __future__ import annotations

import sys

import click

from wemasy_kit.errors import printable
from wemasy_kit.secrets.scan import without_secrets
from wemasy_kit.secrets.scan_files import scan_files


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
def scan(paths: tuple[str, ...]) -> None:
    """Find tokens and filled password fields in the files and folders PATHS, or in this folder.

    Made for what is about to be shared: notebooks, cassettes, logs, HAR and Postman files. It prints file, line and
    column, never the token. In a folder it skips .git, .venv, node_modules and __pycache__. A file that is not text is
    searched as bytes.

    \b
    Examples:
      wemasy-kit scan
      wemasy-kit scan notebooks session.har

    \b
    Exit codes:
      0 nothing found   1 something found, or a file was not looked at   2 wrong use
    """
    files = size = finds = unread = 0
    for file in scan_files(paths or (".",)):
        path = without_secrets(printable(file.path))
        files += file.unread is None
        size += file.size
        finds += len(file.findings)
        for line, column, what in file.findings:
            click.echo(f"{path}:{line}:{column}: {what}")
        if file.unread is not None:
            unread += 1
            click.echo(f"{path}: not looked at: {file.unread}", err=True)
    total = f"{finds} found" if finds or unread else "nothing found"
    click.echo(f"{total}; {files} files read, {size / 1e6:.1f} MB; {unread} not looked at", err=True)
    if finds:
        click.echo(
            "Log these tokens out first; then remove them from the files, and from the history of the files.", err=True
        )
    sys.exit(1 if finds or unread else 0)
