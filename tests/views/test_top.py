"""``views top`` and ``views import`` as commands."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tests.cli.running import run
from tests.site.pieces import piece
from tests.support.markup import texts
from tests.views.conftest import KAPOK, SERGE
from tests.views.logs import SAFARI, Request, combined, log

AT = "2026-11-22T03:00:00+00:00"
NOON = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp())


def readers(path: str, days: dict[int, int]) -> list[Request]:
    """Requests of so many readers on the days after 20 November."""
    return [
        Request(NOON + 86_400 * day, path, client=f"192.0.2.{number}", number=number)
        for day, count in days.items()
        for number in range(count)
    ]


def test_top_prints_terms_that_add_up_to_the_score(counted):
    made = counted("views: {window: 7d, half_life: 1}\n")
    made.add(log([*readers(KAPOK, {0: 8, 1: 4}), *readers(SERGE, {1: 40, 0: 1})]))
    result = run("views", "top", "--site", made.site.path, "--at", AT)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "the site: window 7d, half-life 1 day"
    assert lines[1:4] == [
        "   1.        20.25  Serge  (content/serge.md)",
        "             20.00  2026-11-21: 40 × 0.5000",
        "              0.25  2026-11-20: 1 × 0.2500",
    ]
    assert lines[4] == "   2.         4.00  Kapok  (content/kapok.md)"


def test_top_of_all_time_counts_the_front_matter(counted):
    made = counted()
    made.add(log(readers(KAPOK, {0: 8, 1: 4})))
    lines = run("views", "top", "--site", made.site.path, "--at", AT, "--category", "retail").stdout.splitlines()
    assert lines[:2] == ["Retail: window all, no decay", "   1.          112  Kapok  (content/kapok.md)"]
    assert lines[4] == "               100  2026-11-01: 100  (front matter)"
    assert "Serge" not in "".join(lines)


def test_an_unknown_category_is_told_of(counted):
    result = run("views", "top", "--site", counted().site.path, "--at", AT, "--category", "Retial")
    assert result.exit_code == 1
    assert "no visible piece has the category 'Retial'. Did you mean 'Retail'?" in result.stderr


def test_import_prints_what_it_read(counted, tmp_path):
    made = counted()
    lines = [combined(Request(NOON, KAPOK)), combined(Request(NOON, KAPOK, agent=SAFARI)), "no log\x1b[31m"]
    lines += [combined(Request(NOON + number, "/gone/\x1b]0;x\x07")) for number in range(2)]
    path = tmp_path / "access.log"
    path.write_text("\n".join(lines))
    result = run("views", "import", "--site", made.site.path, path)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "5 lines read, 2 views of 1 article kept"
    assert re.search(r"^ +2  unmatched$", result.stdout, re.MULTILINE)
    assert re.search(r"^ +2  /gone/\\x1b\]0;x\\x07$", result.stdout, re.MULTILINE)
    assert "\x1b" not in result.stdout


def test_import_names_the_format_that_it_does_not_know(counted):
    result = run("views", "import", "--site", counted().site.path, __file__)
    assert result.exit_code == 1
    assert "is no log and no export that is known" in result.stderr


def test_a_tags_list_is_a_block_and_is_what_top_prints(counted):
    tagged = [(f"content/{name}.md", piece(name.upper(), tags=["lace"])) for name in ("ada", "bo", "cy", "di")]
    config = (
        "listings: {most_read: 0}\nviews: {window: 7d}\n"
        "blocks: {loved: {title: Loved, tag: lace, order: most_read, limit: 3}}\n"
    )
    made = counted(config, tagged)
    made.add(
        log([*readers("/2026/11/cy/", {0: 5}), *readers("/2026/11/ada/", {1: 9}), *readers("/2026/11/di/", {0: 7})])
    )
    made.site.build(at=datetime.fromisoformat(AT))
    result = run("views", "top", "--site", made.site.path, "--at", AT, "--tag", "lace", "--count", "3")
    printed = re.findall(r"^ +\d+\. +\d+  (\w+)", result.stdout, re.MULTILINE)
    assert printed == ["ADA", "DI", "CY"]
    section = "//section[.//h2[normalize-space()='Loved']]"
    assert texts(made.site.html("index.html"), f"{section}//h3") == printed


def test_a_hidden_pieces_readers_stay_its_own(counted):
    """A piece that takes over a hidden one's address has no part in its readers: neither on pages nor here."""
    made = counted()
    made.add(log(readers(KAPOK, {0: 8})))
    kapok = (made.site.path / "content" / "kapok.md").read_text()
    made.site.write("content/kapok.md", kapok.replace("---\n", "---\ndraft: true\n", 1))
    serge = (made.site.path / "content" / "serge.md").read_text()
    made.site.write("content/serge.md", serge.replace("---\n", f"---\naliases: [{KAPOK}]\n", 1))
    lines = run("views", "top", "--site", made.site.path, "--at", AT).stdout.splitlines()
    assert "Kapok" not in "".join(lines)
    assert not any("× " in line or ": 8" in line for line in lines)
