"""What can go wrong between a logout and its response, as a table: what the server does, and the outcome wanted.

The cases of the sandbox's catalogue come first. The rows below them are what the catalogue leaves out: TLS, the moment
at which a connection breaks, framing and sizes to the byte, every status, the spellings of JSON and of a token.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple

import pytest

from tests.support.fault_server import (
    Behaviour,
    Peer,
    does,
    drips,
    floods,
    keeps_silent,
    says,
    says_and_resets,
    says_and_stays,
    tells,
)  # fmt: skip
from tests.support.leaks import SPELLINGS
from tests.support.sources import LOGGED_OUT, exchange
from tests.support.sources import REFUSED as ERROR
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.sandbox import catalogue
from wemasy_kit.sources.live import BODY_CAP as CAP


class Wanted(NamedTuple):
    kind: str
    token_state: str


REVOKED = Wanted("revoked", "revoked")
REFUSED = Wanted("unauthenticated", "not_accepted")
LIMITED = Wanted("rate_limited", "unchanged")
ODD = Wanted("undocumented", "unchanged")
ODD_AND_OPEN = Wanted("undocumented", "unknown")
NOT_SENT = Wanted("not_sent", "unchanged")
LOST = Wanted("unknown", "unknown")


@dataclass(frozen=True, slots=True)
class Case:
    """One fault.

    Attributes:
        name: What happens, in words.
        does: What the server does; bytes are said after the request, and then it hangs up; None: nobody listens. A case
            of the catalogue is played by the sandbox.
        wanted: Kind and token state of the outcome.
        retry_after: The outcome's.
        rate_limit: The outcome's limit and remaining.
        address: The base URL, with the server's port to be filled in.
        certificate: The server's, of `data/tls`; None speaks no TLS.
        asks_for_certificate: The server wants one of the client too.
        hangs: It ends at its deadline.
        arrives: Whether the server sees the request; None: it may.
    """

    name: str
    does: bytes | Behaviour | catalogue.Case | None
    wanted: Wanted
    retry_after: float | None = None
    rate_limit: tuple[int | None, int | None] = (None, None)
    address: str = "http://127.0.0.1:{port}/api"
    certificate: str | None = None
    asks_for_certificate: bool = False
    hangs: bool = False
    arrives: bool | None = True

    @property
    def said(self) -> bytes | None:
        """The bytes after which the server hangs up; None where there is more to it than that."""
        if not isinstance(self.does, catalogue.Case):
            return self.does if isinstance(self.does, bytes) else None
        if self.does.end != "close" or self.does.pause or self.does.repeats:
            return None
        words = {"date": lambda seconds: formatdate(float(seconds), usegmt=True)}
        return catalogue.filled(self.does.response, words | dict.fromkeys(("here", "other", "token"), str))

    @property
    def behaviour(self) -> Behaviour | None:
        return says(self.said) if self.said is not None else self.does if callable(self.does) else None


SUCCESS = LOGGED_OUT
MARK = "X-RateLimit-Limit: 60"
LENGTH = f"Content-Length: {len(SUCCESS)}"
CHUNKED = "Transfer-Encoding: chunked"
SECURE = "https://127.0.0.1:{port}/api"
PAGE = b"<!DOCTYPE html><html><title>Logged out.</title><h1>Logged out.</h1></html>"


def head(status: str = "200 OK", *headers: str | bytes, version: str = "HTTP/1.1") -> bytes:
    lines = [f"{version} {status}".rstrip().encode("latin-1")]
    lines += [line if isinstance(line, bytes) else line.encode("latin-1") for line in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def whole(status: str, body: bytes = SUCCESS, *headers: str | bytes) -> bytes:
    """A complete answer with a Content-Length."""
    return head(status, *headers, f"Content-Length: {len(body)}") + body


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(data), extension, data)


def in_chunks(*data: bytes, last: bytes = b"0\r\n\r\n") -> bytes:
    return head("200 OK", CHUNKED) + b"".join(map(chunk, data)) + last


GOOD = whole("200 OK", SUCCESS, "Content-Type: application/json")
FRAMINGS = {
    "Content-Length": GOOD,
    "chunks": in_chunks(SUCCESS[:20], SUCCESS[20:]),
    "a closed connection": head("200 OK", "Content-Type: application/json") + SUCCESS,
}


# The catalogue

# A response comes, though a broken one: complete by its framing, or more than is read.
_COMES = ("cut-in-a-body-without-a-length", "length-too-short", "endless-body", "large-200")


def _catalogue() -> Iterator[Case]:
    for case in catalogue.catalogue().values():
        comes = case.group not in ("broken", "slow") or case.name in _COMES
        wanted, said = _wanted(case, comes=comes), case.response
        rates = [re.findall(rf"(?mi)^X-RateLimit-{name}: (\d+)$", said) for name in ("Limit", "Remaining")]
        limit, remaining = (int(rate[0]) if rate and wanted is not LOST else None for rate in rates)
        yield Case(
            case.name,
            case,
            wanted,
            retry_after=_wait(said) if wanted in (LIMITED, ODD_AND_OPEN) else None,
            rate_limit=(limit, remaining),
            hangs=not comes and (case.end == "hang" or case.every > 0),
        )


def _wanted(case: catalogue.Case, *, comes: bool) -> Wanted:
    if case.claims == "logged out" or case.name == "slow-200":
        return REVOKED
    if not comes:
        return LOST
    if case.group == "documented" and case.status == 401:
        return REFUSED
    if case.status == 429:
        return LIMITED
    return ODD if case.status in _BEFORE_ANY_CONTROLLER else ODD_AND_OPEN


def _wait(said: str) -> Any:
    match re.findall(r"(?m)^Retry-After: (?:(\d{1,9})|<<date (-?\d+)>>|(.* 9999 .*))$", said):
        case [(seconds, date, end_of_time)]:
            return pytest.approx(252e9, rel=0.01) if end_of_time else max(0.0, float(seconds or date))
    return None


# Connections

closes_at_once, resets_at_once = does(), does(Peer.reset)
# What the system answers to data that nobody reads is an RST.
closes_unread = does(Peer.stop_reading, Peer.close)
half_closes_at_once = does(Peer.half_close, Peer.leaves)
answers_and_half_closes = does(Peer.request, head() + SUCCESS, Peer.half_close, Peer.leaves)
resets_once_it_is_read = does(Peer.request, GOOD, Peer.leaves, Peer.reset)
# No close_notify: to TLS that is a cut.
closes_below_tls = does(Peer.request, head() + SUCCESS, Peer.close_below_tls)
closes_below_tls_too_soon = does(Peer.request, head() + SUCCESS[:-1], Peer.close_below_tls)
breaks_the_encryption = does(Peer.request, head("200 OK", LENGTH) + SUCCESS[:20], Peer.break_tls, Peer.leaves)


def _connections() -> Iterator[Case]:
    yield Case("nobody listens", None, NOT_SENT, arrives=False)
    yield Case("nobody listens, over TLS", None, NOT_SENT, address=SECURE, arrives=False)
    yield Case("nobody listens at this loopback address", None, NOT_SENT, address="http://[::1]:{port}", arrives=False)
    yield Case("a name with a label of 64 letters", None, NOT_SENT, address=f"https://{'a' * 64}.nl", arrives=False)
    yield Case("the name localhost", GOOD, REVOKED, address="http://localhost:{port}")
    yield Case("closed at once", closes_at_once, LOST, arrives=None)
    yield Case("reset at once", resets_at_once, LOST, arrives=None)
    yield Case("closed with the request unread", closes_unread, LOST, arrives=None)
    yield Case("half closed at once", half_closes_at_once, LOST)
    yield Case("half closed after a whole answer", answers_and_half_closes, REVOKED)
    yield Case("closed after the status line", b"HTTP/1.1 200 OK\r\n", LOST)
    yield Case("closed inside a header", b"HTTP/1.1 200 OK\r\nContent-Le", LOST)
    yield Case("closed before the empty line", b"HTTP/1.1 200 OK\r\n" + LENGTH.encode() + b"\r\n", LOST)
    yield Case("reset inside the head", says_and_resets(b"HTTP/1.1 200 OK\r\nContent-Le"), LOST)
    yield Case("reset after the head", says_and_resets(head("200 OK", LENGTH)), LOST)
    yield Case("reset inside the body", says_and_resets(head("200 OK", LENGTH) + SUCCESS[:20]), LOST)
    yield Case("reset inside a chunk", says_and_resets(head("200 OK", CHUNKED) + chunk(SUCCESS)[:20]), LOST)
    yield Case("reset where a close would end the body", says_and_resets(head() + SUCCESS), LOST)
    yield Case("reset once the answer is read", resets_once_it_is_read, REVOKED)
    yield Case("answered before the request", does(GOOD, Peer.request), REVOKED)
    yield Case("answered before the request, then closed", does(GOOD), REVOKED, arrives=None)
    yield Case("refused before the request", does(whole("429 No", ERROR), Peer.request), LIMITED)
    yield Case("the connection stays open after the answer", says_and_stays(GOOD), REVOKED)
    yield Case("kept alive", says_and_stays(whole("200 OK", SUCCESS, "Connection: keep-alive")), REVOKED)
    yield Case("a 401 on a connection that stays open", says_and_stays(whole("401 No", ERROR)), REFUSED)
    yield Case("in fragments", says(*(GOOD[i : i + 7] for i in range(0, len(GOOD), 7))), REVOKED)


# TLS


def _tls() -> Iterator[Case]:
    def case(name: str, does: bytes | Behaviour, wanted: Wanted, certificate: str | None = "good", **more: Any) -> Case:
        return Case(name, does, wanted, address=SECURE, certificate=certificate, **more)

    yield case("TLS as it should be", GOOD, REVOKED)
    yield case("a self-signed certificate", GOOD, NOT_SENT, "self-signed", arrives=False)
    yield case("a certificate for another host", GOOD, NOT_SENT, "wrong-host", arrives=False)
    yield case("an expired certificate", GOOD, NOT_SENT, "expired", arrives=False)
    yield case("TLS that asks for a client's certificate", GOOD, LOST, asks_for_certificate=True, arrives=None)
    yield case("no TLS where TLS is wanted", does(whole("400 No", PAGE), Peer.request), NOT_SENT, None, arrives=False)
    yield case("silence in place of a handshake", keeps_silent, NOT_SENT, None, arrives=False, hangs=True)
    yield case("closed in place of a handshake", closes_at_once, NOT_SENT, None, arrives=False)
    yield case("reset in place of a handshake", resets_at_once, NOT_SENT, None, arrives=False)
    yield case("silence over TLS", keeps_silent, LOST, hangs=True)
    yield case("TLS, closed after the request", b"", LOST)
    yield case("TLS, truncated", head("200 OK", LENGTH) + SUCCESS[:20], LOST)
    yield case("TLS, reset inside the body", says_and_resets(head("200 OK", LENGTH) + SUCCESS[:20]), LOST)
    yield case("TLS cut without a notice after all of the body", closes_below_tls, REVOKED)
    yield case("TLS cut without a notice inside the body", closes_below_tls_too_soon, ODD_AND_OPEN)
    yield case("TLS that breaks inside the body", breaks_the_encryption, LOST)
    yield case("TLS, redirected to plain http", tells(_to_plain_http), ODD_AND_OPEN)
    yield Case("plain http to a port that speaks TLS", GOOD, LOST, certificate="good", arrives=False)


def _to_plain_http(peer: Peer) -> bytes:
    return whole("307 Temporary Redirect", b"", f"Location: http://127.0.0.1:{peer.server.port}/api")


# Time and size


def _time() -> Iterator[Case]:
    def hangs(name: str, does: Behaviour) -> Case:
        return Case(name, does, LOST, hangs=True)

    yield hangs("silence after the status line", says_and_stays(b"HTTP/1.1 200 OK\r\n"))
    yield hangs("silence after the head", says_and_stays(head("200 OK", LENGTH)))
    yield hangs("silence inside the last chunk", says_and_stays(in_chunks(SUCCESS, last=b"0\r\n")))
    yield hangs("silence inside the trailers", says_and_stays(in_chunks(SUCCESS, last=b"0\r\nA: b\r\n")))
    yield hangs("a body that only a close would end", says_and_stays(head() + SUCCESS))
    yield hangs("a 401 that only a close would end", says_and_stays(head("401 No") + ERROR))
    yield hangs("a 429 with a body that never comes", says_and_stays(head("429 No", "Retry-After: 5", LENGTH)))
    yield hangs("silence after a 100", says_and_stays(head("100 Continue")))
    yield hangs("silence after a status that means nothing yet", says_and_stays(head("103 Early Hints", "Link: </>")))
    yield hangs("a dripping status line", drips(b"HTTP/1.1 200 ", b"O"))
    yield hangs("a dripping body without a length", drips(head() + SUCCESS, b" "))
    yield hangs("dripping chunks", drips(head("200 OK", CHUNKED) + chunk(SUCCESS), chunk(b" ")))
    yield hangs("a dripping 1xx", drips(b"", head("102 Processing")))
    yield hangs("endless 1xx", floods(b"", head("102 Processing") * 100))
    yield hangs("endless 100 with headers", floods(b"", head("100 Continue", *["A: " + "b" * 500] * 20) * 20))


def _sizes() -> Iterator[Case]:
    """All that would fill a client's memory, or keep it busy."""
    wave = b"b" * CAP
    yield Case("an endless status line", floods(b"HTTP/1.1 200 ", wave), LOST)
    yield Case("an endless header name", floods(b"HTTP/1.1 200 OK\r\n", wave), LOST)
    yield Case("an endless header", floods(b"HTTP/1.1 200 OK\r\nA: ", wave), LOST)
    yield Case("endless headers over TLS", floods(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 5000), LOST, **_SECURED)
    yield Case("an endless body over TLS", floods(head(), b" " * CAP), ODD_AND_OPEN, **_SECURED)
    yield Case("an endless body after a success", floods(head() + SUCCESS, b" " * CAP), ODD_AND_OPEN)
    yield Case("an endless 401", floods(head("401 No") + ERROR, b" " * CAP), ODD_AND_OPEN)
    yield Case("an endless 429", floods(head("429 No", "Retry-After: 7"), wave), LIMITED, retry_after=7.0)
    yield Case("an endless 500", floods(head("500 No"), wave), ODD_AND_OPEN)
    yield Case("endless chunks", floods(head("200 OK", CHUNKED), chunk(wave)), ODD_AND_OPEN)
    yield Case("endless small chunks", floods(head("200 OK", CHUNKED), chunk(b"quite small") * 1000), ODD_AND_OPEN)
    yield Case("one endless chunk", floods(head("200 OK", CHUNKED) + b"fffffffffff\r\n", wave), ODD_AND_OPEN)
    yield Case("an endless chunk size", floods(head("200 OK", CHUNKED), b"1" * CAP), LOST)
    yield Case("an endless chunk extension", floods(head("200 OK", CHUNKED) + b"31;a=", wave), LOST)
    yield Case("endless trailers", floods(in_chunks(SUCCESS, last=b"0\r\n"), b"A: b\r\n" * 5000), LOST)
    yield Case("a body of many gigabytes", floods(head("200 OK", "Content-Length: 1" + "0" * 19), wave), ODD_AND_OPEN)
    yield Case("a head of 16,000 headers", whole("200 OK", SUCCESS, *["a:b"] * 16000), REVOKED)
    yield Case("an answer that echoes 3 characters 9,000 times", tells(_crumbs), REVOKED)
    yield Case("a body of exactly the cap", whole("200 OK", SUCCESS.ljust(CAP)), REVOKED)
    yield Case("a body of one byte more than the cap", whole("200 OK", SUCCESS.ljust(CAP + 1)), ODD_AND_OPEN)
    yield Case("a 401 of one byte more than the cap", whole("401 No", ERROR.ljust(CAP + 1)), ODD_AND_OPEN)
    for name, coding, bomb in (
        ("a gzip bomb", "gzip", BOMB),
        ("a deflate bomb", "deflate", zlib.compress(ZEROS)),
        ("a gzip bomb inside a gzip bomb", "gzip, gzip", gzip.compress(BOMB)),
    ):
        yield Case(name, whole("200 OK", bomb, f"Content-Encoding: {coding}"), ODD_AND_OPEN)
    yield Case("a gzip bomb in a 401", whole("401 No", BOMB, "Content-Encoding: gzip"), ODD_AND_OPEN)
    bomb = chunk(BOMB) + b"0\r\n\r\n"
    yield Case("a gzip bomb in chunks", head("200 OK", CHUNKED, "Content-Encoding: gzip") + bomb, ODD_AND_OPEN)
    yield Case("a gzip bomb as a transfer coding", head("200 OK", "Transfer-Encoding: gzip, chunked") + bomb, LOST)
    yield Case("an endless gzip", floods(head("200 OK", "Content-Encoding: gzip"), BOMB), ODD_AND_OPEN)


_SECURED: dict[str, Any] = {"address": SECURE, "certificate": "good"}
ZEROS = b" " * (32 * 1024 * 1024)
BOMB = gzip.compress(ZEROS, 6)


def _crumbs(peer: Peer) -> bytes:
    crumb = peer.token[9:12].decode()
    return whole("200 OK", SUCCESS, *[f"{crumb}:{crumb}"] * 9000)


# Framing


def _lengths() -> Iterator[Case]:
    def case(lengths: str, wanted: Wanted, body: bytes = SUCCESS) -> Case:
        lines = [f"Content-Length: {length}" for length in lengths.split(" / ")]
        return Case(f"Content-Length: {lengths or 'nothing'}, {len(body)} bytes", head("200 OK", *lines) + body, wanted)

    yield case("49", REVOKED)
    yield case("049", REVOKED)
    yield case("49, 49", REVOKED)
    yield case("49 / 49", REVOKED)
    yield case("49", REVOKED, SUCCESS + b"garbage")
    yield case("49", REVOKED, SUCCESS + GOOD)
    yield case("49", REVOKED, SUCCESS + whole("401 No", ERROR))
    yield case("0", ODD_AND_OPEN)
    yield case("50", LOST)
    for garbled in ("", "+49", "-49", "-1", "49.0", "4_9", "0x31", "4 9", "49, 50", "49;", "٤٩", "9" * 30):
        yield case(garbled.encode().decode("latin-1"), LOST)


def _chunks() -> Iterator[Case]:
    def case(name: str, said: bytes, wanted: Wanted = LOST) -> Case:
        return Case(f"chunks: {name}", head("200 OK", CHUNKED) + said, wanted)

    good = chunk(SUCCESS)
    yield case("one byte each", b"".join(chunk(bytes((byte,))) for byte in SUCCESS) + b"0\r\n\r\n", REVOKED)
    yield case("an extension", chunk(SUCCESS, b';a="b"') + b"0;c\r\n\r\n", REVOKED)
    yield case("trailers", good + b"0\r\nX-Sum: 1\r\nStatus: 500\r\n\r\n", REVOKED)
    yield case("leading zeros", b"000" + good + b"000\r\n\r\n", REVOKED)
    yield case("upper case", b"2F\r\n" + SUCCESS[:47] + b"\r\n" + chunk(SUCCESS[47:]) + b"0\r\n\r\n", REVOKED)
    yield case("garbage after the end", good + b"0\r\n\r\ngarbage", REVOKED)
    yield case("none", b"0\r\n\r\n", ODD_AND_OPEN)
    yield case("no end after the last one", good + b"0\r\n")
    yield case("only half of an end", good + b"0\r\n\r")
    yield case("a trailer cut off", good + b"0\r\nX-Sum")
    yield case("a size that is no number", b"zz\r\n" + SUCCESS + b"\r\n0\r\n\r\n")
    yield case("no size", b"\r\n" + SUCCESS + b"\r\n0\r\n\r\n")
    yield case("a negative size", b"-31\r\n" + SUCCESS + b"\r\n0\r\n\r\n")
    yield case("a size with a prefix", b"0x31\r\n" + SUCCESS + b"\r\n0\r\n\r\n")
    yield case("a size with an underscore", b"3_1\r\n" + SUCCESS + b"\r\n0\r\n\r\n")
    yield case("a size that overflows 64 bits", b"1" + b"0" * 15 + b"31\r\n" + SUCCESS + b"\r\n0\r\n\r\n")
    yield case("a size of 21 digits", b"0" * 19 + b"31\r\n" + SUCCESS + b"\r\n0\r\n\r\n")
    yield case("too small a size", b"30\r\n" + SUCCESS + b"\r\n0\r\n\r\n")
    yield case("too large a size", b"32\r\n" + SUCCESS + b"\r\n0\r\n\r\n")
    yield case("bare line feeds", b"31\n" + SUCCESS + b"\n0\n\n")
    yield case("a bad trailer", good + b"0\r\nno colon\r\n\r\n")
    yield case("a bad extension", b"31\x00\r\n" + SUCCESS + b"\r\n0\r\n\r\n")


def _codings() -> Iterator[Case]:
    """The transfer's framing, where two readers could differ: nothing of it counts as a success."""
    for coding in (
        "", "identity", "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "none", "xchunked", '"chunked"',
    ):  # fmt: skip
        yield Case(f"Transfer-Encoding: {coding or 'nothing'}", _coded(f"Transfer-Encoding: {coding}"), LOST)
    yield Case("Transfer-Encoding: Chunked", _coded("Transfer-Encoding: Chunked"), REVOKED)
    yield Case("Transfer-Encoding twice", _coded(CHUNKED, CHUNKED), LOST)
    yield Case("chunks and a length", _coded(CHUNKED, LENGTH), LOST)
    yield Case("chunks and a shorter length", _coded("Content-Length: 5", CHUNKED), LOST)
    yield Case("chunks in HTTP/1.0", _coded(CHUNKED, version="HTTP/1.0"), LOST)
    yield Case("a refusal in chunks with a length", _coded(CHUNKED, "Content-Length: 2", status="401 No"), LOST)


def _coded(*headers: str, status: str = "200 OK", version: str = "HTTP/1.1") -> bytes:
    return head(status, *headers, version=version) + chunk(SUCCESS) + b"0\r\n\r\n"


def _heads() -> Iterator[Case]:
    rest = f"\r\n{LENGTH}\r\n\r\n".encode() + SUCCESS
    for line in (
        "HTTP/1.1 200 OK", "HTTP/1.1 200 ", "HTTP/1.1 200", "HTTP/1.0 200 OK", "HTTP/1.1 200 Nicht übel",
        "HTTP/1.1 200 401 Unauthorized", "HTTP/1.2 200 OK", "HTTP/1.1 200 \t OK",
    ):  # fmt: skip
        yield Case(f"status line: {line!r}", line.encode() + rest, REVOKED)
    for line in (
        "HTTP/0.9 200 OK", "HTTP/2.0 200 OK", "HTTP/3.0 200 OK", "HTTP/9.9 200 OK", "HTTP/2 200", "HTTP/11 200 OK",
        "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "http/1.1 200 OK", "HTTPS/1.1 200 OK", "ICY 200 OK", "200 OK",
        "HTTP/1.1 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 020 OK", "HTTP/1.1 099 OK", "HTTP/1.1 000 OK",
        "HTTP/1.1 -200 OK", "HTTP/1.1 2e2 OK", "HTTP/1.1 ٢٠٠ OK", "HTTP/1.1 200OK", "HTTP/1.1 200 O\x00K",
        "HTTP/1.1 200 O\rK", " HTTP/1.1 200 OK", "\ufeffHTTP/1.1 200 OK", "\r\nHTTP/1.1 200 OK", "",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade",
    ):  # fmt: skip
        yield Case(f"status line: {line!r}", line.encode() + rest, LOST)
    for name, said in {
        "a page without a head": PAGE, "zeros": bytes(500), "a greeting of SMTP": b"220 mail.example ESMTP\r\n",
        "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "line feeds": b"\n" * 500,
        "a frame of HTTP/2": b"\x00\x00\x12\x04" + bytes(23), "an alert of TLS": b"\x15\x03\x01\x00\x02\x02\x28",
    }.items():  # fmt: skip
        yield Case(name, said, LOST)
    yield Case("our own request back", tells(lambda peer: bytes(peer.received)), LOST)
    yield Case("two answers in one go", GOOD + whole("401 No", ERROR), REVOKED)
    yield Case("a refusal and an answer in one go", whole("401 No", ERROR) + GOOD, REFUSED)
    yield Case("100 Continue, then the answer", head("100 Continue") + GOOD, REVOKED)
    yield Case("a 103 and a 102, then the answer", head("103 Hints", "Link: </>") + head("102 Wait") + GOOD, REVOKED)
    yield Case("a success as a 100, then a refusal", head("100 Logged out.") + whole("401 No", ERROR), REFUSED)
    yield Case("100 Continue with a body, then the answer", whole("100 Continue", SUCCESS) + GOOD, LOST)
    yield Case("only a 100", head("100 Continue"), LOST)
    yield Case("line feeds for line ends", GOOD.replace(b"\r\n", b"\n"), REVOKED)
    yield Case("carriage returns for line ends", head("200 OK", LENGTH).replace(b"\r\n", b"\r") + SUCCESS, LOST)
    for name, line in {
        "a folded header": "A: b\r\n c", "a header without a value": "A:", "a header with bytes beyond ASCII": "A: ü€",
        "an informal header name": "X-Ü", "white space around a value": "A: \t b \t",
    }.items():  # fmt: skip
        wanted = LOST if ":" not in line else REVOKED
        yield Case(name, whole("200 OK", SUCCESS, line.encode()), wanted)
    for name, line in {
        "a NUL in a header": "A: b\x00c", "a carriage return in a header": "A: b\rc",
        "a form feed in a header": "Retry-After: 5\x0c", "a NUL in a header name": "A\x00: b",
        "a header without a colon": "A", "a header without a name": ": b", "a space in a header name": "A b: c",
        "a space before the colon": "Content-Length : 49", "a folded length": "Content-Length: 4\r\n 9",
        "a fold before the first header": " A: b",
    }.items():  # fmt: skip
        yield Case(name, whole("200 OK", SUCCESS, line), LOST)


# Bodies


def _bodies() -> Iterator[Case]:
    for body in (
        b'{"error":false}', b'{"message":""}',
        b'{"message":"x","data":["a","b"]}', b' \t\r\n{"message":"x"} \n',
        b'{"error":false,"message":"x","data":[],"new":{"a":[1,2.5,null]}}', b'{"message":"\\u0000"}',
        '{"message":"Je bent uitgelogd. \U0001f44b"}'.encode(), b'{"message":"\\ud83d\\udc4b"}',
        b'{"Error":true,"message":"x"}', b'{"message":"x","n":9007199254740991}', b'{"message":"x","n":1e308}',
        b'{"message":"x","deep":' + b"[" * 31 + b"]" * 31 + b"}",
        # Whatever `data` holds
        b'{"message":null}', b'{"error":false,"message":null}',
        b'{"message":"x","data":{}}', b'{"message":"x","data":"[]"}', b'{"message":"x","data":[1]}',
    ):  # fmt: skip
        yield Case(f"200 {_short(body)}", whole("200 OK", body, MARK), REVOKED, rate_limit=(60, None))
    for body in (
        # No contract
        b"", b" ", b"{}", b"[]", b"null", b"true", b"200", b'"Logged out."', b"Logged out.", PAGE,
        b"[" + SUCCESS + b"]", b'{"success":true}', b'{"data":[]}', b'{"Message":"Logged out."}', b'{"ERROR":false}',
        b'{"message ":"x"}', b'{"data":{"message":"Logged out."}}', b'{"status":"ok"}',
        # Contradictions and wrong types
        b'{"error":true,"message":"Logged out."}', b'{"error":"false","message":"x"}', b'{"error":0,"message":"x"}',
        b'{"error":0.0,"message":"x"}', b'{"error":-0,"message":"x"}', b'{"error":null,"message":"x"}',
        b'{"error":"","message":"x"}', b'{"error":[],"message":"x"}', b'{"error":{},"message":"x"}',
        b'{"error":1,"message":"x"}', b'{"message":7}', b'{"message":["Logged out."]}', b'{"message":false}',
        # A refusal's words, and what only a refusal has
        b'{"message":"Service Unavailable"}', b'{"message":"Unauthenticated."}', b'{"message":"too many attempts"}',
        b'{"message":" Server Error. "}', b'{"message":"Page Expired"}', b'{"message":"CSRF token mismatch."}',
        b'{"message":"x","errors":{}}', b'{"message":"x","exception":"E"}', b'{"message":"x","success":false}',
        # What readers read differently
        b'{"error":true,"error":false,"message":"x"}', b'{"error":false,"error":true,"message":"x"}',
        b'{"error":true,"\\u0065rror":false,"message":"x"}', b'{"message":"x","message":"x"}',
        b'{"message":"x","a":{"b":1,"b":2}}', b'{"message":"x","n":NaN}', b'{"message":"x","n":Infinity}',
        b'{"message":"x","n":-Infinity}', b'{"error":NaN,"message":"x"}', b'{"message":"x","n":1e999}',
        b'{"message":"x","n":-1e999}', b'{"message":"x","n":9007199254740992}',
        b'{"message":"x","n":' + b"9" * 5000 + b"}", b'{"message":"x","n":0.' + b"0" * 400 + b"1e99999}",
        b'{"message":"x","deep":' + b"[" * 32 + b"]" * 32 + b"}", b"[" * 30000 + b"]" * 30000, b'{"message":' * 5000,
        b"[" * 65000, b'{"message":"\xff"}', b'{"message":"\xc3"}', b'{"message":"\xed\xa0\x80"}',
        b'{"message":"\xc0\x80"}', b'{"message":"\\ud800"}', b'{"message":"x","\\udfff":1}',
        SUCCESS.decode().encode("utf-16"), SUCCESS.decode().encode("utf-16-le"), SUCCESS.decode().encode("utf-32"),
        # No JSON, though nearly
        SUCCESS + SUCCESS, SUCCESS + b"\n" + SUCCESS, SUCCESS + b"\x00", SUCCESS + b";", b")]}',\n" + SUCCESS,
        b"callback(" + SUCCESS + b")",
        b"<br />\n<b>Warning</b>: Undefined variable $x in <b>index.php</b> on line <b>1</b><br />\n" + SUCCESS,
        SUCCESS + PAGE, b"data: " + SUCCESS + b"\n\n", b"\xc2\xa0" + SUCCESS, b"\x0c" + SUCCESS, b"\x1e" + SUCCESS,
        b"{'message':'x'}", b"{message:'x'}", b'{"message":"x",}', b'{"message":"x"/**/}', b'// ok\n{"message":"x"}',
        b'{"message":"a\nb"}', b'{"message":"a\tb"}', b'{"message":"\x00"}', b'{"message":"\\x41"}',
        b'{"message":"\\u00g0"}', b'{"message":"x"', b'{"message":"x', b'{"error":False,"message":"x"}',
        b'{"error":false,"message":"x","n":01}', b'{"error":false,"message":"x","n":+1}',
        b'{"error":false,"message":"x","n":.5}', b'{"message":"x","n":0x10}', b'{"message":"x","n":1_000}',
        '{"message":"x","n":٣}'.encode(), b'{"message" "x"}', b'["message","x"]',
    ):  # fmt: skip
        yield Case(f"200 {_short(body)}", whole("200 OK", body, MARK), ODD_AND_OPEN, rate_limit=(60, None))
    yield Case("200 with nothing but an error that is false", whole("200 OK", b'{"error":false}'), ODD_AND_OPEN)
    for header in ("Age: 1", "Content-Type: application/problem+json"):
        yield Case(f"200 with {header}", whole("200 OK", SUCCESS, header), ODD_AND_OPEN)
    for header in ("Age: 0", "Content-Type: text/html"):
        yield Case(f"200 with {header}", whole("200 OK", SUCCESS, header), REVOKED)


def _short(body: bytes) -> str:
    return repr(body)[1:] if len(body) < 90 else f"{body[:40]!r}… ({len(body)} bytes, {zlib.crc32(body):08x})"[1:]


def _body_codings() -> Iterator[Case]:
    """Nobody asked for one, and nothing here decodes."""
    for coding, body in {
        "gzip": gzip.compress(SUCCESS), "x-gzip": gzip.compress(SUCCESS), "deflate": zlib.compress(SUCCESS),
        "br": b"\x0b\x18\x80" + SUCCESS + b"\x03", "zstd": b"\x28\xb5\x2f\xfd", "compress": b"\x1f\x9d",
        "gzip, identity": gzip.compress(SUCCESS), "GZIP": gzip.compress(SUCCESS), "none": SUCCESS, "utf-8": SUCCESS,
    }.items():  # fmt: skip
        header = f"Content-Encoding: {coding}"
        yield Case(f"a 200 in {coding}", whole("200 OK", body, header), ODD_AND_OPEN)
        yield Case(f"a 401 in {coding}", whole("401 No", body, header), ODD_AND_OPEN)
        yield Case(f"a 429 in {coding}", whole("429 No", body, header, "Retry-After: 3"), LIMITED, retry_after=3.0)
    yield Case("gzip cut off", whole("200 OK", gzip.compress(SUCCESS)[:-9], "Content-Encoding: gzip"), ODD_AND_OPEN)
    yield Case("gzip that nobody announced", whole("200 OK", gzip.compress(SUCCESS)), ODD_AND_OPEN)
    identity, zipped = "Content-Encoding: identity", "Content-Encoding: gzip"
    yield Case("a 200 in identity", whole("200 OK", SUCCESS, identity), REVOKED)
    yield Case("a 200 in identity and gzip", whole("200 OK", SUCCESS, identity, zipped), ODD_AND_OPEN)
    yield Case("a 401 in gzip without a body", whole("401 No", b"", "Content-Encoding: gzip"), REFUSED)


# Statuses

_BEFORE_ANY_CONTROLLER = (404, 405, 413, 414, 419, 431)
# Those with a name, those that some proxy or framework invented, and the ends of each hundred.
_NAMED = {int(status) for status in HTTPStatus if status > 200}
_INVENTED = {218, 306, 419, 430, 440, 444, 449, 460, *range(494, 500), 509, *range(520, 531), 540, 561}
_STATUSES = (_NAMED | _INVENTED | {299, 399, 599, 600, 700, 800, 999}) - {401, 429}


def _statuses() -> Iterator[Case]:
    for status in sorted(_STATUSES):
        wanted = ODD if status in _BEFORE_ANY_CONTROLLER else ODD_AND_OPEN
        yield Case(f"{status} with the body of a success", whole(f"{status} Odd", SUCCESS), wanted)
        yield Case(f"{status} with a page", whole(f"{status} Odd", PAGE, "Content-Type: text/html"), wanted)
    for status in (204, 304):
        yield Case(f"{status} on a connection that stays open", says_and_stays(head(f"{status} Odd")), ODD_AND_OPEN)
        yield Case(f"{status} in chunks", in_chunks(SUCCESS).replace(b"200 OK", b"%d Odd" % status), ODD_AND_OPEN)
    yield Case("413 that says when", whole("413 No", ERROR, "Retry-After: 8"), ODD, retry_after=8.0)
    yield Case("301 that says when", whole("301 No", b"", "Retry-After: 9"), ODD_AND_OPEN, retry_after=9.0)
    yield Case("202 that says when", whole("202 Wait", SUCCESS, "Retry-After: 4"), ODD_AND_OPEN, retry_after=4.0)
    yield Case("401 that says when", whole("401 No", ERROR, "Retry-After: 4"), REFUSED)
    yield Case("405", whole("405 No", ERROR, "Allow: GET, HEAD"), ODD)


def _refusals() -> Iterator[Case]:
    """A 401 is the application's if it is JSON or empty, and asks for nothing but a bearer token."""

    def case(name: str, wanted: Wanted, body: bytes = ERROR, *headers: str) -> Case:
        return Case(f"401 {name}", whole("401 Unauthorized", body, *headers), wanted)

    def challenged(wanted: Wanted, *challenges: str) -> Case:
        headers = [f"WWW-Authenticate: {challenge}" for challenge in challenges]
        return case(f"that asks for {' / '.join(challenges)}", wanted, ERROR, *headers)

    for body in (b"", b"{}", b"[]", b"null", b'"no"', SUCCESS):
        yield case(_short(body), REFUSED, body)
    for body in (
        PAGE, b" ", b"Unauthenticated.", ERROR + b"x", b"\xef\xbb\xbf" + ERROR, ERROR[:-1], b'{"a":1,"a":1}', b"\xff",
    ):  # fmt: skip
        yield case(_short(body), ODD_AND_OPEN, body)
    yield challenged(REFUSED, "Bearer")
    yield challenged(REFUSED, 'bearer realm="shop", error="invalid_token"')
    yield challenged(REFUSED, "Bearer", "BEARER")
    for challenge in (
        'Basic realm="staging"', "basic", "Digest qop=auth", "NTLM", 'Basic realm="a", Bearer',
        "Bearertoken", "",
    ):  # fmt: skip
        yield challenged(ODD_AND_OPEN, challenge)
    yield challenged(ODD_AND_OPEN, "Bearer", 'Basic realm="staging"')
    yield case("without a body that asks for a password", ODD_AND_OPEN, b"", "WWW-Authenticate: Basic")
    yield case("with a challenge for a proxy", REFUSED, ERROR, "Proxy-Authenticate: Basic")
    yield Case("401 cut off", head("401 No", LENGTH) + ERROR[:10], LOST)


def _redirects() -> Iterator[Case]:
    for status in (303, 308):
        for name, location in {
            "the same origin": "/api/login", "another origin": "http://localhost:{port}/login",
            "plain http": "http://127.0.0.1:{port}/",
        }.items():  # fmt: skip
            yield Case(f"{status} to {name}", _redirect(status, location), ODD_AND_OPEN)
    for location in (
        "javascript:alert(1)", "data:application/json,{{}}", "file:///etc/passwd", "//localhost:{port}/",
        "http://a:b@127.0.0.1:{port}/", "", "?", "#", "\\\\host", "http://[", "ws://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/", "http://127.0.0.1:{port}/" + "a" * 9000,
    ):  # fmt: skip
        yield Case(f"302 to {location[:40] or 'nowhere'}", _redirect(302, location), ODD_AND_OPEN)
    yield Case("302 with two places", _redirect(302, "/a\r\nLocation: /b"), ODD_AND_OPEN)
    yield Case("300 with choices", whole("300 Odd", b"", "Location: /a"), ODD_AND_OPEN)
    yield Case("200 with a place", whole("200 OK", SUCCESS, "Location: /login"), REVOKED)
    yield Case("200 with a Refresh", whole("200 OK", PAGE, "Refresh: 0; url=/login"), ODD_AND_OPEN)


def _redirect(status: int, location: str) -> Behaviour:
    """Whoever follows finds a success."""

    def answer(peer: Peer) -> bytes:
        if peer.server.connections > 1:
            return GOOD
        return whole(f"{status} Go", b"", "Location: " + location.format(port=peer.server.port))

    return tells(answer)


# Headers that mean something


def _waits() -> Iterator[Case]:
    def case(wanted: float | None, *values: str | bytes, date: str | None = None) -> Case:
        lines = [b"Retry-After: " + (value if isinstance(value, bytes) else value.encode()) for value in values]
        lines += [f"Date: {date}".encode()] if date else []
        name = " / ".join(line.removeprefix(b"Retry-After: ").decode("latin-1")[:40] for line in lines)
        return Case(f"Retry-After: {name or 'nothing'}", whole("429 No", ERROR, *lines), LIMITED, retry_after=wanted)

    now = "Sun, 22 Nov 2026 12:00:00 GMT"
    for text in ("1", "007", "  12\t", "60"):
        yield case(float(text), text)
    for date, seconds in {
        now: 0,
        "Thu, 01 Jan 1970 00:00:00 GMT": 0, "Sunday, 22-Nov-26 12:01:00 GMT": 60, "Sun Nov 22 12:00:05 2026": 5,
        "Mon Dec  7 12:00:00 2026": 15 * 86400, "Fri, 31 Dec 9999 23:59:59 GMT": 251606951999,
        "Sun, 22 Nov 2026 12:00:60 GMT": 59,
    }.items():  # fmt: skip
        yield case(float(seconds), date, date=now)
    yield case(0.0, formatdate(0, usegmt=True))
    yield case(0.0, "Sun, 22 Nov 2026 12:00:00 GMT", date="Mon, 01 Jan 2096 00:00:00 GMT")
    for text in (
        "+5", "5.0", "5,0", "1e3", "1E3", "0x10", "inf", "Infinity", "-inf", "٣٠", "３０", "²", "1_000",
        "9" * 10, "9" * 5000, "5s", "5 seconds", "", "5, 5", "5;6", "5 6", "'5'", '"5"', "null", "None",
        "\xa05", "T5", "PT5S", "--5", "%35", "Sun, 31 Feb 2026 12:00:00 GMT", "Sun, 22 Nov 2026 25:00:00 GMT",
        "Sun, 22 Nov 2026 12:00:00 CET", "Sun, 22 Nov 2026 12:00:00", "sun, 22 nov 2026 12:00:00 gmt",
        "Sun, 22 Nov 0000 12:00:00 GMT", "2026-11-22T12:00:00Z", "1795348800000", "Sun, 00 Nov 2026 12:00:00 GMT",
        "Sun, 22 Nov 2026 12:00:00 +0000", "Sun, ٢٢ Nov 2026 12:00:00 GMT", "Sun, 22 Nov 99999 12:00:00 GMT",
    ):  # fmt: skip
        yield case(None, text, date=now)
    yield case(None, b"\xff5")
    yield case(None, "5", "5")
    yield case(None, "", "5")
    yield Case("429 with another header's wait", whole("429 No", ERROR, "X-RateLimit-Reset: 1795348800"), LIMITED)
    for body in (b"\xff\x00", ERROR * 2):
        yield Case(f"429 {_short(body)}", whole("429 No", body, "Retry-After: 5"), LIMITED, retry_after=5.0)
    yield Case("429 cut off", head("429 No", "Retry-After: 5", LENGTH) + ERROR[:9], LOST)


def _limits() -> Iterator[Case]:
    def case(limit: Iterable[str], remaining: Iterable[str], wanted: tuple[int | None, int | None]) -> Case:
        lines = [f"X-RateLimit-Limit: {value}" for value in limit]
        lines += [f"x-ratelimit-remaining: {value}" for value in remaining]
        name = " / ".join(line[2:50] for line in lines)
        raw = [line.encode() for line in lines]
        return Case(f"limits: {name}", whole("200 OK", SUCCESS, *raw), REVOKED, rate_limit=wanted)

    yield case(("60",), (), (60, None))
    yield case((), ("0",), (None, 0))
    yield case((" 60 ",), ("007",), (60, 7))
    yield case(("60", "60"), ("57",), (None, 57))
    yield case(("60",), ("57", "12"), (60, None))
    yield case(("0",), ("999999999",), (0, 999999999))
    for text in (
        "-1", "+60", "6e1", "60.0", "sixty", "", "60, 60", "0x3c", "٦٠", "６０", "9" * 10, "9" * 5000, "NaN", "6 0",
    ):  # fmt: skip
        yield case((text,), (text,), (None, None))
    yield Case("a limit in a trailer", in_chunks(SUCCESS, last=b"0\r\nX-RateLimit-Limit: 60\r\n\r\n"), REVOKED)


# The token comes back

PLACES: dict[str, tuple[Callable[[str], bytes], Wanted]] = {
    "in the message": (lambda text: whole("401 No", f'{{"message":"no such token: {text}"}}'.encode()), REFUSED),
    "in a success": (lambda text: whole("200 OK", SUCCESS[:-1] + f',"a":"{text}"}}'.encode()), REVOKED),
    "in a page": (lambda text: whole("500 Oops", f"<pre>Authorization: Bearer {text}</pre>".encode()), ODD_AND_OPEN),
    "in a header": (lambda text: whole("401 No", ERROR, f"X-Debug: token={text};"), REFUSED),
    "in a header's name": (lambda text: whole("200 OK", SUCCESS, f"X-{_name(text)}: 1"), REVOKED),
    "in Location": (lambda text: whole("302 Found", b"", f"Location: /login?token={text}"), ODD_AND_OPEN),
    "in Set-Cookie": (lambda text: whole("200 OK", SUCCESS, f"Set-Cookie: session={text}; HttpOnly"), REVOKED),
    "in the reason": (lambda text: whole(f"403 {text} is bad"), ODD_AND_OPEN),
}  # fmt: skip


def _name(text: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in text)


def _echoes() -> Iterator[Case]:
    for place, (make, wanted) in PLACES.items():
        for spelling, spell in SPELLINGS.items():
            yield Case(f"the token {spelling} {place}", tells(_echo(make, spell)), wanted)

    for name, wanted, make_bytes in (
        ("across two chunks", REVOKED, lambda token: in_chunks(SUCCESS[:-1] + b',"' + token[:9], token[9:] + b'":1}')),
        ("across the cap", ODD_AND_OPEN, lambda token: whole("500 Oops", b"a" * (CAP - 20) + token)),
        ("again and again", ODD_AND_OPEN, lambda token: whole("500 Oops", (token + b" ") * 1000)),
        ("in a gzip", ODD_AND_OPEN, lambda token: whole("500 Oops", gzip.compress(token), "Content-Encoding: gzip")),
        ("in a trailer", REVOKED, lambda token: in_chunks(SUCCESS, last=b"0\r\nX-Token: " + token + b"\r\n\r\n")),
        ("in a 103", REVOKED, lambda token: head("103 Early Hints", b"Link: <" + token + b">") + GOOD),
        ("in place of an answer", LOST, lambda token: b"HTTP/1.1 " + token + b"\r\n\r\n"),
        ("as a bad length", LOST, lambda token: head("200 OK", b"Content-Length: " + token) + SUCCESS),
        ("as a bad chunk size", LOST, lambda token: head("200 OK", CHUNKED) + token + b"\r\n" + SUCCESS),
        ("as a bad header", LOST, lambda token: head("200 OK", token) + SUCCESS),
        ("as a wait", LIMITED, lambda token: whole("429 No", ERROR, b"Retry-After: " + token)),
        ("as a limit", REVOKED, lambda token: whole("200 OK", SUCCESS, b"X-RateLimit-Limit: " + token)),
        ("as a challenge", ODD_AND_OPEN, lambda token: whole("401 No", ERROR, b"WWW-Authenticate: " + token)),
        ("as a key", REVOKED, lambda token: whole("200 OK", b'{"message":"Logged out.","' + token + b'":1}')),
        ("twice as a key", ODD_AND_OPEN, lambda token: whole("200 OK", b'{"%s":1,"%s":1}' % (token, token))),
    ):  # fmt: skip
        yield Case(f"the token {name}", tells(partial(_with_token, make_bytes)), wanted)


def _with_token(make: Callable[[bytes], bytes], peer: Peer) -> bytes:
    return make(peer.token)


def _echo(make: Callable[[str], bytes], spell: Callable[[str], str]) -> Callable[[Peer], bytes]:
    return lambda peer: make(spell(peer.token.decode()))


def _messages() -> Iterator[Case]:
    """Whatever the words are, they decide nothing, unless they are those of a refusal."""
    for text in (
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</pre><h1>Logged out</h1>", "&lt;b&gt;",
        "{{7*7}}", "${7*7}", "%s%n", "a\nb\r\nc", "\x1b[31mred\x1b[0m", "\x07\x08\x7f", "\x00", "\u202eabc\u202c",
        "\u200b\u200d\ufeff", "\u2028\u2029", "\x85\x9b", "\U000e0041\U000e0042", "Z\u0351\u0352\u0353" * 50,
        "a" * 5000, " " * 5000, "\t\t", "", "Logged out." * 30,
    ):  # fmt: skip
        body = json.dumps({"error": False, "message": text}).encode()
        name = f"message {ascii(text)[:50]} ({len(text)})"
        yield Case(name, whole("200 OK", body, MARK), REVOKED, rate_limit=(60, None))
    yield Case("markup in the reason", whole("401 <script>alert(1)</script>", ERROR), REFUSED)
    yield Case("markup in a header", whole("401 No", ERROR, "X-Note: <script>alert(1)</script>"), REFUSED)


_ROOMS = (
    _catalogue, _connections, _tls, _time, _sizes, _lengths, _chunks, _codings, _heads, _bodies, _body_codings,
    _statuses, _refusals, _redirects, _waits, _limits, _echoes, _messages,
)  # fmt: skip
CASES = tuple(case for room in _ROOMS for case in room())

_FIELD = r"([\w!#$%&'*+.^`|~-]+):[ \t]*((?:[^\0-\x08\n-\x1f]*\S)?)[ \t]*"


def parsed(response: bytes) -> Callable[[], Exchange] | None:
    """Makes an exchange of a response, without a socket; None where it is not framed plainly, by one Content-Length."""
    head, _, body = response.partition(b"\r\n\r\n")
    first, *lines = map(_decoded, head.split(b"\r\n"))
    status = re.fullmatch(r"HTTP/1\.1 ([2-9]\d\d) ([ -~]*)", first)
    fields = [re.fullmatch(_FIELD, line, re.ASCII) for line in lines]
    headers = [(field[1], field[2]) for field in fields if field]
    framed = [value for name, value in headers if name.lower() in ("content-length", "transfer-encoding")]
    if not status or None in fields or framed != [str(len(body))] or status[1] in ("204", "304"):
        return None
    more = {"reason": status[2], "over_cap": len(body) > CAP, "received_at": 0.0}
    return partial(exchange, int(status[1]), *headers, body=body[:CAP], **more)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def in_bytes() -> dict[str, tuple[Case, bytes]]:
    """The rows that are a complete response, plainly framed, for a reader without a socket."""
    said = {case.name: (case, case.said) for case in CASES if case.said is not None and not case.certificate}
    return {name: row for name, row in said.items() if parsed(row[1])}
