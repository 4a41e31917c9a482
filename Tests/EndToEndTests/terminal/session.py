"""A program in a pseudo-terminal, its screen as an xterm would show it, and what it leaves behind.

Reads one JSON command a line on standard input, answers with one JSON object a line on standard output:

  {"do": "start", "argv": [...], "rows": 24, "columns": 80, "environment": {...}, "ignore_hangup": false}
  {"do": "keys", "bytes": "..."}                      sends text (escapes as they are)
  {"do": "first", "bytes": "..."}                     the same as soon as the program takes keys one by one
  {"do": "type", "text": "...", "interval": 0.08}     one character after the other, as a hand does: the next so long after the prompt
                                                      showed the last one
  {"do": "await", "text": "...", "absent": false, "seconds": 5}     until the screen holds (or lacks) the text
  {"do": "screen"}                                    the rows as they are
  {"do": "resize", "rows": 5, "columns": 20}
  {"do": "signal", "number": 15}                      to the program
  {"do": "hangup"}                                    closes the terminal's other end
  {"do": "exit", "seconds": 5}                        until it ended: status, modes before and after, which screen
  {"do": "quiet", "seconds": 1}                       bytes written and CPU used while nothing is done
  {"do": "stopped", "seconds": 5}                     until it stopped itself
  {"do": "links", "address": "https://...", "seconds": 5}           until a link there was written: all so far as [text, address], and what
                                                      is wrong with how they were written
  {"do": "wrote", "text": "...", "times": 1, "seconds": 5}          until it has written the bytes so often, escapes as they are

Waits look at the terminal's own output and end as soon as what they wait for is there. Needs: pip install pyte
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

import pyte


class Session:
    def __init__(self, command):
        self.screen = pyte.Screen(command["columns"], command["rows"])
        self.stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.master, self.slave = pty.openpty()
        self.size(command["rows"], command["columns"])
        self.before = termios.tcgetattr(self.slave)
        environment = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "TMPDIR")}
        environment.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
        environment.update(command.get("environment", {}))
        self.started = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(self.slave, fd)
            os.closerange(3, 64)
            if command.get("ignore_hangup"):
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
            os.execvpe(command["argv"][0], command["argv"], environment)

    def size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """Takes in what the program writes within `seconds`, returning at the first of it."""
        if self.master is None:
            time.sleep(min(seconds, 0.01))
            return 0
        ready, _, _ = select.select([self.master], [], [], max(0, seconds))
        if not ready:
            return 0
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return 0
        self.raw += data
        self.stream.feed(data)
        return len(data)

    def until(self, seconds, done):
        end = time.monotonic() + seconds
        while not done():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self.read(min(left, 0.05))
        return True

    def whole(self):
        """Whether the screen is a whole frame: a terminal hands a long one over in pieces."""
        return self.raw.rfind(b"\x1b[?2026h") <= self.raw.rfind(b"\x1b[?2026l")

    def catch_up(self):
        while self.read(0):
            pass

    def prompt(self):
        return next((row for row in self.rows() if row.startswith("  \u25b8 ")), None)

    def rows(self):
        return [row.rstrip() for row in self.screen.display]

    def ended(self):
        if getattr(self, "status", None) is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
            self.ended_at = time.monotonic()
        return self.status is not None

    def cpu(self):
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def state(self):
        with open(f"/proc/{self.pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0]

    def on_second_screen(self):
        return self.raw.rfind(b"\x1b[?1049h") > self.raw.rfind(b"\x1b[?1049l")

    def modes_same(self):
        return termios.tcgetattr(self.slave)[:6] == self.before[:6] and termios.tcgetattr(self.slave)[6] == self.before[6]

    def finish(self):
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


PIECES = re.compile(
    rb"\x1b\](?P<order>[^\x07\x1b]*)(?:\x07|\x1b\\)|(?P<control>\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]|[\x00-\x1f\x7f])|(?P<text>[^\x00-\x1f\x7f]+)"
)


def links(raw):
    """OSC 8 links: between beginning and end of each stand characters and nothing else."""
    found, problems, link = [], [], None
    for piece in PIECES.finditer(raw):
        order, control, text = piece.group("order", "control", "text")
        if order is not None and order.startswith(b"8;"):
            _, identity, address = order.split(b";", 2)
            if bool(link) == bool(address) or bool(identity) != bool(address):
                problems.append(repr(order))
            link = address
        elif link and text:
            found.append([text.decode(errors="replace"), link.decode()])
        elif link and not (control or b"").endswith(b"b"):
            problems.append(f"{piece.group()!r} within {link!r}")
    return {"links": found, "problems": problems + ([f"{link!r} is open"] if link else [])}


def answer(session, command):
    what = command["do"]
    seconds = command.get("seconds", 5)
    if what == "keys":
        os.write(session.master, command["bytes"].encode())
        return {}
    if what == "first":
        taken = session.until(30, lambda: session.ended() or not termios.tcgetattr(session.slave)[3] & termios.ICANON)
        if taken and not session.ended():
            os.write(session.master, command["bytes"].encode())
        return {}
    if what == "type":
        for character in command["text"]:
            session.catch_up()
            before = session.prompt()
            os.write(session.master, character.encode())
            session.until(5, lambda: session.whole() and session.prompt() != before)
            session.until(command["interval"], lambda: False)
        return {}
    if what == "await":
        text = command["text"]
        session.catch_up()
        found = session.until(
            seconds, lambda: session.whole() and (text in "\n".join(session.rows())) != command.get("absent", False)
        )
        return {"found": found, "rows": session.rows(), "after": time.monotonic() - session.started}
    if what == "screen":
        # A frame is whole once its synchronised update has ended.
        session.until(1, lambda: not session.read(0.02) and session.raw.endswith(b"\x1b[?2026l"))
        return {"rows": session.rows()}
    if what == "resize":
        session.screen.resize(command["rows"], command["columns"])
        session.size(command["rows"], command["columns"])
        return {}
    if what == "signal":
        os.kill(session.pid, command["number"])
        return {}
    if what == "hangup":
        os.close(session.slave)
        os.close(session.master)
        session.master = session.slave = None
        return {}
    if what == "stopped":
        stopped = session.until(seconds, lambda: session.state() == "T")
        while session.read(0.02):
            pass
        return {"stopped": stopped, "modes_same": session.modes_same(), "second_screen": session.on_second_screen()}
    if what == "quiet":
        before, used = len(session.raw), session.cpu()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            session.read(end - time.monotonic())
        return {"bytes": len(session.raw) - before, "cpu": session.cpu() - used}
    if what == "wrote":
        found = session.until(seconds, lambda: session.raw.count(command["text"].encode()) >= command["times"])
        return {"found": found}
    if what == "links":
        found = session.until(seconds, lambda: session.whole() and any(a.startswith(command["address"]) for _, a in links(bytes(session.raw))["links"]))
        return {"found": found, **links(bytes(session.raw))}
    if what == "exit":
        asked = time.monotonic()
        ended = session.until(seconds, session.ended)
        while session.master is not None and session.read(0.02):
            pass
        result = {"ended": ended, "seconds": time.monotonic() - asked}
        if ended:
            result["code"] = os.waitstatus_to_exitcode(session.status)
        if session.master is not None:
            raw = bytes(session.raw)
            result.update(
                modes_same=session.modes_same(),
                second_screen=session.on_second_screen(),
                cursor_shown=raw.rfind(b"\x1b[?25h") > raw.rfind(b"\x1b[?25l"),
                paste_off=raw.rfind(b"\x1b[?2004l") > raw.rfind(b"\x1b[?2004h"),
                synchronised=raw.rfind(b"\x1b[?2026l") > raw.rfind(b"\x1b[?2026h"),
                text=raw.decode(errors="replace")[-4000:],
            )
        return result
    return {"error": f"unknown command {what}"}


def main():
    session = None
    try:
        for line in sys.stdin:
            command = json.loads(line)
            try:
                if command["do"] == "start":
                    session = Session(command)
                    result = {}
                else:
                    result = answer(session, command)
            except Exception as error:  # the test shows it
                result = {"error": repr(error)}
            print(json.dumps(result), flush=True)
    finally:
        if session:
            session.finish()


if __name__ == "__main__":
    main()
