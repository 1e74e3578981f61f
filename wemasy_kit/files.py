"""Files: where the shipped ones lie, and how new ones get to their place: whole, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal


def shipped(name: Literal["cassettes", "notebooks"]) -> Path:
    """The folder of recordings or notebooks: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    packed = package / name
    return packed if packed.is_dir() else package.parent / name


def write_files(files: Mapping[str, str], folder: Path, *, replace: bool = False) -> tuple[Path, ...]:
    """Write texts in UTF-8, and give their paths. After an error nothing is there that was not there before.

    Args:
        files: The texts, by their names in the folder; a name may have folders in it, which are made.
        folder: Where to; made if it is missing, but not its parents.
        replace: Write over files that are there.

    Raises:
        FileExistsError: A file is there, and `replace` is false; `filename` is its path.
        OSError: The folder cannot be written to.
    """
    targets = {folder / name: text for name, text in files.items()}
    for target in targets:
        if os.path.lexists(target) and (not replace or target.is_dir()):
            raise FileExistsError(errno.EEXIST, "is there already", str(target))
    with contextlib.ExitStack() as undo:
        ready = []
        for target, text in targets.items():
            _make(target.parent, folder, undo)
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
            undo.callback(Path(temporary).unlink, missing_ok=True)
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            os.chmod(temporary, 0o644)
            ready.append((temporary, target))
        for temporary, target in ready:
            if not os.path.lexists(target):
                undo.callback(target.unlink, missing_ok=True)
            os.replace(temporary, target)
        undo.pop_all()
    return tuple(targets)


def _make(folder: Path, top: Path, undo: contextlib.ExitStack) -> None:
    for missing in reversed([path for path in (folder, *folder.parents) if path.is_relative_to(top)]):
        with contextlib.suppress(FileExistsError):
            missing.mkdir()
            undo.callback(missing.rmdir)
