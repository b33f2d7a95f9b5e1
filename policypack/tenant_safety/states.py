"""States of stacks and whose they are: those that a command was given, and the pair's other stacks in a folder."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .intake.links import TYPES as LINKS
from .intake.state import State, StateError, load, read
from .model import Stack, Unreadable
from .tenancy import Claim, Snapshot, resolve

__all__ = ["Beside", "Owned", "StateError", "beside", "owned"]


@dataclass(frozen=True, slots=True)
class Owned:
    """A stack, and whom the registry says that it belongs to."""

    stack: Stack
    claim: Claim


@dataclass(frozen=True, slots=True)
class Beside:
    """The pair's other stacks, and what could not be read of where they should be."""

    others: tuple[Stack, ...] = ()
    faults: tuple[str, ...] = ()


def owned(states: Iterable[tuple[str, bytes]], snapshot: Snapshot) -> tuple[Owned, ...]:
    """The tenants' stacks in texts of states, each with a name; by pair, then project.  Raises `StateError`."""
    found: dict[tuple[str, str], tuple[str, Owned]] = {}
    for name, raw in states:
        state = load(name, raw)
        claim = _claim(state, snapshot)
        if claim.judged is None or claim.judged.plan is None:
            whose = claim.unregistered or f"{state.project}/{state.stack} is the platform's own"
            raise StateError(f"{name}: expected the state of a registered pair's stack: {whose}")
        key = state.stack, state.project
        if key in found:
            raise StateError(
                f"{name}: expected each stack once ({found[key][0]} is {state.project}/{state.stack}, too)"
            )
        found[key] = name, Owned(read(state, claim.trusted(LINKS)), claim)
    return tuple(each for _, (_, each) in sorted(found.items()))


def beside(folder: Path, snapshot: Snapshot, project: str, stack: str) -> Beside:
    """The stacks of the same pair and other projects, among the states in a folder; their names are those in them."""
    try:
        files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        return Beside(faults=(f"{folder}: expected a folder of states ({error.strerror})",))
    others: dict[str, tuple[str, Stack]] = {}
    faults: list[str] = []
    for path in files:
        try:
            state = load(path.name, path.read_bytes())
        except OSError as error:
            faults.append(f"{path.name}: expected a state's file ({error.strerror})")
            continue
        except StateError as error:
            faults.append(str(error))
            continue
        claim = _claim(state, snapshot)
        if claim.judged is None:
            faults.append(f"{path.name}: expected the state of a registered stack: {claim.unregistered}")
        elif state.stack != stack or state.project == project or claim.judged.plan is None:
            continue
        elif state.project in others:
            first = others[state.project][0]
            faults.append(f"{path.name}: expected each stack once ({first} is {state.project}/{stack}, too)")
        else:
            others[state.project] = path.name, read(state, claim.trusted(LINKS))
            faults += _unread(*others[state.project])
    return Beside(tuple(found for _, (_, found) in sorted(others.items())), tuple(faults))


def _unread(name: str, stack: Stack) -> Iterator[str]:
    """Resources of which nobody can say what they use: an update of theirs did not end, or they make no sense."""
    for part in stack.parts:
        if isinstance(part, Unreadable) and part.path == "the resource":
            yield f"{name}: {part.at.urn.split('::', 3)[-1]}: {part.problem}"


def by_pair(stacks: Sequence[Owned]) -> tuple[tuple[Owned, ...], ...]:
    """The stacks of each pair together."""
    pairs: dict[str, list[Owned]] = {}
    for each in stacks:
        pairs.setdefault(each.stack.name, []).append(each)
    return tuple(map(tuple, pairs.values()))


def _claim(state: State, snapshot: Snapshot) -> Claim:
    return resolve(snapshot, state.project, state.stack, {}, {})
