"""`recita cost`: what files would be paid, without a service, a stack or an account."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from recita_cli.costing import SMALL, Asked, Costs, costs_of
from recita_cli.main import app
from recita_cli.ordering import order
from typer.testing import CliRunner

from tests.fakes.files import good_page, pdf, picture
from tests.scenes import scenery


def costs(path: Path, body: bytes, **chosen: str) -> Costs:
    path.write_bytes(body)
    (found,) = costs_of(Asked(path, path.name), order(chosen))
    return found


def units(found: Costs, unit: str, extent: Any = "likely", stage: str = "") -> float:
    lines = [line for line in found.lines if line.used.unit == unit]
    return sum(line.units[extent] for line in lines if stage in line.stage)


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["cost", *map(str, arguments)])


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.pdf"
    path.write_bytes(pdf([good_page(1), good_page(2)]))
    return path


def test_textract_is_paid_for_pages_without_good_text_alone(text: Path, tmp_path: Path) -> None:
    assert units(costs(text, text.read_bytes()), "pages", "most") == 0
    scan = picture(scenery(800, 600), "PDF", save_all=True, append_images=[scenery(800, 600, 2)])
    found = costs(tmp_path / "scan.pdf", scan)
    assert units(found, "pages", "least") == found.scanned == 2


def test_a_table_and_a_form_on_each_scanned_page_is_the_most(tmp_path: Path) -> None:
    body = picture(scenery(800, 600))
    least, most = (
        [units(costs(tmp_path / "a.jpg", body), unit, extent) for unit in ("pages", "FORMS pages")]
        for extent in ("least", "most")
    )
    assert (least, most) == ([1, 0], [1, 1])
    forced = costs(tmp_path / "a.jpg", body, OcrFeatures="FORMS")
    assert [units(forced, unit) for unit in ("pages", "FORMS pages", "TABLES pages")] == [0, 1, 0]


def test_a_picture_is_four_images_and_a_question(tmp_path: Path) -> None:
    found = costs(tmp_path / "a.jpg", picture(scenery(800, 600)))
    assert units(found, "images") == 4
    assert units(found, "contentPolicyImageUnits") == 1
    off = costs(tmp_path / "a.jpg", picture(scenery(800, 600)), GuardrailPictures="off")
    assert units(off, "contentPolicyImageUnits") == 0


def test_sound_and_marks_are_paid_by_the_character_of_each_language(text: Path) -> None:
    body = text.read_bytes()
    none = costs(text, body, TargetLanguages="none")
    one, two = (costs(text, body, TargetLanguages=codes) for codes in ("es", "es,pt"))
    spoken = [units(found, "neural characters") for found in (none, one, two)]
    assert spoken[0] == 0
    assert spoken[1] > 500
    assert spoken[2] == pytest.approx(2 * spoken[1], rel=0.01)
    standard = costs(text, body, TargetLanguages="es", SpeechEngine="standard")
    assert standard.total("likely") < one.total("likely")


def test_the_own_language_is_spoken_and_not_translated(text: Path) -> None:
    found = costs(text, text.read_bytes(), TargetLanguages="en")
    assert found.language == "en"
    assert units(found, "characters", "most") == 0
    assert units(found, "neural characters") > 500


def test_a_whole_text_is_paid_as_often_as_it_is_translated_and_spoken(tmp_path: Path) -> None:
    wishes = {"TargetLanguages": "es", "SpeakMode": "full"}
    page = "The committee met on Tuesday and will repair the roof of the reading room in May. " * 40
    own = costs(tmp_path / "a.txt", page.encode(), **wishes)
    for extent in ("likely", "most"):
        assert units(own, "characters", extent) > len(page)
        assert units(own, "neural characters", extent) > 2 * len(page)
    scan = costs(tmp_path / "a.pdf", picture(scenery(800, 600), "PDF"), **wishes)
    assert units(scan, "characters", "most") > 6_000
    assert units(scan, "neural characters", "most") > 2 * 6_000


def test_a_policy_that_is_off_is_not_paid(text: Path) -> None:
    body = text.read_bytes()
    found = costs(text, body, PiiMode="off", DeniedTopic="Advice on shares")
    assert units(found, "sensitiveInformationPolicyUnits", "most") == 0
    assert units(found, "topicPolicyUnits") == units(found, "contentPolicyUnits")


def test_bounds_hold_each_other_and_small_change_is_apart(text: Path) -> None:
    found = costs(text, text.read_bytes())
    assert 0 < found.total("least") < found.total("likely") < found.total("most")
    assert 0 < found.small_change("likely") < 0.01
    paid = [line for line in found.lines if line.stage != SMALL]
    assert found.total("most") == pytest.approx(sum(line.cost("most") for line in paid))


def test_a_text_longer_than_a_question_is_asked_about_window_by_window(tmp_path: Path) -> None:
    page = "The committee met on Tuesday and will repair the roof of the reading room in May. "
    long = costs(tmp_path / "a.txt", (page * 3000).encode(), TargetLanguages="none")
    short = costs(tmp_path / "b.txt", (page * 30).encode(), TargetLanguages="none")
    answers = units(long, "outputTokens") / units(short, "outputTokens")
    assert answers > 2.5  # two windows and a summary of both


def test_what_is_attached_to_a_mail_is_a_document_of_its_own(tmp_path: Path, text: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "The minutes"
    mail.set_content("Find the minutes of our last meeting attached to this mail. " * 5)
    mail.add_attachment(text.read_bytes(), "application", "pdf", filename="minutes.pdf")
    path = tmp_path / "mail.eml"
    path.write_bytes(mail.as_bytes())
    alone = costs(text, text.read_bytes())
    first, second = costs_of(Asked(path, path.name), order({}))
    assert (first.name, second.name) == ("mail.eml", "mail.eml > minutes.pdf")
    assert second.total("likely") == pytest.approx(alone.total("likely"))


def test_the_command_prints_the_calculation_and_the_cap(text: Path) -> None:
    answer = run(text, "--languages", "es", "-p", "MaxCostPerDocument=0.001")
    assert answer.exit_code == 0, answer.output
    assert "SynthesizeSpeech neural characters" in answer.stdout
    assert "will be reached" in " ".join(answer.stdout.split())
    assert "least:" in answer.stderr


def test_json_has_a_line_for_each_document(text: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 and nothing else")
    answer = run(text, broken, "--json", "--quiet")
    first, second = map(json.loads, answer.stdout.splitlines())
    assert answer.exit_code == 3
    assert first["cost"]["least"] < first["cost"]["likely"] < first["cost"]["most"]
    assert first["cost"]["most"] == pytest.approx(
        sum(line["cost"]["most"] for line in first["lines"] if line["stage"] != SMALL), abs=1e-4
    )
    assert second["status"] == "REJECTED"
    assert second["reason"]["code"] == "corrupt"
    assert second["cost"]["most"] == 0


def test_many_files_have_a_sum_and_a_missing_one_does_not_stop_them(text: Path) -> None:
    answer = run(text, text, "nowhere.pdf")
    assert answer.exit_code == 1
    assert "2 documents: about USD" in answer.stdout
    assert "there is no such file" in answer.stderr


@pytest.mark.parametrize(
    "parameter", ["SpeakMode=loud", "MaxPictures=many", "MaxPictures=-1", "Nothing=1", "es"]
)
def test_a_parameter_that_a_deployment_refuses_is_refused(text: Path, parameter: str) -> None:
    answer = run(text, "-p", parameter)
    assert answer.exit_code == 2
    assert "next:" in answer.stderr


def test_a_model_without_a_price_is_told(text: Path) -> None:
    answer = run(text, "-p", "ModelId=mistral.mistral-large-2407-v1:0", "--json", "-q")
    assert json.loads(answer.stdout)["unpriced"] == ["mistral.mistral-large-2407-v1:0"]
