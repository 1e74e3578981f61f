"""Recording: the only module that imports vcrpy. Records a story through a socket, scrubs, scans, writes or refuses.

A cassette holds what is on the allow-lists and nothing else: a header that nobody thought of cannot bring a secret.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import tempfile
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import vcr
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.serialize import serialize

from wemasy_kit.errors import RecordingRefused, SecretFound
from wemasy_kit.exchange import NoAnswer, Send
from wemasy_kit.masking import masked
from wemasy_kit.outcome import read
from wemasy_kit.request import BASE_URL, logout_request
from wemasy_kit.scan import findings
from wemasy_kit.token import Token

REQUEST_HEADERS: Final = ("Accept", "Accept-Encoding", "Authorization", "Content-Length", "User-Agent")
RESPONSE_HEADERS: Final = (
    "Access-Control-Allow-Origin",
    "Allow",
    "Cache-Control",
    "Content-Type",
    "Date",
    "Retry-After",
    "Server",
    "WWW-Authenticate",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)


@dataclass(frozen=True, slots=True)
class Story:
    """What a cassette holds.

    Attributes:
        tokens: For each request, in order, the name of the token that it sends; None sends none.
        statuses: The answers that make the recording what its name says; any other refuses it.
        limit_reached: The window is used up before the first recorded request.
    """

    tokens: tuple[str | None, ...]
    statuses: tuple[int, ...]
    limit_reached: bool = False


STORIES: Final[Mapping[str, Story]] = {
    "200-200-two-devices": Story(("phone", "laptop"), (200, 200)),
    "200-then-401-same-token": Story(("phone", "phone"), (200, 401)),
    "200-token-revoked": Story(("phone",), (200,)),
    "401-no-token": Story((None,), (401,)),
    "401-unknown-token": Story(("unknown",), (401,)),
    "429-too-many-requests": Story(("phone",), (429,), limit_reached=True),
}


async def record(name: str, *, send: Send, tokens: Mapping[str, Token]) -> str:
    """Play the story `name` against a source, and give the text of its cassette.

    Args:
        name: A name in `STORIES`.
        send: A source with a socket, the sandbox's or live.
        tokens: The tokens that the story names.

    Raises:
        RecordingRefused: The answers are not the story's.
        SecretFound: The text holds what looks like a secret.
    """
    story = STORIES[name]
    scrub = _Scrub()
    machine = vcr.VCR(record_mode="all", before_record_request=scrub.request, before_record_response=scrub.response)
    machine.register_persister(_Memory)
    _Memory.text = ""
    with _silence("vcr.cassette", "vcr.stubs.httpx_stubs", "vcr.request"), machine.use_cassette(name):
        for index, (role, status) in enumerate(zip(story.tokens, story.statuses, strict=True), start=1):
            answer = await send(logout_request(tokens[role] if role else None, send.base_url))
            seen = read(answer).advice if isinstance(answer, NoAnswer) else str(answer.status)
            if seen != str(status):
                raise RecordingRefused(f"{name}: answer {index} should be {status}, and is: {seen}")
    text = _Memory.text
    if any(masked(text, secret) != text for secret in scrub.secrets):
        raise SecretFound(f"{name}: the recording holds the token that was sent; nothing was written")
    for line, column, what in findings(text):
        raise SecretFound(f"{name}: line {line}, column {column} holds {what}; nothing was written")
    return text


def write(text: str, path: Path) -> None:
    """Put a cassette in its place: whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def differs(recorded: str, committed: str) -> int | None:
    """The first line, counted from 1, in which two cassettes differ in more than their `Date`; None where none does."""
    here, there = (
        re.sub(r"(?m)^( *)Date:\n\1- .*$", r"\1Date: -", text).splitlines() for text in (recorded, committed)
    )
    pairs = enumerate(zip(here, there, strict=False), start=1)
    first = next((number for number, (mine, theirs) in pairs if mine != theirs), None)
    return first if first or len(here) == len(there) else min(len(here), len(there)) + 1


class _Scrub:
    """vcrpy's hooks. They run again on load and on every replayed request, so twice changes no more than once."""

    def __init__(self) -> None:
        self.secrets: set[str] = set()

    def request(self, request: Any) -> Any:
        authorization = request.headers.get("Authorization", "")
        secret = authorization.partition(" ")[2]
        if secret and secret != "<redacted>":
            self.secrets.add(secret)
        kept = {name: request.headers[name] for name in REQUEST_HEADERS if name in request.headers}
        if secret:
            kept["Authorization"] = "Bearer <redacted>"
        request.headers = kept
        request.uri = _documented(request.uri)
        return request

    def response(self, response: dict[str, Any]) -> dict[str, Any]:
        values = {name.lower(): each for name, each in response["headers"].items()}
        response["headers"] = {
            name: [self._clean(value) for value in values[name.lower()]]
            for name in RESPONSE_HEADERS
            if name.lower() in values
        }
        response["status"]["message"] = self._clean(response["status"]["message"] or "")
        response["body"]["string"] = self._clean(response["body"]["string"].decode("latin-1")).encode("latin-1")
        return response

    def _clean(self, text: str) -> str:
        for secret in self.secrets:
            text = masked(text, secret)
        return text


def _documented(uri: str) -> str:
    """The documented address: any test of any project replays the cassette for it, with plain vcrpy."""
    path = urllib.parse.urlsplit(uri).path
    return BASE_URL + path.removeprefix(urllib.parse.urlsplit(BASE_URL).path)


class _Memory:
    """A vcrpy persister that keeps the text back until it has been scanned."""

    text: ClassVar[str] = ""

    @classmethod
    def load_cassette(cls, path: object, serializer: object) -> Any:
        raise CassetteNotFoundError

    @classmethod
    def save_cassette(cls, path: object, cassette: Any, serializer: Any) -> None:
        cls.text = serialize(cassette, serializer)


@contextlib.contextmanager
def _silence(*names: str) -> Iterator[None]:
    """vcrpy logs requests and bodies as they came, before its hooks have scrubbed them."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled
