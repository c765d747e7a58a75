"""Builds that die: a forked process that ends, as ``kill -9`` ends it, at the n-th step that touches the disk."""

from __future__ import annotations

import os
from typing import Any

from tests.support.site import SiteDir

# Everything by which a build changes the disk; each is a step before which, or after which, it may die.
STEPS = (
    ("os", "replace"),
    ("os", "open"),
    ("os", "mkdir"),
    ("os", "unlink"),
    ("site_builder.building.filling", "filled"),
    ("site_builder.building.store", "Store.forget"),
    ("site_builder.building.store", "Store.save"),
    ("site_builder.building.output", "Output.stage"),
    ("site_builder.building.manifest_writer", "write_fresh"),
    ("site_builder.building.manifest_writer", "put_in_place"),
)


def build_and_die(made: SiteDir, step: int, **options: Any) -> bool:
    """Build ``made`` in a process of its own that dies at the step of that number; whether it got so far."""
    child = os.fork()
    if not child:
        code = 1
        try:
            _arm(step)
            made.build(**options)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 9


def _arm(step: int) -> None:
    import importlib

    left = step

    def wrap(function: Any) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            if left == 0:
                os._exit(9)
            left -= 1
            result = function(*args, **kwargs)
            if left == 0:
                os._exit(9)
            left -= 1
            return result

        return wrapped

    for module, name in STEPS:
        owner: Any = importlib.import_module(module)
        *outer, last = name.split(".")
        for part in outer:
            owner = getattr(owner, part)
        setattr(owner, last, wrap(getattr(owner, last)))
