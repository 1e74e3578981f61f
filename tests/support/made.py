"""Responses, exchanges and outcomes, made for tests that ask no server."""

from __future__ import annotations

import re
from typing import Any

from tests.support.sources import LOGGED_OUT
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.outcome import Outcome, read
from wemasy_kit.call.request import LogoutRequest
from wemasy_kit.sources.live import BODY_CAP

URL = LogoutRequest(None).url
REFUSED = b'{"error":true,"message":"Unauthenticated."}'

_FIELD = r"([\w!#$%&'*+.^`|~-]+):[ \t]*((?:[^\0-\x08\n-\x1f]*\S)?)[ \t]*"


def exchange(status: int = 200, said: bytes = LOGGED_OUT, *headers: tuple[str, str], **more: Any) -> Exchange:
    """A complete response to a logout; `more` are other fields of it."""
    fields = {"method": "POST", "url": URL, "request_headers": (), "reason": "", "source": "live", **more}
    return Exchange(status=status, headers=headers, body=said, **fields)


def outcome(status: int = 200, said: bytes = LOGGED_OUT, *headers: tuple[str, str], **more: Any) -> Outcome:
    return read(exchange(status, said, *headers, **more))


def is_plain(response: bytes) -> bool:
    """Whether bytes are one complete HTTP/1.1 response, framed by a Content-Length and nothing else."""
    head, _, said = response.decode("latin-1").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    fields = [re.fullmatch(_FIELD, line, re.ASCII) for line in lines]
    lengths = [field[2] for field in fields if field and field[1].lower() in ("content-length", "transfer-encoding")]
    status = re.fullmatch(r"HTTP/1\.1 ([2-9]\d\d) [ -~]*", first)
    return None not in fields and lengths == [str(len(said))] and bool(status) and first[9:12] not in ("204", "304")


def exchange_of(response: bytes) -> Exchange:
    """A plain response in bytes as an exchange, without a socket."""
    head, _, said = response.partition(b"\r\n\r\n")
    first, *lines = map(_decoded, head.split(b"\r\n"))
    headers = [(name, value.strip(" \t")) for name, _, value in (line.partition(":") for line in lines)]
    more = {"reason": first[13:], "over_cap": len(said) > BODY_CAP, "received_at": 0.0}
    return exchange(int(first[9:12]), said[:BODY_CAP], *headers, **more)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
