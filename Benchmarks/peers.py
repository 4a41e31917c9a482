"""What others take for the same bytes, in the same run: best of seven rounds, as fleettui-bench counts."""

import json
import pathlib
import sys
import time
from datetime import datetime

ROUNDS = 7
folder = pathlib.Path(sys.argv[1])


def best(work):
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def line(who, name, figure, unit):
    figure = f"{figure:.0f}" if figure >= 100 else f"{figure:.1f}"
    left = who.ljust(22) + name
    print(left + figure.rjust(max(1, 74 - len(left))) + " " + unit)


python = "python " + sys.version.split()[0]
roster = (folder / "roster.json").read_bytes()
line(python, "JSON: a roster of 200 orgs, 20 times",
     len(roster) * 20 / best(lambda: [json.loads(roster) for _ in range(20)]) / 1e6, "MB/s")
value = json.loads(roster)
line(python, "JSON: writing it, 20 times",
     len(roster) * 20 / best(lambda: [json.dumps(value, ensure_ascii=False) for _ in range(20)]) / 1e6, "MB/s")
moments = (folder / "moments.txt").read_text().split("\n")
if sys.version_info >= (3, 11):
    line(python, "RFC 3339: reading",
         len(moments) / best(lambda: [datetime.fromisoformat(text) for text in moments]) / 1e3, "k moments/s")
