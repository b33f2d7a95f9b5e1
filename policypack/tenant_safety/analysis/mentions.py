"""Where a tenant's stack names what is another tenant's, or the platform's beyond what its plan grants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..iam import (
    FIELDS,
    Attached,
    Document,
    Policies,
    Statement,
    Symbolic,
    TooComplex,
    Unknown,
    caller,
    intersects,
    matches,
    new_access,
    parse,
    reach,
)
from ..model import Admission, Crossing, Grant, LogRoute, Mention, Policy, Principal
from ..tenancy import apart, meet, within
from .escapes import WAY_IN
from .index import Index, known
from .sharing import NOBODY

if TYPE_CHECKING:
    from ..tenancy import Registry

_ANY = "*?"
_SHARING = (
    *("codeartifact", "dynamodb", "ecr", "es", "events", "glue", "kinesis", "kms", "lambda", "s3", "secretsmanager"),
    *("sns", "sqs"),
)
"""Services whose resources let in other accounts by policies of their own.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""
_WHOEVER_ASKS = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
}


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something that the resource `urn` names `where`, and that is not its tenant's but `whose`.

    `tenant`: it is another tenant's, else the platform's.  `missing`: what is not known, if it only may be so.
    """

    urn: str
    what: str
    where: str
    whose: str
    tenant: bool
    missing: tuple[Unknown, ...] = ()


def foreign(index: Index, registry: Registry, pair: tuple[str, str]) -> Iterator[Foreign]:
    """All that a pair's stack names and that is not its own."""
    bounds = _Bounds.of(registry, pair)
    # Where logs go, whom resources let in and where data goes, rules of their own say; those of sharing take the
    # platform's accounts for own.
    routes = {(route.at.urn, route.label) for route in index.of(LogRoute)}
    shared = {(each.at.urn, each.label) for each in index.of(Admission)}
    shared |= {(each.at.urn, each.label) for each in index.of(Crossing)}
    # A provider is read once for itself, and once more with each resource that it makes.
    for mention in {(each.at.urn, each.path, each.account, each.arn): each for each in index.of(Mention)}.values():
        place = mention.at.urn, mention.path
        for found in bounds.named(mention) if place not in routes else ():
            if not found.tenant or place not in shared:
                yield found
    if registry.plan_of(registry.tenants[pair[0]]).high_security:
        yield from bounds.trusting(index, registry.platform.links.reader if registry.platform.links else "")
    documents: tuple[Grant | Policy, ...] = (*index.of(Grant), *index.of(Policy))
    for part in documents:
        if part.document is not None:
            try:
                yield from bounds.allowed(part.at.urn, part.document)
            except TooComplex as error:
                missing = (Unknown(str(error)),)
                for tenant in (True, False):
                    yield Foreign(part.at.urn, "a resource", "a document", "not decided", tenant, missing)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Whose the accounts of the platform are, what is set aside for other pairs, and what the plan grants."""

    tenants: Mapping[str, str]
    platform: Mapping[str, str]
    apart: tuple[tuple[str, str], ...]
    granted: Attached
    log_account: str
    """That of the log account, if the tenant's logs may go there."""
    account: str
    """The pair's own."""
    organization: str
    buckets: tuple[str, ...]
    """Patterns of the platform's buckets, whose ARNs have no account."""
    platform_stacks: tuple[tuple[str, str], ...]
    """Project and name of the platform's stacks that a plan without shared services may not use."""

    @classmethod
    def of(cls, registry: Registry, pair: tuple[str, str]) -> _Bounds:
        platform, plan = registry.platform, registry.plan_of(registry.tenants[pair[0]])
        names = {platform.master_account: "the master account's", platform.log_account: "the log account's"}
        return cls(
            tenants={
                about.account: f"{tenant}-{environment}"
                for tenant, each in registry.tenants.items()
                for environment, about in each.environments.items()
                if (tenant, environment) != pair
            },
            platform={account: names.get(account, f"the shared account {account}'s") for account in platform.accounts},
            apart=tuple((whose, pattern) for whose, pattern in apart(registry, *pair) if not _is_account(pattern)),
            granted=within(registry, *pair),
            log_account="" if plan.high_security else platform.log_account,
            account=registry.tenants[pair[0]].environments[pair[1]].account,
            organization=platform.organization,
            buckets=tuple(_buckets(registry)),
            platform_stacks=tuple(
                (each.project, each.stack) for each in platform.stacks if plan.high_security and not each.per_tenant
            ),
        )

    def named(self, mention: Mention) -> Iterator[Foreign]:
        """What a text of a resource names."""
        urn, where, account = mention.at.urn, mention.path, mention.account
        if isinstance(mention.stack, Unknown):
            yield Foreign(urn, "a stack", where, "not known yet", True, (mention.stack,))
        elif (pair := mention.stack.rpartition("/")[2]) in self.tenants.values():
            yield Foreign(urn, f"the stack {mention.stack}", where, f"{pair}'s", True)
        elif mention.stack and self._is_platforms(mention.stack):
            yield Foreign(urn, f"the stack {mention.stack}", where, "the platform's", False)
        elif isinstance(account, Unknown):
            yield Foreign(urn, "an account", where, "not known yet", True, (account,))
        elif account == "*":
            yield Foreign(urn, "every account of the organization", where, "other tenants' too", True)
        elif account in self.tenants:
            yield Foreign(urn, _shown(mention), where, f"{self.tenants[account]}'s", True)
        elif account in self.platform and not self._may_name(mention.arn, account):
            yield Foreign(urn, _shown(mention), where, self.platform[account], False)

    def _is_platforms(self, stack: str) -> bool:
        """Is it a stack of the platform's own, which is of no single pair, where the plan lets none be used?"""
        project, _, name = stack.rpartition("/")
        project = project.rpartition("/")[2]
        return any(matches(p, project) and matches(n, name) for p, n in self.platform_stacks)

    def trusting(self, index: Index, reader: str) -> Iterator[Foreign]:
        """The roles that trust the platform's accounts, but for those by which it makes links and administers."""
        for role in index.of(Principal):
            if isinstance(role.trust, Document) and known(role.name) not in (WAY_IN, reader):
                for statement in role.trust.statements:
                    if statement.effect == "Allow":
                        yield from self._trusted(role.at.urn, statement)

    def _trusted(self, urn: str, statement: Statement) -> Iterator[Foreign]:
        for _, named in statement.principals or ():
            for account, whose in self.platform.items():
                if f"::{account}:" in str(named):
                    yield Foreign(urn, str(named), f"{statement.where}.Principal", whose, False)

    def _may_name(self, arn: str, account: str) -> bool:
        if not arn:
            return account == self.log_account
        statements = self.granted.document.statements if isinstance(self.granted.document, Document) else ()
        return any(matches(r, arn) for s in statements for r in s.resources if isinstance(r, str))

    def allowed(self, urn: str, document: Document | Unknown) -> Iterator[Foreign]:
        """What an identity policy allows on others' resources, and names as theirs."""
        if isinstance(document, Unknown):
            if not _is_own(document):
                yield Foreign(urn, "a resource", document.path, "not known yet", True, (document,))
            return
        for statement in document.statements:
            if statement.effect == "Allow" and not statement.not_resources:
                for found in self._stated(urn, statement, document):
                    yield replace(found, what="something secret") if document.secret else found

    def _stated(self, urn: str, statement: Statement, document: Document) -> Iterator[Foreign]:
        where = f"{statement.where}.Resource"
        for resource in statement.resources:
            if isinstance(resource, Unknown):
                if not _is_own(resource):
                    yield Foreign(urn, "a resource", where, "not known yet", True, (resource,))
                continue
            whose, missing = self._whose(document, statement, resource)
            if whose:
                yield Foreign(urn, str(resource), where, whose, True, missing)
            if platform := self._whose_of_platform(resource):
                own = Attached(urn, _only(document, statement, resource))
                beyond = new_access((self.granted,), (own,), "identity")
                if beyond.new_access is not False:
                    asked = beyond.witness if beyond.new_access else None
                    what = f"{asked.action} on {asked.resource}" if asked else str(resource)
                    unsure = () if asked else beyond.missing or (Unknown(where),)
                    yield Foreign(urn, what, where, platform, False, unsure)

    def _whose_of_platform(self, resource: str | Symbolic) -> str:
        """Whose of the platform's it is; empty if it is none's."""
        for account, whose in self.platform.items():
            if _names(resource, account):
                return whose
        bucket = _bucket(resource.wide if isinstance(resource, Symbolic) else resource)
        named = bucket.strip(_ANY) and any(intersects(bucket, pattern) for pattern in self.buckets)
        return "the platform's" if named else ""

    def _whose(
        self, document: Document, statement: Statement, resource: str | Symbolic
    ) -> tuple[str, tuple[Unknown, ...]]:
        """Whose of the other tenants' it is, and what is not known of that; empty if it is nobody's."""
        for account, name in self.tenants.items():
            if _names(resource, account):
                return f"{name}'s", ()
        text = resource.wide if isinstance(resource, Symbolic) else resource
        for name, pattern in self.apart:
            if _is_narrow(text) and meet(text, pattern):
                return f"set aside for {name}", resource.symbols if isinstance(resource, Symbolic) else ()
        is_anywhere = _assumes_anywhere(statement, text) or self._shared_anywhere(document, statement, text)
        return ("any account's, other tenants' too" if is_anywhere else ""), ()

    def _shared_anywhere(self, document: Document, statement: Statement, resource: str) -> bool:
        """Does it let what any account shares be used?  Its conditions and Denies may keep it to the own account."""
        service = _service_of_any(resource)
        actions = tuple(each for each in statement.actions if isinstance(each, str) and each.startswith(f"{service}:"))
        if service not in _SHARING or statement.not_actions or not _is_narrow(resource):
            return False
        policies = Policies(
            identity=(Attached("", _only(document, statement, resource)),),
            resource=(Attached("", parse(_WHOEVER_ASKS, "resource")),),
        )
        fields = resource.split(":", FIELDS - 1)
        target = ":".join((*fields[:4], NOBODY, fields[5]))
        who = caller(f"arn:aws:iam::{self.account}:role/any")
        facts = {"aws:resourceorgid": (self.organization,)}
        return reach(who, policies, (target,), actions, facts=facts, account=NOBODY).verdict != "unreachable"


def _buckets(registry: Registry) -> Iterator[str]:
    """Patterns of the buckets of the platform that the registry has tenants use; of global config other rules ask."""
    platform = registry.platform
    granted = (text for plan in registry.plans.values() for each in plan.grants for text in each.resources)
    for text in (*granted, *platform.log_destinations):
        bucket = _bucket(text)
        if bucket.strip(_ANY) and "{" not in bucket:
            yield bucket


def _bucket(arn: str) -> str:
    """The bucket that an ARN names; empty if it names none."""
    fields = arn.split(":", FIELDS - 1)
    return fields[5].partition("/")[0] if len(fields) == FIELDS and fields[2] == "s3" and not fields[4] else ""


def _only(document: Document, statement: Statement, resource: str | Symbolic) -> Document:
    """What one statement allows of a resource, as far as the document does not deny it."""
    denies = (each for each in document.statements if each.effect == "Deny")
    return replace(document, statements=(replace(statement, resources=(resource,)), *denies))


def _shown(mention: Mention) -> str:
    return "something secret" if mention.secret else mention.arn or f"the account {mention.account}"


def _names(resource: str | Symbolic, account: str) -> bool:
    """Is the account that a resource's ARN names, or spells with wildcards, this one?"""
    fields = (resource.wide if isinstance(resource, Symbolic) else resource).split(":", FIELDS - 1)
    return len(fields) == FIELDS and fields[4].strip(_ANY) != "" and matches(fields[4], account)


def _assumes_anywhere(statement: Statement, resource: str) -> bool:
    """Does it let roles of any account be assumed, as far as those trust it?  One that allows all actions says less."""
    return (
        _service_of_any(resource) == "iam"
        and not statement.not_actions
        and any(
            isinstance(action, str) and action.startswith("sts:") and matches(action, "sts:assumerole")
            for action in statement.actions
        )
    )


def _service_of_any(resource: str) -> str:
    """The service of what an ARN names in any account; empty if it names one's, or nobody's."""
    fields = resource.split(":", FIELDS - 1)
    is_any = len(fields) == FIELDS and fields[4] != "" and not fields[4].strip(_ANY)
    return fields[2] if is_any else ""


def _is_narrow(resource: str) -> bool:
    """Does it name something, as `*` does not?"""
    return resource.split(":", FIELDS - 1)[-1][:1] not in ("*", "")


def _is_account(pattern: str) -> bool:
    return pattern.startswith("arn:*:*:*:")


def _is_own(unknown: Unknown) -> bool:
    """Do only aws resources of the stack provide it, whose outputs name the account that they are in?"""
    kinds = [urn.split("::")[2].rpartition("$")[2] for urn in unknown.depends_on]
    return bool(kinds) and all(kind.startswith("aws:") for kind in kinds)
