"""The law of refreshing: after a build it gives, byte for byte, what a clean build with the new counts gives."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from site_builder.building.manifest import read_manifest
from site_builder.building.verify import verify
from site_builder.catalog.urls import views_shard, views_shard_of
from site_builder.errors import SiteError
from site_builder.views.refresh import refresh
from site_builder.views.store import Changes, write_changes
from tests.cli.running import run
from tests.pages.test_most_read import FILES
from tests.site.pieces import piece
from tests.support.site import INSTANT, SiteDir
from tests.support.templates import plain_templates
from tests.views.logs import Request, log

DAY = INSTANT.toordinal()
NAMES = [f"p{number}" for number in range(6)]
TEMPLATES = plain_templates()
# Without lists that counts order, every count is spliced.
LIVE_WITHOUT_LISTS = "listings: {most_read: 0}\nviews: {live: true, display: rounded}\n"
SETTINGS = [
    "",
    "views: {display: rounded}\n",
    "views: {live: true, display: rounded}\n",
    LIVE_WITHOUT_LISTS,
    "views: {window: 7d, half_life: 2}\n",
    "listings: {most_read: 0}\nviews: {display: rounded}\n",
    "listings: {most_read: 2, hero: 1}\nblocks: {loved: {tag: lace, order: most_read, limit: 2}}\n",
]
counts = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.integers(DAY - 9, DAY)), st.sampled_from([1, 2, 400, 9_000, 10_000, 123_456])
)


def add(made: SiteDir, found: dict[tuple[str, int], int]) -> None:
    write_changes(made.path, "", Changes(added={(f"content/{name}.md", day): n for (name, day), n in found.items()}))


@pytest.mark.fuzz
@settings(max_examples=settings().max_examples // 8)  # an example is three builds
@given(counts, counts, st.sampled_from(SETTINGS))
@example({}, {("p1", DAY): 400, ("p2", DAY): 123_456}, LIVE_WITHOUT_LISTS)
@example({("p1", DAY): 9_000}, {("p2", DAY - 1): 123_456}, "views: {live: true, display: rounded}\n")
def test_a_refresh_gives_what_a_clean_build_gives(site, before, after, config):
    made = site({**TEMPLATES, "site.yaml": config})
    for path in (made.path / ".site-builder").glob("*"):
        if path.is_file():
            path.unlink()
    for number, name in enumerate(NAMES):
        text = piece(name.upper(), views=1000 * number, category=["Retail", "Beauty"][number % 2], tags=["lace"])
        made.write(f"content/{name}.md", text if number else piece(name.upper(), lang="zh"))
    add(made, before)
    made.build()
    old = made.files()
    add(made, after)
    report = refresh(made.path, output=made.out, jobs=1)
    new = made.files()
    clean = SiteDir(made.path, made.path.parent / "clean")
    clean.build()
    assert new == clean.files()
    assert report.written == sum(old[path] != new[path] for path in new)
    manifest = read_manifest(made.path, made.out)
    assert {file.path: file.sha256 for file in manifest.files} == {
        path: hashlib.sha256(data).hexdigest() for path, data in new.items()
    }
    # Nothing is left to do.
    assert refresh(made.path, output=made.out, jobs=1).written == 0
    assert sum(kind.rendered + kind.spliced for kind in made.build().pages.values()) == 0


def test_no_page_is_rendered_where_no_list_has_another_order(site):
    made = site({**FILES, "site.yaml": "views: {live: true}\n"})
    made.build()
    add(made, {("a", DAY): 2, ("b", DAY): 5})
    report = refresh(made.path, output=made.out, jobs=1)
    assert report.rendered == 0
    assert "12350" in made.read("2026/11/b/index.html")
    assert "12350" in made.read(views_shard(views_shard_of("/2026/11/b/"))[1:])
    add(made, {("a", DAY): 99_999})
    report = refresh(made.path, output=made.out, jobs=1)
    # Home, the ranking and its fragment, the category's page.
    assert report.rendered == 4


def test_an_edit_waits_for_the_next_build(site):
    made = site(FILES)
    made.build()
    add(made, {("b", DAY): 5})
    made.write("content/a.md", piece("Edited", views=3))
    refresh(made.path, output=made.out, jobs=1)
    assert "Edited" not in made.read("index.html")
    assert "12350" in made.read("index.html")
    made.build()
    assert "Edited" in made.read("index.html")
    assert "12350" in made.read("index.html")


def test_with_edits_lists_keep_their_order_until_the_next_build(site):
    made = site({**FILES, "site.yaml": "listings: {most_read: 3}\n"})
    made.build()
    add(made, {("a", DAY): 99_999, ("b", DAY): 5})
    made.write("content/a.md", piece("Edited", views=3))
    made.write("content/fresh.md", piece("Fresh", timestamp="2026-11-10"))
    report = refresh(made.path, output=made.out, jobs=1)
    assert (report.waiting, report.rendered) == (True, 0)
    text = made.read("most-read/index.html")
    assert text.index("12350") < text.index("100002")
    assert not [path for path, data in made.files().items() if b"Edited" in data or b"Fresh" in data]
    assert refresh(made.path, output=made.out, jobs=1).written == 0
    result = run("views", "refresh", "--site", made.path, "--jobs", "1")
    assert "most read lists keep their order until the next build" in result.stderr
    made.build()
    clean = SiteDir(made.path, made.path.parent / "clean")
    clean.build()
    assert made.files() == clean.files()


@pytest.mark.parametrize(
    "path, before, after",
    [
        ("content/b.md", piece("B", views=12_345), piece("Other", views=12_345)),
        ("templates/extra.html", "1", "2"),
        ("static/x.txt", "1", "2"),
    ],
)
def test_a_new_order_publishes_no_source_that_changed(site, path, before, after):
    made = site({**FILES, path: before})
    made.build()
    add(made, {("a", DAY): 99_999})
    made.write(path, after)
    assert refresh(made.path, output=made.out, jobs=1).waiting
    assert "Other" not in made.read("index.html")
    assert "100002" in made.read("index.html")


def test_a_changed_configuration_is_for_a_build(site):
    made = site({**FILES, "site.yaml": "listings: {most_read: 3}\n"})
    made.build()
    before = made.files()
    add(made, {("a", DAY): 99_999})
    made.write("site.yaml", "listings: {most_read: 2}\n")
    with pytest.raises(SiteError, match="was built from sources that have changed since"):
        refresh(made.path, output=made.out, jobs=1)
    assert made.files() == before


def test_without_a_finished_build_nothing_is_written(site):
    made = site(FILES)
    with pytest.raises(SiteError, match="holds no finished build"):
        refresh(made.path, output=made.out)
    assert not made.out.exists()


def test_an_altered_file_is_left_alone_and_told_of(site):
    made = site(FILES)
    made.build()
    add(made, {("b", DAY): 5})
    page = made.out / "2026/11/b/index.html"
    altered = page.read_text() + "<!-- by hand -->"
    page.write_text(altered)
    with pytest.raises(SiteError, match="is not as the last build left it"):
        refresh(made.path, output=made.out, jobs=1)
    assert page.read_text() == altered
    assert read_manifest(made.path, made.out) is None
    made.build()
    assert "12350" in made.read("2026/11/b/index.html")
    assert "by hand" not in made.read("2026/11/b/index.html")


def test_a_file_that_has_another_name_elsewhere_is_replaced_not_changed(site):
    made = site(FILES)
    made.build()
    release = made.path.parent / "release.html"
    release.hardlink_to(made.out / "2026/11/b/index.html")
    before = release.read_bytes()
    inode = (made.out / "2026/11/a/index.html").stat().st_ino
    add(made, {("a", DAY): 2, ("b", DAY): 5})
    refresh(made.path, output=made.out, jobs=1)
    assert release.read_bytes() == before
    assert "12350" in made.read("2026/11/b/index.html")
    # The others keep their place on the disk, where every number keeps its length.
    assert (made.out / "2026/11/a/index.html").stat().st_ino == inode


def test_import_and_refresh_as_commands(site, tmp_path):
    made = site({**FILES, "site.yaml": "site: {timezone: Asia/Shanghai}\n"})
    made.build()
    second = int(INSTANT.timestamp()) - 3600
    path = tmp_path / "access.log"
    path.write_bytes(log([Request(second, "/2026/11/b/", client=f"192.0.2.{n}", number=n) for n in range(5)]))
    assert "5 views of 1 article kept" in run("views", "import", "--site", made.path, path).stdout
    result = run("views", "refresh", "--site", made.path, "--jobs", "1")
    assert result.exit_code == 0
    assert "written, " in result.stdout
    assert "12350" in made.read("2026/11/b/index.html")
    assert date.fromordinal(DAY) == INSTANT.date()


def test_a_build_after_a_refresh_knows_what_the_refresh_wrote(site):
    """Counts go back to what the last build saw, and a piece is published: no old page keeps the refreshed ones."""
    made = site(FILES)
    made.build()
    add(made, {("a", DAY): 1})
    assert refresh(made.path, output=made.out, jobs=1).written > 0
    (made.path / ".site-builder" / "views.sqlite").unlink()
    made.write("content/newest.md", piece("Newest", timestamp="2026-11-21"))
    made.build()
    clean = SiteDir(made.path, made.path.parent / "clean")
    clean.build()
    assert made.files() == clean.files()


def test_a_refreshed_output_is_proved_without_another_build(site):
    made = site({**FILES, "site.yaml": "views: {live: true}\n"})
    made.build()
    add(made, {("a", DAY): 2, ("b", DAY): 5})
    with pytest.raises(SiteError, match="counts of views changed since the last build"):
        verify(made.path, output=made.out, jobs=1)
    assert refresh(made.path, output=made.out, jobs=1).written
    assert verify(made.path, output=made.out, jobs=1).differences == ()
    assert "render" not in made.build().stages


def test_lists_that_wait_for_a_build_are_not_taken_for_what_it_writes(site):
    made = site(FILES)
    made.build()
    add(made, {("a", DAY): 99_999, ("b", DAY): 5})
    made.write("static/x.txt", "1")
    assert refresh(made.path, output=made.out, jobs=1).waiting
    made.remove("static/x.txt")
    with pytest.raises(SiteError, match="there is nothing to compare"):
        verify(made.path, output=made.out, jobs=1)
    made.build()
    assert verify(made.path, output=made.out, jobs=1).differences == ()
