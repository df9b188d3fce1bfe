"""Plans of faults: the same seed, the same faults, whatever runs beside."""

from __future__ import annotations

import json
import random

import pytest
from recita_local.wire import plan as plans
from recita_local.wire.lab import Lab
from recita_local.wire.plan import PAGE, Asked, Plan, Rule

KEYS = [f"documents/{number}" for number in range(400)]


def met(plan: Plan, keys: list[str], times: int = 3) -> dict[str, list[str | None]]:
    asked = [key for key in keys for _ in range(times)]
    random.Random(len(asked)).shuffle(asked)  # noqa: S311 - an order, no secret
    faults: dict[str, list[str | None]] = {key: [] for key in keys}
    for key in asked:
        faults[key].append(plan.due(Asked("s3", "PUT", key)))
    return faults


def plan(seed: str = "a", rate: float = 0.25, **more: object) -> Plan:
    return plans.read({"seed": seed, "rules": [{"kinds": ["error", "slow"], "rate": rate, **more}]})


def test_a_request_meets_the_same_faults_whatever_runs_beside_it() -> None:
    alone = met(plan(), KEYS[:7])
    assert {key: met(plan(), KEYS)[key] for key in alone} == alone


def test_another_seed_means_other_faults_at_the_same_rate() -> None:
    first, second = met(plan("a"), KEYS), met(plan("b"), KEYS)
    assert first != second
    for found in (first, second):
        hits = [kind for kinds in found.values() for kind in kinds if kind]
        assert 0.2 < len(hits) / 1200 < 0.3
        assert set(hits) == {"error", "slow"}


def test_the_first_rule_that_fits_counts() -> None:
    rules = (
        Rule(("slow",), 1.0, service="s3", operation="GET"),
        Rule(("error",), 1.0, function="read_pages"),
    )
    both = Plan(rules=rules)
    assert both.due(Asked("s3", "GET", "k", "read_pages")) == "slow"
    assert both.due(Asked("s3", "PUT", "k", "read_pages")) == "error"
    assert both.due(Asked("s3", "PUT", "k", "see_images")) is None


def test_notices_have_rules_of_their_own() -> None:
    wires = Plan(rules=(Rule(("error",), 1.0),))
    assert wires.due(Asked(plans.NOTICES, "ObjectCreated", "k")) is None
    told = Plan(rules=(Rule(("lost",), 1.0, service=plans.NOTICES),))
    assert told.due(Asked(plans.NOTICES, "ObjectCreated", "k")) == "lost"
    assert told.due(Asked("s3", "PUT", "k")) is None


def test_a_request_meets_no_more_faults_than_were_asked_for() -> None:
    assert sum(kind is not None for kind in met(plan(rate=1.0, times=2), ["k"], 9)["k"]) == 2


def test_a_kill_comes_once_at_its_effect() -> None:
    killing = Plan(kills={("d", 2): "kill-after"})
    assert killing.due(Asked("s3", "PUT", "k", document="d", write=1)) is None
    assert killing.due(Asked("s3", "PUT", "k", document="d", write=2)) == "kill-after"
    assert killing.due(Asked("s3", "PUT", "k", document="d", write=2)) is None


def test_a_fault_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no faults of the kinds"):
        plans.read({"rules": [{"kinds": ["meteor"], "rate": 1}]})


def test_a_page_is_left_out_by_a_rule_of_its_own() -> None:
    lab = Lab()
    assert not lab.spoils("document.0", 1)
    rules = [
        {"service": "textract", "operation": PAGE, "kinds": ["partial"], "rate": 0.5},
        {"kinds": ["error"], "rate": 1},
    ]
    lab.request(json.dumps({"seed": "a", "rules": rules}).encode())
    left_out = [lab.spoils("document.0", number) for number in range(100)]
    assert 30 < sum(left_out) < 70
    lab.request(b'{"rules": [{"kinds": ["error"], "rate": 1}]}')
    assert not lab.spoils("document.0", 1)
