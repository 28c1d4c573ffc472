"""A kernel with panels keeps to one thread, so that small products need not wait for others."""

import json
import os
import subprocess
import sys

CODE = """
import json, numpy
from threadpoolctl import threadpool_info
from lecture_kit import live
print(json.dumps([pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]))
"""


def test_panels_keep_numpy_to_one_thread():
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2"}
    run = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True,
                         check=True)
    counts = json.loads(run.stdout)  # empty where numpy uses the system's own library
    assert set(counts) <= {1}
