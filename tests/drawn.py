"""Pages drawn on the spot, with the tables and key-values that are on them.

Each kind stands for a class of real documents; the seed chooses words, numbers, sizes and faces.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, ImageFilter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Table

Grid = list[list[str]]
Style = list[tuple[object, ...]]
Cell = tuple[int, int]

WIDTH, HEIGHT = A4
MARGIN = 60
FACES = (("Helvetica", "Helvetica-Bold"), ("Times-Roman", "Times-Bold"))
ITEMS = """Lamp|Desk chair|Paper, white|Toner|Shelf|Filing box|Envelope|Stapler|Window blind|Clock
Bookend|Ladder|Kettle|Whiteboard|Projector|Cable drum|Coat stand|Door mat""".replace("\n", "|")
PLACES = "Lisbon|Sevilla|Nantes|Bremen|Dublin|Porto|Vigo|Rennes|Kiel|Galway|Faro|Toledo"
PEOPLE = "Ana Souza|Jean Martin|Eva Schulz|Owen Hart|Rosa Diaz|Tomas Vela|Priya Nandi|Ruth Calder"
PROSE = """The committee met in the town hall and looked at every offer that had come in before the
end of the month. It found that two of them were complete and that the third lacked the signed
statement on insurance. The chair asked for a vote and the first offer was accepted without
objection. Work begins in spring and ends before the summer holidays, weather permitting."""


@dataclass
class Drawn:
    """One page as PDF, and what is on it."""

    kind: str
    pdf: bytes = b""
    tables: list[Grid] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)


class Sheet:
    """A page under the pen."""

    def __init__(self, kind: str, seed: int) -> None:
        self.dice = random.Random(f"{kind} {seed}")  # noqa: S311 - pages, not secrets
        self.drawn = Drawn(kind)
        self.face, self.bold = self.dice.choice(FACES)
        self.size = self.dice.choice((9, 10, 11))
        self._file = BytesIO()
        self.canvas = Canvas(self._file, pagesize=A4, invariant=1)
        self.top = HEIGHT - MARGIN

    def finished(self) -> Drawn:
        """The page as a file."""
        self.canvas.save()
        self.drawn.pdf = self._file.getvalue()
        return self.drawn

    def say(self, x: float, text: str, *, bold: bool = False, size: float = 0) -> None:
        """Text whose baseline is at the pen's height."""
        self.canvas.setFont(self.bold if bold else self.face, size or self.size)
        self.canvas.drawString(x, self.top, text)

    def down(self, lines: float) -> None:
        """Move the pen down by so many lines."""
        self.top -= lines * 1.3 * self.size

    def title(self, text: str) -> None:
        """A heading."""
        self.say(MARGIN, text, bold=True, size=1.5 * self.size)
        self.down(2)

    def prose(self, x: float, width: float) -> None:
        """A paragraph."""
        style = ParagraphStyle("prose", fontName=self.face, fontSize=self.size,
                               leading=1.25 * self.size)  # fmt: skip
        paragraph = Paragraph(PROSE, style)
        _, height = paragraph.wrap(width, HEIGHT)
        paragraph.drawOn(self.canvas, x, self.top - height)
        self.top -= height + self.size

    def table(self, x: float, rows: Grid, widths: Sequence[float], style: Style) -> None:
        """A table; cells with ``\\n`` have several lines, truth has them as one."""
        base: Style = [
            ("FONT", (0, 0), (-1, -1), self.face, self.size),
            ("FONT", (0, 0), (-1, 0), self.bold, self.size),
            ("LEADING", (0, 0), (-1, -1), 1.2 * self.size),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
        drawing = Table(rows, colWidths=list(widths), style=base + style)
        _, height = drawing.wrap(WIDTH, HEIGHT)
        drawing.drawOn(self.canvas, x, self.top - height)
        self.top -= height + 2 * self.size
        self.drawn.tables.append([[text.replace("\n", " ") for text in row] for row in rows])

    def pick(self, choices: str, count: int) -> list[str]:
        """Different words."""
        return self.dice.sample(choices.split("|"), count)

    def amount(self, digits: int = 4) -> str:
        """A sum of money."""
        return f"{self.dice.randint(1, 10**digits) + self.dice.randint(0, 99) / 100:,.2f}"

    def goods(self, rows: int) -> Grid:
        """Lines of an invoice."""
        head = ["Item", "Quantity", "Price", "Total"]
        body = [[item, str(self.dice.randint(1, 40)), self.amount(2), self.amount()]
                for item in self.pick(ITEMS, rows)]  # fmt: skip
        return [head, *body]


RIGHT: Style = [("ALIGN", (1, 0), (-1, -1), "RIGHT")]
GRID: Style = [("GRID", (0, 0), (-1, -1), 0.7, colors.black)]


def ruled(sheet: Sheet) -> None:
    """Every cell in a frame."""
    sheet.title("Delivery note")
    sheet.table(MARGIN, sheet.goods(sheet.dice.randint(4, 9)), [170, 80, 90, 100], GRID + RIGHT)


def merged(sheet: Sheet) -> None:
    """A head of two rows, cells over several columns and rows, a section's title across."""
    one, two, three = sheet.pick(PLACES, 3)
    rows = [
        ["City", "Sold", "", "Returned", ""],
        ["", "2024", "2025", "2024", "2025"],
        ["North", "", "", "", ""],
        *([place, *(str(sheet.dice.randint(10, 999)) for _ in range(4))] for place in (one, two)),
        ["South", "", "", "", ""],
        [three, *(str(sheet.dice.randint(10, 999)) for _ in range(4))],
    ]
    spans: Style = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0)), ("SPAN", (3, 0), (4, 0)),
                    ("SPAN", (0, 2), (-1, 2)), ("SPAN", (0, 5), (-1, 5))]  # fmt: skip
    sheet.table(MARGIN, rows, [120, 70, 70, 70, 70], GRID + spans)


def headed(sheet: Sheet) -> None:
    """Rules above and below the head and at the end, as papers have it."""
    sheet.prose(MARGIN, WIDTH - 2 * MARGIN)
    rows = [["Model", "Size", "Accuracy", "Error"]]
    rows += [[name, str(sheet.dice.randint(10, 990)), sheet.amount(1), sheet.amount(1)]
             for name in sheet.pick(PLACES, sheet.dice.randint(4, 8))]  # fmt: skip
    lines: Style = [("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
                    ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
                    ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black)]  # fmt: skip
    sheet.table(120, rows, [110, 60, 80, 70], lines + RIGHT)
    sheet.prose(MARGIN, WIDTH - 2 * MARGIN)


def plain(sheet: Sheet) -> None:
    """No rules, wide gaps."""
    sheet.title("Stock on 31 December")
    sheet.table(MARGIN, sheet.goods(sheet.dice.randint(5, 10)), [190, 80, 90, 100], RIGHT)
    sheet.prose(MARGIN, WIDTH - 2 * MARGIN)


def dense(sheet: Sheet) -> None:
    """Numbers in narrow columns without rules; some cells are empty."""
    years = [str(2016 + number) for number in range(8)]
    rows = [["Sales by city", *years]]
    for place in sheet.pick(PLACES, 9):
        numbers = [f"{sheet.dice.randint(10000, 99999):,}" for _ in years]
        numbers[sheet.dice.randrange(8)] = ""
        rows.append([place, *numbers])
    sheet.size = 9
    sheet.table(MARGIN, rows, [90] + [45] * 8, RIGHT)


def shaded(sheet: Sheet) -> None:
    """A dark head and tinted rows instead of rules."""
    sheet.title("Orders")
    tints: Style = [("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#264653")),
                    ("TEXTCOLOR", (0, 0), (-1, 0), colors.white),
                    ("ROWBACKGROUNDS", (0, 1), (-1, -1), [colors.white, colors.HexColor("#e3ebf0")])]  # fmt: skip  # noqa: E501
    sheet.table(MARGIN, sheet.goods(sheet.dice.randint(4, 9)), [170, 80, 90, 100], RIGHT + tints)


def wrapped(sheet: Sheet) -> None:
    """An invoice's lines: descriptions of two lines, columns ruled, rows not."""
    rows = sheet.goods(4)
    for row, place in zip(rows[1:], sheet.pick(PLACES, 4), strict=True):
        row[0] += f" as agreed with\nthe office in {place}"
    frame: Style = [("BOX", (0, 0), (-1, -1), 0.7, colors.black),
                    ("LINEBELOW", (0, 0), (-1, 0), 0.7, colors.black),
                    ("INNERGRID", (0, 0), (-1, 0), 0.7, colors.black),
                    *(("LINEAFTER", (column, 0), (column, -1), 0.7, colors.black)
                      for column in range(3)), ("BOTTOMPADDING", (0, 1), (-1, -1), 9)]  # fmt: skip
    sheet.table(MARGIN, rows, [190, 70, 80, 90], frame + RIGHT)


def beside(sheet: Sheet) -> None:
    """Two small tables side by side, and one below."""
    top = sheet.top
    sheet.table(MARGIN, sheet.goods(4), [85, 55, 45, 60], GRID)
    sheet.top = top
    rows = [["Place", "Days"], *([one, str(sheet.dice.randint(1, 30))]
                                 for one in sheet.pick(PLACES, 5))]  # fmt: skip
    sheet.table(WIDTH / 2 + 40, rows, [90, 50], GRID)
    sheet.prose(MARGIN, WIDTH - 2 * MARGIN)
    sheet.table(MARGIN, sheet.goods(3), [120, 70, 80, 80], GRID)


TABLES: dict[str, Callable[[Sheet], None]] = {
    "ruled": ruled,
    "merged": merged,
    "headed": headed,
    "plain": plain,
    "dense": dense,
    "shaded": shaded,
    "wrapped": wrapped,
    "beside": beside,
}


def drawn(kind: str, seed: int = 0) -> Drawn:
    """One page of a kind in ``TABLES`` or ``tests.drawn_forms.FORMS``."""
    from tests.drawn_forms import FORMS

    sheet = Sheet(kind, seed)
    (TABLES | FORMS)[kind](sheet)
    return sheet.finished()


def scanned(pdf: bytes, seed: int = 0, dpi: int = 200) -> bytes:
    """The page as a scanner would see it: a little skewed, soft and grainy; JPEG."""
    import numpy as np
    import pypdfium2 as pdfium

    dice = np.random.default_rng(seed)
    pixels = pdfium.PdfDocument(pdf)[0].render(scale=dpi / 72).to_pil().convert("L")
    turned = pixels.rotate(float(dice.uniform(-1, 1)), Image.Resampling.BICUBIC, fillcolor=255)
    soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.7)), np.float32)
    grainy = soft + dice.normal(0, 10, soft.shape)
    file = BytesIO()
    Image.fromarray(grainy.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=60)
    return file.getvalue()
