"""Sets up what ``make`` needs: a virtual environment, system programs for the tests, packages from npm.

``setup.py site`` is enough to build; ``setup.py tests`` adds what the tests use.  Only the standard
library here, and no syntax newer than the message that asks for a newer Python.
Each step notes what it was done for, so a second run finds that nothing is left to do.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NPM_DIR = ROOT / "tests" / "tools"
MINIMUM_PYTHON = (3, 11)
EXTRAS = {"site": "comrak", "tests": "comrak,dev"}

# A browser of any of these names will do; the tests look for the same ones.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    """Set up what the first argument names."""
    if len(sys.argv) != 2 or sys.argv[1] not in EXTRAS:
        sys.exit("usage: setup.py site|tests")
    if sys.version_info < MINIMUM_PYTHON:
        sys.exit(
            f"Python {'.'.join(map(str, MINIMUM_PYTHON))} or newer is needed, this is {sys.version.split()[0]} "
            f"({sys.executable}). With several installed: make PYTHON=python3.12 …"
        )
    set_up_environment(sys.argv[1])
    if sys.argv[1] == "tests":
        install_system_packages(missing_programs())
        install_npm_packages()


# ---------------------------------------------------------------- the virtual environment


def set_up_environment(purpose: str) -> None:
    """``.venv`` with the package, editable, and the extras for ``purpose``; nothing where that is done already."""
    note = VENV / "installed.json"
    python = VENV / "bin" / "python"
    done = read_note(note) if python.exists() else {}
    # An environment's scripts name its place and its Python: a moved one is made anew.
    if done.get("python") != sys.version or done.get("place") != str(VENV):
        say("Making the environment .venv")
        make_environment()
        done = {}
    wanted = digest((ROOT / "pyproject.toml").read_bytes())
    purposes = done.get("purposes", [])
    if done.get("digest") == wanted and purpose in purposes:
        return
    purposes = ["site", "tests"] if "tests" in (purpose, *purposes) else ["site"]
    say("Installing the package and what it needs into .venv")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run([*pip, "install", "--editable", f"{ROOT}[{EXTRAS[purposes[-1]]}]"])
    note.write_text(
        json.dumps({"digest": wanted, "python": sys.version, "place": str(VENV), "purposes": purposes}),
        encoding="utf-8",
    )


def make_environment() -> None:
    """An empty ``.venv``; whatever stood there goes."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        # Debian and its kin ship these two modules in a package of their own.
        version = "{}.{}".format(*sys.version_info[:2])
        install_system_packages({f"python{version}-venv": "the Python module 'venv'"})
    # Inside an environment, that one's own Python: it may be the one that is about to be cleared.
    base = getattr(sys, "_base_executable", sys.executable)
    run([base, "-m", "venv", "--clear", str(VENV)])


# ---------------------------------------------------------------- system programs


def missing_programs() -> dict[str, str]:
    """Debian packages for what the tests run and this machine lacks, each with what it gives."""
    missing = {}
    if not any(shutil.which(name) for name in BROWSERS):
        missing["chromium"] = "a browser"
    if not has_chinese_font():
        missing["fonts-noto-cjk"] = "a font with Chinese characters"
    if not shutil.which("java"):
        missing["default-jre-headless"] = "Java"
    if not shutil.which("node"):
        missing["nodejs"] = "Node.js"
    if not shutil.which("npm"):
        missing["npm"] = "npm"
    if not (shutil.which("sshd") or shutil.which("/usr/sbin/sshd")):
        missing["openssh-server"] = "an SSH server"
    if not shutil.which("rsync"):
        missing["rsync"] = "rsync"
    if not shutil.which("git"):
        missing["git"] = "git"
    return missing


def has_chinese_font() -> bool:
    """Whether a font for Chinese is installed; taken as so where fontconfig does not manage the fonts."""
    if not shutil.which("fc-list"):
        return not shutil.which("apt-get")
    fonts = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(fonts.stdout.strip())


def install_system_packages(packages: dict[str, str]) -> None:
    """Install Debian packages as root; elsewhere stop and say what is missing."""
    if not packages:
        return
    what = ", ".join(f"{gives} (Debian package {name})" for name, gives in packages.items())
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        names = " ".join(packages)
        sys.exit(f"Missing on this machine: {what}.\nOn Debian or Ubuntu: sudo apt-get install {names}")
    say(f"Installing {what}")
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3"]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run([*apt, "update"], env=quiet)
    run([*apt, "install", "--yes", "--no-install-recommends", *packages], env=quiet, stdout=subprocess.DEVNULL)


# ---------------------------------------------------------------- packages from npm


def install_npm_packages() -> None:
    """The packages of ``tests/tools/package.json`` beside it; none of their install scripts runs."""
    modules = NPM_DIR / "node_modules"
    note = modules / "installed.json"
    wanted = digest((NPM_DIR / "package.json").read_bytes())
    if read_note(note).get("digest") == wanted:
        return
    say("Installing the tests' packages from npm into tests/tools/node_modules")
    options = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    run(["npm", "install", *options], cwd=NPM_DIR, stdout=subprocess.DEVNULL)
    note.write_text(json.dumps({"digest": wanted}), encoding="utf-8")


# ---------------------------------------------------------------- small things


def digest(*parts: bytes | str) -> str:
    """One name for all ``parts`` together."""
    hasher = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        hasher.update(len(data).to_bytes(8, "big") + data)
    return hasher.hexdigest()


def read_note(path: Path) -> dict[str, Any]:
    """What an earlier run noted at ``path``; empty where there was none, or it was cut short."""
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def run(command: list[str], **options: Any) -> None:
    """Run ``command``; stop with its exit code where it fails."""
    try:
        subprocess.run(command, check=True, **options)
    except subprocess.CalledProcessError as error:
        sys.exit(f"setup: failed with exit code {error.returncode}: {' '.join(command)}")


def say(text: str) -> None:
    """A line for the person who waits."""
    print(f"setup: {text} …", flush=True)


if __name__ == "__main__":
    main()
