"""Sizes of images, from their headers alone."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from site_builder.errors import Problem

if TYPE_CHECKING:
    from site_builder.model import Outline
    from site_builder.sources.scan import CopiedFile


def image_sizes(
    articles: Iterable[Outline],
    copied: Mapping[str, CopiedFile],
    measure: Callable[[CopiedFile], tuple[int, int]] | None = None,
) -> tuple[dict[str, tuple[int, int]], list[Problem]]:
    """Width and height in pixels of each article's image that lies on this site; a problem for each that is missing.

    ``copied`` are the site's files by output path.  Sizes that cannot be told (SVG) are 0.
    ``measure`` gives the size of one file or raises :class:`ValueError` (default: :func:`image_size`).
    """
    sizes: dict[str, tuple[int, int]] = {}
    problems = []
    for article in articles:
        if article.image is None or not article.image.src.startswith("/"):
            continue
        src = article.image.src
        file = copied.get(src.lstrip("/"))
        if file is None:
            place = next((place for place in article.places if place.key == "image"), None)
            line, column = (place.line, place.column) if place else (1, 1)
            message = f"image: there is no file '{src.lstrip('/')}' in content/ or static/"
            problems.append(Problem(article.path, line, column, message))
        elif src not in sizes:
            try:
                sizes[src] = (measure or image_size)(file)
            except ValueError as error:
                problems.append(Problem(file.source, message=f"no image that can be shown: {error}"))
                sizes[src] = (0, 0)
    return sizes, problems


def image_size(file: CopiedFile) -> tuple[int, int]:
    """Width and height of an image, (0, 0) where they cannot be told; :class:`ValueError` for what is no image."""
    location = file.location
    if location.lower().endswith((".svg", ".avif")):
        return (0, 0)
    from PIL import Image, UnidentifiedImageError  # 60 ms to import, and only sites with images need it

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(location) as image:
                return image.size
        except UnidentifiedImageError:
            raise ValueError("its format is not known") from None
        except (OSError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise ValueError(str(error)) from None
