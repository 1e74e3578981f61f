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
from tests.support.fault_server import Behaviour, FaultServer, Peer, certificate, says, says_and_stays, tells
from tests.support.hand_loop import by_hand, ended
from tests.support.leaks import shows
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


def at(server: FaultServer, *, scheme: str = "http", deadline: float = 60.0) -> Live:
    return live(base_url=f"{scheme}://127.0.0.1:{server.port}/api", deadline=deadline)


def call(behaviour: Behaviour | None, token: Token | None = None, **options: Any) -> Outcome:
    """The outcome of one logout at a server of its own."""

    async def story(server: FaultServer) -> Outcome:
        return await logout(token, send=at(server, **options))

    outcome = with_server(behaviour, story)
    assert isinstance(outcome, Outcome)
    return outcome


def exchange(behaviour: Behaviour, token: Token | None = None) -> Exchange:
    found = call(behaviour, token).exchange
    assert found is not None
    return found


def verdict(outcome: Outcome) -> tuple[str, str | None]:
    return outcome.kind.value, outcome.cause


# --- What goes out


def test_on_the_wire_are_these_lines_and_no_others(canary: str) -> None:
    async def story(server: FaultServer) -> tuple[int, bytes]:
        await logout(Token.parse(canary), send=at(server))
        return server.port, bytes(server.peers[0].received)

    port, received = with_server(says(OK), story)

    first, *lines = received.decode().removesuffix("\r\n\r\n").split("\r\n")
    assert first == "POST /api/services/webshop/v1/customer/auth/logout HTTP/1.1"
    assert sorted(lines) == [
        "Accept-Encoding: identity",
        "Accept: application/json",
        f"Authorization: Bearer {canary}",
        "Connection: close",
        "Content-Length: 0",
        f"Host: 127.0.0.1:{port}",
        "User-Agent: wemasy-kit",
    ]


def test_every_call_has_a_fresh_connection() -> None:
    async def story(server: FaultServer) -> tuple[int, int]:
        send = at(server)
        for _ in range(3):
            await logout(None, send=send)
        return server.connections, server.requests

    # The server would keep the connection open, and says so by not closing it.
    assert with_server(says_and_stays(OK), story) == (3, 3)


def test_cookies_are_not_sent_back() -> None:
    async def story(server: FaultServer) -> bytes:
        send = at(server)
        await logout(None, send=send)
        await logout(None, send=send)
        return bytes(server.peers[1].received)

    assert b"cookie" not in with_server(says(whole("200 OK", b"{}", "Set-Cookie: a=b; Path=/")), story).lower()


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(proxy: FaultServer) -> tuple[Outcome, int]:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv(name.upper(), f"http://127.0.0.1:{proxy.port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        async with Sandbox() as shop:
            return await logout(None, send=live(base_url=shop.base_url)), proxy.connections

    outcome, asked = with_server(says(OK), story)

    assert outcome.kind == "unauthenticated"
    assert asked == 0


def test_passwords_of_a_netrc_file_are_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login jane password hunter2\ndefault login jane password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))

    async def story(server: FaultServer) -> bytes:
        await logout(None, send=at(server))
        return bytes(server.peers[0].received)

    assert b"authorization" not in with_server(says(OK), story).lower()


# --- What comes back


def test_an_answer_is_kept_as_it_came() -> None:
    said = whole("299 Quite OK", b'{"message":"x"}', "X-Twice: a", "x-twice: b", "X-Name: Ren\u00e9")

    found = exchange(says(said))

    assert (found.status, found.reason, found.body) == (299, "Quite OK", b'{"message":"x"}')
    assert found.headers == (("X-Twice", "a"), ("x-twice", "b"), ("X-Name", "René"), ("Content-Length", "15"))
    assert found.source == "live"
    assert found.elapsed is not None
    assert found.elapsed > 0
    assert found.received_at is not None


ECHOES = {
    "a document": (b'{"message":"Gone: %s"}', "revoked", None),
    "an illegal escape": (b'{"message":"Gone: %e"}', "undocumented", "It is not JSON, or none that"),
    "a name that comes twice": (b'{"message":"x","%s":1,"%s":2}', "undocumented", "It is not JSON, or none that"),
}


@pytest.mark.parametrize("name", ECHOES)
def test_a_body_is_judged_as_it_came_and_kept_masked(name: str, canary: str) -> None:
    body, kind, flaw = ECHOES[name]
    token = Token.parse(canary)

    def echo(peer: Peer) -> bytes:
        # `\\|` is no escape of JSON, and a mask over all of it would make JSON of it.
        return whole(
            "200 OK",
            body.replace(b"%s", peer.token).replace(b"%e", peer.token.replace(b"|", b"\\|")),
            "X-RateLimit-Limit: 60",
        )

    outcome = call(tells(echo), token)

    assert outcome.kind == kind
    assert outcome.exchange is not None
    assert str(outcome.exchange.flaw).startswith(str(flaw))
    assert outcome.exchange.document == ({"message": "Gone: [token]"} if flaw is None else None)
    assert b"[token]" in outcome.exchange.body
    assert not shows(repr(outcome), canary)


def test_a_header_that_is_no_utf_8_is_kept_too() -> None:
    said = b"HTTP/1.1 200 OK\r\nX-Name: Ren\xe9\r\nContent-Length: 0\r\n\r\n"

    assert exchange(says(said)).header("X-Name") == "René"


def test_of_a_longer_answer_only_the_first_64_kib_are_kept() -> None:
    body = SUCCESS + b" " * BODY_CAP
    found = exchange(says(whole("200 OK", body)))

    assert (found.over_cap, found.body, BODY_CAP) == (True, body[:BODY_CAP], 64 * 1024)


def test_a_complete_answer_stays_complete_when_hanging_up_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    hang_up = httpx.AsyncHTTPTransport.aclose

    async def fails(transport: httpx.AsyncHTTPTransport) -> None:
        await hang_up(transport)
        raise OSError("the connection was gone")

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "__aexit__", lambda transport, *error: fails(transport))

    assert call(says(OK)).kind == "revoked"


# --- When nothing complete comes back


async def keeps_silent(peer: Peer) -> None:
    await peer.request()
    await peer.leaves()


async def request_arrives(server: FaultServer, count: int = 1) -> None:
    while server.requests < count:  # noqa: ASYNC110  (it has no event that tells)
        await asyncio.sleep(0)


def test_where_nothing_listens_under_any_address_of_a_name_nothing_was_sent() -> None:
    async def story(server: FaultServer) -> Outcome:
        return await logout(None, send=live(base_url=f"http://localhost:{server.port}"))

    assert verdict(with_server(None, story)) == ("not_sent", "refused")


def test_to_a_machine_that_cannot_be_reached_nothing_was_sent() -> None:
    # The block of tests/offline says what a router would say.
    outcome = asyncio.run(logout(None, send=live(base_url="https://192.0.2.1")))

    assert verdict(outcome) == ("not_sent", "unreachable")


def test_to_a_name_that_nobody_knows_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    outcome = asyncio.run(logout(None, send=live(base_url="https://shop.invalid")))

    assert verdict(outcome) == ("not_sent", "name_not_found")


def test_to_a_server_without_a_certificate_of_a_known_authority_nothing_was_sent(canary: str) -> None:
    async def story(server: FaultServer) -> tuple[Outcome, bytes]:
        outcome = await logout(Token.parse(canary), send=at(server, scheme="https"))
        return outcome, bytes(server.peers[0].received)

    outcome, received = with_server(keeps_silent, story, tls=certificate("good"))

    assert verdict(outcome) == ("not_sent", "certificate")
    assert canary.encode() not in received


def test_certificates_and_names_are_checked_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    module._tls.cache_clear()

    context = module._tls()

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] > 50


def test_in_the_browsers_python_nothing_can_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(server: FaultServer) -> Outcome:
        send = at(server)
        monkeypatch.setattr(sys, "platform", "emscripten")
        return await logout(None, send=send)

    assert verdict(with_server(None, story)) == ("not_sent", "no_sockets")


# --- Deadline and cancelling


def test_a_name_that_is_looked_up_for_ever_ends_at_the_deadline_with_nothing_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> Outcome:
        async def for_ever(*arguments: object, **options: object) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", for_ever)
        call = logout(None, send=live(base_url="https://shop.invalid", deadline=1))
        return await ended(call, seen=lambda: True, within=2)

    assert verdict(by_hand(story())) == ("not_sent", "timeout")


@pytest.mark.parametrize(("scheme", "kind"), [("http", "unknown"), ("https", "not_sent")])
def test_a_call_that_is_given_up_hangs_up(scheme: str, kind: str, canary: str) -> None:
    async def story(server: FaultServer) -> Outcome:
        call = logout(Token.parse(canary), send=at(server, scheme=scheme, deadline=1))
        outcome = await ended(call, seen=lambda: server.connections, within=2)
        await ended(server.peers[0].leaves(), seen=lambda: True, within=1)
        return outcome

    assert verdict(with_server(keeps_silent, story, run=by_hand)) == (kind, "timeout")


@pytest.mark.parametrize("deadline", [0, -1, 0.0, math.nan, math.inf, -math.inf, "5", None, True, [5]])
def test_a_deadline_is_a_positive_number_of_seconds(deadline: Any) -> None:
    with pytest.raises(InvalidOption, match="deadline"):
        live(deadline=deadline)


def test_cancelling_before_anything_is_sent_says_that_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> Outcome:
        looking = asyncio.Event()

        async def for_ever(*arguments: object, **options: object) -> None:
            looking.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", for_ever)
        send = live(base_url="https://shop.invalid")
        out = asyncio.create_task(logout(None, send=send))
        await looking.wait()
        send.cancel()
        return await out

    assert verdict(asyncio.run(story())) == ("not_sent", "cancelled")


def test_cancelling_ends_every_call_that_is_out() -> None:
    async def story(server: FaultServer) -> list[Outcome]:
        send = at(server)
        out = [asyncio.create_task(logout(None, send=send)) for _ in range(3)]
        await request_arrives(server, 3)
        send.cancel()
        return await asyncio.gather(*out)

    assert [outcome.cause for outcome in with_server(keeps_silent, story)] == ["cancelled"] * 3


def test_cancelling_again_while_the_call_ends_changes_nothing() -> None:
    async def story(server: FaultServer) -> Outcome:
        send = at(server)
        out = asyncio.create_task(logout(None, send=send))
        await request_arrives(server)
        while not out.done():
            send.cancel()
            await asyncio.sleep(0)
        return await out

    assert verdict(with_server(keeps_silent, story)) == ("unknown", "cancelled")


def test_cancelling_when_nothing_is_out_does_nothing_to_the_next_call() -> None:
    async def story(server: FaultServer) -> Outcome:
        send = at(server)
        send.cancel()
        await logout(None, send=send)
        send.cancel()
        return await logout(None, send=send)

    assert with_server(says(OK), story).kind == "revoked"


def test_a_task_that_is_cancelled_from_outside_ends_cancelled_and_shows_no_token(canary: str) -> None:
    async def story(server: FaultServer) -> str:
        out = asyncio.create_task(logout(Token.parse(canary), send=at(server)))
        await request_arrives(server)
        out.cancel()
        with pytest.raises(asyncio.CancelledError) as ended:
            await out
        return "".join(traceback.TracebackException.from_exception(ended.value, capture_locals=True).format())

    shown = with_server(keeps_silent, story)

    assert "httpcore" not in shown
    assert not shows(shown.replace(f"canary = '{canary}'", ""), canary)


# --- Options


@pytest.mark.parametrize(
    "base_url",
    [
        "http://shop.example/api", "https://jane:hunter2@shop.example/api", "https://shop.example/api?a=b",
        "https://shop.example/api#a", "",
    ],
)  # fmt: skip
def test_a_base_url_that_no_token_may_go_to_is_refused_at_once(base_url: str) -> None:
    with pytest.raises(InvalidBaseURL):
        live(base_url=base_url)


def test_unless_told_otherwise_it_is_the_documented_address_and_ten_seconds() -> None:
    assert repr(live()) == f"<live {BASE_URL}, deadline 10 s>"
    assert repr(live(base_url="http://localhost:8000/api/", deadline=0.5)) == (
        "<live http://localhost:8000/api, deadline 0.5 s>"
    )


# --- The token


def test_logs_of_other_clients_in_this_process_are_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def story(server: FaultServer) -> None:
        async with httpx.AsyncClient(trust_env=False) as other:
            await asyncio.gather(logout(None, send=at(server)), other.get(f"http://127.0.0.1:{server.port}/other"))

    with_server(says(OK), story)

    assert "receive_response_headers.complete" in caplog.text


def test_it_reaches_a_server_that_serves_from_a_thread() -> None:
    with FaultServer(says(OK)) as server:
        outcome = logout_sync(None, send=at(server))

    assert (outcome.kind, server.requests) == ("revoked", 1)


# --- A server of one's own

HERE, ELSEWHERE = ("127.0.0.1", 80), ("192.0.2.7", 80)


@pytest.mark.parametrize("name", ["shop.test", "shop.localhost", "localhost"])
@pytest.mark.parametrize(("peer", "wanted"), [(HERE, ("revoked", None)), (ELSEWHERE, ("not_sent", "not_this_machine"))])
def test_plain_http_goes_where_a_name_leads_only_if_that_is_this_machine(
    name: str, peer: tuple[str, int], wanted: tuple[str, str | None], canary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **options: look_up("127.0.0.1", *rest, **options))
    monkeypatch.setattr(socket.socket, "getpeername", lambda connected: peer)
    said = whole("200 OK", b'{"message":"Logged out."}', "X-RateLimit-Limit: 60")

    async def story(server: FaultServer) -> tuple[Outcome, bytes]:
        outcome = await logout(Token.parse(canary), send=live(base_url=f"http://{name}:{server.port}/api"))
        while not server.peers:  # noqa: ASYNC110  (it has no event that tells)
            await asyncio.sleep(0)
        await server.peers[0].leaves()
        return outcome, bytes(server.peers[0].received)

    outcome, received = with_server(says_and_stays(said), story)

    assert verdict(outcome) == wanted
    assert (canary.encode() in received, bool(received)) == ((True, True) if peer is HERE else (False, False))


AUTHORITY = Path(__file__).parent.parent / "data" / "tls" / "authority.pem"


@pytest.mark.parametrize(("name", "sent"), [("good", True), ("wrong-host", False), ("self-signed", False)])
def test_a_private_authority_is_trusted_where_it_is_named(name: str, sent: bool) -> None:
    async def story(server: FaultServer) -> Outcome:
        return await logout(None, send=live(base_url=f"https://127.0.0.1:{server.port}", ca=AUTHORITY))

    outcome = with_server(says(OK), story, tls=certificate(name))

    assert (outcome.exchange is not None) is sent


@pytest.mark.parametrize("ca", ["", "nowhere.pem", "a\0b", AUTHORITY.parent, __file__, 5])
def test_an_authority_that_is_none_is_refused_at_once(ca: Any) -> None:
    with pytest.raises(InvalidOption, match=r"^the certificate authority \(ca\) must be"):
        live(ca=ca)


def test_the_keys_of_a_connection_are_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    module._tls.cache_clear()

    assert module._tls(None).keylog_filename is None
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("deadline", [10**400, -(10**400)])
def test_a_deadline_that_no_clock_can_hold_is_refused(deadline: int) -> None:
    with pytest.raises(InvalidOption, match="deadline"):
        live(deadline=deadline)
