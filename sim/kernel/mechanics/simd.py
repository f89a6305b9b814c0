"""Comparing 32 bytes at once, and prefetching: what the compiler does not do by itself.

Bonds are in chunks whose size is a multiple of 32, so 32 neighbouring bytes can be compared at
once, on any processor with vector instructions. Each comparison returns a mask: bit n tells whether
the n-th of the 32 bytes fits.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

WIDTH = 32
AHEAD = 16
"""How many rows ahead in a list its memory is prefetched."""
_BIT, _BYTE, _WORD, _LONG = ir.IntType(1), ir.IntType(8), ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_BYTE, WIDTH)


def address(context: Any, builder: Any, array_type: Any, array: Any, place: Any) -> Any:
    """Return the address of ``array[place]``, for use in an intrinsic."""
    view = context.make_array(array_type)(context, builder, array)
    return builder.gep(view.data, [place])


def _bytes(context: Any, builder: Any, array_type: Any, array: Any, place: Any) -> Any:
    start = address(context, builder, array_type, array, place)
    return builder.load(builder.bitcast(start, _VECTOR.as_pointer()), align=1)


def _everywhere(builder: Any, value: Any) -> Any:
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(_WORD, 0))
    zeros = ir.Constant(ir.VectorType(_WORD, WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(first, undefined, zeros)


def _as_mask(builder: Any, truths: Any) -> Any:
    return builder.zext(builder.bitcast(truths, ir.IntType(WIDTH)), _LONG)


@intrinsic
def equal_to(typing_context: Any, array: Any, place: Any, wanted: Any) -> Any:
    """Return a mask: which of ``array[place : place + 32]``, uint8, equal a number."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers = _bytes(context, builder, signature.args[0], arguments[0], arguments[1])
        wanted = _everywhere(builder, arguments[2])
        return _as_mask(builder, builder.icmp_unsigned("==", numbers, wanted))

    return types.int64(array, types.int64, types.uint8), generate


@intrinsic
def within(typing_context: Any, array: Any, place: Any, low: Any, span: Any) -> Any:
    """Return a mask: which of ``array[place : place + 32]``, uint8, are in low … low + span - 1."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers = _bytes(context, builder, signature.args[0], arguments[0], arguments[1])
        offset = builder.sub(numbers, _everywhere(builder, arguments[2]))
        span = _everywhere(builder, arguments[3])
        return _as_mask(builder, builder.icmp_unsigned("<", offset, span))

    return types.int64(array, types.int64, types.uint8, types.uint8), generate


@intrinsic
def bearing(typing_context: Any, array: Any, place: Any, bit: Any) -> Any:
    """Return a mask: which of ``array[place : place + 32]``, uint8, have a bit set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers = _bytes(context, builder, signature.args[0], arguments[0], arguments[1])
        bits = builder.and_(numbers, _everywhere(builder, arguments[2]))
        zeros = ir.Constant(bits.type, [0] * WIDTH)
        return _as_mask(builder, builder.icmp_unsigned("!=", bits, zeros))

    return types.int64(array, types.int64, types.uint8), generate


@intrinsic
def how_many(typing_context: Any, mask: Any) -> Any:
    """Count the bits of a mask."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.int64), generate


@intrinsic
def first_of(typing_context: Any, mask: Any) -> Any:
    """Return the place of the lowest bit of a mask that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(_BIT, 1))

    return types.int64(types.int64), generate


@intrinsic
def prefetch(typing_context: Any, array: Any, place: Any) -> Any:
    """Prefetch the memory of ``array[place]``; ``place`` counts as in the flattened array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = address(context, builder, signature.args[0], arguments[0], arguments[1])
        pointer = builder.bitcast(start, _BYTE.as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, _WORD, _WORD, _WORD])
        callee = builder.module.declare_intrinsic("llvm.prefetch", [pointer.type], kind)
        read, keep, data = (ir.Constant(_WORD, number) for number in (0, 3, 1))
        builder.call(callee, [pointer, read, keep, data])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


@intrinsic
def fetch_and_add(typing_context: Any, array: Any, place: Any, amount: Any) -> Any:
    """Add to ``array[place]``, int64, to which other threads add too; return the old number."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, place, amount = arguments
        target = address(context, builder, signature.args[0], array, place)
        return builder.atomic_rmw("add", target, amount, "seq_cst")

    return types.int64(array, types.int64, types.int64), generate
