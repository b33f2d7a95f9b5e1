"""AWS's policy language: documents, patterns and what they allow.  Knows nothing of tenants."""

from .chains import Principal, World, chain, closure
from .compare import Comparison, new_access
from .documents import Document, DocumentError, Leaf, Statement, Symbolic, Text, Unknown, parse
from .effort import TooComplex
from .evaluate import Decision, Request, evaluate
from .managed import managed_policy
from .patterns import covers, intersects
from .policies import TARGET_SIDE, Attached, Cause, Policies, granting
from .principals import ANONYMOUS, Caller, caller
from .reach import Reach, Witness, reach
from .standing import admitted, statements, unlimited
from .wildcards import matches

__all__ = [
    "ANONYMOUS",
    "TARGET_SIDE",
    "Attached",
    "Caller",
    "Cause",
    "Comparison",
    "Decision",
    "Document",
    "DocumentError",
    "Leaf",
    "Policies",
    "Principal",
    "Reach",
    "Request",
    "Statement",
    "Symbolic",
    "Text",
    "TooComplex",
    "Unknown",
    "Witness",
    "World",
    "admitted",
    "caller",
    "chain",
    "closure",
    "covers",
    "evaluate",
    "granting",
    "intersects",
    "managed_policy",
    "matches",
    "new_access",
    "parse",
    "reach",
    "statements",
    "unlimited",
]
