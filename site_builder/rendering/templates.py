"""Templates in memory: Jinja's environment, and what each template's closure is.

In: the texts of all templates by name.  Out: compiled templates, their closures, the shared values they name.
"""

from __future__ import annotations

import copy
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jinja2
import msgspec

from site_builder.errors import Problem, SiteError, did_you_mean
from site_builder.rendering.compiling import PureEnvironment, PureTemplate
from site_builder.rendering.linking import link
from site_builder.rendering.printing import KEEPING, TEXT_FILTERS, checked, checked_join
from site_builder.rendering.purity import IMPURE_FILTERS, IMPURE_GLOBALS, impurities
from site_builder.rendering.uses import Uses, uses

_REFERENCES = (jinja2.nodes.Extends, jinja2.nodes.Include, jinja2.nodes.Import, jinja2.nodes.FromImport)


class TemplateSource(msgspec.Struct, frozen=True):
    """A template's text and its file for messages: ``templates/article.html``."""

    path: str
    text: str


class _Compiled(jinja2.BytecodeCache):
    """The code of compiled templates, for environments that differ in values only."""

    def __init__(self) -> None:
        self._codes: dict[str, Any] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Give the bucket its code, if there is any."""
        bucket.code = self._codes.get(bucket.key)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep the bucket's code."""
        self._codes[bucket.key] = bucket.code


class _Trees(dict[str, jinja2.nodes.Template]):
    """Syntax trees by name, made when they are first asked for."""

    def __init__(self, parse: Callable[[str], jinja2.nodes.Template]) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, name: str) -> jinja2.nodes.Template:
        tree = self[name] = self._parse(name)
        return tree


class Templates:
    """All templates of a site.  Raises :class:`SiteError` at once where one does not compile.

    Those that are ``known_sound`` have been through this before: they are only read when they are needed.
    """

    def __init__(
        self,
        sources: Mapping[str, TemplateSource],
        filters: Mapping[str, Callable[..., Any]],
        values: Mapping[str, object],
        *,
        known_sound: bool = False,
    ) -> None:
        """``values`` are the names that every template sees: ``site`` and the shared values."""
        self._sources = sources
        self._lines = {name: source.text.count("\n") + 1 for name, source in sources.items()}
        self._origins: dict[str, tuple[tuple[int, str], ...]] = {}
        # Its own, so that they go with it: a program that builds again and again keeps none of them.
        self._made: dict[tuple[str, tuple[str, ...] | None], jinja2.Template] = {}
        self._modules: dict[str, object] = {}
        self._environment = PureEnvironment(
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            optimized=False,  # what is computed when compiling would be printed unchecked
            cache_size=-1,
            loader=jinja2.FunctionLoader(self._load),
        )
        self._environment.template_class = PureTemplate
        self._environment.bytecode_cache = _Compiled()
        for name in IMPURE_GLOBALS:
            del self._environment.globals[name]
        for name in IMPURE_FILTERS:
            del self._environment.filters[name]
        for name in TEXT_FILTERS:
            self._environment.filters[name] = checked(self._environment.filters[name], keeps=name in KEEPING)
        self._environment.filters["join"] = checked_join(self._environment.filters["join"])
        self._environment.filters.update(filters)
        self._environment.globals.update(values)
        self._shared = frozenset(values)
        self._trees = _Trees(self._parse)
        if known_sound:
            return
        problems = [problem for name in sorted(sources) for problem in self._compile(name)]
        imported = self._imported()
        for name, tree in self._trees.items():
            path = sources[name].path
            problems += [Problem(path, *fault) for fault in impurities(tree, name in imported)]
            problems += [Problem(path, *fault) for fault in self._bad_references(tree)]
        if problems:
            raise SiteError(problems)

    def with_values(self, values: Mapping[str, object]) -> Templates:
        """The same templates with other values, by the same names; they are not linked, nor compiled again."""
        other = copy.copy(self)
        other._made, other._modules = {}, {}  # noqa: SLF001  (its own copy)
        # Templates keep the globals that they were made with, and macros their texts: both begin anew.
        environment = self._environment.overlay(cache_size=-1)
        environment.globals = {**self._environment.globals, **values}
        # Nothing of the old one lives on in the new one, however often this is done.
        environment.linked_to = None
        environment.loader = jinja2.FunctionLoader(other._load)  # noqa: SLF001  (its own copy)
        other._environment = environment  # noqa: SLF001
        return other

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        source = self._sources.get(name)
        return (source.text, source.path, lambda: True) if source else None

    def _parse(self, name: str) -> jinja2.nodes.Template:
        source = self._sources[name]
        return self._environment.parse(source.text, name, source.path)

    def _compile(self, name: str) -> list[Problem]:
        source = self._sources[name]
        if "\0" in source.text:
            return [Problem(source.path, message="holds a NUL character")]
        try:
            tree = self._trees[name]
            # Names of filters and tests are looked up by the code generator; to Python it comes when it is needed.
            self._environment.compile(tree, name, source.path, raw=True)
        except jinja2.TemplateSyntaxError as error:
            return [
                Problem(source.path, error.lineno, 1, (error.message or "syntax error").rstrip("."), self._hint(error))
            ]
        return []

    def _hint(self, error: jinja2.TemplateSyntaxError) -> str:
        what, _, name = (error.message or "").partition(" named ")
        known = {"No filter": self._environment.filters, "No test": self._environment.tests}.get(what)
        return did_you_mean(name.strip("'."), known) if known else ""

    def _imported(self) -> set[str]:
        return {
            node.template.value  # type: ignore[attr-defined]
            for tree in self._trees.values()
            for node in tree.find_all((jinja2.nodes.Import, jinja2.nodes.FromImport))
            if isinstance(node.template, jinja2.nodes.Const)  # type: ignore[attr-defined]
        }

    def _bad_references(self, tree: jinja2.nodes.Template) -> Iterator[tuple[int, int, str, str]]:
        for node in tree.find_all(_REFERENCES):
            named = node.template  # type: ignore[attr-defined]
            if not isinstance(named, jinja2.nodes.Const) or not isinstance(named.value, str):
                hint = "Names that are computed hide what a page depends on"
                yield node.lineno, 1, "a template must be named by a text in quotes", hint
            elif named.value not in self._sources:
                yield node.lineno, 1, f"no template '{named.value}'", did_you_mean(named.value, self._sources)

    def get(self, name: str, fields: tuple[str, ...] | None = None) -> jinja2.Template:
        """The compiled template, for pages that give it just ``fields``; None for one that may be given any names.

        The two render the same; knowing the fields is faster.  Raises :class:`SiteError` where there is none.
        """
        found = self._made.get((name, fields))
        if found is None:
            found = self._made[name, fields] = self._get(name, fields)
        return found

    def _get(self, name: str, fields: tuple[str, ...] | None) -> jinja2.Template:
        environment = self._environment
        self._require(name)
        constants = environment.globals
        linked = None if fields is None else link(name, fields, self._trees, self._lines, constants, self._module)
        if linked is None:
            return self.unlinked(name)
        path = self._sources[name].path
        self._origins[path] = linked.origins
        return environment.linked(linked.tree, name, path)

    def unlinked(self, name: str) -> jinja2.Template:
        """The template as Jinja puts it together.  Raises :class:`SiteError` where there is none."""
        self._require(name)
        return self._environment.get_template(name)

    def _require(self, name: str) -> None:
        if name not in self._sources:
            raise SiteError([Problem(f"templates/{name}", message="this template is needed and does not exist")])

    def _module(self, name: str) -> object:
        """What others import from the template."""
        if name not in self._modules:
            try:
                self._modules[name] = self.get(name, ()).module
            except Exception:  # noqa: BLE001  (raised again, with the template's lines)
                self._environment.handle_exception()
        return self._modules[name]

    def uses(self) -> dict[str, Uses]:
        """What each template uses, by name."""
        trees = {name: self._trees[name] for name in self._sources}
        return {found.path: found for found in uses(trees, self._shared)}

    def line_of(self, error: BaseException) -> tuple[str, int] | None:
        """The innermost template line of a traceback, as (path, line)."""
        paths = {source.path for source in self._sources.values()}
        found = None
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename in paths:
                found = self._origin(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
            trace = trace.tb_next
        return found

    def _origin(self, path: str, line: int) -> tuple[str, int]:
        """Where a line of a linked template comes from."""
        origins = self._origins.get(path, ((0, ""),))
        start, name = origins[bisect_left(origins, line, key=lambda origin: origin[0]) - 1]
        return (self._sources[name].path if name else path), line - start
