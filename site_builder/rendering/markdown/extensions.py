"""Extensions of Python-Markdown by name: in, what ``site.yaml`` says; out, an instance, or what is wrong there."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any

import markdown
from markdown.extensions import Extension
from markdown.extensions.toc import TocExtension, TocTreeprocessor

from site_builder.errors import Problem, SiteError, did_you_mean
from site_builder.rendering.markdown.gates import short_name
from site_builder.rendering.markdown.headings import Ids, heading_id

Configs = Mapping[str, Mapping[str, Any]]


class _TocProcessor(TocTreeprocessor):
    """Gives headings the same ids that they have without the extension, where they are set later."""

    def run(self, doc: ET.Element) -> None:
        ids = Ids(value for value in (element.get("id") for element in doc.iter()) if value)
        self.slugify = lambda text, _: ids.free(heading_id(text))
        super().run(doc)


class _Toc(TocExtension):
    TreeProcessorClass = _TocProcessor

    def __init__(self, **options: Any) -> None:
        if "slugify" in options:
            raise ValueError("slugify cannot be chosen here: ids of headings are the same from both engines")
        super().__init__(**options)


def short_configs(configs: Configs) -> dict[str, dict[str, Any]]:
    """``markdown.extension_configs`` by the extensions' short names."""
    return {short_name(name): dict(options) for name, options in configs.items()}


def load(names: Iterable[str], configs: Configs, *, known_options: bool = False) -> markdown.Markdown:
    """An instance with the extensions ``names`` and their options.

    ``known_options``: options of an extension that is not among ``names`` are a problem.  Raises
    :class:`SiteError` with all problems.
    """
    names = list(names)
    engine = markdown.Markdown(output_format="html")
    problems: list[Problem] = []
    if known_options:
        problems += [_unused(name, names) for name in sorted(configs.keys() - set(names))]
    for name in names:
        options = configs.get(name, {})
        try:
            extension = _Toc(**options) if name == "toc" else engine.build_extension(name, options)
            engine.registerExtensions([extension], {})
        except Exception as error:  # noqa: BLE001  (extensions are others' code; the configuration named them)
            problems.append(_problem(name, options, error))
    if problems:
        raise SiteError(problems)
    return engine


def _unused(name: str, names: Iterable[str]) -> Problem:
    message = f"markdown.extension_configs: '{name}' is not among markdown.extensions"
    return Problem("site.yaml", message=message, hint=did_you_mean(name, names))


def _problem(name: str, options: Mapping[str, Any], error: Exception) -> Problem:
    known = {entry.name for entry in entry_points(group="markdown.extensions")}
    if isinstance(error, ModuleNotFoundError) and name not in known:
        # The library rewords the error, but still says which module it missed.
        missing = error.name or name
        if name == missing or name.startswith((missing + ".", missing + ":")):
            message = f"markdown.extensions: unknown extension '{name}'"
            return Problem("site.yaml", message=message, hint=did_you_mean(name, known))
    valid = _options(name)
    wrong = [option for option in options if valid and option not in valid]
    if isinstance(error, KeyError) and wrong:
        message = f"markdown.extension_configs.{name}: unknown option '{wrong[0]}'"
        return Problem("site.yaml", message=message, hint=did_you_mean(wrong[0], valid))
    message = f"markdown.extensions: '{name}' cannot be used: {type(error).__name__}: {error}"
    return Problem("site.yaml", message=message)


def _options(name: str) -> list[str]:
    """The options that an extension has; none where even that cannot be told."""
    try:
        extension: Extension = markdown.Markdown().build_extension(name, {})
        return list(extension.getConfigs())
    except Exception:  # noqa: BLE001  (the failure is reported already)
        return []
