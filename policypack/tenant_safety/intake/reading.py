"""One resource read into parts of the model, and a stack put together from those that were read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..model import Part, Place, Stack, Unknown, Unreadable
from .pulumi import parts, provider
from .values import Resource


@dataclass(frozen=True, slots=True)
class Reading:
    """What one resource is.  `secrets` are texts that must not be shown; `numbers`: nor may its numbers."""

    urn: str
    parts: tuple[Part, ...]
    dependencies: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()
    numbers: bool = False


def reading(resource: Resource, trusted: tuple[str, ...], made_with: Resource | None) -> Reading:
    """What a resource is.  `made_with` is its provider if that acts in AWS; `trusted` are packages that can't."""
    own = provider(made_with) if made_with else None
    # A default provider is no resource of the stack, so what it says is read with what it makes.
    found = (*(parts(made_with, trusted, None) if made_with else ()), *parts(resource, trusted, own))
    hidden = made_with.secrets.texts if made_with else frozenset()
    return Reading(
        resource.urn, found, resource.dependencies, resource.secrets.texts | hidden, resource.secrets.numbers
    )


def guarded(urn: str, token: str, read: Callable[[], Reading]) -> Reading:
    """What `read` gives; whatever can't be read is told, and never passed over."""
    try:
        return read()
    except Exception as error:  # noqa: BLE001 the resource is told of as one that can't be read
        problem = f"it can't be read ({type(error).__name__})"
        place = Place(urn, token, "", Unknown("account"), Unknown("region"))
        return Reading(urn, (Unreadable(place, "the resource", problem),), numbers=True)


def stack_of(project: str, name: str, readings: Iterable[Reading]) -> Stack:
    """A whole stack."""
    readings = tuple(readings)
    return Stack(
        project=project,
        name=name,
        parts=tuple(part for each in readings for part in each.parts),
        resources=len(readings),
        dependencies={each.urn: each.dependencies for each in readings},
        secrets=frozenset(secret for each in readings for secret in each.secrets),
        withheld=frozenset(each.urn for each in readings if each.numbers),
    )
