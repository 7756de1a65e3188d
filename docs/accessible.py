"""What the theme and the gallery leave out for those who listen to a page or have no mouse."""

import re
from typing import Any

from sphinx.application import Sphinx

_SCROLLS = re.compile(r'<(pre|div class="table-wrapper[^"]*")(?=[ >])')
_LINK = re.compile(r'(<a class="reference internal")( href="[^"]*"><span class="doc">([^<]*)<)')


def complete(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object) -> None:
    """Headings have levels, what scrolls is reached by keys, and links of pictures have names."""
    navigation = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = navigation.replace(
        'role="heading"', 'role="heading" aria-level="2"'
    )
    body = _SCROLLS.sub(r'<\1 tabindex="0"', context.get("body", ""))
    context["body"] = _LINK.sub(r'\1 aria-label="\3"\2', body)
