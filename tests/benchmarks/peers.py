"""The same exchange by each peer, as its own documents have it; `replays` runs one at a time, in a process of its own.

What opens a cassette or registers a response is done before the clock runs: only the exchange itself is timed.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import requests
import vcr

from tests.benchmarks.replays import EXCHANGE, NAME, TIMES, URL, many, ours, posted
from tests.benchmarks.table import cpu, ratio
from wemasy_kit import cassette_path

HEADERS = dict(EXCHANGE.headers)
ROUNDS = 11


def compared(play: Callable[[], float]) -> None:
    """Keep how our replay compares to the peer's."""
    with asyncio.Runner() as runner:
        Path(os.environ["TOLD"]).write_text(
            json.dumps(ratio(lambda: cpu(lambda: runner.run(many(ours))), play, ROUNDS))
        )


def by_httpx() -> None:
    client = httpx.AsyncClient()
    with asyncio.Runner() as runner:
        compared(lambda: cpu(lambda: runner.run(many(lambda: posted(client)))))
        runner.run(client.aclose())


def by_requests() -> None:
    with requests.Session() as session:

        def many_posted() -> None:
            for _ in range(TIMES):
                assert session.post(URL, headers={"Accept": "application/json"}).json()["error"]

        compared(lambda: cpu(many_posted))


def test_vcrpy() -> None:
    with vcr.use_cassette(str(cassette_path(NAME)), record_mode="none", allow_playback_repeats=True):
        by_httpx()


@pytest.mark.default_cassette(str(cassette_path(NAME)))
@pytest.mark.vcr(record_mode="none", allow_playback_repeats=True)
def test_pytest_recording() -> None:
    by_httpx()


def test_respx() -> None:
    respx = pytest.importorskip("respx")
    with respx.mock:
        respx.post(URL).respond(401, headers=HEADERS, content=EXCHANGE.body)
        by_httpx()


def test_pytest_httpx(request: pytest.FixtureRequest) -> None:
    mock = request.getfixturevalue("httpx_mock")
    mock.add_response(status_code=401, headers=HEADERS, content=EXCHANGE.body, is_reusable=True)
    by_httpx()


def test_responses() -> None:
    responses = pytest.importorskip("responses")
    with responses.RequestsMock() as mock:
        mock.post(URL, status=401, headers=HEADERS, body=EXCHANGE.body)
        by_requests()


def test_cassetter() -> None:
    cassetter = pytest.importorskip("cassetter")
    with cassetter.use_cassette(cassette_path(NAME), record_mode="none"):
        by_httpx()
