"""From the finished output to what readers see: only what changed, in an order nobody notices, with a way back.

```
manifest of the build ─local─▶ Entry…  ┐
                                       ├─plan─▶ Plan: phases of operations ─guards─▶ carried out by a target ─▶ report
target's state ─load─▶ Live ───────────┘
```

Read ``deploying.py`` first: it is the order of the steps.  The middle is pure: ``release.py`` (the values that are
kept on the target), ``headers.py``, ``plan.py`` and ``guards.py`` compute from values.  The ends have effects:
``local.py`` reads the output, ``journal.py`` notes what has arrived, and one module a kind of target: ``folders.py``
(with ``host_here.py`` and ``host_ssh.py``), ``objects.py``, ``git.py``.

What is kept on a target, the same for all kinds but ``git`` (whose commits are that record):

- ``state``: small, replaced only by compare-and-swap.  Holds the lock, the releases newest first, and the releases
  that were begun and not finished (``pending``).  *The pointer is its first release.*
- ``releases/ID``: one release in full: every path with digest, size, kind, encoding and headers.

Two invariants hold at every instant, also when the deploy is killed:

1. What is live is exactly the pointer's release, but for paths that a pending release changes.
2. Bytes that a release within the grace period needs are never overwritten or removed without a copy.
"""
