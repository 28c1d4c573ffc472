"""Gives numpy's matmul quicker inner loops. numpy imports this file if it is there.

Pyodide's numpy multiplies matrices without BLAS and without SIMD. ``product.so`` has a loop for
float32 and one for float64 (its source: ``product.c`` of the site).
"""

import ctypes
from pathlib import Path

from numpy._core._multiarray_umath import matmul

LOOPS = {"ff->f": "product_float", "dd->d": "product_double"}


class Ufunc(ctypes.Structure):
    """The first fields of numpy's PyUFuncObject."""

    _fields_ = [("head", ctypes.c_int * 6), ("functions", ctypes.POINTER(ctypes.c_void_p))]


def replace_loops():
    """Let matmul call the loops of the library."""
    library = ctypes.CDLL(str(Path(__file__).with_name("product.so")))
    functions = Ufunc.from_address(id(matmul)).functions
    for place, types in enumerate(matmul.types):
        if types in LOOPS:
            functions[place] = ctypes.cast(library[LOOPS[types]], ctypes.c_void_p)


replace_loops()
