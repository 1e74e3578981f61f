"""wemasy_kit: explore `POST …/customer/auth/logout` of the Wemasy webshop API, and know what a response means.

    token = Token.parse(text)
    outcome = await logout(token, send=live())

A response is a value (`Outcome`), also a 401 or a 429; only misuse raises (`wemasy_kit.errors`).

The names in `__init__.pyi` are the public ones. Each is loaded when it is first used, so that nobody pays for
ipywidgets, tornado or httpx who does not use them.
"""

import importlib
import os

# Each line of it: from .MODULE import NAME as NAME. To read them as Python costs as much as all the rest of this.
with open(os.path.splitext(__file__)[0] + ".pyi", encoding="utf-8") as _stub:
    _MODULES = {line.split()[-1]: line.split()[1] for line in _stub if line.startswith("from .")}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_MODULES[name], __name__), name)
    return value


def __dir__() -> list[str]:
    return __all__
