"""What has to log and does not."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, LogRoute, LogSource, LogTap, Policy, Principal, decided
from .rule import rule


@rule(
    family="logs",
    severity="high",
    title="A resource that has to log does not",
    remediation="Enable its logs: access logs of a load balancer or API stage, a flow log of all traffic of a VPC, log "
    "exports of a database, control plane logs of a cluster, a log configuration of every container.",
    scope="load balancers, VPCs, API stages, databases, clusters, containers, functions, state machines, distributions "
    "and firewalls of this stack, as far as the plan's must_log names their kind",
    reads=(LogSource, LogRoute, LogTap, Principal, Policy, Grant),
    of="tenants",
    controls=(
        "well-architected:SEC04-BP01",
        "nist-800-53:AU-2",
        "nist-800-53:AU-12",
    ),
)
def source_does_not_log(facts: Facts) -> Iterator[Finding]:
    """What is not logged can't be sent to the central account, nor kept: an attack on it leaves no trace."""
    for each in facts.silent_sources:
        yield decided(each.source.at.urn, each.why, each.missing)
