"""Show that the outputs of the notebooks hold on other processors.

    uv run python tests/blas_kernels.py

The last bits of a matrix product depend on the kernel that OpenBLAS chooses for the processor, and
on the number of threads. This runs the strict comparison of all notebooks under three kernels and
under one and two threads. A kernel that this processor cannot run is skipped and named.
"""

import os
import subprocess
import sys

# What to ask OpenBLAS for, and what it then says that it runs
KERNELS = {"Prescott": ("Prescott", "Katmai"), "Haswell": ("Haswell",), "SkylakeX": ("SkylakeX",)}
TELL_KERNEL = (
    "import numpy, threadpoolctl\n"
    "(info,) = [i for i in threadpoolctl.threadpool_info() if i['internal_api'] == 'openblas']\n"
    "numpy.ones((9, 9)) @ numpy.ones((9, 9))\n"
    "print(info['architecture'], info['num_threads'])"
)


def run(command, kernel, n_threads):
    """Run a Python command under a kernel and a number of threads."""
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernel,
                   "OPENBLAS_NUM_THREADS": str(n_threads)}
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True,
                          text=True, check=False)


def main():
    """Compare under each kernel and say how it went."""
    failures = 0
    for kernel, names in KERNELS.items():
        for n_threads in (1, 2):
            name, told_threads = run(["-c", TELL_KERNEL], kernel, n_threads).stdout.split()
            if name not in names or told_threads != str(n_threads):
                print(f"{kernel}, {n_threads} threads: skipped, this machine runs {name} with "
                      f"{told_threads}")
                continue
            result = run(["-m", "pytest", "-q", "notebooks"], kernel, n_threads)
            failures += result.returncode != 0
            print(f"{kernel}, {n_threads} threads: {result.stdout.strip().splitlines()[-1]}")
            if result.returncode:
                print(result.stdout)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
