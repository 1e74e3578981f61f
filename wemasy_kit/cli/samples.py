"""samples: prints a request sample, or lists them."""

from __future__ import annotations

import click

from wemasy_kit.errors import no_such
from wemasy_kit.exports.samples import Style
from wemasy_kit.exports.samples import samples as all_samples

_STYLES: dict[Style, str] = {
    "documented": "the page's own: a 401 looks like a success",
    "checked": "a script with an exit code for each response",
    "function": "a function to copy into your server",
}


def _names(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    return [each.name for each in all_samples() if each.name.startswith(typed)]


@click.command()
@click.argument("name", required=False, shell_complete=_names)
def samples(name: str | None) -> None:
    """Print the sample NAME, or list the names.

    \b
    Examples:
      wemasy-kit samples
      wemasy-kit samples logout_view.py
    """
    found = {each.name: each for each in all_samples()}
    if name is None:
        for each in found.values():
            click.echo(f"{each.name:<22}{each.title:<29}{_STYLES[each.style]}")
    elif name in found:
        click.echo(found[name].source.rstrip("\n"))
    else:
        raise click.UsageError(no_such("sample", name, found))
