"""政策匹配: an enterprise profile against all policies of its region: what applies, what may, what does not, and why."""

from .calendar import to_ics
from .matching import match
from .model import APPLIES, DOES_NOT, MAY_APPLY, MatchReport, Policy
from .profile import Field, Profile, fields, load_profile, template
from .report import show, to_docx, to_markdown

__all__ = [
    "APPLIES",
    "DOES_NOT",
    "MAY_APPLY",
    "Field",
    "MatchReport",
    "Policy",
    "Profile",
    "fields",
    "load_profile",
    "match",
    "show",
    "template",
    "to_docx",
    "to_ics",
    "to_markdown",
]
