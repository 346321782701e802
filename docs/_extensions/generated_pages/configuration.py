"""What an experiment's file and a claims file may contain, from the schemas of their models."""

import re
from collections.abc import Iterator
from typing import Any

from bssbench.experiment.configuration_file import ConfigurationFile
from bssbench.statistics.claims_file import ClaimsFile
from generated_pages.markdown import code, escaped, table

Schema = dict[str, Any]
_MOST = 10**9
_KINDS = {"number": "number", "string": "text", "boolean": "true or false", "integer": "integer"}


def experiment() -> str:
    """Return the fields of an experiment's file, section by section."""
    return _pages(ConfigurationFile.model_json_schema(), "experiment")


def claims() -> str:
    """Return the fields of a claims file, section by section."""
    return _pages(ClaimsFile.model_json_schema(), "claims")


def _pages(schema: Schema, root: str) -> str:
    pages = _Pages(schema.get("$defs", {}), root)
    return "\n".join(pages.sections("", schema))


class _Pages:
    """Sections of one schema: one for the top level and one for each model below it."""

    def __init__(self, models: dict[str, Schema], root: str) -> None:
        self.models = models
        self.root = root

    def sections(self, path: str, schema: Schema) -> Iterator[str]:
        """Return the section of a model, then those of the models in its fields."""
        yield f"({self._anchor(path)})=\n### {code(path) if path else 'Top level'}\n"
        for paragraph in schema.get("description", "").split("\n\n"):
            yield f"{escaped(paragraph)}\n"
        required = schema.get("required", [])
        fields = schema.get("properties", {})
        rows = [
            (
                code(name),
                self._type(self._path(path, name), field),
                "required" if name in required else _default(field),
                escaped(field.get("description", "")) or "–",
            )
            for name, field in fields.items()
        ]
        if isinstance(schema.get("additionalProperties"), dict):
            rows.append(
                ("any parameter", self._type(path, schema["additionalProperties"]), "–", "")
            )
        yield table(("field", "type", "default", "meaning"), rows)
        for name, field in fields.items():
            for below, model in self._models_in(self._path(path, name), field):
                yield from self.sections(below, model)

    def _anchor(self, path: str) -> str:
        words = re.findall(r"[a-z_]+", path.lower())
        return "-".join([self.root, "file", *words])

    @staticmethod
    def _path(path: str, name: str) -> str:
        return f"{path}.{name}" if path else name

    def _models_in(self, path: str, field: Schema) -> Iterator[tuple[str, Schema]]:
        """Return the models that a field can be, each with the path at which it stands."""
        if "$ref" in field:
            model = self.models[field["$ref"].rpartition("/")[2]]
            yield path, model
        for inner in (*field.get("anyOf", []), *field.get("oneOf", [])):
            for below, model in self._models_in(path, inner):
                yield self._variant(below, model), model
        if isinstance(field.get("additionalProperties"), dict):
            yield from self._models_in(f"{path}.NAME", field["additionalProperties"])
        if isinstance(field.get("items"), dict):
            yield from self._models_in(path, field["items"])

    @staticmethod
    def _variant(path: str, model: Schema) -> str:
        """Return the path of one of several models that stand at the same place."""
        for name in ("kind", "test"):
            field = model.get("properties", {}).get(name, {})
            values = [field["const"]] if "const" in field else field.get("enum", [])
            if values:
                return f"{path} ({name}: {' or '.join(values)})"
        return path

    def _type(self, path: str, field: Schema) -> str:
        if "$ref" in field:
            return f"[fields of {code(path)}](#{self._anchor(path)})"
        alternatives = [*field.get("anyOf", []), *field.get("oneOf", [])]
        if alternatives:
            kinds = []
            for each in alternatives:
                if each.get("type") == "null":
                    continue
                model = self.models[each["$ref"].rpartition("/")[2]] if "$ref" in each else {}
                kinds.append(self._type(self._variant(path, model), each))
            return " or ".join(dict.fromkeys(kinds))
        if "const" in field:
            return code(field["const"])
        if "enum" in field:
            return "one of " + ", ".join(map(code, field["enum"]))
        return self._plain(path, field)

    def _plain(self, path: str, field: Schema) -> str:
        kind = field.get("type")
        if kind == "array":
            distinct = "distinct " if field.get("uniqueItems") else ""
            return f"list of {distinct}{self._type(path, field.get('items', {}))}"
        if kind == "object":
            values = field.get("additionalProperties")
            inner = self._type(f"{path}.NAME", values) if isinstance(values, dict) else ""
            return f"mapping from names to {inner}" if inner else "mapping"
        if isinstance(kind, list):
            kinds = [_KINDS[each] for each in kind if each in _KINDS]
            return "value" if len(kinds) > 2 else " or ".join(kinds) or "mapping"
        bounds = [f" ≥ {field['minimum']}"] if "minimum" in field else []
        bounds += [f" > {field['exclusiveMinimum']}"] if "exclusiveMinimum" in field else []
        # Larger limits only protect from mistakes.
        if field.get("maximum", _MOST) < _MOST:
            bounds.append(f" and ≤ {field['maximum']:,}")
        return _KINDS.get(kind or "", "any") + "".join(bounds)


def _default(field: Schema) -> str:
    default = field.get("default")
    if default in (None, "", [], {}):
        return "none"
    if isinstance(default, list):
        return ", ".join(map(code, default))
    return code(default)
