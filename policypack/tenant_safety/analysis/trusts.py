"""Whom roles trust: principals of other accounts, services that act for anybody, third parties."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from ..iam import Attached, Comparison, Document, Statement, Symbolic, Unknown, Witness, new_access, parse
from ..model import Finding, Maybe, Principal
from .index import Index, known
from .links import account_of

if TYPE_CHECKING:
    from ..tenancy import Judged, Registry

Kept: TypeAlias = Callable[[str, Maybe[str]], bool]
"""Is a question about such a principal (its kind and value)?"""

OUTSIDER, UNNAMED = "000000000000", "unnamed"
"""An account and a name that stand for all those that no document names."""
_IDENTITIES = {
    "cognito-identity.amazonaws.com": "aud",
    "accounts.google.com": "aud",
    "graph.facebook.com": "app_id",
    "www.amazon.com": "app_id",
}
"""Identity providers that anybody has an account at, and the claim that says for which application a token is.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""

# Services whose documentation says that whoever makes them act has to be named in the trust of a role, each at
# https://docs.aws.amazon.com/ followed by:
_DEPUTIES = {
    "bedrock": "bedrock/latest/userguide/cross-service-confused-deputy-prevention.html",
    "codebuild": "codebuild/latest/userguide/cross-service-confused-deputy-prevention.html",
    "codedeploy": "codedeploy/latest/userguide/security_confused_deputy.html",
    "config": "config/latest/developerguide/iamrole-permissions.html",
    "events": "eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html",
    "logs": "AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
    "personalize": "personalize/latest/dg/cross-service-confused-deputy-prevention.html",
    "pipes": "eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html",
    "sagemaker": "sagemaker/latest/dg/security-confused-deputy-prevention.html",
    "scheduler": "scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html",
    "ssm": "systems-manager/latest/userguide/cross-service-confused-deputy-prevention.html",
    "states": "step-functions/latest/dg/procedure-create-iam-role.html",
    "transfer": "transfer/latest/userguide/confused-deputy.html",
    "vpc-flow-logs": "vpc/latest/userguide/flow-logs-iam-role.html",
}


@dataclass(frozen=True, slots=True)
class Beyond:
    """A role whose trust admits somebody beyond those that it may, or may admit somebody (`admits`)."""

    role: Principal
    admits: Comparison

    @property
    def witness(self) -> Witness | None:
        """Who may assume the role, where that is known and may be shown."""
        secret = isinstance(self.role.trust, Document) and self.role.trust.secret
        return None if secret else self.admits.witness

    def finding(self, who: str, how: str = "") -> Finding:
        """Who, in words, may assume the role, and how."""
        sure = self.admits.new_access
        why = f"{who} may{'' if sure else ' be able to'} assume it{how}"
        return Finding(self.role.at.urn, why, "violated" if sure else "undetermined", self.admits.missing)


def foreign(index: Index, registry: Registry, judged: Judged) -> Iterator[Beyond]:
    """Roles that somebody may assume who is neither of the stack's accounts nor of the platform's, nor a partner.

    Through roles of the platform's own stacks tenants come in; `unidentified` asks them who they are.
    """
    platform = registry.platform
    own = own_accounts(registry, judged)
    tenants = _owners(registry) if judged.plan is None and judged.pair is None else {}
    accounts = allow({"AWS": [*own, *platform.partners, *tenants]})
    linkers = _linkers(registry)

    def kept(kind: str, value: Maybe[str]) -> bool:
        if kind == "Federated":
            account = account_of(value)
            return value in _IDENTITIES or isinstance(value, Unknown) or (account != "" and account not in own)
        return kind == "AWS"

    for role in roles(index):
        if known(role.name).lower() in linkers:
            continue
        named = {value for s in statements_of(role.trust) for _, value in s.principals or ()}
        keys = {provider: f"{provider}:{claim}" for provider, claim in _IDENTITIES.items() if provider in named}
        trust = _settled(role.trust, {key.lower() for key in keys.values()})
        public = [allow({"Federated": each}, StringEquals={key: spelt(trust, key)}) for each, key in keys.items()]
        yield from beyond(replace(role, trust=trust), kept, (accounts, *public))


def _settled(trust: Maybe[Document] | None, keys: set[str]) -> Maybe[Document] | None:
    """The trust with its symbols in such keys' values taken for the texts that they stand for: whatever id AWS gives an
    application, a token has to have this one.
    """
    if not isinstance(trust, Document):
        return trust
    statements = []
    for statement in trust.statements:
        conditions = tuple(
            replace(c, values=tuple(str(v) if isinstance(v, Symbolic) else v for v in c.values))
            if c.key in keys and c.how and c.how.name == "StringEquals"
            else c
            for c in statement.conditions
        )
        statements.append(replace(statement, conditions=conditions))
    return replace(trust, statements=tuple(statements))


def deputies(index: Index, registry: Registry, judged: Judged) -> Iterator[Beyond]:
    """Roles that a service may assume for another account than the stack's own or the platform's."""
    own = own_accounts(registry, judged)
    sources = (
        allow({"Service": "*"}, StringEquals={"aws:SourceAccount": own}),
        allow({"Service": "*"}, StringLike={"aws:SourceArn": [f"arn:*:*:*:{account}:*" for account in own]}),
    )

    def kept(kind: str, value: Maybe[str]) -> bool:
        return kind == "Service" and (isinstance(value, Unknown) or value.split(".")[0] in _DEPUTIES)

    for role in roles(index):
        yield from beyond(role, kept, sources)


def unidentified(index: Index, registry: Registry, judged: Judged) -> Iterator[Beyond]:
    """Roles that somebody who acts for many may assume for any of them: without an external id of its own."""
    linkers = _linkers(registry)
    for role in roles(index):
        if known(role.name).lower() not in linkers:
            for agent in _agents(role, registry, judged):
                identified = allow({"AWS": [*agent.accounts]}, StringEquals={"sts:ExternalId": [*agent.ids]})
                yield from beyond(role, agent.is_asked, (identified,), agent.others)


@dataclass(frozen=True, slots=True)
class _Agent:
    """Who has to show an external id, and which ones say for whom it acts.  `others` are those that need none."""

    accounts: tuple[str, ...]
    ids: tuple[str, ...]
    others: Attached

    def is_asked(self, kind: str, value: Maybe[str]) -> bool:
        return kind == "AWS" and (isinstance(value, Unknown) or value == "*" or account_of(value) in self.accounts)


def _agents(role: Principal, registry: Registry, judged: Judged) -> Iterator[_Agent]:
    """The partners; tenants, in the platform's own stacks; in tenants' the linkers, which act for all tenants.  Only
    those whose accounts the trust names: of whoever else gets in `foreign` tells.
    """
    platform, literals = registry.platform, spelt(role.trust, "sts:ExternalId")
    principals = [value for s in statements_of(role.trust) for _, value in s.principals or ()]
    arns = [*principals, *compared(role.trust, "aws:PrincipalArn")]
    mentioned = {*map(account_of, arns), *compared(role.trust, "aws:PrincipalAccount")}
    partners = tuple(platform.partners)
    if not mentioned.isdisjoint(partners) or any(isinstance(each, Unknown) for each in principals if partners):
        yield _Agent(partners, tuple(literals), deny(StringNotEquals={"aws:PrincipalAccount": partners}))
    if judged.plan is None:
        for account, pair in _owners(registry).items():
            if account in mentioned and account not in judged.accounts:
                own = _issued(registry, pair)
                ids = (own,) if own else _unissued(literals, registry, pair)
                yield _Agent((account,), ids, deny(StringNotEquals={"aws:PrincipalAccount": [account]}))
    elif judged.pair and platform.linker_roles != "not-in-aws" and not _is_reader(role, registry):
        accounts = tuple(dict.fromkeys(each.split(":")[4] for each in platform.linker_roles))
        if not mentioned.isdisjoint(accounts):
            ids = _unissued(literals, registry, judged.pair)
            yield _Agent(accounts, ids, deny(ArnNotLike={"aws:PrincipalArn": platform.linker_roles}))


def _unissued(ids: Sequence[str], registry: Registry, pair: tuple[str, str]) -> tuple[str, ...]:
    """The external ids without those that the registry gives other pairs."""
    others = {_issued(registry, each) for each in pairs(registry) if each != pair}
    return tuple(each for each in ids if each not in others)


def _is_reader(role: Principal, registry: Registry) -> bool:
    """Is it the links' reader?  It tells of load balancers by their ARNs, which are bound to its account."""
    links = registry.platform.links
    return links is not None and known(role.name).lower() == links.reader.lower()


def _owners(registry: Registry) -> dict[str, tuple[str, str]]:
    """The pairs by their accounts."""
    return {registry.tenants[t].environments[e].account: (t, e) for t, e in pairs(registry)}


def _issued(registry: Registry, pair: tuple[str, str]) -> str:
    """The external id that the registry gives a pair."""
    found = registry.tenants[pair[0]].environments[pair[1]].external_id
    return found.get_secret_value() if found else ""


def _linkers(registry: Registry) -> set[str]:
    """The names of the pairs' own linkers, whose trust linker-wider compares with what the registry gives."""
    return {registry.platform.own_linker(*pair).lower() for pair in pairs(registry)} - {""}


def own_accounts(registry: Registry, judged: Judged) -> list[str]:
    """The accounts whose principals may act on a stack: its own, its pair's, and the platform's."""
    pair = judged.pair
    its = [registry.tenants[pair[0]].environments[pair[1]].account] if pair else []
    return [*dict.fromkeys((*judged.accounts, *its, *registry.platform.accounts))]


def named(found: Beyond, registry: Registry) -> str:
    """Who it is, and whose, as the registry has it."""
    if found.witness is None or found.witness.who.id.startswith(f"{UNNAMED}."):
        return "somebody"
    who, context = found.witness.who, found.witness.context
    owners = {account: "-".join(pair) for account, pair in _owners(registry).items()}
    owners |= dict.fromkeys(registry.platform.accounts, "the platform") | registry.platform.partners
    about = who.id
    if who.account:
        owner = owners.get(who.account, "which the registry does not name")
        about = f"account {who.account} ({owner})" if who.name == UNNAMED else f"{who.id} ({owner})"
        about = "any account" if who.account == OUTSIDER else about
    said = [f"{key} is {' with '.join(values)}" for key, values in sorted(context.items()) if any(values)]
    return f"{about}, where {' and '.join(said)}," if said else about


def pairs(registry: Registry) -> list[tuple[str, str]]:
    return [(name, each) for name, tenant in registry.tenants.items() for each in tenant.environments]


def roles(index: Index) -> Iterator[Principal]:
    """The roles of the stack; of those that arrive, the one that has just arrived."""
    arrived = index.stack.arrived
    return (p for p in index.of(Principal) if p.kind == "role" and arrived in ("", p.at.urn))


def beyond(role: Principal, kept: Kept, reference: Sequence[Attached], *limits: Attached) -> Iterator[Beyond]:
    """Does the trust admit a principal that `kept` is about, and the reference does not?  `limits` are documents of
    Deny statements, which say what is not asked about.
    """
    trust = narrowed(role.trust, kept) if isinstance(role.trust, Document) else role.trust
    if trust is not None:
        admits = new_access(tuple(reference), (Attached(role.at.urn, trust), *limits), "trust")
        if admits.new_access is not False:
            yield Beyond(role, admits)


def narrowed(trust: Document, kept: Kept) -> Document | None:
    """The trust with only such principals, if it then lets in anybody.  Statements of which nothing is known stay, as
    do those that deny.
    """
    found = []
    for statement in trust.statements:
        if statement.effect == "Allow" and not statement.is_unknown:
            # Whom a NotPrincipal leaves out does not matter: it lets in all others.
            named = (("AWS", "*"),) if statement.not_principals else statement.principals or ()
            left = tuple(each for each in named if kept(*each))
            if not left:
                continue
            found.append(statement if statement.not_principals else replace(statement, principals=left))
        else:
            found.append(statement)
    allows = any(statement.effect == "Allow" for statement in found)
    return replace(trust, statements=tuple(found)) if allows else None


def statements_of(trust: Maybe[Document] | None) -> tuple[Statement, ...]:
    """The statements that are known."""
    return trust.statements if isinstance(trust, Document) else ()


def spelt(trust: Maybe[Document] | None, key: str) -> list[str]:
    """The values, without wildcards, that a trust compares a key with."""
    return [value for value in compared(trust, key) if not set("*?$") & set(value)]


def compared(trust: Maybe[Document] | None, key: str) -> list[str]:
    """All known values that a trust compares a key with."""
    conditions = [c for s in statements_of(trust) for c in s.conditions if c.key == key.lower()]
    return [value for c in conditions for value in c.known if not isinstance(value, Symbolic)]


def allow(principal: Mapping[str, str | list[str]], **conditions: Mapping[str, Sequence[str]]) -> Attached:
    """A document that lets such principals assume a role."""
    return _document("Allow", principal, conditions)


def deny(**conditions: Mapping[str, Sequence[str]]) -> Attached:
    """A document that keeps out everybody of whom the conditions hold."""
    return _document("Deny", "*", conditions)


def _document(effect: str, principal: object, conditions: Mapping[str, Mapping[str, Sequence[str]]]) -> Attached:
    statement = {"Effect": effect, "Principal": principal, "Action": "*", "Condition": conditions}
    return Attached("the registry", parse({"Version": "2012-10-17", "Statement": statement}))
