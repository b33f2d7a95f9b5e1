"""What a tenant may use of the master account: one role there per tenant and grant, or a grant on a KMS key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, ReadResult, Resource, UpdateResult

from tenant_links import documents, keys, names, roles
from tenant_links.aws import Client
from tenant_links.claim import Claim, LinkError, TakenError, fresh_nonce, plain
from tenant_links.lifecycle import (
    STATE_VERSION,
    LinkProvider,
    Props,
    Rule,
    changed,
    clean,
    failure,
    fixed,
    notice,
    owner,
    registered,
    supported,
    unknown,
)
from tenant_safety.iam import parse
from tenant_safety.tenancy import Pair, refusals

_NAME = ("kind", "tenant", "environment", "grant")
_OF_ROLE = ("external_id", "principals", "organization", "permissions_boundary", "tags")
_OF_KEY = ("encryption_context",)


@dataclass(frozen=True)
class _Wanted:
    """Checked inputs, all known."""

    kind: Literal["role", "kms"]
    tenant: str
    environment: str
    tenant_account: str
    grant: str
    actions: list[str]
    resources: list[str]
    owner: str
    resource: str
    adopt: bool
    external_id: str = field(default="", repr=False)
    principals: list[str] = field(default_factory=list)
    organization: str | None = None
    permissions_boundary: str | None = None
    master_account: str | None = None
    encryption_context: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def role_name(self) -> str:
        return documents.role_name(self.tenant, self.environment, self.grant)

    def claim(self, nonce: str) -> Claim:
        return Claim(self.tenant, self.environment, self.tenant_account, self.owner, self.resource, nonce)

    def role(self, nonce: str) -> roles.Wanted:
        return roles.Wanted(
            name=self.role_name,
            path=documents.role_path(self.tenant),
            trust=documents.trust(self.tenant_account, self.external_id, self.principals, self.organization),
            policy=documents.policy(self.actions, self.resources),
            boundary=self.permissions_boundary,
            claim=self.claim(nonce),
            tags=self.tags,
        )

    def key(self, nonce: str) -> keys.Wanted:
        return keys.Wanted(
            key=documents.key(self.resources),
            grant=self.grant,
            grantee=f"arn:aws:iam::{self.tenant_account}:root",
            operations=keys.operations(self.actions),
            context=self.encryption_context,
            claim=self.claim(nonce),
        )


class CrossAccountGrantProvider(LinkProvider):
    """The life cycle of `CrossAccountGrant`; this class's import path stands in users' state."""

    required: ClassVar[Mapping[str, Rule]] = {
        "tenant": names.slug,
        "environment": names.slug,
        "grant": names.slug,
        "actions": documents.actions,
        "resources": documents.resources,
        "owner": plain,
        "resource": plain,
    }
    optional: ClassVar[Mapping[str, Rule]] = {
        "kind": documents.kind,
        "tenant_account": names.account,
        "external_id": documents.external_id,
        "principals": documents.principals,
        "organization": documents.organization,
        "permissions_boundary": documents.boundary,
        "master_account": names.account,
        "encryption_context": documents.context,
        "tags": documents.tags,
        "adopt": names.flag,
    }
    updates = (
        *("tenant_account", "actions", "resources", "external_id", "owner", "resource"),
        *("principals", "organization", "permissions_boundary", "encryption_context", "tags"),
    )
    since: ClassVar[Props] = {"kind": "role", "adopt": False}

    @clean
    def check(self, _olds: Props, news: Props) -> CheckResult:
        result = self.checked(news)
        inputs, failures = result.inputs, result.failures
        inputs.setdefault("kind", "role")
        pair = None if failures or unknown(inputs["kind"]) else self.pair(inputs)
        if pair is None:
            return result
        failures += _misplaced(inputs)
        failures += _of_key(inputs, pair) if inputs["kind"] == "kms" else _of_role(inputs, pair)
        if not failures and not any(unknown(inputs.get(name)) for name in (*self.required, *self.optional)):
            failures += self._refused(inputs)
        return result

    def _refused(self, inputs: Props) -> Iterator[CheckFailure]:
        """What the registry does not let be granted, judged by the same engine as the policy pack's rules."""
        wanted = self._wanted(inputs)
        granted = parse(documents.policy(wanted.actions, wanted.resources))
        for reason in refusals(self.registry, wanted.tenant, wanted.environment, granted):
            yield failure("actions", f"{wanted.tenant}-{wanted.environment} may not be granted this: {reason}")
        if wanted.kind == "role":
            yield from _too_long(wanted.role("0" * 16))

    def replaces(self, olds: Props, news: Props) -> list[str]:
        olds = {**self.since, **olds}
        of_key = ("resources",) if "kms" in (olds["kind"], news.get("kind")) else ()
        found = changed(olds, news, (*_NAME, *of_key))
        # A state of before the first `up` with the registry may lack the account, which its credentials told.
        return found + (changed(olds, news, ("master_account",)) if "master_account" in news else [])

    def stables(self, replaces: list[str]) -> list[str]:
        return [] if replaces else ["role_arn", "role_name"]

    diff = clean(LinkProvider.diff)

    @clean
    def create(self, props: Props) -> CreateResult:
        wanted, nonce = self._wanted(props), fresh_nonce()
        self._in_master(wanted)
        if wanted.kind == "kms":
            key = wanted.key(nonce)
            made = keys.make(self._kms(wanted), key)
            return CreateResult(key.own.removesuffix("/"), self._key_outputs(props, nonce, made))
        role = wanted.role(nonce)
        live = roles.create(self._iam(), role, adopt=wanted.adopt)
        return CreateResult(live.arn, self._role_outputs(props, live.arn, nonce, role.policy))

    @clean
    def read(self, id_: str, props: Props) -> ReadResult:
        supported(props)
        wanted, nonce = self._wanted(props), props["nonce"]
        self._in_master(wanted)
        if wanted.kind == "kms":
            key = wanted.key(nonce)
            own = [grant for grant in keys.find(self._kms(wanted), key) if key.same_incarnation(grant)]
            made = next((grant for grant in own if grant.id == props["grant_id"]), None)
            if made is None:
                return ReadResult("", {})
            drift = [] if len(own) == 1 else ["the grant stands on the key more than once"]
            return ReadResult(id_, self._key_outputs(props, nonce, made.id, drift))
        role = wanted.role(nonce)
        live = roles.find(self._iam(), props["role_name"])
        if live is None or (live.claim is not None and not live.claim.same_incarnation(role.claim)):
            return ReadResult("", {})
        policy = live.policies.get(documents.POLICY_NAME, {})
        return ReadResult(id_, self._role_outputs(props, live.arn, nonce, policy, roles.drift(live, role)))

    @clean
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        supported(olds)
        wanted, nonce = self._wanted(news), olds["nonce"]
        self._in_master(wanted)
        if wanted.kind == "kms":
            made = keys.make(self._kms(wanted), wanted.key(nonce))
            return UpdateResult(self._key_outputs(news, nonce, made))
        role, iam = wanted.role(nonce), self._iam()
        live = roles.find(iam, role.name)
        if live is None:
            live = roles.create(iam, role)
        else:
            roles.own(live, role)
            roles.mend(iam, role, live)
        return UpdateResult(self._role_outputs(news, live.arn, nonce, role.policy))

    @clean
    def delete(self, _id: str, props: Props) -> None:
        supported(props)
        wanted = self._wanted(props)
        self._in_master(wanted)
        try:
            if wanted.kind == "kms":
                keys.remove(self._kms(wanted), wanted.key(props["nonce"]), props["grant_id"])
                return
            roles.remove(self._iam(), props["role_name"], wanted.claim(props["nonce"]))
        except TakenError as reason:
            notice(str(reason))

    def _wanted(self, props: Props) -> _Wanted:
        return _Wanted(**self.known(props))

    def _iam(self) -> Client:
        return self.accounts.master("iam")

    def _kms(self, wanted: _Wanted) -> Client:
        """A client where the key is."""
        return self.accounts.master("kms", documents.key(wanted.resources).split(":")[3])

    def _in_master(self, wanted: _Wanted) -> None:
        account = self.accounts.master_account
        if wanted.master_account not in (None, account):
            expected = f"expected credentials of the master account {wanted.master_account} (got {account})"
            raise LinkError(f"{expected}; set tenant-links:roleArn to a role there")

    def _role_outputs(
        self, props: Props, arn: str, nonce: str, policy: documents.Document, drift: Sequence[str] = ()
    ) -> Props:
        return self._outputs(props, nonce, drift) | {
            "role_name": props["role_name"],
            "role_arn": arn,
            "policy": documents.render(policy),
        }

    def _key_outputs(self, props: Props, nonce: str, grant_id: str, drift: Sequence[str] = ()) -> Props:
        return self._outputs(props, nonce, drift) | {"grant_id": grant_id, "key_arn": props["resources"][0]}

    def _outputs(self, props: Props, nonce: str, drift: Sequence[str]) -> Props:
        state = {"master_account": self.accounts.master_account, "nonce": nonce}
        return self.known(props) | state | {"drift": list(drift), "state_version": STATE_VERSION}


class CrossAccountGrant(Resource, module="tenant_links", name="CrossAccountGrant"):
    """A role in the master account that the tenant's account may assume, for `actions` on `resources` only; or, of the
    kind `kms`, a grant on one key, for what is encrypted in the tenant's name only.

    What may be granted is bounded by the tenant's plan in the registry.  A role's path is `/tenant-links/<tenant>/`,
    its name follows from tenant, environment and grant, and its tags say whose it is.  A role with another owner is
    refused; what is added to an own one by hand is removed at `up`.  `principals` narrow who may assume it, but the
    tenant's account can let any of its roles do so: a grant counts as given to all of the account.

    Errors: `LinkError`, one line, when the role is another's, the credentials are another account's or AWS
        refuses.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html
    """

    tenant: pulumi.Output[str]
    environment: pulumi.Output[str]
    role_name: pulumi.Output[str]
    role_arn: pulumi.Output[str]
    """What the tenant's programs assume; known in previews.  None of a KMS grant."""
    external_id: pulumi.Output[str]
    """What they pass as `ExternalId`; secret."""
    policy: pulumi.Output[str]
    """The inline policy, as JSON."""
    grant_id: pulumi.Output[str]
    """Of a KMS grant: its id on the key."""
    key_arn: pulumi.Output[str]
    nonce: pulumi.Output[str]
    """What marks this incarnation in the role's tags or the grant's name: 16 hexadecimal digits, not secret."""

    def __init__(
        self,
        name: str,
        *,
        tenant: pulumi.Input[str],
        environment: pulumi.Input[str],
        resources: pulumi.Input[Sequence[pulumi.Input[str]]],
        actions: pulumi.Input[Sequence[pulumi.Input[str]]],
        grant: pulumi.Input[str] | None = None,
        kind: Literal["role", "kms"] = "role",
        principals: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        encryption_context: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        adopt: bool = False,
        external_id: pulumi.Input[str] | None = None,
        tenant_account: pulumi.Input[str] | None = None,
        organization: pulumi.Input[str] | None = None,
        permissions_boundary: pulumi.Input[str] | None = None,
        master_account: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        Args:
            name: The resource's name in the stack; part of the owner tags, so rename with `aliases`.
            tenant: The tenant, as in the registry: 1 to 40 lower-case letters, digits and inner hyphens.
            environment: The environment, in the same form.
            resources: ARNs; at least 3 literal characters before the first wildcard of the name, no variables.  Of a
                KMS grant the ARN of one key.
            actions: Such as `s3:GetObject` or `s3:Get*`; none of IAM, STS, Organizations and Identity Center.  Of a KMS
                grant such as `kms:Decrypt`.
            grant: The grant's name, in the tenant's form; `name` if not given.
            kind: `role`, or `kms` for a grant on a key.
            principals: ARN patterns of the tenant's roles that may assume the role; all its roles if not given.
            encryption_context: Of a KMS grant: what every request must name; `{"tenant": tenant}` if not given, and
                that has to be a part of it.
            tags: The role's tags beside the owner's; at most 40.
            adopt: Take a role of this name and path also if nobody claims it.
            external_id: Compared with the one that the registry issued, which is taken if none is given; secret.
            tenant_account: 12 digits; compared with the registry's, as what follows.
            organization: `o-…`; callers must belong to it.
            permissions_boundary: The ARN of the managed policy that bounds the role.
            master_account: 12 digits; credentials of any other account are refused.
            opts: Pulumi's options.
        """
        issued: pulumi.Output[Any] | None = None
        if external_id is not None:
            issued = pulumi.Output.from_input(external_id)
        elif kind == "role":
            issued = registered(tenant, environment).apply(lambda pair: pair.external_id)
        inputs = {
            "kind": kind,
            "tenant": tenant,
            "environment": environment,
            "tenant_account": tenant_account,
            "grant": name if grant is None else grant,
            "actions": actions,
            "resources": resources,
            "external_id": None if issued is None else pulumi.Output.secret(issued),
            "principals": principals,
            "organization": organization,
            "permissions_boundary": permissions_boundary,
            "master_account": master_account,
            "encryption_context": encryption_context,
            "tags": tags,
            "adopt": adopt,
            "owner": owner(),
            "resource": name,
        }
        made = ("role_name", "role_arn", "policy", "grant_id", "key_arn", "nonce", "drift", "state_version")
        secret = pulumi.ResourceOptions(additional_secret_outputs=["external_id"])
        options = pulumi.ResourceOptions.merge(opts, secret)
        super().__init__(CrossAccountGrantProvider(), name, {**inputs, **dict.fromkeys(made)}, options)


def _too_long(role: roles.Wanted) -> list[CheckFailure]:
    limits = {
        "resources": (role.policy, documents.MAX_POLICY),
        "principals": (role.trust, documents.MAX_TRUST),
    }
    lengths = {name: (len(documents.render(document)), limit) for name, (document, limit) in limits.items()}
    return [
        failure(name, f"expected a document of at most {limit} characters (got {length})")
        for name, (length, limit) in lengths.items()
        if length > limit
    ]


def _misplaced(inputs: Props) -> Iterator[CheckFailure]:
    """Inputs of the other kind of grant."""
    for name in _OF_ROLE if inputs["kind"] == "kms" else _OF_KEY:
        if inputs.get(name) is not None:
            yield failure(name, f"expected none with the kind {inputs['kind']}")


def _of_role(inputs: Props, pair: Pair) -> Iterator[CheckFailure]:
    """What the registry fixes of a role, which is filled in, so that previews and policies know it."""
    values = {
        "tenant_account": pair.account,
        "organization": pair.organization,
        "permissions_boundary": pair.links.boundary,
        "master_account": pair.master_account,
    }
    yield from fixed(inputs, values)
    if pair.external_id is None:
        yield failure("external_id", f"expected one that the registry issued to {pair.name} (it has issued none)")
    else:
        # Not filled in: a secret that the provider adds would stand in the state in plain text.
        yield from fixed({"external_id": inputs.get("external_id", "")}, {"external_id": pair.external_id})
    principals = inputs.setdefault("principals", [f"arn:aws:iam::{pair.account}:role/*"])
    accounts = set() if unknown(principals) else {documents.principal_account(arn) for arn in principals}
    if accounts - {pair.account}:
        yield failure("principals", f"expected roles of the tenant's account {pair.account} (got {principals})")
    if not unknown(inputs["grant"]):
        name = documents.role_name(pair.tenant, pair.environment, inputs["grant"])
        inputs["role_name"] = name
        inputs["role_arn"] = documents.role_arn(pair.master_account, pair.tenant, name)


def _of_key(inputs: Props, pair: Pair) -> Iterator[CheckFailure]:
    """What the registry and KMS fix of a grant on a key."""
    yield from fixed(inputs, {"tenant_account": pair.account, "master_account": pair.master_account})
    context = inputs.setdefault("encryption_context", {"tenant": pair.tenant})
    if not unknown(context) and context.get("tenant") != pair.tenant:
        # The key is shared: what keeps the tenants' data apart on it is what each was encrypted for.
        yield failure("encryption_context", f"expected it to name the tenant {pair.tenant!r} (got {context})")
    if not unknown(inputs["actions"]) and (other := set(inputs["actions"]) - documents.KEY_ACTIONS):
        known = ", ".join(sorted(documents.KEY_ACTIONS))
        yield failure("actions", f"expected of {known} (got {', '.join(sorted(other))})")
    if not unknown(inputs["resources"]):
        try:
            inputs["key_arn"] = documents.key(inputs["resources"])
        except ValueError as error:
            yield failure("resources", str(error))
