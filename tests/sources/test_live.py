"""Live: one request over one fresh connection, within a deadline and a size, and nothing that a client adds."""

from __future__ import annotations

import asyncio
import logging
import math
import socket
import ssl
import sys
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.fault_cases import SUCCESS, whole
from tests.support.fault_server import (  # fmt: skip
    Behaviour,
    FaultServer,
    certificate,
    keeps_silent,
    says,
    says_and_stays,
)
from tests.support.hand_loop import by_hand, ended
from tests.support.leaks import shows
from tests.support.sources import TESTS
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.logout import logout, logout_sync
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.request import BASE_URL
from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidBaseURL, InvalidOption
from wemasy_kit.sources import live as module
from wemasy_kit.sources.live import BODY_CAP, Live, live
from wemasy_kit.sources.sandbox import Sandbox

OK = whole("200 OK")
AUTHORITY = TESTS / "data" / "tls" / "authority.pem"


def with_server(
    behaviour: Behaviour | None,
    story: Callable[[FaultServer], Awaitable[Any]],
    *,
    tls: ssl.SSLContext | None = None,
    run: Callable[[Coroutine[Any, Any, Any]], Any] = asyncio.run,
) -> Any:
    async def play() -> Any:
        async with FaultServer(behaviour, tls=tls) as server:
            return await story(server)

    return run(play())


def at(server: FaultServer, *, scheme: str = "http", host: str = "127.0.0.1", **options: Any) -> Live:
    return live(base_url=f"{scheme}://{host}:{server.port}/api", **{"deadline": 60.0} | options)


def called(
    behaviour: Behaviour | None, token: Token | None = None, *, times: int = 1, tls: Any = None, **options: Any
) -> tuple[Outcome, FaultServer]:
    """The outcome of the last logout at a server of its own, and the server when it is down."""

    async def story(server: FaultServer) -> tuple[Outcome, FaultServer]:
        send = at(server, **options)
        *_, outcome = [await logout(token, send=send) for _ in range(times)]
        return outcome, server

    outcome, server = with_server(behaviour, story, tls=tls)
    assert isinstance(outcome, Outcome)
    return outcome, server


def exchange(behaviour: Behaviour, token: Token | None = None) -> Exchange:
    found = called(behaviour, token)[0].exchange
    assert found is not None
    return found


def verdict(outcome: Outcome) -> tuple[str, str | None]:
    return outcome.kind.value, outcome.cause


# --- What goes out


def test_on_the_wire_are_these_lines_and_no_others(canary: str) -> None:
    _, server = called(says(OK), Token.parse(canary))

    first, *lines = server.peers[0].received.decode().removesuffix("\r\n\r\n").split("\r\n")
    assert first == "POST /api/services/webshop/v1/customer/auth/logout HTTP/1.1"
    assert sorted(lines) == [
        "Accept-Encoding: identity",
        "Accept: application/json",
        f"Authorization: Bearer {canary}",
        "Connection: close",
        "Content-Length: 0",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: wemasy-kit",
    ]


def test_every_call_has_a_fresh_connection_and_sends_no_cookie_back() -> None:
    # The server would keep the connection open, and says so by not closing it.
    _, server = called(says_and_stays(whole("200 OK", b"{}", "Set-Cookie: a=b; Path=/")), times=3)

    assert (server.connections, server.requests) == (3, 3)
    assert not [peer for peer in server.peers if b"cookie" in peer.received.lower()]


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(says(OK)) as proxy, Sandbox() as shop:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv(name.upper(), f"http://127.0.0.1:{proxy.port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)

        assert logout_sync(None, send=live(base_url=shop.base_url)).kind == "unauthenticated"
        assert proxy.connections == 0


def test_passwords_of_a_netrc_file_are_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login jane password hunter2\ndefault login jane password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))

    _, server = called(says(OK))

    assert b"authorization" not in server.peers[0].received.lower()


# --- What comes back


def test_an_answer_is_kept_as_it_came() -> None:
    said = whole("299 Quite OK", b'{"message":"x"}', "X-Twice: a", "x-twice: b", "X-Name: Ren\u00e9")

    found = exchange(says(said))

    assert (found.status, found.reason, found.body) == (299, "Quite OK", b'{"message":"x"}')
    assert found.headers == (("X-Twice", "a"), ("x-twice", "b"), ("X-Name", "René"), ("Content-Length", "15"))
    assert (found.source, bool(found.elapsed), bool(found.received_at)) == ("live", True, True)


def test_a_header_that_is_utf_8_is_kept_too() -> None:
    assert exchange(says(whole("200 OK", b"", "X-Name: René".encode()))).header("X-Name") == "René"


ECHOES = {
    "a document": (b'{"message":"Gone: %s"}', "revoked", None),
    # `\\|` is no escape of JSON, and a mask over all of it would make JSON of it.
    "an illegal escape": (b'{"message":"Gone: %e"}', "undocumented", "It is not JSON, or none that"),
    "a name that comes twice": (b'{"message":"x","%s":1,"%s":2}', "undocumented", "It is not JSON, or none that"),
}


@pytest.mark.parametrize("name", ECHOES)
def test_a_body_is_judged_as_it_came_and_kept_masked(name: str, canary: str) -> None:
    body, kind, flaw = ECHOES[name]
    echoed = body.replace(b"%s", canary.encode()).replace(b"%e", canary.replace("|", "\\|").encode())

    outcome, _ = called(says(whole("200 OK", echoed, "X-RateLimit-Limit: 60")), Token.parse(canary))

    assert outcome.kind == kind
    assert outcome.exchange is not None
    assert str(outcome.exchange.flaw).startswith(str(flaw))
    assert outcome.exchange.document == ({"message": "Gone: [token]"} if flaw is None else None)
    assert b"[token]" in outcome.exchange.body
    assert not shows(repr(outcome), canary)


def test_of_a_longer_answer_only_the_first_64_kib_are_kept() -> None:
    body = SUCCESS + b" " * BODY_CAP
    found = exchange(says(whole("200 OK", body)))

    assert (found.over_cap, found.body, BODY_CAP) == (True, body[:BODY_CAP], 64 * 1024)


def test_a_complete_answer_stays_complete_when_hanging_up_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    hang_up = httpx.AsyncHTTPTransport.aclose

    async def fails(transport: httpx.AsyncHTTPTransport, *error: object) -> None:
        await hang_up(transport)
        raise OSError("the connection was gone")

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "__aexit__", fails)

    assert called(says(OK), Token.parse("1|secret"))[0].kind == "revoked"


# --- When nothing is sent


def test_where_nothing_listens_under_any_address_of_a_name_nothing_was_sent() -> None:
    assert verdict(called(None, host="localhost")[0]) == ("not_sent", "refused")


def test_to_a_machine_that_cannot_be_reached_nothing_was_sent() -> None:
    # The block of tests/offline says what a router would say.
    assert verdict(logout_sync(None, send=live(base_url="https://192.0.2.1"))) == ("not_sent", "unreachable")


def test_to_a_name_that_nobody_knows_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert verdict(logout_sync(None, send=live(base_url="https://shop.invalid"))) == ("not_sent", "name_not_found")


def test_to_a_server_without_a_certificate_of_a_known_authority_nothing_was_sent(canary: str) -> None:
    outcome, server = called(keeps_silent, Token.parse(canary), scheme="https", tls=certificate("good"))

    assert verdict(outcome) == ("not_sent", "certificate")
    assert canary.encode() not in server.peers[0].received


def test_in_the_browsers_python_nothing_can_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(server: FaultServer) -> Outcome:
        send = at(server)
        monkeypatch.setattr(sys, "platform", "emscripten")
        return await logout(None, send=send)

    assert verdict(with_server(None, story)) == ("not_sent", "no_sockets")


# --- Certificates


def test_certificates_and_names_are_checked_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    module._tls.cache_clear()

    context = module._tls()

    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.cert_store_stats()["x509_ca"] > 50


def test_the_keys_of_a_connection_are_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    module._tls.cache_clear()

    assert module._tls(None).keylog_filename is None
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(("name", "sent"), [("good", True), ("wrong-host", False), ("self-signed", False)])
def test_a_private_authority_is_trusted_where_it_is_named(name: str, sent: bool) -> None:
    outcome, _ = called(says(OK), scheme="https", ca=AUTHORITY, tls=certificate(name))

    assert (outcome.exchange is not None) is sent


# --- Deadline and cancelling


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A name is looked up for ever; here are those that were asked for."""
    names: list[str] = []

    async def for_ever(loop: asyncio.AbstractEventLoop, host: str, *rest: object, **options: object) -> None:
        names.append(host)
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", for_ever)
    return names


def test_a_name_that_is_looked_up_for_ever_ends_at_the_deadline_with_nothing_sent(looking: list[str]) -> None:
    call = logout(None, send=live(base_url="https://shop.invalid", deadline=1))

    assert verdict(by_hand(ended(call, seen=lambda: looking, within=2))) == ("not_sent", "timeout")


def test_cancelling_before_anything_is_sent_says_that_nothing_was_sent(looking: list[str]) -> None:
    async def story() -> Outcome:
        send = live(base_url="https://shop.invalid")
        out = asyncio.create_task(logout(None, send=send))
        await comes_true(lambda: looking)
        send.cancel()
        return await out

    assert verdict(asyncio.run(story())) == ("not_sent", "cancelled")


@pytest.mark.parametrize(("scheme", "kind"), [("http", "unknown"), ("https", "not_sent")])
def test_a_call_that_is_given_up_hangs_up(scheme: str, kind: str, canary: str) -> None:
    async def story(server: FaultServer) -> Outcome:
        call = logout(Token.parse(canary), send=at(server, scheme=scheme, deadline=1))
        outcome = await ended(call, seen=lambda: server.connections, within=2)
        await ended(server.peers[0].leaves(), seen=lambda: True, within=1)
        return outcome

    assert verdict(with_server(keeps_silent, story, run=by_hand)) == (kind, "timeout")


async def comes_true(is_so: Callable[[], object]) -> None:
    while not is_so():  # noqa: ASYNC110  (it has no event that tells)
        await asyncio.sleep(0)


def test_cancelling_ends_every_call_that_is_out() -> None:
    async def story(server: FaultServer) -> list[Outcome]:
        send = at(server)
        out = [asyncio.create_task(logout(None, send=send)) for _ in range(3)]
        await comes_true(lambda: server.requests == 3)
        send.cancel()
        return await asyncio.gather(*out)

    assert [outcome.cause for outcome in with_server(keeps_silent, story)] == ["cancelled"] * 3


def test_cancelling_again_while_the_call_ends_changes_nothing() -> None:
    async def story(server: FaultServer) -> Outcome:
        send = at(server)
        out = asyncio.create_task(logout(None, send=send))
        await comes_true(lambda: server.requests)
        while not out.done():
            send.cancel()
            await asyncio.sleep(0)
        return await out

    assert verdict(with_server(keeps_silent, story)) == ("unknown", "cancelled")


def test_cancelling_when_nothing_is_out_does_nothing_to_the_next_call() -> None:
    async def story(server: FaultServer) -> Outcome:
        send = at(server)
        for _ in range(2):
            send.cancel()
            outcome = await logout(Token.parse("1|secret"), send=send)
        return outcome

    assert with_server(says(OK), story).kind == "revoked"


def test_a_task_that_is_cancelled_from_outside_ends_cancelled_and_shows_no_token(canary: str) -> None:
    async def story(server: FaultServer) -> str:
        out = asyncio.create_task(logout(Token.parse(canary), send=at(server)))
        await comes_true(lambda: server.requests)
        out.cancel()
        with pytest.raises(asyncio.CancelledError) as ended:
            await out
        return "".join(traceback.TracebackException.from_exception(ended.value, capture_locals=True).format())

    shown = with_server(keeps_silent, story)

    assert "httpcore" not in shown
    assert not shows(shown.replace(f"canary = '{canary}'", ""), canary)


# --- Options


@pytest.mark.parametrize("base_url", ["http://shop.example/api", "https://jane:hunter2@shop.example/api", ""])
def test_a_base_url_that_no_token_may_go_to_is_refused_at_once(base_url: str) -> None:
    with pytest.raises(InvalidBaseURL):
        live(base_url=base_url)


@pytest.mark.parametrize(
    "deadline", [0, -1, 0.0, math.nan, math.inf, -math.inf, "5", None, True, [5], 10**400, -(10**400)]
)
def test_a_deadline_is_a_positive_number_of_seconds_that_a_clock_can_hold(deadline: Any) -> None:
    with pytest.raises(InvalidOption, match="deadline"):
        live(deadline=deadline)


@pytest.mark.parametrize("ca", ["", "nowhere.pem", "a\0b", AUTHORITY.parent, __file__, 5])
def test_an_authority_that_is_none_is_refused_at_once(ca: Any) -> None:
    with pytest.raises(InvalidOption, match=r"^the certificate authority \(ca\) must be"):
        live(ca=ca)


def test_unless_told_otherwise_it_is_the_documented_address_and_ten_seconds() -> None:
    mine = live(base_url="http://localhost:8000/api/", deadline=0.5)

    assert repr(live()) == f"<live {BASE_URL}, deadline 10 s>"
    assert repr(mine) == "<live http://localhost:8000/api, deadline 0.5 s>"


# --- Beside others


def test_logs_of_other_clients_in_this_process_are_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def story(server: FaultServer) -> None:
        async with httpx.AsyncClient(trust_env=False) as other:
            await asyncio.gather(logout(None, send=at(server)), other.get(f"http://127.0.0.1:{server.port}/other"))

    with_server(says(OK), story)

    assert "receive_response_headers.complete" in caplog.text


HERE, ELSEWHERE = ("127.0.0.1", 80), ("192.0.2.7", 80)


@pytest.mark.parametrize("name", ["shop.test", "shop.localhost", "localhost"])
@pytest.mark.parametrize(("peer", "wanted"), [(HERE, ("revoked", None)), (ELSEWHERE, ("not_sent", "not_this_machine"))])
def test_plain_http_goes_where_a_name_leads_only_if_that_is_this_machine(
    name: str, peer: tuple[str, int], wanted: tuple[str, str | None], canary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **options: look_up("127.0.0.1", *rest, **options))
    monkeypatch.setattr(socket.socket, "getpeername", lambda connected: peer)

    async def story(server: FaultServer) -> tuple[Outcome, bytes]:
        outcome = await logout(Token.parse(canary), send=at(server, host=name))
        await comes_true(lambda: server.peers)
        await server.peers[0].leaves()
        return outcome, bytes(server.peers[0].received)

    outcome, received = with_server(says_and_stays(OK), story)

    assert verdict(outcome) == wanted
    assert (canary.encode() in received, bool(received)) == ((True, True) if peer is HERE else (False, False))
