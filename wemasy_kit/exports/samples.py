"""Samples: the request in other languages: as documented, checked, and as functions for one's own code.

The documented samples are the page's, letter by letter: they print a 401 or a 429 like a success. The checked ones are
scripts that end with the exit codes of `wemasy-kit logout`. The functions are for a server: they sign the customer out
there, and tell whether the token is revoked at the shop. Both are shorter than the kit, and so is their rule: never
"revoked" where the token lives, and "revoked" for every documented 200.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from wemasy_kit.contract.document import load

Style = Literal["documented", "checked", "function"]
_TEXTS: Final = Path(__file__).with_name("sample_texts")
_SERVERS: Final = {"JS": "Next.js, Deno, Workers", "PHP": "Laravel", "Python": "Django, Flask"}
_SAMPLES: Final[tuple[tuple[str, Style, str, str | None], ...]] = (
    ("cURL", "documented", "documented.sh", "bash"),
    ("cURL", "checked", "logout-curl.sh", "bash"),
    ("JS", "documented", "documented.mjs", "node"),
    ("JS", "checked", "logout.mjs", "node"),
    ("JS", "function", "logout-route.mjs", None),
    ("PHP", "documented", "documented.php", None),
    ("PHP", "checked", "logout.php", "php"),
    ("PHP", "function", "LogoutController.php", None),
    ("Python", "documented", "documented.py", "python"),
    ("Python", "checked", "logout-requests.py", "python"),
    ("Python", "function", "logout_view.py", None),
    ("HTTPie", "checked", "logout-httpie.sh", "bash"),
    ("Python httpx", "checked", "logout-httpx.py", "python"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A request sample.

    Attributes:
        language: "cURL", "JS", "PHP" and "Python" are the page's labels; "HTTPie" and "Python httpx" the kit's own.
        style: "documented", the page's text with its placeholder for the token; "checked", a script that takes the
            token from the environment variable WEMASY_TOKEN, and the base URL from WEMASY_BASE_URL if that is set;
            "function", to be copied into a server.
        name: What to call the file.
        program: What runs it, such as "node"; None where it is a part of a program.
        source: The text.
    """

    language: str
    style: Style
    name: str
    program: str | None
    source: str

    @property
    def title(self) -> str:
        """Its language, and beside that the servers that a function is for."""
        return f"{self.language} · {_SERVERS[self.language]}" if self.style == "function" else self.language


def samples() -> tuple[Sample, ...]:
    """Every sample: those of the page's four languages first, each as documented, then checked, then as a function."""
    return tuple(
        Sample(
            *(language, style, name, program),
            source=load().samples[language] if style == "documented" else (_TEXTS / name).read_text(encoding="utf-8"),
        )
        for language, style, name, program in _SAMPLES
    )
