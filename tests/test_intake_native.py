"""Resources of aws-native are read as those of the aws package that they are, and as no less."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.runtime import proto

from tenant_safety.intake import native
from tenant_safety.intake.native import NATIVE_PROVIDER, Names, rows, translated
from tenant_safety.intake.pulumi import parts, provider
from tenant_safety.intake.table import table
from tenant_safety.intake.values import Resource, Secrets
from tenant_safety.model import Grant, Opaque, Principal, Unknown
from tenant_safety.symbolic.table import resource as known
from tests.test_crossguard import analyzer, struct, told

URN = "urn:pulumi:customer1-prod::shop::aws-native:x:X::x"


def made(token: str, props: dict[str, Any], **more: Any) -> Resource:
    return Resource(URN, token, props, **more)


def _targets(names: Names, path: str = "") -> Iterator[str]:
    """The properties of ours that a row fills."""
    for ours in names.values():
        if isinstance(ours, str):
            yield f"{path}{ours}"
        elif ours:
            outer = f"{path}{ours[0]}" if ours[0] else path.removesuffix(".")
            yield outer
            yield from _targets(ours[1], f"{outer}.")


def test_every_type_is_one_of_the_aws_package() -> None:
    missing = [row.type for row in rows().values() if known(row.type) is None]

    assert [] == missing


def test_every_property_is_one_of_that_type() -> None:
    """What is misspelt would be read by nobody."""
    wrong = []
    for row in rows().values():
        resource = known(row.type)
        assert resource is not None
        named = [path.replace("inlinePolicies.", "inlinePolicies[].") for path in _targets(row.props)]
        named = [path.replace("ebsBlockDevices.", "ebsBlockDevices[].") for path in named]
        wrong += [(row.type, path) for path in named if resource.shape_at(path) is None]

    assert [] == wrong


def test_documents_of_a_type_are_filled_or_make_it_opaque() -> None:
    """A row that leaves out what a rule reads would pass what it holds; so what fills it natively is not in the row."""
    documents = {"doc", "trust_doc", "inline_doc", "managed_arns", "boundary", "dest", "principal", "acl"}
    left = {
        (token, path)
        for token, row in rows().items()
        for role in table().roles.get(row.type, ())
        for path in role.paths(*documents)
        if path.split(".")[0].removesuffix("[]") not in {target.split(".")[0] for target in _targets(row.props)}
    }

    # Natively in resources of their own, or in properties that no row has.
    assert {
        ("aws-native:s3:Bucket", "policy"),
        ("aws-native:s3:Bucket", "acl"),
        ("aws-native:s3:Bucket", "grants[].id"),
        ("aws-native:s3:Bucket", "grants[].uri"),
        ("aws-native:s3:Bucket", "logging.targetBucket"),
        ("aws-native:s3:Bucket", "replicationConfiguration.rules[].destination.bucket"),
        ("aws-native:sns:Topic", "policy"),
        ("aws-native:sqs:Queue", "policy"),
        ("aws-native:secretsmanager:Secret", "policy"),
    } == left


def test_a_role_with_its_policies() -> None:
    document = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
    policies = [{"policyName": "one", "policyDocument": document}]
    role = made("aws-native:iam:Role", {"roleName": "app", "path": "/a/", "policies": policies, "tags": []})

    principal, grant, *others = parts(role, (), None)

    assert isinstance(principal, Principal)
    assert isinstance(grant, Grant)
    assert ("role", "app", "/a/", URN) == (principal.kind, principal.name, principal.path, principal.at.urn)
    assert ("app", "inlinePolicies[0].policy", []) == (grant.target, grant.label, others)


def test_what_is_secret_and_what_provides_a_property_keep_their_place() -> None:
    """By the names that the rest of the intake knows."""
    secret = Secrets(frozenset({"policyDocument", "other"}), frozenset({"text"}))
    policy = made("aws-native:iam:RolePolicy", {}, secrets=secret, provided={"policyDocument": ("urn:a",), "b": ()})

    ours, strange = translated(policy)

    assert (frozenset({"policy", "other"}), {"policy": ("urn:a",), "b": ()}) == (ours.secrets.names, ours.provided)
    assert (secret.texts, ()) == (ours.secrets.texts, strange)


@pytest.mark.parametrize(
    ("given", "came", "strange"),
    [
        ([{"deviceName": "a", "ebs": {"volumeSize": 8.0}}], [{"deviceName": "a", "volumeSize": 8.0}], ()),
        ([{"deviceName": "a", "ebs": None}], [{"deviceName": "a"}], ()),
        ([{"deviceName": "a", "noDevice": {}}], [{"deviceName": "a"}], ()),
        ([{"noDevice": {"a": 1}}], [{}], ("blockDeviceMappings.noDevice",)),
        (Unknown("m"), Unknown("m"), ()),
        ([Unknown("m")], [Unknown("m")], ()),
    ],
)
def test_what_stands_in_an_object_of_its_own(given: Any, came: Any, strange: tuple[str, ...]) -> None:
    ours, told = translated(made("aws-native:ec2:Instance", {"blockDeviceMappings": given}))

    assert ({"ebsBlockDevices": came}, strange) == (ours.props, told)


def test_an_object_that_is_not_known_leaves_each_of_its_properties_unknown() -> None:
    disks = [{"ebs": Unknown("ebs")}]

    ours, _ = translated(made("aws-native:ec2:Instance", {"blockDeviceMappings": disks}))

    names = native.rows()["aws-native:ec2:Instance"].props["blockDeviceMappings"][1]["ebs"][1].values()
    assert {"ebsBlockDevices": [dict.fromkeys(names, Unknown("ebs"))]} == ours.props


def test_what_has_no_counterpart_is_told_beside_what_is_read() -> None:
    """An unknown may be anything, so it is told, too; what AWS takes for not being set is not."""
    props = {"managedPolicyName": "p", "roles": Unknown("roles"), "users": [], "groups": None, "description": "d"}

    (opaque, *others) = parts(made("aws-native:iam:ManagedPolicy", props), (), None)

    assert isinstance(opaque, Opaque)
    assert ("its native roles could do anything", 1) == (opaque.why, len(others))


def test_a_component_of_that_name_is_a_component() -> None:
    assert [] == [*parts(made("aws-native:iam:Role", {"roleName": "r"}, custom=False), (), None)]


@pytest.mark.parametrize(
    ("props", "accounts"),
    [
        ({"allowedAccountIds": '["111111111111"]'}, ("111111111111",)),
        ({"assumeRole": '{"roleArn": "arn:aws:iam::222222222222:role/r"}'}, ("222222222222",)),
        ({"roleArn": "arn:aws:iam::222222222222:role/cloud-control"}, ()),
        ({}, ()),
    ],
)
def test_the_account_of_its_provider(props: dict[str, str], accounts: tuple[str, ...]) -> None:
    """As of the aws package's; the role of Cloud Control itself says nothing of who calls it."""
    actual = provider(made(NATIVE_PROVIDER, {"region": "eu-central-1", **props}))

    assert (accounts, "eu-central-1") == (actual.accounts, actual.region)


def test_a_native_resource_brings_its_provider_along() -> None:
    """A default provider is no resource of the stack: only what it makes tells of it."""
    about = struct({"region": "eu-central-1"})
    default = proto.AnalyzerProviderResource(type=NATIVE_PROVIDER, urn=f"{URN}-default", properties=about)
    queue = proto.AnalyzerResource(type="aws-native:sqs:Queue", name="x", urn=URN, provider=default)

    response = analyzer().AnalyzeStack(proto.AnalyzeStackRequest(resources=[queue]), None)

    assert [("provider-not-pinned", proto.MANDATORY, "x-default")] == told(response)
