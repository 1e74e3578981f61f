"""Markup: builds HTML in which every text is escaped, by construction. Pure."""

from __future__ import annotations

import html
from typing import Final

_VOID: Final = frozenset({"br", "hr", "img", "input"})


class Html(str):
    """A text that is HTML already. Anything else is escaped when it becomes a child."""

    __slots__ = ()


def el(tag: str, /, *children: str | None, **attributes: str | int | float | bool | None) -> Html:
    """An element. `class_` and `aria_label` become `class` and `aria-label`; None and False leave an attribute out."""
    start = [tag]
    for name, value in attributes.items():
        key = name.rstrip("_").replace("_", "-")
        if value is True:
            start.append(key)
        elif value is not None and value is not False:
            start.append(f'{key}="{html.escape(str(value))}"')
    opening = f"<{' '.join(start)}>"
    return Html(opening) if tag in _VOID else Html(f"{opening}{joined(*children)}</{tag}>")


def joined(*children: str | None) -> Html:
    """Children one after the other, without an element around them."""
    return Html(
        "".join(child if isinstance(child, Html) else html.escape(child) for child in children if child is not None)
    )
