"""Lab: where JupyterLab finds the notebooks: in the checkout, or laid out in a folder from the wheel."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from wemasy_kit.files import shipped

FIRST: Final = "notebooks/1-start-here.ipynb"


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
            shutil.copyfile(notebook, target)
        elif target.read_bytes() != notebook.read_bytes():
            kept.append(target)
    return here, tuple(kept)
