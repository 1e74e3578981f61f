"""Scan: finds bearer tokens and filled password fields in a text, and says where, never what. Pure.

Each rule first looks for a few bytes that no find can be without, so that a text without them costs next to nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
import re
import zlib
from collections.abc import Iterator
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
    line, line_start, counted = 1, 0, 0
    for start, _, what in _spans(data):
        line += data.count(b"\n", counted, start)
        line_start = max(line_start, data.rfind(b"\n", counted, start) + 1)
        counted = start
        found.append(Finding(line, len(data[line_start:start].decode("utf-8", "replace")) + 1, what))
    return tuple(found)


def without_secrets(text: str) -> str:
    """`text` with a mask in place of everything that `findings` finds."""
    data = _encoded(text)
    for start, end, _ in reversed(_spans(data)):
        data = data[:start] + b"[token]" + data[end:]
    return data.decode("utf-8", "surrogatepass")


def _encoded(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _spans(data: bytes, *, encoded: bool = True) -> list[_Span]:
    found = list(_tokens(data))
    # Where rules meet, the one that knows more has spoken first.
    for span in [*_password_fields(data), *_bearer_values(data), *(_in_base64(data) if encoded else ())]:
        if not any(known.start < span.end and span.start < known.end for known in found):
            found.append(span)
    return sorted(found)


def _places(data: bytes, wanted: bytes) -> Iterator[int]:
    place = data.find(wanted)
    while place >= 0:
        yield place
        place = data.find(wanted, place + 1)


# Letters and digits become "a", all else a blank: a run of forty is then found as fast as memory is read.
_RUNS: Final = bytes(97 if byte < 128 and chr(byte).isalnum() else 32 for byte in range(256))
_LONGEST_RUN: Final = 64  # an encoded bar, `\u007c`, runs into the 48 behind it
_BAR: Final = rb"(?:\||%(?:25)?7[Cc]|\\+u007[Cc]|\\+x7[Cc]|&#124;|&#[xX]7[Cc];|&vert;)"
# `id|secret`; the secret is 40 letters and digits, before them perhaps a prefix, and since 2023 a crc32 behind them.
_SANCTUM: Final = re.compile(rb"[0-9]{1,19}" + _BAR + rb"((?:[A-Za-z0-9_-]{1,48}_)?([A-Za-z0-9]{40})([0-9a-f]{8})?)\Z")


def _tokens(data: bytes) -> Iterator[_Span]:
    runs = data.translate(_RUNS)
    start = runs.find(b"a" * 40)
    while start >= 0:
        end = runs.find(b" ", start)
        end = len(data) if end < 0 else end
        true = _has_true_checksum(data[end - 48 : end])
        near = end - start <= _LONGEST_RUN
        match = _SANCTUM.search(data, max(0, start - 80), end) if near else None
        if match and (true or _is_random(match[2])):
            yield _Span(match.start(), end, f"a Sanctum token, fingerprint {_fingerprint(match[1])}")
        elif true:
            # Without its id a token is known by its checksum alone, which no other text has by chance.
            what = f"a Sanctum token without its id, fingerprint {_fingerprint(data[end - 48 : end])}"
            yield _Span(end - 48, end, what)
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
    rb'(?i)bearer(?:(?:[ \t+]|%20|\\t)+|"\s*:\s*[\[{][^\]}]{0,200}?"(?:value|token)"\s*:\s*")'
    rb"((?:[a-z0-9._~+/|%=-]|\\/){20,})"
)


def _bearer_values(data: bytes) -> Iterator[_Span]:
    for place in _places(data.lower(), b"bearer"):
        if (match := _BEARER.match(data, place)) and _is_no_prose(match[1]):
            yield _Span(match.start(1), match.end(1), "a bearer value")


def _is_no_prose(value: bytes) -> bool:
    """Words, names and paths have few parts that mix letters and digits; what is random has hardly any other."""
    parts = re.findall(rb"[A-Za-z0-9]+", value)
    mixed = [part for part in parts if re.search(rb"[0-9]", part) and re.search(rb"[A-Za-z]", part)]
    return sum(map(len, mixed)) >= 16 and len({*value}) >= 10


# As it stands, inside a text of JSON (any number of times), or in HTML.
_QUOTE: Final = rb"\\*[\"']|&quot;|&#34;"
_PASSWORD: Final = re.compile(rb"(" + _QUOTE + rb")_?model_name\1\s*:\s*\1PasswordModel\1")
_FILLED: Final = re.compile(rb"(" + _QUOTE + rb")value\1\s*:\s*(" + _QUOTE + rb")(?!\2)")
_MODEL: Final = 8 * 1024  # bytes to each side; the saved state of a password field has about 700


def _password_fields(data: bytes) -> Iterator[_Span]:
    seen = set()
    for place in _places(data, b"PasswordModel"):
        name = _PASSWORD.search(data, max(0, place - 64), place + 64)
        value = _FILLED.search(data, *_object_around(data, name.start())) if name else None
        if value and value.end() not in seen:
            seen.add(value.end())  # `model_name` and `_model_name` tell of the same field.
            yield _Span(value.end(), value.end() + 1, "a filled password field in saved widget state")


def _object_around(data: bytes, place: int) -> tuple[int, int]:
    """Where the innermost `{…}` around a place begins and ends."""
    start, end = max(0, place - _MODEL), place + _MODEL
    depth = 0
    for brace in reversed(list(re.finditer(rb"[{}]", data[start:place]))):
        depth += 1 if brace[0] == b"}" else -1
        if depth < 0:
            start += brace.start()
            break
    depth = 0
    for brace in re.finditer(rb"[{}]", data[place:end]):
        depth += 1 if brace[0] == b"{" else -1
        if depth < 0:
            end = place + brace.end()
            break
    return start, end


_BLOBS: Final = {
    # The content of an answer in a HAR file, a body in a cassette, a data URL.
    b'"text"': re.compile(rb'"text"\s*:\s*"([A-Za-z0-9+/]{24,}={0,2})"'),
    b"!!binary": re.compile(rb"!!binary[ \t]+\|?\s*((?:[A-Za-z0-9+/=]+\s*)+)"),
    b"base64,": re.compile(rb"base64,([A-Za-z0-9+/]{24,}={0,2})"),
}
_INFLATED: Final = 1024 * 1024


def _in_base64(data: bytes) -> Iterator[_Span]:
    if b"base64" not in data and b"!!binary" not in data:
        return
    for mark, blob in _BLOBS.items():
        for place in _places(data, mark):
            if (match := blob.match(data, place)) and (inside := _spans(_decoded(match[1]), encoded=False)):
                yield _Span(match.start(1), match.end(1), f"{inside[0].what}, in base64")


def _decoded(blob: bytes) -> bytes:
    characters = re.sub(rb"[\s=]", b"", blob)
    # What follows a block of YAML may have been taken for more of it; a single last character says nothing.
    characters = characters[: len(characters) - (len(characters) % 4 == 1)]
    try:
        content = base64.b64decode(characters + b"==")
        # A recorded body is often compressed too; of a bomb only the beginning is looked at.
        return zlib.decompressobj(31).decompress(content, _INFLATED) if content[:2] == b"\x1f\x8b" else content
    except (binascii.Error, zlib.error):
        return b""
