"""Knows what a resource looks like after AWS has made it: its id, its ARN and every other output."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from string import Formatter

from . import arns, names, wire
from .instances import Instance
from .parts import Parts
from .table import Resource, Shape

# Dates are of this day, so that two runs give the same state.
CREATED = datetime(2026, 1, 1, tzinfo=UTC).isoformat().replace("+00:00", "Z")
DRAWN = re.compile(r"(hex|upper|digits|text)(\d+)(?:_(\w+))?")
OWNERS = frozenset({"ownerId", "accountId", "ownerAccountId", "registryId"})


class Fields:
    """What a template may name: properties of the resource, its place, and random parts."""

    def __init__(self, properties: wire.Properties, place: Instance, seed: str, parts: Parts) -> None:
        self.properties = {name: wire.bare(value) for name, value in properties.items()}
        self.seed = seed
        self.parts = parts
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
        drawn = DRAWN.fullmatch(name)
        if drawn is not None:
            return self._part(drawn[1], int(drawn[2]), drawn[3])
        return self._said(name)

    def fill(self, template: str) -> str:
        """The template's text; unknown as a whole if anything in it is."""
        pieces = [
            literal + ("" if name is None else self._written(name, how or ""))
            for literal, name, how, _ in Formatter().parse(template)
        ]
        text = "".join(pieces)
        return wire.UNKNOWN if wire.mentions_unknown(text) else text

    def _written(self, name: str, how: str) -> str:
        """`{name:lower}`; `{groupName:=default}` and `{catalogId:account}`: what holds if the program says nothing."""
        if how in ("", "lower"):
            text = self[name]
            return text if not how or wire.mentions_unknown(text) else text.lower()
        if self.properties.get(name) is not None:
            return self._said(name)
        return how[1:] if how.startswith("=") else self[how]

    def _said(self, name: str) -> str:
        value = self.properties.get(name)
        if value is None:
            return "" if self.parts.invents else wire.UNKNOWN
        return value if isinstance(value, str) else str(value)

    def _part(self, kind: str, length: int, label: str | None = None) -> str:
        return self.parts.part(kind, length, f"{self.seed}/{label}" if label else self.seed)

    def _digits(self) -> str:
        return self._part("digits", 10)

    def _uuid(self) -> str:
        return self._part("uuid", 36)

    def _revision(self) -> str:
        return self._part("number", 1)

    def _path(self) -> str:
        return str(self.properties.get("path") or "/")

    def _slash(self) -> str:
        return "" if self._said("name").startswith("/") else "/"

    def _host(self) -> str:
        return self._said("url").removeprefix("https://").rstrip("/")

    def _bus(self) -> str:
        bus = str(self.properties.get("eventBusName") or "default").rsplit(":event-bus/", 1)[-1]
        return "" if bus == "default" else f"{bus}/"

    def _ecsCluster(self) -> str:  # noqa: N802 (named as the template names it)
        return str(self.properties.get("cluster") or "default").rsplit("/", 1)[-1]

    def _key(self) -> str:
        several = self.properties.get("multiRegion")
        if wire.is_unknown(several):
            return wire.UNKNOWN
        return f"mrk-{self._part('hex', 32)}" if several in (True, "true") else self._uuid()

    def _primaryKey(self) -> str:  # noqa: N802
        return self._said("primaryKeyArn").rsplit("/", 1)[-1]

    def _function(self) -> str:
        return self._said("functionName").rsplit(":function:", 1)[-1].split(":", 1)[0]

    def _protocol(self) -> str:
        kind = self._said("protocolType")
        return kind if wire.is_unknown(kind) else "wss" if kind == "WEBSOCKET" else "https"

    def _reach(self) -> str:
        scope = self._said("scope")
        return scope if wire.is_unknown(scope) else {"CLOUDFRONT": "global"}.get(scope, "regional")

    def _ssoInstance(self) -> str:  # noqa: N802
        return self._said("instanceArn").rsplit("/", 1)[-1]

    def _reversed(self) -> str:
        return "cn.com.amazonaws" if self.given["partition"] == "aws-cn" else "com.amazonaws"

    def _targetKey(self) -> str:  # noqa: N802
        return self._said("targetKeyId").rsplit("/", 1)[-1]

    def _balancer(self) -> str:
        kind = str(self.properties.get("loadBalancerType") or "application")
        return kind if wire.is_unknown(kind) else {"network": "net", "gateway": "gwy"}.get(kind, "app")

    def _listener(self) -> str:
        return self._said("loadBalancerArn").replace(":loadbalancer/", ":listener/")

    def _listenerRule(self) -> str:  # noqa: N802
        return self._said("listenerArn").replace(":listener/", ":listener-rule/")

    def _streamLabel(self) -> str:  # noqa: N802
        enabled = self.properties.get("streamEnabled") or self.properties.get("replicas")
        if not enabled:
            return ""
        return "2026-01-01T00:00:00.000" if self.parts.invents else self._part("date", 1, "stream")

    def _stream(self) -> str:
        label = self._streamLabel()
        table = "arn:{partition}:dynamodb:{region}:{account}:table/{name}/stream/"
        return self.fill(table) + label if label else ""

    def _address(self) -> str:
        # 203.0.113.0/24 is for documentation: an invented address is nobody's.
        return f"203.0.113.{self._part('octet', 1)}"

    def _dashed(self) -> str:
        return self._address().replace(".", "-")

    def _privateAddress(self) -> str:  # noqa: N802
        return f"10.0.0.{self._part('octet', 1, 'private')}"

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


def created(
    resource: Resource,
    inputs: wire.Properties,
    place: Instance,
    seed: str,
    parts: Parts,
    *,
    identity: str | None = None,
    arn: str | None = None,
) -> tuple[str, wire.Properties]:
    """The id and all properties of a new resource, or of one whose id and ARN are known already.

    Where `parts` invents, nothing stays unknown; else everything does that is unknown or follows from it.
    """
    made = planned(resource, inputs, place)
    rule = names.rule(resource)
    named = rule.property if rule is not None else None
    fields = Fields(made, place, seed, parts)
    if named is not None and named not in made:
        # Of a prefix the provider makes a name when it creates, so a preview does not know it.
        prefix = wire.bare(made.get(f"{named}Prefix")) or "terraform-"
        drawn = fields.fill("{digits26}")
        made[named] = fields.properties[named] = wire.UNKNOWN if wire.has_unknown([prefix, drawn]) else prefix + drawn
    form = arns.form(resource.token, named) if parts.invents else arns.known(resource.token)
    outputs = {} if form is None else dict(form.outputs)
    for name in [part for part in outputs if part in resource.inputs]:
        # The name that AWS gives a resource stands in its ARN.
        template = outputs.pop(name)
        if made.get(f"{name}Prefix") is not None:
            template = f"{{{name}Prefix}}{{digits26}}"
        if name not in made:
            made[name] = fields.properties[name] = fields.fill(template)
    of_id, of_arn = (wire.UNKNOWN, wire.UNKNOWN) if form is None else (form.id, form.arn)
    if not of_arn and not parts.invents:
        of_arn = wire.UNKNOWN
    if of_id == "{arn}" and form is not None and form.arn:
        fields.given["arn"] = arn or fields.fill(of_arn)
        fields.given["id"] = identity or fields.given["arn"]
    else:
        fields.given["id"] = identity or fields.fill(of_id)
        fields.given["arn"] = arn or fields.fill(of_arn)
    if ("arn" in resource.outputs or ("arn" in resource.given and "arn" not in made)) and "arn" not in outputs:
        made["arn"] = fields.given["arn"]
    for name, template in outputs.items():
        _put(made, name, fields.fill(template), resource)
    for name in sorted(resource.outputs.keys() | resource.given):
        if name not in made:
            shape = resource.outputs.get(name) or resource.inputs[name]
            made[name] = filler(name, shape, place, parts)
    for name in resource.secrets & made.keys():
        made[name] = wire.secret(made[name])
    return fields.given["id"], made


def updated(
    resource: Resource,
    identity: str,
    olds: wire.Properties,
    news: wire.Properties,
    place: Instance,
    *,
    seed: str,
    parts: Parts,
    settled: bool,
) -> wire.Properties:
    """All properties of a resource whose inputs change; `settled`: it is certain that it is not replaced.

    What AWS gave before may be given anew, except for the name, the id and the ARN.
    """
    rule = names.rule(resource)
    if rule is not None and rule.property in olds:
        news = {rule.property: olds[rule.property], **news}
    arn = wire.bare(olds.get("arn"))
    kept = settled and isinstance(arn, str) and bool(arn)
    _, made = created(
        resource, news, place, seed, parts, identity=identity if settled else None, arn=arn if kept else None
    )
    return made


def adopted(
    resource: Resource, identity: str, known: wire.Properties, place: Instance, parts: Parts
) -> wire.Properties:
    """What a look-up by id (`Role.get`) finds: what the program said, and the rest as AWS might have it."""
    rule = names.rule(resource)
    named = rule.property if rule is not None else None
    form = arns.form(resource.token, named)
    is_arn = identity.startswith("arn:")
    last = identity.rsplit("/", 1)[-1].rsplit(":", 1)[-1] if is_arn else identity
    known, seed = dict(known), f"{resource.token} {parts.canonical(identity)}#"
    if named is not None and (form.id == "{" + named + "}" or is_arn):
        known.setdefault(named, last)
    if not parts.invents:
        # Whoever made it may have set every input, and not to its default.
        own = {"region"} | ({named} if named is not None else set())
        known = {**someone_elses(resource, seed, parts, own), **known}
    _, made = created(resource, known, place, seed, parts, identity=identity, arn=identity if is_arn else None)
    return made


def someone_elses(resource: Resource, seed: str, parts: Parts, own: Collection[str]) -> wire.Properties:
    """The inputs, but `own`, of a resource that the program only looks up; of a path it is known what it is like."""
    found = {name: wire.UNKNOWN for name in resource.inputs if name not in own}
    if resource.token.startswith("aws:iam/") and "path" in found:
        found["path"] = "/" + parts.part("path", 1, f"{seed}path")
    return found


def filler(name: str, shape: Shape, place: Instance, parts: Parts) -> wire.Value:
    """A value where nothing better is known: whose and when it must be, else empty, or unknown."""
    if shape.kind in ("string", "union") and name in OWNERS:
        return place.account
    return _empty(name, shape, place, parts) if parts.invents else wire.UNKNOWN


def _put(made: wire.Properties, path: str, text: str, resource: Resource) -> None:
    """Writes `arn`, or `identities[0].oidcs[0].issuer`: the only element of each list, with nothing else known."""
    shape = resource.outputs.get(path.split("[", 1)[0])
    if shape is None:
        return
    *steps, last = [step.removesuffix("[0]") for step in path.split(".")]
    for step in steps:
        made = made.setdefault(step, [{}])[0]
    made[last] = text if steps else _typed(text, shape)


def _empty(name: str, shape: Shape, place: Instance, parts: Parts) -> wire.Value:
    match shape.kind:
        case "string" | "union":
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
            return {part: filler(part, inner, place, parts) for part, inner in shape.fields().items()}
    return None


def _stripped(value: wire.Value) -> wire.Value:
    """Without the provider's notes about its defaults, which are of inputs only."""
    if isinstance(value, dict):
        return {name: _stripped(item) for name, item in value.items() if name != "__defaults"}
    return [_stripped(item) for item in value] if isinstance(value, list) else value


def _typed(text: str, shape: Shape) -> wire.Value:
    if wire.is_unknown(text):
        return text
    if shape.kind == "number":
        return float(text or 0)
    return text == "true" if shape.kind == "boolean" else text
