"""lab: opens JupyterLab on the notebooks, those of the checkout, or laid out in a folder from the wheel."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import click

from wemasy_kit.files import shipped, write_file

FIRST: Final = "notebooks/1-start-here.ipynb"


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--ServerApp.root_dir", "folder", metavar="FOLDER", help="Open this folder instead.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTERLAB_OPTIONS]...")
def lab(folder: str | None, options: tuple[str, ...]) -> None:
    """Open JupyterLab on the first notebook, and pass options on to it.

    In a checkout the repository is the root. Elsewhere the notebooks are laid out in this folder; a file that you have
    changed is never overwritten.

    \b
    Examples:
      wemasy-kit lab
      wemasy-kit lab --no-browser --port 9000
      wemasy-kit lab -- --help            what JupyterLab can be told
    """
    try:
        from jupyterlab.labapp import main as jupyter_lab  # noqa: PLC0415  (an extra: this help works without it)
    except ModuleNotFoundError:
        raise click.UsageError("JupyterLab is not installed here: pip install 'wemasy-kit[lab]'") from None

    try:
        root, kept = lay_out(Path(folder or "").absolute())
    except OSError as error:
        raise click.UsageError(f"the notebooks cannot be laid out in this folder: {error.strerror}") from None
    root = Path(folder).absolute() if folder else root
    for path in kept:
        click.echo(f"{path} is not as it came: it stays as it is.", err=True)
    extra = [f"--LabApp.default_url=/lab/tree/{FIRST}"] if (root / FIRST).is_file() else []
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in options:
        click.echo("You are root: --allow-root is added, JupyterLab would refuse to start without it.", err=True)
        extra.append("--allow-root")
    sys.exit(jupyter_lab([f"--ServerApp.root_dir={root}", *extra, *options]))


def lay_out(here: Path) -> tuple[Path, tuple[Path, ...]]:
    """Make sure that there are notebooks to open.

    Args:
        here: The folder to lay them out in, if the kit is installed from a wheel; a checkout has its own.

    Returns:
        JupyterLab's root, and the notebooks of it that a person has changed, which stay as they are.

    Raises:
        OSError: `here` takes no files.
    """
    notebooks = shipped("notebooks")
    if notebooks.parent != Path(__file__).parent.parent:
        return notebooks.parent, ()
    kept = []
    for notebook in sorted(notebooks.glob("*.ipynb")):
        target = here / "notebooks" / notebook.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            write_file(notebook.read_bytes().decode(), target)
        elif target.read_bytes() != notebook.read_bytes():
            kept.append(target)
    return here, tuple(kept)
