"""The files of a site: which there are, and their bytes.

In: the site's folder.  Out: paths of articles and documents, files to copy, template texts, the
configuration's text.  Nothing outside the site's folders is read, whatever a link says.
"""

from __future__ import annotations

import hashlib
import os
import struct
import unicodedata
from pathlib import Path

import msgspec

from site_builder.errors import Problem, SiteError
from site_builder.model import BodyRef, Source
from site_builder.sources.locate import starter_dir

MARKDOWN = (".md", ".markdown")
# RFC 8615: the one hidden folder that hosts are asked for.
WELL_KNOWN = ".well-known"
FINGERPRINTED = (".css", ".js", ".mjs")


class CopiedFile(msgspec.Struct, frozen=True, order=True):
    """A file that is copied as it is: ``path`` in the output, ``source`` for messages, ``location`` on this disk.

    ``kind`` is ``asset`` where the name holds a fingerprint of the bytes, else ``file``.
    """

    path: str
    source: str
    location: str
    kind: str = "file"


Stamp = bytes
"""What the disk tells of a file: times of modification and of change (ns), size in bytes, inode, packed.

Another stamp says that a file may have changed; an equal one, that it has not since the stamp was taken,
unless that was within the same tick of the disk's clock.
"""

_STAMP = struct.Struct("<qqQQ")
STAMP_SIZE = _STAMP.size
_WORD = (1 << 64) - 1  # some disks have longer numbers
_pack = _STAMP.pack


class SiteFiles(msgspec.Struct, frozen=True):
    """What a site consists of.

    ``articles`` are the Markdown files of ``content/``; ``templates`` maps a template's name to (file, text);
    ``assets`` maps a name in ``static/`` to its permalink, with a fingerprint for scripts and styles.
    ``folder`` is the site's own.
    ``stamps`` are those of the files of ``content/`` and ``static/``, by their path as ``source`` has it.
    """

    articles: tuple[str, ...]
    copied: tuple[CopiedFile, ...]
    templates: dict[str, tuple[str, str]]
    assets: dict[str, str]
    stamps: dict[str, Stamp]
    folder: str = "."


def read_config_text(site_dir: Path) -> str:
    """The text of ``site.yaml``, '' where there is none."""
    path = site_dir / "site.yaml"
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (UnicodeDecodeError, OSError) as error:
        raise SiteError([_unreadable("site.yaml", error)]) from None


def require_content(site_dir: Path) -> None:
    """Raises :class:`SiteError` for a folder that holds no site."""
    if not (site_dir / "content").is_dir():
        hint = "Start one with: site-builder init"
        raise SiteError([Problem("content", message="there is no folder 'content' here", hint=hint)])


def scan(site_dir: Path, *, with_stamps: bool = True) -> SiteFiles:
    """All files of the site.  Raises :class:`SiteError` for links that lead out of it and names that are no text.

    Without stamps it takes half the time: the disk is asked for the names of files only.
    """
    require_content(site_dir)
    problems: list[Problem] = []
    stamps: dict[str, Stamp] | None = {} if with_stamps else None
    content = sorted(_walk(site_dir, "content", problems, stamps))
    articles = tuple(path for path in content if _is_markdown(path))
    starter = starter_dir()
    copied = {
        path.removeprefix("content/"): CopiedFile(path.removeprefix("content/"), path, str(site_dir / path))
        for path in content
        if not _is_markdown(path)
    }
    assets: dict[str, str] = {}
    for root in _layers(starter, site_dir):
        for path in sorted(_walk(root, "static", problems, stamps)):
            name = path.removeprefix("static/")
            file = CopiedFile(name, path, str(root / path))
            if name in copied and copied[name].source.startswith("content/"):
                message = f"its output '/{name}' is also that of {path}"
                problems.append(Problem(copied[name].source, message=message, hint="Rename one of them"))
            copied[name] = file
            assets[name] = "/" + name
    for name in assets:
        if name.endswith(FINGERPRINTED):
            file = copied[name]
            stem, dot, ending = name.rpartition(".")
            try:
                printed = f"{stem}.{_fingerprint(file.location)}{dot}{ending}"
            except OSError as error:
                problems.append(_unreadable(file.source, error))
                continue
            copied[printed] = CopiedFile(printed, file.source, file.location, "asset")
            assets[name] = "/" + printed
    templates = _read_templates(starter, site_dir, problems)
    if problems:
        raise SiteError(problems)
    return SiteFiles(
        articles=articles,
        copied=tuple(sorted(copied.values())),
        templates=templates,
        assets=assets,
        folder=str(site_dir),
        stamps=stamps or {},
    )


def _is_markdown(path: str) -> bool:
    return path.lower().endswith(MARKDOWN)


def _layers(starter: Path, site_dir: Path) -> list[Path]:
    """The default theme below the site's own files."""
    return [site_dir] if starter.resolve() == site_dir.resolve() else [starter, site_dir]


def _walk(root: Path, top: str, problems: list[Problem], stamps: dict[str, Stamp] | None) -> list[str]:
    """Paths of all files below ``root/top``, hidden ones left out, relative to ``root``; ``stamps`` gets theirs."""
    found: list[str] = []
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(root / folder))
        except (FileNotFoundError, NotADirectoryError):
            if folder == top and os.path.lexists(root / top):
                hint = "Make it one, or a link to one, or take it away: the default theme has its own"
                problems.append(Problem(top, message="is no folder, and no link to one", hint=hint))
            continue
        except OSError as error:
            problems.append(Problem(folder, message=f"cannot be read: {error.strerror}"))
            continue
        for entry in entries:
            name = entry.name
            if (name[0] == "." and name != WELL_KNOWN) or name[-1] == "~":
                continue
            path = f"{folder}/{name}"
            if not _is_text(name):
                # On one line, and without what a terminal would obey.
                shown = "".join(sign if _is_text(sign) else "?" for sign in path)
                message = "the file's name holds characters that are no text"
                problems.append(Problem(shown, message=message, hint="Rename it"))
            elif entry.is_file(follow_symlinks=False) or (
                entry.is_symlink() and _leads_to_a_file(root, top, path, problems)
            ):
                if stamps is not None:
                    try:
                        stamps[path] = stamp_of(entry.stat())
                    except FileNotFoundError:  # an editor's temporary file, gone since its name was read
                        continue
                    except OSError as error:
                        problems.append(Problem(path, message=f"cannot be read: {error.strerror}"))
                        continue
                found.append(path)
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path)
    return found


def _leads_to_a_file(root: Path, top: str, path: str, problems: list[Problem]) -> bool:
    """Whether the link at ``path`` is one to a file below ``root/top``; what else it is goes to ``problems``."""
    target = os.path.realpath(root / path)
    if not target.startswith(os.path.realpath(root / top) + os.sep):
        problems.append(Problem(path, message=f"is a link that leads out of {top}/", hint="Copy the file"))
    elif os.path.isfile(target):
        return True
    elif not os.path.exists(target):
        problems.append(Problem(path, message="is a link to a file that does not exist"))
    else:
        problems.append(Problem(path, message="is a link to a folder", hint="Linked folders are not read"))
    return False


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of a file."""
    return _pack(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino & _WORD)


def last_touched(stamp: Stamp) -> int:
    """When the file of a stamp was last modified or changed, in ns."""
    modified, changed, _, _ = _STAMP.unpack(stamp)
    return int(max(modified, changed))


def size_in(stamp: Stamp) -> int:
    """The size of the file of a stamp, in bytes."""
    return int(_STAMP.unpack(stamp)[2])


def _is_text(name: str) -> bool:
    """Whether a name can be shown on one line: no controls, no separators of lines, no bytes that are no UTF-8."""
    return name.isprintable() or not any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in name)


def _fingerprint(location: str) -> str:
    with open(location, "rb") as file:
        return hashlib.blake2b(file.read(), digest_size=5).hexdigest()


def _read_templates(starter: Path, site_dir: Path, problems: list[Problem]) -> dict[str, tuple[str, str]]:
    templates = {}
    for root in _layers(starter, site_dir):
        for path in sorted(_walk(root, "templates", problems, None)):
            try:
                text = (root / path).read_text(encoding="utf-8-sig")
            except (UnicodeDecodeError, OSError) as error:
                problems.append(_unreadable(path, error))
                continue
            templates[path.removeprefix("templates/")] = (path, text)
    return templates


def _unreadable(path: str, error: UnicodeDecodeError | OSError) -> Problem:
    if isinstance(error, UnicodeDecodeError):
        return Problem(path, message=f"cannot be read: {error}", hint="Save it as UTF-8")
    return Problem(path, message=f"cannot be read: {error.strerror}")


def read_source(site_dir: str, path: str) -> Source:
    """A file of ``content/`` with its bytes.  Raises :class:`SiteError` where it cannot be read."""
    try:
        descriptor = os.open(f"{site_dir}/{path}", os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            size = os.fstat(descriptor).st_size
            data = os.read(descriptor, size + 1)
            while more := os.read(descriptor, 1 << 20) if len(data) > size else b"":
                data += more
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SiteError([Problem(path, message=f"cannot be read: {error.strerror}")]) from None
    return Source(path, data)


def file_digest(file: CopiedFile) -> bytes:
    """The digest of a file that is copied, read in pieces.  Raises :class:`SiteError` where it cannot be read."""
    try:
        with open(file.location, "rb", buffering=0) as opened:
            return hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=16)).digest()
    except OSError as error:
        raise SiteError([Problem(file.source, message=f"cannot be read: {error.strerror}")]) from None


def read_body(site_dir: str, reference: BodyRef) -> bytes:
    """The file that holds a body.  Raises :class:`SiteError` where it no longer holds the body that was parsed."""
    data = read_source(site_dir, reference.path).data
    if hashlib.blake2b(memoryview(data)[reference.start :], digest_size=16).digest() != reference.digest:
        raise SiteError(
            [Problem(reference.path, message="was changed while the site was being built", hint="Build again")]
        )
    return data
