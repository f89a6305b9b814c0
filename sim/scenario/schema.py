"""The JSON schema of a scenario file, with which an editor completes and checks it.

It comes from the declarations, by pydantic; here is what a TOML file has other than Python: the
word "none", policies by name, and a description of all that a parameter's declaration says.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ..agents import HABITS, POLICIES
from ..agents.policy import SOURCES
from .overrides import NAMED, parameters, sections
from .scenario import Scenario, plain_tree

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest that editors of TOML know."""


class _Schema(GenerateJsonSchema):
    """Schemas as a TOML file needs them, of the words that draft 7 has."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return {"anyOf": [self.generate_inner(schema["schema"]), {"const": "none"}]}

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        inner = [self.generate_inner(each) for each in schema["items_schema"]]
        ends = {"minItems": len(inner), "maxItems": len(inner)}
        return {"type": "array", "items": inner[0], **ends}

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def scenario_schema() -> dict[str, Any]:
    """Return the schema of a scenario file."""
    schema = Scenario.model_json_schema(schema_generator=_Schema)
    parts, properties = schema["$defs"], schema["properties"]
    named = {field: parts[group.section.__name__] for field, group in NAMED.items()}
    pattern = parts["Habit"]["properties"]["name"]["pattern"]
    for part in named.values():
        del part["properties"]["name"], part["required"]  # it stands before the table
    groups = {name: parts[type(part).__name__] for name, part in sections(Scenario).items()}
    groups |= {"": schema, **{f"{field}.NAME": part for field, part in named.items()}}
    for name, parameter in parameters(Scenario).items():
        group, _, last = name.rpartition(".")
        unit = f"{parameter.unit}; " if parameter.unit else ""
        groups[group]["properties"][last] |= {
            "description": f"{parameter.description} ({unit}{parameter.range})",
            "default": plain_tree(parameter.default),
        }
    for name in sections(Scenario):
        del properties[name]["default"]
    for part in (schema, *parts.values()):
        part["description"] = part["description"].partition("\n")[0]
    properties["policies"] = _policies(named["policies"]["properties"]["share"], pattern)
    properties["habits"] = _habits(named["habits"]["properties"]["share"], pattern)
    return {"$schema": DRAFT, **schema, "title": "A scenario of invitesim"}


def reference(name: str) -> str:
    """Return where the schema of a parameter stands."""
    section, _, last = name.rpartition(".")
    part = f"$defs/{type(sections(Scenario)[section]).__name__}/" if section else ""
    return f"#/{part}properties/{last}"


def _policies(share: dict[str, Any], pattern: str) -> dict[str, Any]:
    """Return the schema of the policies: a built-in one by its share, any by its numbers."""
    numbers = {"$ref": "#/$defs/InvitePolicy"}
    above_0 = [
        {"required": [source], "properties": {source: {"exclusiveMinimum": 0}}}
        for source in SOURCES
    ]
    return {
        "type": "object",
        "description": "the policies that members have, each by its name",
        "properties": {name: {"anyOf": [share, numbers]} for name in POLICIES},
        "propertyNames": {"pattern": pattern, "not": {"const": "all"}},
        "additionalProperties": {"allOf": [numbers], "anyOf": above_0},
    }


def _habits(share: dict[str, Any], pattern: str) -> dict[str, Any]:
    """Return the schema of the habits: a built-in one by its share, any by its numbers."""
    numbers = {"$ref": "#/$defs/Habit"}
    return {
        "type": "object",
        "description": "habits of answering that some members have, each by its name",
        "properties": {name: {"anyOf": [share, numbers]} for name in HABITS},
        "propertyNames": {"pattern": pattern, "not": {"const": "none"}},
        "additionalProperties": numbers,
    }
