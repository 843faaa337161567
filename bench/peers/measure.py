"""The peers' side of one run, for bench/side-by-side.ts. A peer's script is:

    from measure import measure, timed

    def work(given):                                  # the input's JSON object, with `run` counting from 0
        x = numpy.fromfile(given["file"], "<f4")
        seconds, model = timed(lambda: fit(x))
        return {"fit": seconds}, {"inertia": model.inertia_}    # seconds by work, figures of quality by name

    measure(work)
"""

import json
import re
import resource
import sys
import time


def timed(work):
    """Seconds of wall clock that `work` took, and what it returned."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def peak_bytes():
    """The process's high-water mark; ru_maxrss would count what stood in memory before exec."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return int(re.search(r"^VmHWM:\s+(\d+) kB$", status.read(), re.MULTILINE)[1]) * 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(work):
    """Calls `work` with the input of the command line and prints what side-by-side.ts reads."""
    seconds, figures = work(json.loads(sys.argv[1]))
    print("\n" + json.dumps({"seconds": seconds, "figures": figures, "peakBytes": peak_bytes()}))
