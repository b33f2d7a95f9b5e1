"""AWS's policy language: documents, patterns and what they allow.  Knows nothing of tenants."""

from .documents import Document, DocumentError, Statement, Unknown, parse
from .managed import managed_policy
from .patterns import TooComplex, covers, intersects, matches
from .reach import Boundary, Granted, Reach, reach

__all__ = [
    "Boundary",
    "Document",
    "DocumentError",
    "Granted",
    "Reach",
    "Statement",
    "TooComplex",
    "Unknown",
    "covers",
    "intersects",
    "managed_policy",
    "matches",
    "parse",
    "reach",
]
