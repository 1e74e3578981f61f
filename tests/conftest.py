"""The tests run offline: sockets reach this machine only, here and in every process that a test starts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.leaks import new_canary
from tests.support.offline import sitecustomize

sitecustomize.block()
_paths = [str(Path(sitecustomize.__file__).parent), os.environ.get("PYTHONPATH", "")]
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, _paths))


@pytest.fixture
def canary() -> str:
    """The text of a token that no one ever issued: Sanctum's shape, a true crc32, another one for every test."""
    return new_canary()
