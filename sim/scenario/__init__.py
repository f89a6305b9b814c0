"""What to simulate: a scenario and its sections, each parameter declared once."""

from .platform import Platform
from .scenario import Answering, Inviting, Meeting, Scenario, Society

__all__ = ["Answering", "Inviting", "Meeting", "Platform", "Scenario", "Society"]
