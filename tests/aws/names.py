"""What has a fixed name here: accounts, roles, and the ids that things get before they are made."""

from __future__ import annotations

import hashlib

MASTER = "999999999999"
REGION = "eu-central-1"
LINKER = f"arn:aws:iam::{MASTER}:role/tenant-linker"
READER = "arn:aws:iam::{account}:role/tenant-links-reader"
AMBIENT_KEY = "AKIAAMBIENTIDENTITY0"


def zone_id(name: str) -> str:
    """The id that the first zone of this name gets."""
    return "Z" + hashlib.sha256(name.rstrip(".").encode()).hexdigest()[:20].upper()


def load_balancer_arn(account: str, name: str, region: str = REGION, kind: str = "app") -> str:
    """The ARN that a load balancer of this name gets."""
    mark = hashlib.sha256(f"{account}/{region}/{name}".encode()).hexdigest()[:16]
    return f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/{kind}/{name}/{mark}"


def dns_name(arn: str) -> str:
    """The DNS name that a load balancer of this ARN gets: of AWS's form, and no other account's has it."""
    _, _, _, region, _, resource = arn.split(":", 5)
    _, kind, name, mark = resource.split("/")
    if kind == "net":
        return f"{name}-{mark}.elb.{region}.amazonaws.com"
    return f"{name}-{int(mark, 16) % 10**10:010}.{region}.elb.amazonaws.com"
