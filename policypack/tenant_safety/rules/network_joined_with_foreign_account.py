"""Networks that are joined with another account's."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Admission, Crossing, Finding, Unknown
from .rule import rule


@rule(
    family="sharing",
    severity="critical",
    title="A network is joined with another account's",
    remediation="Join networks of the own account only; give others a public endpoint with authorization.",
    scope="the peerings, attachments, associations, accepters and endpoint services of this stack; the owner of what "
    "is named by an id is only known if this stack makes it",
    reads=(
        Admission,
        Crossing,
    ),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC05-BP02",
        "nist-800-53:AC-4",
        "nist-800-53:CA-3",
        "nist-800-53:SC-7",
    ),
)
def network_joined_with_foreign_account(facts: Facts) -> Iterator[Finding]:
    """Through a peering, a transit gateway or an endpoint service another account's hosts reach the tenant's, which
    trust their own network.
    """
    for led in facts.led:
        if led.crossing.kind != "network":
            continue
        if isinstance(led.account, Unknown):
            why = f"{led.what} joins a network with what may be another account's"
            yield Finding(led.crossing.at.urn, why, "undetermined", (led.account,))
        else:
            yield Finding(led.crossing.at.urn, f"{led.what} joins a network with {facts.whose(led.account)}")
    for admitted in facts.admitted:
        if admitted.admission.form == "network" and admitted.whom == "foreign":
            yield Finding(admitted.admission.at.urn, admitted.why, admitted.verdict, admitted.reach.missing)
