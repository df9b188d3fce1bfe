"""Forms drawn on the spot, with the key-values that are on them."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.lib import colors

from tests.drawn import ITEMS, MARGIN, PEOPLE, PLACES, WIDTH, Sheet

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


def asked(sheet: Sheet) -> None:
    """A question with a box after each of its answers."""
    sheet.title("Medical history")
    for question in sheet.pick(QUESTIONS, 6):
        sheet.say(MARGIN, f"{question}?")
        for x, key in ((MARGIN + 130, "Yes"), (MARGIN + 190, "No"), (MARGIN + 250, "Unknown")):
            mark = sheet.dice.choice(("", "", "cross", "check"))
            sheet.say(x, key)
            box(sheet, x + sheet.canvas.stringWidth(key, sheet.face, sheet.size) + 6, mark)
            sheet.drawn.pairs.append((key, SELECTED if mark else NOT_SELECTED))
        sheet.down(1.9)


def inline(sheet: Sheet) -> None:
    """Labels with colons and lines to write on, several in a row."""
    sheet.title("Visitor")
    found = answers(sheet, 8)
    for left, right in zip(found[::2], found[1::2], strict=True):
        for x, (key, value) in ((MARGIN, left), (MARGIN + 240, right)):
            start = x + sheet.canvas.stringWidth(f"{key}:", sheet.face, sheet.size) + 4
            written = "" if sheet.dice.random() < 0.3 else value
            sheet.say(x, f"{key}:")
            sheet.canvas.line(start, sheet.top - 2, x + 225, sheet.top - 2)
            sheet.say(start + 4, written)
            sheet.drawn.pairs.append((key, written))
        sheet.down(2.2)


def listed(sheet: Sheet) -> None:
    """A ruled grid, labels in its left cells and answers in its right ones."""
    sheet.title("Particulars")
    top, height = sheet.top, 22
    for number, (key, value) in enumerate(answers(sheet, 7)):
        y = top - (number + 1) * height
        sheet.canvas.rect(MARGIN, y, 150, height)
        sheet.canvas.rect(MARGIN + 150, y, 230, height)
        sheet.top = y + 7
        sheet.say(MARGIN + 6, key, bold=True)
        written = "" if sheet.dice.random() < 0.2 else value
        sheet.say(MARGIN + 156, written)
        sheet.drawn.pairs.append((key, written))


def dotted(sheet: Sheet) -> None:
    """Dots that lead from the labels to the answers."""
    sheet.title("Summary")
    for key, value in answers(sheet, 7):
        start = MARGIN + sheet.canvas.stringWidth(key, sheet.face, sheet.size) + 4
        dot = sheet.canvas.stringWidth(".", sheet.face, sheet.size)
        sheet.say(MARGIN, key)
        sheet.say(start, "." * round((MARGIN + 220 - start) / dot))
        sheet.say(MARGIN + 228, value)
        sheet.down(1.7)
        sheet.drawn.pairs.append((key, value))


def letter(sheet: Sheet) -> None:
    """No form at all: prose with colons in it, headings, and lists that colons announce."""
    sheet.title("Report of the committee")
    sheet.prose(MARGIN, WIDTH - 2 * MARGIN)
    sheet.say(MARGIN, "The chair thanked everybody who had come and listed the next steps:")
    sheet.down(1.2)
    for item in sheet.pick(ITEMS, 4):
        sheet.say(MARGIN + 14, f"- {item}")
        sheet.down(1.2)
    sheet.prose(MARGIN, WIDTH - 2 * MARGIN)
    sheet.say(MARGIN, "Open questions:", bold=True)
    sheet.down(1.2)
    sheet.prose(MARGIN, WIDTH - 2 * MARGIN)


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
    "asked": asked,
    "inline": inline,
    "listed": listed,
    "dotted": dotted,
    "letter": letter,
}
