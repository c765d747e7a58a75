"""The law of incremental builds: after anything, what a build leaves is what a clean build writes, byte for byte."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from site_builder import SiteError, build
from site_builder.building.manifest import read_manifest
from site_builder.sources import scan
from tests.building.killing import build_and_die
from tests.building.small_site import CARD, CONFIG, NAV, article, small_site
from tests.support.site import SiteDir

# A file system in memory where there is one: the laws need many small files, not a disk.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
DAY = datetime(2026, 11, 10, 12, tzinfo=UTC)

NAMES = [f"content/{folder}{name}.md" for folder in ("", "in/") for name in "abcdef"]
CATEGORIES, TAGS = ("Retail", "Beauty", "Runway"), ("silk", "Silk", "wool", "LV", "lv")
PIECE = st.fixed_dictionaries(
    {
        "day": st.integers(1, 14),
        "category": st.sampled_from(CATEGORIES),
        "title": st.sampled_from(("One", "Two", "<3")),
    },
    optional={
        "tags": st.lists(st.sampled_from(TAGS), max_size=3).map(lambda tags: f"[{', '.join(tags)}]"),
        "views": st.integers(0, 1200),
        "draft": st.just("true"),
        "expires": st.integers(15, 20).map(lambda day: f"2026-11-{day}"),
        "updated": st.integers(15, 20).map(lambda day: f"2026-11-{day}"),
        "permalink": st.sampled_from(("/x/", "/x/y/", "/z.html")),
        "aliases": st.sampled_from(("[/old/]", "[/older/, /old/]")),
        "body": st.sampled_from(
            ("", "Text.", "Other *text*.", "![](pic.png) and [link](/x/)", "[one](a.md), [two](/in/b.md#part)")
        ),
        "lang": st.sampled_from(("en", "zh")),
        "author": st.sampled_from(("Ann", "Bo")),
        "related": st.sampled_from(NAMES).map(lambda name: f"[{name}]"),
        "next": st.sampled_from(NAMES),
        "image": st.just("/pic.png\nimage_alt: A picture"),
    },
)
PICTURES = tuple(
    bytes.fromhex(f"89504e470d0a1a0a0000000d49484452000000{side:02x}000000{side:02x}0802000000") + b"\0" * 30
    for side in (7, 9)
)
CONFIGS = (
    CONFIG,
    CONFIG.replace("Paper", "Journal"),
    CONFIG.replace("per_page: 2", "per_page: 3"),
    CONFIG + "site_unknown: 1\n",
    CONFIG + "markdown: {engine: comrak}\n",
    CONFIG + "related: {count: 2, newer: true}\n",
    CONFIG + "views: {display: rounded}\n",
    CONFIG + "tag_names: [LV]\n",
    CONFIG.replace("url: https://paper.example", "url: https://paper.example/base, timezone: Asia/Shanghai"),
)
TEMPLATES = {
    "templates/card.html": (
        CARD,
        CARD.replace("<p>", "<p class=card>"),
        CARD.replace("timestamp|timestamp", "timestamp|date"),
    ),
    "templates/nav.html": (NAV, NAV + "{{ latest[0].title }}\n", NAV + "{{ broken", NAV + "{{ site.tagline }}"),
    "static/own.css": ("p {}", "p { color: blue }"),
    "static/other.txt": ("one", "two"),
    "content/pic.png": PICTURES,
    "content/pages/about.md": (
        "---\ntitle: About\n---\nUs, and [one](/a.md).\n",
        "---\ntitle: About us\n---\nUs.\n",
        "---\ndraft: true\ntitle: A\n---\n",
    ),
}


class Desk(RuleBasedStateMachine):
    """Edits as a desk makes them, in any order, and builds between them."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="desk", dir=MEMORY))
        self.made = SiteDir(self.root / "site", self.root / "site" / "public")
        self.instant = DAY
        self.drafts = False
        self.dirty = False
        # Without the default theme below it: its templates are many, and each build would compile them.
        self.starter = pytest.MonkeyPatch()
        self.starter.setattr(scan, "starter_dir", lambda: self.made.path)

    @initialize()
    def start(self) -> None:
        for path, text in small_site(3).items():
            self.made.write(path, text)
        self.made.write("content/pic.png", PICTURES[0])
        self.dirty = True

    @rule(path=st.sampled_from(NAMES), piece=PIECE)
    def write_piece(self, path: str, piece: dict[str, object]) -> None:
        self.made.write(path, article(**piece))  # type: ignore[arg-type]
        self.dirty = True

    @rule(path=st.sampled_from(NAMES), other=st.sampled_from(NAMES))
    def rename_piece(self, path: str, other: str) -> None:
        if (self.made.path / path).exists():
            (self.made.path / other).parent.mkdir(exist_ok=True)
            os.replace(self.made.path / path, self.made.path / other)
        self.dirty = True

    @rule(path=st.sampled_from([*NAMES, "content/a0.md", "content/a1.md"]))
    def delete_piece(self, path: str) -> None:
        (self.made.path / path).unlink(missing_ok=True)
        self.dirty = True

    @rule(path=st.sampled_from(NAMES), other=st.sampled_from(NAMES))
    def link_to_a_piece(self, path: str, other: str) -> None:
        file = self.made.path / path
        if file.exists():
            file.write_text(f"{file.read_text()}\n[other](/{other.removeprefix('content/')})\n")
        self.dirty = True

    @rule(path=st.sampled_from(NAMES), draft=st.booleans(), permalink=st.sampled_from(("", "/p/", "/q/")))
    def hide_or_move_a_piece(self, path: str, draft: bool, permalink: str) -> None:
        file = self.made.path / path
        if file.exists():
            lines = [line for line in file.read_text().split("\n") if not line.startswith(("draft:", "permalink:"))]
            new = ["draft: true"] * draft + [f"permalink: {permalink}"] * bool(permalink)
            file.write_text("\n".join([lines[0], *new, *lines[1:]]))
        self.dirty = True

    @rule(path=st.sampled_from(NAMES), views=st.integers(0, 100_000))
    def change_views(self, path: str, views: int) -> None:
        file = self.made.path / path
        if file.exists():
            lines = [line for line in file.read_text().split("\n") if not line.startswith("views:")]
            file.write_text("\n".join([lines[0], f"views: {views}", *lines[1:]]))
        self.dirty = True

    @rule(path=st.sampled_from(sorted(TEMPLATES)), number=st.integers(0, 3))
    def edit_file(self, path: str, number: int) -> None:
        texts = TEMPLATES[path]
        self.made.write(path, texts[number % len(texts)])
        self.dirty = True

    @rule(path=st.sampled_from(("static/other.txt", "content/pages/about.md")))
    def delete_file(self, path: str) -> None:
        (self.made.path / path).unlink(missing_ok=True)
        self.dirty = True

    @rule(config=st.sampled_from(CONFIGS))
    def edit_config(self, config: str) -> None:
        self.made.write("site.yaml", config)
        self.dirty = True

    @rule(hours=st.sampled_from((1, 23, 49, 24 * 6, -30)), drafts=st.booleans())
    def move_the_clock(self, hours: int, drafts: bool) -> None:
        self.instant += timedelta(hours=hours)
        self.drafts = drafts
        self.dirty = True

    @rule(how=st.sampled_from(("truncate", "garbage", "flip", "remove", "all")), where=st.integers(0, 10**6))
    def damage_the_cache(self, how: str, where: int) -> None:
        cache = self.made.path / ".site-builder" / "cache.sqlite"
        if not cache.exists():
            return
        data = bytearray(cache.read_bytes())
        if how == "truncate":
            data = data[: where % len(data)]
        elif how == "garbage":
            data = bytearray(b"no database" * 100)
        elif how == "flip":
            for step in range(20):
                data[(where + step * 7919) % len(data)] ^= 0x55
        if how == "all":
            shutil.rmtree(self.made.path / ".site-builder")
            shutil.rmtree(self.made.out, ignore_errors=True)
        elif how == "remove":
            cache.unlink()
        else:
            cache.write_bytes(data)
        self.dirty = True

    @precondition(lambda self: self.made.out.exists())
    @rule(number=st.integers(0, 10**6), how=st.sampled_from(("remove", "alter", "touch")))
    def damage_the_output(self, number: int, how: str) -> None:
        files = sorted(self.made.files())
        file = self.made.out / files[number % len(files)]
        if how == "remove":
            file.unlink()
        elif how == "alter":
            file.write_bytes(b"altered" + file.read_bytes()[7:])
        else:
            os.utime(file, (1, 1))
        self.dirty = True

    @rule(step=st.integers(0, 60))
    def kill_a_build(self, step: int) -> None:
        build_and_die(self.made, step, at=self.instant, drafts=self.drafts)
        self.dirty = True

    @invariant()
    def incremental_is_clean(self) -> None:
        if not self.dirty:
            return
        self.dirty = False
        clean = SiteDir(self.made.path, self.root / "clean")
        aside = self.made.path / ".site-builder"
        before = self.made.files() if self.made.out.exists() else None
        found = self.attempt(self.made.out)
        if aside.exists():
            os.replace(aside, self.root / "aside")
        expected = self.attempt(clean.out)
        shutil.rmtree(aside, ignore_errors=True)
        if (self.root / "aside").exists():
            os.replace(self.root / "aside", aside)
        assert found == expected
        if found:
            assert (self.made.files() if self.made.out.exists() else None) == before, (
                "a failed build leaves the last output"
            )
        else:
            assert self.made.files() == clean.files()
            manifest = read_manifest(self.made.path, self.made.out)
            assert manifest is not None
            assert [file.path for file in manifest.files] == list(self.made.files())
            again = build(self.made.path, output=self.made.out, at=self.instant, drafts=self.drafts, jobs=1)
            assert (again.rendered, again.written, again.removed) == (0, 0, 0)
        shutil.rmtree(clean.out, ignore_errors=True)

    def attempt(self, output: Path) -> tuple[str, ...]:
        """Build; the problems told, none where there is an output."""
        try:
            build(self.made.path, output=output, at=self.instant, drafts=self.drafts, jobs=1)
        except SiteError as error:
            return tuple(str(problem) for problem in error.problems)
        return ()

    def teardown(self) -> None:
        self.starter.undo()
        shutil.rmtree(self.root, ignore_errors=True)


# Four machines: the same law from four beginnings, spread over the test processes.
# They make the 200 sequences of `make test`, and the thousands of `make fuzz`.
IS_FUZZING = settings.get_current_profile_name() == "fuzz"
SEQUENCES = settings(max_examples=1_000 if IS_FUZZING else 50, stateful_step_count=8)


class DeskOne(Desk):
    """One of four."""


class DeskTwo(Desk):
    """One of four."""


class DeskThree(Desk):
    """One of four."""


class DeskFour(Desk):
    """One of four."""


TestDeskOne = pytest.mark.slow(DeskOne.TestCase)
TestDeskTwo = pytest.mark.slow(DeskTwo.TestCase)
TestDeskThree = pytest.mark.slow(DeskThree.TestCase)
TestDeskFour = pytest.mark.slow(DeskFour.TestCase)
for case in (TestDeskOne, TestDeskTwo, TestDeskThree, TestDeskFour):
    case.settings = SEQUENCES
    pytest.mark.fuzz(case)
del case  # else it were a test too
