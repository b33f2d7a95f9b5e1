"""What the comparison gives to other tools, and how it counts; the tools themselves are run by hand."""

from __future__ import annotations

import json

from benchmarks.comparison import page
from benchmarks.comparison_tools import Found, Reports, documents, planned
from tenant_safety.testing import Case, Hole, Json, Outcome
from tests.attacks.corpus import FAMILIES, attacks
from tests.cases import REGISTRY

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
RESOURCES = (
    {"type": "pulumi:providers:aws", "name": "own", "props": {"region": "eu-central-1"}},
    {
        "type": "aws:iam/rolePolicy:RolePolicy",
        "name": "first",
        "props": {"role": Hole(("deploy",)), "policy": Json(DOCUMENT)},
    },
    {
        "type": "aws:ec2/vpcEndpointService:VpcEndpointService",
        "name": "second",
        "props": {"allowedPrincipals": ["*"], "tags": {"ownerOf": "x"}, "privateDnsName": {"nameType": "TXT"}},
    },
)
CASE = Case("", Outcome("", ()), REGISTRY, RESOURCES)


def test_resources_are_a_terraform_plan() -> None:
    """Names as Terraform has them, a document as a text, blocks as lists, and nothing of what is not known."""
    first, second = planned(CASE)

    assert ("aws_iam_role_policy.first", {"policy": json.dumps(DOCUMENT)}) == (first["address"], first["values"])
    assert second["type"] == "aws_vpc_endpoint_service"
    assert second["values"] == {
        "allowed_principals": ["*"],
        "tags": {"ownerOf": "x"},
        "private_dns_name": [{"name_type": "TXT"}],
    }


def test_documents_are_found_where_they_stand() -> None:
    """In a text or as an object."""
    found = list(documents(RESOURCES, ()))

    assert [("first.props..policy", json.dumps(DOCUMENT))] == found


def test_what_is_said_of_both_sides_catches_nothing() -> None:
    """Only the difference counts, and what can't be read is not flagged."""
    first, second = attacks()[:2]
    nothing: dict[str, Found | None] = {f"{a.id} {side}": None for a in attacks() for side in ("attack", "twin")}
    both = {f"{first.id} attack": frozenset({"noise"}), f"{first.id} twin": frozenset({"noise"})}
    caught = {f"{second.id} attack": frozenset({"noise", "fault"}), f"{second.id} twin": frozenset({"noise"})}

    text = page([Reports("own", "1", nothing), Reports("other", "2", {**nothing, **both, **caught})], ["x is not here"])

    assert "| other | 2 | 1 | 0 | 2 | 2 |" in text
    assert f"| **all** | {len(attacks())} | 0 | 1 |" in text
    assert f"| `{FAMILIES[0]}` |" in text
    assert "x is not here" in text
