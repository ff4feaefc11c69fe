"""The examples as records, and a JSON Schema validator that checks formats too."""

from datetime import datetime
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from deploy.contracts.examples import Example, examples
from deploy.contracts.files import ROOT
from shared.events import EVENTS

EXAMPLES = [example for event_type in EVENTS for example in examples(ROOT, event_type)]

formats = FormatChecker(formats=["uuid"])


@formats.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def problems(schema: Any, value: Any) -> list[str]:
    """Say what in the value is not as in the schema."""
    validator = Draft202012Validator(schema, format_checker=formats)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def headers(example: Example) -> list[tuple[str, bytes]]:
    """Return an example's headers as Kafka carries them."""
    return [(name, text.encode()) for name, text in example.headers.items()]
