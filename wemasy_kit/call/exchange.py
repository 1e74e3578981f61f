"""Exchange: what went out and what came back, as plain values; judged as it came, masked for keeping. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, Protocol

from wemasy_kit.call.request import Headers, LogoutRequest
from wemasy_kit.call.strict_json import NOT_JSON, read_json

SourceName = Literal["live", "sandbox", "cassette"]

Cause = Literal[
    "name_not_found",
    "refused",
    "unreachable",
    "certificate",
    "not_tls",
    "replaced",
    "not_this_machine",
    "no_sockets",
    "timeout",
    "broken",
    "cancelled",
]

_UNREAD: Final = object()
_UNSEEN: Final = b"[a coded body is not kept: nothing here decodes it, so nobody could see a token in it]"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One complete response, and the request that it answers.

    Attributes:
        method: The request's method.
        url: The address that was called, or, of a recording, the documented one.
        request_headers: Names and values in the order sent; the Authorization value is masked.
        status: The status code, 100 to 999.
        reason: The reason phrase, perhaps empty.
        headers: The response's header names and values in the order received, repeats included; undecoded apart from
            the charset, the token masked.
        body: The body's bytes as they came over the wire, the token masked. Nothing undoes a Content-Encoding, so a
            coded body is not kept, and a note stands in its place.
        source: Where the response came from.
        over_cap: The body was longer than the cap; `body` is its beginning.
        elapsed: Seconds from the start to the last byte; None in a replay.
        received_at: When it came, in Unix seconds of this machine's clock; None in a replay.
        document: The body's JSON value, read from the bytes as they came, then masked; None where there is none. Read
            from `body` unless given.
        flaw: Why there is no document, in a sentence; None where there is one.
    """

    method: str
    url: str
    request_headers: Headers
    status: int
    reason: str
    headers: Headers
    body: bytes
    source: SourceName
    over_cap: bool = False
    elapsed: float | None = None
    received_at: float | None = None
    document: Any = field(default=_UNREAD, hash=False)
    flaw: str | None = None

    def __post_init__(self) -> None:
        if self.document is _UNREAD:
            flaw = self._flaw()
            value = NOT_JSON if flaw else read_json(self.body)
            if value is NOT_JSON:
                flaw = flaw or "It is not JSON, or none that every reader reads alike."
            object.__setattr__(self, "document", None if flaw else value)
            object.__setattr__(self, "flaw", flaw)

    def _flaw(self) -> str | None:
        if self.over_cap:
            return f"Only its first {len(self.body)} bytes were read."
        if self.coding:
            return f"It is coded ({self.coding[:40]}), and the request asked for no coding."
        return None if self.body else "It is empty."

    def header(self, name: str) -> str | None:
        """The value of a header that came exactly once, else None: a header that comes twice says nothing for sure."""
        values = self.header_values(name)
        return values[0] if len(values) == 1 else None

    def header_values(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order; the name in any case."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    def header_sent(self, name: str) -> bool:
        """Whether the request had this header; the name in any case."""
        return any(key.lower() == name.lower() for key, _ in self.request_headers)

    @property
    def coding(self) -> str | None:
        """What the body is coded in by its headers; None for nothing, and for "identity", which is nothing."""
        named = [value.strip(" \t") for value in self.header_values("Content-Encoding")]
        return ", ".join(named) if any(value.lower() not in ("", "identity") for value in named) else None


def masked(exchange: Exchange, mask: Callable[[str], str]) -> Exchange:
    """The exchange for keeping: what was judged as it came stays judged so, and every text goes through `mask`."""
    return replace(
        exchange,
        reason=mask(exchange.reason),
        headers=tuple((mask(name), mask(value)) for name, value in exchange.headers),
        body=_UNSEEN if exchange.body and exchange.coding else mask(exchange.body.decode("latin-1")).encode("latin-1"),
        document=_masked_value(exchange.document, mask),
        flaw=mask(exchange.flaw) if exchange.flaw else None,
    )


def _masked_value(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {mask(name): _masked_value(each, mask) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked_value(each, mask) for each in value]
    if isinstance(value, str):
        return mask(value)
    # Eight digits of a token can stand in a number.
    shown = repr(value)
    return value if mask(shown) == shown else mask(shown)


@dataclass(frozen=True, slots=True)
class NoResponse:
    """There is no complete response.

    Attributes:
        sent: False only where certainly nothing left this machine.
        cause: Why, as far as it can be told.
        source: Which source was asked.
    """

    sent: bool
    cause: Cause
    source: SourceName


class Send(Protocol):
    """A source: takes a request, gives what came back. Never raises for what a server or a network does."""

    @property
    def name(self) -> SourceName: ...

    @property
    def base_url(self) -> str:
        """The base URL for requests to this source, without a slash at its end."""
        ...

    async def __call__(self, request: LogoutRequest, /) -> Exchange | NoResponse: ...
