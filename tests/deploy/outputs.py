"""Outputs as builds leave them, made from a dict: the tests of deploys need many, and no templates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from site_builder.building.manifest import Manifest, ManifestFile, write_manifest
from site_builder.deploy.deploying import Options, Progress, deploy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from site_builder.deploy.report import DeployReport

KINDS = {"css": "asset", "js": "asset", "png": "file", "xml": "feed", "txt": "robots"}


def kind_of(path: str) -> str:
    """The kind that the tests give a path by its name."""
    if path == "index.html":
        return "home"
    if path.startswith("tags/"):
        return "tag"
    return KINDS.get(path.rpartition(".")[2], "article")


@dataclass
class Desk:
    """A site's folder with an output and a target named ``live``."""

    path: Path
    place: str = ""

    @property
    def out(self) -> Path:
        return self.path / "public"

    def configure(self, target: str, rest: str = "") -> None:
        """``target`` is what stands in the braces of ``targets: {live: {…}}``."""
        self.path.mkdir(parents=True, exist_ok=True)
        text = f"site: {{url: https://www.example.com}}\ndeploy:\n  targets:\n    live: {{{target}}}\n{rest}"
        (self.path / "site.yaml").write_text(text, encoding="utf-8")

    def output(
        self, files: Mapping[str, bytes], instant: str = "2020-11-22T00:00:00+00:00", *, drafts: bool = False
    ) -> None:
        """Make the output hold exactly ``files``, as a finished build."""
        for old in sorted(self.out.rglob("*"), reverse=True) if self.out.exists() else ():
            if old.is_dir():
                if not any(old.iterdir()):
                    old.rmdir()
            elif old.relative_to(self.out).as_posix() not in files:
                old.unlink()
        found = []
        for path, data in sorted(files.items()):
            file = self.out / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            found.append(ManifestFile(path, hashlib.sha256(data).hexdigest(), len(data), kind_of(path)))
        write_manifest(self.path, self.out, Manifest(instant=instant, drafts=drafts, files=tuple(found)))

    def deploy(
        self, *, yes: bool = True, progress: Progress = lambda _phase, _done, _all: None, **options: Any
    ) -> DeployReport:
        """Deploy; guards are told to let pass unless ``yes`` is false."""
        return deploy(self.path, "live", Options(**options), insist=lambda _: yes, progress=progress)


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder with their bytes."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }


def closed_to_others(www: Path) -> list[Path]:
    """Files and folders on the way to the site that another user cannot read."""
    found = [www, www / "releases", *(www / "releases").rglob("*")]
    return [path for path in found if path.stat().st_mode & 0o005 != (0o005 if path.is_dir() else 0o004)]


def paper(edition: int = 1, pieces: int = 6) -> dict[str, bytes]:
    """A small paper whose every page names its assets and links; one edition shares old pieces with the next.

    Odd editions have a withdrawn piece that even ones lack, every third another style, every second another picture.
    """
    style = f"css/site.{edition // 3:010x}.css"
    names = [f"2026/{number:02}/piece/index.html" for number in range(pieces + edition)]
    if edition % 2:
        names.append("2026/odd/piece/index.html")
    files: dict[str, bytes] = {
        style: f"/* {edition // 3} */".encode() * 20,
        "img/front.png": f"png {edition // 2}".encode() * 30,
        "robots.txt": b"User-agent: *\n",
    }
    for number, name in enumerate(names):
        older = [names[number - 1]] if number else []
        files[name] = page(f"{name} {edition // 4 if number % 5 else 0}", style, [*older, "tags/silk/index.html"])
    files["tags/silk/index.html"] = page(f"silk {edition}", style, names)
    files["index.html"] = page(f"home {edition}", style, [*names[-4:], "tags/silk/index.html"])
    files["rss.xml"] = ("<rss>" + "".join(f"<link>/{name}</link>" for name in names[-4:]) + "</rss>").encode()
    return files


def page(title: str, style: str, links: list[str]) -> bytes:
    """A page that names its style, a picture and other pages."""
    anchors = "".join(f'<a href="/{link}">x</a>' for link in links)
    text = f'<!doctype html><title>{title}</title><link rel="stylesheet" href="/{style}">'
    return f'{text}<img src="/img/front.png" alt="">{anchors}<p>{"Text. " * 40}</p>\n'.encode()
