"""The progress bar is where somebody can see it."""

import sys
import warnings
from types import SimpleNamespace

import pytest
import tqdm
from tqdm import notebook

from sim import progress


def test_not_where_nobody_looks() -> None:
    """Neither without a word for it, nor where the standard error goes to a file, as in tests."""
    assert progress.progress_bar(None, 3, "run").disable
    assert progress.progress_bar("runs", 3, "run").disable


@pytest.mark.parametrize(
    ("shell", "there"),
    [
        (None, False),
        (SimpleNamespace(config={"TerminalIPythonApp": {}}), False),
        (SimpleNamespace(config={"IPKernelApp": {}}), True),
    ],
)
def test_what_a_notebook_is(shell: object, there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert progress._in_notebook() is there


@pytest.mark.parametrize("widgets", [True, False])
def test_in_a_notebook_without_a_warning(
    widgets: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if widgets:
        pytest.importorskip("ipywidgets")
    else:
        monkeypatch.setattr(notebook, "IProgress", None)
    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    with warnings.catch_warnings(), progress.progress_bar("runs", 3, "run") as bar:
        warnings.simplefilter("error")
        bar.update(3)
        assert not bar.disable
        assert type(bar) is (notebook.tqdm if widgets else tqdm.tqdm)
    assert "runs" in "".join(capsys.readouterr())
