"""How principals leave what they were given: by changing their own rights, boundary or trust, or others of no boundary.

What one changes of itself within a boundary that holds is no escape, since the boundary says what it may do at most;
nor is whom it makes within an accepted one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from ..iam import Policies, Principal, Reach, Step, World, admitted, caller, matches, statements
from ..iam.changes import bounds, changes, choices
from ..iam.escalation import ATTACHES, BECOMES, GROUP_WRITES, JOINS, MAKES, PUTS, REVERTS, REWRITES, UNBOUNDS
from ..iam.standing import policy_arns
from .chains import Actor, Cast, Question, Way, surest, way

ON_PROVIDERS = (
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:UpdateOpenIDConnectProviderThumbprint",
    "iam:DeleteOpenIDConnectProvider",
)
"""Actions on an identity provider that change whose tokens it takes."""
ON_POLICIES = (REWRITES, REVERTS)
"""Actions on a customer-managed policy that change what it says."""
WAY_IN = "OrganizationAccountAccessRole"
"""The role by which the management account administers an account that it has made.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
"""
_BOUNDARY = "iam:permissionsboundary"

_Found: TypeAlias = tuple[str, tuple[Reach, ...]]


def rewrites(cast: Cast) -> Iterator[Way]:
    """How CI/CD principals can change what they, or others, may do."""
    for actor in cast.cicd:
        if found := surest(_escapes(cast, actor, cast.platform.cicd_roles.boundaries)):
            yield found


def unbounded(cast: Cast) -> Iterator[Way]:
    """How the customer's principals can give themselves, or others, more than they were given."""
    for actor in cast.customers:
        if found := surest(_escapes(cast, actor, ("*",))):
            yield found


def _escapes(cast: Cast, actor: Actor, accepted: Sequence[str]) -> Iterator[Way]:
    """`accepted`: patterns of the boundaries that may take the place of another."""
    own = actor.principal.policies.boundary
    first, *others = _of_itself(cast.world, actor.principal)
    within = [first]
    for step in others:
        boundary = step.principal.policies.boundary
        if not own:
            yield way(actor, "change its own permissions", step)
        elif boundary == own or any(_is_accepted(each.source, accepted) for each in boundary):
            within.append(step)
        else:
            yield way(actor, "leave its permission boundary", step)
    for step in within:
        for what, answers in _changes(cast, step.principal, accepted):
            if all(answer.verdict != "unreachable" for answer in answers):
                yield way(actor, what, step, *answers)


def _of_itself(world: World, own: Principal) -> Iterator[Step]:
    """All that a principal can make of itself, itself first."""
    found, seen = [Step("start", own)], {(own.form, True)}
    for step in found:
        yield step
        for change in changes(world, step, step.principal, frozenset()):
            after = change.applied(step.principal)
            if after is None:
                continue
            following = step.then("write", after, *change.answers)
            key = (after.form, all(each.is_sure for each in following.path()))
            if key not in seen:
                seen.add(key)
                found.append(following)


def _is_accepted(policy: str, accepted: Sequence[str]) -> bool:
    """What AWS manages is written for all of its customers, so it bounds nobody."""
    return ":iam::aws:" not in policy and any(matches(each, policy) for each in accepted)


def _changes(cast: Cast, principal: Principal, accepted: Sequence[str]) -> Iterator[_Found]:
    """What a principal can change of who may be it, of boundaries, and of others that have none."""
    own = principal.who
    if own.kind == "role":
        providers = tuple(name for name in sorted(admitted(principal)) if ":oidc-provider/" in name)
        trust: list[Question] = [((own.id,), BECOMES["role"]), *([(providers, ON_PROVIDERS)] if providers else [])]
        yield "change who may assume it", (cast.ask(principal, trust, facts=bounds(principal)),)
    yield from _boundaries(cast, principal, accepted)
    yield from _others(cast, principal)


def _boundaries(cast: Cast, principal: Principal, accepted: Sequence[str]) -> Iterator[_Found]:
    iam = f"arn:{principal.partition}:iam::{principal.who.account}"
    making: list[Question] = [((f"{iam}:{kind}/*",), MAKES[kind][:1]) for kind in MAKES]
    lifting: list[Question] = [((f"{iam}:{kind}/*",), UNBOUNDS[kind][:1]) for kind in UNBOUNDS]
    putting: list[Question] = [((f"{iam}:{kind}/*",), UNBOUNDS[kind][1:]) for kind in UNBOUNDS]
    made = cast.ask(principal, making)
    fitting = made.witness.context.get(_BOUNDARY, ()) if made.witness else ()
    literal, _ = choices(principal, _BOUNDARY)
    named = tuple(dict.fromkeys((*literal, *fitting)))
    documents = (arn for each in principal.policies.boundary for arn in policy_arns(each.source))
    written = tuple(each for each in dict.fromkeys((*documents, *named)) if ":iam::aws:" not in each)
    if written:
        yield "rewrite a permission boundary", (cast.ask(principal, [(written, ON_POLICIES)]),)
    if invented := tuple(each for each in fitting if each not in literal):
        writing = cast.ask(principal, [(invented, ("iam:CreatePolicy",))])
        yield "make principals in a boundary that it writes", (made, writing)
    yield "take permission boundaries away", (cast.ask(principal, lifting),)
    yield "make principals without a permission boundary", (cast.ask(principal, making, facts={_BOUNDARY: ()}),)
    anything = f"arn:{principal.partition}:iam::aws:policy/AdministratorAccess"
    for policy in (anything, *(each for each in named if not _is_accepted(each, accepted))):
        answer = cast.ask(principal, [*putting, *making], facts={_BOUNDARY: (policy,)})
        yield "put others in a permission boundary of its choice", (answer,)


def _others(cast: Cast, principal: Principal) -> Iterator[_Found]:
    iam, is_role = f"arn:{principal.partition}:iam::{principal.who.account}", principal.who.kind == "role"
    others = [*_unknown(cast, principal), *_without_boundary(cast, principal)]
    roles = tuple(each.who.id for each in others if each.who.kind == "role")
    users = tuple(each.who.id for each in others if each.who.kind == "user")
    becoming: list[Question] = [(roles, BECOMES["role"]), (users, BECOMES["user"])]
    if is_role:
        becoming += [((f"{iam}:user/*",), BECOMES["user"]), ((f"{iam}:group/*",), (JOINS, *GROUP_WRITES))]
    what = "change others that have no permission boundary"
    yield what, (cast.ask(principal, becoming, facts={_BOUNDARY: ()}),)
    if not cast.world.has_power(principal, *PUTS.values(), *ATTACHES.values(), REWRITES, REVERTS):
        return
    for other in others:
        for change in changes(cast.world, Step("start", principal), other, frozenset({"free", "unbind"})):
            yield what, change.answers


def _without_boundary(cast: Cast, principal: Principal) -> Iterator[Principal]:
    for other in cast.world.of_account(principal):
        if not other.policies.boundary and not other.is_protected:
            yield other


def _unknown(cast: Cast, principal: Principal) -> Iterator[Principal]:
    """Roles that no stack need make: the management account's, and those that the principal's policies name, unless it
    may make roles of such a name itself.
    """
    iam = f"arn:{principal.partition}:iam::{principal.who.account}:role/"
    yield Principal(caller(f"{iam}{WAY_IN}"), Policies(resource=()))
    names = (
        iam + re.sub(r"[*?]", "x", text.split(":role/", 1)[1])
        for statement in statements(principal.policies.identity, "Allow")
        for text in (() if statement.not_resources else statement.resources)
        if isinstance(text, str) and ":role/" in text and "$" not in text
    )
    for name in dict.fromkeys(names):
        made = cast.ask(principal, [((name,), MAKES["role"])])
        if name != principal.who.id and made.verdict == "unreachable":
            yield Principal(caller(name), Policies(resource=()))
