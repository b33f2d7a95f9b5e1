"""Does a pair's own linker keep to the pair?  Asked of the documents that are there, whoever wrote them.

Each question is put to the IAM engine as a level of policies that allows only what must not be; so one question stands
for all requests of its kind, batches that mix own names with others' among them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..iam import (
    Attached,
    DocumentError,
    Policies,
    Principal,
    Reach,
    Statement,
    TooComplex,
    World,
    admitted,
    caller,
    chain,
    closure,
    covers,
    granting,
    parse,
    reach,
    statements,
)
from .linker import (
    ACTIONS,
    NAMES,
    OPERATIONS,
    TYPES,
    Json,
    boundary_policy,
    cicd_arns,
    key_arns,
    linker_policy,
    own_linker_policy,
    own_linker_trust,
)
from .links import Pair, allowed, pair, refusals
from .registry import Registry
from .sources import RegistryError

_CHANGES = ("Write", "Permissions management", "Tagging")
_ASSUMES = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")


@dataclass(frozen=True)
class Documents:
    """Where the judged documents come from; by default they are what `linker` makes of the registry."""

    policy: Callable[[Registry, str, str], Json] = own_linker_policy
    trust: Callable[[Registry, str, str], Json] = own_linker_trust
    boundary: Callable[[Registry, str, str], Json] = boundary_policy
    linker: Callable[[Registry], Json] = linker_policy


GENERATED = Documents()


def doubts(registry: Registry, tenant: str, environment: str, documents: Documents = GENERATED) -> Iterator[str]:
    """What is not proved of a pair's own linker, a sentence each; nothing if the CI/CD roles of the pair's account, by
    way of it, reach nothing that is protected, no other pair's name, role or KMS grant, and nobody else reaches it.

    Raises:
        RegistryError: there is no such pair, or the registry does not say how tenants are linked.
    """
    found = pair(registry, tenant, environment)
    if not found.links.own_linker:
        yield "the registry has no platform.links.own_linker, so there is nothing to prove: only the platform links"
        return
    try:
        judged = _Judged(registry, found, documents)
        yield from judged.trusted()
        yield from judged.strayed()
        yield from judged.bounded()
        yield from judged.others()
        yield from dict.fromkeys(told for start in judged.starts for told in judged.become(start))
    except (RegistryError, DocumentError) as error:
        yield str(error)
    except TooComplex as error:
        yield f"it can't be judged: {error}"


class _Judged:
    """One pair's own linker, and what is asked about it."""

    def __init__(self, registry: Registry, found: Pair, documents: Documents) -> None:
        self.registry, self.pair, self.documents = registry, found, documents
        self.partition = found.links.boundary.split(":")[1]
        self.master = found.master_account
        self.path = f"{self._iam}:role/tenant-links/{found.tenant}/*"
        self.own = self._linker(found.tenant, found.environment, whole=True)
        ci = (_instance(pattern) for pattern in registry.platform.cicd_roles.names)
        self.starts = [self._start(found.account, name) for name in dict.fromkeys(ci)]

    @property
    def _iam(self) -> str:
        return f"arn:{self.partition}:iam::{self.pair.master_account}"

    @property
    def _facts(self) -> dict[str, tuple[str, ...]]:
        """All are of one organization.  Roles that are asked for have the pair's tags, unless a question says other."""
        tags = {"tenant": self.pair.tenant, "environment": self.pair.environment}
        own = {f"{kind}:resourcetag/tenant-links:{key}": (tags[key],) for key in tags for kind in ("aws", "iam")}
        return {**dict.fromkeys(("aws:principalorgid", "aws:resourceorgid"), (self.pair.organization,)), **own}

    def _linker(self, tenant: str, environment: str, *, whole: bool) -> Principal:
        """A pair's own linker; its policy is made only if it is asked for."""
        name = self.registry.platform.own_linker(tenant, environment)
        trust = parse(self.documents.trust(self.registry, tenant, environment), "trust")
        policy = self.documents.policy(self.registry, tenant, environment) if whole else None
        identity = (Attached(f"the policy of {name}", parse(policy)),) if policy else ()
        policies = Policies(identity=identity, resource=(granting(self.pair.master_account),))
        return Principal(
            caller(f"{self._iam}:role/{name}"), policies, (Attached(f"the trust of {name}", trust),), self._facts
        )

    def _start(self, account: str, name: str) -> Principal:
        """A role that its own account lets assume whatever lets it in."""
        statement = {"Effect": "Allow", "Action": list(_ASSUMES), "Resource": "*"}
        attached = Attached("the policy of a CI/CD role", parse({"Version": "2012-10-17", "Statement": statement}))
        who = caller(f"arn:{self.partition}:iam::{account}:role/{name}")
        policies = Policies(identity=(attached,), resource=(granting(self.pair.master_account),))
        return Principal(who, policies, facts=self._facts)

    def trusted(self) -> Iterator[str]:
        """Who but the CI/CD roles of the pair's account may assume it?"""
        account, start, name = self.pair.account, self.starts[0], self.own.who.name
        foreign = sorted(n for n in admitted(self.own) if n != account and not n.startswith(f"{account}:"))
        if foreign:
            yield f"the trust of {name} names {', '.join(foreign)}, not only account {account}"
        for statement in statements(self.own.trust, "Allow"):
            if not self._is_of_cicd_roles(statement):
                yield f"a role of account {account} that is no CI/CD role may assume {name}"
        other = next((a for a in self._accounts() if a != account), self.registry.platform.log_account)
        strange: dict[str, tuple[Principal, Mapping[str, tuple[str, ...]]]] = {
            f"a CI/CD role of account {other}": (self._start(other, start.who.name), {}),
            "a CI/CD role that does not know its external id": (start, {"sts:externalid": ("x" * 22,)}),
            "a CI/CD role that gives no external id": (start, {"sts:externalid": ()}),
            "a CI/CD role of another organization": (start, {"aws:principalorgid": ("o-0000000000",)}),
        }
        for what, (principal, facts) in strange.items():
            policies = replace(principal.policies, resource=self.own.trust)
            given = {**principal.facts, **facts}
            answer = reach(principal.who, policies, (self.own.who.id,), ("sts:AssumeRole",), facts=given)
            yield from self._told(answer, f"{what} assumes {self.own.who.name}")

    def _is_of_cicd_roles(self, statement: Statement) -> bool:
        """Has it a condition that names CI/CD roles only?"""
        roles = cicd_arns(self.registry, self.pair)
        return any(
            condition.how is not None
            and condition.key == "aws:principalarn"
            and condition.how.name in ("ArnEquals", "ArnLike", "StringEquals", "StringLike")
            and not (condition.how.negated or condition.how.if_exists or condition.how.quantifier)
            and len(condition.known) == len(condition.values)
            and all(any(covers(role, value) for role in roles) for value in condition.known)
            for condition in statement.conditions
        )

    def strayed(self) -> Iterator[str]:
        """What may it do by itself that is not the pair's?"""
        links, master = self.pair.links, self.pair.master_account
        zone = f"arn:{self.partition}:route53:::hostedzone/{links.zone}"
        names = [full for n in self.pair.labels for full in (f"{n}.{links.zone_name}",)]
        names += [f"_tenant-links.{name}" for name in names]
        change = "route53:ChangeResourceRecordSets"
        for key, values, what in (
            (NAMES, names, "names that are not the pair's"),
            (ACTIONS, ["CREATE", "DELETE"], "records by more than CREATE and DELETE"),
            (TYPES, ["A", "AAAA", "CNAME", "TXT"], "records of other types than A, AAAA, CNAME and TXT"),
        ):
            limit = (
                {"Action": change, "Condition": {"ForAnyValue:StringNotEquals": {key: values}}},
                {"Action": change, "Condition": {"Null": {key: "true"}}},
            )
            answer = self._asked((zone,), (change,), limit, account=master)
            yield from self._told(answer, f"it changes {what}{self._named(answer, key, values)}")
        limit = ({"NotAction": change}, {"Action": change, "NotResource": zone})
        answer = self._asked((f"arn:{self.partition}:route53:::*",), _CHANGES, limit, account=master)
        yield from self._told(answer, "it changes more of Route 53 than records of the zone")
        yield from self._told(
            self._outside(self.own), "it changes what is not below the pair's path, or assumes a role"
        )
        yield from self._tags()
        yield from self._grants()

    def _tags(self) -> Iterator[str]:
        own = {"tenant": self.pair.tenant, "environment": self.pair.environment}
        for key, value in own.items():
            claims = ("iam:CreateRole", "iam:TagRole")
            limit = {"Action": claims, "Condition": {"StringNotEquals": {f"aws:RequestTag/tenant-links:{key}": value}}}
            answer = self._asked((self.path,), claims, (limit,))
            yield from self._told(answer, f"it makes or tags a role without the pair's tag tenant-links:{key}")
            limit = {"Action": "iam:UntagRole", "Condition": {"ForAnyValue:StringEqualsIgnoreCase": {
                "aws:TagKeys": f"tenant-links:{key}"}}}  # fmt: skip
            answer = self._asked((self.path,), ("iam:UntagRole",), (limit,))
            yield from self._told(answer, f"it removes the tag tenant-links:{key}")
        for environment in self.registry.tenants[self.pair.tenant].environments:
            if environment != self.pair.environment:
                tags = {f"{kind}:resourcetag/tenant-links:environment": (environment,) for kind in ("aws", "iam")}
                answer = self._asked((self.path,), _CHANGES, ({"NotAction": "iam:CreateRole"},), facts=tags)
                yield from self._told(answer, f"it changes roles of {self.pair.tenant}-{environment}")

    def _grants(self) -> Iterator[str]:
        account = self.pair.account
        keys = (f"arn:{self.partition}:kms:*:*:*",)
        grantees = [f"arn:{self.partition}:iam::{account}:{what}" for what in ("root", "role/*", "user/*")]
        limit = {"Action": "kms:CreateGrant", "Condition": {"StringNotLike": {"kms:GranteePrincipal": grantees}}}
        answer = self._asked(keys, ("kms:CreateGrant",), (limit,))
        yield from self._told(answer, f"it makes KMS grants to others than account {account}")
        plan = self.registry.plans[self.registry.tenants[self.pair.tenant].plan]
        blanks = {"tenant": self.pair.tenant, "environment": self.pair.environment, "account": account}
        own = key_arns([plan], blanks)
        limits = (
            {"Action": "kms:CreateGrant", **({"NotResource": own} if own else {})},
            {
                "Action": "kms:CreateGrant",
                "Condition": {"ForAnyValue:StringNotEquals": {"kms:GrantOperations": OPERATIONS}},
            },
            {"Action": "kms:CreateGrant", "Condition": {"Null": {"kms:GrantOperations": "true"}}},
        )
        answer = self._asked(keys, ("kms:CreateGrant",), limits)
        yield from self._told(answer, "it makes KMS grants that are not of its plan's keys and of a link's operations")
        answer = self._asked(keys, _CHANGES, ({"NotAction": "kms:CreateGrant"},))
        yield from self._told(answer, "it does more with KMS keys than making grants, revoking others' among it")

    def bounded(self) -> Iterator[str]:
        """Do the roles that it makes stay inside the pair's boundary, and that inside the pair's plan?"""
        boundary = self.pair.links.boundary
        writes = ("iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:AttachRolePolicy")
        limit = {"Action": writes, "Condition": {"ArnNotEquals": {"iam:PermissionsBoundary": boundary}}}
        yield from self._told(self._asked((self.path,), writes, (limit,)), f"it makes roles outside of {boundary}")
        loosen = ("iam:DeleteRolePermissionsBoundary",)
        yield from self._told(self._asked((self.path,), loosen, ({},)), "it takes the boundary from a role")
        document = parse(self._boundary())
        if any(statement.effect == "Allow" for statement in document.statements):
            for refusal in refusals(self.registry, self.pair.tenant, self.pair.environment, document):
                yield f"{boundary} lets through what the pair may not have: {refusal}"

    def become(self, start: Principal) -> Iterator[str]:
        """What is reached through others: roles of its making, and the platform's linkers."""
        known = [self.own, self._granted(), *self._platforms()]
        steps = list(closure(World(known), (start,)))
        # Other pairs' linkers are left out: `others` shows that they admit none of these, and this, that none of these
        # can change them.
        principals = {step.principal.who.id: step.principal for step in steps if step.principal is not self.own}
        for arn, principal in principals.items():
            if principal.who.account == self.master:
                yield from self._told(self._outside(principal), f"{arn} changes what is not below the pair's path")
        path = f"{self._iam}:role/tenant-links/{self.pair.tenant}/"
        for step in steps:
            who = step.principal.who
            own = who.id == self.own.who.id or who.id.startswith(path)
            if who.account == self.pair.master_account and not own:
                sure = "becomes" if all(each.is_sure for each in step.path()) else "may become"
                yield f"a CI/CD role of {self.pair.name} {sure} {who.id}"
        protected = self.registry.platform.protected
        for account in ("", self.pair.master_account):
            targets = [t for t in protected if bool(t.split(":")[4]) == (not account)]
            if targets:
                way, answer = chain(start, known, targets, account=account)
                through = f" through {way[-1].principal.who.id}" if way else ""
                yield from self._told(answer, f"a CI/CD role of {self.pair.name} reaches what is protected{through}")

    def others(self) -> Iterator[str]:
        """Which other pairs' linkers may admit somebody of the pair's account, or of the master account?"""
        near = ("*", self.pair.account, self.master)
        for tenant, about in self.registry.tenants.items():
            for environment, its in about.environments.items():
                if its.external_id is not None and (tenant, environment) != (self.pair.tenant, self.pair.environment):
                    other = self._linker(tenant, environment, whole=False)
                    named = (name.removeprefix(f"arn:{self.partition}:iam::") for name in admitted(other))
                    found = sorted(name for name in named if name.split(":")[0] in near)
                    if found:
                        yield f"the trust of {other.who.name} names {', '.join(found)}, not only its own account"

    def _platforms(self) -> Iterator[Principal]:
        """The platform's linkers, which nobody is to come to, whatever their trust."""
        if self.registry.platform.linker_roles != "not-in-aws":
            attached = (Attached("the policy of the platform's linker", parse(self.documents.linker(self.registry))),)
            policies = Policies(identity=attached, resource=(granting(self.master),))
            for pattern in self.registry.platform.linker_roles:
                yield Principal(caller(_instance(pattern)), policies, facts=self._facts)

    def _granted(self) -> Principal:
        """A role that a link of the pair has made, with all that the plan allows."""
        found = self.pair
        who = caller(f"{self._iam}:role/tenant-links/{found.tenant}/{found.name}-x")
        bound = (Attached(found.links.boundary, parse(self._boundary())),)
        plan = allowed(self.registry, found.tenant, found.environment)
        policies = Policies(identity=plan, boundary=bound, resource=(granting(found.master_account),))
        return Principal(who, policies, self.own.trust, self._facts)

    def _boundary(self) -> Json:
        return self.documents.boundary(self.registry, self.pair.tenant, self.pair.environment)

    def _outside(self, principal: Principal) -> Reach:
        """Does it change anything of IAM but the pair's roles, or assume any role but the pair's reader?"""
        found = self.pair
        cut = f"{found.name}-"[:53]
        reader = f"arn:{self.partition}:iam::{found.account}:role/{found.links.reader}"
        limit = {"NotResource": [f"{self._iam}:role/tenant-links/{found.tenant}/{cut}*", reader]}
        return self._asked((f"arn:{self.partition}:iam::*:*",), _CHANGES, (limit,), of=principal)

    def _asked(
        self,
        targets: Sequence[str],
        actions: Sequence[str],
        limit: Sequence[Mapping[str, object]],
        *,
        facts: Mapping[str, tuple[str, ...]] | None = None,
        account: str = "",
        of: Principal | None = None,
    ) -> Reach:
        """Is there an allowed request among those that the limit's statements let through?"""
        principal = of or self.own
        everything = {"Effect": "Allow", "Resource": "*", "Action": "*"}
        statements = []
        for each in limit:
            kept = {key: value for key, value in everything.items() if f"Not{key}" not in each}
            statements.append(kept | {key: list(v) if isinstance(v, tuple) else v for key, v in each.items()})
        level = (Attached("the question", parse({"Version": "2012-10-17", "Statement": statements})),)
        policies = replace(
            principal.policies, scps=(*principal.policies.scps, level), resource=(granting(self.pair.master_account),)
        )
        given = {**principal.facts, **(facts or {})}
        return reach(principal.who, policies, targets, actions, facts=given, account=account)

    def _told(self, answer: Reach, what: str) -> Iterator[str]:
        if answer.verdict == "reachable":
            witness = answer.witness
            yield f"{what}: {witness.action} on {witness.resource}" if witness and not answer.secret else what
        elif answer.verdict == "undetermined":
            missing = ", ".join(dict.fromkeys(str(unknown.path) for unknown in answer.missing))
            yield f"not proved that it is not so: {what}{f' ({missing})' if missing else ''}"

    def _named(self, answer: Reach, key: str, own: Sequence[str]) -> str:
        values = answer.witness.context.get(key.lower(), ()) if answer.witness else ()
        other = [value for value in values if value and value not in own]
        return f", such as {other[0]}" if other else ""

    def _accounts(self) -> Iterator[str]:
        for about in self.registry.tenants.values():
            yield from (environment.account for environment in about.environments.values())


def _instance(pattern: str) -> str:
    """A text that a pattern matches."""
    return pattern.replace("*", "").replace("?", "x")
