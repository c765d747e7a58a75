"""Nothing that could act comes through, whichever engine reads the body, and skipping the sanitizer is safe."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from site_builder.config import Markdown
from site_builder.rendering.markdown import ConversionError, Converter, make_converter
from site_builder.rendering.markdown.sanitize import Sanitizer, has_doubtful_address
from tests.rendering.markdown.dom import dangers, elements, shape, text_of
from tests.rendering.markdown.samples import ARTICLES, ATTACKS, BODIES, LINK_FORMS, NAUGHTY, SCHEMES

HOST = "www.example.com"
FRAMES = ("www.youtube-nocookie.com",)
SETTINGS = {
    "markdown": Markdown(iframe_hosts=FRAMES),
    "comrak": Markdown(iframe_hosts=FRAMES, engine="comrak"),
    "markdown, escaped": Markdown(iframe_hosts=FRAMES, raw_html="escaped"),
    "comrak, escaped": Markdown(iframe_hosts=FRAMES, raw_html="escaped", engine="comrak"),
    "extra": Markdown(iframe_hosts=FRAMES, extensions=("extra", "toc", "smarty", "legacy_attrs", "admonition")),
}
CONVERTERS = {name: make_converter(settings, HOST) for name, settings in SETTINGS.items()}
each_converter = pytest.mark.parametrize("converter", CONVERTERS.values(), ids=CONVERTERS)


def html_of(converter: Converter, source: str) -> str:
    try:
        return converter.convert(source).html
    except ConversionError:
        return ""


# ---------------------------------------------------------------- attacks


@each_converter
@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_address_acts(converter: Converter, scheme: str):
    for form in LINK_FORMS:
        source = form.format(*[scheme] * form.count("{}"))
        assert dangers(html_of(converter, source)) == [], source


@each_converter
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_markup_acts(converter: Converter, attack: str):
    for source in (
        attack,
        f"Text {attack} text",
        f"> {attack}\n",
        f"- {attack}\n",
        f"## {attack}\n",
        f"*a {attack} b*",
    ):
        assert dangers(html_of(converter, source)) == [], source


@pytest.mark.fuzz
@given(BODIES)
def test_no_random_body_acts(source: str):
    for name, converter in CONVERTERS.items():
        assert dangers(html_of(converter, source)) == [], name


def test_the_judge_finds_dangers():
    """With trusted HTML the same attacks act: the tests above could fail."""
    trusted = make_converter(Markdown(raw_html="trusted"), HOST)
    found = [attack for attack in ATTACKS if dangers(html_of(trusted, attack))]
    assert len(found) > 40
    assert dangers(html_of(trusted, "[x](java&#115;cript:alert)")) == ["a[href=javascript:alert]"]
    assert dangers(html_of(trusted, "[x](/a){: onclick=alert(1) }")) == ["a[onclick]"]
    assert dangers('<a href=" java\tscript:x">')


@each_converter
@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_text_is_text(converter: Converter, text: str):
    for source in (text, f"## {text}", f"[{text}](/a)", f"| {text} |\n|---|\n"):
        assert dangers(html_of(converter, source)) == []


# ---------------------------------------------------------------- what is skipped


class Always:
    """An engine of which everything is sanitized."""

    def __init__(self, engine) -> None:
        self.convert = engine.convert

    def may_hold_markup(self, _source: str) -> bool:
        return True


def sanitized_always(converter: Converter) -> Converter:
    return Converter(Always(converter._engine), converter._sanitizer, converter._links, 0)


def skips(converter: Converter, source: str) -> bool:
    return not converter._engine.may_hold_markup(source) and not has_doubtful_address(converter._engine.convert(source))


@each_converter
@pytest.mark.parametrize("source", [*ARTICLES.values(), *ATTACKS])
def test_where_sanitizing_is_skipped_it_would_change_nothing(converter: Converter, source: str):
    assert shape(html_of(converter, source)) == shape(html_of(sanitized_always(converter), source))


@pytest.mark.fuzz
@given(BODIES)
def test_where_sanitizing_is_skipped_it_would_change_nothing_of_random_bodies(source: str):
    for converter in CONVERTERS.values():
        assert shape(html_of(converter, source)) == shape(html_of(sanitized_always(converter), source))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_doubtful_addresses_are_not_skipped(scheme: str):
    for name, converter in CONVERTERS.items():
        for form in LINK_FORMS[:8]:
            source = form.format(*[scheme] * form.count("{}"))
            html = html_of(sanitized_always(converter), source)
            assert shape(html_of(converter, source)) == shape(html), name


@each_converter
def test_ordinary_articles_are_skipped(converter: Converter):
    if converter is CONVERTERS["extra"]:
        return
    skipped = {name for name, source in ARTICLES.items() if source.strip() and skips(converter, source)}
    assert skipped >= {"plain", "chinese", "headings", "lists", "quotes", "footnotes", "table", "references", "images"}


# ---------------------------------------------------------------- what is kept


def clean(html: str) -> str:
    return Sanitizer(FRAMES).clean(html)


@pytest.mark.parametrize(
    "html",
    [
        '<video controls height="9" loop muted playsinline poster="/p.jpg" preload="none" src="/v.mp4"></video>',
        '<audio controls src="https://x.test/a.mp3"></audio>',
        ('<video><source src="/v.webm" type="video/webm"><track default kind="captions" label="English" src="/v.vtt" '
        'srclang="en"></video>'),
        '<figure><img alt="Coat" height="2" src="/a.jpg" width="1"><figcaption>A coat</figcaption></figure>',
        ('<picture><source media="(min-width: 60em)" srcset="/a.avif 1x, https://x.test/b.avif 2x" type="image/avif">'
        '<img alt="" sizes="100vw" src="/a.jpg" srcset="a.jpg 600w, ../b.jpg 1200w"></picture>'),
        ('<iframe allowfullscreen height="315" src="https://www.youtube-nocookie.com/embed/x?start=3" title="Show" '
        'width="560"></iframe>'),
        '<p class="lead" id="x" lang="fr">x <mark>y</mark> <kbd>z</kbd> <time datetime="2026-11-20">t</time></p>',
        '<ol reversed start="3" type="a"><li value="4">x</li></ol>',
        "<details open><summary>More</summary><p>Text</p></details>",
        ('<table><thead><tr><th scope="col" style="text-align:right">A</th></tr></thead>'
        '<tbody><tr><td colspan="2" style="text-align:center">1</td></tr></tbody></table>'),
        ('<a href="mailto:a@b.test">m</a><a href="tel:+331">t</a><a href="#x">i</a><a href="?a=1&amp;b">q</a>'
        '<a href="https://x.test/" rel="nofollow" target="_blank" title="T">x</a>'),
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby><sup>1</sup><sub>2</sub><del>a</del><ins>b</ins>",
    ],
)  # fmt: skip
def test_what_an_author_may_use_stays(html: str):
    assert shape(clean(html)) == shape(html)


def test_frames_come_from_allowed_hosts_only_and_have_a_name():
    frame = elements(clean('<iframe src="https://www.youtube-nocookie.com/embed/x">old browser</iframe>'), "iframe")[0]
    assert frame.attrib == {"src": "https://www.youtube-nocookie.com/embed/x", "title": "www.youtube-nocookie.com"}
    assert not frame.text
    assert clean('<iframe src="https://x.test/"></iframe><iframe></iframe>') == ""


def test_style_is_alignment_alone():
    assert clean('<td style="text-align:left;position:fixed">').strip() == ""
    cell = elements(clean('<table><tr><td style="text-align:left;position:fixed">x</td></tr></table>'), "td")[0]
    assert cell.get("style", "").replace(";", "") == "text-align:left"


@pytest.mark.parametrize("engine", ["markdown", "comrak"])
def test_escaped_html_is_shown(engine: str):
    converter = make_converter(Markdown(engine=engine, raw_html="escaped"), HOST)
    html = converter.convert('Text <b>bold</b>\n\n<div class="x">\n\n*em*\n\n</div>\n').html
    assert {element.tag for element in elements(html)} == {"p", "em"}
    assert "<b>bold</b>" in text_of(html)
    assert '<div class="x">' in text_of(html)


@pytest.mark.parametrize("engine", ["markdown", "comrak"])
def test_trusted_html_stays_as_it_is(engine: str):
    source = '<div onclick="go()"><script>if (a < b) "<a href=//x.test>"</script></div>\n\n<!-- <h2>no</h2> -->\n'
    body = make_converter(Markdown(engine=engine, raw_html="trusted"), HOST).convert(source)
    assert "".join(body.html.split()) == "".join(source.split())
    assert body.toc == ()


@pytest.mark.parametrize("engine", ["markdown", "comrak"])
def test_footnotes_code_and_tasks_keep_what_they_need(engine: str):
    """The sanitizer runs here, because of the raw HTML."""
    converter = make_converter(Markdown(engine=engine), HOST)
    html = converter.convert("A[^1] <b>b</b>\n\n```python\nx\n```\n\n[^1]: Note\n").html
    ids = {element.get("id") for element in elements(html)} - {None}
    targets = {element.get("href", "").removeprefix("#") for element in elements(html, "a")}
    assert targets <= ids
    assert len(targets) == 2
    assert [code.get("class") for code in elements(html, "code")] == ["language-python"]
    if engine == "comrak":
        boxes = elements(converter.convert("- [x] done <b>b</b>\n").html, "input")
        assert [{**box.attrib, "class": ""} for box in boxes] == [
            {"class": "", "type": "checkbox", "checked": "", "disabled": "", "aria-label": "done"}
        ]


def test_any_address_of_a_link_is_judged_alike_by_the_skip_and_the_sanitizer():
    @given(BODIES)
    def law(text: str):
        address = text.replace('"', "").replace("<", "").replace(">", "").replace("&", "")
        html = f'<a href="{address}">x</a>'
        assume(not has_doubtful_address(html))
        assert shape(clean(html)) == shape(html)

    law()
