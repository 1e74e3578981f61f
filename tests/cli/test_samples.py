"""samples: what it lists and prints; and that a shell completes the names of samples, cassettes and stories."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.running import run
from wemasy_kit.exports.samples import samples
from wemasy_kit.sources.cassette import cassette_names


def test_alone_it_lists_each_sample_on_a_line() -> None:
    lines = run("samples").stdout.splitlines()

    assert [line.split()[0] for line in lines] == [each.name for each in samples()]
    assert max(map(len, lines)) < 100
    for each, line in zip(samples(), lines, strict=True):
        assert each.title in line


def test_a_sample_is_printed_as_it_is() -> None:
    for sample in samples():
        assert run(f"samples {sample.name}").stdout == sample.source.rstrip("\n") + "\n"


COMPLETED = {
    "samples log": "logout-curl.sh logout.mjs logout-route.mjs logout.php logout-requests.py logout_view.py "
    "logout-httpie.sh logout-httpx.py",
    "logout --cassette 4": "401-no-token 401-unknown-token 429-too-many-requests",
    "record ": " ".join(cassette_names()),
}


@pytest.mark.parametrize("typed", COMPLETED)
def test_a_shell_completes_names_and_loads_neither_httpx_nor_vcrpy(typed: str) -> None:
    script = (
        "import sys\nfrom wemasy_kit.cli.app import main\ntry:\n    main(prog_name='wemasy-kit')\n"
        "finally:\n    print(*sorted({'httpx', 'vcr', 'tornado'} & {*sys.modules}), file=sys.stderr)"
    )
    words = f"wemasy-kit {typed}"
    variables = {"_WEMASY_KIT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    ended = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **variables}, capture_output=True, text=True, check=True
    )

    assert ended.stdout.split() == [f"plain,{name}" for name in COMPLETED[typed].split()]
    assert ended.stderr == "\n"
