"""The registry's models: the platform, its plans, its tenants.  `tenancy.schema.json` is generated from them."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

FAMILIES = ("tenancy", "reading", "global-config", "logs", "capacity")
"""The families of rules.  Each has a floor of enforcement in the registry."""

Level = Literal["advisory", "mandatory"]
OnUnknown = Literal["decide-at-up", "deny"]
Family = Literal["tenancy", "reading", "global-config", "logs", "capacity"]

_ARN = re.compile(r"arn:[a-z*?-]+:[a-z0-9*?-]+:[a-z0-9*?-]*:[0-9*?]*:\S+")


def _arn(value: str) -> str:
    if not _ARN.fullmatch(value):
        raise ValueError("expected an ARN pattern such as arn:aws:ssm:*:123456789012:parameter/global/*")
    if value.split(":", 5)[2] in ("*", ""):
        raise ValueError("expected an ARN pattern that names its service")
    return value


def _destination(value: str) -> str:
    if not value.split(":", 5)[5].strip("*?/:"):
        raise ValueError("expected the ARN pattern of a destination that names something, not all of a service")
    return value


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
Count = Annotated[int, Field(ge=0, strict=True)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Nowhere = Literal["not-in-aws"]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CicdRoles(Model):
    """What counts as a CI/CD role: whatever has such a name, and whatever a CI's identity provider may assume."""

    names: tuple[NamePattern, ...] = Field(min_length=1, description="Patterns of role and user names.")
    issuers: tuple[NamePattern, ...] = Field(
        default=(
            "token.actions.githubusercontent.com*",
            "*gitlab*",
            "*bitbucket*",
            "oidc.circleci.com*",
            "agent.buildkite.com*",
            "api.pulumi.com*",
            "app.terraform.io*",
        ),
        description="Patterns of OIDC issuers, without https://, whose tokens come from a CI.",
    )


class PlatformStack(Model):
    """A stack of the platform's own, such as the master account's or the log account's."""

    project: NamePattern = Field(description="The Pulumi project; * and ? are wildcards.")
    stack: str = Field(default="*", min_length=1, description="The stack's name; * and ? are wildcards.")
    accounts: tuple[AccountId, ...] = Field(min_length=1)
    per_tenant: bool = Field(default=False, description="One stack per tenant-environment pair, named after it.")
    purpose: str = Field(default="", description="What the stack is for; shown in findings.")


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
    log_destinations: tuple[DestinationPattern, ...] = Field(
        min_length=1, description="Where standard tenants' logs go."
    )
    enforcement: dict[Family, Level] = Field(
        default_factory=dict,
        description="The least enforcement level by family; mandatory where none is given.",
    )
    on_unknown: dict[Family, OnUnknown] = Field(
        default_factory=dict, description="What a preview does with what is not known yet, by family."
    )
    trusted_packages: tuple[Slug, ...] = Field(
        default=("random", "tls", "time", "null", "std"),
        description="Packages beside aws whose resources can't touch AWS.",
    )
    stacks: tuple[PlatformStack, ...] = ()

    @property
    def protected(self) -> tuple[str, ...]:
        """All ARN patterns that count as global config, named in `global_config` or not."""
        own = (self.registry, self.state, self.pack, self.linker_roles)
        return tuple(dict.fromkeys((*self.global_config, *(p for each in own if each != "not-in-aws" for p in each))))

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
    instances: Count | None = Field(default=None, description="Most EC2 instances of the stack, at full scale.")
    databases: Count | None = Field(default=None, description="Most database instances, standbys counted.")
    cache_nodes: Count | None = None
    search_nodes: Count | None = None
    tasks_per_service: Count | None = None
    tasks: Count | None = Field(default=None, description="Most ECS tasks of the stack, at full scale.")
    vcpu: Amount | None = Field(default=None, description="vCPU of all instances, tasks, databases and caches.")
    memory_gib: Amount | None = None
    storage_per_resource_gib: Amount | None = None
    storage_gib: Amount | None = None
    unmeasured: tuple[Slug, ...] = Field(
        default=(),
        description="Services accepted without a bound, by their name in Pulumi: lambda, dynamodb.",
    )


class Plan(Model):
    """What a tenant has bought."""

    high_security: bool = Field(default=False, description="Own services only; logs stay in the tenant's account.")
    capacity: Capacities
    on_unknown: dict[Family, OnUnknown] = Field(default_factory=dict)


class Environment(Model):
    """One deployment target of a tenant; with the tenant's name it is the stack's name: `customer1-prod`."""

    account: AccountId
    regions: tuple[Region, ...] | None = None


class Group(Model):
    """Tenants that are deployed together, from one branch."""

    branch: str = Field(min_length=1)


class Overrides(Model):
    """What one tenant has beyond its plan."""

    capacity: Capacities = Capacities()


class Tenant(Model):
    plan: Slug
    group: Slug
    subdomain: Label
    environments: dict[Slug, Environment] = Field(min_length=1)
    overrides: Overrides = Overrides()


class Registry(Model):
    """All that the pack knows of the platform and its tenants."""

    version: Literal[1]
    platform: Platform
    groups: dict[Slug, Group]
    plans: dict[Slug, Plan]
    tenants: dict[Slug, Tenant]

    @model_validator(mode="after")
    def _consistent(self) -> "Registry":
        owners: dict[str, str] = dict.fromkeys(self.platform.accounts, "the platform")
        if len(owners) != len(self.platform.accounts):
            raise ValueError("platform: the master, log and shared accounts must all differ")
        stacks: dict[str, str] = {}
        subdomains: dict[str, str] = {}
        for name, tenant in self.tenants.items():
            if tenant.plan not in self.plans:
                raise ValueError(f"tenants.{name}.plan: expected one of {_names(self.plans)}, got {tenant.plan!r}")
            if tenant.group not in self.groups:
                raise ValueError(f"tenants.{name}.group: expected one of {_names(self.groups)}, got {tenant.group!r}")
            _claim(subdomains, tenant.subdomain, name, f"tenants.{name}.subdomain")
            for environment, about in tenant.environments.items():
                place = f"tenants.{name}.environments.{environment}"
                _claim(owners, about.account, f"{name}-{environment}", f"{place}.account")
                _claim(stacks, f"{name}-{environment}", name, place)
        return self

    def plan_of(self, tenant: Tenant) -> Plan:
        """The tenant's plan with its overrides laid over it."""
        plan = self.plans[tenant.plan]
        changed = tenant.overrides.capacity.model_dump(exclude_unset=True)
        return plan.model_copy(update={"capacity": plan.capacity.model_copy(update=changed)})


def _claim(owners: dict[str, str], what: str, owner: str, place: str) -> None:
    if what in owners:
        raise ValueError(f"{place}: {what} belongs to {owners[what]} already")
    owners[what] = owner


def _names(known: dict[str, object] | dict[str, Plan] | dict[str, Group]) -> str:
    return ", ".join(sorted(known)) or "(none)"
