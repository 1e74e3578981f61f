"""Judge: what a client claimed in a case, held against what the shop knows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from wemasy_kit.sandbox.catalogue import GROUPS, Case
from wemasy_kit.sandbox.log import LoggedRequest

CONTROLS: Final = ("200-documented", "401-documented")
"""They come first. A client that never says “logged out” would be right in four cases of five."""
AT_ONCE: Final = 0.2  # seconds; only a library sends again that soon


class Verdict(Enum):
    """What is said of a client in one case. Of several faults the first of these counts."""

    LIE = "said “logged out” while the token still works"
    OTHER_HOST = "sent the token to another host"
    TOKEN_SHOWN = "showed the token in its output"
    CRASHED = "crashed"
    HUNG = "hung past the limit"
    INCOMPLETE = "sent no token, or no Accept: application/json"
    REPEATED = "sent more than one request"
    DOUBT = "said “still logged in” after a clean 200"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Played:
    """One case, as a client took it.

    Attributes:
        case: What the shop did.
        claims_logged_out: Whether the client claimed that the token is revoked at the shop. Anything else is doubt.
        requests: What came in, at this host and at another.
        alive: Whether the shop still accepts the token when all is over.
        output: What the client said, its token masked.
        token_shown: Whether there was something to mask.
        hung: It did not end within its limit.
        crashed: It ended by a signal or with a traceback, or could not be started.
    """

    case: Case
    claims_logged_out: bool
    requests: tuple[LoggedRequest, ...]
    alive: bool
    output: str = ""
    token_shown: bool = False
    hung: bool = False
    crashed: bool = False

    @property
    def verdict(self) -> Verdict:
        faults = {
            Verdict.LIE: self.claims_logged_out and self.alive,
            Verdict.OTHER_HOST: any(each.token and each.host != self.requests[0].host for each in self.requests),
            Verdict.TOKEN_SHOWN: self.token_shown,
            Verdict.CRASHED: self.crashed,
            Verdict.HUNG: self.hung,
            Verdict.INCOMPLETE: bool(self._missing),
            Verdict.REPEATED: len(self.requests) > 1,
            Verdict.DOUBT: not self.claims_logged_out and not self.case.allows("not logged out"),
        }
        return next((verdict for verdict, found in faults.items() if found), Verdict.RIGHT)

    @property
    def sentence(self) -> str:
        """The verdict in a sentence, with what led to it."""
        return {
            Verdict.LIE: "It said “logged out”, but whoever holds the token is still logged in.",
            Verdict.OTHER_HOST: "It sent the token to another host: whoever runs that can use it.",
            Verdict.TOKEN_SHOWN: "It wrote the token to its output, and so to every log that keeps it.",
            Verdict.CRASHED: f"It crashed: {last_words(self.output)}"
            + (" (Here a process may fill 1 GiB.)" if "memory" in self.output.lower() else ""),
            Verdict.HUNG: "It had not ended at the limit. Give the whole call a deadline of its own.",
            Verdict.INCOMPLETE: f"It sent no {' and no '.join(self._missing)}.",
            Verdict.REPEATED: self._why_again,
            Verdict.DOUBT: "It said “still logged in”, although the shop had confirmed the logout with a clean 200.",
            Verdict.RIGHT: "Right.",
        }[self.verdict]

    @property
    def _missing(self) -> list[str]:
        if not self.requests:
            return ["request at all"]
        first = self.requests[0]
        accepted = ",".join(value for name, value in first.headers if name.lower() == "accept").lower()
        json = "application/json" in accepted
        return ["token"] * (not first.token) + ["Accept: application/json"] * (not json)

    @property
    def _why_again(self) -> str:
        if self.case.group == "redirects":
            return "It followed the redirect."
        at = [each.at for each in self.requests]
        if self.case.end == "reset" and len(at) == 2 and at[1] - at[0] < AT_ONCE:
            return "Your HTTP library sent it twice, by itself, after the reset: switch that off."
        return f"It sent {len(at)} requests: send one, and let a person try again."


def why_not_judged(controls: Iterable[Played]) -> str | None:
    """Why a client cannot be judged, from what it makes of `CONTROLS`; None where it can be."""
    for played in controls:
        if not played.requests:
            return f"no request came to the base URL that it was given: {last_words(played.output)}"
        if not played.claims_logged_out and not played.case.allows("not logged out"):
            return f"it does not say “logged out” after the documented 200: {last_words(played.output)}"
    return None


def last_words(output: str) -> str:
    """The line of an output that tells most: the last that names an error, or the last of all."""
    lines = [shown for line in output.splitlines() if (shown := "".join(filter(str.isprintable, line)).strip())]
    errors = [
        line for line in lines if re.match(r"(?:PHP )?(?:Fatal |Uncaught )?[\w.\\]*(?:[Ee]rror|Exception)\b", line)
    ]
    return (errors or lines or ["it said nothing"])[-1][:200]


def told(played: Played) -> Iterator[str]:
    """What a person is told of a case: the exchange, what is wrong, what to do. A line each."""
    case = played.case
    asked = [f"    > {each.method} {each.path} to {each.host}" for each in played.requests]
    yield f"{case.name} ({GROUPS[case.group]}; {case.level}: {case.standard})"
    yield f"  {case.happens} {case.because}"
    yield from asked[:1]
    yield from (f"    < {line[:100]}" for line in re.sub("<<.*?>>", "…", case.response).strip("\n").splitlines()[:8])
    if case.end != "close":
        yield "    < silence" if case.end == "hang" else "    < the connection is reset"
    yield from asked[1:]
    yield f"  {played.sentence}"
    yield f"  What to do: {case.advice}"
