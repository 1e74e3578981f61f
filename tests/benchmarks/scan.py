"""Scan: whether a megabyte of a long text takes longer than one of a short text, shape by shape."""

from __future__ import annotations

import base64
import gzip
import json
import random
import string
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.benchmarks.table import Row, cpu
from wemasy_kit.secrets.scan import findings

BOUND: Final = 2.2


def repeated(piece: bytes) -> Callable[[int], bytes]:
    return lambda size: (piece * (size // len(piece) + 1))[:size]


def lines(make: Callable[[random.Random], bytes]) -> Callable[[int], bytes]:
    """A log, no two lines alike for a hundred, the same in every run."""
    chance = random.Random(2026)
    return repeated(b"".join(make(chance) for _ in range(100)))


def letters(chance: random.Random, count: int) -> bytes:
    return "".join(chance.choices(string.ascii_letters + string.digits, k=count)).encode()


def _output(chance: random.Random) -> bytes:
    return json.dumps({"image/png": base64.b64encode(chance.randbytes(900)).decode() + "\n"}).encode() + b"\n"


ADVERSARIAL: Final[Mapping[str, Callable[[int], bytes]]] = {
    "bearer, the separator a value too": repeated(b"bearer%20"),
    "bearer and blanks": repeated(b"bearer  \t "),
    "bearer without an end, as Postman has it": repeated(b'bearer":{"'),
    "password fields": repeated(b'"_model_name":"PasswordModel",'),
    "password fields, one in the other": repeated(b'{"_model_name":"PasswordModel","value":"","a":'),
    "backslashes before a password field": lambda size: b'"model_name":"PasswordModel"' + b"\\" * size,
    "runs that are almost tokens": repeated(b"1234567890123456789|" + b"_" * 40 + b"A" * 39 + b" " + b"A" * 41 + b" "),
    "blanks behind !!binary": lambda size: b"!!binary " + b" " * size,
    "gzip bombs": repeated(b"base64," + base64.b64encode(gzip.compress(bytes(100_000))) + b" "),
    "tokens on one line": lines(lambda chance: b"1|%b " % letters(chance, 40)),
}
ORDINARY: Final[Mapping[str, Callable[[int], bytes]]] = {
    "a log with a token a line": lines(lambda chance: b"INFO Authorization: Bearer 7|%b\n" % letters(chance, 40)),
    "a log without one": lines(lambda chance: b"2026-11-24 GET /shop/%b 200 bearer ok\n" % letters(chance, 12)),
    "minified JSON": lines(lambda chance: b'{"id":%d,"name":"%b"},' % (chance.randrange(9**9), letters(chance, 9))),
    "a notebook with pictures": lines(_output),
}
SHAPES: Final = {**ADVERSARIAL, **ORDINARY}


def seconds(data: bytes) -> float:
    """CPU seconds of one scan, the best of three."""
    return min(cpu(lambda: findings(data)) for _ in range(3))


def rows(megabytes: int) -> Iterator[Row]:
    """The shape of each sort that a megabyte of takes most longer in a long text than in one of a megabyte."""
    for sort, shapes in (("adversarial", ADVERSARIAL), ("ordinary", ORDINARY)):
        ratios = []
        for name, make in shapes.items():
            long, short = make(megabytes * 10**6), make(10**6)
            ratios.append((seconds(long) / megabytes / seconds(short), name))
        found, name = max(ratios)
        yield Row(f"scan of {megabytes} MB, {sort}, a megabyte", "of 1 MB", found, 1.2, note=f"the worst: {name}")
