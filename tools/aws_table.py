"""Knows how pulumi_aws writes its sources, and makes of them the table of types that `symbolic/table.py` loads.

Run by hand when pulumi_aws changes: `python tools/aws_table.py`.  The sources are read with `ast` and never
imported: 270 MB of modules would be run to learn their annotations.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import importlib.metadata
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "policypack/tenant_safety/symbolic/aws.json.gz"

# Three quarters of the sources are documentation: without it `ast` is done in seconds.
DOCUMENTATION = re.compile(r'"""(?:\\.|[^\\])*?"""', re.DOTALL)
TOP_LEVEL = re.compile(r"^(?:@[^\n]*\n)*(?:class|def) (\w+)", re.MULTILINE)
SCALARS = {"str": "s", "int": "n", "float": "n", "bool": "b", "Any": "*", "Asset": "@", "Archive": "@"}


@dataclass(frozen=True)
class Class:
    """The getters of a class by wire name with their annotations, and which of them its constructor demands."""

    getters: dict[str, str]
    required: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What one source file says."""

    module: str
    types: dict[str, Class] = field(default_factory=dict)
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)


def installed() -> tuple[Path, str]:
    """The folder and the version of the installed package, found without importing it."""
    spec = importlib.util.find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise SystemExit("expected pulumi_aws to be installed (got none): run `make` first")
    return Path(spec.origin).parent, importlib.metadata.version("pulumi_aws")


def chunks(source: str) -> Iterator[tuple[str, str]]:
    """Top-level classes and functions as (name, text): those not asked for need no parsing."""
    starts = [(match.start(), match[1]) for match in TOP_LEVEL.finditer(source)]
    for (start, name), (end, _) in pairwise([*starts, (len(source), "")]):
        yield name, source[start:end]


def read_class(node: ast.ClassDef) -> Class:
    getters: dict[str, str] = {}
    wire: dict[str, str] = {}
    required: list[str] = []
    for item in node.body:
        if not isinstance(item, ast.FunctionDef):
            continue
        if item.name == "__init__":
            pairs = zip(item.args.kwonlyargs, item.args.kw_defaults, strict=True)
            required = [argument.arg for argument, default in pairs if default is None]
            continue
        for decorator in item.decorator_list:
            if ast.unparse(decorator) == "pulumi.getter":
                wire[item.name] = item.name
            elif isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pulumi.getter":
                wire[item.name] = ast.literal_eval(decorator.keywords[0].value)
        if item.name in wire and item.returns is not None:
            getters.setdefault(wire[item.name], ast.unparse(item.returns))
    return Class(getters, tuple(sorted(wire[name] for name in required if name in wire)))


def read_resource(node: ast.ClassDef, arguments: Class) -> tuple[str, dict[str, Any]]:
    """The token of a resource class, and its row before annotations are turned into shapes."""
    (token,) = [
        ast.literal_eval(decorator.args[0])
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pulumi.type_token"
    ]
    aliases: list[str] = []
    secrets: list[str] = []
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        for keyword in call.keywords:
            if keyword.arg == "type_" and ast.unparse(call.func) == "pulumi.Alias":
                aliases.append(ast.literal_eval(keyword.value))
            elif keyword.arg == "additional_secret_outputs":
                secrets.extend(ast.literal_eval(keyword.value))
    row = {"i": arguments, "o": read_class(node), "a": sorted(aliases), "s": sorted(secrets)}
    return token, row


def read_function(node: ast.FunctionDef, result: Class) -> tuple[str, dict[str, Any]]:
    """The token of a `get_…` function with its arguments and its result."""
    annotations = {
        argument.arg: ast.unparse(argument.annotation)
        for argument in node.args.args + node.args.kwonlyargs
        if argument.annotation is not None
    }
    wire: dict[str, str] = {}
    token = ""
    for part in ast.walk(node):
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]).startswith("__args__["):
            assert isinstance(part.targets[0], ast.Subscript)
            assert isinstance(part.value, ast.Name)
            wire[ast.literal_eval(part.targets[0].slice)] = annotations[part.value.id]
        elif isinstance(part, ast.Call) and ast.unparse(part.func) == "pulumi.runtime.invoke":
            token = ast.literal_eval(part.args[0])
    # The signature gives every argument a default; what is not Optional is required.
    required = tuple(sorted(name for name, text in wire.items() if not text.startswith("Optional[")))
    return token, {"i": Class(wire, required), "o": result}


def read_file(package: Path, path: Path) -> Found:
    source = DOCUMENTATION.sub("...", path.read_text())
    module = ".".join(path.relative_to(package).parent.parts)
    found = Found(module)
    parts = dict(chunks(source))

    def parsed(name: str) -> Any:
        return ast.parse(parts[name]).body[0]

    for name, text in parts.items():
        if path.name == "_inputs.py":
            if text.startswith("@pulumi.input_type"):
                found.types[name] = read_class(parsed(name))
        elif path.name == "outputs.py":
            if text.startswith("@pulumi.output_type"):
                found.types[f"outputs.{name}"] = read_class(parsed(name))
        elif "(pulumi.CustomResource)" in text or "(pulumi.ProviderResource)" in text:
            # `XInitArgs` where `XArgs` is already the name of another resource's nested type.
            arguments = f"{name}Args" if f"{name}Args" in parts else f"{name}InitArgs"
            token, row = read_resource(parsed(name), read_class(parsed(arguments)))
            found.resources[token] = row
        elif name.startswith("get_") and "pulumi.runtime.invoke(" in text:
            (result,) = re.findall(r"pulumi\.runtime\.invoke\(.*typ=(\w+)\)", text)
            token, row = read_function(parsed(name), read_class(parsed(result)))
            found.functions[token] = row
    return found


class Shapes:
    """Turns annotations into short shapes, and gives nested types of the same structure one number."""

    def __init__(self, types: dict[tuple[str, str], Class]) -> None:
        self.types = types
        self.rows: list[list[Any]] = []
        self.ids: dict[str, int] = {}
        self.done: dict[tuple[str, str], str] = {}
        self.open: set[tuple[str, str]] = set()

    def shape(self, annotation: str, module: str) -> str:
        return self.of(ast.parse(annotation, mode="eval").body, module)

    def of(self, node: ast.expr, module: str) -> str:
        match node:
            case ast.Constant(value=str(name)):
                return self.named(name, module)
            case ast.Subscript(value=outer, slice=inner):
                kind = ast.unparse(outer).rsplit(".", 1)[-1]
                if kind in ("Input", "Output", "Optional"):
                    return self.of(inner, module)
                if kind == "Sequence":
                    return "[" + self.of(inner, module)
                assert isinstance(inner, ast.Tuple), ast.unparse(node)
                if kind == "Mapping":
                    return "{" + self.of(inner.elts[1], module)
                if kind == "Union":
                    choices = sorted({self.of(choice, module) for choice in inner.elts})
                    return choices[0] if len(choices) == 1 else "(" + "|".join(choices) + ")"
        name = ast.unparse(node).rsplit(".", 1)[-1]
        if name not in SCALARS:
            raise ValueError(f"{module}: expected a type that the table knows (got {ast.unparse(node)})")
        return SCALARS[name]

    def named(self, name: str, module: str) -> str:
        """A quoted name: an input type `XArgs` or an `outputs.X`, perhaps of another module, or an enumeration."""
        *folders, last = name.split(".")
        if folders and folders[-1] == "outputs":
            folders, last = folders[:-1], f"outputs.{last}"
        if folders and folders != ["_enums"]:
            module = folders[-1].lstrip("_")
        key = (module, last)
        if key not in self.types:
            if last.startswith("outputs.") or last.endswith("Args"):
                raise ValueError(f"{module}: expected the nested type {last} among the sources")
            return "s"  # All enumerations of pulumi_aws are of strings.
        if key in self.done:
            return self.done[key]
        if key in self.open:
            # A type that contains itself (a statement of wafv2) has its number before it has its fields.
            self.done[key] = f"#{len(self.rows)}"
            self.rows.append([])
            return self.done[key]
        self.open.add(key)
        row = self.fields(self.types[key], module)
        self.open.remove(key)
        if key in self.done:
            self.rows[int(self.done[key][1:])] = row
        else:
            self.done[key] = f"#{self.number(row)}"
        return self.done[key]

    def fields(self, found: Class, module: str) -> list[Any]:
        shapes = {name: self.shape(text, module) for name, text in found.getters.items()}
        return [dict(sorted(shapes.items())), list(found.required)]

    def number(self, row: list[Any]) -> int:
        text = json.dumps(row)
        if text not in self.ids:
            self.ids[text] = len(self.rows)
            self.rows.append(row)
        return self.ids[text]


def table(package: Path, version: str) -> dict[str, Any]:
    """The whole table as one JSON value; the same sources always give the same value."""
    paths = sorted(package.rglob("*.py"))
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(read_file, [package] * len(paths), paths, chunksize=25))
    shapes = Shapes({(part.module, name): row for part in found for name, row in part.types.items()})
    resources: dict[str, Any] = {}
    functions: dict[str, Any] = {}
    for part in found:
        for token, row in part.resources.items():
            inputs, required = shapes.fields(row["i"], part.module)
            outputs = shapes.fields(row["o"], part.module)[0]
            only = {name: shape for name, shape in outputs.items() if name not in inputs}
            # An optional input that the resource always has comes from AWS when the program leaves it out.
            given = [
                name
                for name, text in row["o"].getters.items()
                if name in inputs and name not in required and not text.startswith("pulumi.Output[Optional[")
            ]
            resources[token] = [inputs, required, only, sorted(given), row["a"], row["s"]]
        for token, row in part.functions.items():
            inputs, required = shapes.fields(row["i"], part.module)
            functions[token] = [inputs, required, shapes.fields(row["o"], part.module)[0]]
    return {"version": version, "types": shapes.rows, "resources": resources, "functions": functions}


def encode(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    # Without a time of packing the file changes only when the table does.
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=TABLE)
    output: Path = parser.parse_args().output
    package, version = installed()
    made = table(package, version)
    data = encode(made)
    output.write_bytes(data)
    counts = ", ".join(f"{len(made[part])} {part}" for part in ("resources", "functions", "types"))
    print(f"{output.name}: pulumi_aws {version}, {counts}, {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
