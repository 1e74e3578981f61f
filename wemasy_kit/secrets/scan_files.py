"""Scan files: walks folders, reads every file, and hands it to `scan`. The scan's only I/O."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from wemasy_kit.secrets.scan import Finding, findings

SKIPPED_FOLDERS: Final = frozenset({".git", ".venv", "node_modules", "__pycache__"})
LARGEST: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Scanned:
    """One file, or a folder that could not be opened.

    Attributes:
        path: As it was named, or found below a named folder.
        size: Bytes read.
        findings: Where secrets stand in it.
        unread: Why it was not looked at; None where it was.
    """

    path: str
    size: int = 0
    findings: tuple[Finding, ...] = ()
    unread: str | None = None


def scan_files(paths: Iterable[str | os.PathLike[str]], *, largest: int = LARGEST) -> Iterator[Scanned]:
    """Scan files, and folders with all that is in them.

    Below a folder, symbolic links, pipes, devices and the `SKIPPED_FOLDERS` are passed by; what is named is always
    looked at, or told.

    Args:
        paths: What to scan; each is there.
        largest: Bytes; what is longer is not looked at.
    """
    for named in paths:
        path = os.fspath(named)
        if os.path.isdir(path):
            yield from _folder(path, largest)
        else:
            yield _file(path, largest)


def _folder(top: str, largest: int) -> Iterator[Scanned]:
    waiting = [os.path.normpath(top)]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield Scanned(folder, unread=error.strerror)
            continue
        inside = []
        for entry in entries:
            path = os.path.normpath(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED_FOLDERS:
                    inside.append(path)
            elif entry.is_file(follow_symlinks=False):
                yield _file(path, largest)
        waiting += reversed(inside)


def _file(path: str, largest: int) -> Scanned:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return Scanned(path, unread="it is a pipe, a socket or a device")  # Opening one may wait for ever.
        with open(path, "rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        return Scanned(path, unread=error.strerror)
    if len(data) > largest:
        return Scanned(path, unread=f"it is larger than {largest // 1024**2} MB")
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")  # What PowerShell's `>` writes.
    return Scanned(path, len(data), findings(data.decode("utf-16", "replace")) if wide else findings(data))
