"""HTML: what a reader would see of it, as Markdown."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborHTMLParser, LexborNode

from recita.decoding.content import NativePage, left_out
from recita.decoding.encoding import Decoded
from recita.decoding.plain import guessed, text_of
from recita.decoding.stored import Stored
from recita.text.markdown import Rows, blocks, heading, indent, inline, item, rectangular, table

CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE
)
CHARSET_WINDOW = 4096
"""Browsers look at the first 1,024 bytes (HTML Standard, 13.2.3.2); pages may need more."""
UNSEEN = ("script", "style", "noscript", "template", "svg", "math", "datalist", "canvas", "map")
OBJECTS = ("iframe", "object", "embed", "applet", "frame")
MEDIA = ("audio", "video")
HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
INLINE = frozenset(
    (
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "button", "cite", "code"),
        *("data", "del", "dfn", "em", "font", "i", "img", "input", "ins", "kbd", "label"),
        *("mark", "nobr", "output", "q", "ruby", "rb", "rt", "rp", "s", "samp", "small"),
        *("span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    )
)
"""Elements that don't begin a new block (HTML Standard, 15.3); all others do."""
MAX_SPAN = 100
TRACKERS = ("0", "1")
"""Width or height of a picture that only counts its readers."""


def read(path: Path) -> Iterator[NativePage]:
    """Yield the one page of an HTML file; raises ``unsupported-type`` when it is no text."""
    found = _source(path)
    text, tables, dropped = convert(found.text)
    why = f"HTML in {found.encoding}"
    yield NativePage(text, why, tables, (*guessed(found), *left_out(dropped)))


def pictures(path: Path) -> Iterator[Stored]:
    """Yield the pictures that an HTML file brings along; none is fetched from elsewhere."""
    for source, alt in sources(_source(path).text):
        if source.startswith("data:"):
            yield Stored(partial(data, source), alt=alt)


def sources(source: str) -> Iterator[tuple[str, str]]:
    """Yield address and alternative text of the pictures that a reader sees of HTML."""
    parser = LexborHTMLParser(source)
    _strip(parser)
    for node in parser.css("img[src], input[type=image][src]"):
        if not _is_tracker(node):
            address = (node.attributes.get("src") or "").strip()
            yield address, node.attributes.get("alt") or ""


def _source(path: Path) -> Decoded:
    body = path.read_bytes()
    declared = CHARSET.search(body[:CHARSET_WINDOW])
    return text_of(body, declared[1].decode("ascii") if declared else "")


def data(address: str) -> bytes:
    """Return what a data: address holds (RFC 2397); raises ValueError."""
    head, _, body = address.partition(",")
    written = unquote_to_bytes(body)
    if not head.lower().endswith(";base64"):
        return written
    return base64.b64decode(b"".join(written.split()) + b"==")


def convert(source: str) -> tuple[str, tuple[Rows, ...], Counter[str]]:
    """Return HTML as Markdown, its tables, and what was left out."""
    parser = LexborHTMLParser(source)
    root = parser.body or parser.root
    if root is None:
        return "", (), Counter()
    title = parser.css_first("head > title")
    dropped = _strip(parser)
    writer = _Writer()
    if title is not None and not parser.css_first("h1"):
        writer.add(heading(1, title.text()))
    writer.write(root)
    return blocks(writer.parts), tuple(writer.tables), dropped


def _strip(parser: LexborHTMLParser) -> Counter[str]:
    """Remove what is not seen, and count what a reader would have seen."""
    counts = Counter(
        {
            "pictures-dropped": sum(map(_is_linked, parser.css("img[src]"))),
            "objects-dropped": len(parser.css(",".join(OBJECTS))),
            "media-dropped": len(parser.css(",".join(MEDIA))),
        }
    )
    parser.strip_tags([*UNSEEN, *OBJECTS, *MEDIA])
    hidden = [node for node in parser.css("[hidden], [style]") if _is_hidden(node)]
    counts["hidden-dropped"] = sum(bool(node.text().strip()) for node in hidden)
    for node in hidden:
        node.remove()
    return counts


def _is_tracker(node: LexborNode) -> bool:
    return node.attributes.get("width") in TRACKERS or node.attributes.get("height") in TRACKERS


def _is_linked(node: LexborNode) -> bool:
    """Whether a picture lies elsewhere; those in the page or the mail are looked at."""
    address = (node.attributes.get("src") or "").strip().lower()
    return not _is_tracker(node) and not address.startswith(("data:", "cid:"))


def _is_hidden(node: LexborNode) -> bool:
    return "hidden" in node.attributes or bool(HIDING.search(node.attributes.get("style") or ""))


class _Writer:
    """Turns a tree into blocks, without recursion: bad tags nest thousands deep."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.tables: list[Rows] = []
        self._text: list[str] = []
        self._lists: list[int] = []
        """Number of the last item of each open list; below zero for one without numbers."""
        self._mark = ""
        self._pre = 0

    def write(self, root: LexborNode) -> None:
        stack = [(root, False)]
        while stack:
            node, left = stack.pop()
            if left:
                self._leave(node)
            elif self._enter(node):
                stack.append((node, True))
                child = node.last_child
                while child is not None:
                    stack.append((child, False))
                    child = child.prev
        self._flush()

    def add(self, part: str) -> None:
        self._flush()
        self.parts.append(part)

    def _enter(self, node: LexborNode) -> bool:
        """Take in a node; return whether its children are still to be looked at."""
        tag = node.tag
        if node.is_text_node:
            self._text.append(node.text_content or "")
        elif tag == "br":
            self._text.append("\n" if self._pre else "\0")
            return False
        elif tag == "img":
            self._text.append(f" {node.attributes.get('alt') or ''} ")
            return False
        elif tag == "table" and (rows := _rows(node)):
            self.add(table(rows))
            self.tables.append(rows)
            return False
        elif tag not in INLINE:
            self._flush()
            self._open(node)
        return node.is_element_node

    def _open(self, node: LexborNode) -> None:
        if node.tag == "pre":
            self._pre += 1
        elif node.tag in ("ul", "ol", "menu"):
            self._lists.append(_start(node) - 1 if node.tag == "ol" else -1)
        elif node.tag in ("li", "dd"):
            number = self._lists[-1] if self._lists else -1
            if number >= 0:
                self._lists[-1] = number = number + 1
            self._mark = f"{number}." if number >= 0 else "-"

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in INLINE:
            return
        if re.fullmatch("h[1-6]", tag):
            self._flush(level=int(tag[1]))
        self._flush()
        if tag in ("li", "dd"):
            self._mark = ""
        elif tag == "pre":
            self._pre -= 1
        elif tag in ("ul", "ol", "menu"):
            self._lists.pop()

    def _flush(self, level: int = 0) -> None:
        """End a block."""
        text = "".join(self._text)
        self._text.clear()
        if not text.strip(" \t\r\n\0"):
            return
        depth = max(0, len(self._lists) - 1)
        if self._pre:
            self.parts.append(text.strip("\n"))
        elif level:
            self.parts.append(heading(level, text.replace("\0", " ")))
        elif self._mark:
            self.parts.append(item(text.replace("\0", " "), level=depth, mark=self._mark))
            self._mark = ""
        else:
            lines = (inline(line) for line in text.split("\0"))
            before = indent(len(self._lists))
            self.parts.append("\n".join(f"{before}{line}" for line in lines if line))


def _start(node: LexborNode) -> int:
    start = node.attributes.get("start") or ""
    return int(start) if re.fullmatch(r"\d{1,6}", start) else 1


def _rows(node: LexborNode) -> Rows:
    """Return the cells of a table; none when it only lays out a page, as it does in mails."""
    within = (other for other in node.css("table, h1, h2, h3") if other.mem_id != node.mem_id)
    if node.attributes.get("role") == "presentation" or any(within):
        return ()
    rows: list[list[str]] = []
    below: dict[int, int] = {}
    for row in node.css("tr"):
        cells: list[str] = []
        for cell in row.css("td, th"):
            _skip(cells, below)
            wide, high = (_span(cell, name) for name in ("colspan", "rowspan"))
            for place in range(len(cells), len(cells) + wide):
                below[place] = high - 1
            cells += [inline(cell.text(separator=" ")), *[""] * (wide - 1)]
        _skip(cells, below)
        rows.append(cells)
    found = rectangular(rows)
    return found if len(found) > 1 and len(found[0]) > 1 else ()


def _skip(cells: list[str], below: dict[int, int]) -> None:
    """Leave places empty into which cells of rows above reach."""
    while below.get(len(cells), 0) > 0:
        below[len(cells)] -= 1
        cells.append("")


def _span(cell: LexborNode, name: str) -> int:
    value = cell.attributes.get(name) or ""
    return max(1, min(int(value), MAX_SPAN)) if re.fullmatch(r"\d{1,9}", value) else 1
