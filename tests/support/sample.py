"""The repository's own sample site: built once for all test processes, and its pages by kind."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

import html5lib
from filelock import FileLock

from tests.support.markup import parse_xml
from tests.support.site import INSTANT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = ("content", "static", "templates")
SITEMAP_NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def build_sample(folder: Path) -> Path:
    """The sample site's output below ``folder``; the first process to come builds it, the others wait.

    Works on a copy of the sources, so that no test writes into the repository.
    """
    public = folder / "sample" / "public"
    with FileLock(folder / "sample.lock"):
        if not (folder / "sample.done").exists():
            from site_builder import build

            shutil.rmtree(folder / "sample", ignore_errors=True)
            for name in SOURCES:
                shutil.copytree(REPOSITORY / name, folder / "sample" / name)
            shutil.copy(REPOSITORY / "site.yaml", folder / "sample" / "site.yaml")
            build(folder / "sample", output=public, at=INSTANT)
            (folder / "sample.done").touch()
    return public


# ---------------------------------------------------------------- pages by kind

# What a site has to show for every kind of page to be looked at.
KINDS = (
    "home",
    "article",
    "long-read",
    "chinese",
    "document",
    "category",
    "numbered",
    "tag",
    "author",
    "source",
    "year",
    "month",
    "index",
    "ranking",
    "not-found",
)


def pages_by_kind(public: Path) -> dict[str, str]:
    """One address (root-relative, percent-encoded) for each of :data:`KINDS` that the output in ``public`` has."""
    addresses = sitemap_addresses(public)
    trees = {address: _tree(file_of(public, address)) for address in addresses}
    articles = sorted(
        (address for address, tree in trees.items() if "NewsArticle" in _json_ld_types(tree)),
        key=lambda address: (len(_main_text(trees[address])), address),
    )
    chinese = [address for address in articles if trees[address].get("lang", "").startswith("zh")]
    western = [address for address in articles if address not in chinese]
    kinds = {"home": "/", "ranking": "/most-read/", "not-found": "/404.html"}
    if chinese:
        kinds["chinese"] = chinese[-1]
    if western:
        kinds["article"] = western[len(western) // 2]
        kinds["long-read"] = western[-1]
        kinds["category"] = _category_of(trees[kinds["article"]])
    for kind, pattern in _patterns().items():
        found = [address for address in _folders(public) if re.fullmatch(pattern, address) and address not in articles]
        # The fullest of a kind shows most.
        kinds[kind] = max(found, key=lambda address: (file_of(public, address).stat().st_size, address), default="")
    documents = [f"/{file.stem}/" for file in sorted((REPOSITORY / "content" / "pages").glob("*.md"))]
    kinds["document"] = next((address for address in documents if address in trees), "")
    return {kind: kinds[kind] for kind in KINDS if kinds.get(kind) and file_of(public, kinds[kind]).is_file()}


def sitemap_addresses(public: Path) -> list[str]:
    """The addresses that the sitemap index's shards list, root-relative, in order."""
    addresses = []
    index = parse_xml((public / "sitemap.xml").read_bytes())
    for shard in _locations(index):
        if not shard.endswith("/news.xml"):
            addresses.extend(_locations(parse_xml(file_of(public, shard).read_bytes())))
    return sorted(set(addresses))


def file_of(public: Path, address: str) -> Path:
    """The output file that a static host answers ``address`` with."""
    path = unquote(address).lstrip("/")
    return public / (path + "index.html" if not path or path.endswith("/") else path)


def _locations(root: etree._Element) -> Iterator[str]:
    for location in root.iterfind(".//s:loc", SITEMAP_NAMESPACE):
        yield urlsplit((location.text or "").strip()).path


def _folders(public: Path) -> list[str]:
    """The addresses of all index files, also of those that no sitemap lists."""
    files = sorted(public.rglob("index.html"))
    return ["/" + quote(file.relative_to(public).parent.as_posix()) + "/" for file in files]


def _patterns() -> dict[str, str]:
    """What the addresses of each kind of listing look like, as the sample's configuration has them."""
    from site_builder.config import parse_config

    urls = parse_config((REPOSITORY / "site.yaml").read_text(encoding="utf-8")).urls
    patterns = {kind: getattr(urls, kind).format(slug="[^/]+") for kind in ("tag", "author", "source")}
    return patterns | {"year": r"/\d{4}/", "month": r"/\d{4}/\d{2}/", "index": "/tags/", "numbered": ".*/page/[0-9]+/"}


def _tree(file: Path) -> etree._Element:
    """The page as a browser would repair it: faults are other tests' business."""
    return html5lib.parse(file.read_bytes(), treebuilder="lxml", namespaceHTMLElements=False).getroot()


def _main_text(tree: etree._Element) -> str:
    return "".join(tree.xpath("//main//text()"))


def _json_ld(tree: etree._Element) -> list[dict[str, Any]]:
    blocks = [json.loads(text) for text in tree.xpath('//script[@type="application/ld+json"]/text()')]
    flat = [item for block in blocks for item in (block if isinstance(block, list) else [block])]
    return [part for item in flat for part in item.get("@graph", [item])]


def _json_ld_types(tree: etree._Element) -> set[str]:
    return {item.get("@type", "") for item in _json_ld(tree)}


def _category_of(tree: etree._Element) -> str:
    """The address of an article's category: the crumb below home."""
    for item in _json_ld(tree):
        if item.get("@type") == "BreadcrumbList":
            crumb = item["itemListElement"][1]["item"]
            return urlsplit(crumb if isinstance(crumb, str) else crumb["@id"]).path
    return ""
