"""What reading an article needs to know of the site: in, the configuration; out, a small frozen record."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec

from site_builder.config import SiteConfig
from site_builder.references import Own
from site_builder.text import fold


class Rules(msgspec.Struct, frozen=True):
    """``zone`` is that of instants without one; ``language`` that of pieces without ``lang``.

    ``categories`` holds the allowed names by their folded form (see :func:`site_builder.text.fold`);
    empty means that any name will do.  ``own`` is the site's address.
    """

    zone: ZoneInfo
    language: str = "en"
    categories: dict[str, str] = {}
    own: Own = Own()

    @staticmethod
    def of(config: SiteConfig) -> Rules:
        """The rules of the site that ``config`` (checked by ``parse_config``) describes."""
        return Rules(
            ZoneInfo(config.site.timezone),
            config.site.language,
            {fold(category.name): category.name for category in config.categories},
            Own.of(config.site.url),
        )
