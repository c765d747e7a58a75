"""Leaks: every file of an output searched for what belongs to hidden pieces.

In: the site at the instant of the build, its output.  Out: a problem for each file and piece.  What also stands in a
visible piece, or in ``site.yaml``, gives nothing away and is no leak.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from site_builder.building.snapshot import Snapshot
from site_builder.building.workers import run
from site_builder.check.hidden import RUN, Piece, Secret, Secrets, secrets_of, shown_body
from site_builder.check.texts import CannotLookError, addresses_in, plain, unpacked, words_of
from site_builder.errors import Problem
from site_builder.rendering.markdown import make_converter
from site_builder.sources.scan import read_source

# More pages than this hold one hidden text only if a template puts it there.
MOST_CONVERTED = 200

_SEGMENT = re.compile(r"[^/\s\"'<>?#&=(),;\\]+")


class Finding(msgspec.Struct, frozen=True):
    """``secret`` stands in the output file ``path``; ``fault`` instead: the file cannot be looked into."""

    path: str
    secret: Secret | None
    fault: str = ""


class Index:
    """Phrases by their first word, and segments, so that a file is gone through once."""

    def __init__(self, phrases: Iterable[Secret], segments: Iterable[Secret]) -> None:
        self.by_word: dict[str, dict[tuple[str, ...], Secret]] = {}
        self.lengths: dict[str, tuple[int, ...]] = {}
        for secret in phrases:
            self.by_word.setdefault(secret.words[0], {}).setdefault(secret.words, secret)
        for word, found in self.by_word.items():
            self.lengths[word] = tuple(sorted({len(words) for words in found}))
        self.segments: dict[str, Secret] = {}
        for secret in segments:
            self.segments.setdefault(secret.text, secret)

    def phrases_in(self, words: list[str]) -> Iterator[Secret]:
        """Every phrase that stands in ``words``, as often as it does."""
        lengths = self.lengths
        for position, word in enumerate(words):
            if word in lengths:
                known = self.by_word[word]
                for length in lengths[word]:
                    found = known.get(tuple(words[position : position + length]))
                    if found is not None:
                        yield found

    def segments_in(self, text: str) -> Iterator[Secret]:
        """Every segment that stands in ``text`` (:func:`addresses_in`) as a part of an address."""
        if not any(name in text for name in self.segments):
            return
        for match in _SEGMENT.finditer(text):
            part = match.group()
            for name in (part, part.partition(".")[0]):
                found = self.segments.get(name)
                # One word may be any word: only behind a slash is it an address.
                if found is not None and ("-" in name or text[match.start() - 1 : match.start()] == "/"):
                    yield found
                    break


def find_leaks(site: Snapshot, folder: Path, output: Path, jobs: int) -> list[Problem]:
    """A problem for each file of ``output`` and each hidden piece of ``site``, whose folder is ``folder``, in it."""
    secrets = secrets_of(site, folder)
    if not (secrets.phrases or secrets.segments or secrets.files):
        return []
    index = Index(secrets.phrases, secrets.segments)
    copies = _digests(site, secrets)
    paths = sorted(_files_of(output))
    decode = msgspec.msgpack.Decoder(list[Finding]).decode
    look = functools.partial(_look_at_some, output, paths, index, secrets, copies)
    findings = [found for _, data in run(look, len(paths), jobs) for found in decode(data)]
    where = {found.path for found in findings}
    known = _standing_in_visible(site, folder, {found.secret for found in findings if found.secret}, where)
    return _told(findings, known, output.name)


def _look_at_some(
    output: Path,
    paths: Sequence[str],
    index: Index,
    secrets: Secrets,
    copies: Mapping[tuple[int, bytes], Secret],
    chunk: range,
) -> bytes:
    found = [one for number in chunk for one in _look(output, paths[number], index, secrets, copies)]
    return msgspec.msgpack.encode(found)


def _files_of(output: Path) -> Iterator[str]:
    for folder, _, names in os.walk(output):
        for name in names:
            yield Path(folder, name).relative_to(output).as_posix()


def _digests(site: Snapshot, secrets: Secrets) -> Mapping[tuple[int, bytes], Secret]:
    """The hidden files by size and digest: one may be in the output under another name."""
    wanted = {secret.text.lstrip("/"): secret for secret in secrets.files}
    found = {}
    for file in site.files.copied:
        secret = wanted.get(file.path.casefold())
        if secret is not None:
            data = Path(file.location).read_bytes()
            found[len(data), hashlib.blake2b(data, digest_size=16).digest()] = secret
    return found


def _look(
    output: Path, path: str, index: Index, secrets: Secrets, copies: Mapping[tuple[int, bytes], Secret]
) -> Iterator[Finding]:
    data = (output / path).read_bytes()
    if any(len(data) == size for size, _ in copies):
        same = copies.get((len(data), hashlib.blake2b(data, digest_size=16).digest()))
        if same is not None and data:
            yield Finding(path, same)
    for secret in dict.fromkeys(index.segments_in(addresses_in("/" + path))):
        yield Finding(path, secret)
    try:
        text = plain(unpacked(path, data))
    except CannotLookError as error:
        yield Finding(path, None, str(error))
        return
    for secret in dict.fromkeys(index.phrases_in(words_of(text))):
        yield Finding(path, secret)
    places = addresses_in(text)
    for secret in dict.fromkeys(index.segments_in(places)):
        yield Finding(path, secret)
    for secret in secrets.files:
        if secret.text in places:
            yield Finding(path, secret)


def _standing_in_visible(site: Snapshot, folder: Path, found: set[Secret], where: set[str]) -> set[Secret]:
    """Those of ``found`` that readers may see: in a visible piece, in ``site.yaml``, in an address of the site.

    ``where`` are the output files that hold any.
    """
    if not found:
        return set()
    index = Index((secret for secret in found if secret.words), ())
    known: set[Secret] = set()
    for text in _visible_texts(site, folder, where):
        known.update(index.phrases_in(words_of(text)))
    words = {secret.words for secret in known}
    places = addresses_in(
        " ".join(["/" + page.path for page in site.pages] + ["/" + file.path for file in site.copied])
    )
    segments = Index((), (secret for secret in found if secret.what in ("slug", "address")))
    shown = {secret.text for secret in segments.segments_in(places)}
    return {secret for secret in found if secret.words in words or (secret.text in shown and secret.what != "file")}


def _visible_texts(site: Snapshot, folder: Path, where: set[str]) -> Iterator[str]:
    # Labels and names have no file where the configuration leaves them out.
    yield plain(msgspec.json.encode(msgspec.to_builtins(site.config.labels)))
    if (folder / "site.yaml").exists():
        yield plain(read_source(str(folder), "site.yaml").data)
    pieces: list[Piece] = [*site.catalog.articles, *site.catalog.documents]
    for piece in pieces:
        yield plain(read_source(str(folder), piece.path).data)
    # Links break the words of a source that stand in a row on its page.
    sources = {page.source for page in site.pages if page.path in where}
    converter = make_converter(site.config.markdown, site.catalog.addresses.host)
    for piece in [piece for piece in pieces if piece.path in sources][:MOST_CONVERTED]:
        yield shown_body(piece, converter, folder)


def _told(findings: Iterable[Finding], known: set[Secret], output: str) -> list[Problem]:
    problems = []
    by_place: dict[tuple[str, str], list[Secret]] = {}
    for found in findings:
        if found.secret is None:
            problems.append(Problem(f"{output}/{found.path}", message=found.fault))
        elif found.secret not in known:
            by_place.setdefault((found.path, found.secret.source), []).append(found.secret)
    for (path, source), secrets in sorted(by_place.items()):
        kinds = sorted({secret.what for secret in secrets})
        first = min(secrets, key=lambda secret: (secret.what != "title", secret.what, secret.words, secret.text))
        shown = first.text or " ".join(first.words[:RUN])
        message = f"holds something of {source}, which is hidden: {', '.join(kinds)} ('{shown}')"
        problems.append(Problem(f"{output}/{path}", message=message))
    return problems
