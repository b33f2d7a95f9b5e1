"""The rule catalogue: one file a rule."""

from .capacity_exceeds_plan import capacity_exceeds_plan
from .capacity_sum_exceeds_plan import capacity_sum_exceeds_plan
from .cicd_boundary_missing import cicd_boundary_missing
from .cicd_long_lived_key import cicd_long_lived_key
from .cicd_reaches_global_config import cicd_reaches_global_config
from .cicd_trust_too_wide import cicd_trust_too_wide
from .document_unreadable import document_unreadable
from .grant_exceeds_plan import grant_exceeds_plan
from .grant_trust_foreign import grant_trust_foreign
from .link_foreign import link_foreign
from .link_run_by_tenant import link_run_by_tenant
from .link_target_foreign import link_target_foreign
from .linker_wider import linker_wider
from .log_route_foreign import log_route_foreign
from .logs_not_central import logs_not_central
from .provider_account_disagrees import provider_account_disagrees
from .provider_not_pinned import provider_not_pinned
from .registry_unreadable import registry_unreadable
from .resource_opaque import resource_opaque
from .role_trust_foreign import role_trust_foreign
from .rule import Rule
from .service_trust_without_source import service_trust_without_source
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
    cicd_trust_too_wide,
    cicd_boundary_missing,
    cicd_long_lived_key,
    role_trust_foreign,
    trust_without_external_id,
    service_trust_without_source,
    logs_not_central,
    log_route_foreign,
    capacity_exceeds_plan,
    capacity_sum_exceeds_plan,
    link_foreign,
    link_target_foreign,
    grant_exceeds_plan,
    grant_trust_foreign,
    link_run_by_tenant,
    linker_wider,
)

__all__ = ["CATALOG", "Rule"]
