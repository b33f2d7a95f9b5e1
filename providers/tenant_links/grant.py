"""What a tenant may use of the master account: one role there per tenant and grant."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    UpdateResult,
)

from tenant_links import documents, names, roles
from tenant_links.aws import Client
from tenant_links.claim import Claim, LinkError, TakenError, fresh_nonce, plain
from tenant_links.lifecycle import STATE_VERSION, LinkProvider, Props, changed, check, clean, failure, notice, unknown

_REQUIRED = {
    "tenant": names.slug,
    "environment": names.slug,
    "tenant_account": names.account,
    "grant": names.slug,
    "actions": documents.actions,
    "resources": documents.resources,
    "external_id": documents.external_id,
    "owner": plain,
    "resource": plain,
}
_OPTIONAL = {
    "principals": documents.principals,
    "organization": documents.organization,
    "permissions_boundary": documents.boundary,
    "master_account": names.account,
}
_REPLACES = ("tenant", "environment", "grant")
_UPDATES = (
    *("tenant_account", "actions", "resources", "external_id", "owner", "resource"),
    *("principals", "organization", "permissions_boundary"),
)


@dataclass(frozen=True)
class _Wanted:
    """Checked inputs, all known."""

    tenant: str
    environment: str
    tenant_account: str
    grant: str
    actions: list[str]
    resources: list[str]
    external_id: str
    owner: str
    resource: str
    principals: list[str]
    organization: str | None = None
    permissions_boundary: str | None = None
    master_account: str | None = None

    @classmethod
    def of(cls, props: Props) -> "_Wanted":
        return cls(**{name: props[name] for name in (*_REQUIRED, *_OPTIONAL) if props.get(name) is not None})

    def role(self, nonce: str) -> roles.Wanted:
        return roles.Wanted(
            name=documents.role_name(self.tenant, self.environment, self.grant),
            path=documents.role_path(self.tenant),
            trust=documents.trust(self.tenant_account, self.external_id, self.principals, self.organization),
            policy=documents.policy(self.actions, self.resources),
            boundary=self.permissions_boundary,
            claim=Claim(self.tenant, self.environment, self.tenant_account, self.owner, self.resource, nonce),
        )


class CrossAccountGrantProvider(LinkProvider):
    """The life cycle of `CrossAccountGrant`; this class's import path stands in users' state."""

    @clean
    def check(self, _olds: Props, news: Props) -> CheckResult:
        result = check(news, _REQUIRED, _OPTIONAL)
        inputs, failures = result.inputs, result.failures
        if failures or unknown(inputs["tenant_account"]):
            return result
        account = inputs["tenant_account"]
        principals = inputs.setdefault("principals", [f"arn:aws:iam::{account}:role/*"])
        accounts = set() if unknown(principals) else {documents.principal_account(arn) for arn in principals}
        if accounts - {account}:
            reason = f"expected roles of the tenant's account {account} (got {principals})"
            failures.append(failure("principals", reason))
        if not any(unknown(inputs[name]) for name in _REPLACES):
            # Inputs too, so that previews and policies know the role.
            name = documents.role_name(inputs["tenant"], inputs["environment"], inputs["grant"])
            inputs["role_name"] = name
            if isinstance(inputs.get("master_account"), str):
                inputs["role_arn"] = documents.role_arn(inputs["master_account"], inputs["tenant"], name)
        if not any(unknown(inputs.get(name)) for name in (*_REQUIRED, *_OPTIONAL)):
            failures += _too_long(_Wanted.of(inputs).role("0" * 16))
        return result

    @clean
    def diff(self, _id: str, olds: Props, news: Props) -> DiffResult:
        replaces = changed(olds, news, _REPLACES)
        if news.get("master_account") is not None:
            replaces += changed(olds, news, ("master_account",))
        updates = changed(olds, news, _UPDATES)
        return DiffResult(
            changes=bool(replaces or updates or olds.get("drift")),
            replaces=replaces,
            stables=[] if replaces else ["role_arn", "role_name"],
            # One role can't stand twice: a forced replacement lets go of it first.
            delete_before_replace=not replaces,
        )

    @clean
    def create(self, props: Props) -> CreateResult:
        wanted, nonce = _Wanted.of(props), fresh_nonce()
        iam, account = self._iam(wanted)
        role = wanted.role(nonce)
        live = roles.create(iam, role)
        outputs = _outputs(props, account, live.arn, nonce, policy=role.policy, drift=[])
        return CreateResult(live.arn, outputs)

    @clean
    def read(self, id_: str, props: Props) -> ReadResult:
        wanted, nonce = _Wanted.of(props), props["nonce"]
        iam, account = self._iam(wanted)
        role = wanted.role(nonce)
        live = roles.find(iam, props["role_name"])
        if live is None or (live.claim is not None and live.claim.nonce != nonce):
            return ReadResult("", {})
        policy = live.policies.get(documents.POLICY_NAME, {})
        drift = roles.drift(live, role)
        return ReadResult(id_, _outputs(props, account, live.arn, nonce, policy=policy, drift=drift))

    @clean
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        wanted, nonce = _Wanted.of(news), olds["nonce"]
        iam, account = self._iam(wanted)
        role = wanted.role(nonce)
        live = roles.find(iam, role.name)
        if live is None:
            live = roles.create(iam, role)
        else:
            roles.own(live, role)
            roles.mend(iam, role, live)
        return UpdateResult(_outputs(news, account, live.arn, nonce, policy=role.policy, drift=[]))

    @clean
    def delete(self, _id: str, props: Props) -> None:
        iam, _ = self._iam(_Wanted.of(props))
        try:
            roles.remove(iam, props["role_name"], props["nonce"])
        except TakenError as reason:
            notice(str(reason))

    def _iam(self, wanted: _Wanted) -> tuple[Client, str]:
        account = self.accounts.master_account()
        if wanted.master_account not in (None, account):
            expected = f"expected credentials of the master account {wanted.master_account} (got {account})"
            raise LinkError(f"{expected}; set tenant-links:roleArn to a role there")
        return self.accounts.master("iam"), account


class CrossAccountGrant(Resource, module="tenant_links", name="CrossAccountGrant"):
    """A role in the master account that `tenant_account`'s roles may assume, for `actions` on `resources`
    only.

    The role's path is `/tenant-links/<tenant>/`, its name follows from tenant, environment and grant, and its
    tags say whose it is.  A role with another owner is refused; what is added to an own one by hand is
    removed at `up`.

    Errors: `LinkError`, one line, when the role is another's, the credentials are another account's or AWS
        refuses.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html
    """

    tenant: pulumi.Output[str]
    environment: pulumi.Output[str]
    role_name: pulumi.Output[str]
    role_arn: pulumi.Output[str]
    """What the tenant's programs assume; known in previews if `master_account` is given."""
    external_id: pulumi.Output[str]
    """What they pass as `ExternalId`; secret."""
    policy: pulumi.Output[str]
    """The inline policy, as JSON."""
    nonce: pulumi.Output[str]
    """What marks this incarnation in the role's tags: 16 hexadecimal digits, not secret."""

    def __init__(
        self,
        name: str,
        *,
        tenant: pulumi.Input[str],
        environment: pulumi.Input[str],
        tenant_account: pulumi.Input[str],
        resources: pulumi.Input[Sequence[pulumi.Input[str]]],
        actions: pulumi.Input[Sequence[pulumi.Input[str]]],
        external_id: pulumi.Input[str],
        grant: pulumi.Input[str] | None = None,
        principals: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
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
            tenant_account: The tenant's AWS account: 12 digits.
            resources: ARNs; at least 3 literal characters before the first wildcard of the name, no
                variables.
            actions: Such as `s3:GetObject` or `s3:Get*`; none of IAM, STS, Organizations and Identity Center.
            external_id: 22 to 1,224 unguessable characters, from the registry.
            grant: The grant's name, in the tenant's form; `name` if not given.
            principals: ARN patterns of the tenant's roles that may assume; all its roles if not given.
            organization: `o-…`; callers must belong to it.
            permissions_boundary: The ARN of a managed policy that bounds the role.
            master_account: 12 digits; refuses credentials of any other account.
            opts: Pulumi's options.
        """
        inputs = {
            "tenant": tenant,
            "environment": environment,
            "tenant_account": tenant_account,
            "grant": name if grant is None else grant,
            "actions": actions,
            "resources": resources,
            "external_id": pulumi.Output.secret(external_id),
            "principals": principals,
            "organization": organization,
            "permissions_boundary": permissions_boundary,
            "master_account": master_account,
            "owner": f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}",
            "resource": name,
        }
        outputs = dict.fromkeys(("role_name", "role_arn", "policy", "nonce", "drift", "state_version"))
        secret = pulumi.ResourceOptions(additional_secret_outputs=["external_id"])
        options = pulumi.ResourceOptions.merge(opts, secret)
        super().__init__(CrossAccountGrantProvider(), name, {**inputs, **outputs}, options)


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


def _outputs(
    props: Props, account: str, arn: str, nonce: str, *, policy: documents.Document, drift: list[str]
) -> Props:
    inputs = {name: props[name] for name in (*_REQUIRED, *_OPTIONAL) if props.get(name) is not None}
    return inputs | {
        "master_account": account,
        "role_name": props["role_name"],
        "role_arn": arn,
        "policy": documents.render(policy),
        "nonce": nonce,
        "drift": drift,
        "state_version": STATE_VERSION,
    }
