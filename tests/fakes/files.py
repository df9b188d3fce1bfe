"""Documents and pictures made on the spot; nothing here depends on a library's output."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

from PIL import Image

SENTENCE = "Invoice 4711 of 21 November was issued to the town library for 1,250 euros in books."
"""Twenty words would be too few: pages repeat it."""


def raw_pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects; the first is the catalog."""
    parts, place = [b"%PDF-1.7\n"], 0
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(place := place + len(parts[-1]))
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, content))
    body = b"".join(parts)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table)
        + b"trailer\n<< /Size %d /Root 1 0 R %b >>\n" % (len(objects) + 1, trailer)
        + b"startxref\n%d\n%%%%EOF\n" % len(body)
    )


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(content), entries, content)


def text_content(text: str) -> bytes:
    """A content stream that shows one line of Latin text a line."""
    shown = []
    for line in text.splitlines():
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        shown.append(f"({escaped}) Tj T*")
    return ("BT /F1 10 Tf 50 780 Td 12 TL " + " ".join(shown) + " ET").encode("latin-1")


def pdf(pages: Sequence[str | bytes | None], media_box: str = "0 0 595 842") -> bytes:
    """A PDF whose pages show text, have a given content stream (bytes), or are blank (None).

    A page given as ``b"Do"`` shows a small grey image and nothing else, as a scan does.
    """
    count = len(pages)
    kids = b" ".join(b"%d 0 R" % (5 + 2 * n) for n in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%b] >>" % (count, kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        stream(
            b"\x80" * 100,
            b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceGray"
            b" /BitsPerComponent 8",
        ),
    ]
    for number, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [%b] /Contents %d 0 R /Resources"
            b" << /Font << /F1 3 0 R >> /XObject << /Im0 4 0 R >> >> >>"
            % (media_box.encode(), 6 + 2 * number)
        )
        objects.append(stream(_content(page)))
    return raw_pdf(objects)


def _content(page: str | bytes | None) -> bytes:
    if page is None:
        return b""
    if page == b"Do":
        return b"q 500 0 0 700 40 40 cm /Im0 Do Q"
    return page if isinstance(page, bytes) else text_content(page)


def good_page(number: int) -> str:
    """Text of a page that needs no OCR."""
    return f"Page {number} begins. {SENTENCE}\n{SENTENCE}"


def flate_bomb(megabytes: int) -> bytes:
    """A one-page PDF of some kilobytes whose content is that many megabytes of spaces."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(megabytes)) + packer.flush()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        stream(packed, b"/Filter /FlateDecode"),
    ]
    return raw_pdf(objects)


def picture(image: Image.Image | None = None, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture file; by default a JPEG whose left half is red and right half is blue."""
    buffer = io.BytesIO()
    (image or two_halves()).save(buffer, kind, **options)
    return buffer.getvalue()


def two_halves(width: int = 200, height: int = 100) -> Image.Image:
    image = Image.new("RGB", (width, height), "blue")
    image.paste((255, 0, 0), (0, 0, width // 2, height))
    return image


def old_jpeg_tiff(image: Image.Image) -> bytes:
    """A TIFF that holds a whole JPEG in the manner of TIFF 6.0, section 22 (compression 6)."""
    jpeg = picture(image, "JPEG", quality=95, subsampling=0)
    entries = 12
    depths = 8 + 2 + 12 * entries + 4
    place = depths + 6
    tags = (
        *((256, 4, 1, image.width), (257, 4, 1, image.height), (258, 3, 3, depths)),
        *((259, 3, 1, 6), (262, 3, 1, 6), (273, 4, 1, place), (277, 3, 1, 3)),
        *((278, 4, 1, image.height), (279, 4, 1, len(jpeg)), (513, 4, 1, place)),
        *((514, 4, 1, len(jpeg)), (530, 3, 2, 1 | 1 << 16)),
    )
    directory = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    header = b"II*\0" + struct.pack("<IH", 8, entries)
    return header + directory + bytes(4) + struct.pack("<HHH", 8, 8, 8) + jpeg


def swapped_profile() -> bytes:
    """An ICC profile (version 2, matrix and curves) whose red is sRGB's blue and vice versa."""

    def numbers(*values: float) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7139)
    white = (0.9642, 1.0, 0.8249)
    points = {b"wtpt": white, b"rXYZ": blue, b"gXYZ": green, b"bXYZ": red}
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(2.2 * 256)) + bytes(2)
    tags = {name: b"XYZ " + bytes(4) + numbers(*point) for name, point in points.items()}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    place, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">II", place + len(body), len(content))
        body += content
    header = struct.pack(
        ">I4xI4s4s4s12x4s", place + len(body), 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp"
    )
    return header.ljust(68, b"\0") + numbers(*white) + bytes(48) + table + body
