"""The progress bar: in a terminal, in a notebook, or none."""

import sys
from typing import Any


def progress_bar(word: str | None, total: int, unit: str, **more: Any) -> Any:
    """Return a progress bar of tqdm, shown in terminals and notebooks.

    Parameters
    ----------
    word : str or None
        The word before the bar; None: no bar is shown.
    total, unit, **more
        As tqdm takes them.
    """
    from tqdm import tqdm

    more |= {"desc": word, "total": total, "unit": unit}
    if word is None:
        return tqdm(**more, disable=True)
    if not _in_notebook():
        return tqdm(**more, disable=None)  # not where the standard error goes to a file
    from tqdm import notebook

    # without ipywidgets: as text, without a warning
    if getattr(notebook, "IProgress", None) is None:
        return tqdm(**more)
    return notebook.tqdm(**more)


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and "IPKernelApp" in shell.config
