"""Scan: how much longer twice the input takes, shape by shape: `python -m tests.benchmarks.scan [MB]`."""

from __future__ import annotations

import base64
import gzip
import json
import random
import string
import sys
import time
from collections.abc import Callable, Mapping
from typing import Final

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
    spent = []
    for _ in range(3):
        before = time.process_time()
        findings(data)
        spent.append(time.process_time() - before)
    return min(spent)


def worst(megabytes: float) -> tuple[float, str]:
    """The largest ratio of twice this size to this size, and its shape; each shape is printed."""
    ratios = []
    for name, make in SHAPES.items():
        once, twice = (seconds(make(int(size * 1e6))) for size in (megabytes, 2 * megabytes))
        ratios.append((twice / once, name))
        print(f"  {name:<42} {twice / once:5.2f}  ({twice:.2f} s for {2 * megabytes:g} MB)", flush=True)
    return max(ratios)


if __name__ == "__main__":
    print("scan: {:.2f} ({})".format(*worst(float((sys.argv[1:] or ["2"])[0]))))
