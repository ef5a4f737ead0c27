"""Claim files that misbehave: what each does, and what must be said of it, by every face that runs claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nllcheck.outcome import Verdict

__all__ = ["GOOD", "HOSTILE", "IN_LOSSES", "LIMITS", "Hostile", "write"]

LIMITS = {"timeout": 6, "memory": 2}  # seconds and GiB for `HOSTILE`; files of `IN_LOSSES` need more time
HOLDS, UNKNOWN, FAILS = Verdict.HOLDS.value, Verdict.NOT_EVALUATED.value, Verdict.FAILS.value


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """A file, the verdict of each outcome by its name ("" is the file), and the kind and the text of its problem."""

    source: str
    verdicts: Mapping[str, str]
    kind: str
    says: str


def file(source: str, kind: str, says: str) -> Hostile:
    """Return a row whose whole file cannot be evaluated."""
    return Hostile(source=source, verdicts={"": UNKNOWN}, kind=kind, says=says)


MODEL = """
import ctypes, os, signal, sys, threading, time
from pathlib import Path
import numpy as np
import pymc as pm
import nllcheck

data = np.array([1.3, 0.2, 2.9, 1.1])


def model():
    with pm.Model() as built:
        mu = pm.Flat("mu")
        pm.Normal("y", mu, 1.3, observed=data)
    return built


@nllcheck.claim(model)
def first(y, mu):
    return 0.5 * np.sum((y - mu) ** 2) / 1.69


@nllcheck.claim(model)
def second(y, mu):
    {body}


@nllcheck.claim(model)
def third(y, mu):
    return 0.5 * np.sum((y - mu) ** 2) / 1.69
"""
GOOD = MODEL.replace("{body}", "return 0.5 * np.sum((y - mu) ** 2 / 1.69)")


def in_loss(body: str, kind: str, says: str, *, third: str = UNKNOWN) -> Hostile:
    """Return a row whose second claim misbehaves when its loss is called: the first one keeps its result."""
    verdicts = {"first": HOLDS, "second": UNKNOWN, "third": third}
    return Hostile(source=MODEL.replace("{body}", body), verdicts=verdicts, kind=kind, says=says)


FORKED = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
"""

HOSTILE = {
    "raises": file("1 / 0\n", "ClaimFileFailed", "raised ZeroDivisionError: division by zero"),
    "no python": file("x = (\n", "ClaimFileFailed", "is no valid Python"),
    "sys.exit(0)": file("import sys\nsys.exit(0)\n", "ClaimFileFailed", "called sys.exit(0)"),
    "os._exit(0)": file("import os\nos._exit(0)\n", "ExitedEarly", "exited with status 0 before"),
    "interrupts itself": file("raise KeyboardInterrupt\n", "NotReported", "KeyboardInterrupt"),
    "segfault": file("import ctypes\nctypes.string_at(0)\n", "Crashed", "SIGSEGV"),
    "abort": file("import os\nos.abort()\n", "Crashed", "SIGABRT"),
    "kills itself": file("import os\nos.kill(os.getpid(), 9)\n", "Crashed", "SIGKILL"),
    "kills its group": file("import os\nos.killpg(0, 15)\n", "Crashed", "SIGTERM"),
    "kills its parent": file(
        "import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(600)\n", "Crashed", "was killed"
    ),
    "stops its parent": file(
        "import os, time\nos.kill(os.getppid(), 19)\ntime.sleep(600)\n", "Crashed", "was killed"
    ),
    "sleeps": file(
        "import time\ntime.sleep(600)\n", "TimedOut", "timed out after 6 s in <module> (line 2 of"
    ),
    "sleeps, deaf": file(
        "import signal, time\n"
        "for n in set(signal.Signals) - {9, 19}: signal.signal(n, signal.SIG_IGN)\n"
        "time.sleep(600)\n",
        "TimedOut",
        "timed out after 6 s",
    ),
    "holds the GIL": file(
        "import re\nre.match('(a*)*b', 'a' * 60)\n", "TimedOut", "timed out after 6 s in <module> (line 2 of"
    ),
    "thread that never ends": file(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "raise SystemExit(threading.Event().wait())\n",
        "TimedOut",
        "timed out after 6 s",
    ),
    "hangs with children": file(FORKED + "time.sleep(600)\n", "TimedOut", "timed out after 6 s"),
    "leaves children": file(FORKED, "ProcessesLeft", "left 3 processes running, now killed"),
    "allocates": file(
        "import numpy as np\nx = [np.ones(2**28) for _ in range(9)]\n",
        "OutOfMemory",
        "ran out of memory (Unable to allocate 2.00 GiB",
    ),
    "allocates in C": file(
        "import ctypes, os\nif not ctypes.CDLL(None).malloc(2**31 - 1):\n     os.write(2, b'std::bad_alloc'); os.abort()\n",
        "OutOfMemory",
        "out of memory (the limit is 2 GiB: --memory)",
    ),
    "closes descriptors": file(
        "import os\nos.closerange(0, 65536)\n", "ExitedEarly", "closed the descriptor"
    ),
    "reuses descriptors": file(
        "import os, tempfile\nos.closerange(3, 65536)\n"
        "mine = [tempfile.TemporaryFile() for _ in range(600)]\n",
        "ExitedEarly",
        "closed the descriptor",
    ),
    "writes everywhere": file(
        'import os\nfor n in range(1, 2000):\n    try: os.write(n, b\'{"event": "finished"}\\n\\x1b[31m\')\n'
        "    except OSError: pass\n1 / 0\n",
        "ClaimFileFailed",
        "division by zero",
    ),
    "prints for ever": file(
        "import os\nwhile True: os.write(1, b'::error::\\n' * 999)\n", "TimedOut", "timed out after 6 s"
    ),
    "forked copy": file("import os\nos.fork()\n1 / 0\n", "ClaimFileFailed", "division by zero"),
    "fork bomb": file(
        "import os, time\n"
        "for _ in range(6):\n    os.fork()\n"  # 64 processes: the machine is shared
        "os.setsid() if os.getsid(0) != os.getpid() else None\ntime.sleep(600)\n",
        "TimedOut",
        "timed out after 6 s",
    ),
    "duplicate claims": Hostile(
        source="import nllcheck\nx = nllcheck.Claim('m', len)\nx = nllcheck.Claim('m', max)\n",
        verdicts={"x": UNKNOWN},
        kind="DuplicateClaim",
        says="2 claims are called 'x'",
    ),
}

IN_LOSSES = {
    "loss exits": in_loss("os._exit(0)", "ExitedEarly", "exited with status 0 before"),
    "loss crashes": in_loss("return ctypes.string_at(0)", "Crashed", "SIGSEGV"),
    "loss sleeps": in_loss("time.sleep(600)", "TimedOut", "timed out after"),
    "loss allocates": in_loss(
        "return np.ones(2**29).sum() * mu", "OutOfMemory", "out of memory", third=HOLDS
    ),
    "loss closes descriptors": in_loss("os.closerange(0, 65536)", "ExitedEarly", "closed the descriptor"),
    "loss raises what cannot be printed": Hostile(
        source=MODEL.replace(
            "{body}",
            "raise type('E', (BaseException,), {'__str__': lambda _: 1 / 0, '__repr__': lambda _: 1 / 0})",
        ),
        verdicts={"first": HOLDS, "second": FAILS, "third": HOLDS},
        kind="",
        says="",
    ),
    "loss changes what reports": in_loss(
        "sys.modules['json'].dumps = lambda *_, **__: '{}'", "NotReported", "what it reported cannot be read"
    ),
    "loss exits by exception": Hostile(
        source=MODEL.replace("{body}", "sys.exit(0)"),
        verdicts={"first": HOLDS, "second": FAILS, "third": HOLDS},
        kind="",
        says="",
    ),
}


def write(folder: Path, rows: Mapping[str, Hostile]) -> dict[str, str]:
    """Write each row to a file in `folder`; return the name of each row's file."""
    names = {
        name: f"{number:02}_{''.join(c if c.isalnum() else '_' for c in name)}.py"
        for number, name in enumerate(rows)
    }
    for name, row in rows.items():
        (folder / names[name]).write_text(row.source, encoding="utf-8")
    return names
