"""Whom the platform's resources let in beyond what the registry shares: its CI/CD roles, and tenants as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..iam import Attached, Document, Reach, Statement, Unknown, intersects, parse
from ..model import Admission
from ..tenancy import common, within
from .index import Index
from .sharing import NOBODY, Admitted, Outsider, Question, Sides, plain

_SOMEBODY = ("somebody",)
"""The name of a role that no policy has a reason to name: what lets it in, lets in all of its account."""


@dataclass(frozen=True, slots=True)
class _Side:
    """An account of the other side, or any that is not named, with what it may use and what its CI/CD roles may."""

    account: str
    name: str
    may: Attached
    pipelines_may: Attached


def openings(index: Index, sides: Sides) -> Iterator[Admitted]:
    """Those that one of the platform's stacks lets in; of each policy one, that is sure if there is one."""
    for admission in index.of(Admission):
        if index.stack.arrived in ("", admission.at.urn):
            found = sorted(_of(admission, sides), key=lambda each: each.verdict == "undetermined")
            yield from found[:1]


def _of(admission: Admission, sides: Sides) -> Iterator[Admitted]:
    if isinstance(admission.document, Unknown):
        yield Admitted(admission, "organization", "somebody", Reach("undetermined", missing=(admission.document,)))
        return
    if admission.form != "policy" and any("*" in s.actions for s in admission.document.statements):
        return  # It names no action, so it shares what is made to be shared: an image, a portfolio, a subnet.
    question = Question(admission, plain(admission.document, sides), sides)
    for side in _sides(question):
        if side.name:
            yield from _asked(question, side, _SOMEBODY, side.name, side.may)
        roles = sides.registry.platform.cicd_roles.names
        for pipelines in _asked(question, side, roles, "a CI/CD role", side.pipelines_may):
            narrower = replace(question, document=_narrower(question, side))
            yield from _asked(narrower, side, roles, pipelines.who, side.pipelines_may)


def _sides(question: Question) -> Iterator[_Side]:
    sides = question.sides
    registry, shared = sides.registry, common(sides.registry)
    protected = _statements(Attached("", parse(_all_of(registry.platform.protected))))
    named = _denying((*protected, *_named(shared)))
    yield _Side(NOBODY, "any member of the organization" if sides.is_platform else "", named, named)
    pairs = {
        about.account: within(registry, tenant, environment)
        for tenant, each in registry.tenants.items()
        for environment, about in each.environments.items()
        if about.account in question.accounts
    }
    for account, own in pairs.items():
        given, narrow = _denying((*protected, *_statements(own))), _denying((*protected, *_named(own)))
        yield _Side(account, sides.whose(account), given, narrow)
    # What tenants use is no global config, and somebody has to put it there.
    whole = tuple(replace(statement, actions=("*",)) for statement in _named(shared))
    for account in sides.judged.accounts:
        yield _Side(account, "", named, _denying((*protected, *whole)))


def _all_of(patterns: tuple[str, ...]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": list(patterns)}}


def _statements(given: Attached) -> tuple[Statement, ...]:
    return given.document.statements if isinstance(given.document, Document) else ()


def _named(given: Attached) -> tuple[Statement, ...]:
    """What is given of resources with a name.  That a key or parameter may be given says of none that it is."""
    kept = (replace(s, resources=tuple(r for r in s.resources if _has_name(str(r)))) for s in _statements(given))
    return tuple(statement for statement in kept if statement.resources)


def _has_name(arn: str) -> bool:
    """Does a pattern say more of a resource than its type and account?  `key/*` does not; a bucket is a name."""
    service, rest = arn.split(":", 5)[2::3]
    name = rest if service == "s3" else re.split("[/:]", rest, maxsplit=1)[-1]
    return name.strip("*?") != ""


def _denying(statements: tuple[Statement, ...]) -> Attached:
    denied = tuple(replace(statement, effect="Deny") for statement in statements)
    return Attached("what the registry shares", Document(denied, "2012-10-17"))


def _asked(question: Question, side: _Side, roles: tuple[str, ...], name: str, may: Attached) -> Iterator[Admitted]:
    """Are roles of an account let in beyond what they may?"""
    organization = question.sides.registry.platform.organization
    outsider = Outsider("organization", name, side.account, organization, roles=roles)
    asking = replace(question, denied=(may,))
    # In a resource's own policy `*` means that resource.
    own = tuple(each for each in question.admission.resources if isinstance(each, str))
    targets = own or question.targets(outsider)
    answer = asking.reaches(outsider, targets, question.actions(outsider))
    doubts = tuple(Unknown(f"whether it is about {each}") for each in _perhaps(targets, may))
    if answer.verdict == "reachable" and doubts:
        answer = replace(answer, verdict="undetermined", missing=doubts)
    if answer.verdict != "unreachable":
        yield Admitted(question.admission, "organization", name, answer)


def _perhaps(targets: tuple[str, ...], may: Attached) -> Iterator[str]:
    """What may be used by its name and may be what is asked about: a key is not known by its id before it is made."""
    resources = [str(each) for statement in _statements(may) for each in statement.resources]
    keys = [each for each in resources if each.split(":")[2] == "kms" and _has_name(each)]
    for target in targets:
        if target.endswith(":key/*"):
            yield from (key for key in keys if intersects(key, target))


def _narrower(question: Question, side: _Side) -> Document:
    """The document without what lets in all roles of an account, of which that one tells."""
    kept = []
    for statement in question.document.statements:
        denies = (each for each in question.document.statements if each.effect == "Deny")
        alone = replace(question, document=replace(question.document, statements=(statement, *denies)))
        if statement.effect == "Deny" or not any(_asked(alone, side, _SOMEBODY, "", _denying(()))):
            kept.append(statement)
    return replace(question.document, statements=tuple(kept))
