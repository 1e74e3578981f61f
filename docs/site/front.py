"""The front page: the three documented responses as the kit's own cards. It reads without a script."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from string import Template

from wemasy_kit import cassette, cassette_names, logout_sync, show_documented
from wemasy_kit.call.provenance import provenance
from wemasy_kit.cards.outcome import gauge, http_message, verdict
from wemasy_kit.cards.words import LOOKS
from wemasy_kit.contract.document import load

HERE = Path(__file__).parent
SHOWN = ("200-token-revoked", "401-unknown-token", "429-too-many-requests")
OPENS_ON = SHOWN[-1]  # the one that is misread most
# Over the wire, gzipped; tests/site measures it.
LOADS = "17 MB"


def page(notebooks: list[Path], version: str) -> str:
    """The whole page."""
    outcomes = {name: logout_sync(None, send=cassette(name)) for name in SHOWN}
    sheet, tabs, panels = "", [], []
    for name, outcome in outcomes.items():
        assert outcome.exchange is not None
        status, look = outcome.exchange.status, LOOKS[outcome.kind]
        checked = " checked" if name == OPENS_ON else ""
        tabs.append(
            f'<label class="{look.tone}"><input type="radio" name="response" id="r-{status}" value="{name}"{checked}>'
            f"<b>{status}</b> {html.escape(look.verdict)}</label>"
        )
        # The sheet once for the page; each card brings it along.
        sheet, _, documented = show_documented(status)._repr_html_().partition("</style>")
        panels.append(
            f'<section id="p-{status}" class="panel" aria-label="{status}">'
            f'<div class="wemasy-card">{verdict(outcome)}{gauge(outcome) or ""}</div>'
            f"<div><h2>What the page says</h2>{documented}</div>"
            "<div><h2>What was recorded</h2>"
            f'<pre tabindex="0">{html.escape(http_message(outcome.exchange))}</pre></div>'
            "</section>"
        )
    replayed = provenance(outcomes[OPENS_ON]).removeprefix("Replay: ").partition(",")[0]
    script = re.sub(r"(?m)^ *//.*\n|^ +", "", (HERE / "front.js").read_text("utf-8"))
    return Template((HERE / "front.html").read_text("utf-8")).substitute(
        url=load().url.replace("/", "/<wbr>"),
        method=load().method,
        auth=html.escape(load().auth),
        recorded=html.escape(replayed),
        cards=sheet.removeprefix("<style>"),
        tabs="\n".join(tabs),
        panels="\n".join(panels),
        loads=LOADS,
        notebooks="\n".join(map(_entry, notebooks)),
        version=html.escape(version),
        script=script.replace('["NAMES"]', json.dumps(cassette_names())),
    )


def _entry(path: Path) -> str:
    number, _, words = path.stem.partition("-")
    title = words.replace("-", " ").capitalize()
    cells = json.loads(path.read_text("utf-8"))["cells"]
    heading, _, text = "".join(cells[0]["source"]).partition("\n")
    heading = heading.removeprefix("# ")
    about = heading if heading.rstrip("?").lower() != title.lower() else re.split(r"(?<=[.?!])\s", text.strip())[0]
    about = html.escape(re.sub(r"[`*]", "", about))
    return (
        f'<li><a href="lab/lab/index.html?path=notebooks/{path.name}">{number} · {title}</a>'
        f'<span>{about} <a href="book/notebooks/{path.stem}.html">Read it</a></span></li>'
    )
