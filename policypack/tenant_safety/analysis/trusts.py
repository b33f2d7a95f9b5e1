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
    """Roles that somebody may assume who is neither of the stack's accounts nor of the platform's, nor a partner."""
    platform = registry.platform
    own = own_accounts(registry, judged)
    accounts = allow({"AWS": [*own, *platform.partners]})
    linkers = {platform.own_linker(tenant, each).lower() for tenant, each in pairs(registry)} - {""}

    def kept(kind: str, value: Maybe[str]) -> bool:
        if kind == "Federated":
            account = account_of(value)
            return value in _IDENTITIES or isinstance(value, Unknown) or (account != "" and account not in own)
        return kind == "AWS"

    for role in roles(index):
        if known(role.name).lower() in linkers:
            continue  # linker-wider compares its trust with what the registry gives.
        named = {value for s in statements_of(role.trust) for _, value in s.principals or ()}
        keys = {provider: f"{provider}:{claim}" for provider, claim in _IDENTITIES.items() if provider in named}
        public = [allow({"Federated": each}, StringEquals={key: spelt(role.trust, key)}) for each, key in keys.items()]
        yield from beyond(role, kept, (accounts, *public))


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


def unidentified(index: Index, registry: Registry) -> Iterator[Beyond]:
    """Roles that a partner may assume for any of its customers: without an external id."""
    partners = registry.platform.partners

    def kept(kind: str, value: Maybe[str]) -> bool:
        return kind == "AWS" and (isinstance(value, Unknown) or account_of(value) in partners)

    for role in roles(index) if partners else ():
        key = "sts:ExternalId"
        yield from beyond(role, kept, (allow({"AWS": [*partners]}, StringEquals={key: spelt(role.trust, key)}),))


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
    owners = {registry.tenants[t].environments[e].account: f"{t}-{e}" for t, e in pairs(registry)}
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
