"""The fast engine: comrak, CommonMark with GitHub's extensions, about a hundred times as fast."""

from __future__ import annotations

from site_builder.articles.characters import DISALLOWED
from site_builder.config import Markdown
from site_builder.errors import Problem, SiteError
from site_builder.rendering.markdown.sanitize import may_hold_tags

_EXTENSIONS = (
    "table",
    "strikethrough",
    "tasklist",
    "footnotes",
    "description_lists",
    # Emphasis next to Chinese, Japanese and Korean punctuation, which CommonMark's rules miss.
    "cjk_friendly_emphasis",
)


class ComrakEngine:
    """comrak; ``markdown.extensions`` are Python-Markdown's and mean nothing here."""

    def __init__(self, settings: Markdown) -> None:
        """Raises :class:`SiteError` where comrak is not installed."""
        try:
            import comrak
        except ImportError:
            message = "markdown.engine: comrak is not installed"
            hint = "Install it with: pip install 'site-builder[comrak]'"
            raise SiteError([Problem("site.yaml", message=message, hint=hint)]) from None
        self._render = comrak.render_markdown
        self._extensions = comrak.ExtensionOptions()
        self._autolink = comrak.ExtensionOptions()
        for name in _EXTENSIONS:
            setattr(self._extensions, name, True)
            setattr(self._autolink, name, True)
        self._autolink.autolink = True
        self._options = comrak.RenderOptions()
        self._options.tasklist_classes = True
        self._escaped = settings.raw_html == "escaped"
        if self._escaped:
            self._options.escape = True
        else:
            # Its own filter would drop the author's HTML altogether; the sanitizer chooses.
            self._options.unsafe_ = True

    def convert(self, source: str) -> str:
        """The HTML of ``source``."""
        html: str = self._render(source, self._extensions, None, self._options)
        # Looking for bare addresses takes as long as all the rest, and few bodies have one.
        if _has_bare_address(html):
            html = self._render(source, self._autolink, None, self._options)
        # ``&#2;`` has become the character, which no page may hold; a body's own are gone already.
        return DISALLOWED.sub("", html) if "&#" in source else html

    def may_hold_markup(self, source: str) -> bool:
        """Whether ``source`` may hold raw HTML that reaches the output."""
        return not self._escaped and may_hold_tags(source)


def _has_bare_address(html: str) -> bool:
    """Whether the text of ``html`` may hold what autolinks start from: ``://``, ``www.``, ``@``.

    Those at the start of an attribute do not count: comrak writes ``="`` nowhere else, it escapes quotes in text.
    """
    if "@" in html:
        return True
    start = linked = 0
    while (start := html.find("://", start)) >= 0:
        if not html.endswith(('="https', '="http'), 0, start):
            return True
        start += 3
        linked += html.startswith("www.", start)
    return html.count("www.") != linked
