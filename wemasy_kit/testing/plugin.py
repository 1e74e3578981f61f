"""Plugin: three fixtures for pytest. Whatever they need is loaded when a test asks for one.

def test_logout(wemasy_case):          # once for each case of the catalogue
    wemasy_case.check(my_logout)       # sync or async, (base_url, token) -> bool: is the token revoked at the shop?
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vcr.cassette import Cassette

    from wemasy_kit.call.exchange import Exchange
    from wemasy_kit.sandbox.catalogue import Case
    from wemasy_kit.sources.sandbox import Sandbox

# ruff: noqa: PLC0415  (pytest loads this module in every project where the kit is installed)

LogOut = Callable[[str, str], "bool | Awaitable[bool]"]
_problems = pytest.StashKey[list[str]]()


@dataclass(frozen=True, slots=True)
class CheckedCase:
    """A case, to be played against a logout of one's own."""

    case: Case

    def check(self, log_out: LogOut, *, limit: float = 15.0) -> None:
        """Fail the test where `log_out` is wrong in this case.

        Args:
            log_out: Takes a base URL and a token, sends one request, and returns whether the token is revoked at the
                shop. An async one gets an event loop of its own.
            limit: Seconds that it may take.
        """
        from wemasy_kit.testing.judge import Verdict, told
        from wemasy_kit.testing.play import function, play

        if why := _why_not_judged(log_out, limit):
            pytest.fail(f"not judged: {why}", pytrace=False)
        played = play(self.case, function(log_out, limit))
        if played.verdict is not Verdict.RIGHT:
            pytest.fail("\n".join([f"it {played.verdict.value}", *told(played), played.output]), pytrace=False)


@functools.lru_cache
def _why_not_judged(log_out: LogOut, limit: float) -> str | None:
    from wemasy_kit.sandbox.catalogue import find_case
    from wemasy_kit.testing.judge import CONTROLS, why_not_judged
    from wemasy_kit.testing.play import function, play

    return why_not_judged(play(find_case(name), function(log_out, limit)) for name in CONTROLS)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "wemasy_case" in metafunc.fixturenames:
        from wemasy_kit.sandbox.catalogue import catalogue

        cases = catalogue().values()
        metafunc.parametrize("wemasy_case", cases, ids=[f"{case.group}/{case.name}" for case in cases], indirect=True)


@pytest.fixture
def wemasy_case(request: pytest.FixtureRequest) -> CheckedCase:
    """A case of the catalogue: a test that takes it runs once for each. `-k GROUP/NAME` chooses."""
    return CheckedCase(request.param)


@pytest.fixture
def wemasy_sandbox() -> Iterator[Sandbox]:
    """A stand-in shop that listens, for sync and for async tests: see `wemasy_kit.Sandbox`."""
    from wemasy_kit.sources.sandbox import Sandbox

    with Sandbox() as shop:
        yield shop


@pytest.fixture
def wemasy_cassette(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Cassette]]:
    """`wemasy_cassette(name)` replays a cassette with vcrpy in mode `none` until the test ends.

    It looks at what vcrpy does not. The test fails where a request has no token, no `Accept: application/json`, or is
    none that the cassette holds; also if the client swallows the error.
    """
    import vcr

    from wemasy_kit.sources.cassette import cassette_path
    from wemasy_kit.sources.cassette_file import read_cassette

    problems = request.node.stash.setdefault(_problems, [])
    with contextlib.ExitStack() as until_the_end:

        def replay(name: str) -> Cassette:
            path, playing = cassette_path(name), None
            recorded = read_cassette(path)

            def looked_at(asked: Any) -> Any:
                # While it loads, vcrpy shows what is recorded.
                if playing is not None and (problem := _problem(asked, recorded, all_played=playing.all_played)):
                    problems.append(f"cassette {path.stem}: {problem}")
                    pytest.fail(problems[-1], pytrace=False)
                return asked

            options = {"record_mode": vcr.mode.NONE, "before_record_request": looked_at}
            playing = until_the_end.enter_context(vcr.use_cassette(str(path), **options))
            return playing

        yield replay


def _problem(asked: Any, recorded: Sequence[Exchange], *, all_played: bool) -> str | None:
    from wemasy_kit.secrets.mask import masked
    from wemasy_kit.secrets.scan import without_secrets

    bearer = re.fullmatch(r"(?i)bearer +(\S+)", asked.headers.get("Authorization", ""))
    shown = f"{asked.method} {masked(without_secrets(asked.uri), bearer[1] if bearer else '')}"
    held = [each for each in recorded if (each.method, each.url) == (asked.method, asked.uri)]
    if not held:
        return f"it does not hold {shown}, but {recorded[0].method} {recorded[0].url}"
    if all_played:
        return f"it has played all that it holds, and is asked once more: {shown}"
    if not bearer and any(name.lower() == "authorization" for name, _ in held[0].request_headers):
        return f"the client sends no `Authorization: Bearer …` with {shown}"
    if "application/json" not in asked.headers.get("Accept", "").lower():
        return f"the client sends no `Accept: application/json` with {shown}"
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report = yield
    if call.when == "call" and report.passed and (problems := item.stash.get(_problems, None)):
        report.outcome, report.longrepr = "failed", problems[0]
    return report
