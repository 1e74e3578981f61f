"""Places: where recordings and notebooks lie, in a checkout (beside the package) and in a wheel (inside it)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal


def folder(name: Literal["cassettes", "notebooks"]) -> Path:
    """The folder of that name."""
    package = Path(__file__).parent.parent
    packed = package / name
    return packed if packed.is_dir() else package.parent / name
