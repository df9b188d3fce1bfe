"""Word documents: everything a reader sees, in its order; what is left out is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from recita.decoding import native, sniff
from recita.decoding.content import NativePage

from tests.fakes import office

pytestmark = pytest.mark.disable_socket

W = nsdecls("w")


def pages(tmp_path: Path, body: bytes) -> list[NativePage]:
    path = tmp_path / "upload"
    path.write_bytes(body)
    return list(native.reader(sniff.DOCX)(path))


def page(tmp_path: Path, write: Callable[[Any], None]) -> NativePage:
    (found,) = pages(tmp_path, office.word(write))
    return found


def paragraph(document: Any, inner: str) -> None:
    """Add a paragraph of raw WordprocessingML."""
    extra = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    added = parse_xml(f"<w:p {nsdecls('w', 'wp', 'a')} {extra}>{inner}</w:p>")
    document.element.body.insert(-1, added)


def codes(found: NativePage) -> dict[str, str]:
    return {warning.code: warning.message for warning in found.warnings}


def test_headings_lists_and_tables_keep_their_order(tmp_path: Path) -> None:
    def write(document: Any) -> None:
        document.add_heading("Contract", 0)
        document.add_heading("Scope", 2)
        document.add_paragraph("First", style="List Bullet")
        document.add_paragraph("Second", style="List Bullet")
        document.add_paragraph("Step", style="List Number")
        document.add_paragraph("Step", style="List Number")
        table = document.add_table(2, 3)
        table.cell(0, 0).text, table.cell(1, 2).text = "Item|no", "z"
        table.cell(0, 1).merge(table.cell(0, 2)).text = "Wide"
        document.add_paragraph("After\nthe table")

    found = page(tmp_path, write)
    assert found.text == (
        "# Contract\n\n## Scope\n\n- First\n- Second\n1. Step\n2. Step\n\n"
        "| Item\\|no | Wide |  |\n| --- | --- | --- |\n|  |  | z |\n\nAfter\nthe table"
    )
    assert found.tables == ((("Item|no", "Wide", ""), ("", "", "z")),)
    assert (found.why, found.warnings) == ("a Word document", ())


def test_cells_merged_downwards_are_written_once(tmp_path: Path) -> None:
    def write(document: Any) -> None:
        table = document.add_table(2, 2)
        table.cell(0, 0).merge(table.cell(1, 0)).text = "both"
        table.cell(0, 1).text, table.cell(1, 1).text = "a", "b"

    assert page(tmp_path, write).tables == ((("both", "a"), ("", "b")),)


def test_a_table_of_one_column_frames_text(tmp_path: Path) -> None:
    def write(document: Any) -> None:
        cell = document.add_table(1, 1).cell(0, 0)
        cell.text = "Note"
        cell.add_paragraph("well")

    found = page(tmp_path, write)
    assert (found.text, found.tables) == ("Note\n\nwell", ())


NUMBERING = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/></w:lvl>
<w:lvl w:ilvl="3"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%4"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="0"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num>
</w:numbering>"""


def test_automatic_numbers_are_written_out(tmp_path: Path) -> None:
    def write(document: Any) -> None:
        for number, level in ((1, 0), (1, 1), (1, 1), (1, 2), (1, 3), (1, 0), (1, 1), (2, 0)):
            num = f'<w:ilvl w:val="{level}"/><w:numId w:val="{number}"/>'
            paragraph(document, f"<w:pPr><w:numPr>{num}</w:numPr></w:pPr><w:r><w:t>x</w:t></w:r>")

    def number(entries: dict[str, bytes]) -> None:
        entries["word/numbering.xml"] = NUMBERING.encode()

    (found,) = pages(tmp_path, office.changed(office.word(write), number))
    assert found.text.split("\n") == [
        "3. x",
        "  - 3.1 x",
        "  - 3.2 x",
        "    - (a) x",
        "      - I x",
        "4. x",
        "  - 4.1 x",
        "9. x",
    ]


def test_absurd_numbers_do_no_harm(tmp_path: Path) -> None:
    def write(document: Any) -> None:
        num = '<w:ilvl w:val="999999999"/><w:numId w:val="1"/>'
        level = '<w:outlineLvl w:val="x"/>'
        paragraph(document, f"<w:pPr><w:numPr>{num}</w:numPr></w:pPr><w:r><w:t>a</w:t></w:r>")
        paragraph(document, f"<w:pPr>{level}</w:pPr><w:r><w:t>b</w:t></w:r>")

    assert page(tmp_path, write).text == " " * 16 + "- a\n\nb"


def test_page_breaks_of_the_author_divide_pages(tmp_path: Path) -> None:
    def write(document: Any) -> None:
        document.add_paragraph("one").add_run().add_break(WD_BREAK.PAGE)
        document.add_paragraph("two")
        document.add_paragraph("three").paragraph_format.page_break_before = True
        document.add_section(WD_SECTION.CONTINUOUS)
        document.add_paragraph("still three")
        document.add_section(WD_SECTION.NEW_PAGE)
        document.add_paragraph("four")
        document.add_page_break()

    found = pages(tmp_path, office.word(write))
    assert [p.text for p in found] == ["one", "two", "three\n\nstill three", "four"]
    assert {p.why for p in found} == {"a Word document, divided at its page breaks"}


def test_an_empty_document_is_one_blank_page(tmp_path: Path) -> None:
    assert page(tmp_path, lambda document: document.add_page_break()).text == ""


def test_heads_and_feet_of_pages_are_read_once(tmp_path: Path) -> None:
    def write(document: Any) -> None:
        document.add_paragraph("Body")
        for _ in range(2):
            section = document.add_section(WD_SECTION.CONTINUOUS)
            section.header.is_linked_to_previous = False
            section.header.paragraphs[0].text = "Letterhead"
        document.sections[0].footer.paragraphs[0].text = "Confidential"
        document.sections[1].footer.is_linked_to_previous = False
        document.sections[1].footer.paragraphs[0].text = "3"

    assert page(tmp_path, write).text == "Letterhead\n\nBody\n\nConfidential"


def test_links_insertions_controls_and_fields_are_text(tmp_path: Path) -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"

    def write(document: Any) -> None:
        paragraph(
            document,
            "<w:hyperlink>" + run.format("link ") + "</w:hyperlink>"
            '<w:ins w:id="1" w:author="a">' + run.format("inserted ") + "</w:ins>"
            "<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>"
            + run.format("control ")
            + "</w:sdtContent></w:sdt>"
            '<w:fldSimple w:instr="PAGE">' + run.format("7") + "</w:fldSimple>"
            "<w:r><w:instrText>HIDDEN CODE</w:instrText><w:tab/><w:t>a</w:t><w:noBreakHyphen/>"
            '<w:t>b</w:t><w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:char="2713"/></w:r>',
        )
        block = parse_xml(
            f"<w:sdt {W}><w:sdtContent><w:p>{run.format('block')}</w:p></w:sdtContent></w:sdt>"
        )
        document.element.body.insert(-1, block)

    found = page(tmp_path, write)
    assert found.text == "link inserted control 7 a-b\N{CHECK MARK}\n\nblock"
    assert found.warnings == ()


def test_text_boxes_follow_their_paragraph_once(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>in the box</w:t></w:r></w:p></w:txbxContent>"

    def write(document: Any) -> None:
        paragraph(
            document,
            "<w:r><w:t>beside</w:t><mc:AlternateContent><mc:Choice>"
            f"<w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict>"
            "</mc:Fallback></mc:AlternateContent></w:r>",
        )
        document.add_paragraph("after")

    assert page(tmp_path, write).text == "beside\n\nin the box\n\nafter"


CHART = """<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich>
<a:p><a:r><a:t>Sales</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser>
<c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>North</c:v></c:pt></c:strCache></c:strRef></c:tx>
<c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>2025</c:v></c:pt></c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:numCache><c:pt idx="0"><c:v>7.5</c:v></c:pt></c:numCache></c:numRef></c:val>
</c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"""
DIAGRAM = """<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst><dgm:pt><dgm:t>
<a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:t></dgm:pt><dgm:pt><dgm:t><a:p/></dgm:t></dgm:pt>
<dgm:pt><dgm:t><a:p><a:r><a:t>Do</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"""


def test_charts_and_diagrams_follow_their_paragraph(tmp_path: Path) -> None:
    name = "http://schemas.openxmlformats.org/drawingml/2006"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    spaces = f'xmlns:c="{name}/chart" xmlns:dgm="{name}/diagram" xmlns:r="{relation}"'

    def write(document: Any) -> None:
        drawn = f'<c:chart {spaces} r:id="rId91"/><dgm:relIds {spaces} r:dm="rId92"/>'
        missing = f'<c:chart {spaces} r:id="rId99"/>'
        paragraph(document, f"<w:r><w:t>See:</w:t><w:drawing>{drawn}{missing}</w:drawing></w:r>")

    def add(entries: dict[str, bytes]) -> None:
        parts = {"rId91": ("charts/chart1.xml", CHART), "rId92": ("diagrams/data1.xml", DIAGRAM)}
        relations = "word/_rels/document.xml.rels"
        for number, (target, content) in parts.items():
            added = f'<Relationship Id="{number}" Type="{relation}/x" Target="{target}"/>'
            closing = b"</Relationships>"
            entries[relations] = entries[relations].replace(closing, added.encode() + closing)
            entries[f"word/{target}"] = content.encode()
        entries["word/embeddings/book.xlsx"] = b"the chart's own"

    (found,) = pages(tmp_path, office.changed(office.word(write), add))
    assert found.text == (
        "See:\n\nSales\n\n|  | North |\n| --- | --- |\n| 2025 | 7.5 |\n\n- Plan\n- Do"
    )
    assert found.tables == ((("", "North"), ("2025", "7.5")),)
    assert found.warnings == ()


def test_footnotes_stand_below_their_page(tmp_path: Path) -> None:
    def write(document: Any) -> None:
        paragraph(document, '<w:r><w:t>Claim</w:t><w:footnoteReference w:id="2"/></w:r>')
        document.add_page_break()
        document.add_paragraph("next page")

    def add_notes(entries: dict[str, bytes]) -> None:
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
        entries["word/footnotes.xml"] = (
            f"<w:footnotes {W}>"
            '<w:footnote w:id="2"><w:p><w:r><w:t>Its source.</w:t></w:r></w:p></w:footnote>'
            '<w:footnote w:id="3"><w:p><w:r><w:t>Unused.</w:t></w:r></w:p></w:footnote>'
            "</w:footnotes>"
        ).encode()
        types, relations = "[Content_Types].xml", "word/_rels/document.xml.rels"
        override = f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'
        entries[types] = entries[types].replace(b"</Types>", override.encode())
        added = (
            f'<Relationship Id="rId99" Type="{relation}" Target="footnotes.xml"/></Relationships>'
        )
        entries[relations] = entries[relations].replace(b"</Relationships>", added.encode())

    first, second = pages(tmp_path, office.changed(office.word(write), add_notes))
    assert first.text == "Claim[^1]\n\n[^1]: Its source."
    assert second.text == "next page"


def test_what_is_deleted_or_hidden_is_left_out_and_told(tmp_path: Path) -> None:
    def write(document: Any) -> None:
        paragraph(
            document,
            '<w:r><w:t>seen</w:t></w:r><w:del w:id="1" w:author="a"><w:r><w:delText>gone'
            "</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
            '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> too</w:t></w:r>',
        )
        row = document.add_table(2, 2).rows[0]
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:del"))
        row.cells[0].text = "deleted row"

    found = page(tmp_path, write)
    assert found.text == "seen too"
    assert set(codes(found)) == {"deletions-dropped", "hidden-dropped"}


def test_macros_comments_and_objects_are_told(tmp_path: Path) -> None:
    def write(document: Any) -> None:
        document.add_comment(document.add_paragraph("text").runs, "a remark")

    def add(entries: dict[str, bytes]) -> None:
        entries["word/vbaProject.bin"] = entries["word/embeddings/oleObject1.bin"] = b"x"

    (found,) = pages(tmp_path, office.changed(office.word(write), add))
    assert "remark" not in found.text
    assert set(codes(found)) == {
        "macros-dropped",
        "comments-dropped",
        "objects-dropped",
    }


@pytest.mark.parametrize(
    "kind",
    [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    ],
)
def test_documents_with_macros_and_templates_are_read(tmp_path: Path, kind: str) -> None:
    def retype(entries: dict[str, bytes]) -> None:
        ordinary = (
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        )
        types = "[Content_Types].xml"
        assert ordinary in entries[types]
        entries[types] = entries[types].replace(ordinary, kind.encode())

    body = office.word(lambda document: document.add_paragraph("words"))
    assert pages(tmp_path, office.changed(body, retype))[0].text == "words"


def test_headings_are_known_by_any_sign_of_one(tmp_path: Path) -> None:
    def write(document: Any) -> None:
        own = document.styles.add_style("Kapitel", 1)
        own.base_style = document.styles["Heading 2"]
        document.add_paragraph("derived", style=own)
        outlined = document.add_paragraph("outlined")
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), "2")
        outlined._p.get_or_add_pPr().append(level)

    assert page(tmp_path, write).text == "## derived\n\n### outlined"
