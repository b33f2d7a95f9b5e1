"""How the platform's own resources let tenants and CI/CD roles at global config."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..iam import Attached, Reach, Unknown, covers, intersects
from ..model import Admission, Maybe, Principal, Verdict
from . import identity
from .index import Index, known
from .sharing import NOBODY, Outsider, Question, Sides, plain, verdict


@dataclass(frozen=True, slots=True)
class Exposure:
    """Global config that a resource of the platform's lets somebody at, or may."""

    urn: str
    label: str
    who: str
    target: str
    reach: Reach
    role: str = ""
    """The role that is assumed on the way."""

    @property
    def verdict(self) -> Verdict:
        return verdict(self.reach)

    @property
    def why(self) -> str:
        """What lets whom at what, as far as it may be shown."""
        may, found = "lets" if self.verdict == "violated" else "may let", self.reach.witness
        if self.reach.secret:
            return f"{self.label}, which is secret, {may} somebody at {self.target}"
        what = f"call {found.action} on {self.target}" if found else f"do something with {self.target}"
        return f"{self.label} {may} {self.who} " + (f"assume {self.role} and {what}" if self.role else what)


def exposures(index: Index, sides: Sides) -> Iterator[Exposure]:
    """What the policies and roles of one of the platform's stacks give of global config."""
    for admission in index.of(Admission):
        if index.stack.arrived in ("", admission.at.urn):
            yield from _worst(_of_policy(admission, sides))
    granted: dict[str, list[Attached]] = {}
    grants: dict[str, set[str]] = {}
    for holder, grant, documents in identity.granted(index, sides.registry.platform):
        if holder.principal:
            granted.setdefault(holder.principal.at.urn, []).extend(documents)
            grants.setdefault(holder.principal.at.urn, set()).add(grant.at.urn)
    for role in index.of(Principal):
        urn = role.at.urn
        if role.trust is not None and index.stack.arrived in ("", urn, *grants.get(urn, ())):
            yield from _worst(_of_role(index, sides, role, granted.get(urn, [])))


def _worst(found: Iterator[Exposure]) -> Iterator[Exposure]:
    """One that is sure, if there is one, else one that may be."""
    listed = list(found)
    yield from sorted(listed, key=lambda each: each.verdict == "undetermined")[:1]


def _of_policy(admission: Admission, sides: Sides) -> Iterator[Exposure]:
    for target, protected, doubt in _targets(admission.resources, sides):
        for who, answer in _let_in(admission, sides, target):
            yield Exposure(admission.at.urn, admission.label, who, protected, _doubted(answer, doubt))


def _of_role(index: Index, sides: Sides, role: Principal, documents: list[Attached]) -> Iterator[Exposure]:
    """A role that a tenant or a CI/CD role can assume: is it global config itself, and what of it does it reach?"""
    name = known(role.name) or role.at.urn.rsplit("::", 1)[-1]
    path = known(role.path) or "/"
    arn = f"arn:aws:iam::{known(role.at.account) or sides.judged.accounts[0]}:role{path}{name}"
    trust = Admission(role.at, "policy", role.trust or Unknown("assumeRolePolicy"), "assumeRolePolicy", (arn,))
    for who, answer in _let_in(trust, sides, arn, ("sts:assumerole",)):
        for _, protected, doubt in _targets((arn,), sides):
            yield Exposure(role.at.urn, trust.label, who, protected, _doubted(answer, doubt))
        for target, found in identity.reached(index, sides.registry.platform, role, documents):
            unsure = answer if answer.verdict != "reachable" else found
            both = replace(unsure, witness=found.witness, secret=answer.secret or found.secret)
            yield Exposure(role.at.urn, trust.label, who, target, both, name)


def _targets(resources: tuple[Maybe[str], ...], sides: Sides) -> Iterator[tuple[str, str, Unknown | None]]:
    """What of global config a policy is about: what to ask of, its pattern, and the doubt whether it is that."""
    for protected in sides.registry.platform.protected:
        for resource in resources or (Unknown("what it is about"),):
            if isinstance(resource, Unknown):
                yield protected, protected, resource
            elif covers(protected, resource):
                yield resource, protected, None
            elif intersects(protected, resource):
                # All of a bucket's objects are meant by a pattern; of other ARNs it is one that is not known yet.
                is_part = ":s3:::" in resource and covers(resource, protected)
                yield protected, protected, None if is_part else Unknown(f"whether it is about {protected}")


def _doubted(answer: Reach, doubt: Unknown | None) -> Reach:
    return answer if doubt is None else replace(answer, verdict="undetermined", missing=(*answer.missing, doubt))


def _let_in(
    admission: Admission, sides: Sides, target: str, actions: tuple[str, ...] | None = None
) -> Iterator[tuple[str, Reach]]:
    """The tenants and CI/CD roles that a policy lets at a target, or may."""
    if isinstance(admission.document, Unknown):
        yield "somebody", Reach("undetermined", missing=(admission.document,))
        return
    question = Question(admission, plain(admission.document, sides), sides)
    for outsider in _outsiders(question, sides):
        answer = question.reaches(outsider, (target,), actions)
        if answer.verdict != "unreachable":
            yield outsider.name, answer


def _outsiders(question: Question, sides: Sides) -> Iterator[Outsider]:
    """Any tenant, those that are named, and CI/CD roles of the platform's own account."""
    platform = sides.registry.platform
    roles = ("*", *platform.cicd_roles.names)
    yield Outsider("organization", "any tenant", NOBODY, platform.organization, roles=roles)
    for account in sorted(question.accounts & sides.pairs.keys()):
        yield Outsider("foreign", sides.whose(account), account, platform.organization, roles=roles)
    for account in sides.judged.accounts:
        yield Outsider("foreign", "a CI/CD role", account, platform.organization, roles=platform.cicd_roles.names)
