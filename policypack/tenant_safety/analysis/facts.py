"""The facts about one stack that rules ask for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from ..model import (
    Expiry,
    LogGroup,
    LogSink,
    Maybe,
    Opaque,
    Provider,
    Region,
    SharedGrant,
    Stack,
    Subdomain,
    Unreadable,
)
from ..tenancy.doubts import doubts
from . import (
    capacity,
    chains,
    customers,
    escapes,
    exposure,
    identity,
    links,
    logs,
    mentions,
    oidc,
    openings,
    sharing,
    takeovers,
    trusts,
)
from .excuses import Excuses
from .index import Index

if TYPE_CHECKING:
    from ..tenancy import Claim, Exemption, Judged, Known, Plan, Platform, Registry
    from .excuses import Said

P = TypeVar("P")


@dataclass(frozen=True)
class Facts:
    """What is known of `stack`, which belongs to whom `claim` says.

    `said` is what came of the rules before, for those that are about them.  `others` are the other stacks of the same
    tenant's environment, where they have been read, and `state_faults` tell what of them could not be.
    """

    stack: Stack
    claim: Claim
    said: tuple[Said, ...] = ()
    others: tuple[Stack, ...] = ()
    state_faults: tuple[str, ...] = ()

    @property
    def judged(self) -> Judged:
        """Whom the stack belongs to; rules that ask are not run where nobody is known."""
        assert self.claim.judged is not None
        return self.claim.judged

    @property
    def plan(self) -> Plan:
        """The tenant's plan; rules that ask are not run on the platform's own stacks."""
        assert self.judged.plan is not None
        return self.judged.plan

    @property
    def registry(self) -> Registry:
        assert self.claim.snapshot is not None
        return self.claim.snapshot.registry

    @property
    def platform(self) -> Platform:
        return self.registry.platform

    @cached_property
    def _index(self) -> Index:
        return Index(self.stack)

    def of(self, kind: type[P]) -> tuple[P, ...]:
        """All parts of a kind, as they were read: `facts.of(LogGroup)`."""
        return self._index.of(kind)

    @cached_property
    def excuses(self) -> Excuses:
        """What the platform lets pass of this stack."""
        return Excuses(self.claim, self.stack)

    @cached_property
    def unused_exemptions(self) -> tuple[Exemption, ...]:
        """Exemptions for this stack alone that let nothing pass."""
        return tuple(self.excuses.unused(self.said))

    @cached_property
    def gone(self) -> tuple[Known, ...]:
        """Findings of the baseline that are no more."""
        return tuple(self.excuses.gone(self.said))

    @cached_property
    def cicd_access(self) -> tuple[identity.Access, ...]:
        """How CI/CD roles and users reach global config, or may."""
        return tuple(identity.accesses(self._index, self.platform))

    @property
    def log_groups(self) -> tuple[LogGroup, ...]:
        return self._index.of(LogGroup)

    @cached_property
    def _cast(self) -> chains.Cast:
        return chains.Cast(self._index, self.platform, self.judged)

    @cached_property
    def cicd_chains(self) -> tuple[chains.Way, ...]:
        """How CI/CD roles and users come to global config through others, or may."""
        return tuple(chains.global_chains(self._cast))

    @cached_property
    def cicd_rewrites(self) -> tuple[chains.Way, ...]:
        """How CI/CD roles and users can change what they or others may do, or may."""
        return tuple(escapes.rewrites(self._cast))

    @cached_property
    def cicd_takeovers(self) -> tuple[chains.Way, ...]:
        """How CI/CD roles and users can become roles that this stack does not know, or may."""
        return tuple(takeovers.of_roles(self._cast))

    @cached_property
    def cicd_over_tenants(self) -> tuple[chains.Way, ...]:
        """What power the platform's own CI/CD roles and users have over all tenants, or may."""
        return tuple(takeovers.of_tenants(self._cast))

    @cached_property
    def customer_takeovers(self) -> tuple[chains.Way, ...]:
        """How the customer's roles and users can take over what their account has, or may."""
        return tuple(takeovers.of_accounts(self._cast))

    @cached_property
    def customer_cicd(self) -> tuple[chains.Way, ...]:
        """How the customer's roles and users can become or change a CI/CD role, or may."""
        return tuple(customers.reach_cicd(self._cast))

    @cached_property
    def customer_links(self) -> tuple[chains.Way, ...]:
        """How the customer's roles and users can change the roles by which the platform comes in, or may."""
        return tuple(customers.reach_links(self._cast))

    @cached_property
    def customer_logs(self) -> tuple[chains.Way, ...]:
        """How the customer's roles and users can cut logs, or may."""
        return tuple(customers.cut_logs(self._cast))

    @cached_property
    def customer_unbounded(self) -> tuple[chains.Way, ...]:
        """How the customer's roles and users can give more than they were given, or may."""
        return tuple(escapes.unbounded(self._cast))

    @cached_property
    def unbounded(self) -> tuple[identity.Unbounded, ...]:
        """CI/CD roles and users without a permission boundary that the registry demands."""
        return tuple(identity.unbounded(self._index, self.platform))

    @cached_property
    def keys(self) -> tuple[identity.Keyed, ...]:
        """The users' keys that do not expire, each with its user."""
        return tuple(identity.keyed(self._index, self.platform))

    @cached_property
    def foreign_trusts(self) -> tuple[trusts.Beyond, ...]:
        """Roles that somebody of another's account may assume, or may be able to."""
        return tuple(trusts.foreign(self._index, self.registry, self.judged))

    @cached_property
    def service_trusts(self) -> tuple[trusts.Beyond, ...]:
        """Roles that a service may assume for another's account."""
        return tuple(trusts.deputies(self._index, self.registry, self.judged))

    @cached_property
    def unidentified_trusts(self) -> tuple[trusts.Beyond, ...]:
        """Roles that those who act for many may assume without an external id."""
        return tuple(trusts.unidentified(self._index, self.registry, self.judged))

    @cached_property
    def ci_trusts(self) -> tuple[oidc.Open, ...]:
        """Roles that a CI's tokens open too widely."""
        return tuple(oidc.open_to_ci(self._index, self.registry, self.judged))

    @cached_property
    def log_ends(self) -> tuple[logs.LogEnd, ...]:
        """Where the logs of each route end."""
        return tuple(logs.ends(self._index, self.platform, self.judged))

    @cached_property
    def unrouted_groups(self) -> tuple[logs.Unrouted, ...]:
        """Log groups of which not every event surely ends in the central account."""
        return tuple(logs.unrouted(self._index, self.platform, self.judged, self.log_ends))

    @cached_property
    def unpoliced_regions(self) -> tuple[str, ...]:
        """The regions in which a stack that has to route all groups of its account does not."""
        return tuple(logs.regions_without_policy(self._index, self.platform, self.judged, self.log_ends))

    @cached_property
    def silent_sources(self) -> tuple[logs.Silent, ...]:
        """What has to log by the plan and does not, or may not."""
        return tuple(logs.silent(self._index, self.plan.must_log, self._cast))

    @cached_property
    def log_cuts(self) -> tuple[chains.Way, ...]:
        """How others than the customer's principals can cut logs, or may."""
        return tuple(customers.cut_by_others(self._cast))

    @property
    def log_expiries(self) -> tuple[tuple[Expiry, LogSink], ...]:
        """After how many days the buckets that logs go to forget."""
        return tuple(logs.expiries(self._index))

    @property
    def log_keys(self) -> tuple[tuple[LogGroup | LogSink, Maybe[str] | None], ...]:
        """What keeps logs, with the KMS key that it is encrypted with."""
        return tuple(logs.keys(self._index))

    @cached_property
    def routes(self) -> tuple[logs.Routed, ...]:
        """Where each log of the stack ends; only of tenants' stacks."""
        return tuple(logs.routes(self._index, self.platform, self.judged, self.log_ends, self.silent_sources))

    @cached_property
    def subdomains(self) -> tuple[links.Linked[Subdomain], ...]:
        """The names in the platform's zone."""
        return tuple(links.linked(self._index, self.registry, Subdomain))

    @cached_property
    def shared_grants(self) -> tuple[links.Linked[SharedGrant], ...]:
        """What is granted of the master account."""
        return tuple(links.linked(self._index, self.registry, SharedGrant))

    @property
    def linked(self) -> tuple[links.Linked[Subdomain | SharedGrant], ...]:
        """Both."""
        return (*self.subdomains, *self.shared_grants)

    @cached_property
    def wider_linkers(self) -> tuple[links.Wider, ...]:
        """What linkers may do that the registry does not give them, or may."""
        return tuple(links.wider(self._index, self.registry))

    @cached_property
    def linker_doubts(self) -> tuple[str, ...]:
        """What is not proved of the linker of a tenant's own stack; rules ask where the stack is of a pair."""
        assert self.judged.pair is not None
        return tuple(doubts(self.registry, *self.judged.pair))

    @cached_property
    def uses(self) -> tuple[capacity.Use, ...]:
        """What each resource uses at full scale."""
        return tuple(capacity.uses(self._index, self.others))

    @cached_property
    def amounts(self) -> tuple[capacity.Amount, ...]:
        """What is used in sum, with what other stacks use, by what the plan bounds."""
        elsewhere = capacity.uses_elsewhere(self._index, self.others)
        return capacity.amounts((*self.uses, *elsewhere), self.plan)

    @cached_property
    def _sides(self) -> sharing.Sides:
        return sharing.Sides(self._index, self.registry, self.judged)

    def whose(self, account: str) -> str:
        """An account and whose it is."""
        return self._sides.whose(account)

    @cached_property
    def admitted(self) -> tuple[sharing.Admitted, ...]:
        """Who outside of the stack's accounts is let in by its resources, or may be."""
        return tuple(sharing.admitted(self._index, self._sides))

    @cached_property
    def led(self) -> tuple[sharing.Led, ...]:
        """What leads to other accounts, or may."""
        return tuple(sharing.led(self._index, self._sides))

    @cached_property
    def exposures(self) -> tuple[exposure.Exposure, ...]:
        """How one of the platform's own stacks lets tenants and CI/CD roles at global config, or may."""
        return () if self.judged.plan else tuple(exposure.exposures(self._index, self._sides))

    @cached_property
    def openings(self) -> tuple[sharing.Admitted, ...]:
        """How one of the platform's own stacks lets CI/CD roles and all tenants at what nothing shares, or may."""
        return () if self.judged.plan else tuple(openings.openings(self._index, self._sides))

    @cached_property
    def providers(self) -> tuple[Provider, ...]:
        """The aws providers, each once."""
        return tuple({provider.urn: provider for provider in self._index.of(Provider)}.values())

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """The regions that resources name themselves."""
        return self._index.of(Region)

    @cached_property
    def foreign(self) -> tuple[mentions.Foreign, ...]:
        """What names another tenant's account, or the platform's beyond the plan; only tenants' rules ask."""
        assert self.judged.pair is not None
        return tuple(mentions.foreign(self._index, self.registry, self.judged.pair))

    @cached_property
    def opaque(self) -> tuple[Opaque, ...]:
        return self._index.of(Opaque)

    @cached_property
    def unreadable(self) -> tuple[Unreadable, ...]:
        return self._index.of(Unreadable)
