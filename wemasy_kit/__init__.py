"""wemasy_kit: explore `POST …/customer/auth/logout` of the Wemasy webshop API, and know what a response means.

    token = Token.parse(text)
    outcome = await logout(token, send=live())

A response is a value (`Outcome`), also a 401 or a 429; only misuse raises (`wemasy_kit.errors`).

The names in `__init__.pyi` are the public ones. Each is loaded when it is first used, so that nobody pays for
ipywidgets, tornado or httpx who does not use them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
