"""The exports, read by the tools that they are for. Left out unless asked for: pytest -m tools.

npm installs most of them, once, into a temporary folder; schemathesis comes from PyPI, with the extra `tools`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, get_args

import pytest

from tests.exports.test_samples import BIN, Ended, program
from tests.support.fault_server import Behaviour, FaultServer, Peer
from wemasy_kit import Outcome, Sandbox, Token, live, logout
from wemasy_kit.contract.document import load
from wemasy_kit.exports.export import export
from wemasy_kit.sandbox.rules import Profile

pytestmark = pytest.mark.tools

MANIFEST: Final = Path(__file__).with_name("package.json")


@pytest.fixture(scope="session")
def modules() -> Path:
    """The folder node_modules with the tools of tools/package.json."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = Path(tempfile.gettempdir(), f"wemasy-kit-tools-{hashlib.sha256(MANIFEST.read_bytes()).hexdigest()[:12]}")
    complete = folder / "complete"
    if not complete.exists():
        folder.mkdir(exist_ok=True)
        shutil.copy(MANIFEST, folder)
        options = "--ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error".split()
        subprocess.run(["npm", "install", *options], cwd=folder, timeout=600, check=True)
        complete.touch()
    return folder / "node_modules"


# --- The tools that send


class Shop(NamedTuple):
    """A server, a token for it, and whether the token is alive."""

    base_url: str
    token: Token
    alive: Callable[[], bool]


@contextlib.asynccontextmanager
async def shop_that_answers(status: int, profile: Profile = "documented") -> AsyncIterator[Shop]:
    """A sandbox that gives this answer; for 302, a server that sends everyone on to a page with a 200."""
    if status == 302:
        async with FaultServer(_sends_on) as server:
            yield Shop(f"http://127.0.0.1:{server.port}/api", Token.parse("1|nobody's"), lambda: True)
            assert server.requests == 1, "it followed the redirect"
        return
    async with Sandbox(rate_limit=1 if status == 429 else 60, profile=profile) as shop:
        token = shop.issue_token("jane")
        if status == 429:
            await logout(shop.issue_token("jane"), send=shop.send)
        if status == 401:
            await logout(token, send=shop.send)
        yield Shop(shop.base_url, token, lambda: shop.holds(token))


async def _sends_on(peer: Peer) -> None:
    # The page has the body of a success, so that only not following tells the two apart.
    asked_for_the_page = b"/page" in (await peer.request()).split(b"\r\n")[0]
    body = b'{"message": "Logged out."}' if asked_for_the_page else b""
    head = b"200 OK" if asked_for_the_page else b"302 Found\r\nLocation: /page"
    headers = b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    await peer.say(b"HTTP/1.1 " + head + headers + body)


def variables(shop: Shop) -> list[str]:
    return ["--env-var", f"baseUrl={shop.base_url}", "--env-var", f"token={shop.token.reveal()}"]


@pytest.mark.parametrize("status", [200, 401, 429, 302])
def test_the_postman_collection_runs_and_passes_only_if_the_token_was_revoked(
    status: int, modules: Path, tmp_path: Path
) -> None:
    (tmp_path / "collection.json").write_text(export("postman"), encoding="utf-8")
    report = ["--reporters", "json", "--reporter-json-export", "report.json"]
    newman = ["node", modules / ".bin" / "newman", "run", "collection.json", *report]

    async def play() -> tuple[Ended, bool]:
        async with shop_that_answers(status) as shop:
            return await program(*newman, *variables(shop), cwd=tmp_path), shop.alive()

    ended, alive = asyncio.run(play())

    (execution,) = json.loads((tmp_path / "report.json").read_text("utf-8"))["run"]["executions"]
    assert execution["response"]["code"] == status, ended.said
    assert (ended.code == 0) is (status == 200), ended.said
    assert alive is (status in (429, 302))


@pytest.mark.parametrize("status", [200, 401, 429])
def test_bruno_imports_the_openapi_export_and_sends_its_request(status: int, modules: Path, tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(export("openapi"), encoding="utf-8")
    bru = ["node", modules / ".bin" / "bru"]

    async def play() -> tuple[Ended, bool]:
        async with shop_that_answers(status) as shop:
            made = await program(*bru, "import", "openapi", "-s", "openapi.json", "-o", "collections", cwd=tmp_path)
            assert made.code == 0, made.said
            (folder,) = (tmp_path / "collections").iterdir()
            sent = [*bru, "run", "-r", *variables(shop), "--reporter-json", tmp_path / "report.json"]
            return await program(*sent, cwd=folder), shop.alive()

    (tmp_path / "collections").mkdir()
    ended, alive = asyncio.run(play())

    ((result,),) = [each["results"] for each in json.loads((tmp_path / "report.json").read_text("utf-8"))]
    assert result["response"]["status"] == status, ended.said
    assert alive is (status == 429)


@pytest.mark.parametrize("status", [200, 401, 429, 302])
def test_the_http_file_is_sent_once_a_person_has_agreed(status: int, modules: Path, tmp_path: Path) -> None:
    """By httpYac, which reads the dialects of both the VS Code REST Client and JetBrains."""

    async def play() -> tuple[Ended, bool]:
        async with shop_that_answers(status) as shop:
            text = export("http").replace(load().base_url, shop.base_url)
            (tmp_path / "logout.http").write_text(text, encoding="utf-8")
            token = f"token={shop.token.reveal()}"
            httpyac = ["node", modules / ".bin" / "httpyac", "send", "logout.http", "--all", "--json", "--var", token]
            refused = await program(*httpyac, cwd=tmp_path, typed="n\n")
            assert '"statusCode"' not in refused.said
            assert shop.alive() or status == 401
            return await program(*httpyac, cwd=tmp_path, typed="y\n"), shop.alive()

    ended, alive = asyncio.run(play())

    (request,) = json.loads(ended.said[ended.said.index("{") :])["requests"]
    assert request["response"]["statusCode"] == status
    assert alive is (status in (429, 302))


# --- OpenAPI


@pytest.fixture(scope="module")
def prism(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port where Prism plays the server that the OpenAPI export describes."""
    folder = tmp_path_factory.mktemp("prism")
    file = folder / "openapi.json"
    file.write_text(export("openapi"), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = ["node", str(modules / ".bin" / "prism"), "mock", "-h", "127.0.0.1", "-p", str(port), str(file)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            said = iter(process.stdout.readline, "")
            assert any("Prism is listening" in line for line in said), "Prism ended before it listened"
            yield port
        finally:
            process.kill()


def prefers(status: int, port: int) -> Behaviour:
    """A proxy in front of Prism, which is told by a header which of the documented answers to give."""

    async def behaviour(peer: Peer) -> None:
        request = await peer.request()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request.replace(b"\r\n", b"\r\nPrefer: code=%d\r\n" % status, 1))
        await peer.say(await reader.read())
        writer.close()

    return behaviour


async def asked(port: int, *, token: Token | None = None, prefer: int = 0) -> Outcome:
    if not prefer:
        return await logout(token, send=live(base_url=f"http://127.0.0.1:{port}"))
    async with FaultServer(prefers(prefer, port)) as proxy:
        return await logout(token, send=live(base_url=f"http://127.0.0.1:{proxy.port}"))


def test_the_kit_reads_the_200_that_prism_makes_of_the_openapi_export(prism: int, canary: str) -> None:
    outcome = asyncio.run(asked(prism, token=Token.parse(canary)))

    assert (outcome.kind, outcome.message) == ("revoked", "Logged out.")
    assert (outcome.rate_limit.limit, outcome.rate_limit.remaining) == (60, 57)


def test_the_kit_reads_the_401_that_prism_s_security_check_makes_of_it(prism: int) -> None:
    outcome = asyncio.run(asked(prism))

    assert (outcome.kind, outcome.message) == ("unauthenticated", "Unauthenticated.")
    assert (outcome.rate_limit.limit, outcome.rate_limit.remaining) == (60, 57)


def test_the_kit_reads_the_429_that_prism_makes_of_it(prism: int, canary: str) -> None:
    outcome = asyncio.run(asked(prism, token=Token.parse(canary), prefer=429))

    assert (outcome.kind, outcome.message, outcome.retry_after) == ("rate_limited", "Too Many Attempts.", 60)
    assert (outcome.rate_limit.limit, outcome.rate_limit.remaining) == (60, 57)


@pytest.fixture(scope="module")
def client(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """client.ts with the types that openapi-typescript makes of the export, compiled as strictly as can be."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(export("openapi"), encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(modules)
    shutil.copy(MANIFEST.with_name("client.ts"), folder)
    for command in ("openapi-typescript openapi.json -o schema.ts", "tsc --strict --module nodenext client.ts"):
        tool, *options = command.split()
        said = asyncio.run(program("node", modules / ".bin" / tool, *options, cwd=folder))
        assert said.code == 0, said.said
    return folder


@pytest.mark.parametrize("profile", get_args(Profile))
@pytest.mark.parametrize(("status", "told"), [(200, "revoked"), (401, "not accepted"), (429, "throttled")])
def test_a_generated_client_is_told_right(status: int, told: str, profile: Profile, client: Path) -> None:
    async def play() -> tuple[Ended, bool]:
        async with shop_that_answers(status, profile) as shop:
            return await program("node", "client.js", shop.base_url, shop.token.reveal(), cwd=client), shop.alive()

    ended, alive = asyncio.run(play())

    assert (ended.said.split(":")[0], ended.code) == (told, 0), ended.said
    assert alive is (status == 429)


# What schemathesis finds, and why it is no fault of the export: a stock Laravel, and so the sandbox, fails over a
# request without JSON in `Accept` and without a good token, since it has no login page to send anyone to.
EXPLAINED: Final = {
    "ST101 Server error": "it answers that request with a 500",
    "ST103 Undocumented status code": "which is not on the page",
    "ST203 Missing required header accepted": "and is no 400, though `Accept` is required",
    "ST401 Unexpected response to a request without authentication": "nor a 401, though there is no token",
}


@pytest.mark.parametrize("profile", get_args(Profile))
def test_schemathesis_finds_nothing_in_the_sandbox_that_is_not_explained(profile: Profile, tmp_path: Path) -> None:
    if shutil.which("st", path=BIN) is None:
        pytest.skip("schemathesis is not installed")
    (tmp_path / "openapi.json").write_text(export("openapi"), encoding="utf-8")

    async def play() -> Ended:
        async with Sandbox(profile=profile, rate_limit=10_000) as shop:
            token = f"Authorization: Bearer {shop.issue_token('jane').reveal()}"
            options = "--checks all --continue-on-failure --max-examples 100 --generation-deterministic".split()
            options += ["--report-json-path", "report.json", "--url", shop.base_url, "-H", token]
            return await program("st", "run", "openapi.json", *options, cwd=tmp_path)

    ended = asyncio.run(play())

    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["complete"], ended.said
    assert not report["errors"], ended.said
    assert report["test_cases"]["generated"] > 10
    assert {f"{each['code']} {each['title']}" for each in report["failures"]} == set(EXPLAINED), ended.said


# --- HAR


def test_the_har_is_valid_by_the_published_schema(modules: Path) -> None:
    from jsonschema import Draft6Validator  # noqa: PLC0415  (slow to load)
    from referencing import Registry  # noqa: PLC0415
    from referencing.jsonschema import DRAFT6  # noqa: PLC0415

    schemas = [json.loads(path.read_text("utf-8")) for path in (modules / "har-schema" / "lib").glob("*.json")]
    registry = Registry().with_resources((each["$id"], DRAFT6.create_resource(each)) for each in schemas)
    har = json.loads(export("har"))

    def problems(value: object) -> list[str]:
        validator = Draft6Validator({"$ref": "har.json#"}, registry=registry)
        return [error.message for error in validator.iter_errors(value)]

    assert len(har["log"]["entries"]) == 8
    assert problems(har) == []
    # The schema reaches down to where the recordings are.
    del har["log"]["entries"][0]["response"]["headers"][0]["value"]
    assert problems(har) == ["'value' is a required property"]


# --- What is committed


def test_the_tools_are_pinned_and_no_registry_is_named() -> None:
    manifest = json.loads(MANIFEST.read_text("utf-8"))

    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in manifest["dependencies"].values())
    assert not list(MANIFEST.parent.glob("*lock*"))
    assert "://" not in MANIFEST.read_text("utf-8")
