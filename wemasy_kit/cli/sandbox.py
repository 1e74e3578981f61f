"""sandbox: runs the stand-in shop on this machine until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import os

import click

from wemasy_kit.call.request import PATH
from wemasy_kit.sandbox.rules import MOST, Profile, Shop
from wemasy_kit.sandbox.server import Server


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8099, show_default=True, help="0 takes a free one.")
@click.option("--rate-limit", type=click.IntRange(1, MOST), default=60, show_default=True, help="Requests a minute.")
@click.option(
    "--profile",
    type=click.Choice(["documented", "laravel"]),
    default="documented",
    show_default=True,
    help="Respond as the page says, or as a stock Laravel with Sanctum does.",
)
@click.option("--login-route", is_flag=True, help="Redirect who does not ask for JSON to a login page; else a 500.")
def sandbox(port: int, rate_limit: int, profile: Profile, login_route: bool) -> None:
    """Run the stand-in shop on this machine until Ctrl-C, for a client in any language.

    It prints its base URL and a few tokens, and can be reached from this machine only. It pretends: nobody has
    compared it with the live API.

    \b
    Examples:
      wemasy-kit sandbox
      wemasy-kit sandbox --port 0 --rate-limit 3      to see a 429 soon
    """
    shop = Shop(rate_limit=rate_limit, profile=profile, login_route=login_route)
    server = Server(shop, port=port)

    async def serve() -> None:
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
        asyncio.run(serve())
    click.echo("Stopped.")
