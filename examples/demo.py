"""The main job, end to end and offline: previews three stacks with the pack, then links a tenant.

`make demo` runs it.  The engine, its language host, the programs, the SDK and the pack are the real ones; AWS is not:
the `aws` provider is the stand-in of the tests, and the master account is a local server.
"""

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402 the checkout is found by the lines above
from rich.markup import escape  # noqa: E402
from rich.table import Table  # noqa: E402

from tests.aws import MASTER, Aws, serve  # noqa: E402
from tests.engine import Engine, Run  # noqa: E402
from tests.standin import server  # noqa: E402

CONSOLE = Console(highlight=False, soft_wrap=True)
PREVIEWS = (
    ("tenant", "customer1-prod", "a standard tenant, sound", True),
    ("vault", "vault-prod", "a high-security tenant, sound", True),
    ("tenant-unsound", "customer1-prod", "the same tenant with faults planted", False),
)


def preview(engine: Engine, example: str, stack: str, about: str, sound: bool) -> tuple[bool, str]:
    """Previews an example with the pack; was it as expected, and what came of it?"""
    CONSOLE.rule(f"{about}: examples/{example}")
    CONSOLE.print(f"$ pulumi preview --stack {stack} --policy-pack ../..", style="bold")
    started = time.monotonic()
    run = engine.preview(ROOT / "examples" / example, stack, policy_pack=ROOT)
    seconds = time.monotonic() - started
    show(run)
    outcome = "passes" if run.exit_code == 0 else f"stopped, {len(run.findings)} findings"
    CONSOLE.print(f"exit {run.exit_code} after {seconds:.1f} s\n")
    expected = (run.exit_code == 0 and not run.findings) if sound else (run.exit_code != 0 and bool(run.findings))
    if not expected:
        CONSOLE.print(escape(run.stdout + run.stderr))
    return expected, outcome


def show(run: Run) -> None:
    for message in run.messages:
        if message.message.startswith("tenant-safety: "):
            CONSOLE.print(f"[green]{escape(message.message)}[/]")
    for finding in run.findings:
        name = "the stack" if "pulumi:pulumi:Stack" in finding.urn else finding.resource
        said = finding.message.splitlines()[0]
        CONSOLE.print(f"[red]{finding.level}[/] [bold]{finding.policy}[/] {escape(name)}\n    {escape(said)}")


def link(engine: Engine, aws: Aws) -> tuple[bool, str]:
    """Deploys the link stack of one tenant and shows what it made in the master account."""
    CONSOLE.rule("the platform links a tenant: examples/links")
    CONSOLE.print("$ pulumi up --yes --stack customer1-prod --policy-pack ../..", style="bold")
    zone = aws.zone(MASTER, "app.example.com")
    aws.load_balancer("111111111111", "customer1")
    run = engine.up(
        ROOT / "examples" / "links", "customer1-prod", policy_pack=ROOT, env=aws.environment(), skip_preview=True
    )
    show(run)
    records = [record for record in aws.records(zone).values() if record["Type"] in ("A", "TXT")]
    for record in records:
        value = record.get("AliasTarget", {}).get("DNSName") or record["ResourceRecords"][0]["Value"]
        CONSOLE.print(f"    record {record['Type']:<4} {record['Name']} → {escape(str(value))}")
    roles = aws.roles()
    for name in roles:
        CONSOLE.print(f"    role   {name} in {MASTER}")
    made = run.exit_code == 0 and len(records) == 2 and len(roles) == 1
    if not made:
        CONSOLE.print(escape(run.stdout + run.errors))
    return made, f"{len(records)} records and {len(roles)} role in the master account"


def main() -> int:
    results: list[tuple[str, bool, str]] = []
    standin = server.start()
    try:
        with tempfile.TemporaryDirectory() as folder, serve() as aws:
            for example, stack, about, sound in PREVIEWS:
                engine = Engine(Path(folder) / example, {"aws": standin.port})
                results.append((about, *preview(engine, example, stack, about, sound)))
            results.append(("linking a tenant", *link(Engine(Path(folder) / "links", {}), aws)))
    finally:
        standin.stop()

    CONSOLE.rule("in short")
    table = Table("what", "came out", "as it should be", box=None, pad_edge=False)
    for about, expected, outcome in results:
        table.add_row(about, outcome, "[green]yes[/]" if expected else "[red]NO[/]")
    CONSOLE.print(table)
    CONSOLE.print(
        "\nA preview passes only if every rule is proved. A violation names the resource, the reason and the remedy."
        "\nNext: README.md, “Use it on your own stacks”; the rules are in docs/rules.md."
    )
    return 0 if all(expected for _, expected, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
