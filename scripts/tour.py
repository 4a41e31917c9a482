"""Walks the tour of docs/tour.md on a built program, in a pseudo-terminal: what it says to press is pressed, what it says is seen must be seen.

    tour.py PROGRAM           walks it; ends with 1 and the screen where a step shows something else
    tour.py PROGRAM --draw    makes its pictures anew, too

The walk stands in the page itself, in comments that a reader doesn't see:

    <!-- start: demo --write -->      a new dashboard, with these arguments
    <!-- press: 3 enter esc -->       keys, one after the other: a character, or the name of a key
    <!-- type: cost>0.1 -->           characters, as a hand types them
    <!-- see: late -->                until the screen shows the text
    <!-- gone: Delete org -->         until it shows it no more
    <!-- draw: tour/triage.svg -->    the picture that follows

What a step presses or types must stand in `code` in its words: the page can't say another key than the one that works.
"""

import os
import re
import sys

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(root, "scripts"), os.path.join(root, "Tests/EndToEndTests/terminal")]

import picture  # noqa: E402
import session  # noqa: E402

ROWS, COLUMNS = 34, 120
KEYS = {"enter": "\r", "esc": "\x1b", "tab": "\t", "space": " ", "up": "\x1b[A", "down": "\x1b[B"}
NAMES = {"enter": "↵", "up": "↑", "down": "↓"}
STEP = re.compile(r"<!-- (start|press|type|see|gone|draw): (.*?) -->")


class Wrong(Exception):
    pass


def walk(page, program, draws):
    terminal = None
    try:
        words = ""
        for line in page.splitlines():
            step = STEP.fullmatch(line.strip())
            if not step:
                words = "" if line.startswith("#") else words + line + "\n"
                continue
            what, rest = step.groups()
            if what == "start":
                if terminal:
                    terminal.finish()
                terminal = session.Session(
                    {"argv": [program] + rest.split(), "rows": ROWS, "columns": COLUMNS, "environment": {"COLORTERM": "truecolor", "COLORFGBG": "15;0"}}
                )
            elif what == "press":
                for key in rest.split():
                    said(key, words)
                    press(terminal, KEYS.get(key, key))
            elif what == "type":
                said(rest, words)
                for character in rest:
                    # A phrase that is to count isn't typed at once: a hand takes its time.
                    os.write(terminal.master, character.encode())
                    terminal.until(0.3, lambda: False)
            elif what == "draw":
                session.answer(terminal, {"do": "screen"})
                if draws:
                    path = os.path.join(root, "docs", rest)
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    with open(path, "w") as out:
                        picture.draw(terminal.screen, out)
            else:
                answer = session.answer(terminal, {"do": "await", "text": rest, "absent": what == "gone", "seconds": 120})
                if not answer["found"]:
                    raise Wrong(f"{line.strip()}\n" + "\n".join(answer["rows"]))
    finally:
        if terminal:
            terminal.finish()


def said(key, words):
    if not any(f"`{name}`" in words for name in (key, NAMES.get(key, key))):
        raise Wrong(f"{key} is pressed, but the words before it don't say so:\n{words}")


def press(terminal, key):
    os.write(terminal.master, key.encode())
    # A lone escape is one only once nothing follows it.
    terminal.until(0.4 if key == "\x1b" else 0, lambda: False)
    session.answer(terminal, {"do": "screen"})


def main():
    with open(os.path.join(root, "docs/tour.md")) as file:
        page = file.read()
    try:
        walk(page, sys.argv[1], "--draw" in sys.argv[2:])
    except Wrong as problem:
        print(f"tour: {problem}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
