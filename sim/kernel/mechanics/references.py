"""References: how the kernel passes its many arrays from function to function.

If a named tuple is passed as it is, each number in it becomes one argument: seven for an array, and
several hundred altogether. The compiler would mostly read these, and each call would copy them. A
reference is one address. It has the same attributes as the tuple, and these never change, so the
compiler may read them when and as often as it likes.
"""

from hashlib import sha256
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    models,
    register_model,
)

_ADDRESS = ir.IntType(8).as_pointer()


def _path(*numbers: int) -> list[Any]:
    return [ir.Constant(ir.IntType(32), number) for number in numbers]


class Reference(types.Type):  # type: ignore[misc]
    """The type of a reference to a named tuple of some type."""

    def __init__(self, to: Any) -> None:
        self.to = to
        digest = sha256(str(to).encode()).hexdigest()[:12]
        super().__init__(f"{to.instance_class.__name__}_{digest}")


register_model(Reference)(models.OpaqueModel)


@infer_getattr
class _Attributes(AttributeTemplate):  # type: ignore[misc]
    key = Reference

    def generic_resolve(self, reference: Reference, name: str) -> Any:
        if name not in reference.to.fields:
            return None
        kind = reference.to.types[reference.to.fields.index(name)]
        return Reference(kind) if isinstance(kind, types.BaseNamedTuple) else kind


@lower_getattr_generic(Reference)
def _read_attribute(context: Any, builder: Any, reference: Any, address: Any, name: str) -> Any:
    to, number = reference.to, reference.to.fields.index(name)
    whole = builder.bitcast(address, context.get_value_type(to).as_pointer())
    place = builder.gep(whole, _path(0, number), inbounds=True)
    kind = to.types[number]
    if isinstance(kind, types.BaseNamedTuple):
        return builder.bitcast(place, _ADDRESS)
    if isinstance(kind, types.Array):
        return _read_array(context, builder, kind, place)
    return _read(builder, place)


def _read_array(context: Any, builder: Any, kind: Any, place: Any) -> Any:
    """Read the address and the shape of an array, from which the rest follows."""
    array, word = context.make_array(kind)(context, builder), ir.IntType(64)

    def read(field: str) -> Any:
        number = array._datamodel.get_field_position(field)
        return _read(builder, builder.gep(place, _path(0, number), inbounds=True))

    size = ir.Constant(word, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    shape, step = read("shape"), size
    strides: list[Any] = []
    for dimension in reversed(range(kind.ndim)):
        strides.insert(0, step)
        step = builder.mul(step, builder.extract_value(shape, dimension))
    array.meminfo = ir.Constant(array.meminfo.type, None)
    array.parent = ir.Constant(array.parent.type, None)
    array.itemsize, array.data, array.shape = size, read("data"), shape
    array.nitems = builder.udiv(step, size)
    array.strides = cgutils.pack_array(builder, strides) if kind.is_c_contig else read("strides")
    return array._getvalue()


def _read(builder: Any, place: Any) -> Any:
    """Read a value that never changes."""
    kind = place.type.pointee
    if isinstance(kind, ir.Aggregate):
        value = ir.Constant(kind, ir.Undefined)
        for number in range(len(kind)):
            part = _read(builder, builder.gep(place, _path(0, number), inbounds=True))
            value = builder.insert_value(value, part, number)
        return value
    value = builder.load(place)
    value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


@intrinsic
def reference(typing_context: Any, to: Any) -> Any:
    """Return a reference to a named tuple, for the functions called from here."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kept = builder.bitcast(cgutils.alloca_once_value(builder, arguments[0]), _ADDRESS)
        # hides from the compiler that the tuple has just been written to this address, because it
        # is told that what is behind the address never changes
        kind = ir.FunctionType(_ADDRESS, [_ADDRESS])
        hidden = ir.InlineAsm(kind, "", "=r,0,~{memory}", side_effect=True)
        return builder.call(hidden, [kept])

    return Reference(to)(to), generate
