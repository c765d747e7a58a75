"""Templates to Python: less of it than Jinja writes, and it means the same.

In: syntax trees, as parsed or as :mod:`site_builder.rendering.linking` made them.  Out: compiled templates.
This uses Jinja's code generator, which is no public interface: ``docs/decisions/004`` tells why.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import date
from keyword import iskeyword
from typing import Any

import jinja2
import jinja2.runtime
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, has_safe_repr, optimizeconst
from jinja2.optimizer import Optimizer

from site_builder.rendering.printing import PRINTERS, fast_escape
from site_builder.rendering.purity import CLOCK, remembering

# Module globals of compiled templates.
_KEPT = "kept"


class FastCode(CodeGenerator):
    """Compiles templates to less Python than Jinja does; they mean the same.

    ``card.title`` becomes Python's own attribute access, five times as fast.  Values are records, whose
    attributes are all there.  A missing one is an error at its line, which is what ``StrictUndefined`` means;
    where a template asks whether there is one (``is defined``, ``default``), and for mappings made in the
    template, Jinja's own way is kept.
    """

    _may_be_missing = 0

    @optimizeconst
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        """An attribute."""
        is_self = isinstance(node.node, nodes.Name) and node.node.name == "self"
        is_name = node.attr.isascii() and node.attr.isidentifier() and not iskeyword(node.attr)
        plainly = is_name and node.attr not in CLOCK
        if self._may_be_missing or is_self or isinstance(node.node, nodes.Dict) or not plainly:
            super().visit_Getattr(node, frame)
            return
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:  # noqa: N802
        """A test: ``is defined`` may be asked of what is missing."""
        with self._missing_is_fine(node.name in ("defined", "undefined")):
            super().visit_Test(node, frame)

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802
        """A filter: ``default`` may be given what is missing."""
        with self._missing_is_fine(node.name in ("default", "d")):
            super().visit_Filter(node, frame)

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:  # noqa: N802
        """A constant; one that cannot be written as Python is kept beside the code."""
        if has_safe_repr(node.value):
            super().visit_Const(node, frame)
        else:
            self.write(f"{_KEPT}[{self.environment.keep(node.value)}]")  # type: ignore[attr-defined]

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        """A call; of a macro known beforehand without Jinja's looking for what else it may be."""
        if not isinstance(node.node, nodes.Const) or node.kwargs or node.dyn_args or node.dyn_kwargs or forward_caller:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def visit_Mod(self, node: nodes.BinExpr, frame: Frame) -> None:  # noqa: N802
        """``%``: arithmetic, or a text with places for values."""
        self.write("modulo(")
        self.visit(node.left, frame)
        self.write(", ")
        self.visit(node.right, frame)
        self.write(")")

    def _output_child_to_const(self, node: Any, frame: Frame, finalize: Any) -> str:
        """Text of the template itself, and constants: all else is computed, and checked, when it is printed."""
        if not isinstance(node, (nodes.TemplateData, nodes.Const)):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)

    @contextlib.contextmanager
    def _missing_is_fine(self, fine: bool) -> Iterator[None]:
        self._may_be_missing += fine
        yield
        self._may_be_missing -= fine


class Folding(Optimizer):
    """Computes what is constant; not what would make a text of values that may not be printed, unchecked."""

    def generic_visit(self, node: nodes.Node, *arguments: Any, **named: Any) -> nodes.Node:
        """Any node."""
        folded = super().generic_visit(node, *arguments, **named)
        if folded is not node and (isinstance(node, _UNCHECKED) or any(node.find_all(_UNCHECKED))):
            return node
        return folded


_UNCHECKED = (nodes.Concat, nodes.Mod)


class LinkedCode(FastCode):
    """A linked template is one function that gives its pieces as a list, where Jinja needs generators.

    What is the same on all pages is computed here, and is text of the template.
    """

    def __init__(self, environment: jinja2.Environment, name: str, path: str) -> None:
        super().__init__(environment, name, path, optimized=False)
        self.optimizer = self._folding = Folding(environment)

    def _output_child_to_const(self, node: Any, frame: Frame, finalize: Any) -> str:
        """Text and constants; the code generator takes any error here as a sign to leave it to the page."""
        if isinstance(node, nodes.TemplateData):
            return super()._output_child_to_const(node, frame, finalize)
        folded = self._folding.visit(node, frame.eval_ctx)
        if not isinstance(folded, nodes.Const) or not frame.eval_ctx.autoescape or frame.eval_ctx.volatile:
            raise nodes.Impossible
        return str(fast_escape(folded.value))

    def write_commons(self) -> None:
        """What Jinja writes, without the last line, ``if 0: yield None``, which makes a generator of a function."""
        self.writeline("resolve = context.resolve_or_missing")
        self.writeline("undefined = environment.undefined")
        self.writeline("concat = environment.concat")
        self.writeline("cond_expr_undefined = Undefined")

    def enter_frame(self, frame: Frame) -> None:
        """The start of the function, or of a scope in it."""
        super().enter_frame(frame)
        if frame.rootlevel:
            self.buffer(frame)

    def leave_frame(self, frame: Frame, with_python_scope: bool = False) -> None:
        """Its end."""
        if frame.rootlevel:
            self.writeline(f"return {frame.buffer}")
        super().leave_frame(frame, with_python_scope)


class PureEnvironment(jinja2.Environment):
    """An environment whose templates all see the same globals, as a plain dict: Jinja copies it for every page."""

    code_generator_class = FastCode

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.kept: list[Any] = []

    def linked(self, tree: nodes.Template, name: str, path: str) -> jinja2.Template:
        """The template that a linked tree is."""
        code = LinkedCode(self, name, path)
        code.visit(tree)
        program = self._compile(code.stream.getvalue(), path)  # type: ignore[attr-defined]
        return self.template_class.from_code(self, program, self.make_globals(None))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """``obj.attribute``.  Raises :class:`jinja2.TemplateRuntimeError` for what would ask the clock."""
        _refuse_clock(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """``obj[argument]``, which Jinja takes for an attribute too."""
        _refuse_clock(obj, argument)
        return super().getitem(obj, argument)

    def keep(self, value: object) -> int:
        """The place of ``value`` among what compiled templates refer to."""
        for place, known in enumerate(self.kept):
            if known is value:
                return place
        self.kept.append(value)
        return len(self.kept) - 1

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's globals."""
        return {**self.globals, **d} if d else self.globals


def _refuse_clock(obj: Any, name: Any) -> None:
    if isinstance(name, str) and name in CLOCK and isinstance(obj, date):
        raise jinja2.TemplateRuntimeError(
            f"'{name}' asks the clock or the machine's time zone: a page must be the same at every build"
        )


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
        names[_KEPT] = environment.kept  # type: ignore[attr-defined]
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
