"""The sheet of pictures: what people look at, and nothing a document says becomes markup."""

from __future__ import annotations

from recita.models.page import Box
from recita.models.picture import Instance, Label, Moderation, Picture
from recita.text.sheet import picture_sheet
from selectolax.lexbor import LexborHTMLParser

HOSTILE = "</dd><script>alert(1)</script>\"'"
BOX = Box(left=0.1, top=0.2, width=0.3, height=0.4)
PICTURE = Picture(
    id="0001",
    page=3,
    repeats=2,
    width=640,
    height=480,
    labels=(Label(name="Dog", confidence=97.1, instances=(Instance(box=BOX, confidence=95.6),)),),
    faces=1,
    face_boxes=(Instance(box=BOX, confidence=99.0),),
    text=HOSTILE,
    alt=HOSTILE,
    description=f"A dog. {HOSTILE}",
    image="images/0001.jpg",
)


def test_boxes_lie_where_the_labels_are() -> None:
    page = LexborHTMLParser(picture_sheet("a.pdf", [PICTURE]))
    boxes = page.css("figure i")
    assert [box.text() for box in boxes] == ["Dog", "Face"]
    assert [box.attributes["title"] for box in boxes] == ["Dog 96 %", "Face 99 %"]
    style = boxes[0].attributes["style"]
    assert style is not None
    assert style.endswith("left:10.00%;top:20.00%;width:30.00%;height:40.00%")
    assert page.css("figure img")[0].attributes["src"] == "0001.jpg"
    assert page.css("h2")[0].text() == "Picture 0001, page 3, and 2 times more"


def test_what_a_document_says_stays_text() -> None:
    page = LexborHTMLParser(picture_sheet(HOSTILE, [PICTURE]))
    assert page.css("script") == []
    assert page.css("blockquote")[0].text() == PICTURE.description
    assert page.css("img")[0].attributes["alt"] == PICTURE.description
    assert HOSTILE in [value.text() for value in page.css("dd")]
    assert page.css("h1")[0].text() == f"Pictures of {HOSTILE}"


def test_a_withheld_picture_is_not_linked() -> None:
    moderation = (Moderation(name="Violence", confidence=88.0),)
    withheld = PICTURE.model_copy(update={"image": None, "moderation": moderation})
    page = LexborHTMLParser(picture_sheet("a.pdf", [withheld]))
    assert page.css("img") == []
    assert page.css("dd.alarm")[0].text() == "Violence 88 %"


def test_the_sheet_asks_for_nothing_from_elsewhere() -> None:
    text = picture_sheet("a.pdf", [PICTURE])
    assert "http://" not in text
    assert "https://" not in text
    assert "default-src 'none'" in text
