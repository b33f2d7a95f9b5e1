"""Writes the shipped extracts of AWS's own data from the installed `moto` (Apache-2.0), which carries them.

    python tools/aws_data.py

- `tenant_safety/analysis/instance_types.json`: EC2 instance type → [vCPU, memory in MiB]
  (`ec2:DescribeInstanceTypes`, `moto/ec2/resources/instance_types.json.gz`);
- `tenant_safety/iam/managed_policies.json.gz`: name of an AWS-managed policy → its ARN's path and default document
  (`iam:GetPolicyVersion`, `moto/iam/aws_managed_policies.py`).

- `tenant_safety/intake/other_types.txt`: the resource types of pulumi_aws that have no role in `types.json`, from the
  table that `tools/aws_table.py` makes.

The first two name the moto version that they are from; `tests/test_data.py` compares them with the installed one.
"""

import gzip
import json
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent.parent / "policypack" / "tenant_safety"
INSTANCE_TYPES = PACKAGE / "analysis" / "instance_types.json"
OTHER_TYPES = PACKAGE / "intake" / "other_types.txt"
MANAGED_POLICIES = PACKAGE / "iam" / "managed_policies.json.gz"


def instance_types() -> str:
    """The text of `instance_types.json`, a line a type."""
    raw = json.loads(gzip.decompress(files("moto").joinpath("ec2/resources/instance_types.json.gz").read_bytes()))
    rows = {name: [about["VCpuInfo"]["DefaultVCpus"], about["MemoryInfo"]["SizeInMiB"]] for name, about in raw.items()}
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(rows[name])}" for name in sorted(rows))
    return f'{{\n  "source": "moto {version("moto")}",\n  "types": {{\n{lines}\n  }}\n}}\n'


def managed_policies() -> bytes:
    """The bytes of `managed_policies.json.gz`: `{"source": …, "policies": {name: {"path": …, "document": …}}}`."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415 4.7 MB, only needed here

    raw: dict[str, Any] = json.loads(aws_managed_policies_data)
    policies = {
        name: {"path": about.get("Path", "/"), "document": about["Document"]} for name, about in sorted(raw.items())
    }
    text = json.dumps({"source": f"moto {version('moto')}", "policies": policies}, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)


def other_types() -> str:
    """The text of `other_types.txt`, a token a line."""
    sys.path.insert(0, str(PACKAGE.parent))
    from tenant_safety.intake.table import table  # noqa: PLC0415 found by the line above
    from tenant_safety.symbolic.table import tokens  # noqa: PLC0415

    return "\n".join(sorted(set(tokens()) - set(table().roles))) + "\n"


def main() -> None:
    OTHER_TYPES.write_text(other_types(), encoding="utf-8")
    INSTANCE_TYPES.write_text(instance_types(), encoding="utf-8")
    MANAGED_POLICIES.write_bytes(managed_policies())


if __name__ == "__main__":
    main()
