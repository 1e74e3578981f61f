"""check: plays the catalogue against anybody's logout, in any language, and says where it does not tell the truth."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import click

from wemasy_kit.errors import printable
from wemasy_kit.sandbox.catalogue import Case, UnknownCase, catalogue, find_case, find_group
from wemasy_kit.testing.command import Command
from wemasy_kit.testing.judge import CONTROLS, Played, Verdict, told, why_not_judged
from wemasy_kit.testing.play import play, play_all

NOT_JUDGED = 3
INTERRUPTED = 130


def _found(find: Callable[[str], Any]) -> Callable[..., list[Any]]:
    def callback(ctx: click.Context, param: click.Parameter, names: tuple[str, ...]) -> list[Any]:
        try:
            return [find(name) for name in names]
        except UnknownCase as error:
            raise click.UsageError(f"{error}; --list shows them all") from None

    return callback


def _pattern(ctx: click.Context, param: click.Parameter, claims: str | None) -> re.Pattern[str] | None:
    if claims is None:
        return None
    try:
        if claims.startswith("stdout:"):
            return re.compile(claims.removeprefix("stdout:"), re.MULTILINE)
    except re.error as error:
        raise click.UsageError(f"--claims: this is no regular expression: {error}") from None
    raise click.UsageError('--claims is stdout: and a regular expression, such as "stdout:^Logged out"')


@click.command(context_settings={"allow_interspersed_args": False})
@click.option("--group", "groups", multiple=True, metavar="GROUP", callback=_found(find_group), help="Play this group.")
@click.option("--case", "single", multiple=True, metavar="CASE", callback=_found(find_case), help="Play this case.")
@click.option("--list", "only_list", is_flag=True, help="List the cases, and play none.")
@click.option(
    "--limit",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    default=15,
    show_default=True,
    help="For one run.",
)
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N", default=8, show_default=True, help="Runs at a time.")
@click.option("--claims", metavar="stdout:REGEX", callback=_pattern, help="What COMMAND prints for “logged out”.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
@click.option("--junit", type=click.File("wb", lazy=False), metavar="FILE", help="Write them as JUnit XML, too.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def check(
    groups: list[tuple[Case, ...]],
    single: list[Case],
    only_list: bool,
    limit: float,
    jobs: int,
    claims: re.Pattern[str] | None,
    as_json: bool,
    junit: Any,
    command: tuple[str, ...],
) -> None:
    """Find out whether your own logout tells the truth, in any language.

    COMMAND runs once for each case, against a stand-in shop that responds as that case says. It gets WEMASY_BASE_URL
    and WEMASY_TOKEN, logs out once, and ends with exit code 0 if the token is revoked at the shop, and only then. What
    it does on the device is not judged.

    \b
    Examples:
      wemasy-kit check -- node my-logout.mjs
      wemasy-kit check --group redirects --case html-200 -- php logout.php
      wemasy-kit check --claims "stdout:^Logged out" -- ./logout.sh

    \b
    Exit codes:
      0 all right   1 a fault   2 wrong use   3 not judged
    """
    cases = list(dict.fromkeys([*(case for group in groups for case in group), *single])) or [*catalogue().values()]
    if only_list:
        for case in cases:
            click.echo(f"{case.group} {case.name:<36} {case.happens}")
        return
    if not command:
        raise click.UsageError("name the command that logs out: wemasy-kit check -- COMMAND")
    client = Command(command, limit, claims)
    played: list[Played] = []
    interrupted = False
    try:
        if why := why_not_judged(play(find_case(name), client) for name in CONTROLS):
            if junit:
                junit.write(_junit([]))
            _not_judged(why, as_json)
        hidden = not sys.stderr.isatty()
        with click.progressbar(length=len(cases), label="Playing", file=sys.stderr, hidden=hidden) as bar:
            for each in play_all(cases, client, jobs):
                played.append(each)
                bar.update(1)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        client.stop()
    played.sort(key=lambda each: cases.index(each.case))
    click.echo(json.dumps(_values(played), indent=2) if as_json else "\n".join(_report(played)))
    if junit:
        junit.write(_junit(played))
    if interrupted:
        click.echo(f"Interrupted: {len(played)} of {len(cases)} cases were played.", err=True)
        sys.exit(INTERRUPTED)
    sys.exit(any(each.verdict is not Verdict.RIGHT for each in played))


def _not_judged(why: str, as_json: bool) -> NoReturn:
    click.echo(json.dumps({"judged": False, "why": why}) if as_json else f"Not judged: {why}")
    sys.exit(NOT_JUDGED)


def _counted(played: Sequence[Played]) -> dict[str, int]:
    """Lies first. There is no rate: who always says no would have a good one."""
    verdicts = [each.verdict for each in played]
    lies, doubts, right = (verdicts.count(each) for each in (Verdict.LIE, Verdict.DOUBT, Verdict.RIGHT))
    return {"lies": lies, "doubts": doubts, "other_faults": len(played) - lies - doubts - right, "right": right}


def _report(played: Sequence[Played]) -> Iterator[str]:
    for verdict in sorted(Verdict, key=lambda verdict: verdict not in (Verdict.LIE, Verdict.DOUBT)):
        found = [each for each in played if each.verdict is verdict is not Verdict.RIGHT]
        if found:
            yield f"It {verdict.value}: {len(found)}\n"
        if verdict is Verdict.LIE:
            for each in found:
                yield from (f"  {line}" for line in told(each))
                yield ""
            continue
        for sentence in dict.fromkeys(each.sentence for each in found):
            alike = [each.case for each in found if each.sentence == sentence]
            yield f"  {sentence}"
            yield from (f"    {case.name}: {case.advice}" for case in alike[:3])
            if alike[3:]:
                yield f"    and {', '.join(case.name for case in alike[3:])}"
            yield ""
    lies, doubts, others, right = _counted(played).values()
    yield f"“Logged out” while the token still works: {lies}. Doubt after a clean 200: {doubts}."
    yield f"Other faults: {others}. Right: {right}. What it does on the device is not judged."


def _values(played: Sequence[Played]) -> dict[str, object]:
    def value(each: Played) -> dict[str, object]:
        told = {name: getattr(each.case, name) for name in ("name", "group", "level", "standard", "happens", "advice")}
        requests = [dataclasses.asdict(request) for request in each.requests]
        output = each.output if each.verdict is not Verdict.RIGHT else None
        return {
            **told,
            "verdict": each.verdict.name.lower(),
            "sentence": each.sentence,
            "requests": requests,
            "output": output,
        }

    return {"judged": True, **_counted(played), "cases": [value(each) for each in played]}


def _junit(played: Sequence[Played]) -> bytes:
    from xml.etree import ElementTree  # noqa: PLC0415

    wrong = [each for each in played if each.verdict is not Verdict.RIGHT]
    suite = ElementTree.Element("testsuite", name="wemasy-kit", tests=f"{len(played)}", failures=f"{len(wrong)}")
    for each in played:
        case = ElementTree.SubElement(suite, "testcase", classname=each.case.group, name=each.case.name)
        if each in wrong:
            text = "\n".join(map(printable, [*told(each), *each.output.splitlines()]))
            ElementTree.SubElement(case, "failure", message=f"it {each.verdict.value}").text = text
    return bytes(ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True))
