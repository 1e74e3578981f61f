"""A fresh Python."""

from __future__ import annotations

import subprocess
import sys
from typing import Any


def python(*lines: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """What comes of these lines in a process of their own."""
    command = [sys.executable, "-c", "\n".join(lines)]
    kept: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 60, "check": False}
    return subprocess.run(command, **kept | options)
