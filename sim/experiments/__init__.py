"""The experiments under a name that no folder of the user's has: ``sim.experiments.compare``.

In a checkout they lie in ``experiments/``, beside ``sim/``, and this file points there. A wheel has
them here, with their own ``__init__.py`` in place of this one (see ``pyproject.toml``).
"""

from pathlib import Path

__path__ = [str(Path(__file__).parents[2] / "experiments")]
