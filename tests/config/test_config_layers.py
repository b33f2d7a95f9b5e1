"""The layers of a pair's config: their order, what each sees, and what of a config belongs to somebody else."""

import base64
import copy
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tenant_safety.esc import EscError, plain
from tenant_safety.tenancy import RegistryError, load
from tenant_safety.tenancy.layers import Effective, Layers, config_sha256
from tenant_safety.tenancy.sources.reading import snapshot_of

Raw = dict[str, Any]
REGISTRY: Raw = dict(load(Path(__file__).parents[2] / "tenancy.yaml").document)


def registry(**layers: Raw) -> Raw:
    """The example's registry with layers: `everyone`, `services`, `shared`, and by `group`, `tenant`, `pair`, `own`."""
    raw = copy.deepcopy(REGISTRY)
    raw["config"] = {key: layers[key] for key in ("everyone", "services", "shared") if key in layers}
    customer = raw["tenants"]["customer1"]
    holders = {"group": raw["groups"]["production"], "tenant": customer, "pair": customer["environments"]["prod"]}
    for name in holders.keys() & layers.keys():
        holders[name]["config"] = layers[name]
    customer["environments"]["prod"] |= {"services": layers["own"]} if "own" in layers else {}
    return raw


def effective(raw: Raw, service: str = "shop", stack: str = "customer1-prod", **openers: Any) -> Effective:
    return Layers(snapshot_of(raw, "a test").registry, **openers).effective(stack, service)


def said(found: Effective) -> Any:
    """The config without what the registry says of the pair."""
    assert () == found.faults
    whole = plain(found.value, reveal=True)
    assert isinstance(whole, dict)
    return {key: value for key, value in whole.items() if key != "tep"}


def of(**values: Any) -> Raw:
    return {"values": values}


def test_later_layers_win() -> None:
    """Global, group, tenant, environment, service, the pair's service: each says its own key and the later ones'."""
    names = ("everyone", "group", "tenant", "pair", "service", "own")
    layers = {name: of(**dict.fromkeys(names[i:], name)) for i, name in enumerate(names)}

    found = effective(registry(**{**layers, "services": {"shop": layers["service"]}, "own": {"shop": layers["own"]}}))

    assert {name: name for name in names} == said(found)


def test_layers_of_others_are_not_there() -> None:
    """Another service's layer, another group's and another tenant's say nothing to this pair."""
    raw = registry(services={"web": of(a=1)}, own={"web": of(b=1)})
    raw["groups"]["early"]["config"] = of(c=1)
    raw["tenants"]["customer2"]["config"] = of(d=1)
    raw["tenants"]["customer1"]["environments"]["beta"]["config"] = of(e=1)

    assert {} == said(effective(raw))


def test_objects_merge_and_lists_replace() -> None:
    """As Pulumi ESC merges; null stays."""
    found = effective(registry(everyone=of(a={"x": 1, "y": [1, 2]}, b=1), tenant=of(a={"y": [3]}, b=None)))

    assert {"a": {"x": 1, "y": [3]}, "b": None} == said(found)


def test_every_layer_sees_the_pair() -> None:
    """`tep` is the pair's own in the global layer, too."""
    layer = of(role="arn:aws:iam::${tep.account}:role/${tep.stack}", where="${tep.regions[0]}")

    found = effective(registry(everyone=layer))

    assert {"role": "arn:aws:iam::111111111111:role/customer1-prod", "where": "eu-central-1"} == said(found)


def test_a_shared_layer_is_there_where_it_is_imported() -> None:
    """And it sees the pair, but no layer of it."""
    shared = {"monitoring": of(alarm="${tep.stack}")}

    found = effective(registry(shared=shared, services={"shop": {"imports": ["shared/monitoring"]}}))

    assert {"alarm": "customer1-prod"} == said(found)
    assert {} == said(effective(registry(shared=shared)))


def test_the_wrong_tenants_account() -> None:
    """A base that makes something of its own account keeps that, whatever the tenant's is."""
    raw = registry(
        everyone=of(account="999999999999", role="arn:aws:iam::${account}:role/app"), tenant=of(account="111111111111")
    )

    assert (
        "role: global made it of account as global has it, and tenants/customer1 has another; make it where account is "
        "known: in tenants/customer1 or later, or of ${tep.account}",
    ) == effective(raw).faults


@pytest.mark.parametrize(
    "value", ["222222222222", "arn:aws:iam::222222222222:role/x", ["a 222222222222"], {"x": 222222222222}]
)
def test_another_tenants_account(value: object) -> None:
    """However it came into the config; digits that are part of a longer number are no account."""
    [fault] = effective(registry(everyone=of(a=value))).faults

    assert fault.endswith("it has the account 222222222222, which is the tenant customer2's")
    assert {"a": "x1222222222222"} == said(effective(registry(everyone=of(a="x1222222222222"))))


def test_another_tenants_account_as_a_key() -> None:
    [fault] = effective(registry(everyone=of(a={"222222222222": 1}))).faults

    assert "which is the tenant customer2's" in fault


def test_a_secret_with_another_tenants_account_is_not_shown() -> None:
    """The account is told, and the rest of the secret is not."""
    [fault] = effective(registry(everyone=of(a={"fn::secret": "hunter2 222222222222"}))).faults

    assert "222222222222" in fault
    assert "hunter2" not in fault


@pytest.mark.parametrize("layer", [of(tep={"account": "111111111112"}), of(tep=None), of(tep={"more": 1})])
def test_no_layer_changes_who_the_pair_is(layer: Raw) -> None:
    """Programs take the account from there."""
    assert "tep: expected it as the registry has it; no layer may change it" in effective(registry(pair=layer)).faults


@pytest.mark.parametrize(
    ("imports", "message"),
    [
        (["tenants/customer2"], "expected shared/NAME or esc:"),
        (["tep"], "expected shared/NAME or esc:"),
        (["global"], "expected shared/NAME or esc:"),
        ([{"tenants/customer2": {"merge": False}}], "expected shared/NAME or esc:"),
        (["esc:../../x"], "expected shared/NAME or esc:"),
        (["esc:--help"], "expected shared/NAME or esc:"),
        ([3], "expected shared/NAME or esc:"),
        (["shared/nothing"], "expected one of the registry's config.shared (there is none)"),
        (["esc:acme/base/prod"], "expected the esc or pulumi command, which reads it (ask with --esc)"),
        ("shared/monitoring", "imports"),
        ({"a": 1}, "imports"),
    ],
)
def test_imports_that_there_are_not(imports: object, message: str) -> None:
    """A layer takes no other tenant's layers, and what is not there is not left out."""
    found = effective(registry(everyone={"imports": imports, **of(a=1)}))

    assert any(message in fault for fault in found.faults), found.faults


def test_a_shared_layer_that_imports_itself() -> None:
    shared = {"a": {"imports": ["shared/b"]}, "b": {"imports": ["shared/a"]}}

    assert effective(registry(shared=shared, everyone={"imports": ["shared/a"]})).faults


@pytest.mark.parametrize("layer", [{"value": {}}, {"values": []}, {"values": {"a": {"fn::nothing": 1}}}])
def test_what_is_no_layer(layer: Raw) -> None:
    """It is a fault, with the layer's name, and the config has no value that could be used."""
    found = effective(registry(tenant=layer))

    assert any("tenants/customer1" in fault for fault in found.faults), found.faults


def test_there_is_no_such_pair() -> None:
    with pytest.raises(RegistryError, match="expected a pair's stack, such as customer1-prod"):
        effective(REGISTRY, stack="customer1")


def detailed(**values: Any) -> Callable[[str], Mapping[str, Any]]:
    def opened(name: str) -> Mapping[str, Any]:
        assert name == "acme/base/prod"
        return values

    return opened


def test_real_esc_environments_are_imported() -> None:
    """Their secrets stay secret, and a dollar sign in a value is one."""
    opened = detailed(
        region={"value": "eu-central-1"},
        aws={"value": {"login": {"value": {"key": {"value": "k"}}, "secret": True}, "ids": {"value": [{"value": 1}]}}},
        price={"value": "${100} $$"},
    )
    raw = registry(everyone={"imports": ["esc:acme/base/prod"], **of(second="${region}-2")})

    found = effective(raw, opened=opened)

    assert {
        "region": "eu-central-1",
        "second": "eu-central-1-2",
        "aws": {"login": {"key": "k"}, "ids": [1]},
        "price": "${100} $$",
    } == said(found)
    assert "[secret]" == plain(found.value, reveal=False)["aws"]["login"]


def test_an_esc_environment_that_cannot_be_opened() -> None:
    """What went wrong is a fault of the config."""

    def opened(name: str) -> Mapping[str, Any]:
        raise EscError(f"esc:{name}: expected `esc` to open it")

    raw = registry(everyone={"imports": ["esc:acme/base/prod"]})

    assert any("expected `esc` to open it" in fault for fault in effective(raw, opened=opened).faults)


def wrapped(text: str) -> str:
    """A ciphertext in ESC's envelope."""
    inside = b"escx\0\0\0\1" + text.encode() * 8
    return base64.b64encode(inside + zlib.crc32(inside).to_bytes(4)).decode()


def test_ciphertexts_are_opened_for_their_layer() -> None:
    """Without a key the value is unknown, and that is no fault until somebody needs it."""
    secret = {"fn::secret": {"ciphertext": wrapped("x")}}
    raw = registry(tenant=of(password=secret))

    assert {"password": f"tenants/customer1 {wrapped('x')}"} == said(
        effective(raw, decrypt=lambda layer, ciphertext: f"{layer} {ciphertext}")
    )
    assert {"password": "[unknown]"} == said(effective(raw))


def sha256(raw: Raw, **openers: Any) -> str:
    layers = Layers(snapshot_of(raw, "a test").registry, **openers)
    return config_sha256(layers, layers.effective("customer1-prod", "shop"))


def test_the_sha256_is_of_what_programs_see() -> None:
    """Where a value comes from is none of it; whether it is secret is."""
    same = registry(everyone=of(a=1)), registry(tenant=of(a=1)), registry(everyone=of(a=2), pair=of(a=1))
    other = registry(everyone=of(a="1")), registry(everyone=of(a={"fn::secret": "1"})), registry(everyone=of(a=1.5))

    assert 1 == len({sha256(raw) for raw in same})
    assert 4 == len({sha256(raw) for raw in (same[0], *other)})


def test_a_plain_object_is_not_taken_for_a_secret() -> None:
    """Whatever keys an object has."""
    values = ({"secret": "x"}, {"fn::secret": "x"}, {"of": "x"}, {"of": {"secret": "x"}}, "x")

    assert len(values) == len({sha256(registry(everyone=of(a=value))) for value in values})


def test_a_change_of_what_is_unknown_or_wrong_is_one() -> None:
    """Of a ciphertext that is not opened, and of layers with a fault."""
    unknown = [registry(everyone=of(a={"fn::secret": {"ciphertext": wrapped(text)}})) for text in "xy"]
    wrong = [registry(everyone=of(a="${nothing}", b=i)) for i in range(2)]

    assert 4 == len({sha256(raw) for raw in (*unknown, *wrong)})
