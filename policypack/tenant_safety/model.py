"""The neutral model: what a preview, a state file or a live account says, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

from .iam import Document, Unknown

__all__ = [
    "Admission",
    "Capacity",
    "Credential",
    "Crossing",
    "Finding",
    "Grant",
    "Issuer",
    "Launch",
    "LogGroup",
    "LogRoute",
    "LogSink",
    "Maybe",
    "Measure",
    "Membership",
    "Mention",
    "Opaque",
    "Part",
    "Pipeline",
    "Place",
    "Policy",
    "Principal",
    "Provider",
    "PublicBlock",
    "Region",
    "SharedGrant",
    "Stack",
    "Subdomain",
    "Unknown",
    "Unreadable",
    "Verdict",
    "decided",
]

T = TypeVar("T")
Maybe: TypeAlias = T | Unknown
"""A value, or that it is not known yet."""
Measure: TypeAlias = Literal[
    "instances",
    "database",
    "cache",
    "search",
    "tasks",
    "units",
    "storage",
    "template",
    "scaling",
    "replicas",
    "other",
]


@dataclass(frozen=True, slots=True)
class Provider:
    """A configured access to AWS.  `accounts`: those that it is pinned to; empty if it is not pinned.

    `loose`: what lets somebody else than AWS say which account that is.
    """

    urn: str
    accounts: Maybe[tuple[str, ...]]
    region: Maybe[str]
    loose: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource is: its URN, its provider's URN, and the account and region that this provider is pinned to."""

    urn: str
    type: str
    provider: str
    account: Maybe[str]
    region: Maybe[str]
    parent: str = ""
    """The URN of the component that the resource is a part of."""


@dataclass(frozen=True, slots=True)
class Principal:
    """An IAM role, user or group.  `name` may be unknown before it exists."""

    at: Place
    kind: Literal["role", "user", "group"]
    name: Maybe[str]
    path: Maybe[str] = "/"
    trust: Maybe[Document] | None = None
    boundary: Maybe[str] | None = None
    """The ARN of the permission boundary."""
    prefix: str = ""
    """What its name begins with, where AWS completes it."""
    tags: Maybe[tuple[tuple[str, Maybe[str]], ...]] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A customer-managed policy, which holds once it is attached."""

    at: Place
    name: Maybe[str]
    document: Maybe[Document]
    prefix: str = ""
    """What its name begins with, where AWS completes it."""
    path: Maybe[str] = "/"


@dataclass(frozen=True, slots=True)
class Grant:
    """A policy that holds for a principal: inline (`document`) or managed (`policy`, an ARN).

    `target` is the name of the principal, or its URN where only the program's structure tells it.
    """

    at: Place
    kind: Literal["role", "user", "group"]
    target: Maybe[str]
    document: Maybe[Document] | None = None
    policy: Maybe[str] | None = None
    label: str = ""
    """Which part of the resource: `inlinePolicies[0]`."""
    later: bool = False
    """It is given once something happens, if ever."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An OIDC provider that an account trusts; `url` without https://."""

    at: Place
    url: Maybe[str]


@dataclass(frozen=True, slots=True)
class Membership:
    """Users of a group."""

    at: Place
    group: Maybe[str]
    user: Maybe[str]


@dataclass(frozen=True, slots=True)
class Credential:
    """A key or password of an IAM user (its name) that does not expire by itself.  `active`: it can be used."""

    at: Place
    kind: Literal["access key", "service-specific credential"]
    user: Maybe[str]
    active: Maybe[bool] = True


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A role (its name) that a pipeline of AWS's runs as: a build project, a deployment group, a stack."""

    at: Place
    role: Maybe[str]


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A CloudWatch log group.  `routable`: its class can have subscriptions; `retention`: days, 0 for ever.

    `service`: what makes it by itself, where no resource does; then `at` is the resource whose logs it holds.
    `key`: the KMS key that it is encrypted with, `None` for AWS's own.
    """

    at: Place
    name: Maybe[str]
    routable: Maybe[bool] = True
    retention: Maybe[float] = 0
    service: str = ""
    key: Maybe[str] | None = None


@dataclass(frozen=True, slots=True)
class LogSource:
    """Something that logs only if it is told to: by itself (`logs`), or by a route that is about it.

    `kind`: as plans name it (`load-balancers`); `names`: id, name, ARN; `lacks`: what is missing where it does not.
    `role`: the role by whose rights it logs, where it has one.
    """

    at: Place
    kind: str
    logs: Maybe[bool]
    lacks: str
    names: tuple[str, ...] = ()
    role: Maybe[str] | None = None


@dataclass(frozen=True, slots=True)
class LogRoute:
    """Logs of `source` (a log group's name; `*` for all of the account; "" for the resource's own) go to `destination`.

    `partial` tells what keeps some of the logs back, such as a filter pattern; empty if nothing does; unknown if it is
    not known whether something does.
    """

    at: Place
    source: Maybe[str]
    destination: Maybe[str]
    partial: Maybe[str] = ""
    label: str = ""
    """The property that names the destination."""
    metrics: bool = False
    """It carries figures only, no logs."""
    about: Maybe[str] | None = None
    """Id, name or ARN of what the logs are about, where that is another resource; of a tap, its name."""


@dataclass(frozen=True, slots=True)
class LogTap:
    """The logs of the resource `about` (its ARN) under a name that deliveries take them by."""

    at: Place
    name: Maybe[str]
    about: Maybe[str]


@dataclass(frozen=True, slots=True)
class LogSink:
    """Something that receives logs under a name or ARN of its own: a bucket, a stream, a destination.

    `key`: the KMS key that it is encrypted with, `None` if it says none.
    """

    at: Place
    name: Maybe[str]
    key: Maybe[str] | None = None


@dataclass(frozen=True, slots=True)
class Expiry:
    """The objects of a bucket, all or some, are deleted after so many days."""

    at: Place
    bucket: Maybe[str]
    days: Maybe[float]


@dataclass(frozen=True, slots=True)
class BucketKey:
    """A bucket is encrypted with a KMS key, `None` for a key of S3's or AWS's own."""

    at: Place
    bucket: Maybe[str]
    key: Maybe[str] | None


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch template or task definition (an id, name or ARN) and which version of it is taken.

    `sized`: its size counts although the resource names sizes itself.
    """

    template: Maybe[str]
    version: Maybe[str] | None = None
    sized: bool = False


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a resource may use at most, or one part of it that has a size of its own.

    `count`: instances, tasks or what the service counts (`units`), at the most; with `counted_by` (an id or name) it
    stands in another resource.  `sizes`: the instance types or classes that it may take; with `launches` they stand in
    templates.  `weights`: for how many each of the sizes counts, if not for one.  `vcpu` and `memory_gib` are for each
    where they are given directly.  `storage_gib`: for each.
    `measure` says what the plan bounds it by: `template` is used by others, `scaling` raises the count of `target`,
    `replicas` are more databases of the cluster `target`; what is `other` a plan can only accept or not.
    """

    at: Place
    measure: Measure
    service: str
    count: Maybe[float] = 1
    sizes: Maybe[tuple[str, ...]] = ()
    launches: tuple[Launch, ...] = ()
    names: tuple[str, ...] = ()
    """By what others refer to it: id, name, ARN."""
    vcpu: Maybe[float] | None = None
    memory_gib: Maybe[float] | None = None
    storage_gib: Maybe[float] = 0
    target: Maybe[str] | None = None
    """What it scales, or the cluster that it belongs to."""
    of: str = ""
    """Of a scaling: the service of what it scales, if that is known."""
    pool: str = ""
    """Which part of the resource it is, where each is scaled by itself; of a scaling, which part it scales."""
    sharded: tuple[Maybe[float], Maybe[float]] | None = None
    """Shards, and the replicas of each, where both are scaled."""
    weights: tuple[tuple[str, float], ...] = ()
    counted_by: Maybe[str] | None = None
    by_members: bool = False
    """Of a cluster: each of its serverless instances may use so much."""
    versions: tuple[str, ...] = ()
    """Of a template: its latest and its default version, where AWS has said."""


@dataclass(frozen=True, slots=True)
class Subdomain:
    """A tenant's name in the platform's zone, which points to a load balancer (its ARN) or to another name.

    `tenant`, `environment` and `account` are whose it says it is.
    """

    at: Place
    tenant: Maybe[str]
    environment: Maybe[str]
    account: Maybe[str]
    label: Maybe[str]
    zone: Maybe[str]
    zone_name: Maybe[str]
    load_balancer: Maybe[str] | None = None
    dns_name: Maybe[str] | None = None


@dataclass(frozen=True, slots=True)
class SharedGrant:
    """What a tenant's account is given of the master account: a role there (`role`), or a grant of a key (`kms`).

    `tenant`, `environment` and `account` are whose it says it is; `document` allows what it gives.
    """

    at: Place
    kind: Maybe[str]
    tenant: Maybe[str]
    environment: Maybe[str]
    account: Maybe[str]
    document: Maybe[Document]
    external_id: Maybe[str] | None = field(default=None, repr=False)
    principals: tuple[Maybe[str], ...] = ()
    organization: Maybe[str] | None = None
    boundary: Maybe[str] | None = None
    """The ARN of the permission boundary."""
    master_account: Maybe[str] | None = None
    context_tenant: Maybe[str] | None = None
    """The `tenant` of the encryption context that every use of the key must have."""


@dataclass(frozen=True, slots=True)
class Mention:
    """An account that one of a resource's texts names, `*` for all of the organization; `arn` is what it is named in,
    if that is one thing's name.

    What policy documents say is not among them.
    """

    at: Place
    path: str
    account: Maybe[str]
    arn: str = ""
    secret: bool = False
    """It stands in a secret, so only whose it is may be shown."""
    stack: Maybe[str] = ""
    """The Pulumi stack whose outputs are read, where that is named instead: `organization/project/stack`."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region that one of a resource's properties names."""

    at: Place
    path: str
    name: Maybe[str]


@dataclass(frozen=True, slots=True)
class Admission:
    """Whom a resource lets in: its own policy, or a grant of another form as the statement that it comes to.

    `resources`: patterns of the ARNs that it is about; none where they can't be told.
    """

    at: Place
    form: Literal["policy", "grant", "acl", "network"]
    document: Maybe[Document]
    label: str
    """The property that says it."""
    resources: tuple[Maybe[str], ...] = ()


@dataclass(frozen=True, slots=True)
class PublicBlock:
    """S3 refuses what would be public: of a bucket (its ARN), or of all of the account (`None`)."""

    at: Place
    bucket: Maybe[str] | None
    policies: bool
    acls: bool


@dataclass(frozen=True, slots=True)
class Crossing:
    """Something that leads to a resource which may be another account's: data goes there, or a network is joined to it.

    `to`: its ARN or id, "" where only the account is said; `account`: what the program says of whose it is.
    """

    at: Place
    kind: Literal["data", "network"]
    to: Maybe[str]
    account: Maybe[str] | None = None
    label: str = ""
    """The property that says it."""
    sources: tuple[str, ...] = ()
    """The resources, by URN, whose outputs the property was made of."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A resource that could create anything, or of a type never seen; `why` says which, or what is not known of it."""

    at: Place
    why: str
    missing: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A property that could not be understood."""

    at: Place
    path: str
    problem: str


Part: TypeAlias = (
    Provider
    | Principal
    | Policy
    | Grant
    | Membership
    | Issuer
    | Credential
    | Pipeline
    | LogGroup
    | LogSource
    | LogRoute
    | LogTap
    | LogSink
    | Expiry
    | BucketKey
    | Capacity
    | Subdomain
    | SharedGrant
    | Mention
    | Region
    | Admission
    | PublicBlock
    | Crossing
    | Opaque
    | Unreadable
)


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack, as far as it has been read.

    `dependencies` gives the resources that a resource comes directly after, by URN; it is not known while resources
    arrive one by one, when all that has arrived counts as earlier.
    """

    project: str
    name: str
    parts: tuple[Part, ...]
    resources: int = 0
    whole: bool = True
    """False while resources arrive: what is missing may still come."""
    arrived: str = ""
    """The URN of the resource that has just arrived; what others did before it, has been told before."""
    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    """Texts that must not be shown."""
    withheld: frozenset[str] = frozenset()
    """Resources, by URN, of which no number may be shown."""
    attached: str = ""
    """The providers that were attached to the engine of an update, as its environment names them."""
    awaits_symbols: bool = False
    """It is previewed without symbols, so that a symbolic preview would know more."""


Verdict: TypeAlias = Literal["violated", "undetermined"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has to say of a resource: `why` gives names and values, no advice; `missing` what is not known."""

    urn: str
    why: str
    verdict: Verdict = "violated"
    missing: tuple[Unknown, ...] = ()


def decided(urn: str, why: str, missing: tuple[Unknown, ...]) -> Finding:
    """A finding that is a violation unless something is missing to decide it."""
    return Finding(urn, why, "undetermined" if missing else "violated", missing)
