"""Which CI/CD principals a stack has, what is granted to them, and whether that reaches global config."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ..iam import (
    TARGET_SIDE,
    Attached,
    Caller,
    Comparison,
    Document,
    Policies,
    Reach,
    Statement,
    Unknown,
    caller,
    covers,
    doubtful,
    granting,
    managed_policy,
    matches,
    new_access,
    parse,
    rank,
    reach,
    unlimited,
)
from ..model import Credential, Grant, Issuer, Maybe, Membership, Pipeline, Policy, Principal
from .index import Index, known

if TYPE_CHECKING:
    from ..tenancy import Platform


_CI_SERVICES = ("codebuild", "codepipeline", "codedeploy", "cloudformation")
"""Services of AWS that deploy what a pipeline tells them to."""


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

    The causes of its witness are URNs or ARNs of policies, with their statements.
    `window`: only a Deny that is not surely made before this grant keeps it from reaching.
    `others`: how many further patterns of global config the same grant reaches.
    """

    holder: Holder
    grant: Grant
    target: str
    reach: Reach
    window: bool = False
    others: int = 0

    @property
    def witness(self) -> str:
        """Which action on which resource, in which context, through which statements of which URNs.

        What stands in the grant itself is named shortly.
        """
        found = self.reach.witness
        if found is None:
            return f"something on {self.target}"
        chosen = {key: values for key, values in found.context.items() if key not in GIVEN}
        context = " and ".join(f"{key} is {' with '.join(values)}" for key, values in sorted(chosen.items()))
        where = f", where {context}" if context else ""
        through = " and ".join(f"{c.statement} of {c.source}" for c in found.by if c.source != TARGET_SIDE)
        return self._short(f"{found.action} on {found.resource or self.target}{where}, through {through}")

    @property
    def missing(self) -> tuple[Unknown, ...]:
        """What is not known; of secret documents only what other resources will provide."""
        missing = self.reach.missing
        if not self.reach.secret:
            return missing
        shown = tuple(unknown for unknown in missing if unknown.depends_on)
        return shown if len(shown) == len(missing) else (*shown, Unknown("what a secret document says"))

    @property
    def doubt(self) -> str:
        """Why it is not decided."""
        return self._short("; ".join(self.reach.because))

    def _short(self, text: str) -> str:
        own = self.grant.at.urn
        return re.sub(re.escape(own) + _END_OF_URN, lambda _: _short(own), text)


@dataclass(frozen=True, slots=True)
class Unbounded:
    """A CI/CD role or user without one of the permission boundaries that the registry demands.

    `missing`: what is not known of that, or of its being CI/CD.  `hollow`: its boundary allows everything.
    """

    holder: Holder
    boundary: Maybe[str] | None
    missing: tuple[Unknown, ...]
    hollow: bool


@dataclass(frozen=True, slots=True)
class Keyed:
    """A key of a user, whose holder is `None` where it is not known who that is."""

    key: Credential
    holder: Holder | None


@dataclass(frozen=True, slots=True)
class _Held:
    grant: Grant
    certain: bool
    documents: tuple[Attached, ...]
    doubt: Unknown | None = None
    """The membership through which it may be held."""


def granted(index: Index, platform: Platform) -> Iterator[tuple[Holder, Grant, tuple[Attached, ...]]]:
    """Each grant of the stack with who holds it, or may, and what it gives."""
    for holder, held in _holdings(index, platform):
        for each in held:
            yield holder, each.grant, each.documents


@dataclass(frozen=True, slots=True)
class Standing:
    """A principal with all that is known to decide its requests: what each grant gives it, and its boundary."""

    holder: Holder
    who: Caller
    facts: dict[str, tuple[str, ...] | Unknown]
    granted: tuple[tuple[Grant, Attached], ...]
    boundary: tuple[Attached, ...]


def standings(index: Index, platform: Platform) -> Iterator[Standing]:
    """Every principal of the stack, and those made elsewhere that it grants something to."""
    held = [*_holdings(index, platform)]
    seen = {holder.principal.at.urn for holder, _ in held if holder.principal}
    bare = [_holder(index, each, platform) for each in index.of(Principal) if each.at.urn not in seen]
    for holder, grants in [*held, *((each, list[_Held]()) for each in bare)]:
        granted = tuple((each.grant, document) for each in grants for document in each.documents)
        boundary = tuple(_boundary(index, holder.principal))
        yield Standing(holder, _caller(holder), _facts(holder, platform), granted, boundary)


def accesses(index: Index, platform: Platform) -> Iterator[Access]:
    """Every grant of the stack to a CI/CD principal that reaches global config, or may."""
    for holder, held in _holdings(index, platform):
        if holder.ci != "" and _is_touched(index, holder, held):
            for grant in held:
                yield from _through(index, platform, holder, held, grant)


def ci_principals(index: Index, platform: Platform) -> Iterator[Holder]:
    """The roles and users of the stack that are CI/CD ones, or may be; of those that arrive, the one that has just
    arrived, unless what has arrived can make others CI/CD ones.
    """
    arrived = index.stack.arrived
    every = not arrived or any(index.made_by((arrived,), kind) for kind in (Issuer, Pipeline))
    for principal in index.of(Principal):
        if principal.kind != "group" and (every or principal.at.urn == arrived):
            holder = _holder(index, principal, platform)
            if holder.ci != "":
                yield holder


def unbounded(index: Index, platform: Platform) -> Iterator[Unbounded]:
    """CI/CD roles and users that have none of the permission boundaries that the registry demands, or may have none."""
    demanded = platform.cicd_roles.boundaries
    for holder in ci_principals(index, platform) if demanded else ():
        boundary = holder.principal.boundary if holder.principal else None
        likely = _likely(index, boundary)
        limits = (Attached(likely.at.urn, likely.document),) if likely else tuple(_boundary(index, holder.principal))
        hollow = unlimited(limits)
        arn = _arn(likely) if likely else boundary
        if hollow or not (isinstance(arn, str) and any(covers(each, arn) for each in demanded)):
            missing = tuple(each for each in (holder.ci, boundary) if isinstance(each, Unknown))
            yield Unbounded(holder, boundary, missing, hollow)


def keyed(index: Index, platform: Platform) -> Iterator[Keyed]:
    """The users' keys that do not expire; of those that arrive, the one that has just arrived."""
    for key in index.of(Credential):
        if index.stack.arrived in ("", key.at.urn):
            targets = list(_targets(index, Grant(key.at, "user", key.user), platform))
            yield Keyed(key, targets[0][1] if isinstance(key.user, str) or targets[0][2] else None)


def _is_touched(index: Index, holder: Holder, held: Sequence[_Held]) -> bool:
    """Can the resource that has just arrived change what the holder may do?  Of a whole stack nothing was told yet."""
    arrived = index.stack.arrived
    if not arrived or any(index.made_by((arrived,), kind) for kind in (Issuer, Membership, Pipeline)):
        return True
    if holder.principal and (holder.principal.at.urn == arrived or holder.principal.boundary is not None):
        return True
    return any(each.grant.at.urn == arrived or any(g.source == arrived for g in each.documents) for each in held)


def _through(index: Index, platform: Platform, holder: Holder, held: Sequence[_Held], own: _Held) -> Iterator[Access]:
    earlier = [h for h in held if h is not own and index.comes_after(own.grant.at.urn, h.grant.at.urn)]
    boundary = tuple(_boundary(index, holder.principal))
    ordered = (*own.documents, *_denies(earlier))
    every = (*own.documents, *_denies([h for h in held if h is not own]))
    found: list[Access] = []
    for target in platform.protected:
        reached = _reach(ordered, boundary, target, holder, platform)
        if reached.verdict == "unreachable":
            continue
        window = (
            len(earlier) < len(held) - 1 and _reach(every, boundary, target, holder, platform).verdict == "unreachable"
        )
        found.append(Access(holder, own.grant, target, _doubted(reached, holder, own), window))
    found.sort(key=lambda access: access.reach.verdict != "reachable")
    if found:
        same = sum(access.reach.verdict == found[0].reach.verdict for access in found)
        yield replace(found[0], others=same - 1)


def _doubted(reached: Reach, holder: Holder, own: _Held) -> Reach:
    """A reach that is only certain if the principal is surely CI/CD, and the grant surely its own."""
    doubts = [] if isinstance(holder.ci, str) else [holder.ci]
    because = (
        []
        if isinstance(holder.ci, str)
        else [f"whether the {holder.kind} {holder.name} is a CI/CD one is not known yet"]
    )
    if not own.certain:
        doubts += [d for d in (own.grant.target, own.doubt) if isinstance(d, Unknown)]
        what = "when" if own.grant.later else "whom"
        because.append(f"{what} {own.grant.label or 'it'} is granted to is not known yet")
    if not because:
        return reached
    return replace(
        reached,
        verdict="undetermined",
        missing=tuple(dict.fromkeys((*reached.missing, *doubts))),
        because=(*reached.because, *because),
    )


def _denies(held: Sequence[_Held]) -> Iterator[Attached]:
    """What the grants deny.  Through a reference that is not known yet nothing is surely denied."""
    for each in held:
        doubts = tuple(r for r in (each.grant.target, each.grant.policy) if isinstance(r, Unknown))
        for granted in each.documents:
            if isinstance(granted.document, Document):
                yield replace(
                    granted,
                    document=_only("Deny", granted.document),
                    certain=each.certain and not doubts,
                    missing=(*granted.missing, *doubts),
                )


def _only(effect: Literal["Allow", "Deny"], document: Document) -> Document:
    """A document's statements of one effect."""
    return replace(document, statements=tuple(s for s in document.statements if s.effect == effect))


def _reach(
    granted: Iterable[Attached], boundary: tuple[Attached, ...], target: str, holder: Holder, platform: Platform
) -> Reach:
    """Do the holder's own policies let it reach the target?  What the target's side grants is taken for granted."""
    who, facts = _caller(holder), _facts(holder, platform)
    policies = Policies(identity=tuple(granted), boundary=boundary, resource=(granting(who.account),))
    account = "" if target.split(":")[4] else platform.master_account
    found = reach(who, policies, (target,), _actions(target, holder), facts=facts, account=account)
    above = paths_above(target, _account(holder) or "*")
    if found.verdict == "reachable" or not above:
        return found
    listed = reach(who, policies, above, LISTING, facts=facts, account=account)
    if listed.verdict == "reachable" and _account(holder) is None:
        listed = doubtful(listed, "the account")
    return min(found, listed, key=rank)


LISTING = ("ssm:GetParametersByPath",)
"""The action that gives out the parameters below a path, of the caller's own account."""


def paths_above(target: str, account: str) -> tuple[str, ...]:
    """The paths above a pattern of parameters, for a caller of `account` (`*` if that is not known): allowed or denied
    is the path that is asked for, whatever is said of the parameters below it.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-retrieval-authorization.html
    """
    arn, _, name = target.partition(":parameter/")
    if not name or not (account == "*" or matches(target.split(":")[4], account)):
        return ()
    above = re.split(r"[*?]", name)[0].split("/")[:-1]
    paths = ("/".join(above[:i]) for i in range(1, len(above) + 1))
    return (f"{arn}:parameter/", *(f"{arn}:parameter/{path}{end}" for path in paths for end in ("", "/")))


_UNKNOWN_ACCOUNT = "000000000000"

_END_OF_URN = r"(?![\w./-])"
"""No URN that is longer goes on here."""

GIVEN = ("aws:principalorgid", "aws:resourceorgid", "aws:resourceaccount")
"""Keys of which the platform itself gives the values."""


def _caller(holder: Holder) -> Caller:
    """Who makes the requests.  A group's are made by a user; what is not known of a name is among the facts."""
    path = known(holder.principal.path) if holder.principal else None
    kind = "role" if holder.kind == "role" else "user"
    return caller(f"arn:aws:iam::{_account(holder) or _UNKNOWN_ACCOUNT}:{kind}{path or '/'}{holder.name}")


def _account(holder: Holder) -> str | None:
    """The holder's account, if it is known and one."""
    account = known(holder.principal.at.account) if holder.principal else None
    return account if account and account.isdecimal() and len(account) == len(_UNKNOWN_ACCOUNT) else None


def _facts(holder: Holder, platform: Platform) -> dict[str, tuple[str, ...] | Unknown]:
    """What is fixed of its requests: the organization, which all accounts are in; and what is not known of its name."""
    facts: dict[str, tuple[str, ...] | Unknown] = {
        "aws:principalorgid": (platform.organization,),
        "aws:resourceorgid": (platform.organization,),
    }
    principal = holder.principal
    if _account(holder) is None:
        facts["aws:principalaccount"] = Unknown("the account")
    if principal is None or "aws:principalaccount" in facts or not (known(principal.name) and known(principal.path)):
        facts["aws:principalarn"] = Unknown("the principal's ARN")
    if holder.kind == "group" or (holder.kind == "user" and "aws:principalarn" in facts):
        facts["aws:username"] = Unknown("the user's name")
        facts["aws:principalarn"] = Unknown("the user's ARN")
    return facts


def _actions(target: str, holder: Holder) -> tuple[str, ...] | None:
    """The actions to ask about, if not all that touch the target.  IAM's own never cross an account; assuming a role
    does.
    """
    service, account = target.split(":")[2], target.split(":")[4]
    own = holder.principal.at.account if holder.principal else Unknown("account")
    return ("sts:*",) if service == "iam" and isinstance(own, str) and not matches(account, own) else None


def _holdings(index: Index, platform: Platform) -> Iterator[tuple[Holder, list[_Held]]]:
    """Each principal with what it is granted, itself or through its groups."""
    holders: dict[tuple[str, str], Holder] = {}
    held: dict[tuple[str, str], list[_Held]] = {}
    for grant in index.of(Grant):
        for key, holder, is_its in _targets(index, grant, platform):
            certain = is_its and not grant.later
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
            unknown = Holder(grant.kind, "that is not known yet", None, grant.target)
            yield (grant.kind, f"? {grant.at.urn}"), unknown, False
        return
    own = [
        principal
        for principal in index.called(Principal, grant.target)
        if principal.kind == grant.kind and _may_be_same(principal.at.account, grant.at.account)
    ]
    for principal in own:
        yield (grant.kind, principal.at.urn), _holder(index, principal, platform), True
    if own:
        return
    named = _named(grant.target, platform) or (_run(index, grant.target.lower()) if grant.kind == "role" else "")
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


def _short(urn: str) -> str:
    """A resource's own name, for messages."""
    return urn.rsplit("::", 1)[-1]


def _holder(index: Index, principal: Principal, platform: Platform) -> Holder:
    name = known(principal.name) or _short(principal.at.urn)
    return Holder(principal.kind, name, principal, _ci(index, principal, platform))


def _named(name: str, platform: Platform) -> str:
    pattern = next((p for p in platform.cicd_roles.names if matches(p.lower(), name.lower())), None)
    return f"its name matches {pattern}" if pattern else ""


def _run(index: Index, role: str) -> Maybe[str]:
    """Why a role (its name in lower case, or its URN) counts as CI/CD: a pipeline runs as it, or may."""
    pipeline, sure = index.runs_as(role) or (None, True)
    if pipeline and not sure and isinstance(pipeline.role, Unknown):
        return pipeline.role
    return f"{_short(pipeline.at.urn)} runs as it" if pipeline else ""


def _ci(index: Index, principal: Principal, platform: Platform) -> Maybe[str]:
    """Why a principal counts as CI/CD: by its name, by a pipeline that runs as it, or by an identity provider or a
    service that its trust admits.
    """
    if isinstance(principal.name, str) and (named := _named(principal.name, platform)):
        return named
    if principal.prefix:
        begun = f"{principal.prefix.lower()}*"
        if pattern := next((p for p in platform.cicd_roles.names if covers(p.lower(), begun)), None):
            return f"its name matches {pattern}"
    if principal.kind != "role":
        return principal.name if isinstance(principal.name, Unknown) else ""
    run = _run(index, known(principal.name).lower()) or _run(index, principal.at.urn)
    if run and isinstance(run, str):
        return run
    if isinstance(principal.trust, Unknown):
        issuers = index.made_by(principal.trust.depends_on, Issuer)
        issuer = next((i.url for i in issuers if isinstance(i.url, str) and _is_ci(i.url, platform)), None)
        return f"its trust depends on {issuer}" if issuer else principal.trust
    return _admits_ci(principal, platform) or run


def _admits_ci(principal: Principal, platform: Platform) -> Maybe[str]:
    """Which CI's identity provider or service a role's trust admits, if any."""
    trust = principal.trust if isinstance(principal.trust, Document) else None
    doubt: Unknown | None = principal.name if isinstance(principal.name, Unknown) else None
    to_anybody: Document | None = None
    for statement in trust.statements if trust else ():
        if statement.effect != "Allow":
            continue
        if statement.principals is None or statement.not_principals:
            doubt = doubt or Unknown(f"assumeRolePolicy.{statement.where}.Principal")
            continue
        for kind, value in statement.principals:
            if isinstance(value, Unknown):
                doubt = doubt or value
            elif value == "*" and kind == "AWS":
                to_anybody = trust
            elif value == "*":
                return "anybody may assume it"
            elif _of_ci(kind, value, platform):
                return f"{value} may assume it"
    if to_anybody:
        admits = _admits_named(to_anybody, platform)
        if admits.new_access:
            return "anybody may assume it"
        doubt = admits.missing[0] if admits.new_access is None else doubt
    return doubt or ""


def _admits_named(trust: Document, platform: Platform) -> Comparison:
    """May somebody of the organization with the name of a CI/CD role assume a role that is open to anybody?

    Conditions can keep all of them out.  Whose ARN it is, is asked as if callers had it as a tag, since there are as
    many as there are names; of paths only those that the trust spells, though its stars take in others.
    """
    compared = [
        value for s in trust.statements for c in s.conditions if c.key == "aws:principalarn" for value in c.known
    ]
    paths = {"/", *("/".join(["", *arn.split("/")[1:-1], ""]) for arn in compared)}
    spellings = {each for name in platform.cicd_roles.names for each in (name, name.lower(), name.upper())}
    named = [f"arn:*:iam::*:{kind}{path}{each}" for kind in ("role", "user") for path in paths for each in spellings]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "*"}
    outside = {"StringNotEquals": {"aws:PrincipalOrgID": platform.organization}}
    others = {"ArnNotLike": {f"{_AS_TAG}aws:PrincipalArn": named}}
    statements = [{**deny, "Condition": each} for each in (outside, others)]
    asked = replace(trust, statements=tuple(_open(trust)))
    limits = parse({"Version": "2012-10-17", "Statement": statements})
    return new_access((), (Attached("the trust", asked), Attached("the registry", limits)), "trust")


_AS_TAG = "aws:principaltag/"


def _open(trust: Document) -> Iterator[Statement]:
    """What a trust says of anybody, with callers' ARNs and accounts as tags."""
    for statement in trust.statements:
        anybody = ("AWS", "*") in (statement.principals or ())
        if anybody or statement.effect == "Deny":
            conditions = tuple(
                replace(c, key=f"{_AS_TAG}{c.key}") if c.key in ("aws:principalarn", "aws:principalaccount") else c
                for c in statement.conditions
            )
            principals = (("AWS", "*"),) if anybody else statement.principals
            yield replace(statement, principals=principals, conditions=conditions)


def _of_ci(kind: str, principal: str, platform: Platform) -> bool:
    if kind == "Service":
        return principal.lower().split(".")[0] in _CI_SERVICES
    return kind == "Federated" and bool(ci_issuer(principal, platform))


def ci_issuer(provider: str, platform: Platform) -> str:
    """The issuer of an OIDC provider (its ARN), if that is a CI's."""
    issuer = provider.split("oidc-provider/", 1)[-1]
    return issuer if _is_ci(issuer, platform) else ""


def _is_ci(issuer: str, platform: Platform) -> bool:
    return any(matches(pattern.lower(), issuer.lower()) for pattern in platform.cicd_roles.issuers)


def _boundary(index: Index, principal: Principal | None) -> Iterator[Attached]:
    """The permission boundary.  One made elsewhere, or named by what is not known yet, is not known: it may or may not
    hold anything back.
    """
    if principal is None or principal.boundary is None:
        return
    if isinstance(principal.boundary, Unknown):
        yield Attached("the permission boundary", principal.boundary)
    else:
        source, document = _policy(index, principal.boundary)
        yield Attached(f"the permission boundary {source}", document)


def _likely(index: Index, boundary: Maybe[str] | None) -> Policy | None:
    """The policy of this stack that a boundary which is not known yet most likely is: all that it depends on.

    What is derived from an ARN could be any other; once it is known it is judged by what it is.
    """
    urns = boundary.depends_on if isinstance(boundary, Unknown) else ()
    found = [each for each in index.made_by(urns, Policy) if isinstance(each.document, Document)]
    return found[0] if len(found) == len(urns) == 1 else None


def _arn(policy: Policy) -> str:
    """A pattern of the ARNs that a policy of this stack can have."""
    name = known(policy.name) or f"{policy.prefix}*"
    return f"arn:aws:iam::{known(policy.at.account) or '*'}:policy{known(policy.path) or '/*'}{name}"


def _documents(index: Index, grant: Grant, certain: bool) -> Iterator[Attached]:
    missing = (grant.target,) if isinstance(grant.target, Unknown) and not certain else ()
    if grant.document is not None:
        yield Attached(grant.at.urn, grant.document, certain, missing)
    elif grant.policy is not None:
        if isinstance(grant.policy, Unknown):
            # It is most likely the policy that it depends on, but what is derived from an ARN could be any other: what
            # the likely one allows counts, what it denies is not sure.
            likely = index.made_by(grant.policy.depends_on, Policy)
            for policy in likely:
                source, sure = policy.at.urn, certain and len(likely) == 1
                if isinstance(policy.document, Document):
                    yield Attached(source, _only("Allow", policy.document), sure, missing)
                    yield Attached(source, _only("Deny", policy.document), False, (*missing, grant.policy))
            yield Attached(grant.at.urn, grant.policy, certain, missing)
            return
        source, document = _policy(index, grant.policy)
        yield Attached(source, document, certain, missing)


def _policy(index: Index, arn: str) -> tuple[str, Maybe[Document]]:
    """A managed policy by its ARN: where its document stands, and the document."""
    if managed := managed_policy(arn):
        return arn, managed
    name = arn.rsplit("/", 1)[-1]
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""
    found = [p for p in index.called(Policy, name) if known(p.at.account) in (account, "")]
    return (found[0].at.urn, found[0].document) if len(found) == 1 else (arn, Unknown(f"the document of {arn}"))


def reached(
    index: Index, platform: Platform, role: Principal, documents: Sequence[Attached]
) -> Iterator[tuple[str, Reach]]:
    """The patterns of global config that a role reaches with such policies, or may."""
    holder, boundary = _holder(index, role, platform), tuple(_boundary(index, role))
    for target in platform.protected:
        found = _reach(documents, boundary, target, holder, platform)
        if found.verdict != "unreachable":
            yield target, found
