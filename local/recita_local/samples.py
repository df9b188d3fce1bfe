"""Sample documents made on the spot: a born-digital PDF, a scan, a photo and a broken file.

``python -m recita_local.samples FOLDER`` writes them. The same versions of the libraries write the
same bytes, so a second run of the demo has the same inputs. People and firms are invented.
"""

from __future__ import annotations

import random
import shutil
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recita_local import weights

if TYPE_CHECKING:
    from PIL.Image import Image

CONTRACT = "contrato-de-manutencao.pdf"
SCAN = "scanned-minutes.pdf"
PHOTO = "photo.png"
BROKEN = "broken.pdf"

CONTRACT_TITLE = "CONTRATO DE PRESTAÇÃO DE SERVIÇOS Nº 147/2026"
CONTRACT_PAGES = (
    """Pelo presente instrumento, Padaria Serra Azul Ltda., inscrita no CNPJ sob o nº
11.222.333/0001-81, com sede na Rua das Acácias, 210, em Florianópolis, doravante denominada
CONTRATANTE, e Oficina Boreal de Refrigeração, representada por Helena Prado, doravante
denominada CONTRATADA, firmam o presente contrato.

Cláusula 1. O contrato tem por objeto a manutenção mensal de quatro câmaras frias e de dois
fornos elétricos instalados na sede da CONTRATANTE. As visitas ocorrem na primeira segunda-feira
de cada mês, entre as 8 e as 12 horas.

Cláusula 2. A CONTRATANTE pagará o valor mensal de R$ 3.480,00, até o dia 10 de cada mês, por
transferência bancária. As peças de reposição são cobradas à parte, com orçamento aprovado por
escrito.""",
    """Cláusula 3. O contrato vigora por 24 meses, de 1º de março de 2026 a 29 de fevereiro de
2028, e pode ser renovado por acordo entre as partes.

Cláusula 4. O atraso no pagamento gera multa de 2% e juros de 1% ao mês. Em caso de pane, a
CONTRATADA atende em até seis horas, inclusive nos fins de semana; cada hora de atraso reduz a
mensalidade seguinte em R$ 150,00.

Cláusula 5. Qualquer das partes pode rescindir o contrato com aviso de 60 dias. A rescisão sem
aviso obriga ao pagamento de duas mensalidades.

Cláusula 6. Avisos e orçamentos são enviados para financeiro@padariaserraazul.example ou pelo
telefone (48) 3025-7781.

As partes elegem o foro de Florianópolis para resolver qualquer dúvida sobre este contrato.
Florianópolis, 12 de fevereiro de 2026.""",
)
"""Paragraphs stand apart by an empty line."""

MINUTES_PAGES = (
    """Harbour Street Library
Minutes of the committee, 14 May 2026

Present: Ruth Calder (chair), Tomas Vela, Priya Nandi, Owen Hart.

1. The chair opened the meeting at 18:30. The minutes of the
April meeting were approved without changes.

2. The treasurer reported an income of 12,400 pounds for the
first quarter and expenses of 9,850 pounds. The repair of the
reading room roof cost 4,200 pounds and was paid in full.

3. Membership has grown to 1,316 readers, an increase of eight
per cent over last year. Most new members are younger than
thirty and borrow audiobooks more often than printed books.""",
    """4. The committee decided to open the library on Sundays from
1 September 2026, between 10:00 and 16:00. Two part-time
assistants will be hired, at a yearly cost of 15,600 pounds.

5. Owen Hart presented three offers for new shelves. The offer
of Calder Joinery was the cheapest, at 6,750 pounds. The chair
declared an interest and did not vote. The offer was accepted
by two votes to one.

6. The summer reading festival takes place on 11 July 2026 in
the garden. Priya Nandi is looking for twenty volunteers.

7. The next meeting is on 18 June 2026 at 18:30. The chair
closed the meeting at 20:05.""",
)
"""Printed line by line."""

SCAN_DPI = 150
A4_INCHES = (8.27, 11.69)
BROKEN_BYTES = 700
"""Enough to look like a PDF, too little to hold a page."""


@dataclass(frozen=True)
class Sample:
    """A file, and the status its manifest should have."""

    path: Path
    status: str
    about: str


def make(folder: Path) -> list[Sample]:
    """Write all samples into ``folder``; the photo comes out of the scikit-image wheel.

    Raises :class:`~recita_local.weights.WeightsError` when that wheel cannot be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contract = contract_pdf()
    (folder / CONTRACT).write_bytes(contract)
    (folder / SCAN).write_bytes(scanned_pdf())
    (folder / BROKEN).write_bytes(contract[:BROKEN_BYTES])
    shutil.copyfile(weights.ensure("sample-photos") / "chelsea.png", folder / PHOTO)
    return [
        Sample(folder / CONTRACT, "COMPLETED", "a born-digital Portuguese contract, two pages"),
        Sample(folder / SCAN, "COMPLETED", "a scan of English minutes, images only, two pages"),
        Sample(folder / PHOTO, "COMPLETED", "a photo"),
        Sample(folder / BROKEN, "REJECTED", "a PDF that ends after a few hundred bytes"),
    ]


def contract_pdf() -> bytes:
    """Two A4 pages of Portuguese with a text layer, some 250 words, with things to mask."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - only needed to make samples
    from reportlab.lib.styles import getSampleStyleSheet  # noqa: PLC0415
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate  # noqa: PLC0415

    styles, buffer = getSampleStyleSheet(), BytesIO()
    body = styles["BodyText"].clone("body", fontSize=11, leading=16, spaceAfter=9)
    story: list[Any] = [Paragraph(CONTRACT_TITLE, styles["Heading2"])]
    for number, page in enumerate(CONTRACT_PAGES):
        story += [PageBreak()] if number else []
        story += [Paragraph(text, body) for text in page.split("\n\n")]
    # invariant: no clock and no random id in the file
    SimpleDocTemplate(buffer, pagesize=A4, title=CONTRACT_TITLE, invariant=1).build(story)
    return buffer.getvalue()


def scanned_pdf() -> bytes:
    """Two A4 pages as an office scanner leaves them: slanted, soft, grainy, without text layer."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - only needed to make samples
    from reportlab.lib.utils import ImageReader  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for number, text in enumerate(MINUTES_PAGES):
        jpeg = BytesIO()
        _scanned(_printed(text), seed=number).save(jpeg, "JPEG", quality=55)
        canvas.drawImage(ImageReader(jpeg), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _printed(text: str) -> Image:
    import reportlab  # noqa: PLC0415
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    font_file = Path(str(reportlab.__file__)).parent / "fonts" / "Vera.ttf"
    font = ImageFont.truetype(font_file, size=int(SCAN_DPI * 11 / 72))
    size = (int(A4_INCHES[0] * SCAN_DPI), int(A4_INCHES[1] * SCAN_DPI))
    page = Image.new("L", size, 250)
    draw = ImageDraw.Draw(page)
    for row, line in enumerate(text.splitlines()):
        draw.text((SCAN_DPI, SCAN_DPI + row * SCAN_DPI * 0.26), line, font=font, fill=35)
    return page


def _scanned(page: Image, seed: int) -> Image:
    from PIL import Image, ImageChops, ImageFilter  # noqa: PLC0415

    slanted = page.rotate(0.7 - 1.5 * seed, Image.Resampling.BICUBIC, fillcolor=250)
    dice = random.Random(seed)  # noqa: S311 - grain, not secrets
    grain = Image.frombytes("L", page.size, dice.randbytes(page.width * page.height))
    noise = grain.point([value // 8 for value in range(256)])
    return ImageChops.subtract(slanted.filter(ImageFilter.GaussianBlur(0.7)), noise)


if __name__ == "__main__":
    for sample in make(Path(sys.argv[1])):
        print(f"{sample.path}: {sample.about}")  # noqa: T201 - a script's output
