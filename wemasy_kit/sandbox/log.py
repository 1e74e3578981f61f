"""What came in, as it may be kept: each request with its token as a fingerprint. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wemasy_kit.sandbox.rules import bearer, fingerprint


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """A request that was complete. A token is nowhere in it.

    Attributes:
        method: As on the wire, "POST".
        path: Without what follows a question mark.
        host: Where it was sent, from `Host` and without the port. After a redirect it may be "127.0.0.2".
        headers: In order. Values that may hold a secret are shown as `<fingerprint>`.
        token: The fingerprint of what it sent as its bearer token; None if it sent none.
        at: When it was complete, in seconds since 1970.
        status: Of the response; None where it says none.
        case: The name of the case that it got, or None.
    """

    method: str
    path: str
    host: str
    headers: tuple[tuple[str, str], ...]
    token: str | None
    at: float
    status: int | None
    case: str | None


# What a client says of itself and of what it wants. Any other header may hold a token.
_HARMLESS = frozenset(
    "accept accept-encoding accept-language cache-control connection content-length content-type expect host origin"
    " transfer-encoding user-agent x-requested-with".split()
)


def logged(
    method: str, path: str, headers: Iterable[tuple[str, str]], *, at: float, status: int | None, case: str | None
) -> LoggedRequest:
    """A request, without what must not be kept."""
    sent = tuple(headers)
    token = next((bearer(value) for name, value in sent if name.lower() == "authorization"), "")

    def shown(text: str) -> str:
        return re.sub(r"[A-Za-z0-9]{40,}", "<…>", text.replace(token, "<…>") if token else text)

    def kept(name: str, value: str) -> tuple[str, str]:
        if name.lower() in _HARMLESS:
            return name, shown(value)
        scheme = re.match(r"(?i)(?:bearer|basic|token) (?=.)", value)
        return shown(name), (scheme[0] if scheme else "") + f"<{fingerprint(token if scheme and token else value)}>"

    path, host = path.partition("?")[0], next((value for name, value in sent if name.lower() == "host"), "")
    return LoggedRequest(
        method=shown(method),
        path=shown(path),
        host=shown(re.sub(r":\d*$", "", host)),
        headers=tuple(kept(name, value) for name, value in sent),
        token=fingerprint(token) if token else None,
        at=at,
        status=status,
        case=case,
    )
