"""Which CI/CD principals a stack has, what is granted to them, and whether that reaches global config."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..iam import Document, Granted, Reach, Unknown, managed_policy, matches, reach
from ..model import Grant, Issuer, Maybe, Membership, Policy, Principal
from .index import Index, known

if TYPE_CHECKING:
    from ..tenancy import Platform


_TYPICAL = {
    "appconfig": ("GetConfiguration",),
    "dynamodb": ("GetItem", "PutItem"),
    "ecr": ("BatchGetImage", "PutImage"),
    "iam": ("PutRolePolicy", "UpdateAssumeRolePolicy"),
    "kms": ("Decrypt", "CreateGrant"),
    "lambda": ("InvokeFunction", "UpdateFunctionCode"),
    "s3": ("GetObject", "PutObject", "ListBucket"),
    "secretsmanager": ("GetSecretValue", "PutSecretValue"),
    "ssm": ("GetParameter", "PutParameter"),
    "sts": ("AssumeRole",),
}
"""Actions to show first in a witness, by service."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A principal that policies of this stack are granted to; `principal` is `None` if it is made elsewhere.

    `ci` says why it counts as CI/CD ("" if it does not), or that this is not known.
    """

    kind: str
    name: str
    principal: Principal | None
    ci: Maybe[str]


@dataclass(frozen=True, slots=True)
class Access:
    """A grant through which a CI/CD principal reaches global config, or may.

    `window`: only a Deny that is not surely made before this grant keeps it from reaching.
    `others`: how many further patterns of global config the same grant reaches.
    """

    holder: Holder
    grant: Grant
    target: str
    reach: Reach
    window: bool = False
    others: int = 0


@dataclass(frozen=True, slots=True)
class _Held:
    grant: Grant
    certain: bool
    documents: tuple[Granted, ...]
    doubt: Unknown | None = None
    """The membership through which it may be held."""


def accesses(index: Index, platform: Platform) -> Iterator[Access]:
    """Every grant of the stack to a CI/CD principal that reaches global config, or may."""
    for holder, held in _holdings(index, platform):
        if holder.ci != "":
            for grant in held:
                yield from _through(index, platform, holder, held, grant)


def _through(index: Index, platform: Platform, holder: Holder, held: Sequence[_Held], own: _Held) -> Iterator[Access]:
    earlier = [h for h in held if h is not own and index.comes_after(own.grant.at.urn, h.grant.at.urn)]
    boundary = _boundary(index, holder.principal)
    found: list[Access] = []
    for target in platform.protected:
        ordered = (*own.documents, *_denies(earlier))
        reached = _reach(ordered, boundary, target, holder)
        if reached.verdict == "unreachable":
            continue
        every = (*own.documents, *_denies([h for h in held if h is not own]))
        window = len(every) > len(ordered) and _reach(every, boundary, target, holder).verdict == "unreachable"
        found.append(Access(holder, own.grant, target, _doubted(reached, holder, own), window))
    found.sort(key=lambda access: access.reach.verdict != "reachable")
    if found:
        same = sum(access.reach.verdict == found[0].reach.verdict for access in found)
        yield replace(found[0], others=same - 1)


def _doubted(reached: Reach, holder: Holder, own: _Held) -> Reach:
    """A reach that is only certain if the principal is surely CI/CD, and the grant surely its own."""
    doubts = [] if isinstance(holder.ci, str) else [holder.ci]
    because = [] if isinstance(holder.ci, str) else [f"whether {holder.name} is a CI/CD {holder.kind} is not known yet"]
    if not own.certain:
        doubts += [d for d in (own.grant.target, own.doubt) if isinstance(d, Unknown)]
        because.append(f"whom {own.grant.label or 'it'} is granted to is not known yet")
    if not because:
        return reached
    return replace(
        reached,
        verdict="undetermined",
        missing=tuple(dict.fromkeys((*reached.missing, *doubts))),
        because=(*reached.because, *because),
    )


def _denies(held: Sequence[_Held]) -> Iterator[Granted]:
    for each in held:
        for granted in each.documents:
            if isinstance(granted.document, Document):
                denies = tuple(s for s in granted.document.statements if s.effect == "Deny")
                if denies:
                    yield replace(granted, document=replace(granted.document, statements=denies), certain=each.certain)


def _reach(granted: Sequence[Granted], boundary: Maybe[Document] | None, target: str, holder: Holder) -> Reach:
    """The first reach among all the actions on the target's service, typical actions first."""
    possible = Reach("unreachable")
    for service in _services(target, holder):
        names = _TYPICAL.get(service, ())
        for action in (*(f"{service}:{name}" for name in names), f"{service}:?*"):
            reached = reach(granted, boundary, action.lower(), target)
            if reached.verdict == "reachable":
                return replace(reached, action=action if "*" not in action else reached.action)
            if reached.verdict == "undetermined" and possible.verdict == "unreachable":
                possible = replace(reached, action=action if "*" not in action else reached.action)
    return possible


def _services(target: str, holder: Holder) -> tuple[str, ...]:
    """The services whose actions touch the target.  IAM's own never cross an account; assuming a role does."""
    service, account = target.split(":")[2], target.split(":")[4]
    if service != "iam":
        return (service,)
    own = holder.principal.at.account if holder.principal else Unknown("account")
    return ("sts",) if isinstance(own, str) and not matches(account, own) else ("sts", "iam")


def _holdings(index: Index, platform: Platform) -> Iterator[tuple[Holder, list[_Held]]]:
    """Each principal with what it is granted, itself or through its groups."""
    holders: dict[tuple[str, str], Holder] = {}
    held: dict[tuple[str, str], list[_Held]] = {}
    for grant in index.of(Grant):
        for key, holder, certain in _targets(index, grant, platform):
            holders.setdefault(key, holder)
            held.setdefault(key, []).append(_Held(grant, certain, tuple(_documents(index, grant, certain))))
    for member in index.of(Membership):
        for user_key, user in _members(index, member, platform):
            holders.setdefault(user_key, user)
            for key, group in list(holders.items()):
                if group.kind == "group" and _is_member_of(member, group):
                    doubt = member.group if isinstance(member.group, Unknown) else None
                    through = held.get(key, ())
                    through = [replace(h, certain=False, doubt=doubt) for h in through] if doubt else through
                    held.setdefault(user_key, []).extend(through)
    for key, holder in holders.items():
        yield holder, held.get(key, [])


def _targets(index: Index, grant: Grant, platform: Platform) -> Iterator[tuple[tuple[str, str], Holder, bool]]:
    """The principals that a grant is, or may be, given to."""
    if isinstance(grant.target, Unknown):
        candidates = [p for p in index.made_by(grant.target.depends_on, Principal) if p.kind == grant.kind]
        for principal in candidates:
            yield (grant.kind, principal.at.urn), _holder(index, principal, platform), len(candidates) == 1
        if not candidates:
            unknown = Holder(grant.kind, f"a {grant.kind} that is not known yet", None, grant.target)
            yield (grant.kind, f"? {grant.at.urn}"), unknown, False
        return
    for principal in index.of(Principal):
        if (
            principal.kind == grant.kind
            and known(principal.name).lower() == grant.target.lower()
            and _may_be_same(principal.at.account, grant.at.account)
        ):
            yield (grant.kind, principal.at.urn), _holder(index, principal, platform), True
            return
    named = _named(grant.target, platform)
    ci: Maybe[str] = named or Unknown(f"the trust policy of {grant.kind} {grant.target}, which another stack has")
    if grant.kind != "role":
        ci = named
    yield (grant.kind, grant.target.lower()), Holder(grant.kind, grant.target, None, ci), True


def _is_member_of(member: Membership, group: Holder) -> bool:
    """Surely or maybe: names are compared as AWS does, without case."""
    name = group.principal.name if group.principal else group.name
    return isinstance(member.group, Unknown) or isinstance(name, Unknown) or name.lower() == member.group.lower()


def _members(index: Index, member: Membership, platform: Platform) -> Iterator[tuple[tuple[str, str], Holder]]:
    as_grant = Grant(member.at, "user", member.user)
    return ((key, holder) for key, holder, _ in _targets(index, as_grant, platform))


def _may_be_same(a: Maybe[str], b: Maybe[str]) -> bool:
    return isinstance(a, Unknown) or isinstance(b, Unknown) or a == b


def _holder(index: Index, principal: Principal, platform: Platform) -> Holder:
    name = known(principal.name) or principal.at.urn.rsplit("::", 1)[1]
    return Holder(principal.kind, name, principal, _ci(index, principal, platform))


def _named(name: str, platform: Platform) -> str:
    pattern = next((p for p in platform.cicd_roles.names if matches(p.lower(), name.lower())), None)
    return f"its name matches {pattern}" if pattern else ""


def _ci(index: Index, principal: Principal, platform: Platform) -> Maybe[str]:
    """Why a principal counts as CI/CD: by its name, or by an identity provider that its trust admits."""
    if isinstance(principal.name, str) and (named := _named(principal.name, platform)):
        return named
    if principal.kind != "role":
        return principal.name if isinstance(principal.name, Unknown) else ""
    if isinstance(principal.trust, Unknown):
        issuers = index.made_by(principal.trust.depends_on, Issuer)
        issuer = next((i.url for i in issuers if isinstance(i.url, str) and _is_ci(i.url, platform)), None)
        return f"its trust depends on {issuer}" if issuer else principal.trust
    statements = principal.trust.statements if principal.trust else ()
    doubt: Unknown | None = principal.name if isinstance(principal.name, Unknown) else None
    for statement in statements:
        if statement.effect != "Allow":
            continue
        if statement.principals is None or statement.not_principals:
            doubt = doubt or Unknown(f"assumeRolePolicy.{statement.where}.Principal", (principal.at.urn,))
            continue
        for kind, value in statement.principals:
            if isinstance(value, Unknown):
                doubt = doubt or value
            elif kind == "Federated" and _is_ci(value.split("oidc-provider/", 1)[-1], platform):
                return f"{value} may assume it"
    return doubt or ""


def _is_ci(issuer: str, platform: Platform) -> bool:
    return any(matches(pattern.lower(), issuer.lower()) for pattern in platform.cicd_roles.issuers)


def _boundary(index: Index, principal: Principal | None) -> Maybe[Document] | None:
    """The permission boundary's document.  One made elsewhere is not known: it may or may not hold anything back."""
    if principal is None or principal.boundary is None:
        return None
    return _policy(index, principal.boundary)[1]


def _documents(index: Index, grant: Grant, certain: bool) -> Iterator[Granted]:
    missing = (grant.target,) if isinstance(grant.target, Unknown) and not certain else ()
    if grant.document is not None:
        yield Granted(grant.at.urn, grant.document, certain, missing)
    elif grant.policy is not None:
        source, document = _policy(index, grant.policy)
        yield Granted(source or grant.at.urn, document, certain, missing)


def _policy(index: Index, arn: Maybe[str]) -> tuple[str, Maybe[Document]]:
    """A managed policy by its ARN: where its document stands, and the document."""
    if isinstance(arn, Unknown):
        policies = index.made_by(arn.depends_on, Policy)
        return (policies[0].at.urn, policies[0].document) if len(policies) == 1 else ("", arn)
    if managed := managed_policy(arn):
        return arn, managed
    name = arn.rsplit("/", 1)[-1].lower()
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""
    for policy in index.of(Policy):
        if known(policy.name).lower() == name and known(policy.at.account) in (account, ""):
            return policy.at.urn, policy.document
    return arn, Unknown(f"the document of {arn}")
