"""Every document of AWS's own managed policies is answered, each way."""

from collections import Counter

from tenant_safety.iam import Attached, Policies, caller, managed_policy, reach
from tenant_safety.iam.managed import _policies

ROLE = caller("arn:aws:iam::999999999999:role/ci")
TARGETS = (
    "arn:aws:ssm:*:999999999999:parameter/global/*",
    "arn:aws:s3:::acme-state*",
    "arn:aws:secretsmanager:*:999999999999:secret:global/*",
    "arn:aws:dynamodb:*:999999999999:table/tenants",
    "arn:aws:kms:*:999999999999:key/*",
    "arn:aws:iam::999999999999:role/linker",
)
MOST_UNDETERMINED = 0.03
"""Share of documents that hang on tags of the principal or the resource, or on an action newer than the data."""


def test_managed_policies() -> None:
    """A real document is undetermined only for what it names: tags that nobody gave, actions that are not listed."""
    verdicts: Counter[str] = Counter()
    unexplained = []
    for name, about in _policies().items():
        document = managed_policy(f"arn:aws:iam::aws:policy{about['path']}{name}")
        assert document is not None
        policies = Policies(identity=(Attached(name, document),), resource=())

        answer = reach(ROLE, policies, TARGETS)

        verdicts[answer.verdict] += 1
        known_reason = ("tag/", "the action ", "aws:userid", "aws:source", "aws:principal", "aws:resource")
        paths = [unknown.path.lower() for unknown in answer.missing]
        if answer.verdict == "undetermined" and not all(any(r in path for r in known_reason) for path in paths):
            unexplained.append((name, paths))

    assert [] == unexplained
    assert verdicts["undetermined"] <= MOST_UNDETERMINED * verdicts.total()
    assert min(verdicts["reachable"], verdicts["unreachable"]) > 100
