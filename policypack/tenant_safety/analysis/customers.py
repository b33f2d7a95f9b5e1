"""What the customer's own principals can do to the platform's: CI/CD roles, the roles it comes in by, and the logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from ..iam import Principal, Step, admitted
from ..iam.escalation import ATTACHES, BECOMES, FREES, PUTS, UNBOUNDS
from ..iam.standing import policy_arns
from ..model import LogGroup, LogSink, Maybe, Unknown
from .chains import Actor, Cast, Question, Way, doubt, named, surest, way
from .escapes import ON_POLICIES, ON_PROVIDERS, WAY_IN
from .index import Index, known
from .logs import receiving

_Other: TypeAlias = tuple[Principal, Maybe[str]]
"""Somebody whom a customer must not reach, and why; not known where it may be somebody else."""

_ALONE = ("config.amazonaws.com", "eks.amazonaws.com")
"""Services that act with a role themselves, and run nothing that anybody else has written with it.

EKS changes load balancers: https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html
"""
_Cut: TypeAlias = tuple[Question, Maybe[str]]
"""What would cut a log, and the name of what is cut."""

_ON = {
    kind: (PUTS[kind], ATTACHES[kind], *FREES[kind], *UNBOUNDS[kind], *BECOMES[kind], f"iam:Delete{kind.capitalize()}")
    for kind in PUTS
}
"""Kind of principal → actions that change it."""
_ON_GROUPS = (
    *("logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:PutRetentionPolicy"),
    *("logs:DeleteSubscriptionFilter", "logs:PutSubscriptionFilter"),
)
_ON_BALANCERS = ("elasticloadbalancing:ModifyLoadBalancerAttributes",)
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/application/disable-access-logging.html"""
_ON_ACCOUNT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("*", ("logs:PutAccountPolicy", "logs:DeleteAccountPolicy", "config:DeleteDeliveryChannel")),
    (
        "arn:aws:cloudtrail:*:{account}:trail/*",
        ("cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors"),
    ),
    ("arn:aws:ec2:*:{account}:vpc-flow-log/*", ("ec2:DeleteFlowLogs",)),
    (
        "arn:aws:config:*:{account}:configuration-recorder/*/*",
        ("config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder", "config:PutConfigurationRecorder"),
    ),
    ("arn:aws:guardduty:*:{account}:detector/*", ("guardduty:DeleteDetector", "guardduty:UpdateDetector")),
)
"""What of the account's own records, and the actions that end or narrow them."""
_ON_RESOURCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    # What the customer's own begin with it names; of the others one stands for all.
    *(
        (f"arn:aws:elasticloadbalancing:*:{{account}}:loadbalancer/{named}", _ON_BALANCERS)
        for named in ("any-other", "app/any-other/*", "net/any-other/*", "gwy/any-other/*")
    ),
    ("arn:aws:s3:::any-other", ("s3:PutBucketLogging",)),
    *(
        (
            f"arn:aws:wafv2:*:{{account}}:{scope}/webacl/any-other/*",
            ("wafv2:DeleteLoggingConfiguration", "wafv2:PutLoggingConfiguration"),
        )
        for scope in ("global", "regional")
    ),
    (
        "arn:aws:route53resolver:*:{account}:resolver-query-log-config/*",
        ("route53resolver:DeleteResolverQueryLogConfig", "route53resolver:DisassociateResolverQueryLogConfig"),
    ),
    ("arn:aws:network-firewall:*:{account}:firewall/any-other", ("network-firewall:UpdateLoggingConfiguration",)),
)
"""What logs of itself in an account, and the actions by which it logs no more."""
_ON_SINKS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("aws:s3/", "arn:aws:s3:::{name}", ("s3:DeleteBucket", "s3:PutLifecycleConfiguration", "s3:PutBucketPolicy")),
    ("aws:s3/", "arn:aws:s3:::{name}/*", ("s3:DeleteObject", "s3:DeleteObjectVersion")),
    (
        "aws:kinesis/firehose",
        "arn:aws:firehose:*:{account}:deliverystream/{name}",
        ("firehose:DeleteDeliveryStream", "firehose:UpdateDestination"),
    ),
    ("aws:kinesis/stream:", "arn:aws:kinesis:*:{account}:stream/{name}", ("kinesis:DeleteStream",)),
    (
        "aws:cloudwatch/logDestination:",
        "arn:aws:logs:*:{account}:destination:{name}",
        ("logs:DeleteDestination", "logs:PutDestination", "logs:PutDestinationPolicy"),
    ),
)
"""What receives logs, by the start of its type: its ARN, and the actions that take the logs away."""


def reach_cicd(cast: Cast) -> Iterator[Way]:
    """How the customer's principals can become or change a CI/CD role."""
    others = _not_customers(cast, [(each.principal, each.why) for each in cast.cicd])
    for actor in cast.customers:
        iam, roles = f"arn:aws:iam::{actor.principal.who.account}", cast.platform.cicd_roles
        patterns = [f"{iam}:{kind}/{name}" for kind in _ON for name in roles.names]
        providers = tuple(f"{iam}:oidc-provider/{each}" for each in roles.issuers)
        own: list[Question] = [*_changing((), patterns), (providers, ON_PROVIDERS)]
        if found := surest(_acts(cast, actor, "a CI/CD role", own, others)):
            yield found


def reach_links(cast: Cast) -> Iterator[Way]:
    """How the customer's principals can become or change the roles by which the platform comes into the account."""
    admitting = [(each.principal, _admits(each.principal, cast.platform.accounts)) for each in cast.actors]
    others = _not_customers(cast, [(role, why) for role, why in admitting if why])
    names = [WAY_IN, *([cast.platform.links.reader] if cast.platform.links else [])]
    for actor in cast.customers:
        iam = f"arn:aws:iam::{actor.principal.who.account}:role"
        own = _changing((), [f"{iam}/{name}" for name in names])
        if found := surest(_acts(cast, actor, "a role of the platform's", own, others)):
            yield found


def cut_logs(cast: Cast) -> Iterator[Way]:
    """How the customer's principals can cut the records of what they do."""
    sinks = [*receiving(cast.index)] if cast.customers else []
    for actor in cast.customers:
        cuts = [*_cuts(cast.index, sinks, actor.principal.who.account), *_recorded(actor, _ON_ACCOUNT, _ON_RESOURCES)]
        if found := surest(_cutting(cast, actor, cast.come_to(actor), cuts)):
            yield found


def cut_by_others(cast: Cast) -> Iterator[Way]:
    """How others than the customer's principals can cut the records of their account, each by itself: whom it can
    become is one of them.  The platform's own come in from its accounts.
    """
    sinks = receiving(cast.index)
    ci = {each.principal.who.id: each for each in cast.cicd}
    skipped = {each.principal.who.id for each in cast.customers}
    for actor in cast.actors:
        who = actor.principal.who
        if who.id in skipped or _admits_only(actor.principal, (*cast.platform.accounts, *_ALONE)):
            continue
        judged = ci.get(who.id, replace(actor, why="one of the account's"))
        deploys = who.id in ci and cast.platform.cicd_roles.deploy_logs
        cuts = [*_recorded(actor, _ON_ACCOUNT)]
        if not deploys:
            cuts += [*_cuts(cast.index, sinks, who.account), *_recorded(actor, _ON_RESOURCES)]
        if found := surest(_cutting(cast, judged, [Step("start", actor.principal)], cuts)):
            yield found


def _admits_only(role: Principal, accounts: Sequence[str]) -> bool:
    """Does a role's trust name principals of these accounts and nobody else?"""
    if any(isinstance(each.document, Unknown) for each in role.trust):
        return False
    names = admitted(role)
    return bool(names) and all(n in accounts or f"{n}:::::".split(":")[4] in accounts for n in names)


def _recorded(actor: Actor, *records: tuple[tuple[str, tuple[str, ...]], ...]) -> Iterator[_Cut]:
    for arn, actions in (each for listed in records for each in listed):
        yield ((arn.format(account=actor.principal.who.account),), actions), ""


def _cutting(cast: Cast, actor: Actor, steps: Iterable[Step], cuts: Sequence[_Cut]) -> Iterator[Way]:
    account = actor.principal.who.account
    sure = [question for question, name in cuts if not isinstance(name, Unknown)]
    for step in steps:
        answer = cast.ask(step.principal, sure, account=account)
        if answer.verdict != "unreachable":
            yield way(actor, "cut logs", step, answer)
        for question, name in cuts:
            if isinstance(name, Unknown):
                answer = cast.ask(step.principal, [question], account=account)
                if answer.verdict != "unreachable":
                    yield way(actor, "cut logs", step, answer, doubt("the name of what it may cut", name))


def _not_customers(cast: Cast, others: Sequence[_Other]) -> list[_Other]:
    customers = {each.principal.who.id for each in cast.customers}
    return [(principal, why) for principal, why in others if principal.who.id not in customers]


def _admits(role: Principal, accounts: Sequence[str]) -> Maybe[str]:
    """Whether a role's trust names one of the accounts, or a principal of one: the name."""
    unknown = [each.document for each in role.trust if isinstance(each.document, Unknown)]
    names = (n for n in sorted(admitted(role)) if n.split(":")[0] in accounts or f"{n}:::::".split(":")[4] in accounts)
    return unknown[0] if unknown else next(names, "")


def _changing(principals: Sequence[Principal], patterns: Sequence[str]) -> list[Question]:
    """What would change some principals, known ones and patterns, and the policies and boundaries that they have."""
    arns = [*(each.who.id for each in principals), *patterns]
    levels = (level for each in principals for level in (each.policies.identity, each.policies.boundary))
    policies = (arn for level in levels for each in level for arn in policy_arns(each.source))
    own = tuple(dict.fromkeys(arn for arn in policies if ":iam::aws:" not in arn))
    return [
        *((tuple(arn for arn in arns if f":{kind}/" in arn), actions) for kind, actions in _ON.items()),
        (own, ON_POLICIES),
    ]


def _acts(cast: Cast, actor: Actor, whom: str, patterns: Sequence[Question], others: Sequence[_Other]) -> Iterator[Way]:
    """The ways in which an actor, or whom it comes to, can become or change some others: `patterns` asks about those
    that are known by their names, `others` are those of the stack.
    """
    sure = [principal for principal, why in others if not isinstance(why, Unknown)]
    unsure = {each.who.id: (each, why) for each, why in others if isinstance(why, Unknown)}
    arns, questions = {each.who.id for each in sure}, [*_changing(sure, ()), *patterns]
    for step in cast.come_to(actor):
        who = step.principal.who.id
        answer = cast.ask(step.principal, questions)
        if answer.verdict != "unreachable":
            yield way(actor, f"change {whom}", step, answer)
        if who in arns:
            yield way(actor, f"act as {whom}, {named(step.principal)}", step)
        if who in unsure:
            doubted = doubt(f"whether {named(step.principal)} is {whom}", unsure[who][1])
            yield way(actor, f"act as {whom}, {named(step.principal)}", step, doubted)
        for other, why in unsure.values():
            answer = cast.ask(step.principal, _changing([other], ()))
            if answer.verdict != "unreachable":
                doubted = doubt(f"whether {named(other)} is {whom}", why)
                yield way(actor, f"change {whom}", step, answer, doubted)


def _cuts(index: Index, sinks: Sequence[LogSink], account: str) -> Iterator[_Cut]:
    """What would cut the logs of this stack's groups and routes, or of any if it makes none."""
    groups = index.of(LogGroup)
    named = tuple(arn for group in groups if isinstance(group.name, str) for arn in _group(group, account, group.name))
    if named:
        yield (named, _ON_GROUPS), ""
    for group in groups:
        if isinstance(group.name, Unknown):
            yield (tuple(_group(group, account, "*")), _ON_GROUPS), group.name
    if not groups and index.stack.whole:
        yield ((f"arn:aws:logs:*:{account}:log-group:*",), _ON_GROUPS), ""
    for sink in sinks:
        for kind, arn, actions in _ON_SINKS:
            if sink.at.type.startswith(kind):
                yield ((arn.format(account=account, name=known(sink.name) or "*"),), actions), sink.name


def _group(group: LogGroup, account: str, name: str) -> Iterator[str]:
    """The ARNs of a log group: its own, and that of what is in it."""
    arn = f"arn:aws:logs:{known(group.at.region) or '*'}:{account}:log-group:{name}"
    yield from (arn, f"{arn}:*")
