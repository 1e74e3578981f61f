"""sandbox: runs the stand-in shop on this machine until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import time

import click

from wemasy_kit.call.request import PATH
from wemasy_kit.sandbox.catalogue import UnknownCase
from wemasy_kit.sandbox.log import LoggedRequest
from wemasy_kit.sandbox.rules import MOST, Profile, Shop
from wemasy_kit.sandbox.server import Server

_DEVICES = (("jane", "phone"), ("jane", "laptop"), ("joe", "phone"))


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8099, show_default=True, help="0 takes a free one.")
@click.option(
    "--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Where to listen: 0.0.0.0 for containers."
)
@click.option("--rate-limit", type=click.IntRange(1, MOST), default=60, show_default=True, help="Requests a minute.")
@click.option(
    "--profile",
    type=click.Choice(["documented", "laravel"]),
    default="documented",
    show_default=True,
    help="Respond as the page says, or as a stock Laravel with Sanctum does.",
)
@click.option("--login-route", is_flag=True, help="Where JSON is not asked for, redirect to a login page; else a 500.")
@click.option(
    "--tokens", type=click.IntRange(0, 10_000), default=3, show_default=True, help="How many to issue at the start."
)
@click.option("--case", metavar="NAME", help="Give every logout this case of the catalogue.")
@click.option("--cases", is_flag=True, help="Let a token `case|NAME` get the case of this name.")
@click.option("--log", is_flag=True, help="Print each request, its token as a fingerprint.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when it listens, for a program.")
def sandbox(
    port: int, host: str, rate_limit: int, profile: Profile, login_route: bool, tokens: int, case: str | None,
    cases: bool, log: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run the stand-in shop on this machine until Ctrl-C, for a client in any language.

    It prints its base URL and a few tokens, and can be reached from this machine only. It pretends: nobody has
    compared it with the live API. A program steers it over HTTP, at its control URL.

    \b
    Examples:
      wemasy-kit sandbox
      wemasy-kit sandbox --port 0 --rate-limit 3      to see a 429 soon
      wemasy-kit sandbox --case html-200 --log        to see what your client makes of it
      wemasy-kit sandbox --port 0 --json              for a test in another language
    """
    try:
        shop = Shop(rate_limit=rate_limit, profile=profile, login_route=login_route, cases=cases, always=case)
    except UnknownCase as error:
        raise click.BadParameter(str(error), param_hint="--case") from None
    server = Server(shop, host=host, port=port, on_request=_print if log else lambda request: None)

    async def serve() -> None:
        try:
            await server.start()
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
            message = f"{host}, port {port} cannot be used: {reason}; choose another with --port or --host"
            raise click.UsageError(message) from None
        try:
            customers = itertools.islice(itertools.cycle(_DEVICES), tokens)
            issued = [(*customer, shop.issue_token(customer[0])) for customer in customers]
            if not server.control_url:
                click.echo(f"Everyone who reaches {host} can use it: there is no control URL.", err=True)
            if as_json:
                told = {"base_url": server.base_url, "tokens": [token for *_, token in issued]}
                click.echo(json.dumps(told | {"control_url": server.control_url or None}))
            else:
                _print_for_a_person(server, f"{profile}, {rate_limit} a minute", issued)
            await asyncio.Event().wait()
        finally:
            await server.stop()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
    if not as_json:
        click.echo("Stopped.")


def _print_for_a_person(server: Server, rules: str, issued: list[tuple[str, str, str]]) -> None:
    click.echo(f"A stand-in shop, not Wemasy, listens at {server.base_url} ({rules}).")
    click.echo("Its tokens open nothing else, and are gone when it stops:\n")
    for customer, device, token in issued:
        click.echo(f"  {customer:<5} {device:<7} {token}")
    click.echo(f"\n  curl -i -X POST {server.base_url}{PATH} \\")
    click.echo('    -H "Accept: application/json" -H "Authorization: Bearer TOKEN"\n')
    if server.control_url:
        click.echo(f"A program steers it at {server.control_url}\n")
    click.echo("Ctrl-C stops it.")


def _print(request: LoggedRequest) -> None:
    accept = next((value for name, value in request.headers if name.lower() == "accept"), "none")
    status = "no response" if request.status is None else request.status
    token = f"token {request.token}" if request.token else "no token"
    case = f", case {request.case}" if request.case else ""
    click.echo(f"{time.strftime('%H:%M:%S')} {request.method} {request.path} {status}: {token}, Accept {accept}{case}")
