"""A statement, as it bears on one caller's requests: what it surely matches, or what it may match."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from .conditions import filled, holds
from .documents import Condition, Statement, Symbolic, Unknown
from .evaluate import DIRECT
from .keys import Atom, is_fixed_by_platform
from .patterns import Pattern, compiled
from .policies import Attached, Cause
from .principals import Caller, Naming, is_excepted, namings
from .variables import Unresolved, fill, names, widened
from .wildcards import matches, resource_patterns

Facts: TypeAlias = Mapping[str, tuple[str, ...] | Unknown]
"""What is fixed of a request's context, by key in lower case; `()` says that the key is absent."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A statement reduced to what it matches of one caller's requests.

    `layer` names the kind of policies; `named`: how a resource's policy names the caller.  `doubts` and `because` say
    what is not known of it; `variables`: the keys without a fixed value that it has policy variables of.
    """

    cause: Cause
    layer: str
    allows: bool
    named: frozenset[Naming]
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[Pattern, ...]
    not_resources: bool
    atoms: tuple[Atom, ...]
    doubts: tuple[Unknown, ...] = ()
    because: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    applies: bool = True
    """False for a statement that is left out because of its doubts."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How statements are read: for whom, with what fixed, and in favour of a request (`widely`) or against it.

    `anyone`: nothing is known of the caller, so that no key is fixed by the platform.  `tagged`: the caller has chosen
    the tags of its session.
    """

    who: Caller
    fixed: Facts
    widely: bool
    anyone: bool = False
    tagged: bool = False
    bounded: bool = False
    """The caller has a permission boundary."""

    def is_fixed(self, key: str) -> bool:
        """Is a key without a value here fixed by the platform?"""
        if self.anyone or (self.tagged and key.startswith("aws:principaltag/")):
            return False
        return is_fixed_by_platform(key)

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """The fixed values."""
        return {key: value for key, value in self.fixed.items() if not isinstance(value, Unknown)}


EVERYTHING = compiled("*")


def rules(reading: Reading, layer: str, attached: Attached) -> Iterator[Rule]:
    """The rules that a document's statements are to a reader."""
    if isinstance(attached.document, Unknown):
        if reading.widely:
            cause = Cause(attached.source, "the document")
            yield Rule(
                cause=cause,
                layer=layer,
                allows=True,
                named=frozenset({*DIRECT, "account", "role"}),
                actions=("*",),
                not_actions=False,
                resources=(EVERYTHING,),
                not_resources=False,
                atoms=(),
                doubts=(attached.document, *attached.missing),
                because=(f"{cause} is not known yet",),
            )
        return
    for statement in attached.document.statements:
        if rule := _Reader(reading, attached, statement).rule(layer):
            yield rule


class _Reader:
    """Reads one statement, noting what is not known of it.

    It is read generously (what is not known matches) where that is in favour of the search, else sparingly.
    """

    def __init__(self, reading: Reading, attached: Attached, statement: Statement) -> None:
        self.reading = reading
        self.attached = attached
        self.statement = statement
        self.generous = (statement.effect == "Allow") == reading.widely
        self.cause = Cause(attached.source, statement.where)
        self.doubts: list[Unknown] = []
        self.because: list[str] = []
        self.variables: list[str] = []

    def rule(self, layer: str) -> Rule | None:
        """The rule; `None` if the statement surely matches nothing."""
        statement = self.statement
        if not self.attached.certain:
            self._doubt(*self.attached.missing)
        named, actions, resources, atoms = self._named(), self._actions(), self._resources(), self._atoms()
        applies = named is not None and atoms is not None and (self.attached.certain or self.generous)
        applies = applies and bool(actions or statement.not_actions) and bool(resources or statement.not_resources)
        if not applies and not self.because:
            return None
        return Rule(
            cause=self.cause,
            layer=layer,
            allows=statement.effect == "Allow",
            named=named or frozenset(),
            actions=actions,
            not_actions=statement.not_actions,
            resources=resources,
            not_resources=statement.not_resources,
            atoms=atoms or (),
            doubts=tuple(self.doubts),
            because=tuple(self.because),
            variables=tuple(self.variables),
            applies=applies,
        )

    def _doubt(self, *missing: Unknown, why: str = "is not known yet") -> None:
        self.doubts += missing
        self.because.append(f"{self.cause} {why}")

    def _named(self) -> frozenset[Naming] | None:
        """How the statement names the caller; `None` if it does not."""
        statement, who = self.statement, self.reading.who
        if statement.principals is None:
            return frozenset(DIRECT)
        known = [(kind, value) for kind, value in statement.principals if isinstance(value, str)]
        missing = [value for _, value in statement.principals if isinstance(value, Unknown)]
        missing += [Unknown(f"the account of {value}") for kind, value in known if kind == "CanonicalUser"]
        named = namings(known, who)
        if not statement.not_principals:
            if missing and not named:
                self._doubt(*missing)
                return frozenset({*DIRECT, "account", "role"}) if self.generous else None
            return named or None
        excepted = is_excepted(known, who, bounded=self.reading.bounded)
        if not excepted and not self.reading.bounded and (missing or named):
            self._doubt(*missing or [Unknown(f"whether NotPrincipal excepts {who.id}")])
            return frozenset({"everyone"}) if self.generous else None
        return None if excepted else frozenset({"everyone"})

    def _actions(self) -> tuple[str, ...]:
        unknown = [text for text in self.statement.actions if isinstance(text, Unknown)]
        if unknown:
            self._doubt(*unknown)
        known = tuple(text for text in self.statement.actions if isinstance(text, str))
        return (*known, "*") if unknown and self.generous != self.statement.not_actions else known

    def _resources(self) -> tuple[Pattern, ...]:
        """The patterns of the resources; a trust policy has none and is about its role, whichever that is."""
        if not self.statement.resources:
            return (EVERYTHING,)
        found: list[Pattern] = []
        for text in self.statement.resources:
            pattern, sure = self._pattern(text)
            widest = self.generous != self.statement.not_resources
            for alternative, crossing in resource_patterns(pattern) if pattern is not None and (sure or widest) else ():
                if crossing:  # Whether AWS completes such an ARN, or lets its star go on, is not said.
                    self._doubt(Unknown(f"how AWS reads {text}"), why="has an ARN with missing fields")
                if widest or not crossing:
                    found.append(compiled(alternative, "crossing" if crossing else "arn"))
        return tuple(found)

    def _pattern(self, text: str | Unknown) -> tuple[str | None, bool]:
        """A resource's pattern, and whether it is sure; `None` if it matches nothing."""
        if isinstance(text, Unknown):
            self._doubt(text)
            return "*", False
        if isinstance(text, Symbolic):
            # It is one text that is not known: it may be any of those, and the stand-in is one of them.
            self._doubt(*text.symbols, why="has a part that is not known yet")
            text = text.wide if self.generous != self.statement.not_resources else str(text)
        if not self.statement.variables or "${" not in text:
            return text, True
        if self._depends(text):
            return widened(text), False
        try:
            return fill(text, self.reading.values), True
        except Unresolved:
            return None, True

    def _depends(self, text: str) -> bool:
        """Does a text have variables without a fixed value?"""
        free = [key for key in names(text) if isinstance(self.reading.fixed.get(key, Unknown(key)), Unknown)]
        if free:
            self.variables += free
            self._doubt(*(Unknown(key) for key in free), why=f"has a policy variable ({', '.join(free)})")
        return bool(free)

    def _atoms(self) -> tuple[Atom, ...] | None:
        """The conditions over keys that are free; `None` if a fixed one fails, or one that is not known might."""
        found: list[Atom] = []
        for condition in self.statement.conditions:
            atom = self._atom(condition)
            if isinstance(atom, Atom):
                found.append(atom)
            elif atom is False or (atom is None and not self.generous):
                return None
        return tuple(found)

    def _never(self, condition: Condition) -> bool:
        """Is it sure that the key has none of the texts that the condition's symbols may be, nor the stand-ins?"""
        value = self.reading.fixed.get(condition.key)
        if condition.how is None or condition.how.family not in ("string", "arn") or not isinstance(value, tuple):
            return False
        wide = [each.wide.lower() for each in condition.values if isinstance(each, Symbolic)]
        return not any("${" in text or matches(text, each.lower()) for text in wide for each in value)

    def _atom(self, condition: Condition) -> Atom | bool | None:
        """A condition to be decided later, whether it holds, or `None` if that is not known."""
        how, key, reading = condition.how, condition.key, self.reading
        missing = [value for value in condition.values if isinstance(value, Unknown)]
        if not self._never(condition):
            missing += [symbol for value in condition.values if isinstance(value, Symbolic) for symbol in value.symbols]
        if how is None or missing:
            self._doubt(*missing)
            return None
        variables = self.statement.variables and how.family in ("string", "arn")
        if variables and any(self._depends(text) for text in condition.known):
            return None
        values = reading.values
        wanted = tuple(
            text for each in condition.known for text in filled(how, each, values, variables=self.statement.variables)
        )
        value = reading.fixed.get(key)
        if isinstance(value, tuple):
            return holds(how, key, wanted, {key: value}, variables=False)
        atom = Atom(how, key, wanted)
        if isinstance(value, Unknown) or reading.is_fixed(key):
            unset = value or Unknown(condition.written.partition(" ")[2])
            self._doubt(unset, why=f"holds under a condition ({condition.written})")
            return atom if reading.widely else None
        return atom
