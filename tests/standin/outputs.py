"""Knows what a resource looks like after AWS has made it: its id, its ARN and every other output."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from string import Formatter

from tenant_safety.symbolic.table import Resource, Shape

from . import arns, names, wire
from .instances import Instance

# Dates are of this day, so that two runs give the same state.
CREATED = datetime(2026, 1, 1, tzinfo=UTC).isoformat().replace("+00:00", "Z")


class Fields(Mapping[str, str]):
    """What a template may name: properties of the resource, its place, and random parts."""

    def __init__(self, properties: wire.Properties, place: Instance, seed: str) -> None:
        self.properties = {name: wire.bare(value) for name, value in properties.items()}
        self.seed = seed
        self.given = {
            "partition": place.partition,
            "region": self.properties.get("region") or place.region,
            "account": place.account,
            "dns": place.dns_suffix,
        }

    def __getitem__(self, name: str) -> str:
        if name in self.given:
            return self.given[name]
        derived = getattr(self, f"_{name}", None)
        if derived is not None:
            return str(derived())
        for kind in ("hex", "upper", "digits"):
            if name.startswith(kind) and name.removeprefix(kind).isdecimal():
                return self._random(kind, int(name.removeprefix(kind)))
        value = self.properties.get(name, "")
        return value if isinstance(value, str) else str(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)

    def fill(self, template: str) -> str:
        return Formatter().vformat(template, (), self)

    def _random(self, kind: str, length: int) -> str:
        charset = {"hex": "0123456789abcdef", "digits": "123456789"}.get(kind, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        digest = hashlib.sha512(f"{self.seed}/{kind}{length}".encode()).digest()
        return "".join(charset[byte % len(charset)] for byte in digest[:length])

    def _digits(self) -> str:
        return self._random("digits", 10)

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(bytes=hashlib.sha256(self.seed.encode()).digest()[:16], version=4)

    def _path(self) -> str:
        return str(self.properties.get("path") or "/")

    def _slash(self) -> str:
        return "" if str(self.properties.get("name", "")).startswith("/") else "/"

    def _host(self) -> str:
        return str(self.properties.get("url", "")).removeprefix("https://").rstrip("/")

    def _bus(self) -> str:
        bus = self.properties.get("eventBusName") or "default"
        return "" if bus == "default" else f"{bus}/"

    def _clusterName(self) -> str:  # noqa: N802 (named as the template names it)
        return str(self.properties.get("cluster") or "default").rsplit("/", 1)[-1]

    def _targetKey(self) -> str:  # noqa: N802
        return str(self.properties.get("targetKeyId", "")).rsplit("/", 1)[-1]

    def _balancer(self) -> str:
        kind = self.properties.get("loadBalancerType") or "application"
        return {"network": "net", "gateway": "gwy"}.get(str(kind), "app")

    def _listener(self) -> str:
        return str(self.properties.get("loadBalancerArn", "")).replace(":loadbalancer/", ":listener/")

    def _listenerRule(self) -> str:  # noqa: N802
        return str(self.properties.get("listenerArn", "")).replace(":listener/", ":listener-rule/")

    def _streamLabel(self) -> str:  # noqa: N802
        return "2026-01-01T00:00:00.000" if self.properties.get("streamEnabled") else ""

    def _stream(self) -> str:
        label = self._streamLabel()
        table = "arn:{partition}:dynamodb:{region}:{account}:table/{name}/stream/"
        return self.fill(table) + label if label else ""

    def _address(self) -> str:
        # 203.0.113.0/24 is for documentation: an invented address is nobody's.
        return f"203.0.113.{hashlib.sha256(self.seed.encode()).digest()[0]}"

    def _dashed(self) -> str:
        return self._address().replace(".", "-")

    def _privateAddress(self) -> str:  # noqa: N802
        return f"10.0.0.{hashlib.sha256(self.seed.encode()).digest()[1]}"

    def _privateDashed(self) -> str:  # noqa: N802
        return self._privateAddress().replace(".", "-")


def planned(resource: Resource, inputs: wire.Properties, place: Instance) -> wire.Properties:
    """What the real provider knows in a preview: inputs, region and tags, and no computed output."""
    found = {name: _stripped(value) for name, value in inputs.items() if not name.startswith("__")}
    if "region" in resource.inputs:
        found.setdefault("region", place.region)
    if "tagsAll" in resource.outputs:
        found["tagsAll"] = found.get("tags", {})
    return found


def created(resource: Resource, inputs: wire.Properties, place: Instance, seed: str) -> tuple[str, wire.Properties]:
    """The id and all properties of a new resource; nothing of it stays unknown."""
    made = planned(resource, inputs, place)
    rule = names.rule(resource)
    named = rule.property if rule is not None else None
    fields = Fields(made, place, seed)
    if named is not None and named not in made:
        # Of a prefix the provider makes a name when it creates, so a preview does not know it.
        prefix = wire.bare(made.get(f"{named}Prefix")) or "terraform-"
        made[named] = fields.properties[named] = fields.fill(f"{prefix}{{digits26}}")
    form = arns.form(resource.token, named)
    outputs = dict(form.outputs)
    for name in [part for part in outputs if part in resource.inputs]:
        # The name that AWS gives a resource stands in its ARN.
        template = outputs.pop(name)
        if name not in made:
            made[name] = fields.properties[name] = fields.fill(template)
    if form.id == "{arn}" and form.arn:
        arn = fields.fill(form.arn)
        identity = arn
    else:
        identity = fields.fill(form.id)
        fields.given["id"] = identity
        arn = fields.fill(form.arn)
    fields.given["id"] = identity
    if "arn" in resource.outputs or ("arn" in resource.given and "arn" not in made):
        made["arn"] = fields.given["arn"] = arn
    for name, template in outputs.items():
        if name in resource.outputs:
            made[name] = _typed(fields.fill(template), resource.outputs[name])
    for name in sorted(resource.outputs.keys() | resource.given):
        if name not in made:
            shape = resource.outputs.get(name) or resource.inputs[name]
            made[name] = filler(name, shape, place)
    for name in resource.secrets & made.keys():
        made[name] = wire.secret(made[name])
    return identity, made


def adopted(resource: Resource, identity: str, known: wire.Properties, place: Instance) -> wire.Properties:
    """What a look-up by id (`Role.get`) finds: what the program said, and the rest as AWS might have it."""
    rule = names.rule(resource)
    named = rule.property if rule is not None else None
    own = arns.form(resource.token, named).id
    last = identity.rsplit("/", 1)[-1].rsplit(":", 1)[-1] if identity.startswith("arn:") else identity
    known = dict(known)
    if named is not None and (own == "{" + named + "}" or identity.startswith("arn:")):
        known.setdefault(named, last)
    _, made = created(resource, known, place, f"adopted/{identity}")
    if "arn" in made and identity.startswith("arn:"):
        made["arn"] = identity
    elif "arn" in made and "arn" not in known:
        fields = Fields(made, place, identity)
        fields.given["id"] = identity
        made["arn"] = fields.fill(arns.form(resource.token, named).arn)
    return made


def _stripped(value: wire.Value) -> wire.Value:
    """Without the provider's notes about its defaults, which are of inputs only."""
    if isinstance(value, dict):
        return {name: _stripped(item) for name, item in value.items() if name != "__defaults"}
    return [_stripped(item) for item in value] if isinstance(value, list) else value


def _typed(text: str, shape: Shape) -> wire.Value:
    if shape.kind == "number":
        return float(text or 0)
    return text == "true" if shape.kind == "boolean" else text


def filler(name: str, shape: Shape, place: Instance) -> wire.Value:
    """A value of the shape, where nothing better is known: empty, or whose or when it must be."""
    match shape.kind:
        case "string" | "union":
            if name in ("ownerId", "accountId", "ownerAccountId", "registryId"):
                return place.account
            dated = name.lower().endswith(("createdat", "createddate", "creationdate", "createdate"))
            return CREATED if dated else ""
        case "number":
            return 0
        case "boolean":
            return False
        case "list":
            return []
        case "map":
            return {}
        case "object":
            return {part: filler(part, inner, place) for part, inner in shape.fields().items()}
    return None
