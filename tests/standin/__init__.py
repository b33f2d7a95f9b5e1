"""A stand-in for `pulumi-resource-aws`: a fixture for tests, demos and benchmarks, never shipped.

The engine attaches to it with `PULUMI_DEBUG_PROVIDERS=aws:PORT` and everything else (engine, language host,
policy pack, SDK) is real.  It is strict where the real provider or AWS is strict: unknown properties, wrong
shapes, missing inputs, malformed IAM documents and a wrong account are refused; names too long are refused;
a preview knows no computed output.  It is not AWS: it keeps no account, so nothing conflicts or is missing,
and what it invents is only of the right form.
"""

import sys
from pathlib import Path

# The table of types lies in the pack's source root, which `python -m tests.standin` does not know.
sys.path.append(str(Path(__file__).parents[2] / "policypack"))
