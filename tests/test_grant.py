"""CrossAccountGrant's whole life cycle by direct calls, against an IAM and a KMS that are strict."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pulumi.dynamic import CheckResult
from pulumi.output import Unknown

from tenant_links import LinkError, aws, documents, lifecycle, roles
from tenant_links.claim import Claim
from tenant_links.grant import CrossAccountGrantProvider
from tests import links
from tests.aws import LINKER, MASTER, REGION, Aws, serve
from tests.links import BOUNDARY, SHARED

TENANT, BETA, OTHER = "111111111111", "111111111112", "222222222222"
EXTERNAL_ID = links.external_id("customer1", "prod")
INPUTS = {
    "tenant": "customer1",
    "environment": "prod",
    "grant": "artifacts",
    "actions": ["s3:GetObject", "s3:ListBucket"],
    "resources": [f"{SHARED}/customer1/*"],
    "external_id": EXTERNAL_ID,
    "owner": "organization/links/customer1-prod",
    "resource": "artifacts",
}
KEY = f"arn:aws:kms:{REGION}:{MASTER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OF_KEY = {"kind": "kms", "actions": ["kms:Encrypt", "kms:Decrypt"], "resources": [KEY], "external_id": None}
CONTEXT = {"tenant": "customer1"}
EXTRA = f"arn:aws:iam::{MASTER}:policy/extra"
WIDE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "sts:AssumeRole"}],
}
PATH = "/tenant-links/customer1/"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Aws]:
    with serve() as cloud, links.acting(cloud):
        cloud.client("iam").create_policy(PolicyName="extra", PolicyDocument=json.dumps(WIDE))
        yield cloud


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("registries")


@pytest.fixture(scope="module")
def provider(cloud: Aws, folder: Path) -> CrossAccountGrantProvider:
    return links.configured(CrossAccountGrantProvider, links.written(folder, links.registry()))


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """IAM is asked as often as ever, and at once."""
    monkeypatch.setattr(roles, "PAUSES", (0.0,) * len(roles.PAUSES))


_numbers = itertools.count()


class Grant:
    """A grant of its own for one test."""

    defaults: dict[str, Any] = INPUTS

    def __init__(self, cloud: Aws, provider: CrossAccountGrantProvider, folder: Path) -> None:
        self.cloud = cloud
        self.provider = provider
        self.folder = folder
        self.iam = cloud.client("iam")
        self.grant = f"grant{next(_numbers)}"
        self.name = documents.role_name("customer1", "prod", self.grant)

    def bounded(self, change: Callable[[links.Raw], None]) -> None:
        """From now on the registry is another one."""
        raw, accounts = links.registry(), self.provider.accounts
        change(raw)
        self.provider = links.configured(CrossAccountGrantProvider, links.written(self.folder, raw), accounts)

    def inputs(self, **changes: Any) -> dict[str, Any]:
        given = {**self.defaults, "grant": self.grant, **changes}
        result = self.provider.check({}, links.without_nothing(given))
        assert not result.failures
        return result.inputs

    def create(self, **changes: Any) -> tuple[str, dict[str, Any]]:
        made = self.provider.create(self.inputs(**changes))
        assert made.outs is not None
        return made.id, made.outs

    def read(self, id_: str, outputs: dict[str, Any]) -> dict[str, Any]:
        found = self.provider.read(id_, outputs).outs
        assert found is not None
        return found

    def update(self, id_: str, outputs: dict[str, Any], **changes: Any) -> dict[str, Any]:
        updated = self.provider.update(id_, outputs, self.inputs(**changes)).outs
        assert updated is not None
        return updated

    def role(self) -> dict[str, Any]:
        found: dict[str, Any] = self.iam.get_role(RoleName=self.name)["Role"]
        return found

    def all_tags(self) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self.role()["Tags"]}

    def tags(self) -> dict[str, str]:
        """The owner's."""
        prefix = "tenant-links:"
        return {key.removeprefix(prefix): word for key, word in self.all_tags().items() if key.startswith(prefix)}

    def other_tags(self) -> dict[str, str]:
        return {key: word for key, word in self.all_tags().items() if not key.startswith("tenant-links:")}

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

    def by_hand(self, path: str = PATH, tags: dict[str, str] | None = None) -> None:
        """A role of the grant's name that somebody made, who gave much to others."""
        made = [{"Key": key, "Value": word} for key, word in (tags or {}).items()]
        document = json.dumps(TRUST)
        self.iam.create_role(RoleName=self.name, Path=path, AssumeRolePolicyDocument=document, Tags=made)
        self.iam.put_role_policy(RoleName=self.name, PolicyName="more", PolicyDocument=json.dumps(WIDE))
        self.iam.attach_role_policy(RoleName=self.name, PolicyArn=EXTRA)


@pytest.fixture
def grant(cloud: Aws, provider: CrossAccountGrantProvider, folder: Path) -> Iterator[Grant]:
    yield Grant(cloud, provider, folder)
    cloud.faults.clear()


Checked = Callable[..., CheckResult]


@pytest.fixture(scope="module")
def checked(provider: CrossAccountGrantProvider) -> Checked:
    return lambda **changes: provider.check({}, links.without_nothing({**INPUTS, **changes}))


def reasons(result: CheckResult) -> list[str]:
    return [failure.reason for failure in result.failures]


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
        ({"external_id": None}, "external_id: expected what the registry issued"),
        ({"kind": "user"}, "expected 'role' or 'kms' (got 'user')"),
        ({"adopt": "yes"}, "expected true or false (got 'yes')"),
        ({"encryption_context": CONTEXT}, "expected none with the kind role"),
        ({"tags": {"tenant-links:owner": "me"}}, "none of aws: and tenant-links: (got 'tenant-links:owner')"),
        ({"tags": {"Tenant-Links:owner": "me"}}, "none of aws: and tenant-links: (got 'Tenant-Links:owner')"),
        ({"tags": {"AWS:x": "me"}}, "none of aws: and tenant-links: (got 'AWS:x')"),
        ({"tags": {"team": "a;b"}}, "expected tags of IAM's characters"),
        ({"tags": {f"tag{n}": "x" for n in range(41)}}, "expected at most 40 tags (got 41)"),
        ({"tags": ["team"]}, "expected texts by name"),
        (
            {"resources": [f"{SHARED}/customer1/{n:0>100}" for n in range(100)]},
            "expected a document of at most 10240 characters (got",
        ),
        (
            {"principals": [f"arn:aws:iam::{TENANT}:role/{n:0>60}" for n in range(20)]},
            "expected a document of at most 2048 characters (got",
        ),
    ],
)
def test_check_refuses(checked: Checked, changes: dict[str, Any], reason: str) -> None:
    """A grant that is too wide or malformed is refused before anything happens."""
    assert [True] == [reason in told for told in reasons(checked(**changes))]


OTHERWISE = {
    "tenant_account": (OTHER, f"expected '{TENANT}', as the registry says (got '{OTHER}')"),
    "organization": ("o-zzzzzzzzzz", "expected 'o-a1b2c3d4e5', as the registry says (got 'o-zzzzzzzzzz')"),
    "permissions_boundary": (EXTRA, f"expected '{BOUNDARY}', as the registry says (got '{EXTRA}')"),
    "master_account": (OTHER, f"expected '{MASTER}', as the registry says (got '{OTHER}')"),
}
"""What a program says otherwise than the registry, and what is told of it."""


@pytest.mark.parametrize("name", OTHERWISE)
def test_check_refuses_what_the_registry_says_otherwise(checked: Checked, name: str) -> None:
    """The registry bounds, not the program; what a preview does not know yet is compared at `up`."""
    value, reason = OTHERWISE[name]

    assert [(name, reason)] == [(told.property, told.reason) for told in checked(**{name: value}).failures]
    assert [] == checked(**{name: Unknown()}).failures


@pytest.mark.parametrize("given", ["short", "has a space in the middle of it", 42.0, "well-formed-but-not-issued-0123"])
def test_check_keeps_the_external_id_to_itself(checked: Checked, given: object) -> None:
    """The failure says what is wrong, not what the value is, nor what was issued."""
    failures = checked(external_id=given).failures

    assert [""] == [failure.property for failure in failures]  # the engine would print the property's value
    assert str(given) not in failures[0].reason
    assert EXTERNAL_ID not in failures[0].reason


def test_check_needs_an_external_id_that_was_issued(grant: Grant) -> None:
    """Without one the pair can be granted no role, whatever the program passes."""
    grant.bounded(lambda raw: raw["tenants"]["customer1"]["environments"]["prod"].pop("external_id"))

    for given in (INPUTS, {key: value for key, value in INPUTS.items() if key != "external_id"}):
        told = reasons(grant.provider.check({}, given))
        assert ["external_id: expected one that the registry issued to customer1-prod (it has issued none)"] == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"actions": ["s3:PutObject"]}, r"plan standard does not allow s3:PutObject on arn:aws:s3:::\S+"),
        ({"actions": ["s3:GetObject*"]}, r"plan standard does not allow s3:GetObject\S+ on arn:aws:s3:::\S+"),
        ({"resources": [f"{SHARED}/*"]}, rf"plan standard does not allow s3:\S+ on {SHARED}/\S*"),
        ({"resources": [f"{SHARED}/customer2/x"]}, rf"plan standard does not allow s3:\S+ on {SHARED}/customer2/x"),
        (
            {"actions": ["s3:GetObjectTagging"], "resources": [f"{SHARED}/customer2/x"]},
            rf"{SHARED}/customer2/x reaches {SHARED}/customer2/\*, which is set aside for customer2-prod",
        ),
        (
            {"actions": ["ssm:GetParameter"], "resources": [f"arn:aws:ssm:{REGION}:{MASTER}:parameter/global/*"]},
            rf"it reaches global config arn:aws:ssm:\*:{MASTER}:parameter/global/\* by ssm:\S+",
        ),
        (
            {"actions": ["ssm:GetParameter"], "resources": [f"arn:aws:ssm:{REGION}:{MASTER}:parameter/glo*"]},
            rf"it reaches global config arn:aws:ssm:\*:{MASTER}:parameter/global/\* by ssm:\S+",
        ),
        (
            {"tenant": "vault", "external_id": links.external_id("vault", "prod")},
            rf"plan vault does not allow s3:\S+ on {SHARED}/customer1/\S*",
        ),
    ],
)
def test_check_refuses_what_the_plan_or_another_pair_forbids(
    checked: Checked, changes: dict[str, Any], told: str
) -> None:
    """With the request that shows it."""
    failures = checked(**changes).failures

    pair = f"{changes.get('tenant', 'customer1')}-prod"
    expected = f"{pair} may not be granted this: {told}"
    assert {"actions"} == {failure.property for failure in failures}
    assert any(re.fullmatch(expected, failure.reason) for failure in failures), [f.reason for f in failures]


@pytest.mark.parametrize(
    "changes",
    [
        {"actions": ["s3:GetObject"], "resources": [f"{SHARED}/customer1/builds/*"]},
        {"actions": ["s3:GetObjectTagging"], "resources": [f"{SHARED}/customer1/*", f"{SHARED}/common/*"]},
        {"actions": ["ssm:GetParameter"], "resources": [f"arn:aws:ssm:{REGION}:{MASTER}:parameter/shared/*"]},
        {"environment": "beta", "external_id": links.external_id("customer1", "beta")},
    ],
)
def test_check_allows_what_the_plan_does(checked: Checked, changes: dict[str, Any]) -> None:
    """And no less: the tenant's own, and what nobody has."""
    assert [] == checked(**changes).failures


def test_check_gives_every_input_one_form(checked: Checked) -> None:
    """Order and repetition make no difference."""
    inputs = checked(actions=["S3:ListBucket", "s3:GetObject", "s3:GetObject"], tags={"b": "2", "a": "1"}).inputs

    assert ["s3:GetObject", "s3:ListBucket"] == inputs["actions"]
    assert ["a", "b"] == list(inputs["tags"])


def test_check_makes_the_role_known_in_previews(checked: Checked) -> None:
    """All that the registry fixes is filled in, but for the secret."""
    name = documents.role_name("customer1", "prod", "artifacts")

    assert (
        INPUTS
        | {
            "kind": "role",
            "tenant_account": TENANT,
            "organization": "o-a1b2c3d4e5",
            "permissions_boundary": BOUNDARY,
            "master_account": MASTER,
            "principals": [f"arn:aws:iam::{TENANT}:role/*"],
            "role_name": name,
            "role_arn": f"arn:aws:iam::{MASTER}:role{PATH}{name}",
        }
        == checked().inputs
    )


def test_check_makes_the_key_known_in_previews(checked: Checked) -> None:
    """And the context that each request has to name."""
    inputs = checked(**OF_KEY).inputs

    assert (KEY, CONTEXT, TENANT) == (inputs["key_arn"], inputs["encryption_context"], inputs["tenant_account"])
    assert {"role_arn", "role_name", "permissions_boundary"}.isdisjoint(inputs)


@pytest.mark.parametrize(
    "name", ["actions", "resources", "external_id", "tenant", "environment", "grant", "kind", "tags"]
)
def test_check_lets_unknowns_through(checked: Checked, name: str) -> None:
    """A preview does not fail for what it can't know yet."""
    assert [] == checked(**{name: Unknown()}).failures
    assert [] == checked(resources=["arn:aws:s3:::bucket", Unknown()]).failures


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"external_id": EXTERNAL_ID}, "expected none with the kind kms"),
        ({"principals": [f"arn:aws:iam::{TENANT}:role/x"]}, "expected none with the kind kms"),
        ({"organization": "o-a1b2c3d4e5"}, "expected none with the kind kms"),
        ({"permissions_boundary": BOUNDARY}, "expected none with the kind kms"),
        ({"tags": {"team": "a"}}, "expected none with the kind kms"),
        ({"tenant_account": OTHER}, f"expected '{TENANT}', as the registry says"),
        ({"master_account": OTHER}, f"expected '{MASTER}', as the registry says"),
        ({"encryption_context": {"tenant": "customer2"}}, "expected it to name the tenant 'customer1'"),
        ({"encryption_context": {"Tenant": "customer1"}}, "expected it to name the tenant 'customer1'"),
        ({"encryption_context": {"team": "a"}}, "expected it to name the tenant 'customer1'"),
        ({"encryption_context": {"tenant": ""}}, "expected texts by name"),
        ({"encryption_context": "customer1"}, "expected texts by name"),
        ({"actions": ["kms:CreateGrant"]}, "expected of kms:Decrypt, kms:DescribeKey,"),
        ({"actions": ["kms:Decrypt", "kms:Enc*"]}, "(got kms:Enc*)"),
        ({"actions": ["s3:GetObject"]}, "(got s3:GetObject)"),
        ({"resources": [KEY, KEY[:-1] + "c"]}, "expected one key's ARN such as"),
        ({"resources": [f"arn:aws:kms:{REGION}:{MASTER}:alias/shared"]}, "expected one key's ARN such as"),
        ({"resources": [f"arn:aws:kms:{REGION}:{MASTER}:key/1234*"]}, "expected one key's ARN such as"),
        ({"resources": [f"arn:aws:kms:*:{MASTER}:key/1234abcd"]}, "expected one key's ARN such as"),
        ({"actions": ["kms:GenerateDataKeyPair"], "tenant": "vault"}, "plan vault does not allow kms:"),
        ({"resources": [KEY.replace(MASTER, OTHER)]}, "which is set aside for customer2-prod"),
    ],
)
def test_check_refuses_grants_on_keys(checked: Checked, changes: dict[str, Any], reason: str) -> None:
    """Whatever would not keep the tenants apart on a shared key."""
    told = reasons(checked(**{**OF_KEY, "encryption_context": None, **changes}))

    assert any(reason in each for each in told), told


def test_role_names_are_short_and_differ() -> None:
    """Cut and joined names stay apart, whatever their case."""
    triples = [("a-b", "c", "d"), ("a", "b-c", "d"), ("a", "b", "c-d"), ("x" * 40, "y" * 40, "z" * 40)]
    names = {documents.role_name(*triple) for triple in [*triples, ("x" * 40, "y" * 40, "z" * 39)]}

    assert 5 == len({name.lower() for name in names})
    assert max(len(name) for name in names) <= 64


def test_create_makes_the_role_in_the_master_account(grant: Grant) -> None:
    """Trust, policy, boundary and owner tags are what inputs and registry say, and nothing else is there."""
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
    assert BOUNDARY == role["PermissionsBoundary"]["PermissionsBoundaryArn"]
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
    assert {} == grant.other_tags()


def test_create_twice_takes_up_its_own_under_a_new_nonce(grant: Grant) -> None:
    """What a killed run left half-done is completed by the next one."""
    _, first = grant.create()
    grant.iam.delete_role_policy(RoleName=grant.name, PolicyName="grant")

    _, second = grant.create()

    assert first["nonce"] != second["nonce"] == grant.tags()["nonce"]
    assert ["grant"] == list(grant.policies())


@pytest.mark.parametrize("adopt", [False, True])
@pytest.mark.parametrize("other", [{"owner": "organization/links/other"}, {"resource": "second"}])
def test_create_refuses_anothers_role(grant: Grant, other: dict[str, str], adopt: bool) -> None:
    """The owner is named, the external id is not, and nothing changes; whether with adopt or not."""
    grant.create()
    before = grant.role(), grant.policies()

    with pytest.raises(LinkError) as error:
        grant.create(**other, adopt=adopt)

    assert str(error.value) == (
        f"the role {grant.name} belongs to tenant 'customer1' (prod): resource 'artifacts' of stack "
        "organization/links/customer1-prod; choose another grant name, or remove the role first"
    )
    assert before == (grant.role(), grant.policies())


def test_create_refuses_a_role_without_owner(grant: Grant) -> None:
    """A role made by hand is not taken over."""
    grant.by_hand()

    with pytest.raises(LinkError, match="has no owner tags; choose another grant name"):
        grant.create()


def test_create_refuses_a_role_in_other_case(grant: Grant) -> None:
    """IAM's names differ by more than case."""
    grant.iam.create_role(RoleName=grant.name.upper(), AssumeRolePolicyDocument=json.dumps(TRUST))

    with pytest.raises(LinkError, match="its name differs in case"):
        grant.create()


def test_create_refuses_credentials_of_another_account(grant: Grant) -> None:
    """A grant lands in the registry's master account or nowhere."""
    grant.bounded(lambda raw: raw["platform"].update(master_account="777777777777"))

    with pytest.raises(LinkError, match=f"of the master account 777777777777 \\(got {MASTER}\\)"):
        grant.create()

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


def test_create_says_that_the_boundary_is_missing(grant: Grant) -> None:
    """One line of AWS's; nothing was made."""
    missing = f"arn:aws:iam::{MASTER}:policy/missing"
    grant.bounded(lambda raw: raw["platform"]["links"].update(boundary=missing))

    with pytest.raises(LinkError, match=rf"^CreateRole: NoSuchEntity\w*: [^\n]*{missing}[^\n]*$"):
        grant.create()

    assert not grant.exists()


def test_adopt_takes_a_role_that_nobody_claims(grant: Grant) -> None:
    """What it gave to others is taken away; trust, boundary, policy and tags are this grant's."""
    grant.by_hand(tags={"team": "old", "made-by": "hand"})

    id_, outputs = grant.create(adopt=True, tags={"team": "new"})

    reference = Grant(grant.cloud, grant.provider, grant.folder)
    reference.create()
    parts = ("AssumeRolePolicyDocument", "PermissionsBoundary", "Path")
    assert [reference.role()[part] for part in parts] == [grant.role()[part] for part in parts]
    assert reference.policies() == grant.policies()
    assert [] == grant.iam.list_attached_role_policies(RoleName=grant.name)["AttachedPolicies"]
    assert ({"team": "new"}, outputs["nonce"]) == (grant.other_tags(), grant.tags()["nonce"])
    assert [] == grant.read(id_, outputs)["drift"]


def test_adopt_takes_no_role_of_another_path(grant: Grant) -> None:
    """Its ARN would be another one; nothing changes."""
    grant.by_hand(path="/")
    before = grant.role(), grant.policies()

    with pytest.raises(LinkError, match="has no owner tags; choose another grant name, or remove the role first"):
        grant.create(adopt=True)

    assert before == (grant.role(), grant.policies())


def test_adopt_takes_no_role_whose_owner_it_cannot_read(grant: Grant) -> None:
    """A newer version's claim is a claim."""
    grant.by_hand(tags={"tenant-links:v": "tl9", "tenant-links:somebody": "else"})
    before = grant.role(), grant.policies()

    with pytest.raises(LinkError, match="has owner tags that this version cannot read"):
        grant.create(adopt=True)

    assert before == (grant.role(), grant.policies())


def test_two_that_adopt_at_once(grant: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The later one has the role; the other one is told so and changes no more."""
    grant.by_hand()
    rival = Claim("customer1", "prod", TENANT, "organization/links/rival", "artifacts", "0123456789abcdef")
    real, reads = roles.find, itertools.count()

    def find(iam: Any, name: str) -> roles.Live | None:
        if next(reads) == 1:  # between this one's tags and its look at them
            grant.iam.tag_role(RoleName=name, Tags=rival.tags())
        return real(iam, name)

    monkeypatch.setattr(roles, "find", find)
    with pytest.raises(LinkError, match=r"belongs to .* of stack organization/links/rival, not to this resource"):
        grant.create(adopt=True)

    assert (["more"], rival.nonce) == (list(grant.policies()), grant.tags()["nonce"])


def test_diff_is_silent_without_a_change(grant: Grant) -> None:
    """No spurious updates; and `adopt` is about the creation alone."""
    id_, outputs = grant.create()

    assert not grant.provider.diff(id_, outputs, grant.inputs()).changes
    assert not grant.provider.diff(id_, outputs, grant.inputs(adopt=True)).changes
    assert not grant.provider.diff(id_, outputs, grant.inputs(master_account=MASTER, kind="role")).changes


DIFFS: dict[str, tuple[Any, bool]] = {
    "kind": ("kms", True),
    "tenant": ("customer2", True),
    "environment": ("beta", True),
    "grant": ("other", True),
    "master_account": ("777777777777", True),
    "actions": (["s3:GetObject"], False),
    "resources": ([f"{SHARED}/customer1/builds/*"], False),
    "external_id": (EXTERNAL_ID + "2", False),
    "principals": ([f"arn:aws:iam::{TENANT}:role/deploy"], False),
    "organization": ("o-zzzzzzzzzz", False),
    "permissions_boundary": (EXTRA, False),
    "tenant_account": (BETA, False),
    "tags": ({"team": "a"}, False),
    "encryption_context": (CONTEXT, False),
    "owner": ("organization/links/renamed", False),
    "resource": ("renamed", False),
}
"""Another value of each input: does it replace the role?"""


def test_diff_knows_every_input() -> None:
    """But `adopt`, which changes nothing."""
    assert {*CrossAccountGrantProvider.required, *CrossAccountGrantProvider.optional} == {*DIFFS, "adopt"}


@pytest.mark.parametrize("name", DIFFS)
def test_diff_knows_what_replaces(grant: Grant, name: str) -> None:
    """Another name is another role; everything else is mended in place."""
    value, replaces = DIFFS[name]
    id_, outputs = grant.create()
    news = grant.inputs()

    for changed in (value, Unknown()):
        diff = grant.provider.diff(id_, outputs, news | {name: changed})
        expected = (True, [name] * replaces, not replaces)
        assert expected == (diff.changes, diff.replaces, diff.delete_before_replace)
        assert ([] if replaces else ["role_arn", "role_name"]) == diff.stables


def test_an_input_that_is_taken_away_is_a_change(grant: Grant) -> None:
    """Of an optional one too."""
    id_, outputs = grant.create(tags={"team": "a"})

    assert grant.provider.diff(id_, outputs, grant.inputs()).changes


def older(state: dict[str, Any]) -> dict[str, Any]:
    """A state of the first version."""
    return {key: value for key, value in state.items() if key not in ("kind", "adopt", "tags", "state_version")}


def test_an_older_state_is_brought_up_to_date_in_place(grant: Grant) -> None:
    """It is read, updated and deleted like any other; nothing of the role changes for it."""
    id_, outputs = grant.create()
    old, before = older(outputs), (grant.role(), grant.policies())

    diff = grant.provider.diff(id_, old, grant.inputs())

    assert (True, []) == (diff.changes, diff.replaces)
    assert outputs == grant.update(id_, old) == grant.read(id_, old)
    assert before == (grant.role(), grant.policies())
    grant.provider.delete(id_, old)
    assert not grant.exists()


@pytest.mark.parametrize("operation", ["diff", "read", "update", "delete"])
def test_a_newer_state_is_refused(grant: Grant, operation: str) -> None:
    """What it means is not known here; nothing changes."""
    id_, outputs = grant.create()
    newer = outputs | {"state_version": lifecycle.STATE_VERSION + 1.0}
    news = {"diff": [grant.inputs()], "update": [grant.inputs(actions=["s3:GetObject"])]}.get(operation, [])
    before = grant.role(), grant.policies()

    with pytest.raises(LinkError) as error:
        getattr(grant.provider, operation)(id_, newer, *news)

    told = "expected a state of version 2 or older (got 3): a newer tenant-links wrote it; run that one"
    assert told == str(error.value)
    assert before == (grant.role(), grant.policies())


def test_read_is_stable_without_drift(grant: Grant) -> None:
    """A refresh of a sound role changes nothing."""
    id_, outputs = grant.create(tags={"team": "a"})

    found = grant.provider.read(id_, outputs)

    assert (id_, outputs) == (found.id, found.outs)


def test_read_tells_drift_and_update_repairs_it(grant: Grant) -> None:
    """Whatever was edited by hand is seen at refresh, stays seen, and is mended at up."""
    id_, outputs = grant.create()
    before = grant.role(), grant.policies()
    grant.iam.put_role_policy(RoleName=grant.name, PolicyName="grant", PolicyDocument=json.dumps(WIDE))
    grant.iam.put_role_policy(RoleName=grant.name, PolicyName="more", PolicyDocument=json.dumps(WIDE))
    grant.iam.attach_role_policy(RoleName=grant.name, PolicyArn=EXTRA)
    grant.iam.update_assume_role_policy(RoleName=grant.name, PolicyDocument=json.dumps(TRUST))
    grant.iam.delete_role_permissions_boundary(RoleName=grant.name)
    grant.iam.tag_role(RoleName=grant.name, Tags=[{"Key": "team", "Value": "theirs"}])

    first = grant.read(id_, outputs)

    assert [
        "the trust policy was changed",
        "the grant's policy was changed",
        "the tags were changed",
        "the permissions boundary is None",
        "policies were added: more",
        f"policies were attached: {EXTRA}",
    ] == first["drift"]
    assert first == grant.read(id_, first)
    assert grant.provider.diff(id_, first, grant.inputs()).changes
    assert outputs == grant.update(id_, first)
    assert before == (grant.role(), grant.policies())
    assert [] == grant.iam.list_attached_role_policies(RoleName=grant.name)["AttachedPolicies"]


def test_read_tells_a_policy_that_was_removed(grant: Grant) -> None:
    """And `up` puts it back."""
    id_, outputs = grant.create()
    before = grant.policies()
    grant.iam.delete_role_policy(RoleName=grant.name, PolicyName="grant")

    found = grant.read(id_, outputs)
    grant.update(id_, found)

    assert (["the grant's policy was removed"], before) == (found["drift"], grant.policies())


def test_read_of_what_is_gone_or_replaced_is_empty(grant: Grant) -> None:
    """A deleted role, and one of another incarnation, leave the state."""
    id_, old = grant.create()
    _, new = grant.create()

    assert "" == grant.provider.read(id_, old).id
    grant.provider.delete(id_, new)
    assert "" == grant.provider.read(id_, new).id


def test_update_changes_trust_and_policy_and_keeps_the_nonce(grant: Grant) -> None:
    """A new account, external id, boundary and action; the role stays the same."""
    id_, outputs = grant.create()

    def moved(raw: links.Raw) -> None:
        raw["platform"]["links"]["boundary"] = EXTRA
        raw["tenants"]["customer1"]["environments"]["prod"] = {
            "account": "111111111119",
            "external_id": EXTERNAL_ID[::-1],
        }

    grant.bounded(moved)
    updated = grant.update(id_, outputs, external_id=EXTERNAL_ID[::-1], actions=["s3:GetObject"])

    assert outputs["nonce"] == updated["nonce"] == grant.tags()["nonce"]
    statement = grant.role()["AssumeRolePolicyDocument"]["Statement"][0]
    assert {"AWS": "arn:aws:iam::111111111119:root"} == statement["Principal"]
    assert EXTERNAL_ID[::-1] == statement["Condition"]["StringEquals"]["sts:ExternalId"]
    assert ["s3:GetObject"] == grant.policies()["grant"]["Statement"][0]["Action"]
    assert "111111111119" == grant.tags()["account"]
    assert EXTRA == grant.role()["PermissionsBoundary"]["PermissionsBoundaryArn"]


def test_update_narrows_who_may_assume_before_what_they_may_do(grant: Grant) -> None:
    """A run that is cut short leaves less, never more."""
    id_, outputs = grant.create()
    grant.cloud.journal.clear()

    grant.update(id_, outputs, principals=[f"arn:aws:iam::{TENANT}:role/deploy"], actions=["s3:ListBucket"])

    changes = [entry.operation for entry in grant.cloud.journal.entries("iam", committed=True)]
    changes = [operation for operation in changes if not operation.startswith(("Get", "List"))]
    assert ["UpdateAssumeRolePolicy", "PutRolePolicy"] == changes


def test_update_makes_a_role_that_was_deleted_by_hand(grant: Grant) -> None:
    """Without a refresh before."""
    id_, outputs = grant.create()
    grant.provider.delete(id_, outputs)

    grant.update(id_, outputs)

    assert outputs["nonce"] == grant.tags()["nonce"]


def test_update_refuses_a_role_that_was_lost(grant: Grant) -> None:
    """A stale nonce changes nothing."""
    id_, old = grant.create()
    grant.create()

    with pytest.raises(LinkError, match="not to this resource any more; run `pulumi refresh`"):
        grant.update(id_, old)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"team": "a"}),
        ({"team": "a"}, {"team": "b", "cost center": "7"}),
        ({"team": "a", "x": "y"}, {"team": "a"}),
        ({"team": "a"}, {"Team": "a"}),
        ({"team": "a"}, {}),
        ({f"old{n}": "x" for n in range(40)}, {f"new{n}": "x" for n in range(40)}),
    ],
    ids=["set", "changed", "removed", "other case", "all removed", "as many as there may be"],
)
def test_tags_follow_the_program(grant: Grant, before: dict[str, str], after: dict[str, str]) -> None:
    """The owner's stay as they are."""
    id_, outputs = grant.create(tags=before)
    owners = grant.tags()
    assert before == grant.other_tags()

    updated = grant.update(id_, outputs, tags=after)

    assert (after, owners) == (grant.other_tags(), grant.tags())
    assert [] == grant.read(id_, updated)["drift"]


@pytest.mark.parametrize(
    ("tagged", "untagged", "told"),
    [
        ({"team": "theirs"}, [], "the tags were changed"),
        ({"more": "theirs"}, [], "the tags were changed"),
        ({}, ["team"], "the tags were changed"),
        ({"tenant-links:resource": "theirs"}, [], "the owner tags were changed"),
    ],
)
def test_read_tells_tags_that_were_changed(
    grant: Grant, tagged: dict[str, str], untagged: list[str], told: str
) -> None:
    """And `up` mends them."""
    id_, outputs = grant.create(tags={"team": "ours"})
    before = grant.all_tags()
    if tagged:
        grant.iam.tag_role(RoleName=grant.name, Tags=[{"Key": k, "Value": v} for k, v in tagged.items()])
    if untagged:
        grant.iam.untag_role(RoleName=grant.name, TagKeys=untagged)

    found = grant.read(id_, outputs)
    grant.update(id_, found, tags={"team": "ours"})

    assert ([told], before) == (found["drift"], grant.all_tags())


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


READS = ["GetRole", "ListRolePolicies", "GetRolePolicy", "ListAttachedRolePolicies"]


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("operation", READS)
def test_read_and_delete_see_a_role_that_iam_does_not_see_at_once(grant: Grant, operation: str, times: int) -> None:
    """A refresh doesn't lose it, an update does not make it anew, a delete doesn't leave it."""
    id_, outputs = grant.create()

    def stale() -> int:
        grant.cloud.faults.clear()
        return grant.cloud.faults.stale(operation, count=times)

    for act in (
        lambda: grant.read(id_, outputs),
        lambda: grant.update(id_, outputs),
    ):
        fault = stale()
        assert outputs == act()
        assert times == grant.cloud.faults.struck(fault)
    fault = stale()
    grant.provider.delete(id_, outputs)
    assert times == grant.cloud.faults.struck(fault)
    assert not grant.exists()


@pytest.mark.parametrize("operation", ["DeleteRolePolicy", "DetachRolePolicy", "DeleteRole"])
def test_delete_takes_committed_calls_that_were_answered_by_an_error(grant: Grant, operation: str) -> None:
    """After "committed, then 503" the retry finds nothing to take away, which is what was wanted."""
    id_, outputs = grant.create()
    grant.iam.attach_role_policy(RoleName=grant.name, PolicyArn=EXTRA)
    fault = grant.cloud.faults.error("iam", operation, after=True, count=1)

    grant.provider.delete(id_, outputs)

    assert 1 == grant.cloud.faults.struck(fault)
    assert not grant.exists()


@pytest.mark.parametrize("stale", [0, 1, 2])
def test_create_takes_a_committed_call_that_was_answered_by_an_error(grant: Grant, stale: int) -> None:
    """After "committed, then 503" the retry's "exists already" is our own work, even if IAM does not see it at once."""
    fault = grant.cloud.faults.error("iam", "CreateRole", after=True, count=1)
    if stale:
        grant.cloud.faults.stale("GetRole", count=stale)

    id_, outputs = grant.create()

    assert 1 == grant.cloud.faults.struck(fault)
    assert outputs["nonce"] == grant.tags()["nonce"]
    assert [] == grant.read(id_, outputs)["drift"]


def test_create_waits_for_a_role_that_iam_does_not_know_yet(grant: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    """PutRolePolicy may come too early for a role that was just made."""
    iam, early = grant.provider.accounts.master("iam"), itertools.count()
    real = iam.put_role_policy

    def put(**given: Any) -> Any:
        if next(early) < 2:
            raise ClientError({"Error": {"Code": "NoSuchEntity", "Message": "not yet"}}, "PutRolePolicy")
        return real(**given)

    monkeypatch.setattr(iam, "put_role_policy", put)
    grant.create()

    assert ["grant"] == list(grant.policies())


def test_linker_is_the_role_of_the_master_account(grant: Grant) -> None:
    """The ambient identity only assumes it."""
    found = grant.provider.accounts.master("sts").get_caller_identity()["Arn"]

    assert found.startswith(LINKER.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/"))


class KeyGrant(Grant):
    """A grant on a key of its own for one test."""

    def __init__(self, cloud: Aws, provider: CrossAccountGrantProvider, folder: Path, region: str = REGION) -> None:
        super().__init__(cloud, provider, folder)
        self.region = region
        self.kms = cloud.client("kms", region=region)
        self.key = self.kms.create_key()["KeyMetadata"]["Arn"]
        self.defaults = {**INPUTS, **OF_KEY, "resources": [self.key]}

    def grants(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.kms.list_grants(KeyId=self.key)["Grants"]
        return found

    def grant_ids(self) -> list[str]:
        return [found["GrantId"] for found in self.grants()]

    def session(self, account: str) -> Any:
        """Somebody in a tenant's account who may do there what they like."""
        return self.cloud.client("kms", account, self.region)


@pytest.fixture
def key(cloud: Aws, provider: CrossAccountGrantProvider, folder: Path) -> Iterator[KeyGrant]:
    yield KeyGrant(cloud, provider, folder)
    cloud.faults.clear()


def test_a_key_is_granted(key: KeyGrant) -> None:
    """To the tenant's account, for what is encrypted in its name, and for nothing else."""
    id_, outputs = key.create()

    (found,) = key.grants()
    assert f"arn:aws:iam::{TENANT}:root" == found["GranteePrincipal"]
    assert ["Decrypt", "Encrypt"] == sorted(found["Operations"])
    assert {"EncryptionContextSubset": CONTEXT} == found["Constraints"]
    assert found["Name"].startswith(f"tenant-links/customer1/prod/{key.grant}/")
    assert found["Name"] == f"{id_}/{outputs['nonce']}"
    assert (found["GrantId"], key.key) == (outputs["grant_id"], outputs["key_arn"])
    assert {"external_id", "role_arn", "role_name"}.isdisjoint(outputs)


def test_a_key_is_used_in_the_tenants_name_only(key: KeyGrant) -> None:
    """With its own context, by its own account, for what was granted."""
    key.create()
    mine, others = key.session(TENANT), key.session(OTHER)
    sealed = mine.encrypt(KeyId=key.key, Plaintext=b"data", EncryptionContext=CONTEXT)["CiphertextBlob"]
    theirs = {"tenant": "customer2"}
    foreign = key.kms.encrypt(KeyId=key.key, Plaintext=b"data", EncryptionContext=theirs)["CiphertextBlob"]

    assert b"data" == mine.decrypt(KeyId=key.key, CiphertextBlob=sealed, EncryptionContext=CONTEXT)["Plaintext"]
    for refused in (
        lambda: mine.encrypt(KeyId=key.key, Plaintext=b"data", EncryptionContext=theirs),
        lambda: mine.encrypt(KeyId=key.key, Plaintext=b"data"),
        lambda: mine.decrypt(KeyId=key.key, CiphertextBlob=foreign, EncryptionContext=theirs),
        lambda: mine.generate_data_key(KeyId=key.key, KeySpec="AES_256", EncryptionContext=CONTEXT),
        lambda: others.decrypt(KeyId=key.key, CiphertextBlob=sealed, EncryptionContext=CONTEXT),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused()


def test_a_key_in_another_region(cloud: Aws, provider: CrossAccountGrantProvider, folder: Path) -> None:
    """KMS is asked where the key is."""
    key = KeyGrant(cloud, provider, folder, region="eu-west-1")
    id_, outputs = key.create()

    assert [outputs["grant_id"]] == key.grant_ids()
    assert outputs == key.read(id_, outputs)
    key.provider.delete(id_, outputs)
    assert [] == key.grants()
    assert "eu-west-1" == key.provider._kms(key.provider._wanted(outputs)).meta.region_name


def test_create_on_a_key_takes_a_committed_call_that_was_answered_by_an_error(key: KeyGrant) -> None:
    """The grant's name makes the retry harmless."""
    fault = key.cloud.faults.error("kms", "CreateGrant", after=True, count=1)

    _, outputs = key.create()

    assert 1 == key.cloud.faults.struck(fault)
    assert [outputs["grant_id"]] == key.grant_ids()


def test_create_on_a_key_again_leaves_one_grant(key: KeyGrant) -> None:
    """What a killed run made is revoked once its successor stands."""
    _, first = key.create()

    _, second = key.create()

    assert first["grant_id"] != second["grant_id"]
    assert [second["grant_id"]] == key.grant_ids()


def test_create_on_a_key_refuses_anothers_grant(key: KeyGrant) -> None:
    """Another resource's of the same pair and name; nothing changes."""
    _, outputs = key.create()

    with pytest.raises(LinkError, match=r"of another resource; choose another grant name$"):
        key.create(resource="second")

    assert [outputs["grant_id"]] == key.grant_ids()


def test_create_on_a_key_that_is_not_there(key: KeyGrant) -> None:
    """One line of AWS's."""
    with pytest.raises(LinkError, match=r"^CreateGrant: NotFoundException: [^\n]*$"):
        key.create(resources=[KEY])


def test_grants_of_others_on_the_key_are_not_touched(key: KeyGrant) -> None:
    """Other tenants', another environment's, another name's, and those that people made."""
    given = {"KeyId": key.key, "GranteePrincipal": f"arn:aws:iam::{OTHER}:root", "Operations": ["Decrypt"]}
    key.kms.create_grant(**given)
    key.kms.create_grant(**given, Name="by-hand")
    key.create(tenant="customer2")
    key.create(environment="beta")
    key.create(grant=f"{key.grant}-2")
    before = sorted(key.grant_ids())

    id_, outputs = key.create()
    updated = key.update(id_, outputs, actions=["kms:Decrypt"])
    key.provider.delete(id_, updated)

    assert 5 == len(before)
    assert before == sorted(key.grant_ids())


@pytest.mark.parametrize(
    "changes",
    [
        {"actions": ["kms:Decrypt"]},
        {"encryption_context": {**CONTEXT, "purpose": "artifacts"}},
        {"resource": "renamed"},
        {"owner": "organization/links/renamed"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_update_on_a_key_makes_another_grant(key: KeyGrant, changes: dict[str, Any]) -> None:
    """A grant can't be changed: the new one stands before the old one goes."""
    id_, outputs = key.create()
    key.cloud.journal.clear()

    updated = key.update(id_, outputs, **changes)

    (found,) = key.grants()
    assert (updated["grant_id"], outputs["nonce"]) == (found["GrantId"], updated["nonce"])
    assert outputs["grant_id"] != updated["grant_id"]
    told = [entry.operation for entry in key.cloud.journal.entries("kms", committed=True)]
    assert ["CreateGrant", "RevokeGrant"] == [operation for operation in told if operation != "ListGrants"]
    assert updated == key.read(id_, updated)


def test_update_on_a_key_follows_the_tenants_account(key: KeyGrant) -> None:
    """The old account can use the key no more."""
    id_, outputs = key.create()
    key.bounded(lambda raw: raw["tenants"]["customer1"]["environments"]["prod"].update(account="111111111119"))

    key.update(id_, outputs)

    assert ["arn:aws:iam::111111111119:root"] == [found["GranteePrincipal"] for found in key.grants()]
    with pytest.raises(ClientError, match="AccessDenied"):
        key.session(TENANT).encrypt(KeyId=key.key, Plaintext=b"data", EncryptionContext=CONTEXT)


def test_update_on_a_key_without_a_change_changes_nothing(key: KeyGrant) -> None:
    """And an update that was repeated finds its work done."""
    id_, outputs = key.create()

    assert outputs == key.update(id_, outputs)
    assert [outputs["grant_id"]] == key.grant_ids()


def cut_short(key: KeyGrant, id_: str, outputs: dict[str, Any]) -> None:
    """An update that was killed between the new grant and the end of the old one."""
    fault = key.cloud.faults.error("kms", "RevokeGrant", status=400)
    with pytest.raises(LinkError, match=r"^RevokeGrant: [^\n]*$"):
        key.update(id_, outputs, actions=["kms:Decrypt"])
    assert key.cloud.faults.struck(fault)
    assert 2 == len(key.grants())
    key.cloud.faults.clear()


def test_an_update_on_a_key_that_was_cut_short_is_finished(key: KeyGrant) -> None:
    """A refresh tells of it, the next `up` leaves one grant."""
    id_, outputs = key.create()
    cut_short(key, id_, outputs)

    found = key.read(id_, outputs)
    updated = key.update(id_, found, actions=["kms:Decrypt"])

    assert ["the grant stands on the key more than once"] == found["drift"]
    assert [updated["grant_id"]] == key.grant_ids()


def test_delete_on_a_key_after_an_update_that_was_cut_short(key: KeyGrant) -> None:
    """What the state does not know of goes too."""
    id_, outputs = key.create()
    cut_short(key, id_, outputs)

    key.provider.delete(id_, outputs)

    assert [] == key.grants()


def test_read_on_a_key(key: KeyGrant) -> None:
    """A sound grant is as it was; one that was revoked by hand is gone, as is one on a key that is gone."""
    id_, outputs = key.create()

    assert outputs == key.read(id_, outputs)
    assert "" == key.provider.read(id_, outputs | {"resources": [KEY], "key_arn": KEY}).id
    key.kms.revoke_grant(KeyId=key.key, GrantId=outputs["grant_id"])
    assert "" == key.provider.read(id_, outputs).id


def test_delete_on_a_key(key: KeyGrant) -> None:
    """The tenant can use it no more; a second delete is fine, and one on a key that is gone."""
    id_, outputs = key.create()
    fault = key.cloud.faults.error("kms", "RevokeGrant", after=True, count=1)

    key.provider.delete(id_, outputs)
    key.provider.delete(id_, outputs)
    key.provider.delete(id_, outputs | {"resources": [KEY], "key_arn": KEY})

    assert 1 == key.cloud.faults.struck(fault)
    assert [] == key.grants()


def test_delete_on_a_key_leaves_another_incarnation(key: KeyGrant) -> None:
    """After a replacement under the same name the old one's delete takes nothing away."""
    id_, old = key.create()
    _, new = key.create()

    key.provider.delete(id_, old)

    assert [new["grant_id"]] == key.grant_ids()


@pytest.mark.parametrize(
    ("name", "value", "replaces"),
    [
        ("resources", [KEY], True),
        ("grant", "other", True),
        ("kind", "role", True),
        ("tenant", "customer2", True),
        ("actions", ["kms:Decrypt"], False),
        ("encryption_context", {**CONTEXT, "purpose": "artifacts"}, False),
        ("tenant_account", BETA, False),
        ("resource", "renamed", False),
    ],
)
def test_diff_on_a_key_knows_what_replaces(key: KeyGrant, name: str, value: Any, replaces: bool) -> None:
    """Another key or name is another grant; a change of what it gives is an update."""
    id_, outputs = key.create()

    diff = key.provider.diff(id_, outputs, key.inputs() | {name: value})

    assert not key.provider.diff(id_, outputs, key.inputs()).changes
    assert (True, [name] * replaces) == (diff.changes, diff.replaces)
