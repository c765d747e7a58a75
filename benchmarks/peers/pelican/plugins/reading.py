"""Related reading and the next article for Pelican: sets ``related`` and ``older`` of each article."""

from collections import Counter

from pelican import signals

WINDOW, COUNT = 64, 5


def add_reading(generator):
    """Of the latest older carriers of its tags those that share most of them, the newer first; and the next older."""
    articles = sorted(generator.articles, key=lambda article: article.date)
    carriers = {}
    for number, article in enumerate(articles):
        shared = Counter()
        for tag in getattr(article, "tags", []):
            shared.update(carriers.setdefault(tag.slug, [])[-WINDOW:])
        best = sorted(shared, key=lambda other: (-shared[other], -other))[:COUNT]
        article.related = [articles[other] for other in best]
        article.older = articles[number - 1] if number else None
        for tag in getattr(article, "tags", []):
            carriers[tag.slug].append(number)


def register():
    signals.article_generator_finalized.connect(add_reading)
