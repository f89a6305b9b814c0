"""What to simulate: a scenario and its sections, each parameter declared once."""

from .answering import Answering
from .helping import Helping
from .inviting import Inviting
from .meeting import Meeting
from .platform import Platform
from .scenario import Scenario
from .society import Society

__all__ = ["Answering", "Helping", "Inviting", "Meeting", "Platform", "Scenario", "Society"]
