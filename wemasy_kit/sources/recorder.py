"""Recording: the only module that imports vcrpy. Records a story through a socket, scrubs, scans, writes or refuses.

A cassette holds what is on the allow-lists and nothing else: a header that nobody thought of cannot bring a secret.
"""

from __future__ import annotations

import contextlib
import difflib
import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import vcr
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.serialize import serialize

from wemasy_kit.call.exchange import Send
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome, OutcomeKind, displayable
from wemasy_kit.call.request import BASE_URL, PATH
from wemasy_kit.call.token import Token
from wemasy_kit.errors import RecordingRefused, SecretFound
from wemasy_kit.files import regular, write_file
from wemasy_kit.secrets.mask import masked
from wemasy_kit.secrets.scan import findings
from wemasy_kit.sources.sandbox import Sandbox

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


_REDACTED: Final = "<redacted>"


@dataclass(frozen=True, slots=True)
class Story:
    """What a cassette holds.

    Attributes:
        tokens: For each request, in order, the name of the token that it sends; None sends none.
        outcomes: What makes the recording what its name says; any other outcome refuses it.
        limit_reached: The window is used up before the first recorded request.
    """

    tokens: tuple[str | None, ...]
    outcomes: tuple[OutcomeKind, ...]
    limit_reached: bool = False


_REVOKED, _REFUSED, _LIMITED = OutcomeKind.REVOKED, OutcomeKind.UNAUTHENTICATED, OutcomeKind.RATE_LIMITED
STORIES: Final[Mapping[str, Story]] = {
    "200-200-two-devices": Story(("phone", "laptop"), (_REVOKED, _REVOKED)),
    "200-then-401-same-token": Story(("phone", "phone"), (_REVOKED, _REFUSED)),
    "200-token-revoked": Story(("phone",), (_REVOKED,)),
    "401-no-token": Story((None,), (_REFUSED,)),
    "401-unknown-token": Story(("unknown",), (_REFUSED,)),
    "429-too-many-requests": Story(("phone",), (_LIMITED,), limit_reached=True),
}


async def rehearse(name: str) -> str:
    """The text of the cassette `name`, recorded from a sandbox of its own whose window stands still."""
    now = time.time()
    with Sandbox(clock=lambda: now) as shop:
        tokens = {"phone": shop.issue_token("jane"), "laptop": shop.issue_token("jane"), "unknown": unknown_token()}
        if STORIES[name].limit_reached:
            while (await logout(None, send=shop.send)).rate_limit.remaining:
                pass
        return await record(name, send=shop.send, tokens=tokens)


def unknown_token() -> Token:
    """A token of the right shape, with a true checksum, that no shop has issued but one that is gone again."""
    return Sandbox().issue_token("nobody")


async def record(name: str, *, send: Send, tokens: Mapping[str, Token]) -> str:
    """Play the story `name` against a source, and give the text of its cassette.

    Args:
        name: A name in `STORIES`.
        send: A source with a socket, the sandbox's or live.
        tokens: The tokens that the story names.

    Raises:
        RecordingRefused: The responses are not the story's, a body is no plain text, or another recording is under way.
        SecretFound: The text holds what looks like a secret.
    """
    story = STORIES[name]
    scrub, memory = _Scrub(BASE_URL if send.name == "sandbox" else send.base_url), _Memory()
    machine = vcr.VCR(record_mode="all", before_record_request=scrub.request, before_record_response=scrub.response)
    machine.register_persister(memory)
    with _alone(), machine.use_cassette(name):
        for number, (role, wanted) in enumerate(zip(story.tokens, story.outcomes, strict=True), start=1):
            outcome = await logout(tokens[role] if role else None, send=send)
            if outcome.kind is not wanted:
                raise RecordingRefused(f"{name}: response {number} should be {wanted}, and is {_described(outcome)}")
            if scrub.unseen:
                raise RecordingRefused(
                    f"{name}: the body of response {number} is coded, or no text; nothing was written"
                )
    text = memory.text()
    if secret := _secret_in(text, scrub.secrets):
        del text, outcome  # A traceback with locals shows this frame.
        raise SecretFound(f"{name}: {secret}; nothing was written")
    return text


def _secret_in(text: str, sent: set[str]) -> str | None:
    if any(masked(text, secret) != text for secret in sent):
        return "the recording holds the token that was sent"
    places = (f"line {line}, column {column} holds {what}" for line, column, what in findings(text))
    return next(places, None)


def _described(outcome: Outcome) -> str:
    if outcome.exchange is None:
        return f"{outcome.kind}. {outcome.advice}"
    return f"{outcome.kind} ({outcome.exchange.status}); nothing was written"


def write(text: str, path: Path) -> None:
    """Put a cassette in its place: whole, or not at all.

    Raises:
        RecordingRefused: It cannot be written there; what was there stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(text, path, replace=True)
    except OSError as error:
        raise RecordingRefused(f"{path} cannot be written: {error.strerror}") from None


def differences(recorded: str, path: Path) -> tuple[str, ...]:
    """What the cassette at `path` has otherwise than a new recording, but for its `Date`: a sentence each."""
    try:
        committed = regular(path).read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError as error:
        return ("missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}",)
    before, now = (
        re.sub(r"(?m)^( *)Date:\n\1- .*$", r"\1Date:\n\1-", text).split("\n") for text in (committed, recorded)
    )
    changes = difflib.SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
    return tuple(
        f"line {first + 1}: {_quoted(before[first:last])} is now {_quoted(now[start:end])}"
        for change, first, last, start, end in changes
        if change != "equal"
    )


def _quoted(lines: list[str]) -> str:
    shown = displayable(" ".join(map(str.strip, lines)), 200)
    return f"“{shown}”" if shown else "nothing"


class _Scrub:
    """vcrpy's hooks. They run again on load and on every replayed request, so twice changes no more than once.

    Attributes:
        base_url: What the recording names as called; of the sandbox the documented one, so that any project replays it.
        secrets: What was sent.
        unseen: A body came in which nobody could see a secret.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.secrets: set[str] = set()
        self.unseen = False

    def request(self, request: Any) -> Any:
        kept = {name: request.headers[name] for name in REQUEST_HEADERS if name in request.headers}
        if secret := kept.get("Authorization", "").partition(" ")[2].replace(_REDACTED, ""):
            self.secrets.add(secret)
        if "Authorization" in kept:
            kept["Authorization"] = f"Bearer {_REDACTED}"
        request.headers = kept
        request.uri = self.base_url + PATH
        return request

    def response(self, response: dict[str, Any]) -> dict[str, Any]:
        values = {name.lower(): each for name, each in response["headers"].items()}
        response["headers"] = {
            name: [self._clean(value) for value in values[name.lower()]]
            for name in RESPONSE_HEADERS
            if name.lower() in values
        }
        response["status"]["message"] = self._clean(response["status"]["message"] or "")
        body = response["body"]["string"]
        coded = any(value.lower() != "identity" for value in values.get("content-encoding", ()))
        self.unseen |= coded or not _is_text(body)
        response["body"]["string"] = self._clean(body.decode("latin-1")).encode("latin-1")
        return response

    def _clean(self, text: str) -> str:
        for secret in self.secrets:
            text = masked(text, secret)
        return text


class _Memory:
    """A vcrpy persister that only keeps: should saving fail, vcrpy would leave httpx patched."""

    def __init__(self) -> None:
        self._kept: tuple[Any, Any] = {}, None

    def load_cassette(self, path: object, serializer: object) -> Any:
        raise CassetteNotFoundError

    def save_cassette(self, path: object, cassette: Any, serializer: Any) -> None:
        self._kept = cassette, serializer

    def text(self) -> str:
        return str(serialize(*self._kept))


def _is_text(body: bytes) -> bool:
    try:
        return not re.search(r"[^\t\n\r -~\xa0-\U0010ffff]", body.decode())
    except UnicodeDecodeError:
        return False


_RECORDING: Final = threading.Lock()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """vcrpy patches httpx for the whole process, and logs requests and bodies before its hooks have scrubbed them."""
    if not _RECORDING.acquire(blocking=False):
        raise RecordingRefused("another recording is being made in this process; nothing was sent or written")
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "vcr"]
    before = {logger: logger.disabled for logger in map(logging.getLogger, names)}
    for logger in before:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in before.items():
            logger.disabled = disabled
        _RECORDING.release()
