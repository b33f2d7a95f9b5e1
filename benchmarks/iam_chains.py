"""Who can become whom: the closure over fleets of growing size."""

from math import log
from statistics import median
from time import process_time
from typing import TypedDict

from tenant_safety.iam.chains import Principal, World, closure

from .fleet import ROLES, fleet, hub_administrator, pipelines
from .measure import Target, figure, fresh, peak_mib, timed
from .results import Chart, Panel, Result, Series, Table

TITLE = "Chains"
_SIZES = (10, 30, 100, 300, 1000)
_SECONDS, _MIB = Target("p50", 30), Target("p50", 1024)


class Measured(TypedDict):
    """What one run gives; seconds, and principals that are come to."""

    read: float
    pipelines: float
    administrator: float
    processor: float
    mib: float
    from_pipelines: int
    from_administrator: int


def run(runs: int, *, quick: bool) -> Result:
    """Each size in a new process each run."""
    sizes = (1, 3) if quick else _SIZES
    found = {size: [fresh(closed, size) for _ in range(runs)] for size in sizes}
    largest = found[sizes[-1]]
    name = f"{sizes[-1]:,} accounts × {ROLES} roles"
    return Result(
        figures=(
            figure(f"{name}: all of it", "s", ([_total(one)] for one in largest), _SECONDS),
            figure(f"{name}: all of it: processor time", "s", ([one["processor"]] for one in largest), _SECONDS),
            figure(f"{name}: reading the documents", "s", ([one["read"]] for one in largest)),
            figure(f"{name}: from every CI/CD role", "s", ([one["pipelines"]] for one in largest)),
            figure(f"{name}: from a hub administrator", "s", ([one["administrator"]] for one in largest)),
            figure(f"{name}: peak memory", "MiB", ([one["mib"]] for one in largest), _MIB),
        ),
        notes=(
            "Each account has a CI/CD role (OIDC) that assumes a deploy role, which passes roles to Lambda and ECS; "
            "an administrator; roles of Lambda, ECS, EC2, CodeBuild and Step Functions; roles that trust the hub's "
            "deployer, auditor, administrator and root; a pair that trust each other, and a ring of ten accounts. "
            "Every role has documents of its own.",
            "Peak memory is that of the whole process: Python, the engine, all documents, and both closures.",
        ),
        tables=(
            Table(
                (
                    ("roles", "reading, s", "from CI/CD, s", "come to", "from the hub, s", "come to", "peak, MiB"),
                    *(
                        (
                            f"{size * ROLES:,}",
                            _median(found[size], "read"),
                            _median(found[size], "pipelines"),
                            f"{found[size][0]['from_pipelines']:,}",
                            _median(found[size], "administrator"),
                            f"{found[size][0]['from_administrator']:,}",
                            _median(found[size], "mib"),
                        )
                        for size in sizes
                    ),
                )
            ),
        ),
        chart=_chart(found),
        answers={
            f"{size} {start}": str(one[0]["from_pipelines" if start == "ci" else "from_administrator"])
            for size, one in found.items()
            for start in ("ci", "hub")
        },
    )


def closed(accounts: int) -> Measured:
    """Reads a fleet and walks it from both starts."""
    (roles, world), read = timed(lambda: _read(accounts))
    from_pipelines, pipelined = timed(lambda: _come_to(world, pipelines(roles)))
    from_administrator, administrated = timed(lambda: _come_to(world, [hub_administrator(roles)]))
    return {
        "read": read,
        "pipelines": pipelined,
        "administrator": administrated,
        "processor": process_time(),
        "mib": peak_mib(),
        "from_pipelines": from_pipelines,
        "from_administrator": from_administrator,
    }


def _read(accounts: int) -> tuple[list[Principal], World]:
    roles = fleet(accounts)
    return roles, World(roles)


def _come_to(world: World, starts: list[Principal]) -> int:
    return len({step.principal.who.id for step in closure(world, starts)})


def _total(one: Measured) -> float:
    return one["read"] + one["pipelines"] + one["administrator"]


def _median(found: list[Measured], name: str) -> str:
    return f"{median(float(one[name]) for one in found):,.2f}"  # type: ignore[literal-required]


def _chart(found: dict[int, list[Measured]]) -> Chart:
    def line(name: str) -> tuple[tuple[float, float], ...]:
        return tuple(
            (size * ROLES, median(float(run[name]) for run in runs))  # type: ignore[literal-required]
            for size, runs in found.items()
        )

    times = (
        Series("from every CI/CD role", line("pipelines")),
        Series("from a hub administrator", line("administrator")),
    )
    memory = Series("peak memory", line("mib"))
    return Chart(
        "iam-chains",
        "Closure over a fleet, by the number of its roles",
        (
            Panel("roles", "s", (*times, *_guides(times[0].points)), logarithmic_x=True, logarithmic_y=True),
            Panel("roles", "MiB", (memory, *_guides(memory.points)), logarithmic_x=True, logarithmic_y=True),
        ),
    )


def _guides(points: tuple[tuple[float, float], ...]) -> tuple[Series, Series]:
    """Lines of known growth that end below a measured one."""
    last, end = points[-1][0], points[-1][1] * 0.6
    return (
        Series("n", tuple((n, end * n / last) for n, _ in points), "guide"),
        Series("n · log n", tuple((n, end * n * log(n) / last / log(last)) for n, _ in points), "guide"),
    )
