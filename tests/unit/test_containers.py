"""Containers are looked through before anything of them is unpacked."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from recita import cage
from recita.decoding import containers, native, sniff
from recita.errors import DocumentRejectedError

from tests.fakes import office

pytestmark = pytest.mark.disable_socket


def check(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "upload"
    path.write_bytes(body)
    containers.check(path)


def rejection(tmp_path: Path, body: bytes) -> DocumentRejectedError:
    with pytest.raises(DocumentRejectedError) as caught:
        check(tmp_path, body)
    return caught.value


def test_an_ordinary_document_passes(tmp_path: Path) -> None:
    check(tmp_path, office.word(lambda document: document.add_paragraph("x")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", ["word/document.xml", "_rels/.rels", "word/DRAWING.VML"])
def test_xml_that_declares_entities_is_a_bomb(tmp_path: Path, name: str, encoding: str) -> None:
    laughs = f"<?xml version='1.0' encoding='{encoding}'?>{office.BILLION_LAUGHS}<w>&l8;</w>"
    body = office.archive({name: laughs.encode(encoding)})
    assert rejection(tmp_path, body).code == "decompression-bomb"


def test_entities_are_found_behind_a_long_comment(tmp_path: Path) -> None:
    laughs = f"<!--{' ' * 600_000}-->{office.BILLION_LAUGHS}<w/>"
    assert rejection(tmp_path, office.archive({"a.xml": laughs})).code == "decompression-bomb"


def test_a_document_type_without_entities_is_none(tmp_path: Path) -> None:
    check(tmp_path, office.archive({"a.xml": "<!DOCTYPE w><w>&lt;!ENTITY</w>", "b.xml": "broken"}))


def test_an_entry_that_unpacks_a_thousandfold_is_a_bomb(tmp_path: Path) -> None:
    error = rejection(tmp_path, office.archive({"word/document.xml": bytes(20_000_000)}))
    assert error.code == "decompression-bomb"
    check(tmp_path, office.archive({"word/small.bin": bytes(5_000_000)}))


def test_many_entries_are_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MAX_ENTRIES", 3)
    body = office.archive({str(number): "" for number in range(4)})
    assert rejection(tmp_path, body).code == "decompression-bomb"


def test_what_unpacks_to_too_much_together_is_a_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "MAX_UNPACKED", 1000)
    body = office.archive({"a": "x" * 600, "b": "x" * 600})
    assert rejection(tmp_path, body).code == "decompression-bomb"


def test_a_size_that_is_a_lie_ends_the_reading(tmp_path: Path) -> None:
    """An entry says it holds ten bytes; its reader gets no more than these."""

    def write(document: object) -> None:
        document.add_paragraph("x" * 1000)  # type: ignore[attr-defined]

    body = bytearray(office.word(write))
    with zipfile.ZipFile(io.BytesIO(bytes(body))) as packed:
        size = packed.getinfo("word/document.xml").file_size
    assert size > 1000
    lie = body.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path = tmp_path / "upload"
    path.write_bytes(lie)
    with pytest.raises(DocumentRejectedError) as caught:
        cage.run(cage.Limits(), native.measure, native.reader(sniff.DOCX), path)
    assert caught.value.code == "corrupt"


def test_encrypted_entries_need_a_password(tmp_path: Path) -> None:
    body = bytearray(office.archive({"word/document.xml": "x"}))
    place = body.index(b"PK\x01\x02") + 8
    body[place] |= 1
    assert rejection(tmp_path, bytes(body)).code == "encrypted"


def test_a_cut_archive_is_corrupt(tmp_path: Path) -> None:
    body = office.word(lambda document: document.add_paragraph("x"))
    assert rejection(tmp_path, body[: len(body) // 2]).code == "corrupt"
