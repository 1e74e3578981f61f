"""Samples: the request in other languages, as documented and checked.

The documented samples are the page's, letter by letter: they print a 401 or a 429 like a success. The checked ones end
with the exit codes of `wemasy-kit logout`, and succeed only if the token is revoked. Against the kit itself they are
simpler in this: a name that comes twice in the JSON, and the types of `message` and `data`, are not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from wemasy_kit.contract.document import load

_TEXTS: Final = Path(__file__).with_name("sample_texts")
_CHECKED: Final = {
    "cURL": ("bash", "logout-curl.sh"),
    "JS": ("node", "logout.mjs"),
    "PHP": ("php", "logout.php"),
    "Python": ("python", "logout-requests.py"),
    "HTTPie": ("bash", "logout-httpie.sh"),
    "Python httpx": ("python", "logout-httpx.py"),
}
_DOCUMENTED: Final = {
    "cURL": ("bash", "documented.sh"),
    "JS": ("node", "documented.mjs"),
    "PHP": (),
    "Python": ("python", "documented.py"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A request sample.

    Attributes:
        language: "cURL", "JS", "PHP" and "Python" are the page's labels; "HTTPie" and "Python httpx" the kit's own.
        style: "documented", the page's text with its placeholder for the token; or "checked", which takes the token
            from the environment variable WEMASY_TOKEN, and the base URL from WEMASY_BASE_URL if that is set.
        source: The text.
        argv: How to run it, once it is saved under the name that comes last; empty for the documented PHP, which is
            a fragment of a Laravel application.
    """

    language: str
    style: Literal["documented", "checked"]
    source: str
    argv: tuple[str, ...]


def samples() -> tuple[Sample, ...]:
    """Every sample: those of the page's four languages first, each as documented and then checked."""
    documented = {sample.language: sample.source for sample in load().samples}
    found = []
    for language, argv in _CHECKED.items():
        if language in documented:
            found.append(Sample(language, "documented", documented[language], _DOCUMENTED[language]))
        found.append(Sample(language, "checked", (_TEXTS / argv[-1]).read_text(encoding="utf-8"), argv))
    return tuple(found)
