"""A small site for laws of incremental builds: a theme of a few lines that uses every way a template can know things.

Tiny pages make builds fast, so that many sequences of edits can be tried.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.site import SiteDir

# The instant of a build of it.
AT = "2026-11-10T12:00:00+00:00"

BASE = """{% from "card.html" import line %}<!doctype html><html lang="{{ page.lang }}"><title>{{ page.title }}</title>
<link rel="stylesheet" href="{{ 'own.css'|asset }}">
{% include "nav.html" %}
{% block main %}{% endblock %}
"""
CARD = """{% macro line(card) %}<p><a href="{{ card.url }}">{{ card.title }}</a> {{ card.category.name }}
{% if card.tag %}{{ card.tag.name }}{% endif %} {{ card.timestamp|timestamp }} {{ card|views }} {{ card.excerpt }}
{% if card.image %}{{ card.image.url }} {{ card.image.width }}{% endif %}</p>{% endmacro %}
"""
NAV = """<nav>{% for term in navigation %}{{ term.name }} {{ term.url }} {% endfor %}{{ site.title }}</nav>
"""
ARTICLE = """{% extends "base.html" %}{% block main %}<h1>{{ article.title }}</h1>{{ article.timestamp|date }}
{{ article|views }} {{ article.tags|map(attribute="name")|join(",") }} {{ labels.related }} {{ body.html }}
{% for card in related %}{{ line(card) }}{% endfor %}{% if next %}{{ line(next) }}{% endif %}{% endblock %}
"""
LIST = """{% extends "base.html" %}{% block main %}{{ listing.title }} {{ listing.older_url }} {{ listing.newer_url }}
{% for card in listing.cards %}{{ line(card) }}{% endfor %}
{% for card in most_read %}{{ line(card) }}{% endfor %}{% endblock %}
"""
HOME = """{% extends "base.html" %}{% block main %}
{% for card in hero %}{{ line(card) }}{% endfor %}{% for rail in rails %}{{ rail.title }}{% for card in rail.cards %}
{{ line(card) }}{% endfor %}{% endfor %}{% for card in most_read %}{{ line(card) }}{% endfor %}
{% for card in listing.cards %}{{ line(card) }}{% endfor %}{% for card in latest %}{{ card.title }}
{% endfor %}{% endblock %}
"""
PLAIN = """{{ page.title }} {{ page.url }}"""
FEED = """{{ feed.updated|iso }}{% for entry in entries %}{{ entry.title|json }} {{ entry.url }} {{ entry.summary }}
{% endfor %}"""
MAP = """{% for url in urls %}{{ url.url|absolute }} {% if url.updated %}{{ url.updated|iso }}{% endif %}
{% endfor %}"""

THEME = {
    "templates/base.html": BASE,
    "templates/card.html": CARD,
    "templates/nav.html": NAV,
    "templates/article.html": ARTICLE,
    "templates/listing.html": LIST,
    "templates/home.html": HOME,
    "templates/index.html": "{{ title }}{% for term in terms %}{{ term.name }} {% endfor %}",
    "templates/document.html": "{{ title }} {{ body.html }}{% for term in documents %}{{ term.name }}{% endfor %}",
    "templates/most_read.html": "{{ page.title }}{% for card in most_read %}{{ card.title }}{% endfor %}",
    "templates/fragments/most_read.html": "{% for card in most_read %}{{ card.title }} {{ card|views }}{% endfor %}",
    "templates/redirect.html": "{{ target }}",
    "templates/404.html": PLAIN,
    "templates/feeds/rss.xml": FEED,
    "templates/feeds/atom.xml": FEED,
    "templates/feeds/feed.json": FEED,
    "templates/sitemaps/index.xml": MAP,
    "templates/sitemaps/shard.xml": MAP,
    "templates/sitemaps/news.xml": "{% for entry in entries %}{{ entry.url }} {{ entry.lang }}\n{% endfor %}",
    "templates/robots.txt": "{{ sitemaps|join(' ') }}",
    "static/own.css": "p { color: red }\n",
}

CONFIG = (
    "site: {title: Paper, url: https://paper.example}\nlistings: {per_page: 2, most_read: 2}\nfeeds: {minimum: 2}\n"
)


def article(title: str, day: int, *, body: str = "Text.", **keys: object) -> str:
    """The text of an article published on a day of November 2026; ``keys`` are further front matter."""
    values = {"title": title, "category": "Retail", "timestamp": f"2026-11-{day:02} 10:00:00", **keys}
    front = "".join(f"{key}: {value}\n" for key, value in values.items() if value is not None)
    return f"---\n{front}---\n{body}\n"


def small_site(articles: int = 6) -> dict[str, str]:
    """The files of a site with so many articles."""
    files = {**THEME, "site.yaml": CONFIG, "content/pages/about.md": "---\ntitle: About\n---\nUs.\n"}
    for number in range(articles):
        category = ("Retail", "Beauty")[number % 2]
        tags = ("[silk]", "[silk, wool]", "[wool]")[number % 3]
        files[f"content/a{number}.md"] = article(
            f"Piece {number}", number + 1, category=category, tags=tags, views=number
        )
    return files


def clean_files(made: SiteDir, tmp_path: Path) -> dict[str, bytes]:
    """What a clean build of the site writes."""
    clean = SiteDir(made.path, tmp_path / "clean")
    clean.build(AT)
    return clean.files()
