"""The generated content of benchmarks: the same for a seed, of the promised kind, and valid."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from site_builder import build
from tests.support.sample import REPOSITORY

GENERATOR = REPOSITORY / "benchmarks" / "corpus.py"
ARTICLES = 1_500
AT = datetime.fromisoformat("2026-11-21T00:00:00+00:00")


def generate(folder: Path, articles: int, *options: str, hash_seed: str = "0") -> dict[str, bytes]:
    """Run the generator as people do; the files below ``content/`` by path."""
    subprocess.run(
        [sys.executable, GENERATOR, folder, "--articles", str(articles), *options],
        check=True,
        capture_output=True,
        env={"PYTHONHASHSEED": hash_seed},
    )
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.glob("content/**/*.md")}


def split(text: str) -> tuple[dict[str, object], str]:
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return generate(tmp_path_factory.mktemp("corpus") / "site", ARTICLES)


@pytest.fixture(scope="module")
def articles(files) -> list[tuple[dict[str, object], str]]:
    return [split(data.decode()) for data in files.values()]


def instant(article) -> datetime:
    return datetime.strptime(article[0]["timestamp"], "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007  (as in the file)


def share(articles, holds) -> float:
    return sum(map(bool, map(holds, articles))) / len(articles)


def test_a_smaller_corpus_is_the_newest_part_of_a_larger_one(files, articles, tmp_path):
    few = generate(tmp_path / "few", 100, hash_seed="7")
    assert len(few) == 100
    assert few.items() <= files.items()
    oldest = min(instant(split(data.decode())) for data in few.values())
    assert sum(instant(article) > oldest for article in articles) < 100


def test_another_seed_is_another_portal(files, tmp_path):
    assert not files.keys() & generate(tmp_path / "other", 50, "--seed", "2").keys()


def test_every_file_stands_in_the_folder_of_its_month(files):
    assert len(files) == ARTICLES
    for path, data in files.items():
        written = datetime.strptime(split(data.decode())[0]["timestamp"], "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007
        assert re.fullmatch(rf"content/{written:%Y/%m}/[a-z0-9-]+\.md", path)


def test_bodies_are_of_five_to_nine_kilobytes(articles):
    sizes = [len(body.encode()) for _, body in articles]
    assert min(sizes) >= 5_000
    assert max(sizes) <= 9_000
    assert 6_500 <= sum(sizes) / len(sizes) <= 7_500


def test_twenty_to_two_hundred_pieces_appear_a_day(articles):
    days = Counter(instant(article).date() for article in articles)
    assert f"{max(days)}" == "2026-11-20"
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(sorted(days)))
    # The oldest day is cut off where the corpus ends.
    counts = [count for day, count in days.items() if day > min(days)]
    assert min(counts) >= 20
    assert max(counts) <= 200


def test_taxonomies_are_those_of_a_portal(articles):
    heads = [head for head, _ in articles]
    assert len({head["category"] for head in heads}) == 8
    assert len({head["author"] for head in heads}) == 30
    assert len({head["source"] for head in heads if "source" in head}) == 20
    assert {len(head["tags"]) for head in heads} == {1, 2, 3, 4}
    assert all(len(set(head["tags"])) == len(head["tags"]) for head in heads)
    carried = Counter(tag for head in heads for tag in head["tags"])
    assert 280 <= len(carried) <= 300
    assert 0.11 <= carried.most_common(1)[0][1] / ARTICLES <= 0.18


def test_a_heavy_tag_is_carried_by_half(articles, tmp_path):
    generate(tmp_path / "heavy", ARTICLES, "--heavy-tag")
    heavy = [split(file.read_text()) for file in (tmp_path / "heavy").glob("content/**/*.md")]
    carried = Counter(tag for head, _ in heavy for tag in head["tags"])
    assert 0.45 <= carried.most_common(1)[0][1] / ARTICLES <= 0.55
    assert carried.most_common(2)[1][1] / ARTICLES <= 0.2
    assert {body for _, body in heavy} == {body for _, body in articles}


def test_few_bodies_need_more_than_plain_markdown(articles):
    assert 0.01 <= share(articles, lambda article: "|---|" in article[1]) <= 0.05
    assert 0.005 <= share(articles, lambda article: "\n[^1]: " in article[1]) <= 0.04
    assert 0.002 <= share(articles, lambda article: "<figure" in article[1]) <= 0.025
    assert 0.01 <= share(articles, lambda article: "。" in article[1]) <= 0.04
    assert 0.55 <= share(articles, lambda article: "summary" in article[0]) <= 0.65
    assert share(articles, lambda article: "\n## " in article[1]) > 0.95


def test_an_existing_corpus_is_left_alone(tmp_path):
    generate(tmp_path / "site", 1)
    with pytest.raises(subprocess.CalledProcessError):
        generate(tmp_path / "site", 1)


def test_the_corpus_builds_without_a_warning(tmp_path):
    site = tmp_path / "site"
    generate(site, 80, "--engine", "comrak")
    report = build(site, at=AT, jobs=1, strict=True)
    assert report.articles == 80
    assert report.hidden == 0
