"""Replays: one response to an outcome, a long cassette, and the ledger; each beside what people would use instead."""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import os
import statistics
import subprocess
import tempfile
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import fastjsonschema
import httpx
import yaml

from tests.benchmarks.table import PYTHON, ROOT, Row, cpu, ratio, version
from wemasy_kit import cassette, cassette_path, compare, logout, logout_sync, read
from wemasy_kit.call.request import BASE_URL, PATH
from wemasy_kit.contract.document import load
from wemasy_kit.sources.cassette_file import read_cassette

NAME = "401-no-token"
URL = BASE_URL + PATH
TIMES = 200  # calls that are timed together
EXCHANGE = cassette(NAME).exchanges[0]
# The projects, and the plugin that pytest loads for each.
PEERS = {
    "vcrpy": "",
    "pytest-recording": "pytest_recording.plugin",
    "respx": "respx.plugin",
    "pytest-httpx": "pytest_httpx",
    "responses": "",
    "cassetter": "cassetter.pytest_plugin",
}


def rows() -> Iterator[Row]:
    yield _warm()
    yield _libraries()
    with tempfile.TemporaryDirectory() as folder:
        paths = {count: _long(count, Path(folder)) for count in (1, 100, 1000)}
        yield _the_last(paths[1000])
        yield from _opening(paths)
    yield _ledger()


async def ours() -> None:
    assert (await logout(None, send=cassette(NAME))).kind == "unauthenticated"


async def posted(client: httpx.AsyncClient) -> None:
    assert (await client.post(URL, headers={"Accept": "application/json"})).json()["error"]


async def many(call: Callable[[], Awaitable[object]]) -> None:
    for _ in range(TIMES):
        await call()


def _warm() -> Row:
    headers = [(name.encode(), value.encode()) for name, value in EXCHANGE.headers]
    mock = httpx.MockTransport(lambda request: httpx.Response(401, headers=headers, content=EXCHANGE.body))
    client = httpx.AsyncClient(transport=mock)
    with asyncio.Runner() as runner:
        found = ratio(
            lambda: cpu(lambda: runner.run(many(ours))),
            lambda: cpu(lambda: runner.run(many(lambda: posted(client)))),
            31,
        )
        runner.run(client.aclose())
    return Row("replay, one exchange to an outcome", f"{version('httpx')}, AsyncClient with MockTransport", found, 0.35)


def _libraries() -> Row:
    """Against the fastest of those that are installed; one that is not is named."""
    found, missing = {}, []
    for project, plugin in PEERS.items():
        try:
            name = version(project)
        except ModuleNotFoundError:
            missing.append(project)
        else:
            found[name] = _beside(project, plugin)
    fastest = max(found, key=lambda name: found[name], default="")
    note = "of " + ", ".join(f"{name}: {each:.2f}" for name, each in found.items())
    if missing:
        note += f"; not installed: {', '.join(missing)}: pip install -e '.[bench]'"
    return Row("the same", f"the fastest of its peers, {fastest}", found.get(fastest), 0.5, note=note)


def _beside(project: str, plugin: str) -> float:
    """The ratio to one peer, in a process of its own: some of them patch each other's libraries, and their options."""
    with tempfile.NamedTemporaryFile() as told:
        options = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, *(["-p", plugin] if plugin else [])]
        environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT), "TOLD": told.name}
        peer = f"{Path(__file__).with_name('peers.py')}::test_{project.replace('-', '_')}"
        command = [PYTHON, "-m", "pytest", *options, peer]
        subprocess.run(command, check=True, env=os.environ | environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        return float(json.load(told))


def _long(count: int, folder: Path) -> Path:
    """A cassette of so many exchanges, no two of whose bodies and dates are alike."""
    (one,) = yaml.safe_load(cassette_path(NAME).read_text("utf-8"))["interactions"]
    numbered = []
    for number in range(count):
        response = {
            **one["response"],
            "body": {"string": json.dumps({"error": True, "message": f"Unauthenticated {number}."})},
            "headers": {**one["response"]["headers"], "X-Request-Id": [f"{number:032x}"]},
        }
        numbered.append({**one, "response": response})
    path = folder / f"{count}.yaml"
    path.write_text(yaml.dump({"interactions": json.loads(json.dumps(numbered)), "version": 1}), "utf-8")
    return path


def _the_last(path: Path, block: int = 50) -> Row:
    ratios = []
    for _ in range(21):
        source = cassette(path)
        play = functools.partial(logout_sync, None, send=source)
        first = cpu(play, block)
        for _ in range(source.left - block):
            play()
        ratios.append(cpu(play, block) / first)
    found = statistics.median(ratios[1:])
    return Row(f"the last {block} exchanges of a cassette of 1,000", f"the first {block}", found, 1.3)


def _opening(paths: dict[int, Path]) -> Iterator[Row]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    peer = f"{version('pyyaml')}, {loader.__name__}, on the same bytes"
    stamps = itertools.count(1)
    spent: dict[int, list[float]] = {}

    def opened(path: Path) -> None:
        touch(path)  # What is unchanged is not read again.
        read_cassette(path)

    def touch(path: Path) -> None:
        os.utime(path, ns=(0, next(stamps)))

    def parsed(path: Path, data: bytes) -> None:
        touch(path)
        yaml.load(data, loader)

    for count, path in paths.items():
        data, times = path.read_bytes(), max(1, 100 // count)
        spent[count] = []

        def ours(path: Path = path, times: int = times, spent: list[float] = spent[count]) -> float:
            spent.append(cpu(lambda: opened(path), times))
            return spent[-1]

        found = ratio(ours, functools.partial(cpu, functools.partial(parsed, path, data), times), 7)
        yield Row(f"opening a cassette of {count:,}", peer, found, 1.3)
    each = {count: statistics.median(spent[count]) / count for count in paths}
    yield Row("opening one of 1,000, an exchange", "one of 100, an exchange", each[1000] / each[100], 1.3)
    size, _ = _memory(lambda: yaml.load(paths[1000].read_bytes(), loader))
    _, peak = _memory(lambda: opened(paths[1000]))
    yield Row("opening one of 1,000, peak memory", "the parsed data alone", peak / size, 1.5)


def _memory(call: Callable[[], object]) -> tuple[int, int]:
    """Bytes of what a call gives, and the most that it needed on the way."""
    tracemalloc.start()
    kept = call()
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return now, peak


def _ledger() -> Row:
    (schema,) = (response.schema for response in load().responses if response.status == EXCHANGE.status)
    check = fastjsonschema.compile(dict(schema))
    found = ratio(
        lambda: cpu(lambda: (read(EXCHANGE), compare(EXCHANGE)), 200),
        lambda: cpu(lambda: check(json.loads(EXCHANGE.body)), 2000),
        15,
    )
    peer = f"json.loads and {version('fastjsonschema')} with a ready validator"
    return Row("verdict and ledger of one exchange", peer, found, 2.0)
