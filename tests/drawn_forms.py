"""Forms drawn on the spot, with the key-values that are on them."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.lib import colors

from tests.drawn import MARGIN, PEOPLE, PLACES, WIDTH, Sheet

LABELS = "Name|City|Reference|Date of birth|Phone|Policy number|Account|Branch|Occupation|Contact"
QUESTIONS = "Smoker|Newsletter|Insured|Married|Own car|Pets|Allergies|Student|Veteran|Retired"
SELECTED, NOT_SELECTED = "[SELECTED]", "[NOT_SELECTED]"


def answers(sheet: Sheet, count: int) -> list[tuple[str, str]]:
    """Labels with something to put beside them."""
    values = [*sheet.pick(PEOPLE, 3), *sheet.pick(PLACES, 3), sheet.amount(5), "12/04/1987"]
    values += [str(sheet.dice.randint(10**5, 10**9)) for _ in range(4)]
    sheet.dice.shuffle(values)
    return list(zip(sheet.pick(LABELS, count), values, strict=False))


def colons(sheet: Sheet) -> None:
    """``Label: value``, one below the other."""
    sheet.title("Membership")
    for key, value in answers(sheet, 8):
        sheet.say(MARGIN, f"{key}: {value}")
        sheet.down(1.6)
        sheet.drawn.pairs.append((key, value))


def columned(sheet: Sheet) -> None:
    """Labels with colons, their values in a column, twice side by side."""
    sheet.title("Customer record")
    found = answers(sheet, 8)
    for left, right in zip(found[::2], found[1::2], strict=True):
        for x, (key, value) in ((MARGIN, left), (WIDTH / 2 + 10, right)):
            sheet.say(x, f"{key}:", bold=True)
            sheet.say(x + 110, value)
        sheet.down(1.7)
    sheet.drawn.pairs += found


def boxed(sheet: Sheet) -> None:
    """A frame for each answer, its label small in the frame's corner; some are left empty."""
    sheet.title("Application")
    width, height = (WIDTH - 2 * MARGIN) / 3, 34
    for number, (key, value) in enumerate(answers(sheet, 9)):
        x, y = MARGIN + number % 3 * width, sheet.top - (1 + number // 3) * height
        sheet.canvas.setStrokeColor(colors.black)
        sheet.canvas.rect(x, y, width, height)
        sheet.canvas.setFont(sheet.face, 7)
        sheet.canvas.drawString(x + 4, y + height - 9, key)
        written = "" if sheet.dice.random() < 0.2 else value
        sheet.canvas.setFont(sheet.face, 11)
        sheet.canvas.drawString(x + 6, y + 8, written)
        sheet.drawn.pairs.append((key, written))


def underlined(sheet: Sheet) -> None:
    """Answers written on lines; some lines are empty."""
    sheet.title("Registration")
    for key, value in answers(sheet, 7):
        label = sheet.canvas.stringWidth(key, sheet.face, sheet.size)
        start = MARGIN + label + 8
        sheet.say(MARGIN, key)
        sheet.canvas.line(start, sheet.top - 2, start + 220, sheet.top - 2)
        written = "" if sheet.dice.random() < 0.2 else value
        sheet.say(start + 6, written)
        sheet.down(2.2)
        sheet.drawn.pairs.append((key, written))


def ticked(sheet: Sheet) -> None:
    """Boxes before their labels: empty, filled, crossed and checked."""
    sheet.title("Please tick what applies")
    for number, key in enumerate(sheet.pick(QUESTIONS, 9)):
        if number and not number % 3:
            sheet.down(2)
        mark = sheet.dice.choice(("", "", "fill", "cross", "check"))
        x = MARGIN + number % 3 * 150
        box(sheet, x, mark)
        sheet.say(x + 1.6 * sheet.size, key)
        sheet.drawn.pairs.append((key, SELECTED if mark else NOT_SELECTED))


def box(sheet: Sheet, x: float, mark: str) -> None:
    """One box on the line under the pen."""
    side, y, draw = 0.95 * sheet.size, sheet.top - 1, sheet.canvas
    draw.setLineWidth(0.8)
    draw.rect(x, y, side, side)
    draw.setLineWidth(1.3)
    if mark == "fill":
        draw.rect(x + 2, y + 2, side - 4, side - 4, fill=1)
    elif mark == "cross":
        draw.line(x + 1, y + 1, x + side - 1, y + side - 1)
        draw.line(x + 1, y + side - 1, x + side - 1, y + 1)
    elif mark == "check":
        draw.line(x + 2, y + side / 2, x + side / 2, y + 2)
        draw.line(x + side / 2, y + 2, x + side - 1, y + side - 2)


FORMS: dict[str, Callable[[Sheet], None]] = {
    "colons": colons,
    "columned": columned,
    "boxed": boxed,
    "underlined": underlined,
    "ticked": ticked,
}
