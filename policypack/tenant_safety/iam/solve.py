"""Can conditions hold together?  Each key has finitely many classes of values; a set of them is an integer."""

from collections.abc import Mapping, Sequence

from .effort import spend
from .keys import Atom, Domain, domain
from .statements import Rule

_STEP = 10
"""Units of work of one choice."""


class Solver:
    """Over the conditions of `rules`.

    `widely`: where the values of a key can't all be told apart, the answer is in favour of the request.
    `inexact`: the keys of which that was so.
    """

    def __init__(self, rules: Sequence[Rule], *, widely: bool) -> None:
        self._widely = widely
        self._domains: dict[str, Domain] = {}
        self._needs: dict[Rule, dict[str, int] | None] = {}
        self._atoms: dict[str, dict[Atom, None]] = {}
        self.inexact: list[str] = []
        for rule in rules:
            for atom in rule.atoms:
                self._atoms.setdefault(atom.key, {})[atom] = None

    def texts(self) -> list[str]:
        """The values that stand in the conditions."""
        return list(dict.fromkeys(text for atoms in self._atoms.values() for atom in atoms for text in atom.wanted))

    def solve(
        self, groups: Sequence[Sequence[Rule]], forbidden: Sequence[Rule]
    ) -> tuple[tuple[Rule, ...], dict[str, tuple[str, ...]]] | None:
        """A rule of each group and a context in which all of them hold, and none of `forbidden`; `None` if there is
        none.  A key that is not in the context is absent.  Raises `TooComplex`.
        """
        fails = []
        for rule in forbidden:
            needs = self._needed(rule, generous=False)
            if needs == {}:
                return None
            if needs is not None:
                fails.append(needs)
        held = [[rule for rule in group if self._needed(rule, generous=True) is not None] for group in groups]
        if not all(held):
            return None
        found = self._choose(sorted(held, key=len), fails, {}, ())
        if found is None:
            return None
        chosen, state = found
        values = {
            key: self._domain(key).classes[(allowed & -allowed).bit_length() - 1] for key, allowed in state.items()
        }
        return chosen, {key: value for key, value in values.items() if value}

    def _choose(
        self,
        groups: Sequence[Sequence[Rule]],
        fails: Sequence[Mapping[str, int]],
        state: dict[str, int],
        chosen: tuple[Rule, ...],
    ) -> tuple[tuple[Rule, ...], dict[str, int]] | None:
        """Goes through the choices, depth first."""
        spend(_STEP)
        if groups:
            for rule in groups[0]:
                after = self._narrowed(state, self._needed(rule, generous=True) or {})
                if after is not None and (found := self._choose(groups[1:], fails, after, (*chosen, rule))):
                    return found
            return None
        if fails:
            for key, held in fails[0].items():
                after = self._narrowed(state, {key: self._domain(key).all & ~held})
                if after is not None and (found := self._choose((), fails[1:], after, chosen)):
                    return found
            return None
        return chosen, state

    def _narrowed(self, state: dict[str, int], needs: Mapping[str, int]) -> dict[str, int] | None:
        if not needs:
            return state
        after = dict(state)
        for key, allowed in needs.items():
            left = after.get(key, self._domain(key).all) & allowed
            if not left:
                return None
            after[key] = left
        return after

    def _needed(self, rule: Rule, *, generous: bool) -> dict[str, int] | None:
        """The classes of each key in which all conditions of the rule hold; `None` if they never do together.

        Of a key with values that were not found, in favour of the request: a generous reading holds in any of them, a
        sparing one in none for sure.
        """
        if rule in self._needs:
            return self._needs[rule]
        needs: dict[str, int] | None = {}
        for atom in rule.atoms:
            of_key = self._domain(atom.key)
            if self._widely and not of_key.exact:
                if generous:
                    continue
                needs = None
                break
            assert needs is not None
            needs[atom.key] = needs.get(atom.key, of_key.all) & of_key.truth[atom]
            if not needs[atom.key]:
                needs = None
                break
        self._needs[rule] = needs
        return needs

    def _domain(self, key: str) -> Domain:
        if key not in self._domains:
            self._domains[key] = domain(key, tuple(self._atoms[key]))
            if not self._domains[key].exact:
                self.inexact.append(key)
        return self._domains[key]
