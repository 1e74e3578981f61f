"""`python installed.py`, by a Python that has the kit alone, or with an extra: is what was installed whole?

It loads every module and runs commands, and fails where the kit imports what it does not declare.
"""

from __future__ import annotations

import builtins
import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

imported: set[str] = set()
really = builtins.__import__


def watched(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    if level == 0 and str((globals or {}).get("__name__")).startswith("wemasy_kit"):
        imported.add(name.partition(".")[0])
    return really(name, globals, locals, fromlist, level)


builtins.__import__ = watched

NEED_AN_EXTRA = ("wemasy_kit.explorer", "wemasy_kit.cli.form_ready", "wemasy_kit.testing.plugin")
kit = importlib.import_module("wemasy_kit")
for module in pkgutil.walk_packages(kit.__path__, "wemasy_kit."):
    try:
        importlib.import_module(module.name)
    except ImportError:
        if not module.name.startswith(NEED_AN_EXTRA):
            raise

# Commands, one of them against the sandbox that another runs; and what the wheel brings along.
command, lab = (importlib.import_module(f"wemasy_kit.cli.{name}") for name in ("app", "lab"))


def run(line: str) -> None:
    code = None
    try:
        command.main(line.split())
    except SystemExit as ended:
        code = ended.code
    assert not code, line


run("logout --cassette 200-token-revoked")
run("logout --source sandbox")
run("contract")
run("export openapi -o openapi.json")
own = Path(sys.executable).with_name("wemasy-kit")
with subprocess.Popen([own, "sandbox", "--json", "--port=0"], stdout=subprocess.PIPE, text=True) as sandbox:
    assert sandbox.stdout
    shop = json.loads(sandbox.stdout.readline())
    os.environ["WEMASY_TOKEN"] = shop["tokens"][0]
    try:
        run(f"logout --base-url {shop['base_url']}")
    finally:
        sandbox.terminate()
lab.lay_out(lab.shipped("notebooks"), Path("mine"))
assert Path("mine", lab.FIRST).is_file()

# An extra may be absent here; then what it would have brought was asked for all the same.
declared = {re.split(r"[^\w.-]", each)[0].lower() for each in requires("wemasy-kit") or ()}
known = packages_distributions()
others = imported - sys.stdlib_module_names - {"wemasy_kit"}
undeclared = {name for name in others if known.get(name, [name])[0].lower().replace("_", "-") not in declared}
assert not undeclared, undeclared
