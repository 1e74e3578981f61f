"""logout: logs out once, from any source, and shows the outcome, in words or in JSON.

Of the kit's public names only those are loaded that are used: a replay needs neither httpx nor tornado.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import signal
import sys
from typing import TYPE_CHECKING, Final

import click

import wemasy_kit
from wemasy_kit.call.logout import run_in_a_loop
from wemasy_kit.call.outcome import Outcome, OutcomeKind
from wemasy_kit.call.provenance import provenance
from wemasy_kit.call.request import BASE_URL, DEADLINE
from wemasy_kit.call.token import Token
from wemasy_kit.cards.words import plain
from wemasy_kit.cli.token_input import asked_for, from_environment, from_stdin

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from wemasy_kit.sources.in_page import InPage
    from wemasy_kit.sources.live import Live

EXIT_CODES: Final = {
    OutcomeKind.REVOKED: 0,
    OutcomeKind.UNAUTHENTICATED: 3,
    OutcomeKind.RATE_LIMITED: 4,
    OutcomeKind.UNDOCUMENTED: 5,
    OutcomeKind.NOT_SENT: 6,
    OutcomeKind.UNKNOWN: 7,
}


def _cassettes(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The kit's cassettes; files where none is called so, for it may be a path."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (only a shell that completes needs it)

    found = [CompletionItem(name) for name in wemasy_kit.cassette_names() if name.startswith(typed)]
    return found or [CompletionItem(typed, type="file")]


@click.command()
@click.option("--source", type=click.Choice(["live", "sandbox", "cassette"]), help="Where the response comes from.")
@click.option("--cassette", metavar="NAME", shell_complete=_cassettes, help="Replay this cassette; sends nothing.")
@click.option("--base-url", metavar="URL", help=f"Ask this server, live.  [default: {BASE_URL}]")
@click.option(
    "--deadline", type=float, metavar="SECONDS", default=DEADLINE, show_default=True, help="For the whole call."
)
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input.")
@click.option("--ca", metavar="FILE", help="Trust this private authority, live, and no other.")
@click.option("--wait", is_flag=True, help="Wait once, 60 seconds at most, as Retry-After says; then try again.")
@click.option("--prove", is_flag=True, help="After a 200 send the same token once more: it must be dead.")
@click.option("--no-token", is_flag=True, help="Send no token, to see the 401.")
@click.option("--ledger", is_flag=True, help="Also compare the response with the documented page.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.argument("misplaced", nargs=-1, metavar="")
def logout(
    source: str | None,
    cassette: str | None,
    base_url: str | None,
    deadline: float,
    ca: str | None,
    wait: bool,
    prove: bool,
    token_stdin: bool,
    no_token: bool,
    ledger: bool,
    as_json: bool,
    misplaced: tuple[str, ...],
) -> None:
    """Log out once, and show the outcome.

    The token comes from WEMASY_TOKEN, from a hidden prompt, or from standard input with --token-stdin; never from an
    argument, which other users of the machine could see. The sandbox issues one if there is none.

    \b
    Examples:
      wemasy-kit logout --cassette 429-too-many-requests
      wemasy-kit logout --source sandbox
      wemasy-kit logout --source live --wait --prove --json
      wemasy-kit logout --base-url https://shop.test/api --ca rootCA.pem
      pass show shop/token | wemasy-kit logout --source live --token-stdin

    \b
    Exit codes:
      0 revoked   3 unauthenticated   4 rate_limited   5 undocumented   6 not_sent   7 unknown
      2 wrong use, nothing was sent   1 given up at the prompt, or while waiting
    """
    if misplaced:
        raise click.UsageError("nothing goes here; a token comes from WEMASY_TOKEN, a prompt or --token-stdin")
    chosen = source or ("cassette" if cassette else "live" if base_url else None)
    if chosen is None:
        raise click.UsageError("choose a source: --source live, --source sandbox or --cassette NAME")
    if cassette and chosen != "cassette":
        raise click.UsageError(f"--cassette does not go with --source {chosen}")
    for option, given in (("--base-url", base_url), ("--ca", ca)):
        if given and chosen != "live":
            raise click.UsageError(f"{option} does not go with --source {chosen}")
    if token_stdin and no_token:
        raise click.UsageError("--token-stdin does not go with --no-token")

    # The source comes first, so that nobody is asked for a token that has nowhere to go.
    if chosen == "live":
        live = wemasy_kit.live(base_url=base_url or BASE_URL, deadline=deadline, ca=ca)
        outcome = _log_out(_take_token(stdin=token_stdin, none=no_token, ask=True), live, wait=wait, prove=prove)
    elif chosen == "sandbox":
        shop = wemasy_kit.Sandbox(deadline=deadline)
        token = _take_token(stdin=token_stdin, none=no_token)
        with shop:
            token = token or (None if no_token else shop.issue_token("jane"))
            outcome = _log_out(token, shop.send, wait=wait, prove=prove)
    elif cassette:
        replay, token = wemasy_kit.cassette(cassette), _take_token(stdin=token_stdin, none=no_token)
        outcome = wemasy_kit.logout_sync(token, send=replay, wait=wait, prove=prove)
    else:
        raise click.UsageError(f"name one with --cassette: {', '.join(wemasy_kit.cassette_names())}")
    click.echo((_as_json if as_json else _as_text)(outcome, ledger=ledger))
    sys.exit(EXIT_CODES[outcome.kind])


def _take_token(*, stdin: bool, none: bool, ask: bool = False) -> Token | None:
    if none:
        return None
    token = from_stdin() if stdin else from_environment()
    token = asked_for("Bearer token") if token is None and ask else token
    if token is not None and token.warning:
        click.echo(f"Token {token.fingerprint}: {token.warning}", err=True)
    return token


def _log_out(token: Token | None, send: Live | InPage, *, wait: bool, prove: bool) -> Outcome:
    """Over the network: Ctrl-C gives up the call, and its outcome is still told; a second one kills.

    On Windows, and while nothing is out, the first one ends the command.
    """
    import asyncio  # noqa: PLC0415  (a replay needs no event loop, and it takes as long to load as the rest)

    async def call() -> Outcome:
        task = asyncio.current_task()

        def give_up() -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            if not send.cancel() and task:
                task.cancel()

        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, give_up)
        return await wemasy_kit.logout(token, send=send, wait=wait, prove=prove)

    try:
        return run_in_a_loop(call())
    except asyncio.CancelledError:
        raise click.Abort from None


def _as_text(outcome: Outcome, *, ledger: bool) -> str:
    """The verdict, what to do, and where it comes from; with `ledger`, what differs from the page."""
    if not ledger:
        return plain(outcome)
    import shutil  # noqa: PLC0415

    from wemasy_kit.cards.ledger import NOTHING_TO_COMPARE, PAGE, ledger_text  # noqa: PLC0415  (loads the contract)

    if not outcome.exchange:
        return f"{plain(outcome)}\n\n{NOTHING_TO_COMPARE}"
    width = shutil.get_terminal_size((PAGE, 0)).columns
    return f"{plain(outcome)}\n\n{ledger_text(wemasy_kit.compare(outcome.exchange), width=width)}"


def _as_json(outcome: Outcome, *, ledger: bool) -> str:
    """Every field of the outcome, with `advice`, `pause` and `provenance`; the body as text. All of it in ASCII."""
    told = {"advice": outcome.advice, "pause": outcome.pause, "provenance": provenance(outcome)}
    values = {**dataclasses.asdict(outcome), **told}
    if outcome.exchange is not None:
        values["exchange"]["body"] = outcome.exchange.body.decode("utf-8", "replace")
    if ledger:
        rows = wemasy_kit.compare(outcome.exchange) if outcome.exchange else ()
        values["ledger"] = [dataclasses.asdict(row) for row in rows]
    return json.dumps(values, indent=2)
