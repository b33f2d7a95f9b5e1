"""Logs that are not encrypted as the plan says."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import BucketKey, Finding, LogGroup, LogRoute, LogSink, Unknown
from .rule import rule


@rule(
    family="logs",
    severity="medium",
    title="A log is not encrypted with a key of the tenant's own",
    remediation="Give the log group, bucket or stream a KMS key of the tenant's account; make the log group of a "
    "service a resource, since the service makes it without a key.",
    scope="the log groups of this stack, those that services make included, and the buckets and streams of this stack "
    "that its logs go to; whether a key exists is not read",
    reads=(LogGroup, LogRoute, LogSink, BucketKey),
    of="tenants",
    controls=(
        "nist-800-53:SC-28",
        "nist-800-53:AU-9",
    ),
)
def log_not_encrypted(facts: Facts) -> Iterator[Finding]:
    """With a key of its own a tenant decides, and can prove, who reads its logs; with AWS's it can't."""
    if facts.plan.log_encryption != "own-key":
        return
    for kept, key in facts.log_keys:
        owner = key.split(":")[4] if isinstance(key, str) and key.startswith("arn:") else ""
        if key is None:
            made = f"the log group that {kept.service} makes" if isinstance(kept, LogGroup) and kept.service else "it"
            yield Finding(kept.at.urn, f"{made} has no KMS key of the account's own")
        elif isinstance(key, Unknown) and not _is_made_here(key):
            yield Finding(kept.at.urn, "whose key it has is not known yet", "undetermined", (key,))
        elif owner and owner not in facts.judged.accounts:
            yield Finding(kept.at.urn, f"its key {key} is {facts.whose(owner)}")


def _is_made_here(key: Unknown) -> bool:
    """Do only keys of the stack provide it?"""
    kinds = [urn.split("::")[2].rpartition("$")[2] for urn in key.depends_on]
    return bool(kinds) and all(kind.startswith("aws:kms/") for kind in kinds)
