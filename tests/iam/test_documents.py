"""Policy documents are read strictly: what AWS would refuse is an error that says where, never an empty policy."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_safety.iam import Document, DocumentError, Unknown, parse
from tenant_safety.iam.conditions import Operator
from tenant_safety.iam.documents import Condition, Kind

ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def statement(**changed: Any) -> dict[str, Any]:
    """A document with one statement, some of it changed; `None` takes a key away."""
    return {"Statement": {key: value for key, value in {**ALLOW, **changed}.items() if value is not None}}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "line 1 column 1: expected JSON: Expecting value"),
        ('{"Statement": [],}', "line 1 column 18: expected JSON: Expecting property name enclosed in double quotes"),
        ("[" * 100_000, "the JSON is nested too deeply"),
        ('{"Version": ' + "1" * 5000 + "}", "expected JSON: Exceeds the limit"),
        ("7", "expected a policy object, got a number"),
        ("true", "expected a policy object, got a boolean"),
        ("null", "expected a policy object, got null"),
        ('"text"', "expected a policy object, got a string"),
        ("[]", "expected a policy object, got a list"),
        ('{"Statement": [], "Statement": []}', "the key 'Statement' stands twice in one object"),
        ({}, "the document has no Statement"),
        (
            {"Statement": [], "statement": []},
            "the document: unknown key 'statement'; expected one of Id, Statement, Version",
        ),
        (
            {"Version": "2012-10-18", "Statement": []},
            "Version: expected one of 2012-10-17, 2008-10-17, got '2012-10-18'",
        ),
        ({"Version": ["2012-10-17"], "Statement": []}, "Version: expected one of 2012-10-17, 2008-10-17, got ['2012"),
        ({"Statement": None}, "Statement[0]: expected an object, got null"),
        ({"Statement": [ALLOW, "x"]}, "Statement[1]: expected an object, got a string"),
        (statement(Efect="Allow"), "Statement[0]: unknown key 'Efect'; expected one of Action, Condition, Effect"),
        (statement(Effect=None), "Statement[0].Effect: expected Allow or Deny, got None"),
        (statement(Effect="allow", Sid="S"), "Statement[0] (Sid S).Effect: expected Allow or Deny, got 'allow'"),
        (statement(Effect=["Allow"]), "Statement[0].Effect: expected Allow or Deny, got ['Allow']"),
        (statement(NotAction="iam:*"), "Statement[0]: expected Action or NotAction, got both"),
        (statement(NotResource="*"), "Statement[0]: expected Resource or NotResource, got both"),
        (statement(Action=None), "Statement[0]: expected Action or NotAction"),
        (statement(Action=[]), "Statement[0].Action: expected at least one value, got an empty list"),
        (statement(Action=7), "Statement[0].Action: expected a string, got a number"),
        (statement(Action=["a:b", ["b"]]), "Statement[0].Action: expected a string, got a list"),
        (
            statement(Action="GetObject"),
            "Statement[0].Action: expected a service and an action such as s3:GetObject, got",
        ),
        (
            statement(Action=None, NotAction=["*", "s3"]),
            "Statement[0].Action: expected a service and an action such as s3:GetObject, got 's3'",
        ),
        (statement(Resource=None), "Statement[0]: expected Resource or NotResource, or a Principal"),
        (statement(Resource={}), "Statement[0].Resource: expected a string, got an object"),
        (statement(Principal="*", NotPrincipal="*"), "Statement[0]: expected Principal or NotPrincipal, got both"),
        (statement(Principal="me"), 'Statement[0].Principal: expected "*" or an object, got a string'),
        (
            statement(Principal={"aws": "*"}),
            "Statement[0].Principal: unknown key 'aws'; expected one of AWS, Canonical",
        ),
        (statement(Principal={"AWS": 1.5}), "Statement[0].Principal.AWS: expected a string, got a number"),
        (statement(Principal={}), "Statement[0].Principal: expected at least one principal, got an empty object"),
        (statement(NotPrincipal={}), "Statement[0].Principal: expected at least one principal, got an empty object"),
        (
            statement(Principal={"AWS": []}),
            "Statement[0].Principal.AWS: expected at least one value, got an empty list",
        ),
        *(
            (
                statement(Principal={"AWS": ["*", principal]}),
                f'Statement[0].Principal.AWS: expected "*", an account or a whole ARN, got {principal!r}',
            )
            for principal in (
                "gitlab.com",
                "1111",
                "1111111111111",
                "aroaexampleexample",
                "arn:aws:iam",
                "arn:aws:iam::111111111111:role/*",
                "arn:aws:iam::111111111111:role/c?",
                "arn:aws:iam::111111111111:group/admins",
            )
        ),
        (statement(Condition=[]), "Statement[0].Condition: expected an object, got a list"),
        (
            statement(Condition={"StringEqual": {"a": "b"}}),
            "Statement[0].Condition: expected a condition operator such as StringEquals, got 'StringEqual'",
        ),
        (
            statement(Condition={"NullIfExists": {"a": "true"}}),
            "Statement[0].Condition: expected a condition operator such as StringEquals, got 'NullIfExists'",
        ),
        (
            statement(Condition={"ForAll:StringEquals": {"a": "b"}}),
            "Statement[0].Condition: expected ForAllValues or ForAnyValue before the colon, got 'ForAll'",
        ),
        (statement(Condition={"Bool": 7}), "Statement[0].Condition.Bool: expected an object, got a number"),
        (
            statement(Condition={"Bool": {"aws:a": [{}]}}),
            "Statement[0].Condition.Bool.aws:a: expected a string, got an object",
        ),
        (
            statement(Resource="arn:aws:s3:::\ue000"),
            "Statement[0].Resource: expected characters that AWS takes, got one of Unicode's private use",
        ),
        (
            statement(Condition={"StringLike": {"aws:a": ["b", "\ue001"]}}),
            "Statement[0].Condition.StringLike.aws:a: expected characters that AWS takes, got one of Unicode's private",
        ),
    ],
)
def test_what_is_refused(source: Any, message: str) -> None:
    """The message says where, what was expected and what came."""
    with pytest.raises(DocumentError) as error:
        parse(source)

    assert str(error.value).startswith(message)


def test_one_statement_needs_no_list() -> None:
    """AWS takes a statement for a list of one, a string for a list of one."""
    source = {"Statement": statement(Sid="")["Statement"]}

    parsed = parse(source)

    assert parse({"Statement": [{**ALLOW, "Action": ["s3:*"], "Resource": ["*"]}]}) == parsed


def test_actions_are_lower_case_and_resources_are_not() -> None:
    """AWS compares actions without case."""
    (read,) = parse(statement(Action="S3:Get*", Resource="arn:aws:s3:::B", Sid="Read")).statements

    assert ("s3:get*", "arn:aws:s3:::B", "Statement[0] (Sid Read)") == (*read.actions, *read.resources, read.where)


def test_an_old_document_without_a_version() -> None:
    """2008-10-17 is what AWS takes where none is given."""
    actual = parse({"Statement": []})

    assert Document((), "2008-10-17") == actual


@pytest.mark.parametrize(
    ("principal", "read"),
    [
        ("*", (("AWS", "*"),)),
        ({"Service": "ec2.amazonaws.com"}, (("Service", "ec2.amazonaws.com"),)),
        (
            {"AWS": ["*", "arn:aws:iam::111111111111:role/team/ci"], "Federated": "f"},
            (("AWS", "*"), ("AWS", "arn:aws:iam::111111111111:role/team/ci"), ("Federated", "f")),
        ),
        ({"AWS": "111111111111"}, (("AWS", "arn:aws:iam::111111111111:root"),)),
        ({"AWS": "AROAEXAMPLEEXAMPLE"}, (("AWS", "AROAEXAMPLEEXAMPLE"),)),
        ({"CanonicalUser": "79a59d", "Federated": "*"}, (("CanonicalUser", "79a59d"), ("Federated", "*"))),
        (Unknown("p"), (("AWS", Unknown("p")),)),
    ],
)
def test_principals(principal: Any, read: Any) -> None:
    """Pairs of kind and value, in the `Not…` form, too."""
    (plain,) = parse(statement(Principal=principal, Resource=None)).statements
    (negated,) = parse(statement(NotPrincipal=principal, Resource=None)).statements

    assert (read, False, read, True) == (
        plain.principals,
        plain.not_principals,
        negated.principals,
        negated.not_principals,
    )


def test_a_null_principal_is_not_known() -> None:
    """It is what a provider that is not configured yet leaves behind."""
    source = json.dumps({"Statement": {**ALLOW, "Principal": None}})

    (read,) = parse(source).statements

    assert (("AWS", Unknown("Statement[0].Principal")),) == read.principals


def test_conditions() -> None:
    """Numbers and booleans are as good as their texts."""
    source = statement(Condition={"NumericLessThan": {"a": [1, 2.5, True, "x"]}, "Null": {"b": "true"}})

    (read,) = parse(source).statements

    less = Operator("", "NumericLessThan", "number", negated=False, if_exists=False)
    null = Operator("", "Null", "null", negated=False, if_exists=False)
    assert (
        Condition(less, "a", ("1", "2.5", "true", "x"), "NumericLessThan a"),
        Condition(null, "b", ("true",), "Null b"),
    ) == read.conditions


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("stringEQUALS", Operator("", "StringEquals", "string", negated=False, if_exists=False)),
        ("StringNotLikeIfExists", Operator("", "StringLike", "string", negated=True, if_exists=True)),
        ("forallvalues:ArnLike", Operator("ForAllValues", "ArnLike", "arn", negated=False, if_exists=False)),
        ("ForAnyValue:NotIpAddress", Operator("ForAnyValue", "IpAddress", "ip", negated=True, if_exists=False)),
    ],
)
def test_operators_are_read_without_case(written: str, read: Operator) -> None:
    """What stands before and behind an operator belongs to it; keys are lower case, and shown as they are written."""
    (parsed,) = parse(statement(Condition={written: {"aws:PrincipalTag/Team": "a"}})).statements

    assert (Condition(read, "aws:principaltag/team", ("a",), f"{written} aws:PrincipalTag/Team"),) == parsed.conditions


@pytest.mark.parametrize(
    ("version", "variables"), [({}, False), ({"Version": "2008-10-17"}, False), ({"Version": "2012-10-17"}, True)]
)
def test_variables_came_with_a_version(version: dict[str, str], variables: bool) -> None:
    """Before, `${…}` is text."""
    (read,) = parse({**version, **statement()}).statements

    assert variables == read.variables


ANYBODY = {"AWS": "*"}
SOMEBODY = {"AWS": "111111111111"}


@pytest.mark.parametrize(
    ("kind", "source", "message"),
    [
        ("identity", statement(Principal=ANYBODY), "Statement[0]: expected no Principal in a policy of this kind"),
        ("identity", statement(NotPrincipal="*"), "Statement[0]: expected no Principal in a policy of this kind"),
        ("session", statement(Principal=ANYBODY), "Statement[0]: expected no Principal in a policy of this kind"),
        (
            "session",
            statement(Resource=["*", "arn:aws:s3"]),
            "Statement[0].Resource: expected a whole ARN in a session policy, got 'arn:aws:s3'",
        ),
        ("rcp", statement(), "Statement[0]: expected a Principal, as in every rcp policy"),
        (
            "rcp",
            statement(Principal=SOMEBODY),
            'Statement[0].Principal: expected "*", as in every resource control policy',
        ),
        (
            "rcp",
            statement(NotPrincipal="*"),
            'Statement[0].Principal: expected "*", as in every resource control policy',
        ),
        ("resource", statement(Sid="S"), "Statement[0] (Sid S): expected a Principal, as in every resource policy"),
        ("trust", statement(), "Statement[0]: expected a Principal, as in every trust policy"),
        ("trust", statement(Principal=SOMEBODY), "Statement[0]: expected no Resource in a trust policy"),
    ],
)
def test_what_is_refused_of_a_kind(kind: Kind, source: Any, message: str) -> None:
    """What another kind of policy has."""
    with pytest.raises(DocumentError) as error:
        parse(source, kind)

    assert message == str(error.value)


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("identity", statement(Resource="arn:aws:s3")),
        ("session", statement(Resource=["*", "arn:aws:s3:::b", Unknown("u")])),
        ("rcp", statement(Principal="*")),
        ("rcp", statement(Principal=ANYBODY)),
        ("resource", statement(Principal=SOMEBODY, Resource="arn:aws:s3")),
        ("resource", statement(NotPrincipal=SOMEBODY)),
        ("trust", statement(Principal=SOMEBODY, Resource=None)),
        *((kind, {"Statement": [Unknown("u")]}) for kind in ("identity", "session", "rcp", "resource", "trust")),
        *((kind, statement(Effect=Unknown("u"))) for kind in ("identity", "session", "rcp", "resource", "trust")),
    ],
)
def test_what_a_kind_has(kind: Kind, source: Any) -> None:
    """What is not known may be whatever the kind wants."""
    actual = parse(source, kind)

    assert parse(source) == actual


@pytest.mark.parametrize(
    "source",
    [
        {"Statement": Unknown("u")},
        {"Statement": [Unknown("u")]},
        statement(Effect=Unknown("u")),
        statement(Action=Unknown("u")),
        statement(Action=None, NotAction=["a:b", Unknown("u")]),
        statement(Resource=[Unknown("u")]),
        statement(Condition=Unknown("u")),
        statement(Condition={"Bool": Unknown("u")}),
        statement(Condition={"Bool": {"a": Unknown("u")}}),
        statement(Principal=Unknown("u")),
        statement(Principal={"AWS": [Unknown("u")]}),
    ],
)
def test_what_is_not_known_is_kept(source: Any) -> None:
    """A statement names what is missing in it."""
    (read,) = parse(source).statements

    assert (Unknown("u"),) == read.missing


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
keys = st.sampled_from(
    ["Version", "Statement", "Effect", "Action", "NotAction", "Resource", "Principal", "Condition", "Sid", "AWS", "x"]
)
almost = st.recursive(
    json_values | st.sampled_from(["Allow", "Deny", "*", "2012-10-17", "s3:*"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=15,
)


@given(almost)
def test_nothing_but_a_document_error_comes_of_an_object(source: Any) -> None:
    """Whatever a program hands over is read or refused."""
    try:
        actual: object = parse(source)
    except DocumentError as error:
        actual = error

    assert isinstance(actual, Document | DocumentError)


@given(almost.map(json.dumps) | st.text(max_size=30) | st.text('{}[]",:Statemn0', max_size=30))
def test_nothing_but_a_document_error_comes_of_a_text(source: str) -> None:
    """Nor of a text."""
    try:
        actual: object = parse(source)
    except DocumentError as error:
        actual = error

    assert isinstance(actual, Document | DocumentError)
