"""Output as real parsers see it: HTML as browsers parse it, XML as feed readers do."""

from __future__ import annotations

import warnings

import html5lib
from html5lib.constants import DataLossWarning, E
from lxml import etree


def parse_html(text: str | bytes, *, fragment: bool = False, where: str = "HTML") -> etree._Element:
    """The tree of an HTML5 document (of a ``<body>`` around it, for a fragment); element names have no namespace.

    Raises :class:`AssertionError` with line and column of each place where a browser would have to repair it.
    """
    source = text.decode("utf-8") if isinstance(text, bytes) else text
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    with warnings.catch_warnings():
        # Names and characters that HTML allows and XML does not are replaced in this tree, which is only looked at.
        warnings.simplefilter("ignore", DataLossWarning)
        if fragment:
            source = f"<!DOCTYPE html><html><head><title></title></head><body>{source}</body></html>"
        try:
            tree = parser.parse(source)
        except ValueError as error:
            # lxml takes no control characters; HTML has none either.
            raise AssertionError(f"{where}: {error}") from error
    faults = [f"{where}:{line}:{column}: {E[code] % data}" for (line, column), code, data in parser.errors]
    assert not faults, "\n".join(faults)
    root = tree.getroot()
    return root.find("body") if fragment else root


def parse_xml(data: bytes) -> etree._Element:
    """The root of an XML document; raises :class:`lxml.etree.XMLSyntaxError` where it is not well-formed."""
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def text_of(element: etree._Element) -> str:
    """All text below ``element``, runs of white space as one space."""
    return " ".join("".join(element.itertext()).split())


def texts(tree: etree._Element, xpath: str) -> list[str]:
    """The text of each element (or each attribute's value) that ``xpath`` finds, in document order."""
    return [item if isinstance(item, str) else text_of(item) for item in tree.xpath(xpath)]
