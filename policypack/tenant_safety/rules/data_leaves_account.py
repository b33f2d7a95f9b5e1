"""Data that is sent to another account."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Crossing, Finding, Unknown
from .rule import rule


@rule(
    family="sharing",
    severity="critical",
    title="Data leaves the tenant's account",
    remediation="Send it to a resource of the own account; of a bucket say which account has it.",
    scope="the destinations of replication, copies, exports, events and streams of this stack; those of logs are read "
    "by log-route-foreign",
    reads=(Crossing,),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC08-BP04",
        "nist-800-53:AC-4",
        "nist-800-53:AC-20",
        "nist-800-53:CM-12",
        "nist-800-53:SC-7(10)",
    ),
)
def data_leaves_account(facts: Facts) -> Iterator[Finding]:
    """A copy in another account is that account's: neither the tenant's policies nor its keys hold there, and it stays
    when the tenant is gone.
    """
    for led in facts.led:
        if led.crossing.kind != "data":
            continue
        if isinstance(led.account, Unknown):
            why = f"{led.what} leads to what may be another account's"
            yield Finding(led.crossing.at.urn, why, "undetermined", (led.account,))
        else:
            yield Finding(led.crossing.at.urn, f"{led.what} leads to {facts.whose(led.account)}")
