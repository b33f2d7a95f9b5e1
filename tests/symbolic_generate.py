"""Draws programs over things that do not exist yet: `generate(seed)`, and `generate(seed, variant)` changed a little.

Whether a program is sound is not known here; the update against the stand-in says it.  Every choice is drawn by its own
key, so that a variant keeps what it does not change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

T = TypeVar("T")

ACCOUNT, MASTER = "111111111111", "999999999999"
CHANGED = 0.3
"""How many of its choices a variant makes anew."""

# Constructor, service in actions, the property of the name, of its prefix, and what else has to be given.
KINDS = {
    "bucket": ("aws.s3.Bucket", "s3", "bucket", "bucket_prefix", ""),
    "queue": ("aws.sqs.Queue", "sqs", "name", "name_prefix", ""),
    "topic": ("aws.sns.Topic", "sns", "name", "name_prefix", ""),
    "key": ("aws.kms.Key", "kms", "", "", ""),
    "parameter": ("aws.ssm.Parameter", "ssm", "name", "", 'type="String", value="{}"'),
    "secret": ("aws.secretsmanager.Secret", "secretsmanager", "name", "name_prefix", ""),
    "table": (
        "aws.dynamodb.Table",
        "dynamodb",
        "name",
        "",
        'attributes=[{"name": "id", "type": "S"}], hash_key="id", billing_mode="PAY_PER_REQUEST"',
    ),
    "group": ("aws.cloudwatch.LogGroup", "logs", "name", "name_prefix", ""),
}
NAME_OF = {"bucket": "bucket", "key": "key_id"}

# What users make of an ARN (`a`) of a thing, as a resource of a statement.
FORMS = (
    'f"{a}"',
    'f"{a}/*"',
    'f"{a}*"',
    'f"{a}:*"',
    'a[:-3] + "*"',
    'a[:-7] + "-??????"',
    'a[:-5] + "?" * 5',
    'a[:24] + "*"',
    'a.rsplit("-", 1)[0] + "-*"',
    'a.rsplit("/", 1)[0] + "/*"',
    'a.rsplit(":", 1)[0] + ":*"',
    '":".join([*a.split(":")[:3], "*", *a.split(":")[4:]])',
    '":".join([*a.split(":")[:5], "*"])',
    '":".join([*a.split(":")[:4], "*", *a.split(":")[5:]])',
    'a.replace("111111111111", "*")',
    'a.replace("111111111111", "999999999999")',
    'a.replace("111111111111", "999999999999") + "*"',
    'a.replace("eu-central-1", "*").replace("arn:aws:", "arn:*:")',
    'a.split(":")[0] + ":aws:" + ":".join(a.split(":")[2:])',
    "a.lower()",
    'quote(a, safe=":/*")',
    'f"arn:aws:s3:::{n}"',
    'f"arn:aws:s3:::{n}/*"',
    'f"arn:aws:s3:::acme-{n}/*"',
    'f"arn:aws:s3:::acme-global-config-{n}/*"',
    'f"arn:aws:s3:::{n[:4]}*"',
    'f"arn:aws:s3:::*{n[-3:]}*"',
    'f"arn:aws:s3:::acme-*/{n}"',
    'f"arn:aws:ssm:eu-central-1:111111111111:parameter/{n}"',
    'f"arn:aws:ssm:eu-central-1:*:parameter/*{n[-4:]}"',
    'f"arn:aws:ssm:*:999999999999:parameter/{n}"',
    'f"arn:aws:ssm:*:999999999999:parameter/global/{n}"',
    'f"arn:aws:secretsmanager:*:*:secret:{n}*"',
    "f\"arn:aws:dynamodb:*:999999999999:table/{n.split('-')[0]}*\"",
    "f\"arn:aws:iam::{a.split(':')[4] or '111111111111'}:role/{n}\"",
    'f"arn:aws:s3:::{n.upper()}/*"',
    '"arn:aws:s3:::" + base64.b64decode(base64.b64encode(n.encode())).decode()',
)
RARE = ('f"arn:aws:s3:::{hashlib.sha256(n.encode()).hexdigest()[:8]}/*"',)
WIDE = ('"*"', 'f"arn:aws:s3:::*"', 'f"arn:aws:ssm:*:*:parameter/*"', 'f"arn:aws:kms:*:*:key/*"')
ACTIONS = (
    "{service}:*",
    "{service}:Get*",
    "{service}:Describe*",
    "s3:GetObject",
    "ssm:*",
    "kms:Decrypt",
    "*",
    "*",
    "*",
)
CONDITIONS = (
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    '{"StringEquals": {"aws:ResourceTag/owner": n}}',
    '{"StringLike": {"s3:prefix": [f"{n}/*"]}}',
    '{"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::111111111111:role/cicd-*"}}',
    '{"ArnNotLike": {"aws:PrincipalArn": a}}',
    '{"StringNotEquals": {"aws:PrincipalTag/team": n}}',
    '{"StringEquals": {"aws:RequestedRegion": a.split(":")[3] or "eu-central-1"}}',
    '{"Bool": {"aws:SecureTransport": "true"}}',
)
HEAD = '''"""Drawn: seed {seed}, variant {variant}."""

import base64
import hashlib
import json
from urllib.parse import quote

import pulumi
import pulumi_aws as aws
from iam_json import CENTRAL, document, service

__all__ = ["base64", "hashlib", "json", "quote"]
'''


@dataclass(frozen=True)
class Draw:
    """Choices by key; of a variant some are others."""

    seed: int
    variant: int

    def of(self, key: str, choices: Sequence[T]) -> T:
        return self._random(key).choice(choices)

    def chance(self, key: str, share: float) -> bool:
        return self._random(key).random() < share

    def _random(self, key: str) -> Random:
        if self.variant > 1 and Random(f"{self.seed}/{key}/{self.variant}/changed").random() < CHANGED:
            return Random(f"{self.seed}/{key}/{self.variant}")
        return Random(f"{self.seed}/{key}")


def name(seed: int) -> str:
    """The module of a seed; its resources begin with it."""
    return f"g{seed}x"


def generate(seed: int, variant: int = 1) -> str:
    """The source of a program."""
    draw, own = Draw(seed, variant), name(seed)
    lines = [HEAD.format(seed=seed, variant=variant)]
    things = [_thing(draw, own, i, lines) for i in range(draw.of("things", (1, 2, 2, 3)))]
    for i in range(draw.of("roles", (1, 1, 2))):
        _role(draw, own, f"r{i}", things, lines)
    if draw.chance("user", 0.2):
        _group(draw, own, things, lines)
    if draw.chance("resource policy", 0.4):
        _resource_policy(draw, own, things, lines)
    return "\n".join(lines) + "\n"


def _thing(draw: Draw, own: str, i: int, lines: list[str]) -> tuple[str, str]:
    # What a thing is stays; else a name of the program would stand for another type, which is another resource.
    kind = Random(f"{draw.seed}/kind {i}").choice(tuple(KINDS))
    constructor, _, named, prefixed, more = KINDS[kind]
    key, urn = f"{kind}{i}", f"{own}-{kind}{i}"
    how = draw.of(f"{key} name", ("auto", "auto", "explicit", "prefix", "derived"))
    arguments = [more] if more else []
    given = {"bucket": f"customer1-{urn}", "group": f"/shop/{urn}", "parameter": f"/shop/{urn}"}.get(kind, urn)
    if how == "explicit" and named:
        arguments.append(f'{named}="{given}"')
    elif how == "prefix" and prefixed:
        arguments.append(f'{prefixed}="{urn}-"')
    elif how == "derived" and named and i:
        first = _variable(draw, 0)
        arguments.append(
            f'{named}={first[0]}.{NAME_OF.get(first[1], "name")}.apply(lambda n: "{urn}-" + n.strip("/")[-9:].lower())'
        )
    lines.append(f'{key} = {constructor}("{urn}"{"".join(f", {each}" for each in arguments)})')
    if kind == "group":
        _subscribe(draw, key, urn, lines)
    return key, kind


def _variable(draw: Draw, i: int) -> tuple[str, str]:
    kind = Random(f"{draw.seed}/kind {i}").choice(tuple(KINDS))
    return f"{kind}{i}", kind


def _subscribe(draw: Draw, key: str, urn: str, lines: list[str]) -> None:
    how = draw.of(f"{key} route", ("central", "central", "region", "foreign", "filter", "none"))
    target = {
        "region": f'{key}.arn.apply(lambda a: CENTRAL.replace("eu-central-1", a.split(":")[3]))',
        "foreign": f'{key}.arn.apply(lambda a: CENTRAL.replace("888888888888", "444444444444"))',
    }.get(how, "CENTRAL")
    pattern = "ERROR" if how == "filter" else ""
    if how != "none":
        lines.append(
            f'aws.cloudwatch.LogSubscriptionFilter("{urn}-out", log_group={key}.name, filter_pattern="{pattern}", '
            f"destination_arn={target})"
        )


def _statement(draw: Draw, key: str, kind: str, effect: str) -> str:
    """An expression for a statement, in which `a` and `n` are a thing's ARN and name."""
    rare = draw.chance(f"{key} rare", 0.03)
    wide = draw.chance(f"{key} wide", 0.25 if effect == "Deny" else 0.06)
    form = draw.of(f"{key} form", RARE if rare else WIDE if wide else FORMS)
    action = draw.of(f"{key} action", ACTIONS).format(service=KINDS[kind][1])
    resource = "NotResource" if draw.chance(f"{key} not", 0.5 if effect == "Deny" else 0.01) else "Resource"
    condition = draw.of(f"{key} condition", CONDITIONS)
    more = f', "Condition": {condition}' if condition else ""
    return f'{{"Effect": "{effect}", "Action": "{action}", "{resource}": {form}{more}}}'


def _document(draw: Draw, key: str, things: Sequence[tuple[str, str]], effects: Sequence[str]) -> str:
    """An expression for the text of a document, built in one of the ways."""
    parts = []
    for i, effect in enumerate(effects):
        thing, kind = draw.of(f"{key} thing {i}", things)
        parts.append((thing, kind, _statement(draw, f"{key} {i}", kind, effect)))
    how = draw.of(f"{key} how", ("dumps", "apply", "all", "text"))
    outputs = [f"{thing}.arn, {thing}.{NAME_OF.get(kind, 'name')}" for thing, kind, _ in parts]
    each = [
        f"pulumi.Output.all({output}).apply(lambda v: (lambda a, n: {statement})(v[0], v[1]))"
        for output, (_, _, statement) in zip(outputs, parts, strict=True)
    ]
    if how == "dumps":
        return f"pulumi.Output.json_dumps(document({', '.join(each)}))"
    if how == "apply" and len(parts) == 1:
        return f"{each[0]}.apply(lambda s: json.dumps(document(s)))"
    if how == "text":
        return f"pulumi.Output.all({', '.join(each)}).apply(lambda s: json.dumps(document(*s), indent=2))"
    made = ", ".join(f"(lambda a, n: {s})(v[{2 * i}], v[{2 * i + 1}])" for i, (_, _, s) in enumerate(parts))
    return f"pulumi.Output.all({', '.join(outputs)}).apply(lambda v: json.dumps(document({made})))"


def _role(draw: Draw, own: str, role: str, things: Sequence[tuple[str, str]], lines: list[str]) -> None:
    urn = f"{own}-{role}"
    how = draw.of(f"{role} name", ("explicit", "explicit", "explicit", "prefix", "auto", "derived"))
    first, kind = things[0]
    named = {
        "explicit": f', name="cicd-{urn}"',
        "prefix": f', name_prefix="cicd-{urn}-"',
        "derived": f', name={first}.{NAME_OF.get(kind, "name")}.apply(lambda n: "cicd-" + n.replace("/", "-")[-20:])',
    }.get(how, "")
    if draw.chance(f"{role} boundary", 0.2):
        text = _document(
            draw, f"{role} boundary", things, ["Allow", *draw.of(f"{role} bounds", ([], ["Allow"], ["Deny"]))]
        )
        lines.append(f'{role}_boundary = aws.iam.Policy("{urn}-boundary", policy={text})')
        named += f", permissions_boundary={role}_boundary.arn"
    lines.append(f'{role} = aws.iam.Role("{urn}", assume_role_policy=service("ec2"){named})')
    before = ""
    if draw.chance(f"{role} deny first", 0.3):
        text = _document(draw, f"{role} deny", things, ["Deny"])
        lines.append(f'{role}_deny = aws.iam.RolePolicy("{urn}-deny", role={role}.id, policy={text})')
        ordered = draw.chance(f"{role} ordered", 0.8)
        before = f", opts=pulumi.ResourceOptions(depends_on=[{role}_deny])" if ordered else ""
    for i in range(draw.of(f"{role} grants", (1, 1, 2))):
        key = f"{role} grant {i}"
        effects = draw.of(f"{key} effects", (["Allow"], ["Allow"], ["Allow", "Allow"], ["Allow", "Deny"]))
        text = _document(draw, key, things, effects)
        where = Random(f"{draw.seed}/{key} where").choice(("inline", "inline", "managed", "exclusive"))
        if where == "inline":
            target = draw.of(
                f"{key} target", (f"{role}.id", f"{role}.name", f'{role}.arn.apply(lambda a: a.split("/")[-1])')
            )
            lines.append(f'aws.iam.RolePolicy("{urn}-p{i}", role={target}, policy={text}{before})')
        elif where == "managed":
            lines.append(f'{role}_m{i} = aws.iam.Policy("{urn}-m{i}", policy={text}{before})')
            lines.append(
                f'aws.iam.RolePolicyAttachment("{urn}-a{i}", role={role}.name, policy_arn={role}_m{i}.arn{before})'
            )
        else:
            lines.append(f'{role}_m{i} = aws.iam.Policy("{urn}-m{i}", name_prefix="{urn}-", policy={text}{before})')
            lines.append(
                f'aws.iam.PolicyAttachment("{urn}-a{i}", roles=[{role}.name], policy_arn={role}_m{i}.arn{before})'
            )


def _group(draw: Draw, own: str, things: Sequence[tuple[str, str]], lines: list[str]) -> None:
    named = draw.of("user name", (f', name="cicd-{own}"', ""))
    lines.append(f'people = aws.iam.Group("{own}-people")')
    text = _document(draw, "people", things, ["Allow"])
    lines.append(f'aws.iam.GroupPolicy("{own}-people", group=people.name, policy={text})')
    lines.append(f'user = aws.iam.User("{own}-user"{named})')
    lines.append(f'aws.iam.UserGroupMembership("{own}-user", user=user.name, groups=[people.name])')


def _resource_policy(draw: Draw, own: str, things: Sequence[tuple[str, str]], lines: list[str]) -> None:
    for key, kind in things:
        made = {
            "bucket": f'aws.s3.BucketPolicy("{own}-{key}-policy", bucket={key}.id',
            "queue": f'aws.sqs.QueuePolicy("{own}-{key}-policy", queue_url={key}.url',
            "topic": f'aws.sns.TopicPolicy("{own}-{key}-policy", arn={key}.arn',
        }.get(kind)
        if made:
            action = f"{KINDS[kind][1]}:*"
            lines.append(
                f"{made}, policy=pulumi.Output.json_dumps(document({{"
                f'"Effect": "Allow", "Principal": {{"AWS": r0.arn}}, "Action": "{action}", "Resource": {key}.arn}})))'
            )
