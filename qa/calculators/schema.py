"""A rule as forms, programs and the command line see it: `calc show --json`, with a JSON Schema of its inputs."""

from __future__ import annotations

from typing import Any

from .spec import Input, Rule

_TYPES = {"number": "number", "integer": "integer", "boolean": "boolean", "choice": "string", "date": "string"}


def describe(rule: Rule) -> dict[str, Any]:
    """All of a rule; choices as [{value, label}], figures Decimal (write it with `dumps`)."""
    described = rule.model_dump()
    for item in described["inputs"] + described["outputs"]:
        item["choices"] = [{"value": value, "label": label} for value, label in item["choices"].items()]
    return {**described, "schema": input_schema(rule)}


def input_schema(rule: Rule) -> dict[str, Any]:
    """JSON Schema (2020-12) of the inputs."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": rule.title,
        "type": "object",
        "properties": {i.name: _property(i) for i in rule.inputs},
        "required": [i.name for i in rule.inputs if i.required],
        "additionalProperties": False,
    }


def _property(spec: Input) -> dict[str, Any]:
    found: dict[str, Any] = {"type": _TYPES[spec.type], "title": spec.label}
    optional = {
        "enum": list(spec.choices) or None,
        "format": "date" if spec.type == "date" else None,
        "minimum": spec.min,
        "maximum": spec.max,
        "default": spec.default,
        "description": "；".join(x for x in (spec.unit and f"单位：{spec.unit}", spec.help) if x) or None,
    }
    return found | {key: value for key, value in optional.items() if value is not None}
