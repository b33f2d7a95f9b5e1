"""The registry's models: the platform, its plans, its tenants.  `tenancy.schema.json` is generated from them."""

import re
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    model_validator,
)

from ..iam import intersects, matches

Family = Literal[
    "tenancy",
    "reading",
    "global-config",
    "identity",
    "boundary",
    "sharing",
    "customer",
    "logs",
    "capacity",
    "exemptions",
]
FAMILIES: tuple[Family, ...] = (
    *("tenancy", "reading", "global-config", "identity", "boundary", "sharing", "customer", "logs", "capacity"),
    "exemptions",
)
"""The families of rules.  Each has a floor of enforcement in the registry."""

Level = Literal["advisory", "mandatory"]
Remedied = Literal["cicd-boundary-missing", "log-retention-short"]
"""Rules whose findings can be put right in a resource's own properties."""
OnUnknown = Literal["decide-at-up", "deny"]
NEVER_EXEMPTED: tuple[Family, ...] = ("tenancy", "exemptions")
"""Whose stack it is, and what the platform lets pass, can't be let pass."""
EXEMPTED_IF_SAID: tuple[Family, ...] = ("global-config", "reading")
"""Families of which the platform has to say that they may be exempted at all."""
LONGEST = timedelta(days=366)
"""An exemption with more than so much time left does not hold: nobody would ever look at it again."""

_ARN = re.compile(r"arn:[a-z*?-]+:[a-z0-9*?-]+:[a-z0-9*?-]*:[0-9*?]*:\S+")
_BLANK = re.compile(r"\{([^{}]*)\}")
BLANKS = ("tenant", "environment", "account")
"""What an allowance's resources are completed with for each pair: `arn:aws:s3:::artifacts/{tenant}/*`."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MAX_ROLE_NAME = 64
_MAX_POLICY_NAME = 128
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{22,1224}", re.ASCII)


def _arn(value: str) -> str:
    if not _ARN.fullmatch(value):
        raise ValueError("expected an ARN pattern such as arn:aws:ssm:*:123456789012:parameter/global/*")
    if value.split(":", 5)[2] in ("*", ""):
        raise ValueError("expected an ARN pattern that names its service")
    return value


def _template(value: str) -> str:
    unknown = sorted(set(_BLANK.findall(value)) - set(BLANKS))
    if unknown:
        raise ValueError(f"expected only {', '.join(f'{{{name}}}' for name in BLANKS)} in braces")
    if "$" in value:
        raise ValueError("expected no policy variables: the caller would choose the resource")
    return _arn(_BLANK.sub("0", value)) and value


def _subject(value: str) -> str:
    unknown = sorted(set(_BLANK.findall(value)) - set(BLANKS))
    if unknown:
        raise ValueError(f"expected only {', '.join(f'{{{name}}}' for name in BLANKS)} in braces")
    return _matchable(value)


def _external_id(value: SecretStr) -> SecretStr:
    if not _EXTERNAL_ID.fullmatch(value.get_secret_value()):
        raise ValueError("expected 22 to 1,224 unguessable letters, digits and +=,.@:/-_")
    return value


def _destination(value: str) -> str:
    if not value.split(":", 5)[5].strip("*?/:"):
        raise ValueError("expected the ARN pattern of a destination that names something, not all of a service")
    return value


def _date(value: object) -> object:
    """Pydantic would take a number for seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _DATE.fullmatch(value)):
        return value
    raise ValueError("expected a date such as 2027-03-31")


def _matchable(value: str) -> str:
    if not value.strip("*?"):
        raise ValueError("expected a pattern that names something, not only wildcards")
    return value


AccountId = Annotated[str, Field(pattern=r"^[0-9]{12}$", description="An AWS account id: 12 digits, in quotes.")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
ArnPattern = Annotated[str, AfterValidator(_arn), Field(description="An ARN in which * and ? are wildcards.")]
DestinationPattern = Annotated[ArnPattern, AfterValidator(_destination)]
NamePattern = Annotated[str, AfterValidator(_matchable), Field(min_length=1, max_length=128)]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
Label = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
ArnTemplate = Annotated[
    str,
    AfterValidator(_template),
    Field(description="An ARN pattern; {tenant}, {environment} and {account} are the pair's."),
]
SubjectTemplate = Annotated[
    str,
    AfterValidator(_subject),
    Field(description="A pattern of a token's subject; {tenant}, {environment} and {account} are the pair's."),
]
ActionPattern = Annotated[
    str, Field(pattern=r"^[a-z0-9-]+:[A-Za-z0-9*?]+$", description="Such as s3:GetObject, s3:Get*.")
]
ExternalId = Annotated[
    SecretStr,
    AfterValidator(_external_id),
    Field(description="What the pair's programs pass as sts:ExternalId: 22 or more random characters, given once."),
]
RoleName = Annotated[str, Field(pattern=r"^[\w+=,.@-]{1,64}$")]
ServiceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$", description="A service: its Pulumi project.")]
Layer = Annotated[
    dict[str, JsonValue],
    Field(
        description="A layer of the config, as Pulumi ESC writes an environment: `imports` and `values`. In a "
        "registry's file it may be the path of a file that has it."
    ),
]
Count = Annotated[int, Field(ge=0, strict=True)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Days = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
"""For how many days AWS keeps logs.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""
Nowhere = Literal["not-in-aws"]
LogSourceKind = Literal[
    "apis", "clusters", "databases", "distributions", "firewalls", "functions", "load-balancers", "networks", "trails"
]
LOG_SOURCES: tuple[LogSourceKind, ...] = (
    *("apis", "clusters", "databases", "distributions", "firewalls", "functions", "load-balancers", "networks"),
    "trails",
)
"""Kinds of resources that log only where they are told to."""
Kind = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9-]*(/[a-zA-Z0-9]+)?$",
        max_length=80,
        description="A service or one type of it, by their names in Pulumi: dynamodb, eks/fargateProfile.",
    ),
]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CicdRoles(Model):
    """What counts as a CI/CD role: whatever has such a name, and whatever a CI's identity provider may assume."""

    names: tuple[NamePattern, ...] = Field(min_length=1, description="Patterns of role and user names.")
    issuers: tuple[NamePattern, ...] = Field(
        default=(
            "token.actions.githubusercontent.com*",
            "token.actions.*.ghe.com*",
            "*/_services/token",
            "*gitlab*",
            "*bitbucket*",
            "oidc.circleci.com*",
            "agent.buildkite.com*",
            "api.pulumi.com*",
            "app.terraform.io*",
            "app.*.terraform.io*",
        ),
        description="Patterns of OIDC issuers, without https://, whose tokens come from a CI.",
    )
    subjects: tuple[SubjectTemplate, ...] = Field(
        default=(),
        description="The subjects of tokens by which a pair's CI/CD roles may be assumed, such as "
        "repo:acme/shop:environment:{tenant}-{environment}; by default whatever names one place to deploy from.",
    )
    deploy_logs: bool = Field(
        default=False,
        description="Whether CI/CD roles may change and delete log groups and their subscriptions, since what they "
        "deploy has some. An account's policies, trails, flow logs and recorders they may cut in no case.",
    )
    boundaries: tuple[ArnPattern, ...] = Field(
        default=("arn:*:iam::*:policy/*",),
        description="Permission boundaries, of which each CI/CD role must have one; none are demanded if it is empty.",
    )


class CustomerRoles(Model):
    """What a customer who was granted access to its own account may use there."""

    names: tuple[NamePattern, ...] = Field(default=("customer-*",), description="Patterns of role and user names.")


class PlatformStack(Model):
    """A stack of the platform's own, such as the master account's or the log account's."""

    project: NamePattern = Field(description="The Pulumi project; * and ? are wildcards.")
    stack: str = Field(default="*", min_length=1, description="The stack's name; * and ? are wildcards.")
    accounts: tuple[AccountId, ...] = Field(min_length=1)
    per_tenant: bool = Field(default=False, description="One stack per tenant-environment pair, named after it.")
    purpose: str = Field(default="", description="What the stack is for; shown in findings.")


class Links(Model):
    """How tenants are linked to the master account: the zone of their names, the bounds of their roles there."""

    zone: str = Field(pattern=r"^[A-Z0-9]{1,32}$", description="The hosted zone's id, in the master account.")
    zone_name: str = Field(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$", max_length=253)
    boundary: str = Field(
        pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:policy/[\w+=,.@/-]+$",
        description="The permission boundary of every role that a link makes.  With own_linker each pair has its "
        "own, whose name goes on with the pair's: tenant-links-boundary-customer1-prod.",
    )
    reader: RoleName = Field(
        default="tenant-links-reader", description="The role in each tenant's account that reads its load balancer."
    )
    own_linker: RoleName | None = Field(
        default=None,
        description="Where tenants' own stacks may make their links: how the names of the roles in the master account "
        "begin through which they do (`own-linker` for own-linker-customer1-prod). Without it only the platform may.",
    )
    quarantine_days: int = Field(
        default=30, ge=0, le=3650, strict=True, description="How long a name that was let go of stays closed to others."
    )


class Platform(Model):
    """The platform itself: its accounts, its global config, and what everybody is measured by."""

    organization: str = Field(pattern=r"^o-[a-z0-9]{10,32}$")
    master_account: AccountId
    log_account: AccountId
    shared_accounts: tuple[AccountId, ...] = ()
    regions: tuple[Region, ...] = Field(min_length=1)
    global_config: tuple[ArnPattern, ...] = Field(min_length=1, description="What no CI/CD role may ever reach.")
    registry: tuple[ArnPattern, ...] | Nowhere = Field(description="Where this registry lives in AWS.")
    state: tuple[ArnPattern, ...] | Nowhere = Field(description="The Pulumi state backend's storage and its key.")
    pack: tuple[ArnPattern, ...] | Nowhere = Field(description="Where this pack's artifacts live in AWS.")
    linker_roles: tuple[ArnPattern, ...] | Nowhere = Field(description="The roles that the link providers use.")
    cicd_roles: CicdRoles
    partners: dict[AccountId, str] = Field(
        default_factory=dict, description="Other companies' accounts that roles may trust, with what they do."
    )
    customer_roles: CustomerRoles = CustomerRoles()
    log_destinations: tuple[DestinationPattern, ...] = Field(
        min_length=1, description="Where standard tenants' logs go."
    )
    logs_routed_by: NamePattern | None = Field(
        default=None,
        description="The project whose stack in each pair's account has the account policy that takes all log groups "
        "to a central destination. Its stacks are held to that; in the pair's others, groups count as routed.",
    )
    enforcement: dict[Family, Level] = Field(
        default_factory=dict,
        description="The least enforcement level by family; mandatory where none is given.",
    )
    on_unknown: dict[Family, OnUnknown] = Field(
        default_factory=dict, description="What a preview does with what is not known yet, by family."
    )
    links: Links | None = Field(default=None, description="Without it no tenant can be linked.")
    trusted_packages: tuple[Slug, ...] = Field(
        default=("random", "tls", "time", "null", "std"),
        description="Packages beside aws whose resources can't touch AWS.",
    )
    exemptible: tuple[Literal["global-config", "reading"], ...] = Field(
        default=(), description="Families that may be exempted only where they stand here."
    )
    baseline: str = Field(
        default="",
        description="The file of the findings that were there when the pack came; its path from this registry's.",
    )
    remediate: tuple[Remedied, ...] = Field(
        default=(), description="What is put right in the program's own resources before they are made."
    )
    stacks: tuple[PlatformStack, ...] = ()

    def may_exempt(self, family: Family) -> bool:
        """Whether findings of a family can be exempted at all."""
        return family not in NEVER_EXEMPTED and (family not in EXEMPTED_IF_SAID or family in self.exemptible)

    def cicd_boundary(self, account: str) -> str:
        """The one permission boundary that CI/CD roles of an account can have; empty if there is none or a choice."""
        if len(self.cicd_roles.boundaries) != 1:
            return ""
        named = self.cicd_roles.boundaries[0].split(":", 5)
        given = [*named[:4], account, named[5]]
        fixed = named[4] in ("*", account) and not set("*?") & set("".join(given))
        return ":".join(given) if fixed else ""

    @property
    def protected(self) -> tuple[str, ...]:
        """All ARN patterns that count as global config, named in `global_config` or not."""
        own = (self.registry, self.state, self.pack, self.linker_roles)
        return tuple(dict.fromkeys((*self.global_config, *(p for each in own if each != "not-in-aws" for p in each))))

    def own_linker(self, tenant: str, environment: str) -> str:
        """The name of the role through which a pair makes its own links; empty if only the platform does."""
        return f"{self.links.own_linker}-{tenant}-{environment}" if self.links and self.tenants_link else ""

    @property
    def tenants_link(self) -> bool:
        """Whether tenants' own stacks may make their links; their programs are believed then, as the platform's are."""
        return self.links is not None and self.links.own_linker is not None

    def boundary(self, tenant: str, environment: str) -> str:
        """The permission boundary of the roles that a pair's links make; empty if no tenant can be linked.

        Whoever writes a role's policy has all that its boundary lets through, so pairs that do have one each.
        """
        if self.links is None or self.links.own_linker is None:
            return self.links.boundary if self.links else ""
        return f"{self.links.boundary}-{tenant}-{environment}"

    @model_validator(mode="after")
    def _remedies(self) -> "Platform":
        """What is put in has to be the only thing that could be."""
        if "cicd-boundary-missing" in self.remediate:
            named = self.cicd_roles.boundaries[0].split(":", 5)[4] if self.cicd_roles.boundaries else ""
            if not self.cicd_boundary("0" * 12 if named == "*" else named):
                raise ValueError(
                    "expected cicd_roles.boundaries to be one ARN without wildcards but for its account, such as "
                    "arn:aws:iam::*:policy/cicd-boundary, since remediate puts it in"
                )
        return self

    @model_validator(mode="after")
    def _own_linkers_apart(self) -> "Platform":
        if self.links and self.links.own_linker:
            own = f"arn:{self.links.boundary.split(':')[1]}:iam::{self.master_account}:role/{self.links.own_linker}-*"
            for pattern in self.protected:
                if intersects(own, pattern):
                    raise ValueError(
                        "links.own_linker: expected names that none of global_config, registry, state, pack and "
                        f"linker_roles matches, since CI/CD roles assume them ({own} meets {pattern})"
                    )
        return self

    @property
    def accounts(self) -> tuple[str, ...]:
        return (self.master_account, self.log_account, *self.shared_accounts)


class Capacities(Model):
    """The bounds of a plan.  What is used and has no bound here is undetermined, so say `null` nowhere."""

    instance_types: tuple[NamePattern, ...] | None = Field(default=None, description="EC2 types that may be used.")
    database_classes: tuple[NamePattern, ...] | None = None
    cache_types: tuple[NamePattern, ...] | None = None
    search_types: tuple[NamePattern, ...] | None = None
    instances_per_group: Count | None = Field(default=None, description="Most instances of one resource.")
    instances: Count | None = Field(default=None, description="Most EC2 instances of the pair, at full scale.")
    databases: Count | None = Field(default=None, description="Most database instances, standbys counted.")
    cache_nodes: Count | None = None
    search_nodes: Count | None = None
    tasks_per_service: Count | None = None
    tasks: Count | None = Field(default=None, description="Most ECS tasks of the pair, at full scale.")
    vcpu: Amount | None = Field(default=None, description="vCPU of all instances, tasks, databases and caches.")
    memory_gib: Amount | None = None
    storage_per_resource_gib: Amount | None = None
    storage_gib: Amount | None = None
    node_types: tuple[NamePattern, ...] | None = Field(
        default=None, description="Sizes of what is neither an instance, a database, a cache nor a search node: kafka.*"
    )
    units_per_resource: dict[Kind, Amount] = Field(
        default_factory=dict, description="Most units of one resource, by service or type; units as in `units`."
    )
    units: dict[Kind, Amount] = Field(
        default_factory=dict,
        description="Most units of the pair by service or type, at full scale, in what the service counts: concurrent "
        "executions (lambda), read and write units (dynamodb), shards, brokers, workers, capacity units.",
    )
    unmeasured: tuple[Kind, ...] = Field(
        default=(),
        description="Services, or types of them, accepted without a bound, by their names in Pulumi: lambda, "
        "eks/fargateProfile.",
    )


class Allowance(Model):
    """What of the master account may be granted to a pair: any of the actions on any of the resources."""

    actions: tuple[ActionPattern, ...] = Field(min_length=1)
    resources: tuple[ArnTemplate, ...] = Field(min_length=1)


class Plan(Model):
    """What a tenant has bought."""

    high_security: bool = Field(default=False, description="Own services only; logs stay in the tenant's account.")
    grants: tuple[Allowance, ...] = Field(default=(), description="What of the master account it may be granted.")
    capacity: Capacities
    log_retention_days: Days | None = Field(default=None, description="For how long log groups keep logs at least.")
    log_encryption: Literal["any", "own-key"] = Field(
        default="any", description="Whether what keeps logs has to be encrypted with a KMS key of the own account."
    )
    must_log: tuple[LogSourceKind, ...] = Field(
        default=LOG_SOURCES, description="Kinds of resources that log only where they are told to, and have to."
    )
    on_unknown: dict[Family, OnUnknown] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _own_services(self) -> "Plan":
        if self.high_security and self.grants:
            raise ValueError("grants: expected none: a high-security tenant uses no shared services")
        return self


class Environment(Model):
    """One deployment target of a tenant; with the tenant's name it is the stack's name: `customer1-prod`."""

    account: AccountId
    external_id: ExternalId | None = Field(default=None, description="Without it the pair can be granted no role.")
    regions: tuple[Region, ...] | None = None
    config: Layer = Field(default_factory=dict, description="The pair's layer of the config.")
    services: dict[ServiceName, Layer] = Field(
        default_factory=dict, description="The config's last layers: one service's in this pair."
    )


class Group(Model):
    """Tenants that are deployed together, from one branch."""

    branch: str = Field(min_length=1)
    config: Layer = Field(default_factory=dict, description="The layer of the config over the global one.")


class Overrides(Model):
    """What one tenant has beyond its plan."""

    capacity: Capacities = Capacities()


class Tenant(Model):
    plan: Slug
    group: Slug
    subdomain: Label
    environments: dict[Slug, Environment] = Field(min_length=1)
    overrides: Overrides = Overrides()
    config: Layer = Field(default_factory=dict, description="The layer of the config over the group's.")

    def labels_of(self, environment: str) -> tuple[str, ...]:
        """The names in the master zone that one of its environments may have: `customer1` and `customer1-prod`."""
        return (self.subdomain, f"{self.subdomain}-{environment}")


class Config(Model):
    """The layers of the config that belong to no one tenant.

    A pair's effective config is made of `everyone`, its group's, its tenant's and its own layer, `services` and the
    pair's own layer for the service; later ones win, as Pulumi ESC merges.
    """

    everyone: Layer = Field(default_factory=dict, description="The global layer, over which all others lie.")
    services: dict[ServiceName, Layer] = Field(default_factory=dict, description="A layer for each service.")
    shared: dict[Slug, Layer] = Field(
        default_factory=dict, description="Layers that others import by name: `shared/monitoring`."
    )


class Exemption(Model):
    """Findings that the platform lets pass for a while: of a rule, in some stacks, of some resources."""

    rule: str = Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80, description="The id of a rule, or a family of rules."
    )
    stack: NamePattern = Field(description="The stack's name, such as customer1-prod; * and ? are wildcards.")
    project: str = Field(default="*", min_length=1, max_length=128, description="The Pulumi project; likewise.")
    resource: Annotated[str, AfterValidator(_matchable), Field(min_length=1, max_length=256)] | None = Field(
        default=None,
        description="A resource's name, or its type and name (aws:ec2/instance:Instance::worker); * and ? are "
        "wildcards.  Without it: every resource, and the stack as a whole.",
    )
    undetermined: bool = Field(default=False, description="Whether what could not be decided is exempted, too.")
    reason: str = Field(pattern=r"\S", max_length=500)
    owner: str = Field(pattern=r"\S", max_length=100, description="Who answers for it: a team or a person.")
    expires: Annotated[date, BeforeValidator(_date)] = Field(
        description="The last day on which it holds (UTC); at most 366 days ahead, else it does not hold."
    )

    def holds(self, today: date | None) -> bool:
        """Nothing holds on a day that nobody knows."""
        return today is not None and today <= self.expires <= today + LONGEST

    def lapse(self, today: date | None) -> str:
        """Why it does not hold."""
        if today is None:
            return "nobody knows what day it is"
        if self.expires < today:
            return f"it expired on {self.expires} (owner {self.owner})"
        return f"it would hold until {self.expires}, which is more than {LONGEST.days} days ahead (owner {self.owner})"

    @property
    def label(self) -> str:
        """What it covers, shortly."""
        return f"{self.rule} on {self.resource or 'whatever resource'} in {self.project}/{self.stack}"

    def is_of(self, project: str, stack: str) -> bool:
        return matches(self.stack, stack) and matches(self.project, project)

    def names(self, project: str, stack: str) -> bool:
        """Is it for this stack alone?"""
        return (self.project, self.stack) == (project, stack)

    def covers(self, rule: str, family: str, urn: str) -> bool:
        """Is a finding of the rule about the resource (`""`: the stack as a whole) meant by it?"""
        return self.rule in (rule, family) and (self.resource is None or is_called(self.resource, urn))


def unexemptible(family: str) -> str:
    """Why findings of a family can't be exempted."""
    unless = " unless platform.exemptible names it" if family in EXEMPTED_IF_SAID else ""
    return f"the family {family} can't be exempted{unless}"


def is_called(pattern: str, urn: str) -> bool:
    """Does a pattern of a name, or of `TYPE::NAME`, match a resource?

    A program can give a name that looks like a type and a name, so the two are compared apart.
    """
    if urn.count("::") < 3:
        return False
    types, name = urn.split("::", 3)[2:]
    wanted, apart, called = pattern.rpartition("::")
    return matches(called, name) and (not apart or matches(wanted, types.rpartition("$")[2]))


class Registry(Model):
    """All that the pack knows of the platform and its tenants."""

    version: Literal[1]
    platform: Platform
    groups: dict[Slug, Group]
    plans: dict[Slug, Plan]
    tenants: dict[Slug, Tenant]
    exemptions: tuple[Exemption, ...] = Field(default=(), description="Findings that are let pass for a while.")
    config: Config = Field(default=Config(), description="Layered config, for CI and for run time.")

    @model_validator(mode="after")
    def _consistent(self) -> "Registry":
        owners: dict[str, str] = dict.fromkeys(self.platform.accounts, "the platform")
        if len(owners) != len(self.platform.accounts):
            raise ValueError("platform: the master, log and shared accounts must all differ")
        stacks: dict[str, str] = {}
        labels: dict[str, str] = {}
        external_ids: dict[str, str] = {}
        for name, tenant in self.tenants.items():
            if tenant.plan not in self.plans:
                raise ValueError(f"tenants.{name}.plan: expected one of {_names(self.plans)}, got {tenant.plan!r}")
            if tenant.group not in self.groups:
                raise ValueError(f"tenants.{name}.group: expected one of {_names(self.groups)}, got {tenant.group!r}")
            for label in dict.fromkeys(label for each in tenant.environments for label in tenant.labels_of(each)):
                _claim(labels, label, name, f"tenants.{name}.subdomain")
            for environment, about in tenant.environments.items():
                place = f"tenants.{name}.environments.{environment}"
                _claim(owners, about.account, f"{name}-{environment}", f"{place}.account")
                _claim(stacks, f"{name}-{environment}", name, place)
                if len(self.platform.own_linker(name, environment)) > _MAX_ROLE_NAME:
                    raise ValueError(f"{place}: expected a name of at most {_MAX_ROLE_NAME} characters for its linker")
                if len(self.platform.boundary(name, environment).rpartition("/")[2]) > _MAX_POLICY_NAME:
                    most = f"{_MAX_POLICY_NAME} characters"
                    raise ValueError(f"{place}: expected a name of at most {most} for its boundary")
                if about.external_id is not None:
                    _issued(external_ids, about.external_id.get_secret_value(), f"{name}-{environment}", place)
        families: dict[str, Family] = {family: family for family in FAMILIES}
        for i, exemption in enumerate(self.exemptions):
            if exemption.rule in families and not self.platform.may_exempt(families[exemption.rule]):
                raise ValueError(f"exemptions.{i}.rule: {unexemptible(exemption.rule)}")
        return self

    def plan_of(self, tenant: Tenant) -> Plan:
        """The tenant's plan with its overrides laid over it."""
        plan = self.plans[tenant.plan]
        changed = tenant.overrides.capacity.model_dump(exclude_unset=True)
        # Of what is bounded by service, an override is of the services that it names.
        for name in ("units", "units_per_resource"):
            changed |= {name: getattr(plan.capacity, name) | changed[name]} if name in changed else {}
        return plan.model_copy(update={"capacity": plan.capacity.model_copy(update=changed)})


def _claim(owners: dict[str, str], what: str, owner: str, place: str) -> None:
    if what in owners:
        raise ValueError(f"{place}: {what} belongs to {owners[what]} already")
    owners[what] = owner


def _issued(owners: dict[str, str], external_id: str, owner: str, place: str) -> None:
    """One external id names one pair; the id itself is not told."""
    if external_id in owners:
        raise ValueError(f"{place}.external_id: it was issued to {owners[external_id]} already")
    owners[external_id] = owner


def _names(known: dict[str, object] | dict[str, Plan] | dict[str, Group]) -> str:
    return ", ".join(sorted(known)) or "(none)"
