"""Load balancers: each is one account's, and its name tells which zone it is in."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from moto.elbv2 import models
from moto.elbv2.models import elbv2_backends

from .calls import Call, Refusal
from .names import dns_name, load_balancer_arn
from .world import Rule, World

# Not compared with https://docs.aws.amazon.com/general/latest/gr/elb.html, which lists them.
_ZONES = {
    "us-east-1": ("Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"),
    "us-west-2": ("Z1H1FL5HABSF5", "Z18D5FSROUN65G"),
    "eu-west-1": ("Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"),
    "eu-central-1": ("Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90"),
}


def suffixes(zone_id: str) -> tuple[str, ...]:
    """What names in a load balancers' zone end with; nothing for a zone of another kind."""
    for region, (application, network) in _ZONES.items():
        if zone_id in (application, network):
            return (f"{region}.elb.amazonaws.com",) if zone_id == application else (f"elb.{region}.amazonaws.com",)
    return ()


def describe(call: Call, _world: World) -> None:
    """A load balancer of another account, or another region, is not found.

    The reference does not say how AWS answers for another account's ARN; LoadBalancerNotFound is its only error.
    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html
    """
    known = elbv2_backends[call.account][call.region].load_balancers.values()
    arns, names = {balancer.arn for balancer in known}, {balancer.name for balancer in known}
    missing = [arn for arn in call.params.get("LoadBalancerArns") or () if arn not in arns]
    missing += [name for name in call.params.get("Names") or () if name not in names]
    if missing:
        raise Refusal("LoadBalancerNotFound", f"Load balancers '[{', '.join(missing)}]' not found", 400)


def create(call: Call, _world: World) -> None:
    """Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html"""
    name = call.params["Name"]
    right = re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?", name) and not name.startswith("internal-")
    if not right:
        raise Refusal("ValidationError", f"The load balancer name '{name}' is not valid", 400)
    known = elbv2_backends[call.account][call.region].load_balancers.values()
    if any(balancer.name == name for balancer in known):
        said = f"A load balancer with the same name '{name}' exists, but with different settings"
        raise Refusal("DuplicateLoadBalancerName", said, 400)


def install() -> None:
    """Let moto's load balancers have the ARNs, names and zones above."""
    make = models.FakeLoadBalancer.__init__

    def made(self: Any, *args: Any, **more: Any) -> None:
        make(self, *args, **more)
        kind = "net" if self.type == "network" else "app"
        _, _, _, region, account, _ = self.arn.split(":", 5)
        self.arn = load_balancer_arn(account, self.name, region, kind)
        self.dns_name = dns_name(self.arn)
        mark = hashlib.sha256(region.encode()).hexdigest()[:8].upper()
        application, network = _ZONES.setdefault(region, (f"ZALB{mark}", f"ZNLB{mark}"))
        self.canonical_hosted_zone_id = network if kind == "net" else application

    def arn(account_id: str, name: str, region_name: str, **_: object) -> str:
        return load_balancer_arn(account_id, name, region_name)

    patched: Any = models
    patched.FakeLoadBalancer.__init__ = made
    patched.make_arn_for_load_balancer = arn


RULES: dict[str, Rule] = {"DescribeLoadBalancers": describe, "CreateLoadBalancer": create}
