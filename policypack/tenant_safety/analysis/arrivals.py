"""Whom a resource that has just arrived can matter for, so that an update need not search all chains at each."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..iam import Principal, World, admitted
from ..iam.standing import known_as
from ..model import Issuer, Membership
from .index import Index


def concerned(index: Index, world: World, everyone: Sequence[Principal], judged: Collection[str]) -> list[Principal]:
    """Who can be on a chain that was not there before: whom the resource is about, whom a trust alone links to those,
    and all that may act on others or are `judged` (ARNs).  The chains of the rest were searched when they arrived.
    """
    arrived = index.stack.arrived
    active = [each for each in everyone if each.who.id in judged or not world.is_idle(each)]
    about = [each for each in everyone if _tells(arrived, each)]
    found = {each.who.id: each for each in about}
    if not arrived or any(index.made_by((arrived,), kind) for kind in (Issuer, Membership)):
        return [*everyone]
    if any(each.who.id in found for each in active):
        return [*everyone]
    trusting = {each.who.id: admitted(each) for each in everyone}
    while about:
        one = about.pop()
        names, own = trusting[one.who.id], {known_as(one.who), "*"}
        if "*" in names:
            return [*everyone]
        linked = (e for e in everyone if known_as(e.who) in names or not own.isdisjoint(trusting[e.who.id]))
        more = {each.who.id: each for each in linked if each.who.id not in found}
        found |= more
        about += more.values()
    return [*active, *found.values()]


def _tells(urn: str, principal: Principal) -> bool:
    """Does a resource say something of what a principal may do, or who may be it?"""
    levels = (principal.policies.identity, principal.policies.boundary, principal.trust)
    return any(urn in attached.source for level in levels for attached in level)
