"""Whole processes: CPU seconds from the start of Python to its end."""

from __future__ import annotations

import functools
import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.table import PYTHON, ROOT, Row, ratio, version

ROUNDS = 11
FIRST = "from wemasy_kit import cassette, logout_sync; logout_sync(None, send=cassette('401-no-token'))"


def spent(*arguments: str, folder: Path = ROOT, **environment: str) -> float:
    """CPU seconds of one Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    subprocess.run([PYTHON, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=folder, env=told)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rows() -> Iterator[Row]:
    httpx = functools.partial(spent, "-c", "import httpx")
    peer = f"a process that imports {version('httpx')}"
    for what, arguments, bound in (
        ("import wemasy_kit, whole process", ["-c", "import wemasy_kit"], 0.2),
        ("first replayed outcome, whole process", ["-c", FIRST], 0.45),
        ("wemasy-kit logout --cassette …", ["-m", "wemasy_kit", "logout", "--cassette", "200-token-revoked"], 0.75),
    ):
        yield Row(what, peer, ratio(functools.partial(spent, *arguments), httpx, ROUNDS), bound)
    yield _the_plugin()


def _the_plugin() -> Row:
    """A project with one empty test, with nothing but pytest and then with the kit's plugin too."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing():\n    pass\n")

        def run(*plugin: str) -> float:
            options = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin]
            return spent(*options, folder=Path(folder), PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", COVERAGE_PROCESS_START="")

        found = ratio(lambda: run("-p", "wemasy_kit.testing.plugin"), run, ROUNDS)
    return Row("pytest with the plugin, unused", f"{version('pytest')} without any plugin", found, 1.02)
