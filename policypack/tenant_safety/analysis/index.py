"""Finds parts of a stack by kind, by URN, and by what others call them."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar, cast

from ..model import Maybe, Part, Pipeline, Policy, Principal, Provider, Stack, Unknown

P = TypeVar("P")


class Index:
    """Lookups over the parts of one stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._by_kind: dict[type, list[Part]] = defaultdict(list)
        for part in stack.parts:
            self._by_kind[type(part)].append(part)
        self._names: dict[type, dict[str, list[Part]]] = {}

    def of(self, kind: type[P]) -> tuple[P, ...]:
        """All parts of a kind."""
        return tuple(cast("list[P]", self._by_kind.get(kind, [])))

    def named(self, kind: type[P], name: str) -> tuple[P, ...]:
        """The parts of a kind that have a name, where it is known."""
        if kind not in self._names:
            found: dict[str, list[Part]] = defaultdict(list)
            for part in self._by_kind.get(kind, ()):
                if own := known(getattr(part, "name", None)):
                    found[own].append(part)
            self._names[kind] = found
        return tuple(cast("list[P]", self._names[kind].get(name, [])))

    @cached_property
    def _by_urn(self) -> dict[str, list[Part]]:
        found: dict[str, list[Part]] = defaultdict(list)
        for part in self.stack.parts:
            found[part.urn if isinstance(part, Provider) else part.at.urn].append(part)
        return found

    def made_by(self, urns: Iterable[str], kind: type[P]) -> tuple[P, ...]:
        """The parts of a kind that come from one of the resources `urns`."""
        return tuple(part for urn in urns for part in self._by_urn.get(urn, ()) if isinstance(part, kind))

    @cached_property
    def _by_name(self) -> dict[tuple[type, str], list[Principal | Policy]]:
        found: dict[tuple[type, str], list[Principal | Policy]] = defaultdict(list)
        named: list[Principal | Policy] = [*self.of(Principal), *self.of(Policy)]
        for part in named:
            found[type(part), known(part.name).lower()].append(part)
        return found

    def called(self, kind: type[P], name: str) -> tuple[P, ...]:
        """The principals or policies of a name.  One that AWS completes is known by its prefix; case does not count.

        A name is given once in an account, so one that is known to have it is not another that begins like it.
        """
        same = self._by_name.get((kind, name.lower()), []) if name else []
        taken = {_scope(part) for part in same} - {None}
        unnamed = self._by_name.get((kind, ""), [])
        begun = [
            part
            for part in unnamed
            if part.prefix and name.lower().startswith(part.prefix.lower()) and _scope(part) not in taken
        ]
        return tuple(cast("list[P]", same + begun))

    @cached_property
    def _by_role(self) -> dict[str, tuple[Pipeline, bool]]:
        """The pipelines by the name of the role that they run as, or by the resource that is that role, or may be."""
        sure: dict[str, tuple[Pipeline, bool]] = {}
        unsure: dict[str, tuple[Pipeline, bool]] = {}
        for pipeline in self.of(Pipeline):
            if isinstance(pipeline.role, str):
                sure[pipeline.role.lower()] = (pipeline, True)
            else:
                roles = [p for p in self.made_by(pipeline.role.depends_on, Principal) if p.kind == "role"]
                for role in roles:
                    (sure if len(roles) == 1 else unsure)[role.at.urn] = (pipeline, len(roles) == 1)
        return unsure | sure

    def runs_as(self, role: str) -> tuple[Pipeline, bool] | None:
        """A pipeline that runs as a role, given by its name in lower case or its URN, and whether that is sure."""
        return self._by_role.get(role)

    def comes_after(self, later: str, earlier: str) -> bool:
        """Is the resource `later` surely made after `earlier`?"""
        return not self.stack.whole or later == earlier or earlier in self._before(later)

    def _before(self, urn: str) -> frozenset[str]:
        seen: set[str] = set()
        waiting = [urn]
        while waiting:
            for direct in self.stack.dependencies.get(waiting.pop(), ()):
                if direct not in seen:
                    seen.add(direct)
                    waiting.append(direct)
        return frozenset(seen)


def _scope(part: Principal | Policy) -> tuple[str, str] | None:
    """Where a name is given once; `None` if the account is not known."""
    account = known(part.at.account)
    return (account, part.kind if isinstance(part, Principal) else "") if account else None


def known(value: Maybe[str] | None) -> str:
    """A text that is known, else nothing; for display and comparison of names that differ when unknown."""
    return "" if value is None or isinstance(value, Unknown) else value
