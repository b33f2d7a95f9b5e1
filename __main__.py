"""Serves the policy pack from this folder: `pulumi preview --policy-pack PATH_TO_THIS_FOLDER`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "policypack"))

from tenant_safety.crossguard import serve  # noqa: E402 the package is found by the line above

serve(ROOT)
