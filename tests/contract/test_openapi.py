"""contracts/v1/openapi.json is OpenAPI, and says of the API what template and models say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.event_handler.openapi import models
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from recita.models.reasons import REFUSALS
from recita.steps.list_documents import NAMES
from samtranslator.yaml_helper import yaml_parse

from tests.contract import openapi

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "contracts/v1/openapi.json").read_text("utf-8"))
    return found


def _parts(told: dict[str, Any]) -> Iterator[tuple[dict[str, Any], type[BaseModel]]]:
    """Every part, with what powertools knows of it; a whole is read leniently there."""
    yield told["components"], models.Components
    for path in told["paths"].values():
        yield path, models.PathItem
        for operation in path.values():
            yield operation, models.Operation
            yield from ((one, models.Parameter) for one in operation.get("parameters", ()))
            told_of = [*operation["responses"].values()]
            yield from ((one, models.Response) for one in told_of)
            bodies = [*told_of, *([operation["requestBody"]] if "requestBody" in operation else [])]
            for body in bodies:
                for content in body.get("content", {}).values():
                    yield content, models.MediaType
                    yield content["schema"], models.Schema


def test_it_is_openapi(told: dict[str, Any]) -> None:
    """Each part gives back what it was given, and nothing in it is unknown to OpenAPI."""
    assert models.OpenAPI.model_validate(told).openapi.startswith("3.1.")
    for part, model in _parts(told):
        read = model.model_validate(part)
        assert read.model_dump(mode="json", by_alias=True, exclude_unset=True) == part
        assert not read.model_extra
    for schema in told["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(told: dict[str, Any]) -> None:
    said = json.dumps(told)
    for name in told["components"]["schemas"]:
        assert f'"{openapi.REF}{name}"' in said, name
    for reference in _references(told):
        assert reference.removeprefix(openapi.REF) in told["components"]["schemas"]


def _references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for one in part for found in _references(one)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
    return own + [found for one in part.values() for found in _references(one)]


def test_routes_are_those_of_the_template() -> None:
    template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    routes = {
        one["Properties"]["RouteKey"].replace("{name+}", "{name}")
        for one in template["Resources"].values()
        if one["Type"] == "AWS::ApiGatewayV2::Route"
    }
    assert set(openapi.OPERATIONS) == routes


def test_filters_and_refusals_are_all_there(told: dict[str, Any]) -> None:
    listing = told["paths"]["/documents"]["get"]
    assert {one["name"] for one in listing["parameters"]} == set(NAMES)
    codes = {code for one in openapi.OPERATIONS.values() for code in one.codes}
    assert codes == set(REFUSALS) - {"route-unknown", "unavailable"}
