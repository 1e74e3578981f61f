"""Exchange: what went out and what came back, as plain values with every secret gone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import httpx

Headers = tuple[tuple[str, str], ...]
SourceName = Literal["live", "sandbox", "cassette"]

Cause = Literal["name_not_found", "refused", "unreachable", "tls", "no_sockets", "timeout", "broken", "cancelled"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One complete answer, and the request that it answers.

    Attributes:
        method: The request's method.
        url: The address that was called, or, of a recording, the documented one.
        request_headers: Names and values in the order sent; the Authorization value is masked.
        status: The status code, 100 to 999.
        reason: The reason phrase, perhaps empty.
        headers: The answer's header names and values in the order received, repeats included; undecoded apart from
            the charset, the token masked.
        body: The body's bytes as they came over the wire, the token masked. Nothing undoes a Content-Encoding, so a
            coded body is not kept, and a note stands in its place.
        over_cap: The body was longer than the cap; `body` is its beginning.
        source: Where the answer came from.
        elapsed: Seconds from the start to the last byte; None in a replay.
        received_at: When it came, in Unix seconds of this machine's clock; None in a replay.
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

    def header(self, name: str) -> str | None:
        """The value of a header that came exactly once, else None: a header that comes twice says nothing for sure."""
        values = self.header_values(name)
        return values[0] if len(values) == 1 else None

    @property
    def coding(self) -> str | None:
        """The Content-Encoding, None where there is none to undo. Nothing undoes it: identity was asked for."""
        return content_coding(self.headers)

    def header_values(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order; the name in any case."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)


def content_coding(headers: Headers) -> str | None:
    """What a body is coded in by its headers; None for nothing, and for "identity", which is nothing."""
    named = [value.strip(" \t") for name, value in headers if name.lower() == "content-encoding"]
    return ", ".join(named) if any(value.lower() not in ("", "identity") for value in named) else None


@dataclass(frozen=True, slots=True)
class NoResponse:
    """There is no complete answer.

    Attributes:
        sent: False only where certainly nothing left this machine.
        cause: Why, as far as it can be told.
        source: Which source was asked.
        elapsed: Seconds until it was given up.
    """

    sent: bool
    cause: Cause
    source: SourceName
    elapsed: float


class Send(Protocol):
    """A source: takes a request, gives the answer. Never raises for what a server or a network does."""

    @property
    def name(self) -> SourceName: ...

    @property
    def base_url(self) -> str:
        """The base URL for requests to this source, without a slash at its end."""
        ...

    async def __call__(self, request: httpx.Request, /) -> Exchange | NoResponse: ...


def request_parts(request: httpx.Request) -> tuple[str, str, Headers]:
    """Method, address and headers of a request, its Authorization value masked: what an Exchange keeps of it."""
    headers = tuple((name.decode("latin-1"), _shown(name, value)) for name, value in request.headers.raw)
    return request.method, str(request.url), headers


def _shown(name: bytes, value: bytes) -> str:
    if name.lower() != b"authorization":
        return value.decode("latin-1")
    scheme, space, _ = value.partition(b" ")
    return f"{scheme.decode('latin-1')} <redacted>" if space else "<redacted>"
