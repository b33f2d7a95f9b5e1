"""Compares the symbolic engine with the evaluator on generated questions, for as long as is asked.

    python tests/iam/soak.py --cases 10_000_000 --seed 1 --state soak.json

A case is one request against one question.  The state file is replaced after every batch, and a run that finds one goes
on behind it.  The same seed gives the same questions, whatever the number of processes and interruptions.
"""

import argparse
import importlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from generate import (
    BY_NAME,
    DERIVED,
    OTHER,
    OWN,
    PROVIDER,
    UNKNOWN,
    Asked,
    Case,
    Document,
    asked,
    case,
    change,
    in_actions,
    in_target,
    masked,
    requests,
)

from tenant_safety.iam import ANONYMOUS, Attached, Caller, Policies, Request, caller, evaluate, parse
from tenant_safety.iam.evaluate import derived
from tenant_safety.iam.services import action as known_action
from tenant_safety.iam.services import service
from tenant_safety.iam.wildcards import matches

REQUESTS = 40
"""Requests of one question."""

CHANGES = 6
"""Every so many questions one is about a change of a policy."""

BATCH = 120
"""Questions that a process answers between two notes of the state."""


@dataclass(slots=True)
class Tally:
    """What was seen.  `faults` are contradictions, each with its seed."""

    questions: int = 0
    cases: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.questions += other.questions
        self.cases += other.cases
        self.decisions += other.decisions
        self.verdicts += other.verdicts
        self.reasons += other.reasons
        self.faults += other.faults

    def json(self) -> dict[str, Any]:
        return {name: dict(sorted(v.items())) if isinstance(v, Counter) else v for name, v in self._parts()}

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Tally":
        return cls(**{name: Counter(value) if isinstance(value, dict) else value for name, value in raw.items()})

    def _parts(self) -> Iterator[tuple[str, Any]]:
        for name in ("questions", "cases", "decisions", "verdicts", "reasons", "faults"):
            yield name, getattr(self, name)


class Engine:
    """The symbolic engine, by the name of its package, so that a copy with a planted mistake can be asked too."""

    def __init__(self, package: str = "tenant_safety.iam") -> None:
        def module(name: str) -> Any:
            return importlib.import_module(f"{package}.{name}")

        self.is_own = package == "tenant_safety.iam"
        self.reach = module("reach").reach
        self.new_access = module("compare").new_access
        self._parse, self._unknown = module("documents").parse, module("documents").Unknown
        self._policies = module("policies")
        self._caller = module("principals").Caller

    def who(self, one: Caller) -> Any:
        return one if self.is_own else self._caller(one.kind, one.id, one.account, one.name)

    def level(self, document: Document, name: str) -> Any:
        return (self._policies.Attached(name, self._parse(document)),)

    def policies(self, made: Case) -> Any:
        return policies(made, self._read, self._policies.Attached, self._policies.Policies)

    def _read(self, document: Document) -> Any:
        """The document, or what is not known of it."""
        found = self._with_unknowns(document)
        return self._parse(found) if isinstance(found, dict) else found

    def _with_unknowns(self, raw: Any) -> Any:
        if isinstance(raw, dict):
            known = {name: self._with_unknowns(value) for name, value in raw.items()}
            return self._unknown(known["unknown"]) if list(known) == ["unknown"] else known
        return [self._with_unknowns(value) for value in raw] if isinstance(raw, list) else raw


def policies(
    made: Case, read: Callable[[Document], Any] = parse, attached: Any = Attached, whole: Any = Policies
) -> Any:
    """The documents of a question, parsed and attached."""

    def level(documents: Sequence[Document], name: str) -> tuple[Any, ...]:
        return tuple(attached(f"{name}[{i}]", read(document)) for i, document in enumerate(documents))

    return whole(
        identity=level(made.identity, "identity_policies"),
        boundary=level(made.boundary, "permission_boundaries"),
        session=level(made.session, "session_policies"),
        scps=tuple(level(one, f"scps[{i}]") for i, one in enumerate(made.scps)),
        rcps=tuple(level(one, f"rcps[{i}]") for i, one in enumerate(made.rcps)),
        resource=None if made.resource is None else level(made.resource, "resource_policies"),
        endpoint=level(made.endpoint, "endpoint_policies"),
    )


def principal(made: Case) -> Caller:
    """The caller of a question."""
    if isinstance(made.principal, dict):
        kind, value = next(iter(made.principal.items()))
        return Caller("service" if kind == "service" else "federated", value)
    return ANONYMOUS if made.principal == "anonymous" else caller(made.principal)


# --- why an answer may be undetermined ---


def _lacks_a_fact(made: Case) -> bool:
    """A condition over a key that the platform fixes, of which nothing was told."""
    told = {*made.facts, *derived(principal(made), "")}
    return any(key in BY_NAME and BY_NAME[key].fixed and key not in told for key in asked(made))


def _statements(made: Case) -> Iterator[Mapping[str, Any]]:
    for document in made.documents():
        listed = document["Statement"]
        yield from listed if isinstance(listed, list) else [listed]


def _has_variable(made: Case) -> bool:
    """A policy variable over a key that has no fixed value."""
    return "${" in json.dumps([dict(one) for one in _statements(made)])


_FAMILIES = ("String", "Numeric", "Date", "Bool", "Binary", "Ip", "NotIp")


def _conditions(made: Case) -> Iterator[tuple[str, str, Any]]:
    for statement in _statements(made):
        for operator, keys in statement.get("Condition", {}).items():
            for key, wanted in keys.items():
                yield operator, key.lower(), wanted


def _mixes_types(made: Case) -> bool:
    """A key that is compared as several types."""
    families: dict[str, set[str]] = {}
    for operator, key, _ in _conditions(made):
        name = operator.rpartition(":")[2].replace("Arn", "String")
        families.setdefault(key, set()).update(one for one in _FAMILIES if name.startswith(one))
    return any(len({one.removeprefix("Not") for one in of_key}) > 1 for of_key in families.values())


def _has_many_values(made: Case) -> bool:
    """A multi-valued key with so many wanted values that not all sets of them are looked at."""
    wanted: dict[str, set[str]] = {}
    several = {key for key in BY_NAME if BY_NAME[key].several}
    for operator, key, values in _conditions(made):
        several |= {key} if ":" in operator else set()
        wanted.setdefault(key, set()).update(map(str, values if isinstance(values, list) else [values]))
    return any(len(values) > 2 for key, values in wanted.items() if key in several)


def _excepts_principals(made: Case) -> bool:
    """A NotPrincipal, which may name some but not all of a caller's layers."""
    return any("NotPrincipal" in statement for statement in _statements(made))


def _names_unlisted_action(made: Case) -> bool:
    """An action, or a pattern without any, that AWS's service data does not have."""
    patterns = [*(made.actions or ())]
    for statement in _statements(made):
        raw = statement.get("Action", statement.get("NotAction", []))
        patterns += raw if isinstance(raw, list) else [raw]
    return not all(_is_listed(pattern.lower()) for pattern in patterns)


def _leaves_fields_out(made: Case) -> bool:
    """An ARN with missing fields, in which a star ends a field and may stand for those."""
    raw = [statement.get(name, []) for statement in _statements(made) for name in ("Resource", "NotResource")]
    return any(
        one.startswith("arn:") and one.count(":") < 5 and any(part.endswith("*") for part in one.split(":"))
        for each in raw
        for one in (each if isinstance(each, list) else [each])
    )


def _is_listed(pattern: str) -> bool:
    found = service(pattern.partition(":")[0])
    return pattern == "*" or (found is not None and any(matches(pattern, one.name.lower()) for one in found.actions))


REASONS: tuple[tuple[str, Callable[[Case], bool], str], ...] = (
    ("a policy variable without a fixed value", _has_variable, "has a policy variable"),
    ("a NotPrincipal that names some layers", _excepts_principals, "NotPrincipal"),
    ("the resource's policies were not read", lambda made: made.resource is None, "were not read"),
    ("an ARN with missing fields", _leaves_fields_out, "an ARN with missing fields"),
    ("a key compared as several types", _mixes_types, ""),
    ("a multi-valued key with many values", _has_many_values, ""),
    ("an action that is not listed", _names_unlisted_action, ""),
    ("a condition key without a fact", _lacks_a_fact, "holds under a condition"),
    ("too many states or steps", lambda _: True, "more than"),
)
"""All that may leave a complete document undetermined: its name, where it is possible, how the answer says it."""


def reason(made: Case, because: Sequence[str]) -> str | None:
    """The reason in the table for an undetermined answer; `None` if there is none."""
    possible = [(name, said) for name, is_possible, said in REASONS if is_possible(made)]
    if any("please report" in text for text in because):
        return None
    told = (name for name, said in possible if said and any(said in text for text in because))
    return next(told, None) or next((name for name, said in possible if said != "more than"), None)


# --- one question ---


def check(seed: int, engine: Engine, *, count: int = REQUESTS) -> Tally:
    """Asks one question in several ways and compares each answer with the evaluator's on concrete requests."""
    made, rng = case(seed), Random(-seed - 1)
    who, known = principal(made), policies(made)
    subject, given = engine.who(who), known if engine.is_own else engine.policies(made)
    tally = Tally(questions=1)
    sample = requests(made, count, rng)
    tally.cases = len(sample)
    allowed, denied = [], []
    for one in sample:
        decision = evaluate(Request(who, one.action, one.resource, made.account, one.context), known).decision
        tally.decisions[decision] += 1
        (allowed if decision == "allow" else denied).append(one)

    def ask(question: Case) -> Any:
        return engine.reach(
            subject, given, question.targets, question.actions, facts=question.facts, account=question.account
        )

    def fault(question: Case, what: str) -> None:
        tally.faults.append(f"seed {seed}: {what}; question {json.dumps(question.row())}")

    def judge(question: Case, answer: Any, inside: Sequence[Asked], name: str) -> None:
        if answer.verdict == "unreachable" and inside:
            fault(question, f"{name} is unreachable, but allowed: {inside[0]}")
        elif answer.verdict == "reachable" and (wrong := _wrong(question, answer.witness, who, known, rng)):
            fault(question, f"{name}: {wrong}: {answer.witness}")
        elif answer.verdict == "undetermined" and name != "the narrowed question":
            found = reason(question, answer.because)
            tally.reasons[found or "none"] += 1
            if found is None:
                fault(question, f"{name} is undetermined without a reason in the table: {answer.because}")

    answer = ask(made)
    tally.verdicts[answer.verdict] += 1
    judge(made, answer, allowed, "the question")
    if allowed:
        one = rng.choice(allowed)
        narrowed = rng.choice(_narrowings(made, one))
        judge(narrowed, ask(narrowed), [one], "the narrowed question")
    later = masked(made, rng)
    found = engine.reach(
        subject, engine.policies(later), made.targets, made.actions, facts=made.facts, account=made.account
    )
    tally.verdicts[f"masked {found.verdict}"] += 1
    if found.verdict == "unreachable" and allowed:
        fault(later, f"whatever is not known yet, it is unreachable, but may become allowed: {allowed[0]}")
    elif found.verdict == "reachable" and (wrong := _wrong(made, found.witness, who, known, rng)):
        if _may_all_be_a_deny(later) and "explicit_deny" in wrong:
            tally.verdicts["masked reachable but for what became a Deny"] += 1
        else:
            fault(later, f"not everything is known yet, but it is reachable; {wrong}: {found.witness}")
    for expected, listed in (("reachable", allowed), ("unreachable", denied)):
        exact = [one for one in listed if one.resource == "*" or not set(one.resource) & set("*?")]
        if exact:
            point = _point(made, rng.choice(exact))
            found = ask(point)
            tally.verdicts[f"point {found.verdict}"] += 1
            judge(point, found, (), "the point")
            by_session = found.verdict == "reachable" and found.witness.who.kind != who.kind
            if found.verdict not in (expected, "undetermined") and not by_session:
                fault(point, f"the evaluator says {expected} of a single request, reach says {found.verdict}")
    return tally


def _may_all_be_a_deny(later: Case) -> bool:
    """Is a whole document or statement not known, or its effect?  Such may allow; that it may deny is not counted."""
    for document in later.documents():
        listed = document.get("Statement", UNKNOWN)
        statements = listed if isinstance(listed, list) else [listed]
        if any(UNKNOWN in (one, one.get("Effect")) for one in statements):
            return True
    return False


def _narrowings(made: Case, one: Asked) -> list[Case]:
    """Smaller questions that the request still falls under."""
    found = [replace(made, actions=(one.action,)), replace(made, facts=_whole(made, one))]
    if not set(one.resource) & set("*?"):
        found.append(replace(made, targets=(one.resource,)))
    return found


def _whole(made: Case, one: Asked) -> dict[str, tuple[str, ...]]:
    """The request's context as facts, with every other key absent."""
    absent = {key: () for key in asked(made) if key not in DERIVED}
    return {**absent, **one.context}


def _point(made: Case, one: Asked) -> Case:
    """The question about a single request."""
    return replace(made, targets=(one.resource,), actions=(one.action,), facts=_whole(made, one))


def _wrong(question: Case, witness: Any, who: Caller, known: Policies, rng: Random) -> str:
    """What is wrong with a witness; nothing if it is one."""
    asker = Caller(witness.who.kind, witness.who.id, witness.who.account, witness.who.name)
    told = {**derived(who, witness.account), **question.facts}
    if outside := _outside(question, witness, who, asker) or _otherwise(question, witness.context, told):
        return outside
    for _ in range(2):  # Whatever the keys are of which nothing was told.
        context = dict(witness.context)
        decision = evaluate(Request(asker, witness.action, witness.resource, witness.account, context), known).decision
        if decision != "allow":
            return f"the evaluator says {decision} of the witness {context}"
        for key in asked(question):
            if key in BY_NAME and BY_NAME[key].fixed and key not in told and key not in DERIVED:
                context[key] = (rng.choice(("a", "b", "x")),)
    return ""


def _outside(question: Case, witness: Any, who: Caller, asker: Caller) -> str:
    """Is a witness not what was asked for?"""
    of_role = (asker.kind, asker.account, asker.name) == ("session", who.account, who.name) and who.kind == "role"
    if asker != who and not of_role:
        return "the witness is another principal"
    if question.actions is not None and not any(in_actions(one, witness.action) for one in question.actions):
        return "the witness is of another action"
    if question.account and witness.account != question.account:
        return "the witness is of another account"
    one = known_action(witness.action)
    if witness.resource == "*" and one is not None and not one.resources:
        return "" if "*" in question.targets else "the witness is of an action without a resource"
    inside = any(in_target(target, witness.resource) for target in question.targets)
    return "" if inside else "the witness lies outside the targets"


def _otherwise(question: Case, context: Mapping[str, tuple[str, ...]], told: Mapping[str, tuple[str, ...]]) -> str:
    """Is a witness's context not what was told of it?"""
    for key, values in context.items():
        free = key not in BY_NAME or not BY_NAME[key].fixed
        if told.get(key, values if free else None) != values:
            return f"the witness has {key} otherwise than it is told"
    lacking = (key for key, values in question.facts.items() if values and context.get(key) != values)
    return next((f"the witness lacks {key}" for key in lacking), "")


# --- what a change allows ---

_CALLERS = (
    *(caller(f"arn:aws:iam::{account}:{what}") for account in (OWN, OTHER) for what in ("root", "role/a", "user/b")),
    *(caller(f"arn:aws:sts::{OWN}:{what}") for what in ("assumed-role/a/b", "federated-user/a")),
    Caller("service", "lambda.amazonaws.com"),
    Caller("federated", f"arn:aws:iam::{OWN}:oidc-provider/{PROVIDER}"),
    ANONYMOUS,
)

_ANYTHING = parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
_ELSEWHERE = "999999999999"


def allows(document: Any, kind: str, who: Caller, one: Asked) -> bool:
    """Does a policy, in a world where all others allow everything, allow a request?"""
    allowing, policy = (Attached("anything", _ANYTHING),), (Attached("policy", document),)
    if kind == "identity":
        account = who.account
        whole = Policies(identity=policy, resource=(Attached("key", _delegated(account)),))
    else:
        account = _ELSEWHERE
        session = allowing if who.kind == "federated-user" else ()
        whole = Policies(identity=allowing if who.account else (), session=session, resource=policy)
    return evaluate(Request(who, one.action, one.resource, account, one.context), whole).decision == "allow"


@cache
def _delegated(account: str) -> Any:
    """A resource's policy that leaves all to the identity policies of its account."""
    return parse(
        {"Statement": {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "*", "Resource": "*"}}, "resource"
    )


def check_change(seed: int, engine: Engine, *, count: int = REQUESTS) -> Tally:
    """Asks for the new access of one change, and compares the answer with the evaluator's on concrete requests."""
    made, rng = change(seed), Random(-seed - 1)
    reference, candidate = parse(made.reference), parse(made.candidate)
    answer = engine.new_access(
        engine.level(made.reference, "reference"), engine.level(made.candidate, "candidate"), made.kind
    )
    tally = Tally(questions=1)
    tally.verdicts[f"new access {answer.new_access}"] += 1

    def fault(what: str) -> None:
        tally.faults.append(f"seed {seed}: {what}; question {json.dumps(made.row())}")

    for one in requests(made.whole(), count, rng):
        who = _CALLERS[1] if made.kind == "identity" else rng.choice(_CALLERS)
        after, before = allows(candidate, made.kind, who, one), allows(reference, made.kind, who, one)
        tally.cases += 1
        tally.decisions["allow" if after else "implicit_deny"] += 1
        if after and not before and answer.new_access is False:
            fault(f"no new access, but {who} is newly allowed {one}")
            break
    found = answer.witness
    if answer.new_access:
        who = Caller(found.who.kind, found.who.id, found.who.account, found.who.name)
        one = Asked(found.action, found.resource, found.context)
        if not allows(candidate, made.kind, who, one):
            fault(f"the candidate does not allow the witness {found}")
        if allows(reference, made.kind, who, one):
            fault(f"the reference allows the witness {found}")
    elif answer.new_access is None:
        why = reason(made.whole(), [unknown.path for unknown in answer.missing])
        tally.reasons[f"new access: {why or 'none'}"] += 1
        if why is None:
            fault(f"undetermined without a reason in the table: {answer.missing}")
    return tally


# --- many questions ---


def seeds(seed: int, batch: int) -> range:
    """The seeds of a batch; no two runs with different seeds share one."""
    first = seed * 1_000_000_000 + batch * BATCH
    return range(first, first + BATCH)


def run_batch(seed: int, batch: int) -> Tally:
    """All questions of one batch."""
    engine, tally = Engine(), Tally()
    for one in seeds(seed, batch):
        tally.add(check_change(one, engine) if one % CHANGES == 0 else check(one, engine))
    return tally


def run(
    cases: int, seed: int, tally: Tally, batch: int, note: Callable[[Tally, int], None], *, processes: int
) -> Tally:
    """Runs batches until there are enough cases, in order, so that a run can be continued."""
    with ProcessPoolExecutor(processes) as pool:
        waiting = [pool.submit(run_batch, seed, batch + i) for i in range(processes + 1)]
        while tally.cases < cases:
            tally.add(waiting.pop(0).result())
            batch += 1
            note(tally, batch)
            waiting.append(pool.submit(run_batch, seed, batch + len(waiting)))
        for one in waiting:
            one.cancel()
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=lambda text: int(text.replace("_", "")), default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, required=True, help="where the run is noted, and continued from")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)

    tally, batch, before = Tally(), 0, 0.0
    if options.state.exists():
        noted = json.loads(options.state.read_text(encoding="utf-8"))
        if noted["seed"] != options.seed:
            parser.error(f"expected --seed {noted['seed']}, of which {options.state} is, got {options.seed}")
        tally, batch, before = Tally.of(noted["tally"]), noted["batch"], noted["seconds"]
    start, shown = time.monotonic(), 0.0

    def note(seen: Tally, done: int) -> None:
        nonlocal shown
        now = time.monotonic()
        state = {"seed": options.seed, "batch": done, "seconds": round(before + now - start, 1), "tally": seen.json()}
        partial = options.state.with_name(f"{options.state.name}.new")
        partial.write_text(json.dumps(state, indent=1), encoding="utf-8")
        partial.replace(options.state)
        if now - shown > 10:
            shown = now
            rate = seen.cases / (before + now - start)
            print(f"{seen.cases:,} cases, {rate:,.0f}/s, {len(seen.faults)} contradictions", flush=True)

    tally = run(options.cases, options.seed, tally, batch, note, processes=options.processes)
    print(summary(tally, before + time.monotonic() - start))
    for one in tally.faults[:20]:
        print(one)
    return 1 if tally.faults else 0


def summary(tally: Tally, seconds: float) -> str:
    """What was seen, in lines."""
    total, rate = max(1, tally.cases), tally.cases / max(seconds, 0.001)
    lines = [
        f"{tally.cases:,} cases of {tally.questions:,} questions in {seconds:,.0f} s ({rate:,.0f}/s)",
        "decisions: " + ", ".join(f"{name} {n / total:.1%}" for name, n in sorted(tally.decisions.items())),
        "verdicts: " + ", ".join(f"{name} {n:,}" for name, n in sorted(tally.verdicts.items())),
        "undetermined for: " + (", ".join(f"{name} {n:,}" for name, n in tally.reasons.most_common()) or "nothing"),
        f"contradictions: {len(tally.faults)}",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    sys.exit(main())
