"""Pulumi ESC's language: environments that import one another, evaluated as ESC evaluates them.

Knows nothing of tenants.  What of the language is here, and what is not, is told in docs/esc.md.
https://www.pulumi.com/docs/esc/environments/
"""

from tenant_safety.esc.definition import Definition, Import, parse
from tenant_safety.esc.evaluation import Decrypt, Known, Load
from tenant_safety.esc.faults import EscError, Fault
from tenant_safety.esc.nodes import Origin
from tenant_safety.esc.stale import Stale, stale
from tenant_safety.esc.values import Evaluation, Value, evaluate, plain

__all__ = [
    "Decrypt",
    "Definition",
    "EscError",
    "Evaluation",
    "Fault",
    "Import",
    "Known",
    "Load",
    "Origin",
    "Stale",
    "Value",
    "evaluate",
    "parse",
    "plain",
    "stale",
]
