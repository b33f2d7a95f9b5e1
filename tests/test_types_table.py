"""The intake's table of types names what pulumi_aws has, and every type of pulumi_aws is accounted for."""

import pytest

from tenant_safety.intake import capacity, logs
from tenant_safety.intake.table import canonical, table
from tenant_safety.symbolic.table import resource, tokens


def _paths() -> list[tuple[str, str]]:
    roles = table().roles
    return sorted(
        {(token, path) for token, listed in roles.items() for role in listed for path in role.paths(*role.props)}
    )


def test_every_type_is_one_of_pulumi_aws() -> None:
    """A token that was misspelt would never be met."""
    missing = [token for token in table().roles if resource(token) is None]

    assert [] == missing


def test_every_property_path_exists() -> None:
    """A path that was misspelt would always be empty, and what it holds would pass unseen."""
    missing = [(token, path) for token, path in _paths() if (known := resource(token)) and known.shape_at(path) is None]

    assert [] == missing


def test_every_path_says_where_it_goes_through_a_list() -> None:
    """A list on the way that the path does not name would be read as nothing."""
    wrong = []
    for token, path in _paths():
        steps = path.split(".")
        for i in range(len(steps)):
            known = resource(token)
            shape = known.shape_at(".".join(steps[: i + 1]).removesuffix("[]")) if known else None
            if shape is not None and (shape.kind == "list") != steps[i].endswith("[]") and i + 1 < len(steps):
                wrong.append((token, path))

    assert [] == wrong


def test_every_alias_leads_to_a_type() -> None:
    """States and older programs name types as they were called once."""
    wrong = [alias for alias, token in table().aliases.items() if resource(token) is None]

    assert [] == wrong


def test_other_types_are_the_rest() -> None:
    """A type is in one list or the other; `python tools/aws_data.py` writes the rest."""
    rest = set(tokens()) - set(table().roles)

    assert rest == set(table().others)


def test_types_named_in_code_exist() -> None:
    """The intake names some types itself."""
    named = [
        *logs._SINKS,
        logs.SUBSCRIPTION,
        logs.ACCOUNT_POLICY,
        *logs._METRICS,
        *logs._BY_ID,
        *capacity._NOTHING_OF_THEIR_OWN,
        *capacity._SHARDED,
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:ecs/service:Service",
        "aws:rds/cluster:Cluster",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:iam/groupMembership:GroupMembership",
        "aws:iam/userGroupMembership:UserGroupMembership",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    ]

    missing = [token for token in named if resource(token) is None]

    assert [] == missing


@pytest.mark.parametrize(
    ("token", "path"),
    [
        *(("aws:autoscaling/group:Group", path) for path in capacity._MIXED_TEMPLATE),
        ("aws:ecs/taskDefinition:TaskDefinition", "ephemeralStorage.sizeInGib"),
        ("aws:rds/instance:Instance", "multiAz"),
        ("aws:dms/replicationInstance:ReplicationInstance", "multiAz"),
        ("aws:ecs/service:Service", "desiredCount"),
        ("aws:ecs/service:Service", "schedulingStrategy"),
        ("aws:cloudwatch/logGroup:LogGroup", "logGroupClass"),
        ("aws:ecs/service:Service", "taskDefinition"),
        *((logs.SUBSCRIPTION, path) for path in ("destinationArn", "logGroup", "filterPattern")),
        *((logs.ACCOUNT_POLICY, path) for path in ("policyType", "policyDocument", "selectionCriteria")),
        ("aws:iam/role:Role", "permissionsBoundary"),
        ("aws:iam/role:Role", "namePrefix"),
        ("aws:iam/policy:Policy", "namePrefix"),
        ("aws:iam/user:User", "permissionsBoundary"),
        *((token, path) for token, given in capacity._SHARDED.items() for path in given[:2]),
        *logs._SINKS.items(),
    ],
)
def test_paths_named_in_code_exist(token: str, path: str) -> None:
    """The intake reads some properties by name."""
    known = resource(token)

    shape = known.shape_at(path) if known else None

    assert shape is not None


@pytest.mark.parametrize(
    ("token", "now"),
    [
        ("aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket"),
        ("aws:s3/bucket:Bucket", "aws:s3/bucket:Bucket"),
        ("aws:unheard/of:Of", "aws:unheard/of:Of"),
    ],
)
def test_a_type_goes_by_its_current_name(token: str, now: str) -> None:
    """An alias is the type that it leads to; anything else is itself."""
    actual = canonical(token)

    assert now == actual
