"""What template.yaml's parameters let through, their functions can read; the rest ends at deploy.

Values are held against the parameters by ministack, which answers as CloudFormation was measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ministack.services.cloudformation import engine
from recita.adapters.translate import FORMAL
from recita.errors import ConfigurationError
from recita.settings import (
    parse_description_rule,
    parse_engine,
    parse_features,
    parse_languages,
    parse_moderation,
    parse_speak,
    parse_switch,
    parse_translate,
    parse_voices,
    whole,
)
from recita.text.languages import LOCALES, primary

from scripts import policies

if TYPE_CHECKING:
    from tests.unit.conftest import Resource, Stack

PARAMETERS: dict[str, Resource] = policies.source()["Parameters"]
RULES: Resource = policies.source()["Rules"]
READ: dict[str, Callable[[str], object]] = {
    "TargetLanguages": parse_languages,
    "SpeakMode": parse_speak,
    "TranslateMode": parse_translate,
    "OcrFeatures": parse_features,
    "DescribeImages": parse_description_rule,
    "RedactText": parse_switch,
    "GuardrailPictures": parse_switch,
    "Voices": parse_voices,
    "SpeechEngine": parse_engine,
    "ModerationAction": lambda value: parse_moderation(value, "60"),
    "ModerationConfidence": lambda value: parse_moderation("flag", value),
    "MaxCostPerDocument": float,
    "MaxInFlight": whole,
    "MaxPictures": whole,
    "OcrPollSeconds": whole,
    "SpeechTaskCharacters": whole,
    "TextractOpenJobs": whole,
    **dict.fromkeys(
        ("TextractTps", "RekognitionTps", "BedrockTpm", "GuardrailUps", "TranslateTps", "PollyTps"),
        float,
    ),
}
"""How a function reads each parameter that it gets as a variable."""
NO_PARSER = {
    "TranslationFormality": "sent to Translate as it is: see the test of AWS's own names",
    "TranslationProfanity": "sent to Translate as it is: see the test of AWS's own names",
    "Terminology": "sent to Translate as it is: see the test of AWS's own names",
    "ModelId": "sent to Bedrock as it is",
    "WindowModelId": "sent to Bedrock as it is",
    "InferenceProfile": "a part of the model's id",
    "EventBusName": "sent to EventBridge as it is",
    "CopyBucket": "sent to S3 as it is",
    "CopyPrefix": "a part of keys",
    "LogLevel": "Lambda's own",
}

MANY = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def refusal(name: str, value: str) -> str:
    """What CloudFormation says to a parameter's value; nothing where it takes it."""
    try:
        engine._resolve_parameters(
            {"Parameters": {name: PARAMETERS[name]}}, [{"Key": name, "Value": value}]
        )
    except ValueError as error:
        return str(error)
    return ""


def is_read(name: str, value: str) -> bool:
    try:
        READ[name](value)
    except (ValueError, ConfigurationError):
        return False
    return True


def values(name: str) -> st.SearchStrategy[str]:
    """Values that the parameter takes, as far as its own words tell."""
    parameter = PARAMETERS[name]
    if "AllowedValues" in parameter:
        return st.sampled_from([str(value) for value in parameter["AllowedValues"]])
    if parameter["Type"] == "Number":
        bounds = {"min_value": parameter["MinValue"], "max_value": parameter["MaxValue"]}
        return st.integers(**bounds).map(str) | st.floats(**bounds).map(str)
    return st.from_regex(str(parameter["AllowedPattern"]), fullmatch=True)


def rules(depth: int = 1) -> st.SearchStrategy[str]:
    """Rules of DescribeImages, with so many levels of parentheses."""
    number = st.sampled_from(["0", "100", "0.25"])
    quantifier = st.sampled_from(["any", "all", "none"])
    names = st.lists(st.sampled_from(["Person", "Hot Dog", "R&B (x)", "o'clock"]), min_size=1)
    listed = names.map(lambda found: f"[{', '.join(found)}]")
    tests = (
        st.builds("labels {} of {}".format, quantifier, listed)
        | st.builds("labels {} of {} above {}".format, quantifier, listed, number)
        | st.builds("kind {} of [{}]".format, quantifier, st.sampled_from(["photo", "figure"]))
        | st.builds(
            "{} {} {}".format,
            st.sampled_from(["width", "height", "share", "faces", "text", "repeats"]),
            st.sampled_from([">=", "<=", ">", "<", "="]),
            number,
        )
    )
    if depth:
        tests |= rules(depth - 1).map("({})".format)
    tests |= tests.map("not {}".format)
    joined = st.lists(st.tuples(st.sampled_from(["and", "or"]), tests), max_size=3)
    return st.builds(
        lambda first, more: " ".join([first, *(f"{by} {test}" for by, test in more)]), tests, joined
    ).filter(lambda rule: "not not" not in rule and len(rule) <= 500)


@st.composite
def spoilt(draw: st.DrawFn, good: st.SearchStrategy[str]) -> str:
    """A value with a piece left out, doubled, or put in."""
    value = draw(good)
    at = draw(st.integers(0, len(value)))
    end = min(len(value), at + draw(st.integers(0, 6)))
    return (
        value[:at]
        + draw(st.sampled_from(["", value[at:end] * 2, " ", ",", "x", "("]))
        + value[end:]
    )


def _variables(stack: Stack) -> dict[str, set[str]]:
    """The variables of functions that hold each parameter, as it is or in a text."""
    found: dict[str, set[str]] = {}
    for function in stack.functions.values():
        for variable, value in function["Environment"]["Variables"].items():
            for name in re.findall(r"'Ref': '(\w+)'|\$\{(\w+)\}", str(value)):
                found.setdefault("".join(name), set()).add(variable)
    return {name: found[name] for name in found if name in PARAMETERS}


def test_every_parameter_that_a_function_gets_is_read_here(stack: Stack) -> None:
    assert set(_variables(stack)) == set(READ) | set(NO_PARSER)


@pytest.mark.parametrize("name", READ)
def test_what_a_parameter_lets_through_is_read(name: str) -> None:
    good = rules() if name == "DescribeImages" else values(name)

    @settings(MANY, max_examples=25)
    @given(good)
    def held(value: str) -> None:
        assert refusal(name, value) or is_read(name, value), value

    @settings(MANY, max_examples=60)
    @given(spoilt(good))
    def held_spoilt(value: str) -> None:
        assert refusal(name, value) or is_read(name, value), value

    held()
    held_spoilt()


@settings(MANY, max_examples=60)
@given(rules())
@example("labels any of [Person] and width >= 100 or (kind any of [figure] and not text > 20)")
def test_rules_with_one_level_of_parentheses_are_let_through(rule: str) -> None:
    assert not refusal("DescribeImages", rule)
    assert is_read("DescribeImages", rule)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_default_is_let_through(name: str) -> None:
    assert refusal(name, str(PARAMETERS[name]["Default"])) == ""


WRONG = [
    ("TargetLanguages", "pt-BR"),
    ("TargetLanguages", "xx"),
    ("TargetLanguages", "es, pt"),
    ("TargetLanguages", "es,none"),
    ("TargetLanguages", ""),
    ("TargetLanguages", "es,fr,de,it,pt,nl,sv,da,fi,no,pl"),
    ("Voices", "pt-BR=Camila"),
    ("Voices", "pt=camila"),
    ("Voices", "Camila"),
    ("SpeakMode", "all"),
    ("OcrFeatures", "TABLES,QUERIES"),
    ("DescribeImages", "person"),
    ("DescribeImages", "labels any of []"),
    ("DescribeImages", "width >= 100 and"),
    ("DescribeImages", "width => 100"),
    ("DescribeImages", "(width > 1"),
    ("DescribeImages", "kind any of [drawing]"),
    ("ModelId", "eu.amazon.nova-lite-v1:0"),
    ("ModelId", "amazon.titan-embed-text-v2:0"),
    ("ModelId", "amazon.nova-canvas-v1:0"),
    ("ModelId", "nova-lite"),
    ("WindowModelId", "us.amazon.nova-micro-v1:0"),
    ("PiiMode", "none"),
    ("BlockedPhrase", "one two three four"),
    ("BlockedPhrase", "two\nlines"),
    ("DeniedTopic", "x" * 201),
    ("Terminology", "_terms"),
    ("AlarmTopicArn", "arn:aws:sns:eu-west-1:123456789012:alarms.fifo"),
    ("BackfillBucket", "two..dots"),
    ("EventBusName", "arn:aws:events:eu-west-1:123456789012:event-bus/default"),
    ("WebhookUrl", "http://hooks.example.org/"),
    ("WebhookUrl", "https://"),
    ("WebhookUrl", "https://hooks.example.org/*"),
    ("WebhookUrl", "https://hooks.example.org/a b"),
    ("WebhookKeyName", "x key"),
    ("WebhookKeyName", ""),
    ("WebhookSecret", "{{resolve:secretsmanager:mine}}"),
    ("WebhookSecret", "mine:password"),
    ("WebhookTps", "0"),
    ("CopyBucket", "s3://mine"),
    ("CopyPrefix", "recita"),
    ("CopyPrefix", "/"),
    ("CopyPrefix", ""),
    ("ModerationConfidence", "49"),
    ("GroundingThreshold", "1"),
    ("MaxInFlight", "0"),
    ("MaxInFlight", "many"),
    ("MaxCostPerDocument", "-1"),
    ("TextractTps", "5/s"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_ends_at_deploy_and_is_explained(name: str, value: str) -> None:
    assert name in refusal(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ModelId", "amazon.nova-2-lite-v1:0"),
        ("ModelId", "anthropic.claude-haiku-4-5-20251001-v1:0"),
        ("ModelId", "openai.gpt-oss-120b-1:0"),
        ("ModelId", "mistral.mistral-large-2402-v1:0"),
        ("Voices", "pt=Camila,es-MX=Mia"),
        ("BlockedPhrase", "el jardín secreto"),
        ("Terminology", "company_terms-2"),
        ("OcrFeatures", "LAYOUT,TABLES"),
        ("MaxInFlight", "1000"),
        ("CopyPrefix", "from/recita/"),
        ("WebhookUrl", "https://hooks.example.org:8443/recita?team=a&x=%20"),
        ("WebhookSecret", "teams/recita/webhook"),
        ("WebhookSecret", "webhook:SecretString:key::5f0c2a90-7d4e-4b6b-9a2e-000000000000"),
        ("WebhookSecret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:webhook-AbCdEf"),
        ("DeletionProtection", "true"),
    ],
)
def test_a_right_value_is_let_through(name: str, value: str) -> None:
    assert refusal(name, value) == ""


def test_words_say_what_is_allowed() -> None:
    for name, parameter in PARAMETERS.items():
        assert parameter["ConstraintDescription"].startswith("must be "), name
        for value in parameter.get("AllowedValues", [])[:10]:
            assert name == "LogRetentionDays" or value in parameter["ConstraintDescription"], name
        for bound in ("MinValue", "MaxValue"):
            if bound in parameter:
                assert str(parameter[bound]) in parameter["ConstraintDescription"], name


@pytest.mark.parametrize(
    "name", [name for name, one in PARAMETERS.items() if "AllowedPattern" in one]
)
def test_patterns_mean_the_same_to_java(name: str) -> None:
    """CloudFormation's are Java's: nothing is used that is written or meant differently there."""
    pattern = PARAMETERS[name]["AllowedPattern"]
    assert (pattern[0], pattern[-1]) == ("^", "$")
    classes = "".join(re.findall(r"\[((?:\\.|[^\]\\])*)\]", re.sub(r"\\[\[\]]", "", pattern)))
    assert not re.search(r"\(\?P|\(\?<|\\[AZbBdDsSwWG]", pattern)
    assert "[" not in classes
    assert "&&" not in classes


def _codes(name: str) -> set[str]:
    return set(re.findall(r"[a-z]{2}(?:-[A-Z]{2})?", PARAMETERS[name]["AllowedPattern"])) & {
        code
        for code in re.findall(r"[a-zA-Z-]+", PARAMETERS[name]["AllowedPattern"])
        if refusal("TargetLanguages", code) == ""
    }


def test_languages_are_the_same_in_both_lists() -> None:
    codes = _codes("TargetLanguages")
    assert len(codes) == 75
    assert codes == _codes("Voices")
    assert codes >= FORMAL
    assert {primary(code) for code in codes} >= set(LOCALES)


def test_names_of_aws_are_its_own() -> None:
    translate = boto3.Session(region_name="us-east-1").client("translate").meta.service_model
    for name, shape in (
        ("TranslationFormality", "Formality"),
        ("TranslationProfanity", "Profanity"),
    ):
        allowed = set(PARAMETERS[name]["AllowedValues"]) - {"none"}
        assert allowed == set(translate.shape_for(shape).metadata["enum"])
    terminology = translate.shape_for("ResourceName").metadata
    assert PARAMETERS["Terminology"]["AllowedPattern"] == terminology["pattern"]
    assert PARAMETERS["Terminology"]["MaxLength"] == terminology["max"]


def broken(region: str, monkeypatch: pytest.MonkeyPatch, **chosen: str) -> str:
    """What CloudFormation says to values that are right alone; nothing where it takes them."""
    monkeypatch.setattr(engine, "get_region", lambda: region)
    template = {"Parameters": PARAMETERS, "Rules": RULES}
    given_values = [{"Key": name, "Value": value} for name, value in chosen.items()]
    resolved = engine._resolve_parameters(template, given_values)
    engine._check_rules_section(template)
    try:
        engine._evaluate_rules(template, resolved, {})
    except ValueError as error:
        return str(error)
    return ""


TOGETHER: list[tuple[str, dict[str, str], str]] = [
    ("us-east-1", {}, ""),
    ("us-east-1", {"ApiAuth": "JWT", "ApiJwtAudience": "a"}, "JWT needs ApiJwtIssuer"),
    ("us-east-1", {"ApiAuth": "JWT", "ApiJwtIssuer": "https://a.org"}, "JWT needs ApiJwtAudience"),
    (
        "us-east-1",
        {"ApiAuth": "JWT", "ApiJwtIssuer": "https://a.org", "ApiJwtAudience": "a"},
        "",
    ),
    ("us-east-1", {"WebhookUrl": "https://a.org"}, "WebhookUrl needs WebhookSecret"),
    ("us-east-1", {"WebhookUrl": "https://a.org", "WebhookSecret": "a"}, ""),
    ("us-east-1", {"InferenceProfile": "us"}, ""),
    ("us-east-1", {"InferenceProfile": "eu"}, "must be us, global or none"),
    ("us-west-2", {}, "through an inference profile only"),
    ("us-west-2", {"InferenceProfile": "us"}, ""),
    ("us-west-2", {"ModelId": "meta.llama3-1-8b-instruct-v1:0"}, ""),
    ("eu-central-1", {}, "through an inference profile only"),
    (
        "eu-central-1",
        {"ModelId": "mistral.mistral-large-2402-v1:0", "WindowModelId": "amazon.nova-micro-v1:0"},
        "through an inference profile only",
    ),
    ("eu-central-1", {"InferenceProfile": "eu", "GuardrailProfile": "eu"}, ""),
    ("eu-central-1", {"InferenceProfile": "us"}, "must be eu, global or none"),
    ("eu-central-1", {"InferenceProfile": "eu", "GuardrailProfile": "us"}, "United States"),
    ("eu-west-2", {}, ""),
    ("ap-southeast-2", {"InferenceProfile": "au"}, ""),
    ("ap-southeast-2", {"InferenceProfile": "eu"}, "must be apac, au, jp, global or none"),
    ("ap-southeast-2", {"GuardrailProfile": "us-gov"}, "GovCloud"),
    ("sa-east-1", {"GuardrailProfile": "apac"}, "Asia"),
    ("us-gov-west-1", {"InferenceProfile": "us-gov", "GuardrailProfile": "us-gov"}, ""),
    ("us-gov-west-1", {"InferenceProfile": "us"}, "must be us-gov or none"),
    ("us-east-1", {"GuardrailProfile": "eu"}, "Europe"),
    ("us-east-1", {"PiiMode": "off"}, ""),
    ("us-east-1", {"PiiMode": "off", "PiiNames": "hide"}, "no names are hidden"),
    ("us-east-1", {"PiiMode": "off", "RedactText": "on"}, "nothing is redacted"),
    ("us-east-1", {"PiiMode": "block", "PiiNames": "hide", "RedactText": "on"}, ""),
    ("us-east-1", {"ModelId": "amazon.nova-micro-v1:0"}, "sees no pictures"),
    ("us-east-1", {"ModelId": "amazon.nova-micro-v1:0", "DescribeImages": "never"}, ""),
]


@pytest.mark.parametrize(("region", "chosen", "said"), TOGETHER)
def test_values_that_are_wrong_together_end_at_deploy(
    monkeypatch: pytest.MonkeyPatch, region: str, chosen: dict[str, str], said: str
) -> None:
    found = broken(region, monkeypatch, **chosen)
    assert said in found
    assert bool(said) == bool(found)


def test_every_rule_is_broken_above(monkeypatch: pytest.MonkeyPatch) -> None:
    said = " ".join(broken(region, monkeypatch, **chosen) for region, chosen, _ in TOGETHER)
    for name, rule in RULES.items():
        for assertion in rule["Assertions"]:
            assert assertion["AssertDescription"] in said, name


def test_rules_and_labels_survive_the_transform(stack: Stack) -> None:
    template: dict[str, Any] = stack.source
    labels = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterLabels"]
    assert set(labels) == set(PARAMETERS)
    assert len({label["default"] for label in labels.values()}) == len(labels)


@pytest.mark.parametrize(
    ("value", "expected"), [("100", 100), ("0", 0), ("0.5", 1), ("2.0", 2), ("1e3", 1000)]
)
def test_a_fraction_never_becomes_no_bound(value: str, expected: int) -> None:
    assert whole(value) == expected


@pytest.mark.parametrize("value", ["", "five", "nan", "inf"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a number"):
        whole(value)
