"""What every panel is made of. It knows no section."""

import logging
import sys

from threadpoolctl import threadpool_limits

# The matrix products of the lecture are small. With several threads each product waits for all of
# them, and beside a browser that takes ten times as long; see benchmarks/training.py.
threadpool_limits(1, user_api="blas")

if sys.platform == "emscripten":  # Pyodide's list of fonts is out of date, and Matplotlib says so
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
