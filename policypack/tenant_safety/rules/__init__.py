"""The rule catalogue: one file a rule."""

from collections import Counter
from collections.abc import Iterable

from .baseline_outgrown import baseline_outgrown
from .capacity_exceeds_plan import capacity_exceeds_plan
from .capacity_sum_exceeds_plan import capacity_sum_exceeds_plan
from .cicd_boundary_missing import cicd_boundary_missing
from .cicd_chain_reaches_global_config import cicd_chain_reaches_global_config
from .cicd_long_lived_key import cicd_long_lived_key
from .cicd_reaches_global_config import cicd_reaches_global_config
from .cicd_rewrites_itself import cicd_rewrites_itself
from .cicd_rules_all_accounts import cicd_rules_all_accounts
from .cicd_takes_over_roles import cicd_takes_over_roles
from .cicd_trust_too_wide import cicd_trust_too_wide
from .customer_cuts_logs import customer_cuts_logs
from .customer_reaches_cicd import customer_reaches_cicd
from .customer_reaches_links import customer_reaches_links
from .customer_takes_over_account import customer_takes_over_account
from .customer_unbounded import customer_unbounded
from .data_leaves_account import data_leaves_account
from .document_unreadable import document_unreadable
from .exemption_expired import exemption_expired
from .exemption_unused import exemption_unused
from .foreign_tenant_referenced import foreign_tenant_referenced
from .global_config_admits_tenant import global_config_admits_tenant
from .grant_exceeds_plan import grant_exceeds_plan
from .grant_trust_foreign import grant_trust_foreign
from .link_foreign import link_foreign
from .link_run_by_tenant import link_run_by_tenant
from .link_target_foreign import link_target_foreign
from .linker_wider import linker_wider
from .log_not_encrypted import log_not_encrypted
from .log_retention_short import log_retention_short
from .log_route_foreign import log_route_foreign
from .logs_can_be_cut import logs_can_be_cut
from .logs_not_central import logs_not_central
from .network_joined_with_foreign_account import network_joined_with_foreign_account
from .platform_resource_admits_tenant import platform_resource_admits_tenant
from .provider_account_disagrees import provider_account_disagrees
from .provider_not_pinned import provider_not_pinned
from .region_unlisted import region_unlisted
from .registry_unreadable import registry_unreadable
from .resource_opaque import resource_opaque
from .role_trust_foreign import role_trust_foreign
from .rule import Rule
from .service_admitted_without_source import service_admitted_without_source
from .service_trust_without_source import service_trust_without_source
from .shared_beyond_plan import shared_beyond_plan
from .shared_with_everyone import shared_with_everyone
from .shared_with_foreign_account import shared_with_foreign_account
from .shared_with_organization import shared_with_organization
from .source_does_not_log import source_does_not_log
from .stack_identity_disagrees import stack_identity_disagrees
from .stack_unregistered import stack_unregistered
from .trust_without_external_id import trust_without_external_id
from .update_through_attached_provider import update_through_attached_provider

CATALOG: tuple[Rule, ...] = (
    registry_unreadable,
    stack_unregistered,
    stack_identity_disagrees,
    provider_account_disagrees,
    provider_not_pinned,
    update_through_attached_provider,
    resource_opaque,
    document_unreadable,
    cicd_reaches_global_config,
    cicd_chain_reaches_global_config,
    global_config_admits_tenant,
    platform_resource_admits_tenant,
    cicd_rewrites_itself,
    cicd_takes_over_roles,
    cicd_rules_all_accounts,
    cicd_trust_too_wide,
    cicd_boundary_missing,
    cicd_long_lived_key,
    role_trust_foreign,
    trust_without_external_id,
    service_trust_without_source,
    region_unlisted,
    foreign_tenant_referenced,
    shared_beyond_plan,
    shared_with_everyone,
    shared_with_foreign_account,
    shared_with_organization,
    service_admitted_without_source,
    data_leaves_account,
    network_joined_with_foreign_account,
    customer_reaches_cicd,
    customer_reaches_links,
    customer_cuts_logs,
    customer_unbounded,
    customer_takes_over_account,
    logs_not_central,
    log_route_foreign,
    source_does_not_log,
    logs_can_be_cut,
    log_retention_short,
    log_not_encrypted,
    capacity_exceeds_plan,
    capacity_sum_exceeds_plan,
    link_foreign,
    link_target_foreign,
    grant_exceeds_plan,
    grant_trust_foreign,
    link_run_by_tenant,
    linker_wider,
    exemption_expired,
    exemption_unused,
    baseline_outgrown,
)

__all__ = ["CATALOG", "Rule", "with_own"]


def with_own(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The catalogue and a platform's own rules after it.  Raises `ValueError` where one could be taken for another."""
    own = tuple(rules)
    counted = Counter(rule.id for rule in (*CATALOG, *own))
    faults = [f"{name}: expected an id that no other rule has" for name, count in counted.items() if count > 1]
    families = {rule.family for rule in CATALOG}
    faults += [
        f"{rule.id}: expected a family of the catalogue (got {rule.family!r}): {', '.join(sorted(families))}"
        for rule in own
        if rule.family not in families
    ]
    if faults:
        raise ValueError("\n".join(faults))
    return (*CATALOG, *own)
