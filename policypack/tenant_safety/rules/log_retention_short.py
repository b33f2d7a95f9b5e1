"""Log groups that forget too soon."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, LogGroup, Unknown
from .rule import rule


@rule(
    family="logs",
    severity="medium",
    title="Logs are kept for a shorter time than the plan says",
    remediation="Set retentionInDays to the plan's log_retention_days or more, or leave it out to keep them for ever.",
    scope="the log groups of this stack; those that a service makes by itself are not read",
    reads=(LogGroup,),
    monotone=True,
    of="tenants",
    controls=(
        "well-architected:SEC04-BP02",
        "nist-800-53:AU-9",
    ),
)
def log_retention_short(facts: Facts) -> Iterator[Finding]:
    """An intrusion is often found months after it began.  What was logged then is gone by then where whoever writes the
    program, or has taken it over, may choose how long it is kept.
    """
    least = facts.plan.log_retention_days or 0
    for group in facts.log_groups if least else ():
        if isinstance(group.retention, Unknown):
            yield Finding(group.at.urn, "how long it is kept is not known yet", "undetermined", (group.retention,))
        elif 0 < group.retention < least:
            bound = f"{least} days of the plan {facts.judged.plan_name}"
            yield Finding(group.at.urn, f"it is kept for {group.retention:g} days, less than the {bound}")
