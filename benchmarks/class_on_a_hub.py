"""A class on one JupyterHub: everybody logs in, runs a notebook and drags a slider at once.

    sudo uv run --group hub --group benchmark python benchmarks/class_on_a_hub.py

It starts the hub of ``deploy/jupyterhub_config.py`` on the loopback, makes users of the system for
as long as it runs, and plays their browsers: the log-in form, JupyterLab's requests, Run All, and
the messages of a hand on a slider. A picture counts as shown when its bytes have come; what a
browser needs to draw it, ``slider_to_pixels.py`` measures. At last one student computes without
end and another one takes memory without end, and the others go on. It needs Linux, root (for the
users), ``configurable-http-proxy`` on the PATH and a Python that every user may execute.
"""

import argparse
import asyncio
import secrets
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
from class_hub import Hub, memory, no_trace_of, seconds_of_work
from class_student import Student
from machine import describe, table

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "deploy")]
from browser.lab import free_port  # noqa: E402
from students import FOLDER, PREFIX  # noqa: E402

CONFIG = ROOT / "deploy" / "jupyterhub_config.py"
ADMIN = "lecturer"

SIZES = (5, 20, 40)
DRAG_SECONDS = 20
LOG = 20_000  # letters of the hub's log that are printed after an error
ARRIVAL = {"log_in": "log in", "spawn": "server started", "load_lab": "JupyterLab loaded",
           "open_notebook": "notebook opened, kernel started"}
ENDLESS_LOOP = "while True:\n    pass"
BLOCK, MOST_BLOCKS = 50_000_000, 80  # where nothing limits a student, 4 GB are enough to see it
HOARD = f"hoard = []\nwhile len(hoard) < {MOST_BLOCKS}:\n    hoard.append(b'x' * {BLOCK})"


async def together(students, step, *arguments):
    """Have all students who have come so far take a step at once."""
    await asyncio.gather(*[student.timed(step, *arguments) for student in students
                           if not student.errors])


async def arrive(student):
    """Take all steps up to the open notebook, one after the other."""
    for step in ARRIVAL:
        if not student.errors:
            await student.timed(step, *([FOLDER] if step == "open_notebook" else []))


def middle_and_worst(values, unit="s", digits=1):
    """Write median and maximum of some numbers."""
    if not len(values):
        return "–"
    return f"{np.median(values):.{digits}f} (worst {np.max(values):.{digits}f}) {unit}"


async def working(hub, accounts, step):
    """Await a step; returns how many cores were busy meanwhile, for whom."""
    before, start = seconds_of_work(hub, accounts), time.monotonic()
    await step
    after, seconds = seconds_of_work(hub, accounts), time.monotonic() - start
    return ", ".join(f"{kind} {(after[kind] - before[kind]) / seconds:.2f}" for kind in after)


def drags(students):
    """Describe how the pictures followed the hands."""
    there = [student.drag_of for student in students if student.drag_of]
    waits = [1000 * np.array(waits) for waits, *_rest in there]
    every = np.concatenate(waits or [[np.nan]])
    frames = [frames for _waits, frames, *_rest in there]
    return {"median": f"{np.median(every):.0f} ms", "p95": f"{np.percentile(every, 95):.0f} ms",
            "p95 of the student it was worst for":
                f"{max((np.percentile(wait, 95) for wait in waits), default=np.nan):.0f} ms",
            "pictures per second": f"{np.mean(frames or [0]) / DRAG_SECONDS:.1f}",
            "kB per picture":
                f"{sum(size for *_rest, size, _left in there) / max(1, sum(frames)) / 1000:.0f}",
            "moves never shown": sum(left for *_rest, left in there)}


async def misbehaving(students):
    """Have the first student loop and the second one hoard; the others drag."""
    tasks = [asyncio.create_task(student.misbehave(code))
             for student, code in zip(students, (ENDLESS_LOOP, HOARD), strict=False)]
    await together(students[2:], "drag", DRAG_SECONDS)
    loop, hoard = [task.result() if task.done() else "goes on" for task in tasks]
    for task in tasks:
        task.cancel()
    rest = drags(students[2:])
    return {"the endless loop": loop, "the hoarder": hoard,
            **{f"drag beside these two: {words}": rest[words] for words in rest}}


async def sign_up(hub, students):
    """Make the accounts: everybody signs up, and the lecturer lets them in."""
    lecturer = Student(hub.url, ADMIN, secrets.token_urlsafe(), 0)
    try:
        await lecturer.sign_up()
        await lecturer.log_in()
        for student in students:
            await student.sign_up()
            await lecturer.let_in(student.name)
    finally:
        await lecturer.close()


def times(students, step):
    """Describe how long a step took."""
    return middle_and_worst([student.seconds[step] for student in students
                             if step in student.seconds])


async def lesson(hub, students):
    """Let a class work; returns what was measured, in words."""
    accounts = {account(student) for student in students}
    await sign_up(hub, students)
    await asyncio.gather(*map(arrive, students))
    seen = {words: times(students, step) for step, words in ARRIVAL.items()}
    cores = await working(hub, accounts, together(students, "run_all"))
    seen |= {"Run All": times(students, "run_all"), "Run All: cores busy": cores}
    each = [memory({account(student)}) for student in students]
    for kind in ("servers", "kernels"):
        megabytes = [taken[kind] / 1e6 for taken in each]
        seen[f"memory of {kind}"] = middle_and_worst(megabytes, "MB", 0)
    seen["memory of each student"] = middle_and_worst(
        [taken.total() / 1e6 for taken in each], "MB", 0)
    cores = await working(hub, accounts, together(students, "drag", DRAG_SECONDS))
    seen |= {f"drag: {words}": value for words, value in drags(students).items()}
    seen["drag: cores busy"] = cores
    well = [student for student in students if not student.errors]
    if len(well) > 2:
        seen |= await misbehaving(well)
    return seen


def account(student):
    """Name the user of the system that the hub makes for a student."""
    return PREFIX + student.name


async def measure(n_students):
    """Start a hub for a class; returns what was measured and what went wrong."""
    names = [f"bench-{number:02}" for number in range(1, n_students + 1)]
    with (no_trace_of({PREFIX + name for name in names}),
          tempfile.TemporaryDirectory() as folder):
        hub = Hub(CONFIG, Path(folder), [free_port() for _ in range(3)])
        students = [Student(hub.url, name, secrets.token_urlsafe(), number)
                    for number, name in enumerate(names)]
        try:
            seen = await lesson(hub, students)
        finally:
            for student in students:
                await student.close()
            hub.close()
        errors = [error for student in students for error in student.errors]
        if errors:
            print(hub.log.read_text()[-LOG:], file=sys.stderr)
    return seen, errors


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("students", nargs="*", type=int, choices=range(3, 41), metavar="3…40",
                        help="sizes of the class, one after the other (5, 20 and 40)")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background, too
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    print(describe("jupyterhub", "jupyterlab", "ipywidgets", "ipykernel", "numpy"),
          f"{psutil.virtual_memory().total / 2**30:.0f} GiB of memory.\n")
    columns, errors = {}, []
    with suppress(KeyboardInterrupt):
        for n_students in options.students or SIZES:
            columns[n_students], wrong = asyncio.run(measure(n_students))
            columns[n_students]["errors"] = len(wrong)
            errors += [f"{n_students} students: {error}" for error in wrong]
    rows = list(dict.fromkeys(row for column in columns.values() for row in column))
    print(table(["students", *columns],
                [[row, *(column.get(row, "–") for column in columns.values())] for row in rows]))
    print("", *errors, sep="\n")


if __name__ == "__main__":
    main()
