"""Templates as functions: the same values give the same text, whatever was rendered before.

Two sides of one coin.  *Check*: a template that could keep or change a value between pages is refused
when it is compiled.  *Gain*: since a macro is then a function of its arguments, its text is remembered;
a card stands on a dozen pages and is rendered once in each process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

import jinja2
import jinja2.compiler
import jinja2.nodes
import jinja2.runtime
import msgspec

from site_builder.rendering.printing import PRINTERS

# What Jinja offers for chance.
IMPURE_GLOBALS = ("lipsum",)
IMPURE_FILTERS = ("random",)

# What it offers for keeping state: harmless within a page, but what is imported lives from page to page.
STATE = frozenset(("namespace", "cycler", "joiner"))

# Methods that change a list, dict or set.
CHANGING = frozenset(
    "add append clear discard extend insert pop popitem remove reverse setdefault sort update "
    "difference_update intersection_update symmetric_difference_update".split()
)

# A macro's remembered texts: neighbouring pages share their cards, distant ones do not.
REMEMBERED = 8_192

_PLAIN = (str, int, bool, type(None))


def impurities(tree: jinja2.nodes.Template, is_imported: bool) -> Iterator[tuple[int, int, str, str]]:
    """(line, column, message, hint) for each place of a template that could carry a value from page to page.

    ``is_imported`` tells whether any template imports this one.
    """
    keeps = is_imported or tree.find(jinja2.nodes.Macro) is not None
    for call in tree.find_all(jinja2.nodes.Call):
        callee = call.node
        if keeps and isinstance(callee, jinja2.nodes.Name) and callee.name in STATE:
            yield call.lineno, 1, f"{callee.name}() in a template that is imported", "It would outlive the page"
        if isinstance(callee, jinja2.nodes.Getattr) and callee.attr in ("format", "format_map"):
            hint = "Use the filter format, as in {{ '%s and %s'|format(a, b) }}, or a ~ b"
            yield call.lineno, 1, ".format() prints what it is given unseen", hint
        elif isinstance(callee, jinja2.nodes.Getattr) and callee.attr in CHANGING:
            yield call.lineno, 1, f".{callee.attr}() changes a value", "A template shows what it is given"
        elif not isinstance(callee, (jinja2.nodes.Name, jinja2.nodes.Getattr)):
            yield call.lineno, 1, "what is called must be a name", "Computed calls hide what a page depends on"
    for node in tree.find_all((jinja2.nodes.Getattr, jinja2.nodes.Getitem)):
        name = node.attr if isinstance(node, jinja2.nodes.Getattr) else getattr(node.arg, "value", None)  # type: ignore[attr-defined]
        if isinstance(name, str) and name.startswith("__"):
            yield node.lineno, 1, f"'{name}' is Python's own", "A template shows what it is given"


class Joined:
    """The buffer of :class:`FastCode`: what is put in comes out as text."""

    extend = staticmethod("".join)

    @staticmethod
    def append(text: str) -> str:
        """``text``."""
        return text


_JOINED = "joined_text"


class FastCode(jinja2.compiler.CodeGenerator):
    """Compiles templates to less Python than Jinja does; they mean the same.

    ``card.title`` becomes Python's own attribute access, five times as fast.  Values are records, whose
    attributes are all there.  A missing one is an error at its line, which is what ``StrictUndefined`` means;
    where a template asks whether there is one (``is defined``, ``default``), and for mappings made in the
    template, Jinja's own way is kept.
    """

    _may_be_missing = 0

    def visit_Getattr(self, node: jinja2.nodes.Getattr, frame: Any) -> None:  # noqa: N802
        """An attribute."""
        is_self = isinstance(node.node, jinja2.nodes.Name) and node.node.name == "self"
        if self._may_be_missing or is_self or isinstance(node.node, jinja2.nodes.Dict):
            super().visit_Getattr(node, frame)
            return
        self.write("getattr(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

    def visit_Test(self, node: jinja2.nodes.Test, frame: Any) -> None:  # noqa: N802
        """A test: ``is defined`` may be asked of what is missing."""
        with self._missing_is_fine(node.name in ("defined", "undefined")):
            super().visit_Test(node, frame)

    def visit_Filter(self, node: jinja2.nodes.Filter, frame: Any) -> None:  # noqa: N802
        """A filter: ``default`` may be given what is missing."""
        with self._missing_is_fine(node.name in ("default", "d")):
            super().visit_Filter(node, frame)

    def visit_Output(self, node: jinja2.nodes.Output, frame: Any) -> None:  # noqa: N802
        """Text and expressions in a row, as one text."""
        # Text goes up through a generator for each layout, include and block: one piece a line costs less than ten.
        # Jinja writes "<buffer>.extend((…))" and "<buffer>.append(…)"; this buffer hands the text on at once.
        if frame.buffer is None:
            frame = frame.copy()
            frame.buffer = f"yield {_JOINED}"
        super().visit_Output(node, frame)

    def visit_Mod(self, node: jinja2.nodes.BinExpr, frame: Any) -> None:  # noqa: N802
        """``%``: arithmetic, or a text with places for values."""
        self.write("modulo(")
        self.visit(node.left, frame)
        self.write(", ")
        self.visit(node.right, frame)
        self.write(")")

    def _output_child_to_const(self, node: Any, frame: Any, finalize: Any) -> str:
        """Text of the template itself, and constants: all else is computed, and checked, when it is printed."""
        if not isinstance(node, (jinja2.nodes.TemplateData, jinja2.nodes.Const)):
            raise jinja2.nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)

    @contextlib.contextmanager
    def _missing_is_fine(self, fine: bool) -> Iterator[None]:
        self._may_be_missing += fine
        yield
        self._may_be_missing -= fine


class PureEnvironment(jinja2.Environment):
    """An environment whose templates all see the same globals, as a plain dict: Jinja copies it for every page."""

    code_generator_class = FastCode

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's globals."""
        return {**self.globals, **d} if d else self.globals


class PureTemplate(jinja2.Template):
    """A template whose macros, imported without context, remember their texts."""

    @classmethod
    def from_code(
        cls,
        environment: jinja2.Environment,
        code: Any,
        globals: Any,  # noqa: A002
        uptodate: Any = None,
    ) -> jinja2.Template:
        """The template that compiled ``code`` is."""
        template = super().from_code(environment, code, globals, uptodate)
        names = template.root_render_func.__globals__
        names[_JOINED] = Joined
        names.update(PRINTERS)
        return template

    def _get_default_module(self, ctx: jinja2.runtime.Context | None = None) -> Any:  # noqa: ARG002
        # Jinja asks at every import whether the globals are still the same: here they always are.
        return super()._get_default_module()

    def make_module(
        self,
        vars: dict[str, Any] | None = None,  # noqa: A002
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,  # noqa: A002
    ) -> Any:
        """The template's macros and variables, as an import sees them."""
        module = super().make_module(vars, shared, locals)
        if not vars and not locals:
            for name, value in list(module.__dict__.items()):
                if isinstance(value, jinja2.runtime.Macro) and not value.caller:
                    setattr(module, name, remembering(value))
        return module


def remembering(macro: Callable[..., Any]) -> Callable[..., Any]:
    """``macro``, its results kept by the identity of records and the value of plain arguments."""
    texts: dict[tuple[object, ...], tuple[tuple[object, ...], Any]] = {}

    def call(*arguments: Any, **named: Any) -> Any:
        key: list[object] = []
        for argument in (*arguments, *named.values()) if named else arguments:
            kind = type(argument)
            if kind in _PLAIN:
                key += (kind, argument)
            elif isinstance(argument, msgspec.Struct) and kind.__struct_config__.frozen:
                key.append(id(argument))
            else:
                return macro(*arguments, **named)
        whole = (*key, *named)
        found = texts.get(whole)
        if found is not None:
            return found[1]
        text = macro(*arguments, **named)
        if len(texts) >= REMEMBERED:
            del texts[next(iter(texts))]
        # The arguments are held too: an id means something only as long as its object lives.
        texts[whole] = ((arguments, tuple(named.values())), text)
        return text

    call.__name__ = getattr(macro, "name", call.__name__)
    return call
