"""The published JSON Schemas of what nllcheck writes."""

from importlib.resources import files

__all__ = ["SCHEMAS", "schema"]

SCHEMAS = ("json", "consistency")  # by the names of the formats they describe


def schema(name: str) -> str:
    """Return the JSON Schema of a format as text."""
    return (files("nllcheck") / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
