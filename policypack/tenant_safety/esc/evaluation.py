"""Evaluates an environment: its imports merged in order, its own values over them, references by its own scope.

https://www.pulumi.com/docs/esc/environments/imports/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tenant_safety.esc.definition import Definition
from tenant_safety.esc.expressions import (
    Accessor,
    Call,
    Expression,
    Interpolation,
    Items,
    Literal,
    Number,
    Properties,
    Provider,
    Reference,
    Secret,
)
from tenant_safety.esc.faults import EscError, Fault, joined
from tenant_safety.esc.functions import (
    FunctionError,
    PlainJson,
    check_ciphertext,
    from_base64,
    from_json,
    to_base64,
    to_json,
)
from tenant_safety.esc.merging import merged, referred
from tenant_safety.esc.nodes import Content, Node, Origin, all_reads, has_secrets, has_unknowns, is_object, sealed, text
from tenant_safety.esc.schemas import Schema, SchemaError, Validation, plain_json, schema

STEPS = 64
"""Imports and references lead no deeper into one another."""
DEPTH = 64
"""A value nests no deeper."""
PART = 50
"""How many letters a value weighs, whatever it is."""
WEIGHT = 1_000_000
"""A value weighs no more, written out."""
BUDGET = 8_000_000
"""All values of an evaluation weigh no more, so that it ends soon."""
ENVIRONMENTS = 500
"""An evaluation reads no more environments."""
FAULTS = 1_000
"""No more faults are told."""

TEXT: dict[str, PlainJson] = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
LISTS: Schema = {"type": "array", "items": {"type": "array"}}

Load = Callable[[str], Definition]
Decrypt = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class _Shared:
    """An environment's value for any root, with the names of all that it was made of."""

    node: Node
    names: frozenset[str]


class Known:
    """What evaluations of several roots share, as long as `load` and `decrypt` stay the same.

    Kept are imported environments without faults that read nothing of `${context}`, which differs by the root.
    """

    def __init__(self) -> None:
        self.shared: dict[str, _Shared] = {}
        self.merged: dict[tuple[int, int], tuple[Node, Node, Node]] = {}
        self.lasting: set[int] = set()

    def merging(self, node: Node, base: Node | None) -> Node:
        """Merges; common beginnings of imports are merged once."""
        if base is None:
            return node
        mark = (id(node), id(base))
        if mark not in self.merged:
            made = merged(node, base)
            if not self.lasting.issuperset(mark):
                return made
            # The values are kept with the result, for their ids to stay theirs.
            self.merged[mark] = (node, base, made)
            self.lasting.add(id(made))
        return self.merged[mark][2]

    def keep(self, name: str, shared: _Shared) -> None:
        self.shared[name] = shared
        self.lasting.add(id(shared.node))


@dataclass(slots=True)
class _Cell:
    """An expression in its place: evaluated when it is asked for, and once."""

    expression: Expression
    path: str
    base: Node | None = None
    entries: Mapping[str, _Cell] = field(default_factory=dict)
    elements: tuple[_Cell, ...] = ()
    node: Node | None = None
    evaluating: bool = False


class Run:
    """One evaluation of a root and of all that it imports."""

    def __init__(
        self, root: str, load: Load, decrypt: Decrypt | None, context: Mapping[str, object], shared: Known
    ) -> None:
        self.root = root
        self.shared = shared
        self.load = load
        self.decrypt = decrypt
        self.context = context
        self.faults: list[Fault] = []
        self.known: dict[str, Node | None] = {}
        self.names: list[set[str]] = []
        self.contexts = 0
        self.spent = 0
        self.steps = 0

    def fault(self, environment: str, path: str, message: str) -> None:
        if len(self.faults) < FAULTS:
            self.faults.append(Fault(environment, path, message))

    def environment(self, name: str, importer: str = "", path: str = "") -> Node | None:
        """The value of an environment; each is evaluated once. None is told as a fault of the importer."""
        for names in self.names:
            names.add(name)
        if name in self.known:
            found = self.known[name]
            if found is None:
                self.fault(importer, path, f"cyclic import of {name!r}")
            return found
        # What a root shows is not all that an importer sees: see `passed`.
        shared = self.shared.shared.get(name) if name != self.root else None
        # One of those that it is made of may be on its way here, and would be a cycle.
        if shared is not None and not any(each in self.known and self.known[each] is None for each in shared.names):
            self.known[name] = shared.node
            for names in self.names:
                names.update(shared.names)
            return shared.node
        return self.fresh(name, importer, path)

    def fresh(self, name: str, importer: str, path: str) -> Node | None:
        definition = self.definition(name, importer or name, path)
        if definition is None:
            return None
        self.known[name] = None
        before = (len(self.faults), self.contexts)
        self.steps += 1
        self.names.append({name})
        node = Scope(self, name, definition).evaluated()
        names = self.names.pop()
        self.steps -= 1
        self.known[name] = node
        if name != self.root and before == (len(self.faults), self.contexts):
            self.shared.keep(name, _Shared(node, frozenset(names)))
        return node

    def definition(self, name: str, importer: str, path: str) -> Definition | None:
        if self.steps >= STEPS or len(self.known) >= ENVIRONMENTS:
            limit = f"at most {ENVIRONMENTS} environments, imported at most {STEPS} deep"
            self.fault(importer, path, f"expected {limit} (got more, with {name[:200]!r})")
            return None
        try:
            return self.load(name)
        except EscError as error:
            self.fault(importer, path, str(error))
        except LookupError:
            self.fault(importer, path, f"expected an environment {name[:200]!r} (got none)")
        return None

    def pay(self, weight: int) -> bool:
        self.spent += weight
        return self.spent <= BUDGET


class Scope:
    """One environment's own values, over what it imports."""

    def __init__(self, run: Run, name: str, definition: Definition) -> None:
        self.run = run
        self.name = name
        self.definition = definition
        self.imports: dict[str, Node] = {}

    def fault(self, cell: _Cell, message: str) -> Node:
        """What can't be evaluated is unknown, and told."""
        self.run.fault(self.name, cell.path, message)
        return Node(None, Origin(self.name, cell.path), unknown=True)

    def evaluated(self) -> Node:
        base = self.imported()
        self.top = self.cell(self.definition.values, "", base)
        return self.node(self.top)

    def imported(self) -> Node | None:
        base: Node | None = None
        for at, each in enumerate(self.definition.imports):
            node = self.run.environment(each.name, self.name, f"imports[{at}]")
            if node is None:
                continue
            self.imports[each.name] = node
            if each.merge:
                base = self.run.shared.merging(node, base)
        return base

    def cell(self, expression: Expression, path: str, base: Node | None = None) -> _Cell:
        cell = _Cell(expression, path, base)
        if isinstance(expression, Properties):
            cell.entries = {
                key: self.cell(each, joined(path, key) if key else f'{path}[""]', base.property(key) if base else None)
                for key, each in expression.entries.items()
            }
        elif isinstance(expression, Items):
            cell.elements = tuple(self.cell(each, f"{path}[{at}]") for at, each in enumerate(expression.elements))
        return cell

    def node(self, cell: _Cell) -> Node:
        if cell.node is not None:
            return cell.node
        if cell.evaluating:
            return self.fault(cell, f"cyclic reference to {cell.path or 'the environment itself'}")
        if self.run.steps >= STEPS:
            return self.fault(cell, f"expected references at most {STEPS} deep (got deeper ones)")
        cell.evaluating = True
        self.run.steps += 1
        cell.node = self.overriding(cell)
        self.run.steps -= 1
        cell.evaluating = False
        return cell.node

    def overriding(self, cell: _Cell) -> Node:
        if cell.base is not None and cell.base.final:
            return cell.base
        return self.bounded(cell, merged(self.made(cell), cell.base))

    def bounded(self, cell: _Cell, node: Node) -> Node:
        if node.weight > WEIGHT or node.depth > DEPTH:
            return self.fault(cell, f"expected at most {WEIGHT} letters and parts, {DEPTH} deep (got more)")
        if not self.run.pay(node.weight):
            return self.fault(cell, f"expected at most {BUDGET} letters and parts in all (got more)")
        return node

    def made(self, cell: _Cell) -> Node:
        match cell.expression:
            case Literal(content):
                return self.of(cell, content)
            case Properties():
                return self.of(cell, {key: self.node(cell.entries[key]) for key in sorted(cell.entries)})
            case Items():
                return self.of(cell, tuple(self.node(each) for each in cell.elements))
            case Reference(accessors):
                return self.reference(cell, accessors)
            case Interpolation(parts):
                return self.interpolation(cell, parts)
            case Secret(plaintext, ciphertext):
                return self.secret(cell, plaintext, ciphertext)
            case Provider(function):
                return self.fault(cell, f"{function[:100]} asks a provider, which is not supported here")
            case Call(function, arguments):
                return self.call(cell, function, arguments)

    def of(self, cell: _Cell, content: Content, secret: bool = False, like: tuple[Node, ...] = ()) -> Node:
        """A value made here, of what it is like."""
        weight, depth = PART, 1
        if isinstance(content, str):
            weight += len(content)
        elif isinstance(content, tuple):
            weight += sum(part.weight for part in content)
            depth += max((part.depth for part in content), default=0)
        elif isinstance(content, dict):
            weight += sum(len(key) + part.weight for key, part in content.items())
            depth += max((part.depth for part in content.values()), default=0)
        reads = tuple(read for each in like for read in all_reads(each))
        return Node(content, Origin(self.name, cell.path), secret, reads=reads, weight=weight, depth=depth)

    # References

    def reference(self, cell: _Cell, accessors: tuple[Accessor, ...]) -> Node:
        found = self.found(cell, accessors)
        if found.unknown and not found.secret:
            return replace(found, base=None, final=False)
        if found.weight > WEIGHT or not self.run.pay(found.weight):
            return self.fault(cell, "expected values of fewer letters and parts (got more)")
        path = None if accessors[0] in ("imports", "context", "environments") else accessors
        return replace(referred(found, self.name, path), origin=Origin(self.name, cell.path))

    def found(self, cell: _Cell, accessors: tuple[Accessor, ...]) -> Node:
        first, rest = accessors[0], accessors[1:]
        if first == "imports":
            return self.within(cell, self.of(cell, dict(self.imports)), rest)
        if first == "context":
            return self.within(cell, self.context(cell), rest)
        if first == "environments":
            return self.elsewhere(cell, rest)
        return self.inside(cell, accessors)

    def context(self, cell: _Cell) -> Node:
        self.run.contexts += 1
        names = {"rootEnvironment": self.run.root, "currentEnvironment": self.name}
        own: dict[str, object] = {key: {"name": name} for key, name in names.items()}
        return self.plain(cell, {**self.run.context, **own}, False)

    def elsewhere(self, cell: _Cell, accessors: tuple[Accessor, ...]) -> Node:
        match accessors:
            case (str(project), str(name), *rest):
                node = self.run.environment(f"{project}/{name}", self.name, cell.path)
                if node is None:
                    return Node(None, Origin(self.name, cell.path), unknown=True)
                return self.within(cell, node, tuple(rest))
        return self.fault(cell, "expected environments to be followed by a project and an environment (got less)")

    def inside(self, cell: _Cell, accessors: tuple[Accessor, ...]) -> Node:
        """Follows a path through what is written, so that only what is referred to is evaluated."""
        place = self.top
        for at, accessor in enumerate(accessors):
            if isinstance(place.expression, Items):
                if not self.is_index(cell, accessor, len(place.elements)):
                    return self.unknown(cell)
                place = place.elements[int(accessor)]
            elif isinstance(place.expression, Properties):
                if not self.is_key(cell, accessor):
                    return self.unknown(cell)
                key = str(accessor)
                if key not in place.entries:
                    if place.base is not None and is_object(place.base):
                        return self.within(cell, place.base, accessors[at:])
                    return self.fault(cell, f"unknown property {key[:200]!r}")
                place = place.entries[key]
            else:
                return self.within(cell, self.node(place), accessors[at:])
        return self.node(place)

    def within(self, cell: _Cell, node: Node, accessors: tuple[Accessor, ...]) -> Node:
        for accessor in accessors:
            if node.unknown:
                return self.fault(cell, "expected a value that is known (got a secret)") if node.secret else node
            if isinstance(node.content, tuple):
                if not self.is_index(cell, accessor, len(node.content)):
                    return self.unknown(cell)
                node = node.content[int(accessor)]
            elif isinstance(node.content, dict):
                if not self.is_key(cell, accessor):
                    return self.unknown(cell)
                part = node.property(str(accessor))
                if part is None:
                    return self.fault(cell, f"unknown property {str(accessor)[:200]!r}")
                node = part
            else:
                return self.fault(cell, "expected a list or an object to look into (got neither)")
        return node

    def unknown(self, cell: _Cell) -> Node:
        return Node(None, Origin(self.name, cell.path), unknown=True)

    def is_index(self, cell: _Cell, accessor: Accessor, length: int) -> bool:
        if isinstance(accessor, int) and 0 <= accessor < length:
            return True
        self.fault(cell, f"expected an index of a list of {length} (got {str(accessor)[:200]!r})")
        return False

    def is_key(self, cell: _Cell, accessor: Accessor) -> bool:
        if isinstance(accessor, str):
            return True
        self.fault(cell, f"expected a key of an object (got the index {accessor})")
        return False

    def interpolation(self, cell: _Cell, parts: tuple[str | Reference, ...]) -> Node:
        written, secret, unknown, length = [], False, False, 0
        sources = []
        for part in parts:
            if isinstance(part, str):
                written.append(part)
                continue
            source = self.reference(cell, part.accessors)
            sources.append(source)
            each, is_unknown, is_secret = text(source)
            unknown, secret, length = unknown or is_unknown, secret or is_secret, length + len(each)
            if length > WEIGHT:
                return self.fault(cell, f"expected at most {WEIGHT} letters (got more)")
            written.append(each)
        if unknown:
            return replace(self.unknown(cell), secret=secret)
        return self.of(cell, "".join(written), secret, tuple(sources))

    # Functions

    def secret(self, cell: _Cell, plaintext: str | None, ciphertext: str | None) -> Node:
        if ciphertext is None:
            return self.of(cell, plaintext, secret=True)
        try:
            check_ciphertext(ciphertext)
            if self.run.decrypt is not None:
                return self.of(cell, self.run.decrypt(self.name, ciphertext), secret=True)
        except FunctionError as error:
            return self.fault(cell, str(error))
        except EscError:
            # What it says may be about the secret.
            return self.fault(cell, "the secret could not be decrypted")
        return replace(self.unknown(cell), secret=True)

    def call(self, cell: _Cell, function: str, arguments: tuple[Expression, ...]) -> Node:
        places = [self.cell(each, cell.path) for each in arguments]
        if function == "fn::validate":
            return self.validated(cell, *places)
        nodes = tuple(map(self.node, places))
        if function == "fn::final":
            return replace(self.passed(cell, nodes[0]), final=True)
        accepted = {
            "fn::join": (TEXT, TEXTS),
            "fn::split": (TEXT, TEXT),
            "fn::concat": (LISTS,),
            "fn::fromJSON": (TEXT,),
            "fn::fromBase64": (TEXT,),
            "fn::toBase64": (TEXT,),
        }.get(function, (True,))
        held = [self.accepted(cell, *each) for each in zip(nodes, accepted, strict=True)]
        if not all(held):
            return self.unknown(cell)
        secret = any(map(has_secrets, nodes))
        if any(map(has_unknowns, nodes)):
            return replace(self.unknown(cell), secret=secret)
        try:
            return self.applied(cell, function, nodes, secret)
        except FunctionError as error:
            return self.fault(cell, f"{function}: {error}")

    def applied(self, cell: _Cell, function: str, nodes: tuple[Node, ...], secret: bool) -> Node:
        first, last = nodes[0], nodes[-1]
        match function:
            case "fn::join":
                return self.of(cell, _text(first).join(map(_text, last.parts())), secret, nodes)
            case "fn::split":
                # Go splits by nothing into letters.
                parts = _text(last).split(_text(first)) if first.content else list(_text(last))
                return self.of(cell, tuple(self.of(cell, part) for part in parts), secret, nodes)
            case "fn::concat":
                return self.of(cell, tuple(part for each in first.parts() for part in each.parts()), secret, nodes)
            case "fn::fromJSON":
                made = self.plain(cell, from_json(_text(first)), secret)
                return replace(made, reads=all_reads(first))
            case "fn::fromBase64":
                return self.of(cell, from_base64(_text(first)), secret, nodes)
            case "fn::toBase64":
                return self.of(cell, to_base64(_text(first)), secret, nodes)
            case "fn::toJSON":
                return self.of(cell, to_json(first), secret, nodes)
        written, _, is_secret = text(first)
        return self.of(cell, written, is_secret, nodes)

    def accepted(self, cell: _Cell, node: Node, accept: Schema) -> bool:
        validation = Validation(accept)
        held = validation.holds(node, accept if isinstance(accept, bool) else dict(accept))
        for message in validation.faults:
            self.fault(cell, message[:500])
        return held

    def passed(self, cell: _Cell, node: Node) -> Node:
        """The value as it is. ESC takes only what is the value's own, and leaves its bases."""
        made = replace(self.of(cell, node.content), reads=node.reads)
        if self.name == self.run.root:
            # ESC remembers the keys from before it merges; what an importer sees is a copy that does not.
            made = sealed(made)
        return replace(made, secret=has_secrets(node), unknown=has_unknowns(node))

    def validated(self, cell: _Cell, wanted: _Cell, place: _Cell) -> Node:
        described, node = self.node(wanted), self.node(place)
        if not has_unknowns(described):
            try:
                self.accepted(cell, node, schema(plain_json(described)))
            except SchemaError as error:
                self.fault(cell, f"fn::validate: {error}")
        return self.passed(cell, node)

    def plain(self, cell: _Cell, found: object, secret: bool) -> Node:
        """A value of plain JSON; of a secret each part is one."""
        if isinstance(found, Mapping):
            return self.of(cell, {str(key): self.plain(cell, each, secret) for key, each in found.items()}, secret)
        if isinstance(found, list):
            return self.of(cell, tuple(self.plain(cell, each, secret) for each in found), secret)
        assert found is None or isinstance(found, (bool, str, Number))
        return self.of(cell, found, secret)


def _text(node: Node) -> str:
    assert isinstance(node.content, str)
    return node.content
