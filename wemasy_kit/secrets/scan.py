"""Scan: finds bearer tokens and filled password fields in a text, and says where, never what. Pure.

Each rule first looks for a few bytes that no find can be without, so that a text without them costs next to nothing.
No rule reads a byte more often than some fixed number of times, so that twice the text takes twice as long.
"""

from __future__ import annotations

import base64
import binascii
import bisect
import hashlib
import itertools
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple


class Finding(NamedTuple):
    """Where something secret stands. `line` and `column` count from 1; `what` names the kind, never the value."""

    line: int
    column: int
    what: str


class _Span(NamedTuple):
    start: int
    end: int
    what: str


def findings(text: str | bytes) -> tuple[Finding, ...]:
    """Every place in `text` (bytes: in UTF-8) that holds a secret, in order, each place once.

    Found are tokens of Sanctum's shape, also with an encoded bar; without their id, those with a true checksum;
    `Bearer` values that look random; password fields with a value in saved widget state; and all that in base64.
    """
    data = _encoded(text)
    found = []
    line, column, counted = 1, 1, 0
    for start, _, what in _spans(data):
        if newlines := data.count(b"\n", counted, start):
            line, column, counted = line + newlines, 1, data.rfind(b"\n", counted, start) + 1
        column += len(data[counted:start].decode("utf-8", "replace"))
        counted = start
        found.append(Finding(line, column, what))
    return tuple(found)


def without_secrets(text: str) -> str:
    """`text` with a mask in place of everything that `findings` finds."""
    data = _encoded(text)
    spans = _spans(data)
    edges = zip((0, *(span.end for span in spans)), (*(span.start for span in spans), len(data)), strict=True)
    return b"[token]".join(data[start:end] for start, end in edges).decode("utf-8", "surrogatepass")


def _encoded(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _spans(data: bytes, *, encoded: bool = True) -> list[_Span]:
    found = list(_tokens(data))
    # Where rules meet, the one that knows more has spoken first.
    for rule in (_password_fields, _bearer_values, *((_in_base64,) if encoded else ())):
        found = sorted(found + list(_apart(rule(data), found)))
    return found


def _apart(spans: Iterable[_Span], known: list[_Span]) -> Iterator[_Span]:
    starts = [span.start for span in known]
    for span in spans:
        before = bisect.bisect_left(starts, span.end)
        if not before or known[before - 1].end <= span.start:
            yield span


def _places(data: bytes, wanted: bytes) -> Iterator[int]:
    place = data.find(wanted)
    while place >= 0:
        yield place
        place = data.find(wanted, place + 1)


_PIECE: Final = 1024 * 1024  # bytes; a copy of all of a large file costs more a byte, since its memory is new each time
_BETWEEN: Final = re.compile(rb"[^A-Za-z0-9]")


def _pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """`data` in order, and where each piece begins; no word is cut."""
    start = 0
    while start < len(data):
        end = min(start + _PIECE, len(data))
        end = between.start() if (between := _BETWEEN.search(data, end, len(data))) else len(data)
        yield start, data[start:end]
        start = end


# Letters and digits become "a", all else a blank: a run of forty is then found as fast as memory is read.
_RUNS: Final = bytes(97 if byte < 128 and chr(byte).isalnum() else 32 for byte in range(256))
_LONGEST_RUN: Final = 64  # an encoded bar, `\u007c`, runs into the 48 behind it
_BAR: Final = rb"(?:\||%(?:25)?7[Cc]|\\+u007[Cc]|\\+x7[Cc]|&#124;|&#[xX]7[Cc];|&vert;)"
# `id|secret`; the secret is 40 letters and digits, before them perhaps a prefix, and since 2023 a crc32 behind them.
_SANCTUM: Final = re.compile(rb"[0-9]{1,19}" + _BAR + rb"((?:[A-Za-z0-9_-]{1,48}_)?([A-Za-z0-9]{40})([0-9a-f]{8})?)\Z")


def _tokens(data: bytes) -> Iterator[_Span]:
    for start, end in _long_runs(data):
        true = _has_true_checksum(data[end - 48 : end])
        near = end - start <= _LONGEST_RUN
        match = _SANCTUM.search(data, max(0, start - 80), end) if near else None
        if match and (true or _is_random(match[2])):
            yield _Span(match.start(), end, f"a Sanctum token, fingerprint {_fingerprint(match[1])}")
        elif true:
            # Without its id a token is known by its checksum alone, which no other text has by chance.
            what = f"a Sanctum token without its id, fingerprint {_fingerprint(data[end - 48 : end])}"
            yield _Span(end - 48, end, what)


def _long_runs(data: bytes) -> Iterator[tuple[int, int]]:
    for first, piece in _pieces(data):
        runs = piece.translate(_RUNS)
        start = runs.find(b"a" * 40)
        while start >= 0:
            end = runs.find(b" ", start)
            end = len(runs) if end < 0 else end
            yield first + start, first + end
            start = runs.find(b"a" * 40, end)


def _has_true_checksum(secret: bytes) -> bool:
    return len(secret) == 48 and b"%08x" % binascii.crc32(secret[:40]) == secret[40:]


def _fingerprint(after_bar: bytes) -> str:
    return hashlib.sha256(after_bar).hexdigest()[:8]


def _is_random(body: bytes) -> bool:
    """Of forty random letters and digits one in a thousand has no digit; a hash has no capitals, a name few changes."""
    kinds = [65 if 65 <= byte <= 90 else 97 if byte >= 97 else 48 for byte in body]
    changes = sum(a != b for a, b in itertools.pairwise(kinds))
    return {65, 97} <= {*kinds} and (48 in kinds or changes >= 15) and len({*body}) >= 15


_BEARER: Final = re.compile(
    # A header, or what Postman keeps of one: "bearer": [{"key": "token", "value": "…"}].
    rb'(?i)bearer(?:(?:[ \t+]|%20|\\t)++|"\s{0,99}:\s{0,99}[\[{][^\]}]{0,200}?"(?:value|token)"\s{0,99}:\s{0,99}")'
    rb"((?:[a-z0-9._~+/|%=-]|\\/){20,}+)"
)


def _bearer_values(data: bytes) -> Iterator[_Span]:
    judged = 0
    for first, piece in _pieces(data):
        for place in _places(piece.lower(), b"bearer"):
            # A value may be full of the word itself: it was judged as a whole.
            if first + place >= judged and (match := _BEARER.match(data, first + place)):
                judged = match.end()
                if _is_no_prose(match[1]):
                    yield _Span(match.start(1), judged, "a bearer value")


def _is_no_prose(value: bytes) -> bool:
    """Words, names and paths have few parts that mix letters and digits; what is random has hardly any other."""
    parts = (part[0] for part in re.finditer(rb"[A-Za-z0-9]+", value))
    mixed = itertools.accumulate(len(part) for part in parts if not (part.isalpha() or part.isdigit()))
    return any(length >= 16 for length in mixed) and len({*value}) >= 10


# As it stands, inside a text of JSON (up to five times), or in HTML.
_QUOTE: Final = rb"\\{0,31}[\"']|&quot;|&#34;"
_FIELD: Final = re.compile(rb"[{}]|model_name(" + _QUOTE + rb")\s*+:\s*+\1PasswordModel\1")
_FILLED: Final = re.compile(rb"value(?<=[\"';]value)(" + _QUOTE + rb")\s*+:\s*+(" + _QUOTE + rb")(?!\2)")
_MODEL: Final = 8 * 1024  # bytes to each side; the saved state of a password field has about 700


def _password_fields(data: bytes) -> Iterator[_Span]:
    if b"PasswordModel" not in data:
        return
    values = [match.end() for match in _FILLED.finditer(data)]
    found = {
        values[at]  # Once: `model_name` and `_model_name` tell of the same field.
        for start, end in _objects_of_fields(data)
        if (at := bisect.bisect_right(values, start)) < len(values) and values[at] <= end
    }
    yield from (_Span(at, at + 1, "a filled password field in saved widget state") for at in sorted(found))


def _objects_of_fields(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the innermost `{…}` around each name of a password field begins and ends, as far as it is near."""
    # For each brace that is open: where it stands, and the names directly in it.
    around: deque[tuple[int, list[int]]] = deque([(0, [])])
    for match in _FIELD.finditer(data):
        if match[1]:
            around[-1][1].append(match.start())
        elif match[0] == b"{":
            around.append((match.start(), []))
            if len(around) > _MODEL:
                yield from _near(*around.popleft(), len(data))
        elif len(around) > 1:
            yield from _near(*around.pop(), match.end())
    for start, names in around:
        yield from _near(start, names, len(data))


def _near(start: int, names: list[int], end: int) -> Iterator[tuple[int, int]]:
    return ((max(start, name - _MODEL), min(end, name + _MODEL)) for name in names)


_BLOBS: Final = {
    # The content of a response in a HAR file, a body in a cassette, a data URL, an output or attachment of a notebook.
    b'"text"': re.compile(rb'"text"\s*:\s*"([A-Za-z0-9+/]{24,}+={0,2})"'),
    b"!!binary": re.compile(rb"!!binary[ \t]++\|?\s*+([A-Za-z0-9+/=\s]+)"),
    b"base64,": re.compile(rb"base64,([A-Za-z0-9+/]{24,}+={0,2})"),
    **{
        b'"%b/' % kind: re.compile(rb'"[a-z]+/[\w.+-]{1,99}"\s*:\s*"([A-Za-z0-9+/\\]{24,}+={0,2}(?:\\n)?)"')
        for kind in (b"image", b"application", b"audio", b"video")
    },
}
_INFLATED: Final = 50  # times its size; what grows more is a bomb, and only its beginning is looked at


def _in_base64(data: bytes) -> Iterator[_Span]:
    for mark, blob in _BLOBS.items():
        for place in _places(data, mark):
            if (match := blob.match(data, place)) and (inside := _spans(_decoded(match[1]), encoded=False)):
                yield _Span(match.start(1), match.end(1), f"{inside[0].what}, in base64")


def _decoded(blob: bytes) -> bytes:
    characters = re.sub(rb"\\n|[\s=]", b"", blob)
    # What follows a block of YAML may have been taken for more of it; a single last character says nothing.
    characters = characters[: len(characters) - (len(characters) % 4 == 1)]
    try:
        content = base64.b64decode(characters + b"==")
        # A recorded body is often compressed too.
        if content[:2] == b"\x1f\x8b":
            return zlib.decompressobj(31).decompress(content, _INFLATED * len(content))
        return content
    except (binascii.Error, zlib.error):
        return b""
