"""The JSON schema of a scenario file that may have a table ``[study]``."""

from typing import Any

from ..measures.definitions import COLUMNS, MEASURES
from ..scenario.overrides import parameters
from ..scenario.scenario import Scenario
from ..scenario.schema import reference, scenario_schema
from .stopping import RELATIVE
from .study_file import KINDS


def file_schema() -> dict[str, Any]:
    """Return the schema of a scenario file, or of a study's."""
    schema = scenario_schema()
    schema["properties"]["study"] = {
        "type": "object",
        "description": "for invitesim sweep: which parameters are varied, and how often each point "
        "is run",
        "properties": {
            "design": _word("how points are made", KINDS) | {"default": "grid"},
            "vary": _varied(),
            "points": _whole("points of a latin-hypercube or sobol design", 1),
            "seed": _whole("seed of a latin-hypercube or sobol design", 0) | {"default": 1},
            "file": {"type": "string", "description": "CSV file of points, if design = 'points'"},
            "replications": _whole("runs of each point", 1) | {"default": 10},
            "until": {
                "type": "object",
                "description": "for each measure, the largest half-width of its 95 % interval: a "
                "number, or a part of the estimate, as '10 %'; 'blocked/everyone' is the measure "
                "blocked of the policy everyone",
                "propertyNames": {"pattern": f"^({'|'.join(COLUMNS)})(/.+)?$"},
                "additionalProperties": {
                    "anyOf": [
                        {"type": "number", "exclusiveMinimum": 0},
                        {"type": "string", "pattern": f"^{RELATIVE.pattern}$"},
                    ]
                },
            },
            "most": _whole("with until: the most runs of a point", 10) | {"default": 1000},
            "measures": {
                "type": "array",
                "description": "the measures to keep; all if it is not given",
                "items": {"enum": list(MEASURES)},
            },
        },
        "not": {"required": ["replications", "until"]},
        "additionalProperties": False,
    }
    return schema


def _word(description: str, words: Any) -> dict[str, Any]:
    return {"enum": list(words), "description": description}


def _whole(description: str, least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "description": description}


def _varied() -> dict[str, Any]:
    """Return the schema of what is varied: lists by dotted name, in quotes or as tables."""
    return {
        "type": "object",
        "description": "lists of values, or ranges [low, high], by dotted name in quotes",
        "properties": {
            name: {"type": "array", "minItems": 1, "items": {"$ref": reference(name)}}
            for name in parameters(Scenario)
            if "NAME" not in name
        },
        "additionalProperties": {"type": ["array", "object"]},
    }
