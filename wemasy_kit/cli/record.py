"""record: records the cassettes over a socket, or checks that they are as recorded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

import wemasy_kit
from wemasy_kit.call.logout import run_in_a_loop
from wemasy_kit.call.request import BASE_URL
from wemasy_kit.call.token import Token
from wemasy_kit.cli.token_input import asked_for, from_environment
from wemasy_kit.errors import RecordingRefused
from wemasy_kit.files import shipped

if TYPE_CHECKING:
    from wemasy_kit.sources.live import Live


def _stories(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """The kit has a cassette of each story."""
    return [name for name in wemasy_kit.cassette_names() if name.startswith(typed)]


@click.command()
@click.argument("names", nargs=-1, shell_complete=_stories)
@click.option("--check", is_flag=True, help="Record again, compare all but Date, and write nothing.")
@click.option("--source", type=click.Choice(["sandbox", "live"]), default="sandbox", show_default=True)
@click.option("--base-url", metavar="URL", help=f"For --source live.  [default: {BASE_URL}]")
@click.option("--ca", metavar="FILE", help="For --source live: trust this private authority, and no other.")
@click.option("--folder", type=click.Path(path_type=Path), help="Folder of the cassettes.  [default: the kit's]")
def record(
    names: tuple[str, ...], check: bool, source: str, base_url: str | None, ca: str | None, folder: Path | None
) -> None:
    """Record the cassettes NAMES, or all, over a socket: from the sandbox, or from the live API with your own tokens.

    From the live API each story really revokes the tokens that it uses. They are asked for one by one, hidden; the
    first may also come from WEMASY_TOKEN. Nothing is written that holds a secret, or is not what its name says.
    Before a cassette is replaced, each difference is shown.

    \b
    Examples:
      wemasy-kit record --check
      wemasy-kit record 401-no-token --source live --folder live-cassettes

    \b
    Exit codes:
      0 recorded, or as recorded   1 refused, or something differs   2 wrong use, nothing was sent
    """
    for option, value in (("--base-url", base_url), ("--ca", ca)):
        if value and source != "live":
            raise click.UsageError(f"{option} does not go with --source {source}")
    from wemasy_kit.sources import recorder  # noqa: PLC0415  (loads vcrpy; to complete a name needs none)

    stories = recorder.STORIES
    if unknown := [name for name in names if name not in stories]:
        raise click.UsageError(f"there is no story named {', '.join(unknown)}; there are: {', '.join(stories)}")
    send = wemasy_kit.live(base_url=base_url or BASE_URL, ca=ca) if source == "live" else None
    wanted = names or tuple(name for name in stories if send is None or not stories[name].limit_reached)
    target = folder or shipped("cassettes") / "logout"
    given = [token] if send and (token := from_environment()) else []
    differing = 0
    for name in wanted:
        path = target / f"{name}.yaml"
        text = run_in_a_loop(_recorded(name, send, given))
        changes = recorder.differences(text, path)
        for change in changes if check or path.exists() else ():
            click.echo(f"{path.name}: {change}", err=True)
        if check:
            differing += bool(changes)
            if not changes:
                click.echo(f"{path.name}: as recorded")
        else:
            recorder.write(text, path)
            click.echo(f"{path.name}: recorded from {send.base_url if send else 'the sandbox'}")
    if not check:
        click.echo(f"{len(wanted)} in {target}")
    sys.exit(1 if differing else 0)


async def _recorded(name: str, send: Live | None, given: list[Token]) -> str:
    from wemasy_kit.sources import recorder  # noqa: PLC0415

    if send is None:
        return await recorder.rehearse(name)
    story = recorder.STORIES[name]
    if story.limit_reached:
        raise RecordingRefused(f"{name}: reaching the limit takes a minute's worth of requests; not done to a live API")
    click.echo(f"{name}: {len(story.tokens)} request(s) to {send.base_url}", err=True)
    tokens = {}
    for role in dict.fromkeys(filter(None, story.tokens)):
        if role == "unknown":
            tokens[role] = recorder.unknown_token()
        else:
            # Only once: after its story it is revoked.
            tokens[role] = given.pop() if given else asked_for(f"Token of the {role}, which this revokes")
    return await recorder.record(name, send=send, tokens=tokens)
