"""lab: opens JupyterLab on copies of the notebooks, and renews those that nobody has edited when the kit's change."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Final

import click

from wemasy_kit.files import regular, shipped, write_file

FIRST: Final = "1-start-here.ipynb"
# In a copy's metadata: the sources that it was copied from.
CAME_FROM: Final = "wemasy_kit"


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--ServerApp.root_dir", "folder", metavar="FOLDER", help="Open this folder instead.")
@click.option("--original", is_flag=True, help="Open the notebooks themselves: for whoever edits what the kit ships.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTERLAB_OPTIONS]...")
def lab(folder: str | None, original: bool, options: tuple[str, ...]) -> None:
    """Open JupyterLab on the first notebook, its form ready to press, and pass options on to it.

    You work on copies: in a checkout in my-notebooks/, which git ignores, elsewhere in notebooks/ of this folder. A
    copy that you have edited is never changed, and never run automatically; the others are renewed when the kit is.

    \b
    Examples:
      wemasy-kit lab
      wemasy-kit lab --no-browser --port 9000
      wemasy-kit lab -- --help            what JupyterLab can be told
    """
    try:
        from wemasy_kit.cli.form_ready import open_lab  # noqa: PLC0415  (an extra: this help works without it)
    except ModuleNotFoundError:
        raise click.UsageError("JupyterLab is not installed here: pip install 'wemasy-kit[lab]'") from None

    source = shipped("notebooks")
    in_a_wheel = source.parent == Path(__file__).parent.parent
    root = Path(folder or ("" if in_a_wheel and not original else source.parent)).absolute()
    copies = root / "notebooks"
    if original:
        copies = source
    elif copies.resolve() == source.resolve():
        copies = root / "my-notebooks"
    try:
        edited = lay_out(source, copies)
    except OSError as error:
        raise click.UsageError(f"the notebooks cannot be laid out in this folder: {error.strerror}") from None
    if edited:
        told = f"Edited by you, so left as they are, in {copies}: {', '.join(edited)}"
        click.echo(f"{told}. Delete one to get the kit's again.", err=True)
    first = copies / FIRST
    extra = [f"--LabApp.default_url=/lab/tree/{first.relative_to(root)}"] if first.is_relative_to(root) else []
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in options:
        click.echo("You are root: --allow-root is added, JupyterLab would refuse to start without it.", err=True)
        extra.append("--allow-root")
    to_run = None if original or FIRST in edited else (first, copy_of(source / FIRST))
    open_lab([f"--ServerApp.root_dir={root}", *extra, *options], to_run)


def lay_out(source: Path, copies: Path) -> list[str]:
    """Make each notebook's copy, or renew it.

    Args:
        source: The kit's own notebooks.
        copies: Where to; the notebooks themselves stay as they are.

    Returns:
        The names of those that a person has edited, which stay as they are.

    Raises:
        OSError: `copies` takes no files.
    """
    copies.mkdir(parents=True, exist_ok=True)
    edited = []
    for notebook in sorted(source.glob("*.ipynb")):
        copy = copies / notebook.name
        if copy.exists():
            came_from, now = marks(copy)
            if now == marks(notebook)[1]:
                continue
            if now != came_from:
                edited.append(copy.name)
                continue
        write_file(copy_of(notebook), copy, replace=True)
    return edited


def copy_of(notebook: Path) -> str:
    """The text of a new copy."""
    content = json.loads(notebook.read_bytes())
    content["metadata"][CAME_FROM] = marks(notebook)[1]
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def marks(path: Path) -> tuple[str | None, str]:
    """Of a notebook: the sources that it is a copy of, and those that it has. Outputs and empty cells do not count."""
    try:
        content = json.loads(regular(path).read_bytes())
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in content["cells"]]
        came_from = content["metadata"].get(CAME_FROM)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None, "no notebook any more"
    sources = json.dumps([cell for cell in cells if cell[1].strip()])
    return came_from, hashlib.sha256(sources.encode()).hexdigest()
