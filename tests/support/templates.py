"""Templates without a theme: pages that show all that they are given, counts too, and compile at once."""

from __future__ import annotations

from site_builder.pages.contexts import CONTEXTS
from tests.support.sample import REPOSITORY

_CARDS = "{{% for card in {0} %}}{{{{ card.url }}}} {{{{ card|views }}}} {{% endfor %}}"
_COUNTS = {
    "article": "{{ article|views }}",
    "related": _CARDS.format("related"),
    "hero": _CARDS.format("hero"),
    "most_read": _CARDS.format("most_read"),
    "listing": _CARDS.format("listing.cards"),
    "rails": "{% for rail in rails %}" + _CARDS.format("rail.cards") + "{% endfor %}",
    "counted": "{% for one in counted %}{{ one|exact_views }} {% endfor %}",
}


def plain_templates() -> dict[str, str]:
    """All templates of a site, by file."""
    folder = REPOSITORY / "templates"
    theme = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    files = {f"templates/{name}": "" for name in theme}
    for name, context in CONTEXTS.items():
        shown = [_shown(field) for field in context.__struct_fields__]
        files[f"templates/{name}"] = "\n".join(shown)
    return files


def _shown(field: str) -> str:
    if field == "body":
        return "{{ body.html }}"
    return f"{{{{ {field}|json }}}} {_COUNTS.get(field, '')}"
