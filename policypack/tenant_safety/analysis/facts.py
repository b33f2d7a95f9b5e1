"""The facts about one stack that rules ask for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..model import Opaque, Provider, SharedGrant, Stack, Subdomain, Unreadable
from ..tenancy.doubts import doubts
from . import capacity, identity, links, logs, oidc, trusts
from .index import Index

if TYPE_CHECKING:
    from ..tenancy import Claim, Judged, Plan, Platform, Registry


@dataclass(frozen=True)
class Facts:
    """What is known of `stack`, which belongs to whom `claim` says."""

    stack: Stack
    claim: Claim

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

    @cached_property
    def cicd_access(self) -> tuple[identity.Access, ...]:
        """How CI/CD roles and users reach global config, or may."""
        return tuple(identity.accesses(self._index, self.platform))

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
    def partner_trusts(self) -> tuple[trusts.Beyond, ...]:
        """Roles that a partner may assume without an external id."""
        return tuple(trusts.unidentified(self._index, self.registry))

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
        return tuple(logs.unrouted(self._index, self.log_ends))

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
        return tuple(capacity.uses(self._index))

    @cached_property
    def providers(self) -> tuple[Provider, ...]:
        """The aws providers, each once."""
        return tuple({provider.urn: provider for provider in self._index.of(Provider)}.values())

    @cached_property
    def opaque(self) -> tuple[Opaque, ...]:
        return self._index.of(Opaque)

    @cached_property
    def unreadable(self) -> tuple[Unreadable, ...]:
        return self._index.of(Unreadable)
