"""Files: where the shipped ones lie, and how a new one gets to its place: whole, or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import Literal


def shipped(name: Literal["cassettes", "notebooks"]) -> Path:
    """The folder of recordings or notebooks: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    packed = package / name
    return packed if packed.is_dir() else package.parent / name


def write_file(text: str, path: Path, *, replace: bool = False) -> None:
    """Write a text in UTF-8. After an error the folder is as it was.

    Args:
        text: The text; its line ends stay as they are.
        path: Where to; its folder is there.
        replace: Write over a file that is there.

    Raises:
        FileExistsError: Something is there, and `replace` is false or it is a folder.
        OSError: It cannot be written there.
    """
    if os.path.lexists(path) and (not replace or path.is_dir()):
        raise FileExistsError(errno.EEXIST, "is there already", str(path))
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
