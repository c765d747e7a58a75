"""Programs that have less of the system than others."""

from __future__ import annotations

import subprocess

import pytest


def limited(setting: str, value: int) -> tuple[str, ...]:
    """A command in front of another: that runs with a lower limit, as no other program does (user_namespaces(7))."""
    script = f'echo {value} > /proc/sys/user/{setting} && exec "$@"'
    command = ("unshare", "--user", "--map-root-user", "sh", "-c", script, "sh")
    try:
        subprocess.run([*command, "true"], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this machine lets no program have limits of its own: {error}")
    return command
