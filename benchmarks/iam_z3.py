"""The same questions put to Z3: how much it takes for them, beside `reach`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import z3

from tenant_safety.iam import Document, Policies, Statement, caller, matches, parse, reach
from tenant_safety.iam.documents import Condition
from tenant_safety.iam.keys import is_fixed_by_platform
from tenant_safety.iam.policies import Attached, Level
from tenant_safety.iam.wildcards import FIELDS

from .documents import ACCOUNT, ORGANIZATION, Author, Row
from .measure import figure, fresh, timed
from .results import Result, counted

TITLE = "Beside Z3"
LIMIT_MS = 5_000
"""Milliseconds after which Z3 is ended."""

TARGETS = (
    f"arn:aws:ssm:*:{ACCOUNT}:parameter/global/*",
    "arn:aws:s3:::acme-global-config/*",
    "arn:aws:s3:::acme-global-config-*/*",
    f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:global/*",
    f"arn:aws:dynamodb:*:{ACCOUNT}:table/global-config*",
)
ACTIONS = (
    *("ssm:getparameter", "ssm:getparametersbypath", "ssm:putparameter", "ssm:deleteparameter", "s3:getobject"),
    *("s3:putobject", "s3:deleteobject", "s3:listbucket", "s3:getbucketpolicy", "secretsmanager:getsecretvalue"),
    *("secretsmanager:putsecretvalue", "secretsmanager:describesecret", "dynamodb:getitem", "dynamodb:query"),
    *("dynamodb:putitem", "dynamodb:describetable"),
)
FACTS = {"aws:principalorgid": (ORGANIZATION,), "aws:principaltag/team": ("orders",)}

_OPERATORS = {"StringEquals", "StringLike", "Bool", "Null"}


@dataclass(frozen=True, slots=True)
class Question:
    """Can the caller make one of `ACTIONS` on a member of `TARGETS`?"""

    who: str
    identity: Document
    boundary: Document | None
    scps: tuple[tuple[Document, ...], ...]

    @property
    def levels(self) -> list[tuple[Document, ...]]:
        """The documents; each level has to allow."""
        return [(self.identity,), *([(self.boundary,)] if self.boundary else []), *self.scps]


def run(runs: int, *, quick: bool) -> Result:
    """All questions to both, in a new process each run."""
    count, limit = (2, 1_500) if quick else (20, LIMIT_MS)
    found = [fresh(answered, count, limit) for _ in range(runs)]
    ratios = [[one["z3"] / one["reach"] for one in run] for run in found]
    solving = [[one["check"] / one["reach"] for one in run] for run in found]
    z3_answers = [one["says"] for one in found[0]]
    differ = [i for i, one in enumerate(found[0]) if one["says"] not in (one["verdict"], "unknown")]
    return Result(
        figures=(
            figure("a question to reach", "ms", ([one["reach"] * 1e3 for one in run] for run in found)),
            figure("a question to Z3", "ms", ([one["z3"] * 1e3 for one in run] for run in found)),
            figure("Z3 / reach, question by question", "×", ratios),
            figure("Z3's check alone / reach, question by question", "×", solving),
        ),
        notes=(
            f"{count} questions with documents of their own: can a principal make one of {len(ACTIONS)} actions on one "
            f"of {len(TARGETS)} targets? With identity policy, permission boundary and SCPs; conditions are those with "
            "StringEquals, StringLike, Bool and Null (negated and …IfExists too) over keys that the caller chooses, or "
            "that have a given value. Both begin with the parsed documents and end with the verdict; `reach` "
            "also finds the witness and has the evaluator accept it.",
            "The formulation: the action is an integer, and which statements match each one is decided beforehand; the "
            "resource is a string, each pattern a regular expression in which wildcards stay within their ARN field; a "
            "condition key is a string and a Boolean that says it is there; one Boolean formula says that every level "
            f"allows and nothing denies. Asked once, with Z3 {z3.get_version_string()} as it comes, and ended after "
            f"{limit / 1000:g} s.",
            f"reach says {counted([one['verdict'] for one in found[0]])}; Z3 says {counted(z3_answers)}. "
            f"They differ in {len(differ)} questions. Where Z3 was ended, the ratio is too low. Ratio of the "
            f"medians: {median(one['z3'] for one in found[0]) / median(one['reach'] for one in found[0]):,.0f}.",
        ),
        answers={f"{i} {name}": one[name] for i, one in enumerate(found[0]) for name in ("verdict", "says")},
    )


def answered(count: int, limit: int) -> list[dict[str, Any]]:
    """Seconds and answers of both, for each question."""
    found = []
    for question in questions(count):
        answer, reaching = timed(lambda q=question: _reached(q))  # type: ignore[misc]
        (says, check), whole = timed(lambda q=question: asked(q, limit))  # type: ignore[misc]
        found.append({"reach": reaching, "verdict": answer, "z3": whole, "check": check, "says": says})
    return found


def questions(count: int) -> Iterator[Question]:
    """Questions of which all documents are in the part of the language that is formulated here."""
    author = Author(3)
    number = 0
    while number < count:
        question = _question(author.reach_row(number))
        documents = [document for level in question.levels for document in level]
        if all(_is_formulated(statement) for document in documents for statement in document.statements):
            number += 1
            yield question


def _question(row: Row) -> Question:
    boundary = row.get("permission_boundaries")
    return Question(
        who=row["principal"],
        identity=parse(row["identity_policies"][0]),
        boundary=parse(boundary[0]) if boundary else None,
        scps=tuple(tuple(parse(document) for document in level) for level in row.get("scps", ())),
    )


def _is_formulated(statement: Statement) -> bool:
    texts = [*statement.resources, *(text for condition in statement.conditions for text in condition.values)]
    whole = all(text == "*" or str(text).count(":") >= FIELDS - 1 for text in statement.resources)
    return (whole and not any("${" in str(text) for text in texts)) and all(
        condition.how is not None
        and condition.how.name in _OPERATORS
        and not condition.how.quantifier
        and (condition.key in FACTS or not is_fixed_by_platform(condition.key))
        for condition in statement.conditions
    )


def _reached(question: Question) -> str:
    def level(documents: Sequence[Document]) -> Level:
        return tuple(Attached("policy", document) for document in documents)

    policies = Policies(
        identity=level((question.identity,)),
        boundary=level((question.boundary,) if question.boundary else ()),
        scps=tuple(level(documents) for documents in question.scps),
        resource=(),
    )
    return reach(caller(question.who), policies, TARGETS, ACTIONS, facts=FACTS, account=ACCOUNT).verdict


def asked(question: Question, limit: int) -> tuple[str, float]:
    """Z3's answer within so many milliseconds, and the seconds of its check."""
    solver = z3.Solver()
    solver.set("timeout", limit)
    terms = _Terms()
    solver.add(*terms.asked())
    denies = []
    for documents in question.levels:
        statements = [statement for document in documents for statement in document.statements]
        solver.add(z3.Or(*(terms.matching(one) for one in statements if one.effect == "Allow")))
        denies += [terms.matching(one) for one in statements if one.effect == "Deny"]
    solver.add(z3.Not(z3.Or(*denies)))
    answer, seconds = timed(solver.check)
    return "reachable" if answer == z3.sat else "unreachable" if answer == z3.unsat else "unknown", seconds


class _Terms:
    """The variables of one question, and statements as formulas over them."""

    def __init__(self) -> None:
        self.action = z3.Int("action")
        self.resource = z3.String("resource")

    def asked(self) -> tuple[Any, ...]:
        """It is one of the actions, on one of the targets."""
        targets = (z3.InRe(self.resource, _expression(target, arn=True)) for target in TARGETS)
        return self.action >= 0, self.action < len(ACTIONS), z3.Or(*targets)

    def matching(self, statement: Statement) -> Any:
        """Does the statement match the request?"""
        named = [any(matches(str(p), name) for p in statement.actions) for name in ACTIONS]
        chosen = [self.action == i for i, is_named in enumerate(named) if is_named != statement.not_actions]
        resources = z3.Or(
            *(z3.InRe(self.resource, _expression(str(pattern), arn=True)) for pattern in statement.resources)
        )
        return z3.And(
            z3.Or(*chosen),
            z3.Not(resources) if statement.not_resources else resources,
            *(self._holding(condition) for condition in statement.conditions),
        )

    def _holding(self, condition: Condition) -> Any:
        assert condition.how is not None
        how, key = condition.how, condition.key
        given = FACTS.get(key)
        present = z3.BoolVal(True) if given else z3.Bool(f"has {key}")
        value = z3.StringVal(given[0]) if given else z3.String(key)
        if how.name == "Null":
            return z3.Or(*(z3.Not(present) if text == "true" else present for text in condition.known))
        equal = z3.Or(
            *(
                z3.InRe(value, _expression(text, arn=False)) if how.name == "StringLike" else value == text
                for text in condition.known
            )
        )
        if how.negated:
            return z3.Or(z3.Not(present), z3.Not(equal))
        return z3.Or(z3.Not(present), equal) if how.if_exists else z3.And(present, equal)


def _expression(pattern: str, *, arn: bool) -> Any:
    """A pattern as a regular expression; in an ARN, wildcards of the first five fields don't go on over colons."""
    sort = z3.ReSort(z3.StringSort())
    anything, anywhere = z3.AllChar(sort), z3.Full(sort)
    within = z3.Intersect(anything, z3.Complement(z3.Re(":")))
    parts = [z3.Re("")] * 2
    text, colons = "", 0
    for char in pattern:
        if char not in "*?":
            text += char
            colons += char == ":"
            continue
        stays = arn and pattern != "*" and colons < FIELDS - 1
        one = within if stays else anything
        parts += [z3.Re(text), one if char == "?" else z3.Star(one) if stays else anywhere]
        text = ""
    return z3.Concat(*parts, z3.Re(text))
