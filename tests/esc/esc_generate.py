"""Sets of environments by a seed: made to hit what merges, replaces, refers, hides and fails."""

from __future__ import annotations

import base64
import random
import zlib
from collections.abc import Iterator
from typing import Any

KEYS = ("a", "b", "c", "d", "o", "p", "q-r", "$")
NAMES = ("global", "region/eu", "tenants/x", "base", "p/e")
TEXTS = (
    "",
    "x",
    "a,b",
    "$$",
    "$${a}",
    'é<&>"\\',
    "line\nend",
    '{"a": [1.50, null, "y"]}',
    "aGk=",
    "[true]",
    "-1",
    "1e5x",
)
NUMBERS = (0, 1, -3, 2.5, 1e6, 1234567.5, 1e-5, 123456, 2**63, 10**25, 0.0001)
SCHEMAS: tuple[Any, ...] = (
    True,
    False,
    {"type": "string"},
    {"type": "number", "minimum": 1, "maximum": 5, "multipleOf": 1},
    {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
    {"type": "object", "additionalProperties": {"type": "number"}, "minProperties": 1},
    {"type": "array", "items": {"type": "string"}, "maxItems": 2},
    {"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}]},
    {"oneOf": [{"type": "number"}, {"const": 1}, {"enum": ["x", "a,b"]}]},
    {"$ref": "#/$defs/t", "$defs": {"t": {"type": "string", "pattern": "^[a-z]+$"}}},
    {"type": "integer"},
    {"type": "object", "dependentRequired": {"a": ["b"]}, "additionalProperties": False},
    {"prefixItems": [{"type": "number"}], "items": {"type": "string"}},
)


def envelope(text: str) -> str:
    """A ciphertext as ESC wraps one, of which the text is the plaintext."""
    wrapped = b"escx" + (1).to_bytes(4) + text.encode()
    return base64.b64encode(wrapped + zlib.crc32(wrapped).to_bytes(4)).decode()


def unwrapped(_environment: str, ciphertext: str) -> str:
    return base64.b64decode(ciphertext)[8:-4].decode()


class Generator:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def environments(self) -> dict[str, Any]:
        """Each imports some of those before it; the last is the root."""
        names = self.random.sample(NAMES, self.random.randint(1, 4))
        self.paths: dict[str, list[str]] = {}
        return {name: self.environment(name, names[:at], names) for at, name in enumerate(names)}

    def environment(self, name: str, before: list[str], names: list[str]) -> dict[str, Any]:
        pick = self.random
        chosen = [each for each in before if pick.random() < 0.7]
        pick.shuffle(chosen)
        if pick.random() < 0.02:
            chosen.append(pick.choice([name, "none", *names]))
        self.imports = [each for each in chosen if each in self.paths]
        self.earlier = [each for each in before if "/" in each]
        imports = [each if pick.random() < 0.8 else {each: {"merge": pick.random() < 0.3}} for each in chosen]
        merged = [each for each in imports if isinstance(each, str) or next(iter(each.values()))["merge"]]
        self.here = [
            path for each in merged for path in self.paths.get(each if isinstance(each, str) else next(iter(each)), [])
        ]
        inherited = list(self.here)
        values = {}
        for key in pick.sample(KEYS, pick.randint(1, 5)):
            # What is replaced may not be what it was.
            self.here = [path for path in self.here if not _under(path, key) or path not in inherited]
            values[key] = self.value(3)
            self.here += list(_paths(_first(key), values[key]))
        self.paths[name] = self.here
        return {**({"imports": imports} if imports or pick.random() < 0.1 else {}), "values": values}

    def value(self, depth: int) -> Any:
        pick = self.random
        kind = pick.random()
        if kind < 0.30 or depth == 0:
            return self.scalar()
        if kind < 0.52:
            return {key: self.value(depth - 1) for key in pick.sample(KEYS[:6], pick.randint(0, 3))}
        if kind < 0.60:
            return [self.value(depth - 1) for _ in range(pick.randint(0, 3))]
        if kind < 0.76:
            return self.reference()
        if kind < 0.83:
            return f"{pick.choice(TEXTS[:5])}{self.reference()}-{pick.choice(('', self.reference()))}"
        return self.call(depth)

    def scalar(self) -> Any:
        pick = self.random
        return pick.choice((None, True, False, pick.choice(NUMBERS), pick.choice(TEXTS), pick.choice(TEXTS)))

    def reference(self) -> str:
        pick = self.random
        kind = pick.random()
        if kind < 0.04:
            return f"${{{self.path(pick.choice(KEYS))}}}"
        if kind < 0.15 and self.imports:
            other = pick.choice(self.imports)
            return f'${{imports["{other}"]{_dotted(pick.choice(self.paths[other]))}}}'
        if kind < 0.2 and self.earlier:
            other = pick.choice(self.earlier)
            return f"${{environments.{other.replace('/', '.')}{_dotted(pick.choice(self.paths[other]))}}}"
        if kind < 0.25 or not self.here:
            return pick.choice(("${context.rootEnvironment.name}", "${context.currentEnvironment.name}", "${imports}"))
        return f"${{{pick.choice(self.here)}}}"

    def path(self, first: str) -> str:
        pick = self.random
        path = first if pick.random() < 0.8 else f'["{first}"]'
        for _ in range(pick.choice((0, 0, 0, 1, 1, 2))):
            path += pick.choice((f".{pick.choice(KEYS)}", f'["{pick.choice(KEYS)}"]', f"[{pick.randint(0, 1)}]"))
        return path

    def call(self, depth: int) -> dict[str, Any]:
        pick = self.random
        text = self.text(depth)
        return pick.choice(
            (
                lambda: {"fn::secret": pick.choice(TEXTS[1:])},
                lambda: {"fn::secret": {"ciphertext": envelope(pick.choice(TEXTS))}},
                lambda: {"fn::secret": self.rarely_wrong("hush")},
                lambda: {"fn::join": [self.rarely_wrong("-"), [self.text(depth) for _ in range(pick.randint(0, 3))]]},
                lambda: {"fn::split": [pick.choice((",", "", "x")), text]},
                lambda: {"fn::concat": [self.items(depth), self.rarely_wrong(self.items(depth))]},
                lambda: {"fn::toJSON": self.value(depth - 1)},
                lambda: {"fn::toString": self.value(depth - 1)},
                lambda: {"fn::toBase64": text},
                lambda: {"fn::fromJSON": {"fn::toJSON": self.value(depth - 1)}},
                lambda: {
                    "fn::fromJSON": self.rarely_wrong(
                        pick.choice((TEXTS[7], TEXTS[9], TEXTS[10], " 1 2", "{}x", '"\\ud800"'))
                    )
                },
                lambda: {
                    "fn::fromBase64": pick.choice(
                        ("aGk=", "a\nGk=", {"fn::toBase64": text}, pick.choice(("aGk=", "aGk", 1)))
                    )
                },
                lambda: {"fn::final": self.value(depth - 1)},
                lambda: {"fn::final": self.value(depth - 1)},
                lambda: {"fn::validate": {"schema": pick.choice(SCHEMAS), "value": self.value(depth - 1)}},
                lambda: {"fn::validate": {"schema": pick.choice(SCHEMAS[:2]), "value": self.value(depth - 1)}},
            )
        )()

    def items(self, depth: int) -> Any:
        return [self.value(depth - 1) for _ in range(self.random.randint(0, 2))]

    def text(self, depth: int) -> Any:
        reference = self.reference()
        wrapped = reference if self.random.random() < 0.1 else f"{reference}!"
        return self.random.choice((self.random.choice(TEXTS), {"fn::toString": self.value(depth - 1)}, wrapped))

    def rarely_wrong(self, right: Any) -> Any:
        return self.value(1) if self.random.random() < 0.05 else right


def _first(key: str) -> str:
    return key if key.isalpha() else f'["{key}"]'


def _dotted(path: str) -> str:
    return path if path.startswith("[") else f".{path}"


def _under(path: str, key: str) -> bool:
    first = _first(key)
    return path == first or path.startswith((f"{first}.", f"{first}["))


def _paths(path: str, raw: Any) -> Iterator[str]:
    """The paths that can be read of a value as it is written."""
    yield path
    if isinstance(raw, list):
        for at, each in enumerate(raw):
            yield from _paths(f"{path}[{at}]", each)
    elif isinstance(raw, dict) and not any(key.startswith("fn::") for key in raw):
        for key, each in raw.items():
            yield from _paths(f"{path}{_dotted(_first(key.replace('$$', '$')))}", each)
