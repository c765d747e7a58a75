"""Credentials do not leave the environment: whatever is shown or written goes through :func:`hidden`."""

from __future__ import annotations

import os
import re

_NAMES = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|SIGNATURE|SAS", re.IGNORECASE)
_IN_URL = re.compile(r"(://)[^/\s@]*@")
# Short values are flags and paths of common words; hiding those would hide the message.
SHORTEST = 8
MARK = "[hidden]"


def hidden(text: str) -> str:
    """``text`` without the values of variables that are named like credentials, and without ``user:password@``."""
    secrets = {value for name, value in os.environ.items() if _NAMES.search(name) and len(value) >= SHORTEST}
    for value in sorted(secrets, key=len, reverse=True):
        text = text.replace(value, MARK)
    return _IN_URL.sub(rf"\1{MARK}@", text)
