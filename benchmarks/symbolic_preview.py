"""How much more than `pulumi preview` with the same pack a symbolic preview costs."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.cases import EVERY
from tests.engine import ROOT, Engine, program

from .measure import Figure, Target, figure, timed
from .results import Result, Table

TITLE = "Symbolic previews: beside plain previews with the same pack"
SIZES = (100, 1_000)
QUICK_SIZES = (10,)
STACK = "customer1-prod"
CONFIG = {
    "aws:region": "eu-central-1",
    "aws:allowedAccountIds": ["111111111111"],
    "aws:assumeRoles": [{"roleArn": "arn:aws:iam::111111111111:role/cicd-deploy"}],
}
SOURCE = """
    import json
    import pulumi
    import pulumi_aws as aws

    CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"
    TRUST = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"}}})

    def service(i):
        role = aws.iam.Role(f"service{i}", assume_role_policy=TRUST)
        bucket = aws.s3.Bucket(f"data{i}")
        queue = aws.sqs.Queue(f"jobs{i}")
        dead = aws.sqs.Queue(f"dead{i}")
        settings = aws.ssm.Parameter(f"settings{i}", type="String", value="{}")
        group = aws.cloudwatch.LogGroup(f"log{i}", retention_in_days=30)
        aws.cloudwatch.LogSubscriptionFilter(
            f"log{i}", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
        aws.iam.RolePolicy(f"own{i}", role=role.id, policy=pulumi.Output.json_dumps({"Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
                 "Resource": pulumi.Output.concat(bucket.arn, "/*")},
                {"Effect": "Allow", "Action": "sqs:*", "Resource": [queue.arn, dead.arn]},
                {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": settings.arn}]}))
        aws.sqs.QueuePolicy(f"jobs{i}", queue_url=queue.url, policy=queue.arn.apply(lambda arn: json.dumps(
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
             "Action": "sqs:SendMessage", "Resource": arn}})))
        aws.ecs.TaskDefinition(f"task{i}", family=f"task{i}", cpu="256", memory="512",
            requires_compatibilities=["FARGATE"], network_mode="awsvpc", task_role_arn=role.arn,
            container_definitions=json.dumps([{"name": "web", "image": "nginx"}]))

    for i in range(COUNT // 10):
        service(i)
"""


def run(runs: int, *, quick: bool) -> Result:
    """Previews by turns, plain and symbolic; the first pair is not counted."""
    figures: list[Figure] = []
    rows = [("resources", "plain", "symbolic", "more", "ratio")]
    answers = {}
    for size in QUICK_SIZES if quick else SIZES:
        plain, symbolic, said = _previews(size, runs)
        answers[f"{size}"] = said
        ratio = [(s / p,) for s, p in zip(symbolic, plain, strict=True)]
        more = [(s - p,) for s, p in zip(symbolic, plain, strict=True)]
        figures += [
            figure(f"plain, {size:,} resources", "s", [(value,) for value in plain]),
            figure(f"symbolic, {size:,} resources", "s", [(value,) for value in symbolic]),
        ]
        target = Target("p50", 0.3) if size < 1_000 else None
        figures.append(figure(f"symbolic less plain, {size:,} resources", "s", more, *([target] if target else [])))
        target = Target("p50", 1.15) if size >= 1_000 else None
        figures.append(figure(f"symbolic over plain, {size:,} resources", "×", ratio, *([target] if target else [])))
        shown = [figures[-4]["p50"], figures[-3]["p50"], figures[-2]["p50"], figures[-1]["p50"]]
        rows.append((f"{size:,}", f"{shown[0]:.2f} s", f"{shown[1]:.2f} s", f"{shown[2]:+.2f} s", f"{shown[3]:.2f} ×"))
    notes = (
        "A service is ten resources: a role with its policy, a bucket, two queues with a policy, a parameter, a log "
        "group with its subscription, a task. Plain previews run against the stand-in for aws, which knows "
        "no outputs in a preview, as the real one does not; so their policies are undetermined and not gone into.",
    )
    return Result(tuple(figures), notes, (Table(tuple(rows)),), answers=answers)


def _previews(size: int, runs: int) -> tuple[list[float], list[float], str]:
    """Seconds of plain and of symbolic previews, and what the last symbolic one said."""
    with tempfile.TemporaryDirectory() as made:
        standin = subprocess.Popen([sys.executable, "-m", "tests.standin"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            assert standin.stdout is not None
            port = int(standin.stdout.readline())
            engine = Engine(Path(made) / "engine", {"aws": port})
            folder = program(
                Path(made), SOURCE.replace("COUNT", str(size)), name="shop", stacks={STACK: {**CONFIG, "shop:n": size}}
            )
            plain_environment = engine.environment()
            own = {name: value for name, value in plain_environment.items() if name != "PULUMI_DEBUG_PROVIDERS"}
            subprocess.run(
                [engine.pulumi, "stack", "init", STACK], cwd=folder, env=own, check=True, capture_output=True
            )
            options = ["--stack", STACK, "--non-interactive", "--color", "never"]
            plain_command = [str(engine.pulumi), "preview", "--policy-pack", str(ROOT), *options]
            symbolic_command = [str(ROOT / ".venv/bin/tenant-safety"), "preview", *options]
            plain, symbolic, said = [], [], ""
            for number in range(runs + 1):
                _, first = timed(lambda: _ran(plain_command, folder, plain_environment))
                said, second = timed(lambda: _ran(symbolic_command, folder, own))
                if number:
                    plain.append(first)
                    symbolic.append(second)
            return plain, symbolic, "proved" if f"proved {EVERY}" in said else said
        finally:
            standin.terminate()
            standin.wait()


def _ran(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
