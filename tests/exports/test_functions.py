"""The functions for one's own server, run against the kit's table of responses and the sandbox: by Python, by node."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tests.support.fault_cases import CASES, LIMITED, MARK, SUCCESS, Case, head, in_bytes, whole
from tests.support.fault_server import FaultServer, Peer, says_and_stays
from wemasy_kit import Sandbox, logout_sync
from wemasy_kit.contract.document import load
from wemasy_kit.exports.samples import samples
from wemasy_kit.sandbox.catalogue import catalogue

SOURCES: Final = {sample.name: sample.source for sample in samples()}
FUNCTIONS: Final = [sample.name for sample in samples() if sample.style == "function"]
UNCONFIRMED: Final = "Signed out on this device. The shop has not confirmed it yet."
TOKEN: Final = "12|a-token-of-jane"

# --- A way to call each: a function of a list of base URLs and tokens, to the states

Asked = Sequence[tuple[str, str]]
NODE: Final = """
import { revoke } from './logout-route.mjs';
const said = [];
for (const [baseUrl, token] of JSON.parse(process.argv[2])) said.push(await revoke(token, baseUrl));
console.log(JSON.stringify(said));
"""


def python(name: str) -> Mapping[str, Any]:
    """What a sample in Python defines; of a script, without the lines that run it."""
    names: dict[str, Any] = {}
    exec(SOURCES[name].partition("\n\n\ndef give_up")[0], names)
    return names


def by_the_view(asked: Asked, folder: Path) -> list[tuple[str, float | None]]:
    revoke = python("logout_view.py")["revoke"]
    return [revoke(token, base_url) for base_url, token in asked]


def by_the_script(asked: Asked, folder: Path) -> list[tuple[str, float | None]]:
    """The checked sample is no function to copy, and has the same rule."""
    states = {0: "revoked", 3: "not_accepted"}
    log_out = python("logout-requests.py")["log_out"]
    with pytest.MonkeyPatch.context() as patch:
        said: list[tuple[str, float | None]] = []
        for base_url, token in asked:
            patch.setenv("WEMASY_BASE_URL", base_url)
            said.append((states.get(log_out(token)[0], "unconfirmed"), None))
    return said


def by_the_route(asked: Asked, folder: Path) -> list[tuple[str, float | None]]:
    return [(each["state"], each["wait"]) for each in node(NODE, folder, [list(each) for each in asked])]


def node(program: str, folder: Path, argument: object) -> Any:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    (folder / "logout-route.mjs").write_text(SOURCES["logout-route.mjs"], encoding="utf-8")
    (folder / "program.mjs").write_text(program, encoding="utf-8")
    command = ["node", "program.mjs", json.dumps(argument)]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    return json.loads(ended.stdout)


Way = Callable[[Asked, Path], list[tuple[str, float | None]]]
WAYS: Final[list[Way]] = [by_the_view, by_the_script, by_the_route]


@contextlib.contextmanager
def serving(cases: Sequence[Case]) -> Iterator[Asked]:
    """A server that tells by the path which case it plays."""

    async def by_path(peer: Peer) -> None:
        behaviour = cases[int((await peer.request()).split(b"/")[1])].behaviour
        assert behaviour is not None
        await behaviour(peer)

    # A loopback address each: node would send the next request on a connection that is just being closed.
    with FaultServer(by_path, host="0.0.0.0") as server:
        yield [
            (f"http://127.1.{number >> 8}.{number & 255}:{server.port}/{number}/api", TOKEN)
            for number in range(len(cases))
        ]


def leniently(response: bytes) -> str:
    """What a reader says who takes any JSON, and the last of two names; the kit takes less."""
    head, _, data = response.partition(b"\r\n\r\n")
    body = None
    for text in (data, data.decode("utf-8-sig", "replace")):
        with contextlib.suppress(ValueError, RecursionError):
            body = json.loads(text, parse_int=float)
    if not isinstance(body, dict):
        return "unconfirmed"
    message = body.get("message")
    clean = body.get("error", False) is False and isinstance(message, str | None)
    marked = message == "Logged out." or b"x-ratelimit-" in head.lower()
    return {b"200": "revoked" if clean and marked else "unconfirmed", b"401": "not_accepted"}.get(
        head[9:12], "unconfirmed"
    )


ENDLESS: Final = [case for case in catalogue().values() if case.every or case.end == "hang"]
STRICTLY: Final = {"revoked": "revoked", "unauthenticated": "not_accepted"}
TABLE: Final = [case for case in CASES if case.said is not None and "http://127.0.0.1" in case.address]
# What a library decodes, it decodes; and node takes no head as long as that.
PLAIN: Final = {
    name: response
    for name, (_, response) in in_bytes().items()
    if b"Content-Encoding" not in response and name != "a head of 16,000 headers"
}


@pytest.mark.parametrize("way", WAYS)
def test_revoked_is_said_of_every_documented_200_and_never_where_the_token_lives(way: Way, tmp_path: Path) -> None:
    with serving(TABLE) as asked:
        said = way(asked, tmp_path)  # Whatever comes, also what is no HTTP, it ends, and raises nothing.

    wrong = [
        f"{state}: {case.name}"
        for case, (state, _) in zip(TABLE, said, strict=True)
        if case.name in PLAIN
        and state not in (STRICTLY.get(case.wanted.kind, "unconfirmed"), leniently(PLAIN[case.name]))
    ]
    assert len(PLAIN) > 400
    assert wrong == []


def test_the_view_gives_up_at_its_deadline_however_the_shop_stalls() -> None:
    """Also where all is there but the end: a body without a length ends where its connection is closed."""
    revoke = python("logout_view.py")["revoke"]
    revoke.__globals__["DEADLINE"] = 0.1
    with Sandbox(cases=True) as shop, FaultServer(says_and_stays(head("200 OK", MARK) + SUCCESS)) as server:
        said = {case.name: revoke(f"case|{case.name}", shop.base_url) for case in ENDLESS}
        said["no end"] = revoke(TOKEN, f"http://127.0.0.1:{server.port}")

    assert len(said) > 5
    assert set(said.values()) == {("unconfirmed", None)}


WAITS: Final = {
    "a second more than told": (whole("429 No", SUCCESS, "Retry-After: 57"), ("unconfirmed", 58)),
    "two seconds at least": (whole("429 No", SUCCESS, "Retry-After: 0"), ("unconfirmed", 2)),
    "a minute where nothing is told": (whole("429 No"), ("unconfirmed", 61)),
    "a minute where nobody can tell": (whole("429 No", SUCCESS, "Retry-After: soon"), ("unconfirmed", 61)),
    "in maintenance too": (whole("503 No", SUCCESS, "Retry-After: 5"), ("unconfirmed", 6)),
    "not after a redirect": (whole("302 Found", SUCCESS, "Location: /"), ("unconfirmed", None)),
    "nor after a gateway's 401": (whole("401 No", SUCCESS, 'WWW-Authenticate: Basic realm="x"'), ("unconfirmed", None)),
    "nor after the 401 of the shop": (whole("401 No", SUCCESS, "WWW-Authenticate: Bearer"), ("not_accepted", None)),
    "nor after a 200": (whole("200 OK"), ("revoked", None)),
}


@pytest.mark.parametrize("way", [by_the_view, by_the_route])
def test_a_function_says_how_long_to_wait(way: Way, tmp_path: Path) -> None:
    cases = [Case(name, response, LIMITED) for name, (response, _) in WAITS.items()]
    with serving(cases) as asked:
        said = way(asked, tmp_path)

    assert dict(zip(WAITS, said, strict=True)) == {name: wanted for name, (_, wanted) in WAITS.items()}


# --- Signed out here, and revoked at the shop


class Ending(NamedTuple):
    message: str
    aside: list[str]  # what was put aside
    kept: bool  # whether this device still has a token


# What each finds at the shop, and what it tells the customer: nothing of the token is left here, ever.
SAID: Final = {"200": "Signed out.", "401": "Signed out.", "429": UNCONFIRMED, "none": "Signed out."}


def by_the_view_s_log_out(base_urls: Mapping[str, str], tokens: Mapping[str, str], folder: Path) -> dict[str, Ending]:
    log_out = python("logout_view.py")["log_out"]
    found = {}
    for name in SAID:
        session, aside = {"cart": "3"} | ({"wemasy_token": tokens[name]} if name in tokens else {}), list[str]()
        message = log_out(session, aside.append, base_urls[name])
        found[name] = Ending(message, aside, "wemasy_token" in session)
    return found


ROUTE: Final = """
import { logoutRoute } from './logout-route.mjs';
const [baseUrls, tokens] = JSON.parse(process.argv[2]);
const said = {};
for (const [name, baseUrl] of Object.entries(baseUrls)) {
  const aside = [];
  const route = logoutRoute({ putAside: async (token) => { aside.push(token); }, baseUrl });
  const cookie = name in tokens ? `cart=3; wemasy_token=${encodeURIComponent(tokens[name])}` : 'cart=3';
  const response = await route(new Request('https://shop.example/logout', { method: 'POST', headers: { cookie } }));
  const told = await response.json();
  const cleared = response.headers.get('Set-Cookie')?.startsWith('wemasy_token=; Path=/; Max-Age=0;') ?? false;
  said[name] = [told.message, aside, name in tokens && !cleared, told.signedOut, told.shop, response.status];
}
const got = await logoutRoute({})(new Request('https://shop.example/logout'));
const odd = { method: 'POST', headers: { cookie: 'wemasy_token=%E0%A4%A' } };
const signedOut = await logoutRoute({ baseUrl: baseUrls['401'] })(new Request('https://shop.example/logout', odd));
console.log(JSON.stringify([said, got.status, signedOut.headers.has('Set-Cookie')]));
"""


def by_the_route_s_post(base_urls: Mapping[str, str], tokens: Mapping[str, str], folder: Path) -> dict[str, Ending]:
    said, got, odd_is_cleared = node(ROUTE, folder, [base_urls, tokens])
    states = {"200": "revoked", "401": "not_accepted", "429": "unconfirmed", "none": "no_token"}
    assert {name: each[3:] for name, each in said.items()} == {n: [True, state, 200] for n, state in states.items()}
    assert got == 405  # A link that is fetched ahead logs nobody out.
    assert odd_is_cleared  # A cookie that was not written by `encodeURIComponent`.
    return {name: Ending(*each[:3]) for name, each in said.items()}


@pytest.mark.parametrize("way", [by_the_view_s_log_out, by_the_route_s_post])
def test_the_customer_is_signed_out_always_and_an_unconfirmed_token_is_put_aside(way: Any, tmp_path: Path) -> None:
    with Sandbox() as shop, Sandbox(rate_limit=1) as full:
        logout_sync(None, send=full.send)
        good, kept = shop.issue_token("jane"), full.issue_token("jane")
        tokens = {"200": good.reveal(), "401": "7|nobody-s", "429": kept.reveal()}
        found = way({name: (full if name == "429" else shop).base_url for name in SAID}, tokens, tmp_path)
        assert (shop.holds(good), full.holds(kept)) == (False, True)

    assert found == {
        name: Ending(message, [tokens[name]] if message == UNCONFIRMED else [], kept=False)
        for name, message in SAID.items()
    }


PENDING: Final = """
import { revokePending } from './logout-route.mjs';
const [tokens, baseUrl] = JSON.parse(process.argv[2]);
const forgotten = [];
const wait = await revokePending(tokens, async (token) => { forgotten.push(token); }, baseUrl);
console.log(JSON.stringify([forgotten, wait]));
"""


def by_python_s_pass(tokens: list[str], base_url: str, folder: Path) -> tuple[list[str], float]:
    forgotten: list[str] = []
    wait = python("logout_view.py")["revoke_pending"](tokens, forgotten.append, base_url)
    return forgotten, wait


def by_node_s_pass(tokens: list[str], base_url: str, folder: Path) -> tuple[list[str], float]:
    forgotten, wait = node(PENDING, folder, [tokens, base_url])
    return forgotten, wait


@pytest.mark.parametrize("way", [by_python_s_pass, by_node_s_pass])
def test_a_pass_forgets_what_opens_nothing_and_stops_at_a_429(way: Any, tmp_path: Path) -> None:
    with Sandbox(rate_limit=2) as shop:
        tokens = [shop.issue_token("jane").reveal(), "7|nobody-s", shop.issue_token("joe").reveal()]
        forgotten, wait = way(tokens, shop.base_url, tmp_path)

    assert forgotten == tokens[:2]
    assert 2 <= wait <= 61


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_says_why_it_belongs_on_the_server_and_fits_on_a_page(name: str) -> None:
    lines = SOURCES[name].splitlines()

    assert len(lines) <= 90
    assert max(map(len, lines)) <= 120
    assert "The call belongs on the server." in SOURCES[name]
    assert UNCONFIRMED in SOURCES[name]
    assert (SOURCES[name].count(load().base_url), SOURCES[name].count(load().path)) == (1, 1)
