"""Parts: functions that only compiled functions call.

numba makes each compiled function ready to be called from Python: it optimises the function with
everything that it calls, and makes machine code of the whole, so a function five calls deep is
compiled five times. No machine code is made of a part. When a function that Python may call is
compiled, all parts that it calls are optimised once, together.
"""

from typing import Any

import numba
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.registry import CPUDispatcher


class _Code(JITCodeLibrary):  # type: ignore[misc]
    """The code of a part and of all parts that it calls; no machine code is made of it."""

    def _optimize_functions(self, module: Any) -> None:
        """Simplify each function, so that others can inline it."""
        module.data_layout = self._codegen._data_layout
        for function in module.functions:
            if not function.is_declaration:
                passes, builder = self._codegen._function_pass_manager()
                passes.run(function, builder)

    def finalize(self) -> None:
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_dynamic_globals()
        self._finalized = True


class _PartCompiler(Compiler):  # type: ignore[misc]
    def define_pipelines(self) -> Any:
        state = self.state
        state.library = _Code(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        return super().define_pipelines()

    def compile_extra(self, function: Any) -> Any:
        made = super().compile_extra(function)
        made = made._replace(entry_point=object())  # callers find the function by this object
        self.state.targetctx.insert_user_function(made.entry_point, made.fndesc, [made.library])
        return made


class Part(CPUDispatcher):  # type: ignore[misc]
    """A function compiled only within compiled functions; Python calls it as plain Python."""

    def __call__(self, *arguments: Any) -> Any:
        """Run the function as plain Python."""
        return self.py_func(*arguments)

    def _insert(self, *_: Any, **__: Any) -> None:
        """Do nothing: no version that Python could call has been made."""


def part(**options: Any) -> Any:
    """Return a decorator that makes parts, with options of numba's ``njit``."""
    if numba.config.DISABLE_JIT:
        return lambda function: function
    options |= {"nopython": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return lambda function: Part(
        function, targetoptions=dict(options), pipeline_class=_PartCompiler
    )
