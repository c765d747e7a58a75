"""After a change the next request gives the new page, and open pages are told once."""

from __future__ import annotations

import http.client
import itertools
import json
import socket
import sqlite3
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from site_builder.preview.preview import Preview
from site_builder.preview.wanted import Mode
from tests.support.preview import AT_INSTANT, PATIENCE, Ears, Served, serving, without_script

PIECE = "---\ntitle: {0}\ncategory: Retail\ntimestamp: 2026-11-{1:02} 10:00\nslug: {0}\n---\n\nText of {0}.\n"
PROBLEMS = "/.preview/problems"


@pytest.fixture
def made(site):
    return site(
        {
            "site.yaml": "site:\n  title: The Paper\n",
            "content/kapok.md": PIECE.format("Kapok", 1),
            "content/loom.md": PIECE.format("Loom", 2),
            "content/pages/about.md": "---\ntitle: About\n---\n\nAbout us.\n",
            "static/css/own.css": "body { color: red }\n",
            "templates/home.html": '<!DOCTYPE html>\n<title>{{ site.title }}</title>\n<link rel="stylesheet" href="{{ '
            '"css/own.css"|asset }}">\n{% for card in hero %}<p>{{ card.title }} {{ card.excerpt }}</p>\n{% endfor %}',
        }
    )


@pytest.fixture
def served(made):
    with serving(made.path, *AT_INSTANT) as running:
        yield running


def same_as_built(made, served: Served) -> None:
    """Every page and file is what a build writes now."""
    made.build()
    for path, data in made.files().items():
        if path.startswith("fragments/"):
            continue
        address = "/" + (path.removesuffix("index.html") if path.endswith("index.html") else path)
        answer = served.ask(address)
        body = without_script(answer.body) if path.endswith(".html") else answer.body
        assert (path, answer.status, body) == (path, 200, data)


@pytest.mark.slow
def test_every_kind_of_change(made, served: Served):
    ears = Ears(served)
    steps = [
        # A source of the page that is asked for is looked at then and there.
        ("content/kapok.md", PIECE.format("Kapok", 1) + "\nMore.\n", "/2026/11/Kapok/", "More."),
        ("content/kapok.md", PIECE.format("Kapok", 1).replace("title: Kapok", "title: Silk"), "/", "Silk Text"),
        ("content/kapok.md", PIECE.format("Kapok", 1).replace("Retail", "Beauty"), "/beauty/", "Kapok"),
        ("content/new/wool.md", PIECE.format("Wool", 3), "/2026/11/Wool/", "Text of Wool."),
        ("content/pages/about.md", "---\ntitle: About\n---\n\nAbout them.\n", "/about/", "About them."),
        ("templates/home.html", '<title>Own</title>{{ "css/own.css"|asset }}', "/", "<title>Own"),
        ("site.yaml", "site:\n  title: The Gazette\n", "/tags/", "The Gazette"),
        ("static/text.txt", "hello", "/text.txt", "hello"),
        ("static/text.txt", "bye", "/text.txt", "bye"),
    ]
    for path, text, address, wanted in steps:

        def change(path=path, text=text, address=address, wanted=wanted):
            served.write(path, text)
            served.wait_for(address, wanted)

        heard = ears.during(change, quiet=0.6)
        assert (path, text, set(heard)) == (path, text, {"*"})
        same_as_built(made, served)
    made.remove("content/new/wool.md")
    served.wait_for("/2026/11/Wool/", "Page not found")
    same_as_built(made, served)


@pytest.mark.slow
def test_the_next_request_after_a_save_has_it(served: Served):
    for number in range(20):
        served.write("content/kapok.md", PIECE.format("Kapok", 1) + f"\nNumber {number}.\n")
        assert f"Number {number}." in served.ask("/2026/11/Kapok/").text
        served.write("templates/document.html", f"<title>T</title><p>{number}</p>")
        assert f"<p>{number}</p>" in served.ask("/about/").text


def test_no_reload_is_lost_however_quickly_they_come(served: Served):
    def save_five_times():
        for number in range(5):
            served.write("content/kapok.md", PIECE.format("Kapok", 1) + f"\nNumber {number}.\n")
            time.sleep(0.25)

    assert Ears(served).during(save_five_times) == ["*"] * 5


def test_a_file_that_is_written_again_as_it_was_is_no_news(served: Served):
    assert Ears(served).during(lambda: served.write("content/kapok.md", PIECE.format("Kapok", 1))) == []


@pytest.mark.slow
def test_a_burst_of_changes_is_one_reload(made, served: Served):
    moments = []

    def burst():
        for number in range(500):
            served.write(f"content/many/p{number}.md", PIECE.format(f"P{number}", 1 + number % 20))
            moments.append(time.monotonic())

    heard = Ears(served).during(burst)
    # On a busy machine the first files may look like a save, and a pause is the end of a burst; where git tells that it
    # is at work it is one reload whatever the machine does.
    pauses = sum(later - earlier > 0.05 for earlier, later in itertools.pairwise(moments))
    assert 1 <= len(heard) <= 2 + pauses
    assert served.state()["total"] == 503
    assert served.ask("/2026/11/P499/").status == 200


@pytest.mark.slow
def test_a_change_of_branch_is_one_reload(made, tmp_path: Path):
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=made.path, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "a")
    git("checkout", "-b", "other")
    for number in range(500):
        made.write(f"content/m{number % 9}/p{number}.md", PIECE.format(f"P{number}", 1 + number % 20))
    made.write("content/kapok.md", PIECE.format("Silk", 1))
    git("add", ".")
    git("commit", "-m", "b")
    git("checkout", "main")
    with serving(made.path, *AT_INSTANT) as served:
        ears = Ears(served)
        assert ears.during(lambda: git("checkout", "other")) == ["*"]
        assert served.ask("/2026/11/P499/").status == 200
        assert ears.during(lambda: git("checkout", "main")) == ["*"]
        assert served.ask("/2026/11/P499/").status == 404
        assert served.ask("/2026/11/Kapok/").status == 200


def test_a_style_is_told_by_the_name_that_open_pages_know(served: Served):
    old = served.wait_for("/", "own.").partition('href="')[2].partition('"')[0]
    heard = Ears(served).during(lambda: served.write("static/css/own.css", "body { color: blue }\n"))
    assert heard == [old]
    assert "blue" in served.ask(old).text
    new = served.ask("/").text.partition('href="')[2].partition('"')[0]
    assert new != old
    assert "blue" in served.ask(new).text
    assert served.ask("/css/own.0000000000.css").status == 404


BROKEN = {
    "content/kapok.md": ("---\ntitle: Kapok\ncatgory: Retail\n---\n", "content/kapok.md", 3),
    "site.yaml": ("site:\n  titel: x\n", "site.yaml", 2),
    "templates/home.html": ("<p>{% if %}", "templates/home.html", 1),
}


@pytest.mark.parametrize("path", BROKEN)
def test_a_broken_file_is_told_over_the_last_good_pages(made, served: Served, path: str):
    text, place, line = BROKEN[path]
    good = (made.path / path).read_text(encoding="utf-8")
    before = {address: without_script(served.ask(address).body) for address in ("/", "/2026/11/Kapok/")}
    version = served.state()["version"]

    def break_it():
        served.write(path, text)
        end = time.monotonic() + PATIENCE
        while not served.state()["problems"]:
            assert time.monotonic() < end
            time.sleep(0.02)

    heard = Ears(served).during(break_it)
    assert set(heard) <= {PROBLEMS, "*"}
    assert heard
    problem = served.state(version=version)["problems"][0]
    assert (problem["path"], problem["line"]) == (place, line) or problem["path"] == place
    assert any(shown["hit"] for shown in problem["lines"])
    for address, data in before.items():
        answer = served.ask(address)
        assert (answer.status, without_script(answer.body)) == (200, data)
    assert served.state(version=version)["stale"]

    def mend_it():
        served.write(path, good)
        served.wait_for("/.preview/state?path=/", '"problems":[]')

    assert Ears(served).during(mend_it) != []
    same_as_built(made, served)


def test_what_only_fails_when_rendered_is_told_on_its_page(made, served: Served):
    good = without_script(served.ask("/").body)
    served.write("templates/home.html", "<p>\n{{ hero[0].titel }}</p>")
    answer = served.ask("/")
    assert (answer.status, without_script(answer.body)) == (200, good)
    problem = served.state("/")["problems"][0]
    assert (problem["path"], problem["line"]) == ("templates/home.html", 2)
    assert "there is no 'titel' in Card" in problem["message"]
    assert problem["hint"] == "Did you mean 'title'?"
    assert served.state("/about/")["problems"] == []
    served.write("templates/listing.html", "{{ nothing }}")
    never = served.ask("/retail/")
    assert never.status == 500
    assert "templates/listing.html:1:1" in never.text


def test_imported_reader_counts(made, served: Served):
    from site_builder.sources.view_store import STORE

    page = "<title>T</title>{% for card in hero %}<p>{{ card|views }}</p>{% endfor %}"
    served.write("templates/home.html", page)
    served.wait_for("/", "<p>0</p><p>0</p>")
    store = made.path / STORE
    store.parent.mkdir()
    database = sqlite3.connect(store)
    database.executescript(
        "CREATE TABLE views (article TEXT, day INTEGER, origin TEXT, n INTEGER);"
        "CREATE TABLE addresses (address TEXT, article TEXT); CREATE TABLE marks (article TEXT, mark TEXT);"
        "INSERT INTO views VALUES ('content/loom.md', 739000, 'log', 7);"
    )
    database.close()
    served.wait_for("/", "<p>7</p><p>0</p>")


@pytest.mark.slow
def test_open_pages_are_told_when_a_piece_appears(site):
    made = site({"content/a.md": PIECE.format("Loom", 1)})
    with serving(made.path) as served:
        soon = (datetime.now(UTC) + timedelta(seconds=4)).replace(microsecond=0)
        served.write("content/b.md", PIECE.format("Kapok", 1).replace("2026-11-01 10:00", soon.isoformat()))
        served.wait_for("/.preview/state?path=/", '"total":2')
        told = Ears(served).during(lambda: None, quiet=6)
        assert told == ["*"] or datetime.now(UTC) > soon + timedelta(seconds=7), "nobody was told"
        assert "Kapok" in served.ask("/").text


def test_pieces_appear_and_expire_as_time_passes(site):
    made = site(
        {
            "content/b.md": PIECE.format("Kapok", 20),
            "content/c.md": PIECE.format("Wool", 1).replace("slug:", "expires: 2026-11-20 10:00\nslug:"),
        }
    )
    now = datetime(2026, 11, 20, 9, 59, 59, tzinfo=UTC)
    preview = Preview(made.path, Mode(), lambda: now)
    preview.begin()

    def titles():
        return [piece.title for piece in preview.view(Mode()).catalog.articles]

    assert titles() == ["Wool"]
    assert preview.pass_time().kind == "nothing"
    now += timedelta(seconds=1)
    assert preview.pass_time().kind == "reload"
    assert titles() == ["Kapok"]
    assert preview.pass_time().kind == "nothing"


def test_modes_by_address_and_cookie(site):
    made = site(
        {
            "content/a.md": PIECE.format("Loom", 1),
            "content/b.md": PIECE.format("Kapok", 28),
            "content/c.md": PIECE.format("Wool", 1).replace("slug:", "draft: true\nimage: /w.txt\nimage_alt: w\nslug:"),
            "content/w.txt": b"not shown",
        }
    )
    with serving(made.path, *AT_INSTANT) as served:
        assert [name in served.ask("/").text for name in ("Loom", "Kapok", "Wool")] == [True, False, False]
        assert served.ask("/w.txt").status == 404
        later = served.ask("/?at=2026-11-29&drafts=1")
        assert [name in later.text for name in ("Loom", "Kapok", "Wool")] == [True, True, True]
        cookie = {"Cookie": later.headers["set-cookie"].partition(";")[0]}
        assert "Kapok" in served.ask("/2026/11/Kapok/", headers=cookie).text
        assert served.ask("/w.txt", headers=cookie).status == 200
        assert [name in served.ask("/?drafts=0", headers=cookie).text for name in ("Kapok", "Wool")] == [True, False]
        assert served.ask("/?at=soon").status == 400
        foreign = served.ask("/?drafts=1", headers={"Sec-Fetch-Site": "cross-site"})
        assert "set-cookie" not in foreign.headers


HIDDEN = {
    "draft": ({"draft": "true"}, {"draft": True, "since": "", "until": ""}, "drafts=1"),
    "future": (
        {"timestamp": "2026-12-01 10:00:01"},
        {"draft": False, "since": "2026-12-01T10:01", "until": ""},
        "at=2026-12-01T10:01",
    ),
    "expired": (
        {"timestamp": "2026-11-01 10:00", "expires": "2026-11-03 10:00"},
        {"draft": False, "since": "", "until": "2026-11-03T09:59"},
        "at=2026-11-03T09:59",
    ),
    "never": (
        {"timestamp": "9999-12-31 23:59:59"},
        {"draft": False, "since": "9999-12-31T23:59", "until": ""},
        "at=9998-12-31",
    ),
    "draft and future": (
        {"draft": "true", "timestamp": "2026-12-01 10:00"},
        {"draft": True, "since": "2026-12-01T10:00", "until": ""},
        "drafts=1&at=2026-12-01T10:00",
    ),
}


def test_the_desk_is_told_of_a_hidden_piece_at_its_address_and_how_to_see_it(site):
    pieces = {}
    for name, (keys, _, _) in HIDDEN.items():
        values = {"title": name, "category": "Retail", "timestamp": "2026-11-01", "permalink": f"/{name}/"} | keys
        front = "".join(f"{key}: {value}\n" for key, value in values.items())
        pieces[f"content/{name}.md"] = f"---\n{front}---\nText.\n"
    about = "---\ntitle: About\ndraft: true\n---\n"
    plain = PIECE.format("Plain", 29).replace("category: Retail", "category: Haute Couture")
    made = site(
        {**pieces, "content/plain.md": plain, "content/pages/about.md": about, "content/a.md": PIECE.format("A", 1)}
    )
    with serving(made.path, *AT_INSTANT) as served:
        for name, (_, expected, switch) in HIDDEN.items():
            address = f"/{quote(name)}/"
            answer = served.ask(address)
            assert answer.status == 404
            assert name not in answer.text
            told = served.state(address)
            assert told["kind"] == ""
            assert told["unseen"] == {"source": f"content/{name}.md", "title": name, **expected}
            shown = 404 if name == "never" else 200
            assert served.ask(f"{address}?{switch}").status == shown, "what is proposed shows it"
        assert served.state("/2026/11/Plain")["unseen"]["since"] == "2026-11-29T10:00"
        assert served.state("/about/")["unseen"]["draft"]
        for other in ("/", "/nowhere/", "/2026/11/A/", ""):
            assert served.state(other)["unseen"] is None


def own_address() -> str:
    """An address of this machine that is not the loopback's; skips where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # sends nothing; the network is one for documentation (RFC 5737)
        except OSError as error:
            pytest.skip(f"this machine is in no network: {error}")
        found: str = asking.getsockname()[0]
    return found


def test_other_machines_are_told_of_no_hidden_piece(site):
    made = site({"content/a.md": PIECE.format("A", 1), "content/b.md": PIECE.format("B", 29)})
    place = "/.preview/state?path=/2026/11/B/"
    with serving(made.path, "--lan", *AT_INSTANT) as served:
        assert json.loads(served.ask(place).body)["unseen"]["title"] == "B"
        connection = http.client.HTTPConnection(own_address(), served.port, timeout=PATIENCE)
        connection.request("GET", place)
        assert json.loads(connection.getresponse().read())["unseen"] is None
        connection.close()


def test_a_copied_page_is_served_with_the_script_and_without_parts(made, served: Served):
    served.write("static/landing.html", "<p>One.</p>")
    served.wait_for("/landing.html", "One.")
    same_as_built(made, served)
    assert served.ask("/landing.html", "HEAD").body == b""
    file = made.path / "static/landing.html"
    file.unlink()
    file.symlink_to("/etc/hostname")
    assert served.ask("/landing.html").status == 404
    file.unlink()


def test_content_that_is_gone_is_one_problem_over_the_last_good_pages(made, served: Served, tmp_path: Path):
    before = without_script(served.ask("/2026/11/Kapok/").body)
    (made.path / "content").rename(tmp_path / "away")
    served.wait_for("/.preview/state?path=/", "there is no folder 'content' here")
    assert [problem["message"] for problem in served.state()["problems"]] == ["there is no folder 'content' here"]
    assert without_script(served.ask("/2026/11/Kapok/").body) == before
    (tmp_path / "away").rename(made.path / "content")
    served.wait_for("/.preview/state?path=/", '"problems":[]')
    same_as_built(made, served)


def test_a_folder_that_comes_later_is_watched(made):
    (made.path / "static/css/own.css").unlink()
    (made.path / "static/css").rmdir()
    (made.path / "static").rmdir()
    made.write("templates/home.html", "<title>x</title>")
    with serving(made.path, *AT_INSTANT) as served:
        assert served.ask("/a.txt").status == 404
        served.write("static/a.txt", "one")
        served.wait_for("/a.txt", "one")
        time.sleep(0.5)
        assert Ears(served).during(lambda: served.write("static/b.txt", "two")) != []
        assert served.ask("/b.txt").text == "two"
