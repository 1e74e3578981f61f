"""Command line: `wemasy-kit lab | logout | sandbox | record`. Thin: every command is a few calls of the package."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from wemasy_kit.errors import RecordingRefused, SecretFound, WemasyKitError
from wemasy_kit.exchange import Send
from wemasy_kit.flow import logout as log_out
from wemasy_kit.outcome import Outcome, OutcomeKind
from wemasy_kit.request import BASE_URL
from wemasy_kit.sources.live import DEADLINE, live
from wemasy_kit.token import Token

EXIT_CODES: Final = {
    OutcomeKind.REVOKED: 0,
    OutcomeKind.UNAUTHENTICATED: 3,
    OutcomeKind.RATE_LIMITED: 4,
    OutcomeKind.UNDOCUMENTED: 5,
    OutcomeKind.NOT_SENT: 6,
    OutcomeKind.UNKNOWN: 7,
}
WRONG_USE: Final = 2


@contextlib.contextmanager
def _one_clear_line() -> Iterator[None]:
    """Misuse becomes one line and an exit code, never a traceback."""
    try:
        yield
    except WemasyKitError as error:
        line = f"Error: {error}"
        code = 1 if isinstance(error, RecordingRefused | SecretFound) else WRONG_USE
    else:
        return
    click.echo(line, err=True)
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="wemasy-kit")
def main() -> None:
    """Explore the logout of the Wemasy webshop API: notebooks, recorded answers, a stand-in shop."""


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def lab(options: tuple[str, ...]) -> None:
    """Open JupyterLab on the first notebook. OPTIONS go on to JupyterLab, for example --port 9000 or --no-browser.

    In a checkout the repository is the root. Elsewhere the notebooks are laid out in this folder; a file that you have
    changed is never overwritten.
    """
    from jupyterlab.labapp import main as jupyter_lab  # noqa: PLC0415  (slow to load, and only used here)

    from wemasy_kit.lab import FIRST, lay_out  # noqa: PLC0415

    root, kept = lay_out(Path.cwd())
    for path in kept:
        click.echo(f"{path} is not as it came: it stays as it is.", err=True)
    extra = []
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in options:
        click.echo("You are root: --allow-root is added, JupyterLab would refuse to start without it.", err=True)
        extra = ["--allow-root"]
    sys.exit(jupyter_lab([f"--ServerApp.root_dir={root}", f"--LabApp.default_url=/lab/tree/{FIRST}", *extra, *options]))


@main.command()
@click.option("--source", type=click.Choice(["live", "sandbox", "cassette"]), help="Where the answer comes from.")
@click.option("--cassette", "recording", metavar="NAME", help="Play this recording; sends nothing.")
@click.option("--base-url", metavar="URL", help=f"Ask this server, live.  [default: {BASE_URL}]")
@click.option("--deadline", type=float, default=DEADLINE, show_default=True, help="Seconds in total.")
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input.")
@click.option("--no-token", is_flag=True, help="Send no token, to see the 401.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def logout(
    source: str | None,
    recording: str | None,
    base_url: str | None,
    deadline: float,
    token_stdin: bool,
    no_token: bool,
    as_json: bool,
) -> None:
    """Log out once, and say what came of it.

    The token comes from WEMASY_TOKEN, from a hidden prompt, or from standard input with --token-stdin; never from an
    argument, which other users of the machine could see. The sandbox issues one if there is none.

    \b
    Examples:
      wemasy-kit logout --source cassette --cassette 429-too-many-requests
      wemasy-kit logout --source sandbox
      pass show shop/token | wemasy-kit logout --source live --token-stdin

    \b
    Exit codes:
      0 revoked   3 unauthenticated   4 rate_limited   5 undocumented
      6 not_sent  7 unknown           2 wrong use, nothing was sent
    """
    chosen = source or ("cassette" if recording else "live" if base_url else None)
    if chosen is None:
        raise click.UsageError("choose where the answer comes from: --source live, --source sandbox or --cassette NAME")
    if recording and chosen != "cassette":
        raise click.UsageError(f"--cassette does not go with --source {chosen}")
    if base_url and chosen != "live":
        raise click.UsageError(f"--base-url does not go with --source {chosen}")
    if chosen == "cassette" and not recording:
        raise click.UsageError(f"name a recording with --cassette: {', '.join(_recordings())}")
    with _one_clear_line():
        needs_one = chosen == "live" and not no_token
        token = None if no_token else _token(from_stdin=token_stdin, ask=needs_one)
        if chosen == "sandbox":
            outcome = asyncio.run(_in_sandbox(token, issue=not no_token, deadline=deadline))
        else:
            outcome = asyncio.run(log_out(token, send=_source(chosen, recording, base_url, deadline)))
    click.echo(json.dumps(_as_plain_values(outcome), indent=2, ensure_ascii=False) if as_json else _as_text(outcome))
    sys.exit(EXIT_CODES[outcome.kind])


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8099, show_default=True, help="0 takes a free one.")
@click.option("--rate-limit", type=click.IntRange(min=1), default=60, show_default=True, help="Requests a minute.")
@click.option(
    "--profile",
    type=click.Choice(["documented", "laravel"]),
    default="documented",
    show_default=True,
    help="Answer as the page says, or as a stock Laravel with Sanctum does.",
)
def sandbox(port: int, rate_limit: int, profile: Any) -> None:
    """Run the stand-in shop on this machine until Ctrl-C, for a client in any language."""
    from wemasy_kit.sandbox.rules import Shop  # noqa: PLC0415  (tornado is loaded for nobody else)
    from wemasy_kit.sandbox.server import Server  # noqa: PLC0415

    shop = Shop(rate_limit=rate_limit, profile=profile)
    server = Server(shop, port=port)

    async def run() -> None:
        await server.start()
        click.echo(f"A stand-in shop, not Wemasy, listens at {server.base_url} ({profile}, {rate_limit} a minute).")
        click.echo("Its tokens open nothing else, and are gone when it stops:\n")
        for customer, device in (("jane", "phone"), ("jane", "laptop"), ("joe", "phone")):
            click.echo(f"  {customer:<5} {device:<7} {shop.issue_token(customer)}")
        click.echo(f"\n  curl -i -X POST {server.base_url}/services/webshop/v1/customer/auth/logout \\")
        click.echo('    -H "Accept: application/json" -H "Authorization: Bearer TOKEN"\n\nCtrl-C stops it.')
        try:
            await asyncio.Event().wait()
        finally:
            await server.stop()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        click.echo("Stopped.")
    except OSError as error:
        raise click.UsageError(f"port {port} cannot be used ({error.strerror}); choose another with --port") from None


@main.command()
@click.argument("names", nargs=-1)
@click.option("--check", is_flag=True, help="Record again, compare all but Date, and write nothing.")
@click.option("--source", type=click.Choice(["sandbox", "live"]), default="sandbox", show_default=True)
@click.option("--base-url", default=BASE_URL, show_default=True, help="For --source live.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to.  [default: the kit's cassettes]")
def record(names: tuple[str, ...], check: bool, source: str, base_url: str, folder: Path | None) -> None:
    """Record the cassettes NAMES, or all, over a socket: from the sandbox, or from the live API with tokens of yours.

    From the live API each story really revokes the tokens that it uses; it asks for them one by one, hidden.
    """
    from wemasy_kit.places import folder as place  # noqa: PLC0415  (vcrpy is loaded for nobody else)
    from wemasy_kit.recording import STORIES, differs, write  # noqa: PLC0415

    if unknown := [name for name in names if name not in STORIES]:
        raise click.UsageError(f"there is no story named {', '.join(unknown)}; there are: {', '.join(STORIES)}")
    wanted = names or tuple(name for name in STORIES if source == "sandbox" or not STORIES[name].limit_reached)
    target = folder or place("cassettes") / "logout"
    failed = False
    with _one_clear_line():
        for name in wanted:
            text = asyncio.run(_recorded(name, source, base_url))
            path = target / f"{name}.yaml"
            if not check:
                write(text, path)
                click.echo(f"recorded {path.name}")
            elif not path.is_file():
                failed = True
                click.echo(f"{path.name}: missing", err=True)
            elif line := differs(text, path.read_text(encoding="utf-8")):
                failed = True
                click.echo(f"{path.name}: line {line} is not what the {source} answers", err=True)
            else:
                click.echo(f"{path.name}: as recorded")
    sys.exit(1 if failed else 0)


async def _recorded(name: str, source: str, base_url: str) -> str:
    from wemasy_kit.recording import STORIES, record  # noqa: PLC0415
    from wemasy_kit.rehearsal import rehearse, unknown_token  # noqa: PLC0415

    if source == "sandbox":
        return await rehearse(name)
    story = STORIES[name]
    if story.limit_reached:
        raise RecordingRefused(f"{name}: reaching the limit takes a minute's worth of requests; not done to a live API")
    send = live(base_url=base_url)
    roles = dict.fromkeys(role for role in story.tokens if role)
    tokens = {role: unknown_token() if role == "unknown" else _asked_for(f"Token of the {role}") for role in roles}
    return await record(name, send=send, tokens=tokens)


async def _in_sandbox(token: Token | None, *, issue: bool, deadline: float) -> Outcome:
    from wemasy_kit.sources.sandbox import Sandbox  # noqa: PLC0415  (tornado is loaded for nobody else)

    async with Sandbox(deadline=deadline) as shop:
        return await log_out(token or (shop.issue_token("jane") if issue else None), send=shop.send)


def _source(chosen: str, recording: str | None, base_url: str | None, deadline: float) -> Send:
    if chosen == "live":
        return live(base_url=base_url or BASE_URL, deadline=deadline)
    from wemasy_kit.sources.cassette import cassette  # noqa: PLC0415  (PyYAML is loaded for nobody else)

    return cassette(recording or "")


def _recordings() -> tuple[str, ...]:
    from wemasy_kit.sources.cassette import cassette_names  # noqa: PLC0415

    return cassette_names()


def _token(*, from_stdin: bool, ask: bool) -> Token | None:
    if from_stdin:
        return Token.parse(sys.stdin.read())
    if "WEMASY_TOKEN" in os.environ:
        return Token.parse(os.environ["WEMASY_TOKEN"])
    return _asked_for("Bearer token") if ask else None


def _asked_for(prompt: str) -> Token:
    if not sys.stdin.isatty():
        raise click.UsageError("no token: set WEMASY_TOKEN, or pipe it in with --token-stdin, or use a terminal")
    return Token.parse(click.prompt(f"{prompt} (not shown)", hide_input=True, err=True, default="", show_default=False))


def _as_text(outcome: Outcome) -> str:
    from wemasy_kit.explorer.cards import plain  # noqa: PLC0415

    return plain(outcome)


def _as_plain_values(outcome: Outcome) -> dict[str, Any]:
    values = dataclasses.asdict(outcome)
    if outcome.exchange is not None:
        values["exchange"]["body"] = outcome.exchange.body.decode("utf-8", "replace")
    return values
