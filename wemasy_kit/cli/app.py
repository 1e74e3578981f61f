"""Command line: `wemasy-kit lab | logout | sandbox | record | scan | contract | export`. Each is a few calls."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

import click

from wemasy_kit.call.exchange import Send
from wemasy_kit.call.logout import logout as log_out
from wemasy_kit.call.outcome import Outcome, OutcomeKind
from wemasy_kit.call.request import BASE_URL, DEADLINE, PATH
from wemasy_kit.call.token import Token
from wemasy_kit.cli.refusals import FAILED, WRONG_USE, OneLineGroup
from wemasy_kit.cli.token_input import asked_for, from_environment, from_stdin
from wemasy_kit.errors import RecordingRefused
from wemasy_kit.secrets.scan import without_secrets
from wemasy_kit.sources.live import Live, live

EXIT_CODES: Final = {
    OutcomeKind.REVOKED: 0,
    OutcomeKind.UNAUTHENTICATED: 3,
    OutcomeKind.RATE_LIMITED: 4,
    OutcomeKind.UNDOCUMENTED: 5,
    OutcomeKind.NOT_SENT: 6,
    OutcomeKind.UNKNOWN: 7,
}


@click.group(
    cls=OneLineGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Start with `wemasy-kit lab`, or without a browser: `wemasy-kit logout --source sandbox`.",
)
@click.version_option(package_name="wemasy-kit")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Explore the logout of the Wemasy webshop API: notebooks, recorded answers, a stand-in shop."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Not every terminal, and no pipe on Windows, takes every character that a verdict or a server has.
            stream.reconfigure(errors="backslashreplace")
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@main.command(context_settings={"ignore_unknown_options": True}, short_help="Open JupyterLab on the first notebook.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTERLAB_OPTIONS]...")
def lab(options: tuple[str, ...]) -> None:
    """Open JupyterLab on the first notebook, and pass options on to it.

    In a checkout the repository is the root. Elsewhere the notebooks are laid out in this folder; a file that you have
    changed is never overwritten.

    \b
    Examples:
      wemasy-kit lab
      wemasy-kit lab --no-browser --port 9000
      wemasy-kit lab -- --help            what JupyterLab can be told
    """
    from jupyterlab.labapp import main as jupyter_lab  # noqa: PLC0415  (slow to load, and only used here)

    from wemasy_kit.cli.lab import FIRST, lay_out  # noqa: PLC0415

    try:
        root, kept = lay_out(Path.cwd())
    except OSError as error:
        raise click.UsageError(f"the notebooks cannot be laid out in this folder: {error.strerror}") from None
    for path in kept:
        click.echo(f"{path} is not as it came: it stays as it is.", err=True)
    extra = []
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in options:
        click.echo("You are root: --allow-root is added, JupyterLab would refuse to start without it.", err=True)
        extra = ["--allow-root"]
    sys.exit(jupyter_lab([f"--ServerApp.root_dir={root}", f"--LabApp.default_url=/lab/tree/{FIRST}", *extra, *options]))


@main.command(short_help="Log out once, and say what came of it.")
@click.option("--source", type=click.Choice(["live", "sandbox", "cassette"]), help="Where the answer comes from.")
@click.option("--cassette", "recording", metavar="NAME", help="Play this recording; sends nothing.")
@click.option("--base-url", metavar="URL", help=f"Ask this server, live.  [default: {BASE_URL}]")
@click.option("--deadline", type=float, metavar="SECONDS", default=DEADLINE, show_default=True, help="In total.")
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input.")
@click.option("--no-token", is_flag=True, help="Send no token, to see the 401.")
@click.option("--ledger", is_flag=True, help="Add what the page documents beside what came.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.argument("misplaced", nargs=-1, metavar="")
def logout(
    source: str | None,
    recording: str | None,
    base_url: str | None,
    deadline: float,
    token_stdin: bool,
    no_token: bool,
    ledger: bool,
    as_json: bool,
    misplaced: tuple[str, ...],
) -> None:
    """Log out once, and say what came of it.

    The token comes from WEMASY_TOKEN, from a hidden prompt, or from standard input with --token-stdin; never from an
    argument, which other users of the machine could see. The sandbox issues one if there is none.

    \b
    Examples:
      wemasy-kit logout --cassette 429-too-many-requests
      wemasy-kit logout --source sandbox
      wemasy-kit logout --source live --json
      pass show shop/token | wemasy-kit logout --source live --token-stdin

    \b
    Exit codes:
      0 revoked   3 unauthenticated   4 rate_limited   5 undocumented   6 not_sent   7 unknown
      2 wrong use, nothing was sent   1 given up at the prompt
    """
    from wemasy_kit.cli import report  # noqa: PLC0415  (brings the cards and the contract, for nobody else)

    if misplaced:
        raise click.UsageError("nothing goes here; a token comes from WEMASY_TOKEN, a prompt or --token-stdin")
    chosen = source or ("cassette" if recording else "live" if base_url else None)
    if chosen is None:
        raise click.UsageError("choose where the answer comes from: --source live, --source sandbox or --cassette NAME")
    if recording and chosen != "cassette":
        raise click.UsageError(f"--cassette does not go with --source {chosen}")
    if base_url and chosen != "live":
        raise click.UsageError(f"--base-url does not go with --source {chosen}")
    if token_stdin and no_token:
        raise click.UsageError("--token-stdin does not go with --no-token")
    if chosen == "cassette" and not recording:
        raise click.UsageError(f"name a recording with --cassette: {', '.join(_recordings())}")
    # The source comes first, so that nobody is asked for a token that has nowhere to go.
    send: Send = live(base_url=base_url or BASE_URL, deadline=deadline)
    if chosen == "sandbox":
        answer = _in_sandbox(_token(token_stdin, no_token), issue=not no_token, deadline=deadline)
    else:
        send = _cassette(recording) if recording else send
        answer = _answer(_token(token_stdin, no_token, ask=chosen == "live"), send)
    outcome = asyncio.run(answer)
    click.echo((report.as_json if as_json else report.as_text)(outcome, ledger=ledger))
    sys.exit(EXIT_CODES[outcome.kind])


@main.command(short_help="Run the stand-in shop on this machine, for a client in any language.")
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
    """Run the stand-in shop on this machine until Ctrl-C, for a client in any language.

    It prints its base URL and a few tokens, and can be reached from this machine only. It pretends: nobody has
    compared it with the live API.

    \b
    Examples:
      wemasy-kit sandbox
      wemasy-kit sandbox --port 0 --rate-limit 3      to see a 429 soon
    """
    from wemasy_kit.sandbox.rules import Shop  # noqa: PLC0415  (tornado is loaded for nobody else)
    from wemasy_kit.sandbox.server import Server  # noqa: PLC0415

    shop = Shop(rate_limit=rate_limit, profile=profile)
    server = Server(shop, port=port)

    async def run() -> None:
        try:
            await server.start()
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else error.strerror
            raise click.UsageError(f"port {port} cannot be used: {reason}; choose another with --port") from None
        try:
            click.echo(f"A stand-in shop, not Wemasy, listens at {server.base_url} ({profile}, {rate_limit} a minute).")
            click.echo("Its tokens open nothing else, and are gone when it stops:\n")
            for customer, device in (("jane", "phone"), ("jane", "laptop"), ("joe", "phone")):
                click.echo(f"  {customer:<5} {device:<7} {shop.issue_token(customer)}")
            click.echo(f"\n  curl -i -X POST {server.base_url}{PATH} \\")
            click.echo('    -H "Accept: application/json" -H "Authorization: Bearer TOKEN"\n\nCtrl-C stops it.')
            await asyncio.Event().wait()
        finally:
            await server.stop()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())
    click.echo("Stopped.")


@main.command(short_help="Record the cassettes over a socket, or check that they are as recorded.")
@click.argument("names", nargs=-1)
@click.option("--check", is_flag=True, help="Record again, compare all but Date, and write nothing.")
@click.option("--source", type=click.Choice(["sandbox", "live"]), default="sandbox", show_default=True)
@click.option("--base-url", metavar="URL", help=f"For --source live.  [default: {BASE_URL}]")
@click.option("--folder", type=click.Path(path_type=Path), help="Where they lie.  [default: the kit's cassettes]")
def record(names: tuple[str, ...], check: bool, source: str, base_url: str | None, folder: Path | None) -> None:
    """Record the cassettes NAMES, or all, over a socket: from the sandbox, or from the live API with tokens of yours.

    From the live API each story really revokes the tokens that it uses. They are asked for one by one, hidden; the
    first may also come from WEMASY_TOKEN. Nothing is written that holds a secret, or is not what its name says.

    \b
    Examples:
      wemasy-kit record --check
      wemasy-kit record 401-no-token --source live --folder live-cassettes

    \b
    Exit codes:
      0 recorded, or as recorded   1 refused, or something differs   2 wrong use, nothing was sent
    """
    from wemasy_kit.files import shipped  # noqa: PLC0415  (vcrpy is loaded for nobody else)
    from wemasy_kit.sources.recorder import STORIES, differs, write  # noqa: PLC0415

    if base_url and source != "live":
        raise click.UsageError(f"--base-url does not go with --source {source}")
    if unknown := [name for name in names if name not in STORIES]:
        raise click.UsageError(f"there is no story named {', '.join(unknown)}; there are: {', '.join(STORIES)}")
    send = live(base_url=base_url or BASE_URL) if source == "live" else None
    wanted = names or tuple(name for name in STORIES if send is None or not STORIES[name].limit_reached)
    target = folder or shipped("cassettes") / "logout"
    given = [token] if send and (token := from_environment()) else []
    differing = 0
    for name in wanted:
        path = target / f"{name}.yaml"
        text = asyncio.run(_recorded(name, send, given))
        if not check:
            write(text, path)
            click.echo(f"{path.name}: recorded from {send.base_url if send else 'the sandbox'}")
        elif problem := differs(text, path):
            differing += 1
            click.echo(f"{path.name}: {problem}", err=True)
        else:
            click.echo(f"{path.name}: as recorded")
    if not check:
        click.echo(f"{len(wanted)} in {target}")
    sys.exit(FAILED if differing else 0)


@main.command(short_help="Find tokens and filled password fields in files.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
def scan(paths: tuple[str, ...]) -> None:
    """Find tokens and filled password fields in the files and folders PATHS, or in this folder.

    Made for what is about to be shared: notebooks, cassettes, logs, HAR and Postman files. It prints file, line and
    column, never the token. Below a folder it passes by .git, .venv, node_modules and __pycache__.

    \b
    Examples:
      wemasy-kit scan
      wemasy-kit scan notebooks session.har

    \b
    Exit codes:
      0 nothing found   1 something found   2 wrong use, or a file that cannot be opened
    """
    from wemasy_kit.secrets.scan_files import LARGEST, scan_files  # noqa: PLC0415  (nobody else needs it)

    files = size = finds = binary = failed = 0
    for file in scan_files(paths or (".",)):
        path = without_secrets(
            "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in file.path)
        )
        files += file.unread is None
        size += file.size
        finds += len(file.findings)
        binary += file.unread == "binary"
        failed += file.unread == "failed"
        for line, column, what in file.findings:
            click.echo(f"{path}:{line}:{column}: {what}")
        if file.unread == "failed":
            click.echo(f"{path}: cannot be opened: {file.reason}", err=True)
        elif file.unread == "huge":
            click.echo(f"{path}: not looked at, it is larger than {LARGEST // 1024**2} MB", err=True)
    total = f"{finds} found" if finds else "nothing found"
    click.echo(f"{total}; {files} files read, {size / 1e6:.1f} MB; {binary} binary files passed by", err=True)
    if finds:
        click.echo("Log these tokens out first; then take them out of the files, and out of their history.", err=True)
    sys.exit(FAILED if finds else WRONG_USE if failed else 0)


@main.command(short_help="Show what the page documents, or what a saved copy of it has changed.")
@click.option("--page", type=click.Path(path_type=Path), metavar="FILE", help="A copy of the page, saved as text.")
def contract(page: Path | None) -> None:
    """Show what the documented page says, or compare a copy of the page with it.

    Open the page in a browser, select and copy all of it, and save that as a text file. What it says otherwise than
    the kit's contract.yaml is printed, one change a line.

    \b
    Examples:
      wemasy-kit contract
      wemasy-kit contract --page logout-page.txt

    \b
    Exit codes:
      0 nothing has changed   1 something has   2 wrong use, or no copy of the page
    """
    from wemasy_kit.contract.document import load  # noqa: PLC0415  (PyYAML is loaded for nobody else)
    from wemasy_kit.contract.drift import drift, summary  # noqa: PLC0415

    if page is None:
        click.echo(summary(load()))
        return
    try:
        changes = drift(page.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{page} cannot be read: {getattr(error, 'strerror', None) or 'no UTF-8'}") from None
    for change in changes:
        click.echo(change)
    count = "1 change" if len(changes) == 1 else f"{len(changes)} changes"
    click.echo(f"{page}: {count if changes else 'nothing has changed'}")
    sys.exit(FAILED if changes else 0)


@main.command(short_help="Print the endpoint for another tool, or write it to a file.")
@click.argument("format", type=click.Choice(["openapi", "postman", "har", "http"]))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="A file, or a folder.")
@click.option("--force", is_flag=True, help="Write over what is there.")
def export(format: Any, output: Path | None, force: bool) -> None:
    """Print the endpoint for another tool, or write it to a file; no export holds a token.

    \b
    openapi  OpenAPI 3.1, for generators, mock servers and fuzzers
    postman  a collection, with the recorded answers as saved examples
    har      the recorded exchanges, for the network tab of a browser
    http     a request for the VS Code REST Client and for JetBrains

    \b
    Examples:
      wemasy-kit export postman -o wemasy-logout.postman_collection.json
      wemasy-kit export openapi
    """
    from wemasy_kit.exports.export import FORMATS  # noqa: PLC0415  (nobody else needs it)
    from wemasy_kit.exports.export import export as exported  # noqa: PLC0415
    from wemasy_kit.files import write_file  # noqa: PLC0415

    text = exported(format)
    if output is None:
        click.echo(text, nl=False)
        return
    path = output / FORMATS[format].file_name if output.is_dir() else output
    try:
        write_file(text, path, replace=force)
    except FileExistsError as error:
        hint = "is a folder" if path.is_dir() else "is there already; --force replaces it"
        raise click.UsageError(f"{error.filename} {hint}") from None
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from None
    click.echo(f"{path}: written")


async def _recorded(name: str, send: Live | None, given: list[Token]) -> str:
    from wemasy_kit.sources.recorder import STORIES, record, rehearse, unknown_token  # noqa: PLC0415  # noqa: PLC0415

    if send is None:
        return await rehearse(name)
    story = STORIES[name]
    if story.limit_reached:
        raise RecordingRefused(f"{name}: reaching the limit takes a minute's worth of requests; not done to a live API")
    click.echo(f"{name}: {len(story.tokens)} request(s) to {send.base_url}", err=True)
    tokens = {}
    for role in dict.fromkeys(filter(None, story.tokens)):
        if role == "unknown":
            tokens[role] = unknown_token()
        else:
            # Only once: after its story it is revoked.
            tokens[role] = given.pop() if given else asked_for(f"Token of the {role}, which this revokes")
    return await record(name, send=send, tokens=tokens)


async def _in_sandbox(token: Token | None, *, issue: bool, deadline: float) -> Outcome:
    from wemasy_kit.sources.sandbox import Sandbox  # noqa: PLC0415  (tornado is loaded for nobody else)

    async with Sandbox(deadline=deadline) as shop:
        return await _answer(token or (shop.issue_token("jane") if issue else None), shop.send)


async def _answer(token: Token | None, send: Send) -> Outcome:
    if isinstance(send, Live):
        # Ctrl-C gives up the call, and its outcome is still told. On Windows it ends the command at once.
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, send.cancel)
    return await log_out(token, send=send)


def _cassette(name: str) -> Send:
    from wemasy_kit.sources.cassette import cassette  # noqa: PLC0415  (PyYAML is loaded for nobody else)

    return cassette(name)


def _recordings() -> tuple[str, ...]:
    from wemasy_kit.sources.cassette import cassette_names  # noqa: PLC0415

    return cassette_names()


def _token(stdin: bool, none: bool, *, ask: bool = False) -> Token | None:
    if none:
        return None
    token = from_stdin() if stdin else from_environment()
    token = asked_for("Bearer token") if token is None and ask else token
    if token is not None and token.warning:
        click.echo(f"Token {token.fingerprint}: {token.warning}", err=True)
    return token
