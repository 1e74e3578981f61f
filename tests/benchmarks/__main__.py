"""Ratios, all measured in one run, interleaved, medians of CPU time: `python -m tests.benchmarks`."""

from __future__ import annotations

import asyncio
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

import httpx
import vcr

from tests.benchmarks import scan, shop
from wemasy_kit import cassette, logout
from wemasy_kit.call.request import BASE_URL, PATH
from wemasy_kit.files import shipped
from wemasy_kit.sandbox.rules import Shop
from wemasy_kit.sources.cassette_file import read_cassette

Call = Callable[[], Awaitable[object]]
NAME = "401-no-token"
TAPE = shipped("cassettes") / "logout" / f"{NAME}.yaml"
PROGRAMS = {
    "httpx": ["-c", "import httpx"],
    "kit": ["-c", "import wemasy_kit"],
    "first": ["-c", f"from wemasy_kit import cassette, logout_sync; logout_sync(None, send=cassette('{NAME}'))"],
    "first, in an event loop": [
        "-c",
        f"import asyncio; from wemasy_kit import cassette, logout; asyncio.run(logout(None, send=cassette('{NAME}')))",
    ],
    "command": ["-m", "wemasy_kit", "logout", "--cassette", "200-token-revoked"],
}


def of_processes(rounds: int = 21) -> dict[str, float]:
    """CPU seconds of each program, a new process a round."""
    spent: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(rounds + 1):
        for name, arguments in PROGRAMS.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent[name].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {name: statistics.median(each[1:]) for name, each in spent.items()}  # The first fills the caches.


async def timed(call: Call, times: int = 200) -> float:
    """CPU seconds of one call."""
    before = time.process_time()
    for _ in range(times):
        await call()
    return (time.process_time() - before) / times


async def of_calls(rounds: int = 31) -> dict[str, float]:
    """CPU seconds of one replayed answer, three ways."""
    recorded = read_cassette(TAPE)[0]
    headers = [(name.encode(), value.encode()) for name, value in recorded.headers]
    mock = httpx.MockTransport(lambda request: httpx.Response(401, headers=headers, content=recorded.body))

    async def ours() -> None:
        assert (await logout(None, send=cassette(NAME))).kind == "unauthenticated"

    async def posted(client: httpx.AsyncClient) -> None:
        assert (await client.post(BASE_URL + PATH, headers={"Accept": "application/json"})).json()["error"]

    spent: dict[str, list[float]] = {"ours": [], "httpx": [], "vcrpy": []}
    async with httpx.AsyncClient(transport=mock) as mocked, httpx.AsyncClient() as plain:
        for _ in range(rounds + 1):
            spent["ours"].append(await timed(ours))
            spent["httpx"].append(await timed(lambda: posted(mocked)))
            # Opened around the timing: it patches httpx for the whole process, and opening costs more than playing.
            with vcr.use_cassette(str(TAPE), record_mode="none", allow_playback_repeats=True):
                spent["vcrpy"].append(await timed(lambda: posted(plain)))
    return {name: statistics.median(each[1:]) for name, each in spent.items()}


def of_the_sandbox(size: int, times: int = 2_000) -> float:
    """CPU seconds of one request to a shop that has issued `size` tokens, and been called from as many addresses."""
    busy = Shop(rate_limit=10**6, clock=lambda: 0.0)
    headers = [("Accept", "application/json"), ("Authorization", f"Bearer {busy.issue_token('jane')}")]
    for number in range(size):
        busy.issue_token("john")
        busy.answer("POST", PATH, headers, address=f"{number}")
    before = time.process_time()
    for number in range(times):
        busy.answer("POST", PATH, headers, address=f"{number * 9973 % size}")
    return (time.process_time() - before) / times


def main() -> None:
    print(f"Python {sys.version.split()[0]}, httpx {httpx.__version__}; CPU time, medians, interleaved")
    processes = of_processes()
    calls = asyncio.run(of_calls())
    shops = [(of_the_sandbox(20_000), of_the_sandbox(10)) for _ in range(5)]
    many, few = (statistics.median(each) for each in zip(*shops, strict=True))
    for what, ratio, bound in (
        ("import wemasy_kit / import httpx", processes["kit"] / processes["httpx"], "at most 0.20"),
        ("first outcome of a process / import httpx", processes["first"] / processes["httpx"], "at most 0.70"),
        ("  the same in an event loop", processes["first, in an event loop"] / processes["httpx"], "for comparison"),
        ("wemasy-kit logout --cassette / import httpx", processes["command"] / processes["httpx"], "at most 1.00"),
        ("warm replayed outcome / httpx with MockTransport", calls["ours"] / calls["httpx"], "at most 0.40"),
        ("  the same exchange by plain vcrpy / the same", calls["vcrpy"] / calls["httpx"], "for comparison"),
        ("sandbox: 20,000 tokens and addresses / 10", many / few, "at most 1.20"),
        ("sandbox: requests a second, 200 at once / bare tornado", shop.ratio(), "at least 0.60"),
        ("wemasy-kit scan of 4 MB / of 2 MB, the worst shape", scan.worst(2)[0], f"at most {scan.BOUND:.2f}"),
    ):
        print(f"{what:<52} {ratio:5.2f}  ({bound})")


if __name__ == "__main__":
    main()
