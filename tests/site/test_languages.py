"""Pieces in several languages: each text says which language it is in and which way it runs."""

from __future__ import annotations

import pytest

from site_builder.text import direction_of
from tests.site.pieces import piece

TITLES = {"en": "Looms", "ar": "أسبوع الموضة", "zh-Hans": "香云纱"}


@pytest.mark.parametrize("paper", TITLES)
def test_every_text_runs_the_way_of_its_language(site, paper: str) -> None:
    made = site({"site.yaml": f"site: {{language: {paper}}}\nlistings: {{per_page: 2, hero: 2}}\n"})
    for number, lang in enumerate([*TITLES, *TITLES, *TITLES]):
        keys = {"tags": [f"tag {lang}"], "timestamp": f"2026-11-{number + 1:02}", "aliases": [f"/old/{number}/"]}
        made.write(f"content/p{number}.md", piece(TITLES[lang], lang=lang, author="A", summary="S.", **keys))
    made.build()
    seen = set()
    for path in filter(lambda path: path.endswith(".html"), made.files()):
        page = made.html(path)
        for element in page.xpath("//*[@lang]"):
            runs = next(iter(element.xpath("ancestor-or-self::*[@dir][1]/@dir")), "ltr")
            assert runs == direction_of(element.get("lang")), f"{path}: {element.tag}"
        for element in page.xpath("//*[@dir]"):
            assert element.get("lang"), f"{path}: {element.tag}"
        for title in page.xpath("//body//*[self::h1 or self::h2 or self::h3 or self::li]/a[text()]"):
            lang = title.xpath("string(ancestor-or-self::*[@lang][1]/@lang)")
            for known, text in TITLES.items():
                if title.text == text:
                    assert lang == known, path
                    seen.add((lang, page.get("lang")))
    assert {lang for lang, of_page in seen if of_page == paper} == set(TITLES)
