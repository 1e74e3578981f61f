"""Files: where the shipped ones lie, and how a new one gets to its place: whole, or not at all."""

from __future__ import annotations

import errno
import functools
import os
from pathlib import Path
from typing import Literal


@functools.cache
def shipped(name: Literal["cassettes", "notebooks"]) -> Path:
    """The folder of recordings or notebooks: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    packed = package / name
    return packed if packed.is_dir() else package.parent / name


def regular(path: str | Path) -> Path:
    """Give a path on, to be read.

    Raises:
        OSError: A pipe, a device or a folder is there: to read one could wait for ever.
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return path


def write_file(text: str, path: Path, *, replace: bool = False) -> None:
    """Write a text in UTF-8. After an error or a signal the folder is as it was.

    Args:
        text: The text; its line ends stay as they are.
        path: Where to; its folder is there.
        replace: Write over a file that is there, or that a link there leads to; it keeps its mode.

    Raises:
        FileExistsError: Something is there, and `replace` is false or it is no regular file.
        OSError: It cannot be written there.
    """
    target = path.resolve() if replace else path
    if os.path.lexists(target) and not (replace and target.is_file()):
        raise FileExistsError(errno.EEXIST, "is there already", str(path))
    import secrets  # noqa: PLC0415  (a replay writes nothing)

    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    made = [temporary]
    try:
        with open(temporary, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if replace and target.exists():
            os.chmod(temporary, target.stat().st_mode & 0o7777)
        elif not replace:
            open(path, "x").close()  # Of two at once only one gets past here.
            made.append(path)
        os.replace(temporary, target)
    except BaseException:
        for each in made:
            each.unlink(missing_ok=True)
        raise
