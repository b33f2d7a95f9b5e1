"""Documents written to make the engine run for ever: how long it takes, and that no answer is wrong."""

from statistics import median
from typing import Any

from tenant_safety.iam import rows

from .hostile import SIZE, Hostile, hostile
from .measure import Target, TooSlow, figure, fresh, timed
from .results import Result, Table

TITLE = "Worst cases"
_TARGET = Target("max", 1)
QUICK_SIZE = 600
LIMIT = 20.0
"""Seconds after which a question is ended."""

QUESTIONS = ("simulate", "reach", "reach, ten targets", "new-access")


def run(runs: int, *, quick: bool) -> Result:
    """Each question about each document, in a new process."""
    size = QUICK_SIZE if quick else SIZE
    names = [each.name for each in hostile(size)]
    answers: dict[str, str] = {}
    seconds: dict[tuple[str, str], list[float]] = {}
    if quick:  # One process for all, since only the answers are wanted.
        for name, of_name in fresh(all_answered, size, limit=6 * LIMIT).items():
            for question, (answer, took) in of_name.items():
                answers[f"{name}: {question}"], seconds[name, question] = answer, [took]
    else:
        for name in names:
            for question in QUESTIONS:
                found = [_answered(name, question, size) for _ in range(runs)]
                answers[f"{name}: {question}"] = found[0][0]
                seconds[name, question] = [took for _, took in found]
    medians = {key: median(taken) for key, taken in seconds.items()}
    cells = [
        (name, *(f"{medians[name, q]:.2f} s {answers[f'{name}: {q}'].replace('_', ' ')}" for q in QUESTIONS))
        for name in names
    ]
    slowest = {q: max(names, key=lambda name: medians[name, q]) for q in QUESTIONS}
    return Result(
        figures=tuple(
            figure(
                f"{question}: the slowest of all documents",
                "s",
                ([seconds[name, question][i] for name in names] for i in range(len(seconds[names[0], question]))),
                _TARGET,
            )
            for question in QUESTIONS
        ),
        notes=(
            f"{len(names)} documents of about {size:,} characters. Each question is asked in a new process, and "
            f"ended after {LIMIT:g} s; reading the document is part of it. Samples are the documents. "
            "The slowest: " + ", ".join(f"{question}: {name}" for question, name in slowest.items()) + ".",
            "Median seconds and answer of each:",
        ),
        tables=(Table((("document", *QUESTIONS), *cells)),),
        answers=answers,
    )


def _answered(name: str, question: str, size: int) -> tuple[str, float]:
    try:
        answer, seconds = fresh(answered, name, question, size, limit=LIMIT + 5)
    except TooSlow:
        return "no answer", LIMIT
    return (answer, seconds) if seconds <= LIMIT else ("no answer", LIMIT)


def answered(name: str, question: str, size: int) -> tuple[str, float]:
    """The answer to one question about one document, and its seconds."""
    return _asked(next(each for each in hostile(size) if each.name == name), question)


def all_answered(size: int) -> dict[str, dict[str, tuple[str, float]]]:
    """The answers to all questions, in one process."""
    return {each.name: {question: _asked(each, question) for question in QUESTIONS} for each in hostile(size)}


def _asked(each: Hostile, question: str) -> tuple[str, float]:
    match question:
        case "simulate":
            row = each.simulate()
        case "new-access":
            row = each.new_access()
        case _:
            row = each.reach(10 if "ten" in question else 1)
    answer: dict[str, Any]
    answer, seconds = timed(lambda: rows.COMMANDS[question.partition(",")[0]](row))
    if question == "new-access":
        return {True: "new", False: "nothing new", None: "undetermined"}[answer["new_access"]], seconds
    return answer["decision" if question == "simulate" else "verdict"], seconds
