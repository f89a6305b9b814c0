"""Thirty-two at once: what the compiler does not see by itself.

Bonds lie in chunks whose size is a multiple of 32, so 32 neighbouring bytes can be compared in one go, on any processor that has
vectors. Each function gives a mask: bit n says whether the n-th of the 32 fits.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

WIDTH = 32
AHEAD = 16
"""How many places ahead in a list memory is asked for."""
_BIT, _BYTE, _WORD, _LONG = ir.IntType(1), ir.IntType(8), ir.IntType(32), ir.IntType(64)


def address(context: Any, builder: Any, array_type: Any, array: Any, place: Any) -> Any:
    """Give, to an intrinsic, the address of ``array[place]``."""
    view = context.make_array(array_type)(context, builder, array)
    return builder.gep(view.data, [place])


def _bytes(context: Any, builder: Any, array_type: Any, array: Any, place: Any) -> Any:
    pointer = builder.bitcast(
        address(context, builder, array_type, array, place),
        ir.VectorType(_BYTE, WIDTH).as_pointer(),
    )
    return builder.load(pointer, align=1)


def _everywhere(builder: Any, value: Any) -> Any:
    vector = ir.VectorType(_BYTE, WIDTH)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(_WORD, 0))
    return builder.shuffle_vector(
        first,
        ir.Constant(vector, ir.Undefined),
        ir.Constant(ir.VectorType(_WORD, WIDTH), [0] * WIDTH),
    )


def _as_mask(builder: Any, truths: Any) -> Any:
    return builder.zext(builder.bitcast(truths, ir.IntType(WIDTH)), _LONG)


@intrinsic
def equal_to(typing_context: Any, array: Any, place: Any, wanted: Any) -> Any:
    """Compare ``array[place : place + 32]``, uint8, with a number; gives the mask as int64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers = _bytes(context, builder, signature.args[0], arguments[0], arguments[1])
        return _as_mask(
            builder, builder.icmp_unsigned("==", numbers, _everywhere(builder, arguments[2]))
        )

    return types.int64(array, types.int64, types.uint8), generate


@intrinsic
def within(typing_context: Any, array: Any, place: Any, low: Any, span: Any) -> Any:
    """Say which of ``array[place : place + 32]``, uint8, lie in low … low + span - 1; gives the mask as int64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers = _bytes(context, builder, signature.args[0], arguments[0], arguments[1])
        offset = builder.sub(numbers, _everywhere(builder, arguments[2]))
        return _as_mask(
            builder, builder.icmp_unsigned("<", offset, _everywhere(builder, arguments[3]))
        )

    return types.int64(array, types.int64, types.uint8, types.uint8), generate


@intrinsic
def bearing(typing_context: Any, array: Any, place: Any, bit: Any) -> Any:
    """Say which of ``array[place : place + 32]``, uint8, have a bit set; gives the mask as int64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits = builder.and_(
            _bytes(context, builder, signature.args[0], arguments[0], arguments[1]),
            _everywhere(builder, arguments[2]),
        )
        return _as_mask(
            builder, builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, [0] * WIDTH))
        )

    return types.int64(array, types.int64, types.uint8), generate


@intrinsic
def how_many(typing_context: Any, mask: Any) -> Any:
    """Count the bits of a mask."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.int64), generate


@intrinsic
def first_of(typing_context: Any, mask: Any) -> Any:
    """Give the place of the lowest bit of a mask that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(_BIT, 1))

    return types.int64(types.int64), generate


@intrinsic
def prefetch(typing_context: Any, array: Any, place: Any) -> Any:
    """Ask for the memory of ``array[place]`` ahead of its use; ``place`` is a place in the flat array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.bitcast(
            address(context, builder, signature.args[0], arguments[0], arguments[1]),
            _BYTE.as_pointer(),
        )
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, _WORD, _WORD, _WORD])
        callee = builder.module.declare_intrinsic("llvm.prefetch", [pointer.type], kind)
        builder.call(
            callee, [pointer, ir.Constant(_WORD, 0), ir.Constant(_WORD, 3), ir.Constant(_WORD, 1)]
        )
        return context.get_dummy_value()

    return types.void(array, types.int64), generate
