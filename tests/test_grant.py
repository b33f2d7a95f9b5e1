"""CrossAccountGrant's whole life cycle by direct calls, against a local IAM."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.dynamic import CheckResult, Config, ConfigureRequest
from pulumi.output import Unknown

from tenant_links import LinkError, aws, documents
from tenant_links.grant import CrossAccountGrantProvider
from tests.local_aws import LINKER, MASTER, LocalAws

TENANT = "111111111111"
EXTERNAL_ID = "zJ6mT0vQh8yXc2LrWn4KbA"
INPUTS = {
    "tenant": "customer1",
    "environment": "prod",
    "tenant_account": TENANT,
    "grant": "artifacts",
    "actions": ["s3:GetObject", "s3:ListBucket"],
    "resources": ["arn:aws:s3:::platform-artifacts/customer1/*"],
    "external_id": EXTERNAL_ID,
    "organization": "o-a1b2c3d4e5",
    "master_account": MASTER,
    "owner": "organization/links/customer1-prod",
    "resource": "artifacts",
}
BOUNDARY = f"arn:aws:iam::{MASTER}:policy/tenant-links-boundary"
EXTRA = f"arn:aws:iam::{MASTER}:policy/extra"
WIDE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalAws]:
    with LocalAws.start() as cloud:
        cloud.client("iam").create_policy(PolicyName="extra", PolicyDocument=json.dumps(WIDE))
        yield cloud


@pytest.fixture(scope="module")
def provider(cloud: LocalAws) -> Iterator[CrossAccountGrantProvider]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in cloud.environment().items():
            environment.setenv(name, value)
        provider = CrossAccountGrantProvider()
        provider.configure(ConfigureRequest(Config({}, "links")))
        yield provider


_numbers = itertools.count()


class Grant:
    """A grant of its own for one test."""

    def __init__(self, cloud: LocalAws, provider: CrossAccountGrantProvider) -> None:
        self.provider = provider
        self.iam = cloud.client("iam")
        self.grant = f"grant{next(_numbers)}"
        self.name = documents.role_name("customer1", "prod", self.grant)

    def inputs(self, **changes: Any) -> dict[str, Any]:
        result = checked(**{"grant": self.grant, **changes})
        assert not result.failures
        return result.inputs

    def create(self, **changes: Any) -> tuple[str, dict[str, Any]]:
        made = self.provider.create(self.inputs(**changes))
        assert made.outs is not None
        return made.id, made.outs

    def role(self) -> dict[str, Any]:
        found: dict[str, Any] = self.iam.get_role(RoleName=self.name)["Role"]
        return found

    def tags(self) -> dict[str, str]:
        return {tag["Key"].removeprefix("tenant-links:"): tag["Value"] for tag in self.role()["Tags"]}

    def policies(self) -> dict[str, Any]:
        names = self.iam.list_role_policies(RoleName=self.name)["PolicyNames"]
        found = {name: self.iam.get_role_policy(RoleName=self.name, PolicyName=name) for name in names}
        return {name: policy["PolicyDocument"] for name, policy in found.items()}

    def exists(self) -> bool:
        try:
            self.role()
        except self.iam.exceptions.NoSuchEntityException:
            return False
        return True


@pytest.fixture
def grant(cloud: LocalAws, provider: CrossAccountGrantProvider) -> Grant:
    return Grant(cloud, provider)


def checked(**changes: Any) -> CheckResult:
    given = {**INPUTS, **changes}
    provider = CrossAccountGrantProvider()
    return provider.check({}, {key: value for key, value in given.items() if value is not None})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"actions": ["*"]}, "expected actions such as 's3:GetObject' (got '*')"),
        ({"actions": ["s3:*"]}, "at least 3 characters before the first wildcard (got 's3:*')"),
        ({"actions": ["s3:??*"]}, "at least 3 characters"),
        ({"actions": ["*:GetObject"]}, "expected actions such as"),
        ({"actions": ["iam:PassRole"]}, "no grant gives actions of iam"),
        ({"actions": ["IAM:PassRole"]}, "no grant gives actions of iam"),
        ({"actions": ["i?m:PassRole"]}, "expected actions such as"),
        ({"actions": ["sts:AssumeRole"]}, "no grant gives actions of sts"),
        ({"actions": ["organizations:MoveAccount"]}, "no grant gives actions of organizations"),
        ({"actions": "s3:GetObject"}, "expected a list of actions"),
        ({"actions": []}, "expected a list of actions"),
        ({"actions": {"NotAction": ["s3:GetObject"]}}, "expected a list of actions"),
        ({"actions": [{"NotAction": "s3:GetObject"}]}, "expected a list of actions"),
        ({"actions": ["s3:GetObject\n"]}, "expected actions such as"),
        ({"resources": ["*"]}, "expected ARNs such as"),
        ({"resources": ["arn:aws:s3:::*"]}, "at least 3 characters"),
        ({"resources": ["arn:aws:s3:::*/secret"]}, "at least 3 characters"),
        ({"resources": ["arn:*:s3:::bucket"]}, "expected ARNs such as"),
        ({"resources": ["arn:aws:*:eu-central-1:999999999999:x"]}, "expected ARNs such as"),
        ({"resources": [f"arn:aws:dynamodb:eu-central-1:{MASTER}:table/*"]}, "at least 3 characters"),
        ({"resources": [f"arn:aws:dynamodb:eu-central-1:{MASTER}:t*/orders"]}, "without wildcards"),
        ({"resources": ["arn:aws:dynamodb:eu-central-1:*:table/orders"]}, "expected ARNs such as"),
        ({"resources": ["arn:aws:dynamodb:eu-central-1::table/orders"]}, "expected an account id in the ARN"),
        ({"resources": [f"arn:aws:iam::{MASTER}:role/admin"]}, "no grant reaches resources of iam"),
        ({"resources": ["arn:aws:s3:::bucket/${aws:PrincipalTag/team}/*"]}, "without variables"),
        ({"tenant_account": "1111"}, "12 digits, as a string (got '1111')"),
        ({"principals": ["arn:aws:iam::222222222222:role/x"]}, "of the tenant's account 111111111111"),
        ({"principals": [f"arn:aws:iam::{TENANT}:user/x"]}, "expected role ARNs"),
        ({"principals": ["*"]}, "expected role ARNs"),
        ({"organization": "a1b2c3d4e5"}, "an organization's id such as"),
        ({"permissions_boundary": "ReadOnly"}, "the ARN of a managed policy"),
        ({"grant": "Artifacts"}, "expected 1 to 40 lower-case"),
        ({"external_id": None}, "external_id: expected a value (got none)"),
        (
            {"resources": [f"arn:aws:s3:::platform-artifacts/{n:0>100}" for n in range(100)]},
            "expected a document of at most 10240 characters",
        ),
    ],
)
def test_check_refuses(changes: dict[str, Any], reason: str) -> None:
    """A grant that is too wide or malformed is refused before anything happens."""
    failures = checked(**changes).failures

    assert [True] == [reason in failure.reason for failure in failures]


@pytest.mark.parametrize("given", ["short", "has a space in the middle of it", 42.0])
def test_check_keeps_the_external_id_to_itself(given: object) -> None:
    """The failure says what is wrong, not what the value is."""
    failures = checked(external_id=given).failures

    assert [""] == [failure.property for failure in failures]  # the engine would print the property's value
    assert str(given) not in failures[0].reason


def test_check_gives_every_input_one_form() -> None:
    """Order and repetition make no difference; role and principals are known in previews."""
    inputs = checked(actions=["S3:ListBucket", "s3:GetObject", "s3:GetObject"]).inputs

    assert ["s3:GetObject", "s3:ListBucket"] == inputs["actions"]
    assert [f"arn:aws:iam::{TENANT}:role/*"] == inputs["principals"]
    assert f"arn:aws:iam::{MASTER}:role/tenant-links/customer1/{inputs['role_name']}" == inputs["role_arn"]


@pytest.mark.parametrize("name", ["tenant_account", "resources", "external_id", "tenant", "organization"])
def test_check_lets_unknowns_through(name: str) -> None:
    """A preview does not fail for what it can't know yet."""
    assert [] == checked(**{name: Unknown()}).failures
    assert [] == checked(resources=["arn:aws:s3:::bucket", Unknown()]).failures


def test_role_names_are_short_and_differ() -> None:
    """Cut and joined names stay apart, whatever their case."""
    triples = [("a-b", "c", "d"), ("a", "b-c", "d"), ("a", "b", "c-d"), ("x" * 40, "y" * 40, "z" * 40)]
    names = {documents.role_name(*triple) for triple in [*triples, ("x" * 40, "y" * 40, "z" * 39)]}

    assert 5 == len({name.lower() for name in names})
    assert max(len(name) for name in names) <= 64


def test_create_makes_the_role_in_the_master_account(grant: Grant) -> None:
    """Trust, policy and owner tags are what the inputs say, and nothing else is there."""
    id_, outputs = grant.create()

    role = grant.role()
    assert id_ == outputs["role_arn"] == f"arn:aws:iam::{MASTER}:role/tenant-links/customer1/{grant.name}"
    assert {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Tenant",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{TENANT}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"sts:ExternalId": EXTERNAL_ID, "aws:PrincipalOrgID": "o-a1b2c3d4e5"},
                    "ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::{TENANT}:role/*"]},
                },
            }
        ],
    } == role["AssumeRolePolicyDocument"]
    assert {"grant": json.loads(outputs["policy"])} == grant.policies()
    assert {
        "v": "tl1",
        "tenant": "customer1",
        "environment": "prod",
        "account": TENANT,
        "owner": "organization/links/customer1-prod",
        "resource": "artifacts",
        "nonce": outputs["nonce"],
        "revision": "1",
    } == grant.tags()


def test_create_twice_adopts_under_a_new_nonce(grant: Grant) -> None:
    """What a killed run left half-done is completed by the next one."""
    _, first = grant.create()
    grant.iam.delete_role_policy(RoleName=grant.name, PolicyName="grant")

    _, second = grant.create()

    assert first["nonce"] != second["nonce"] == grant.tags()["nonce"]
    assert ["grant"] == list(grant.policies())


@pytest.mark.parametrize("other", [{"owner": "organization/links/other"}, {"resource": "second"}])
def test_create_refuses_anothers_role(grant: Grant, other: dict[str, str]) -> None:
    """The owner is named, the external id is not, and nothing changes."""
    grant.create()
    before = grant.role(), grant.policies()

    with pytest.raises(LinkError) as error:
        grant.create(**other)

    assert str(error.value) == (
        f"the role {grant.name} belongs to tenant 'customer1' (prod): resource 'artifacts' of stack "
        "organization/links/customer1-prod; choose another grant name, or remove the role first"
    )
    assert before == (grant.role(), grant.policies())


def test_create_refuses_a_role_without_owner(grant: Grant) -> None:
    """A role made by hand is not taken over."""
    grant.iam.create_role(RoleName=grant.name, AssumeRolePolicyDocument="{}")

    with pytest.raises(LinkError, match="has no owner tags; choose another grant name"):
        grant.create()


def test_create_refuses_a_role_in_other_case(grant: Grant) -> None:
    """IAM's names differ by more than case."""
    grant.iam.create_role(RoleName=grant.name.upper(), AssumeRolePolicyDocument="{}")

    with pytest.raises(LinkError, match="its name differs in case"):
        grant.create()


def test_create_refuses_credentials_of_another_account(grant: Grant) -> None:
    """A grant lands in the master account or nowhere."""
    with pytest.raises(LinkError, match=f"of the master account 888888888888 \\(got {MASTER}\\)"):
        grant.create(master_account="888888888888")

    assert not grant.exists()


def test_create_errors_hide_the_external_id(grant: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever AWS repeats of the request."""
    message = f"Invalid document: {EXTERNAL_ID}"
    fault = aws.ClientError({"Error": {"Code": "MalformedPolicyDocument", "Message": message}}, "CreateRole")

    def fail(service: str) -> Any:
        raise fault

    monkeypatch.setattr(grant.provider.accounts, "master", fail)
    with pytest.raises(LinkError) as error:
        grant.create()

    assert "CreateRole: MalformedPolicyDocument: Invalid document: [secret]" == str(error.value)


def test_diff_is_silent_without_a_change(grant: Grant) -> None:
    """No spurious updates."""
    id_, outputs = grant.create()

    assert not grant.provider.diff(id_, outputs, grant.inputs()).changes
    assert not grant.provider.diff(id_, outputs, grant.inputs(master_account=None)).changes


@pytest.mark.parametrize(
    ("change", "replaces"),
    [
        ({"tenant": "customer2"}, ["tenant"]),
        ({"grant": "other"}, ["grant"]),
        ({"master_account": "888888888888"}, ["master_account"]),
        ({"actions": ["s3:GetObject"]}, []),
        ({"external_id": EXTERNAL_ID + "2"}, []),
        ({"organization": None}, []),
        ({"resources": Unknown()}, []),
        ({"permissions_boundary": BOUNDARY}, []),
    ],
)
def test_diff_knows_what_replaces(grant: Grant, change: dict[str, Any], replaces: list[str]) -> None:
    """Another name is another role; everything else is mended in place."""
    id_, outputs = grant.create()

    diff = grant.provider.diff(id_, outputs, grant.inputs(**change))

    assert (True, replaces, not replaces) == (diff.changes, diff.replaces, diff.delete_before_replace)


def test_read_is_stable_without_drift(grant: Grant) -> None:
    """A refresh of a sound role changes nothing."""
    id_, outputs = grant.create(permissions_boundary=BOUNDARY)

    found = grant.provider.read(id_, outputs)

    assert (id_, outputs) == (found.id, found.outs)


def test_read_tells_drift_and_update_repairs_it(grant: Grant) -> None:
    """Whatever was edited by hand is seen at refresh, stays seen, and is mended at up."""
    id_, outputs = grant.create(permissions_boundary=BOUNDARY)
    trust = {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "sts:AssumeRole"}
    trusts = {"Version": "2012-10-17", "Statement": [trust]}
    before = grant.role(), grant.policies()
    grant.iam.put_role_policy(RoleName=grant.name, PolicyName="grant", PolicyDocument=json.dumps(WIDE))
    grant.iam.put_role_policy(RoleName=grant.name, PolicyName="more", PolicyDocument=json.dumps(WIDE))
    grant.iam.attach_role_policy(RoleName=grant.name, PolicyArn=EXTRA)
    grant.iam.update_assume_role_policy(RoleName=grant.name, PolicyDocument=json.dumps(trusts))
    grant.iam.delete_role_permissions_boundary(RoleName=grant.name)

    first = grant.provider.read(id_, outputs).outs
    assert first is not None
    again = grant.provider.read(id_, first).outs

    assert [
        "the trust policy was changed",
        "the grant's policy was changed",
        "the permissions boundary is None",
        "policies were added: more",
        f"policies were attached: {EXTRA}",
    ] == first["drift"]
    assert first == again
    assert grant.provider.diff(id_, first, grant.inputs(permissions_boundary=BOUNDARY)).changes
    updated = grant.provider.update(id_, first, grant.inputs(permissions_boundary=BOUNDARY)).outs
    assert outputs == updated
    assert before == (grant.role(), grant.policies())
    assert [] == grant.iam.list_attached_role_policies(RoleName=grant.name)["AttachedPolicies"]


def test_read_of_what_is_gone_or_replaced_is_empty(grant: Grant) -> None:
    """A deleted role, and one of another incarnation, leave the state."""
    id_, old = grant.create()
    _, new = grant.create()

    assert "" == grant.provider.read(id_, old).id
    grant.provider.delete(id_, new)
    assert "" == grant.provider.read(id_, new).id


def test_update_changes_trust_and_policy_and_keeps_the_nonce(grant: Grant) -> None:
    """A new account, external id and action; the role stays the same."""
    id_, outputs = grant.create(permissions_boundary=BOUNDARY)
    news = grant.inputs(tenant_account="111111111112", external_id=EXTERNAL_ID[::-1], actions=["s3:GetObject"])

    updated = grant.provider.update(id_, outputs, news).outs

    assert updated is not None
    assert outputs["nonce"] == updated["nonce"] == grant.tags()["nonce"]
    statement = grant.role()["AssumeRolePolicyDocument"]["Statement"][0]
    assert {"AWS": "arn:aws:iam::111111111112:root"} == statement["Principal"]
    assert EXTERNAL_ID[::-1] == statement["Condition"]["StringEquals"]["sts:ExternalId"]
    assert ["s3:GetObject"] == grant.policies()["grant"]["Statement"][0]["Action"]
    assert "111111111112" == grant.tags()["account"]
    assert "PermissionsBoundary" not in grant.role()


def test_update_makes_a_role_that_was_deleted_by_hand(grant: Grant) -> None:
    """Without a refresh before."""
    id_, outputs = grant.create()
    grant.provider.delete(id_, outputs)

    grant.provider.update(id_, outputs, grant.inputs())

    assert outputs["nonce"] == grant.tags()["nonce"]


def test_update_refuses_a_role_that_was_lost(grant: Grant) -> None:
    """A stale nonce changes nothing."""
    id_, old = grant.create()
    grant.create()

    with pytest.raises(LinkError, match="not to this resource any more; run `pulumi refresh`"):
        grant.provider.update(id_, old, grant.inputs())


def test_delete_leaves_nothing(grant: Grant) -> None:
    """Policies that were added by hand don't hold the role; a second delete is fine."""
    id_, outputs = grant.create()
    grant.iam.attach_role_policy(RoleName=grant.name, PolicyArn=EXTRA)

    grant.provider.delete(id_, outputs)
    grant.provider.delete(id_, outputs)

    assert not grant.exists()


def test_delete_leaves_another_incarnation_and_says_so(grant: Grant, capsys: pytest.CaptureFixture[str]) -> None:
    """After a replacement under the same name the old one's delete takes nothing away."""
    id_, old = grant.create()
    grant.create()

    grant.provider.delete(id_, old)

    assert grant.exists()
    notice = capsys.readouterr().err
    assert "it was not made by this resource, so it stays" in notice
    assert EXTERNAL_ID not in notice


def test_linker_is_the_role_of_the_master_account(grant: Grant) -> None:
    """The ambient identity only assumes it."""
    found = grant.provider.accounts.master("sts").get_caller_identity()["Arn"]

    assert found.startswith(LINKER.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/"))
