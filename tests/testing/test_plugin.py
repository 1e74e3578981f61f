"""The fixtures for pytest, in projects of their own, beside the plugins that other projects have."""

from __future__ import annotations

import re

import pytest

pytest_plugins = ["pytester"]

CLIENT = """
import requests

PATH = "/services/webshop/v1/customer/auth/logout"

def naive(base_url, token):
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        return requests.post(base_url + PATH, headers=headers, timeout=1).ok
    except requests.RequestException:
        return False
"""
SEVEN = "200-documented 401-documented 429-without 500-before html-200] silence-before-revoking reset-before".split()


def ran(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """In a process of its own, without the plugins that only this suite has."""
    unwanted = [f"-pno:{name}" for name in ("hypothesispytest", "schemathesis", "pytest_cov", "xdist")]
    return pytester.runpytest_subprocess(*unwanted, *options)


def outcomes(result: pytest.RunResult) -> dict[str, str]:
    """By the test's name, with what stands in brackets."""
    return dict(re.findall(r"::(\S.*?) (PASSED|FAILED|ERROR)", str(result.stdout)))


def test_five_lines_test_a_logout_against_every_response(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(my_logout=CLIENT)
    pytester.makepyfile("from my_logout import naive\n\ndef test_logout(wemasy_case):\n    wemasy_case.check(naive)")

    result = ran(pytester, "-v", "-k", " or ".join(SEVEN))

    told = outcomes(result)
    assert len(told) == 7
    assert [name for name, how in told.items() if how == "FAILED"] == ["test_logout[bodies/html-200]"]
    result.stdout.fnmatch_lines(["it said “logged out” while the token still works", "*What to do: Read the body*"])


def test_every_way_to_be_wrong_fails_and_a_right_one_passes_also_if_it_is_async(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(my_logout=CLIENT)
    pytester.makepyfile(
        """
        import logging
        import time

        import pytest
        import requests
        from my_logout import PATH, naive
        from wemasy_kit import Token, live, logout

        async def right(base_url, token):
            outcome = await logout(Token.parse(token), send=live(base_url=base_url))
            return outcome.kind == "revoked"

        def crashes(base_url, token):
            naive(base_url, token)
            return {"html-200": None}[token]

        def loud(base_url, token):
            print("asking with", token)
            return naive(base_url, token)

        def logs(base_url, token):
            logging.getLogger("http").warning("asking with %s", token)
            return naive(base_url, token)

        def no_accept(base_url, token):
            return requests.post(base_url + PATH, headers={"Authorization": f"Bearer {token}"}).ok

        def twice(base_url, token):
            naive(base_url, token)
            return False

        def hangs(base_url, token):
            if naive(base_url, token):
                return True
            time.sleep(60)

        CLIENTS = {each.__name__: each for each in (right, loud, logs, no_accept, hangs)}
        CLIENTS["sends nothing"] = lambda base_url, token: True
        CLIENTS["says no"] = lambda base_url, token: naive(base_url, token) and False
        CLIENTS["crashes"] = lambda base_url, token: naive(base_url, token) or {}["message"]

        @pytest.mark.parametrize("name", CLIENTS)
        def test_it(wemasy_case, name):
            wemasy_case.check(CLIENTS[name], limit=2)
        """
    )

    result = ran(pytester, "-v", "-k", "503-before-revoking")

    told = {re.sub(r".*revoking-(.*)\]", r"\1", name): how for name, how in outcomes(result).items()}
    assert [name for name, how in told.items() if how == "PASSED"] == ["right"]
    for line in (
        "it showed the token in its output",
        "it sent no token, or no Accept: application/json",
        "it hung past the limit",
        "it crashed",
        "not judged: no request came to the base URL that it was given: it said nothing",
        "not judged: it does not say “logged out” after the documented 200: it said nothing",
    ):
        assert line in result.outlines
    assert "asking with [token]" in result.outlines


CASSETTES = """
import aiohttp
import httpx
import pytest
import requests

URL = "https://api.wemasy.nl/api/services/webshop/v1/customer/auth/logout"
GOOD = {"Authorization": "Bearer 12|of-jane-and-nobody-else", "Accept": "application/json"}
SENT = {
    "good": GOOD,
    "no_token": {"Accept": "application/json"},
    "empty_token": GOOD | {"Authorization": "Bearer "},
    "no_accept": GOOD | {"Accept": "*/*"},
}
every_way = pytest.mark.parametrize("headers", SENT.values(), ids=SENT)

@every_way
def test_requests(wemasy_cassette, headers):
    wemasy_cassette("200-token-revoked")
    assert requests.post(URL, headers=headers).json()["message"] == "Logged out."

@every_way
def test_httpx(wemasy_cassette, headers):
    wemasy_cassette("200-token-revoked")
    assert httpx.post(URL, headers=headers).json()["message"] == "Logged out."

@every_way
@pytest.mark.asyncio
async def test_aiohttp_asyncio(wemasy_cassette, headers):
    wemasy_cassette("200-token-revoked")
    async with aiohttp.ClientSession() as session, session.post(URL, headers=headers) as response:
        assert (await response.json())["message"] == "Logged out."

@every_way
@pytest.mark.anyio
async def test_httpx_anyio(wemasy_cassette, headers, anyio_backend):
    wemasy_cassette("200-token-revoked")
    async with httpx.AsyncClient() as client:
        assert (await client.post(URL, headers=headers)).json()["message"] == "Logged out."

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.block_network
@pytest.mark.vcr
def test_beside_recording(wemasy_cassette):
    wemasy_cassette("429-too-many-requests")
    assert requests.post(URL, headers=GOOD).status_code == 429

def test_story(wemasy_cassette):
    playing = wemasy_cassette("200-then-401-same-token")
    assert [requests.post(URL, headers=GOOD).status_code for _ in range(2)] == [200, 401]
    assert playing.all_played

def test_no_token_where_none_was_recorded(wemasy_cassette):
    wemasy_cassette("401-no-token")
    assert requests.post(URL, headers=SENT["no_token"]).status_code == 401

def test_swallowed(wemasy_cassette):
    wemasy_cassette("200-token-revoked")
    try:
        requests.post(URL)
    except BaseException:
        pass

def test_another_url(wemasy_cassette):
    wemasy_cassette("200-token-revoked")
    requests.post(URL + "/of-jane-and-nobody-else", headers=GOOD)

def test_another_method(wemasy_cassette):
    wemasy_cassette("200-token-revoked")
    requests.get(URL, headers=GOOD)

def test_once_more(wemasy_cassette):
    wemasy_cassette("200-token-revoked")
    for _ in range(2):
        requests.post(URL, headers=GOOD)

def test_sandbox(wemasy_sandbox):
    wemasy_sandbox.answer_next("html-200")
    assert requests.post(wemasy_sandbox.base_url + URL[25:], headers=GOOD).text.startswith("<!DOCTYPE")

@pytest.mark.asyncio
async def test_sandbox_asyncio(wemasy_sandbox):
    async with httpx.AsyncClient() as client:
        assert (await client.post(wemasy_sandbox.base_url + URL[25:], headers=GOOD)).status_code == 401
"""
FAILING = "another_url another_method once_more swallowed".split()


def test_a_cassette_fails_a_client_that_sends_no_token_no_accept_or_what_it_does_not_hold(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(CASSETTES)

    result = ran(pytester, "-v", "-l")

    told = outcomes(result)
    assert len(told) == 25
    failed = {name for name, how in told.items() if how == "FAILED"}
    ways, sent = "requests httpx aiohttp_asyncio httpx_anyio".split(), "no_token empty_token no_accept".split()
    assert failed == {f"test_{way}[{each}]" for way in ways for each in sent} | {f"test_{name}" for name in FAILING}
    assert "ERROR" not in told.values()
    url = "https://api.wemasy.nl/api/services/webshop/v1/customer/auth/logout"
    for line in (
        f"cassette 200-token-revoked: the client sends no `Authorization: Bearer …` with POST {url}",
        f"cassette 200-token-revoked: the client sends no `Accept: application/json` with POST {url}",
        f"cassette 200-token-revoked: it does not hold GET {url}, but POST {url}",
        f"cassette 200-token-revoked: it does not hold POST {url}/[token], but POST {url}",
        f"cassette 200-token-revoked: it has played all that it holds, and is asked once more: POST {url}",
    ):
        assert line in result.outlines
    assert "of-jane-and-nobody-else" not in str(result.stdout)


def test_who_uses_none_of_it_loads_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing():
            assert [name for name in sys.modules if name.startswith(("vcr", "tornado", "httpx", "yaml"))] == []
            loaded = [name for name in sys.modules if name.startswith("wemasy_kit")]
            assert loaded == ["wemasy_kit", "wemasy_kit.testing", "wemasy_kit.testing.plugin"]
        """
    )

    result = ran(pytester, "-p", "no:recording")

    result.assert_outcomes(passed=1)
