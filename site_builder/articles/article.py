"""What takes more than one key of an article to check, or its file's name."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from site_builder.articles import fields
from site_builder.articles.findings import Findings
from site_builder.articles.instants import file_date
from site_builder.articles.keys import DOCUMENTS
from site_builder.model import Image
from site_builder.yaml_reader import Node, Scalar, quoted


def file_stem(path: str) -> str:
    """The file's name without its ending; the folder's for ``folder/index.md``."""
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0] or name
    if stem == "index" and folder and folder + "/" not in ("content/", DOCUMENTS):
        return folder.rpartition("/")[2]
    return stem


def require(key: str, nodes: dict[str, Node], top: Node, findings: Findings, remedy: str) -> None:
    """Notes that ``key`` is missing; where its value is wrong, or it is misspelt, that has been told."""
    if key not in nodes and key not in findings.meant:
        findings.fail(top, f"'{key}' is missing", remedy)


def check_article(values: dict[str, Any], nodes: dict[str, Node], top: Node, stem: str, findings: Findings) -> None:
    """Checks ``values`` (sound, by key) against each other and makes them the fields of an article.

    ``nodes`` are those of the keys given, ``top`` stands for the front matter's start, ``stem`` is the
    file's name without its ending.
    """
    require("category", nodes, top, findings, "Add a line like 'category: Retail'")
    if "timestamp" not in nodes and "timestamp" not in findings.meant:
        _timestamp_of_name(values, top, stem, findings)
    _check_order(values, nodes, findings)
    if "author" in nodes and "authors" in nodes:
        findings.fail(nodes["authors"], "both 'author' and 'authors' are given", "Keep 'authors', with all names")
    author = values.pop("author", None)
    if author is not None:
        values["authors"] = author
    _check_image(values, nodes, findings)


def _timestamp_of_name(values: dict[str, Any], top: Node, stem: str, findings: Findings) -> None:
    dated = file_date(stem)
    if dated:
        instant = fields.read_instant_of("timestamp", Scalar(dated[0], True, top.line, top.column), findings)
        if instant is not None:
            values["timestamp"] = instant
        return
    remedy = "Write 'timestamp: 2019-06-12 10:01:00', or start the file's name with the date, like 2019-06-12-slug.md"
    if match := re.match(r"\d{4}-\d{1,2}-\d{1,2}(?!\d)", stem, re.ASCII):
        remedy += f". The file's name has {quoted(match.group())}, which is no day of the calendar"
    findings.fail(top, "'timestamp' is missing", remedy)


def _check_order(values: dict[str, Any], nodes: dict[str, Node], findings: Findings) -> None:
    timestamp: datetime | None = values.get("timestamp")
    if timestamp is None:
        return
    if "updated" in values and values["updated"] < timestamp:
        findings.fail(nodes["updated"], "updated: is before the timestamp", "A piece changes after it is published")
    if "expires" in values and values["expires"] <= timestamp:
        findings.fail(nodes["expires"], "expires: is not after the timestamp", "The piece would never be seen")


def _check_image(values: dict[str, Any], nodes: dict[str, Node], findings: Findings) -> None:
    alt, credit = values.pop("image_alt", None), values.pop("image_credit", "")
    if "image" not in nodes:
        for key in ("image_alt", "image_credit"):
            if key in nodes:
                findings.warn(nodes[key], f"{key}: has no effect without image")
    elif "image_alt" not in nodes:
        hint = "Say in a line 'image_alt: …' what the picture shows"
        findings.fail(nodes["image"], "'image_alt' is missing: an image needs it", hint)
    elif "image" in values and alt is not None:
        values["image"] = Image(values["image"], alt, credit)
