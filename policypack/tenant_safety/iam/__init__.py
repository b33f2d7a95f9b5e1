"""AWS's policy language: documents, patterns and what they allow.  Knows nothing of tenants."""

from .chains import Principal, Step, World, chain, closure
from .compare import Comparison, new_access
from .documents import Document, DocumentError, Leaf, Statement, Symbolic, Text, Unknown, parse
from .effort import TooComplex
from .evaluate import Decision, Request, evaluate
from .keys import Atom, members
from .managed import managed_policy
from .patterns import covers, intersects
from .policies import TARGET_SIDE, Attached, Cause, Policies, granting
from .principals import ANONYMOUS, Caller, caller
from .reach import Reach, Witness, reach
from .standing import administrator_policy, admitted, doubtful, rank, statements, unlimited
from .wildcards import FIELDS, matches
from .world import resources_of

__all__ = [
    "ANONYMOUS",
    "FIELDS",
    "TARGET_SIDE",
    "Atom",
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
    "Step",
    "Symbolic",
    "Text",
    "TooComplex",
    "Unknown",
    "Witness",
    "World",
    "administrator_policy",
    "admitted",
    "caller",
    "chain",
    "closure",
    "covers",
    "doubtful",
    "evaluate",
    "granting",
    "intersects",
    "managed_policy",
    "matches",
    "members",
    "new_access",
    "parse",
    "rank",
    "reach",
    "resources_of",
    "statements",
    "unlimited",
]
