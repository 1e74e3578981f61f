"""The tests run offline: sockets reach this machine only, here and in every process that a test starts.

HYPOTHESIS_PROFILE=long looks long; unless told so, hypothesis is quick. It is always the same, and has no deadline.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.leaks import new_canary
from tests.support.offline import sitecustomize

settings.register_profile("fast", max_examples=40, deadline=None, derandomize=True, database=None)
settings.register_profile("long", max_examples=600, deadline=None, derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

# A shell lets what it starts in the background ignore Ctrl-C, and `nohup` a hang-up; tests send both.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

sitecustomize.block()
_paths = [str(Path(sitecustomize.__file__).parent), os.environ.get("PYTHONPATH", "")]
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, _paths))


@pytest.fixture
def canary() -> str:
    """The text of a token that no one ever issued: Sanctum's shape, a true crc32, another one for every test."""
    return new_canary()
