"""The registry is read strictly, with the place of every fault, and says whose a stack is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tenant_safety.iam import Document, TooComplex, parse
from tenant_safety.model import Unknown
from tenant_safety.tenancy import Plan, Registry, RegistryError, Snapshot, load, pair, refusals, resolve
from tenant_safety.tenancy import links as bounds
from tenant_safety.tenancy.sources.reading import MAX_BYTES
from tests import links
from tests.cases import REGISTRY

TEXT = REGISTRY.read_text(encoding="utf-8")


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "tenancy.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refused(path: Path) -> str:
    """What is told of a registry that can't be used."""
    with pytest.raises(RegistryError) as error:
        load(path)
    return str(error.value)


def test_a_sound_registry_is_read(tmp_path: Path) -> None:
    """With where it is from and the sha256 of its bytes."""
    path = written(tmp_path, TEXT)

    snapshot = load(path)

    assert (str(path), 64, ["customer1", "customer2", "vault"]) == (
        snapshot.source,
        len(snapshot.sha256),
        list(snapshot.registry.tenants),
    )


def test_the_repository_s_own_registry_is_sound() -> None:
    """The examples are judged by it."""
    snapshot = load(Path(__file__).parents[1] / "tenancy.yaml")

    assert 1 == snapshot.registry.version


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    """The message names the whole path."""
    path = tmp_path / "none.yaml"

    assert f"{path}: expected a readable registry file: No such file or directory" == refused(path)


def test_a_folder(tmp_path: Path) -> None:
    """A folder is not a file."""
    assert f"{tmp_path}: expected a readable registry file: Is a directory" == refused(tmp_path)


def test_a_huge_file(tmp_path: Path) -> None:
    """It is not even parsed."""
    path = written(tmp_path, b"# " + b"x" * MAX_BYTES)

    assert f"tenancy.yaml: expected at most {MAX_BYTES} bytes, got more" == refused(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "tenancy.yaml: expected a registry, got an empty file"),
        ("# nothing\n", "tenancy.yaml: expected a registry, got an empty file"),
        (b"version: \xff", "tenancy.yaml: expected UTF-8 text, got byte 0xff at 9"),
        ("version: \x00", "tenancy.yaml: expected YAML:"),
        (
            "version: 1\n\tplatform: 2\n",
            "tenancy.yaml:2:1: expected YAML: found a tab character that violates indentation",
        ),
        ("a: 1\n---\nb: 2\n", "tenancy.yaml:2:1: expected YAML:"),
        ("version: 1\nversion: 1\n", "tenancy.yaml:2:1: the key 'version' stands twice"),
        ("a: &a [x]\nb: *a\n", "tenancy.yaml:1:4: expected no anchors and aliases (& and *)"),
        ("a: *a\n", "tenancy.yaml:1:4: expected no anchors and aliases (& and *)"),
        ("a: &a x\n", "tenancy.yaml:1:4: expected no anchors and aliases (& and *)"),
        ("a: " + "[" * 1000, "tenancy.yaml:1:27: expected at most 24 levels"),
        ("<<: {a: 1}\n", "tenancy.yaml:1:1: expected a plain key"),
        ("{[a]: 1}\n", "tenancy.yaml:1:2: expected a plain key"),
        ("a: !!python/object/apply:os.system [x]\n", "tenancy.yaml:1:4: expected no tag, got !!python/object/apply:os"),
        ("a: !!python/name:os.system\n", "tenancy.yaml:1:4: expected no tag, got !!python/name:os.system"),
        ("a: !mine x\n", "tenancy.yaml:1:4: expected no tag, got !mine"),
        ("a: !!binary eA==\n", "tenancy.yaml:1:4: expected no tag, got !!binary"),
        ("a: !!set {x}\n", "tenancy.yaml:1:4: expected no tag, got !!set"),
        ("just text", "tenancy.yaml:1:1: registry: Input should be a valid dictionary or instance of Registry"),
        ("[]", "tenancy.yaml:1:1: registry: Input should be a valid dictionary or instance of Registry"),
    ],
)
def test_files_that_are_no_registry(tmp_path: Path, text: str | bytes, message: str) -> None:
    """YAML's traps are refused before anything is built of them."""
    path = written(tmp_path, text)

    assert refused(path).startswith(message)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('account: "111111111111"', "account: 111111111111", "expected text in quotes, got the number 111111111111"),
        ('account: "111111111111"', 'account: "1"', "String should match pattern '^[0-9]{12}$' (got '1')"),
        ('account: "111111111111"', "account: yes", "String should match pattern '^[0-9]{12}$' (got 'yes')"),
        ('account: "111111111111"', "account: ", "Input should be a valid string"),
        ('account: "111111111111"', "account: 1.5e3", "String should match pattern '^[0-9]{12}$' (got '1.5e3')"),
        ('account: "111111111111"', "account: 2024-01-01", "String should match pattern"),
        ('account: "111111111111"', "account: 1_000", "expected text in quotes, got the number 1000"),
        ('account: "111111111111"', "account: 0x10", "String should match pattern '^[0-9]{12}$' (got '0x10')"),
        ('account: "111111111111"', "account: true", "Input should be a valid string (got True)"),
        (
            "high_security: true",
            "high_security: maybe",
            "Input should be a valid boolean, unable to interpret input (got 'm",
        ),
        ("instances: 8", "instances: -1", "Input should be greater than or equal to 0 (got -1)"),
        ("instances: 8", 'instances: "8"', "Input should be a valid integer (got '8')"),
        ("vcpu: 16", "vcpu: .nan", "Input should be a"),
        ("version: 1", "version: 2", "Input should be 1 (got 2)"),
        ("organization: o-a1b2c3d4e5", "organization: acme", "String should match pattern"),
        (
            "regions: [eu-central-1]",
            "regions: []",
            "Tuple should have at least 1 item after validation, not 0 (got [])",
        ),
        ("registry: not-in-aws", "registry: nowhere", ""),
        ('names: ["cicd-*"]', 'names: ["*"]', "expected a pattern that names something, not only wildcards (got '*')"),
        (
            'names: ["cicd-*"]',
            'names: ["*?"]',
            "expected a pattern that names something, not only wildcards (got '*?')",
        ),
        ('names: ["cicd-*"]', "names: []", "Tuple should have at least 1 item after validation, not 0 (got [])"),
        (
            "[arn:aws:ssm:*:999999999999:parameter/global/*]",
            '["*"]',
            "expected an ARN pattern such as arn:aws:ssm:*:12",
        ),
        (
            "[arn:aws:ssm:*:999999999999:parameter/global/*]",
            '["arn:aws:*:*:*:*"]',
            "expected an ARN pattern that names its service (got 'arn:aws:*:*:*:*')",
        ),
        (
            "arn:aws:s3:::acme-central-logs*",
            "arn:aws:s3:::*",
            "expected the ARN pattern of a destination that names something, not all of a",
        ),
        (
            "arn:aws:s3:::acme-central-logs*",
            "arn:aws:logs:*:888888888888:*:?",
            "expected the ARN pattern of a destination that names something, not all of a",
        ),
        (
            "project: links",
            'project: "*"',
            "expected a pattern that names something, not only wildcards (got '*')",
        ),
        ("plan: vault", "plan: gold", "expected one of standard, vault, got 'gold'"),
        ("group: production", "group: none", "expected one of production, got 'none'"),
        ('account: "111111111112"', 'account: "111111111111"', "111111111111 belongs to customer1-prod already"),
        ('account: "111111111112"', 'account: "888888888888"', "888888888888 belongs to the platform already"),
        ("subdomain: customer2", "subdomain: customer1", "customer1 belongs to customer1 already"),
        ("subdomain: customer2", "subdomain: Customer_2", "String should match pattern"),
        (
            'log_account: "888888888888"',
            'log_account: "999999999999"',
            "the master, log and shared accounts must all diff",
        ),
        (
            "  customer2:\n    plan",
            "  customer1-x:\n    environment: 1\n    plan",
            "expected no such key; see the schema",
        ),
        ("    subdomain: vault\n", "", "expected this key, got none"),
        ("unmeasured: [lambda]", "unmeasured: lambda", "Input should be a valid tuple (got 'lambda')"),
    ],
)
def test_faults_of_a_registry(tmp_path: Path, before: str, after: str, message: str) -> None:
    """Each fault is told at its line, with what was expected and what came."""
    assert before in TEXT
    path = written(tmp_path, TEXT.replace(before, after, 1))

    told = refused(path)

    assert message in told
    assert all(line.split(":")[0] == "tenancy.yaml" and line.split(":")[1].isdecimal() for line in told.splitlines())


def test_an_account_that_looks_like_an_octal_number_is_what_is_written(tmp_path: Path) -> None:
    """YAML 1.1 would make another number of it."""
    path = written(tmp_path, TEXT.replace('account: "111111111111"', "account: 011111111111"))

    account = load(path).registry.tenants["customer1"].environments["prod"].account

    assert "011111111111" == account


def test_a_fault_stands_where_it_is_made(tmp_path: Path) -> None:
    """File, line, column and path."""
    path = written(tmp_path, TEXT.replace('beta: { account: "111111111112"', "beta: { account: 12"))

    line = next(i for i, text in enumerate(path.read_text().splitlines(), 1) if "beta:" in text)
    expected = "tenants.customer1.environments.beta.account: expected text in quotes, got the number 12"
    assert f"tenancy.yaml:{line}:24: {expected}" == refused(path)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """A line for each."""
    path = written(tmp_path, TEXT.replace("instances: 8", "instances: x").replace("version: 1", "version: 7"))

    told = refused(path).splitlines()

    assert 2 == len(told)


def test_two_tenants_can_t_have_one_stack_name(tmp_path: Path) -> None:
    """`a-b` with `c` and `a` with `b-c` would both be `a-b-c`."""
    raw = yaml.safe_load(TEXT)
    tenant = {"plan": "vault", "group": "production"}
    raw["tenants"] |= {
        "a": tenant | {"subdomain": "a", "environments": {"b-c": {"account": "444444444444"}}},
        "a-b": tenant | {"subdomain": "ab", "environments": {"c": {"account": "555555555555"}}},
    }
    path = written(tmp_path, yaml.safe_dump(raw))

    assert "tenants.a-b.environments.c: a-b-c belongs to a already" in refused(path)


@pytest.mark.parametrize(("plans", "message"), [({}, "expected one of (none), got")])
def test_a_registry_without_plans(tmp_path: Path, plans: dict[str, Any], message: str) -> None:
    """There is nothing to choose from."""
    path = written(tmp_path, yaml.safe_dump(yaml.safe_load(TEXT) | {"plans": plans}))

    assert message in refused(path)


@given(st.text(max_size=40) | st.text("{}[]:-&*!|>'\"# \n\tab1", max_size=40))
def test_nothing_but_a_registry_error_comes_of_a_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever stands in the file."""
    path = tmp_path_factory.mktemp("registry") / "tenancy.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))

    with pytest.raises(RegistryError):
        load(path)


def registry(**changed: Any) -> Snapshot:
    raw = yaml.safe_load(TEXT)
    return Snapshot(Registry.model_validate(raw | changed), "tenancy.yaml", "")


def test_a_tenant_s_stack() -> None:
    """The pair's account, the platform's regions and the tenant's plan."""
    claim = resolve(registry(), "shop", "customer1-beta", {}, {})

    judged = claim.judged
    assert judged is not None
    assert ("customer1-beta", ("111111111112",), ("eu-central-1",), "standard") == (
        judged.name,
        judged.accounts,
        judged.regions,
        judged.plan_name,
    )


def test_regions_overrides_and_unknowns_of_a_tenant() -> None:
    """What is said nearer to the tenant counts."""
    raw = yaml.safe_load(TEXT)
    raw["tenants"]["vault"]["environments"]["prod"]["regions"] = ["eu-west-1"]
    raw["tenants"]["vault"]["overrides"] = {"capacity": {"instances": 7, "vcpu": None}}
    raw["plans"]["vault"]["on_unknown"] = {"logs": "deny"}
    raw["platform"]["on_unknown"] = {"logs": "decide-at-up", "capacity": "deny"}

    judged = resolve(registry(**raw), "shop", "vault-prod", {}, {}).judged

    assert judged is not None
    assert isinstance(judged.plan, Plan)
    assert (("eu-west-1",), 7, None, {"logs": "deny", "capacity": "deny"}) == (
        judged.regions,
        judged.plan.capacity.instances,
        judged.plan.capacity.vcpu,
        judged.on_unknown,
    )


@pytest.mark.parametrize(
    ("project", "stack", "name", "accounts"),
    [
        ("master", "main", "master/main", ("999999999999",)),
        ("links", "customer1-prod", "links/customer1-prod", ("999999999999",)),
        ("shop", "customer1-prod", "customer1-prod", ("111111111111",)),
        ("master", "customer1-prod", "customer1-prod", ("111111111111",)),
    ],
)
def test_whose_a_stack_is(project: str, stack: str, name: str, accounts: tuple[str, ...]) -> None:
    """A platform stack goes by its project and name, any other by its name alone."""
    judged = resolve(registry(), project, stack, {}, {}).judged

    assert judged is not None
    assert (name, accounts) == (judged.name, judged.accounts)


@pytest.mark.parametrize(
    ("project", "stack"),
    [
        ("links", "dev"),
        ("master", "dev"),
        ("shop", "customer1"),
        ("shop", "Customer1-prod"),
        ("shop", ""),
        ("shop", "*"),
    ],
)
def test_stacks_of_nobody(project: str, stack: str) -> None:
    """Case counts, and wildcards in a stack's own name mean nothing."""
    claim = resolve(registry(), project, stack, {}, {})

    assert (None, True) == (claim.judged, bool(claim.unregistered))


def test_of_many_pairs_five_are_named() -> None:
    """A registry of thousands does not fill the screen."""
    raw = yaml.safe_load(TEXT)
    environments = {f"e{i}": {"account": f"66666666666{i}"} for i in range(6)}
    raw["tenants"]["vault"]["environments"] = environments

    claim = resolve(registry(**raw), "shop", "dev", {}, {})

    assert "(customer1-prod, customer1-beta, customer2-prod, vault-e0, vault-e1, …)" in claim.unregistered


def test_what_counts_as_global_config() -> None:
    """What is named, and the registry, state, pack and linker wherever they are in AWS; each once."""
    raw = yaml.safe_load(TEXT)
    raw["platform"]["registry"] = ["arn:aws:s3:::acme-state*", "arn:aws:s3:::acme-registry"]

    platform = registry(**raw).registry.platform

    assert (
        "arn:aws:ssm:*:999999999999:parameter/global/*",
        "arn:aws:s3:::acme-state*",
        "arn:aws:s3:::acme-registry",
        "arn:aws:iam::999999999999:role/tenant-linker*",
    ) == platform.protected


def put(place: str, value: Any) -> Callable[[links.Raw], None]:
    """Writes one value of a registry: `put("platform.links.zone", "Z1")`; `...` takes it away."""

    def change(raw: links.Raw) -> None:
        *path, last = place.split(".")
        about: Any = raw
        for name in path:
            about = about[int(name)] if isinstance(about, list) else about[name]
        if value is ...:
            del about[last]
        else:
            about[last] = value

    return change


def linked(*changes: Callable[[links.Raw], None]) -> links.Raw:
    """A registry with links, changed."""
    raw = links.registry()
    for change in changes:
        change(raw)
    return raw


RESOURCES, OWN = "plans.standard.grants.0.resources", "arn:aws:s3:::artifacts/{tenant}/*"
OF_CUSTOMER2 = "tenants.customer2.environments.prod.external_id"
LONG = "x" * 30
NUMBER = 12345678901234567890123


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("platform.links.zone", "app.example.com", "String should match pattern"),
        ("platform.links.zone", ..., "expected this key, got none"),
        ("platform.links.zone_name", "App.Example.com", "String should match pattern"),
        ("platform.links.zone_name", "app.example.com.", "String should match pattern"),
        ("platform.links.boundary", "arn:aws:iam::aws:policy/ReadOnlyAccess", "String should match pattern"),
        ("platform.links.boundary", ..., "expected this key, got none"),
        ("platform.links.reader", "a role", "String should match pattern"),
        ("platform.links.quarantine_days", -1, "greater than or equal to 0 (got -1)"),
        ("platform.links.quarantine_days", 3651, "less than or equal to 3650 (got 3651)"),
        ("platform.links.quarantine_days", 1.5, "valid integer"),
        ("platform.links.quarantine_days", "30", "valid integer (got '30')"),
        ("platform.links.zones", ["Z1"], "expected no such key; see the schema"),
        ("platform.links.own_linker", "tenant-linker", "expected names that none of global_config, registry, state"),
        ("plans.standard.grants.0.actions", [], "at least 1 item"),
        ("plans.standard.grants.0.actions", ["s3:GetObject", "*"], "String should match pattern"),
        ("plans.standard.grants.0.actions", ["s3:GetObject", "S3:GetObject"], "String should match pattern"),
        (RESOURCES, [], "at least 1 item"),
        (RESOURCES, [OWN, "*"], "expected an ARN pattern such as"),
        (RESOURCES, [OWN, "arn:aws:*:*:*:x"], "expected an ARN pattern that names its service"),
        (
            RESOURCES,
            [OWN, "arn:aws:s3:::artifacts/{team}/*"],
            "expected only {tenant}, {environment}, {account} in braces (got 'arn:aws:s3:::artifacts/{team}/*')",
        ),
        (RESOURCES, [OWN, "arn:aws:s3:::artifacts/{}/*"], "expected only {tenant}, {environment}, {account} in braces"),
        (RESOURCES, [OWN, "arn:aws:s3:::artifacts/{tenant.x}/*"], "expected only {tenant}, {environment}, {account}"),
        (RESOURCES, [OWN, "arn:aws:s3:::artifacts/${tenant}/*"], "expected no policy variables"),
        (
            RESOURCES,
            [OWN, "arn:aws:s3:::artifacts/${aws:username}/*"],
            "expected only {tenant}, {environment}, {account}",
        ),
        ("plans.standard.high_security", True, "expected none: a high-security tenant uses no shared services"),
        (
            "tenants.customer2.subdomain",
            "customer1-beta",
            "tenants.customer2.subdomain: customer1-beta belongs to customer1 already",
        ),
        (
            "tenants.customer1.subdomain",
            "customer2-prod",
            "tenants.customer2.subdomain: customer2-prod belongs to customer1 already",
        ),
        (OF_CUSTOMER2, "x" * 21, "expected 22 to 1,224 unguessable letters"),
        (OF_CUSTOMER2, "x" * 1225, "expected 22 to 1,224 unguessable letters"),
        (OF_CUSTOMER2, f"{LONG} {LONG}", "expected 22 to 1,224 unguessable letters"),
        (OF_CUSTOMER2, f"{LONG}\u00fc", "expected 22 to 1,224 unguessable letters"),
        (
            OF_CUSTOMER2,
            links.external_id("customer1", "prod"),
            f"{OF_CUSTOMER2}: it was issued to customer1-prod already",
        ),
    ],
)
def test_faults_of_what_a_registry_says_of_links(tmp_path: Path, place: str, value: Any, message: str) -> None:
    """Each is one line at its place; an external id is told of none."""
    told = refused(links.written(tmp_path, linked(put(place, value))))

    assert message in told
    assert 1 == len(told.splitlines())
    assert "zJ6mT0vQ" not in told
    assert place != OF_CUSTOMER2 or value not in told


@pytest.mark.parametrize("value", [NUMBER, True, ["x" * 30], {"value": "x" * 30}])
def test_an_external_id_is_never_told(tmp_path: Path, value: Any) -> None:
    """Whatever form it was written in."""
    told = refused(links.written(tmp_path, linked(put(OF_CUSTOMER2, value))))

    assert "34567890" not in told
    assert "x" * 30 not in told


def test_an_external_id_is_not_shown_by_the_models() -> None:
    """In no representation of registry and pair."""
    registry = Registry.model_validate(linked())

    assert "zJ6mT0vQ" not in f"{registry!r} {registry} {pair(registry, 'customer1', 'prod')!r}"


@pytest.mark.parametrize(
    ("own_linker", "boundary", "message"),
    [
        ("l" * 49, links.BOUNDARY, ""),
        ("l" * 50, links.BOUNDARY, "expected a name of at most 64 characters for its linker"),
        ("own", f"arn:aws:iam::999999999999:policy/paths/{'b' * 113}", ""),
        ("own", f"arn:aws:iam::999999999999:policy/{'b' * 114}", "at most 128 characters for its boundary"),
    ],
)
def test_names_that_go_on_with_the_pairs(tmp_path: Path, own_linker: str, boundary: str, message: str) -> None:
    """`-customer1-prod` has 15 characters; the longest pair counts."""
    raw = linked(put("platform.links.own_linker", own_linker), put("platform.links.boundary", boundary))
    path = links.written(tmp_path, raw)

    assert message in (refused(path) if message else str(load(path)))


def test_a_pair_as_its_links_see_it() -> None:
    """Account, names, external id, and the platform's bounds."""
    found = pair(Registry.model_validate(linked()), "customer1", "beta")

    assert (
        "customer1-beta",
        "111111111112",
        ("customer1", "customer1-beta"),
        links.external_id("customer1", "beta"),
    ) == (
        found.name,
        found.account,
        found.labels,
        found.external_id,
    )
    assert ("999999999999", "o-a1b2c3d4e5", links.BOUNDARY, 30) == (
        found.master_account,
        found.organization,
        found.links.boundary,
        found.links.quarantine_days,
    )


def test_a_pair_that_links_itself_has_a_boundary_of_its_own() -> None:
    """Who may write a role's policy has all that its boundary lets through."""
    registry = Registry.model_validate(linked(put("platform.links.own_linker", "own")))

    assert f"{links.BOUNDARY}-customer1-beta" == pair(registry, "customer1", "beta").links.boundary


@pytest.mark.parametrize(
    ("tenant", "environment", "change", "message"),
    [
        ("nobody", "prod", put("version", 1), "expected a registered pair such as customer1-beta, customer1-prod"),
        ("customer1", "dev", put("version", 1), "(got customer1-dev)"),
        ("customer1-prod", "", put("version", 1), "(got customer1-prod-)"),
        ("nobody", "prod", put("tenants", {}), "expected a registered pair such as (none) (got nobody-prod)"),
        ("customer1", "prod", put("platform.links", ...), "expected platform.links in the registry"),
    ],
)
def test_pairs_that_can_t_be_linked(
    tenant: str, environment: str, change: Callable[[links.Raw], None], message: str
) -> None:
    """Those that are not registered, and all where the registry does not say how."""
    registry = Registry.model_validate(linked(change))

    for asked in (pair, bounds.allowed):
        with pytest.raises(RegistryError) as error:
            asked(registry, tenant, environment)
        assert message in str(error.value)


def allowance(*resources: str) -> dict[str, Any]:
    return {"actions": ["s3:GetObject"], "resources": list(resources)}


def test_what_a_plan_allows_a_pair() -> None:
    """Its resources are completed with the pair's names; a plan without grants allows nothing."""
    template = "arn:aws:s3:::{tenant}-{environment}-{account}/*"
    registry = Registry.model_validate(linked(put("plans.standard.grants", [allowance(template)])))

    (found,) = bounds.allowed(registry, "customer1", "beta")

    assert "plans.standard.grants" == found.source
    assert [("arn:aws:s3:::customer1-beta-111111111112/*",)] == [s.resources for s in found.document.statements]
    assert () == bounds.allowed(registry, "vault", "prod")


def document(actions: Any, resources: Any, **more: Any) -> Document:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources, **more}
    return parse({"Version": "2012-10-17", "Statement": [statement]})


BUCKET = links.SHARED
PARAMETER = "arn:aws:ssm:eu-central-1:999999999999:parameter"
LATER_KNOWN = Unknown("arn", ())


@pytest.mark.parametrize(
    ("granted", "told"),
    [
        (document("s3:GetObject", f"{BUCKET}/customer1/*"), []),
        (document(["s3:GetObject", "s3:ListBucket"], [f"{BUCKET}/customer1/a", f"{BUCKET}/customer1/b/*"]), []),
        (document("s3:GetObjectTagging", f"{BUCKET}/common/*"), []),
        (document("ssm:GetParameter", f"{PARAMETER}/shared"), []),
        (document("s3:PutObject", f"{BUCKET}/customer1/*"), ["plan standard does not allow s3:PutObject on"]),
        (document("s3:GetObject", f"{BUCKET}/*"), ["plan standard does not allow s3:GetObject on", "set aside for"]),
        (document("s3:GetObject", f"{BUCKET}/customer?/x"), ["does not allow s3:GetObject on", "for customer2-prod"]),
        (document("s3:GetObject", f"{BUCKET}/customer2/x"), ["does not allow s3:GetObject", "for customer2-prod"]),
        (document("s3:GetObjectTagging", f"{BUCKET}/customer2/x"), ["which is set aside for customer2-prod"]),
        (document("s3:GetObjectTagging", f"{BUCKET}/customer*"), ["set aside for customer2-prod", "customer3-prod"]),
        (document("ssm:GetParameter", f"{PARAMETER}/global/x"), ["it reaches global config arn:aws:ssm:*:9999"]),
        (document("ssm:GetParameter", f"{PARAMETER}/*"), ["it reaches global config arn:aws:ssm:*:9999"]),
        (
            document("sqs:SendMessage", "arn:aws:sqs:eu-central-1:222222222222:orders"),
            ["plan standard does not allow", "arn:*:*:*:222222222222:*, which is set aside for customer2-prod"],
        ),
        (
            document("sqs:SendMessage", "arn:aws:sqs:eu-central-1:111111111112:orders"),
            ["plan standard does not allow", "which is set aside for customer1-beta"],
        ),
        (document("*", "*"), ["plan standard does not allow", "it reaches global config", "set aside for"]),
    ],
    ids=str,
)
def test_what_a_pair_may_not_be_granted(granted: Document, told: list[str]) -> None:
    """What is beyond its plan, global config, or set aside for another pair; each with what shows it."""
    found = [*map(str, refusals(Registry.model_validate(linked()), "customer1", "prod", granted))]

    assert bool(told) == bool(found)
    assert [] == [part for part in told if not any(part in reason for reason in found)]
    assert all("\n" not in reason for reason in found)


@pytest.mark.parametrize(
    "granted",
    [
        parse({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}),
        parse(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::x"}],
            }
        ),
        document("s3:GetObject", LATER_KNOWN),
        document("s3:GetObject", [f"{BUCKET}/customer1/*", LATER_KNOWN]),
        document(LATER_KNOWN, f"{BUCKET}/customer1/*"),
    ],
    ids=["NotAction", "NotResource", "unknown resource", "one unknown resource", "unknown action"],
)
def test_what_is_not_decided_is_refused(granted: Document) -> None:
    """What is wide without a name, and what is not known yet."""
    assert [*map(str, refusals(Registry.model_validate(linked()), "customer1", "prod", granted))]


def test_what_is_too_complex_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what could not be judged."""

    def give_up(*_: object) -> None:
        raise TooComplex("too many resources")

    monkeypatch.setattr(bounds, "new_access", give_up)
    granted = document("s3:GetObject", f"{BUCKET}/customer1/*")

    told = [*map(str, refusals(Registry.model_validate(linked()), "customer1", "prod", granted))]

    assert ["it can't be judged: too many resources"] == told


@pytest.mark.parametrize(
    ("templates", "resource", "whose"),
    [
        # A name that goes on: `customer1*` is also customer10's and customer1-x's.
        (["arn:aws:s3:::shared/{tenant}*"], "arn:aws:s3:::shared/customer1/*", ""),
        (["arn:aws:s3:::shared/{tenant}*"], "arn:aws:s3:::shared/customer1*", "customer10-prod"),
        (["arn:aws:s3:::shared/{tenant}*"], "arn:aws:s3:::shared/customer10/x", "customer10-prod"),
        (["arn:aws:s3:::shared/{tenant}/*"], "arn:aws:s3:::shared/customer1/*", ""),
        # The tenant's own of both environments is not set aside for one of them.
        (["arn:aws:s3:::shared/{tenant}/{environment}/*"], "arn:aws:s3:::shared/customer1/prod/x", ""),
        (
            ["arn:aws:s3:::shared/{tenant}/*", "arn:aws:s3:::shared/{tenant}/{environment}/*"],
            "arn:aws:s3:::shared/customer1/beta/x",
            "customer1-beta",
        ),
        # What no name completes is everybody's.
        (["arn:aws:s3:::shared/common/*"], "arn:aws:s3:::shared/common/*", ""),
        (["arn:aws:s3:::shared/*", "arn:aws:s3:::{account}/*"], "arn:aws:s3:::shared/222222222222/*", ""),
        (["arn:aws:s3:::*", "arn:aws:s3:::{account}/*"], "arn:aws:s3:::222222222222/x", "customer2-prod"),
    ],
)
def test_whose_the_resources_of_a_plan_are(templates: list[str], resource: str, whose: str) -> None:
    """What the plan allows can still be another pair's."""
    tenant = {"plan": "standard", "group": "all", "subdomain": "c10", "environments": {"prod": {"account": "1" * 12}}}
    tenant["environments"] = {"prod": {"account": "101010101010"}}
    raw = linked(put("plans.standard.grants", [allowance(*templates)]), put("tenants.customer10", tenant))

    told = [*map(str, refusals(Registry.model_validate(raw), "customer1", "prod", document("s3:GetObject", resource)))]

    assert [whose] * bool(whose) == [reason.rpartition(" for ")[2] for reason in told]
