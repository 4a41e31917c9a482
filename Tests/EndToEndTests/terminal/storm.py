"""A dashboard in a pseudo-terminal under a storm of keys, escape sequences and resizes, while the orgs of its simulated fleet come and go.

  storm.py --program PATH [--seeds 1-20] [--inputs 20000]

The same seed gives the same inputs; what the fleet does meanwhile depends on the moment. Prints a line for each seed, and for one that failed why, the last
inputs, the screen, and what the program wrote last. Ends with 0 when every seed's program took every input and left with 0 at `q`.
"""

import argparse
import array
import collections
import concurrent.futures
import fcntl
import json
import os
import random
import select
import shutil
import subprocess
import sys
import tempfile
import termios
import threading
import time
import urllib.request

import pyte

from session import Session

# How many orgs there are at most: more rows than any screen of the storm holds.
ORGS = 90
SPEED = 100
# Seconds that the program may leave what was typed unread.
PATIENCE = 20


class Failed(Exception):
    pass


class Fleet:
    """`fleettui sim`, and who makes and deletes orgs in it: down to two, back to many, and so on."""

    def __init__(self, program, seed):
        self.random = random.Random(f"fleet {seed}")
        self.folder = tempfile.mkdtemp(prefix="fleettui-storm-")
        self.process = subprocess.Popen(
            [program, "sim", "--orgs", str(ORGS), "--speed", str(SPEED), "--seed", str(seed)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"`fleettui sim` did not start: {self.process.communicate()[1].decode()}")
        self.addresses = json.loads(line)
        self.config = os.path.join(self.folder, "config.toml")
        with open(self.addresses["config"]) as given, open(self.config, "w") as written:
            written.write(given.read().replace("writes        = true", 'writes        = true\nroster_poll   = "2s"'))
        self.is_over = threading.Event()
        self.seen = set()
        self.changer = threading.Thread(target=self.change, daemon=True)

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            self.addresses["control_plane"] + path, method=method, data=body and json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + self.addresses["admin_token"], "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except OSError:
            return {}  # refused, or the fleet is gone: the next one may be taken

    def change(self):
        made = 0
        with concurrent.futures.ThreadPoolExecutor(6) as askers:
            while not self.is_over.is_set():
                slugs = [org["slug"] for org in self.ask("GET", "/cp/admin/orgs?limit=500").get("orgs", [])]
                self.seen.add(len(slugs))
                wanted = self.random.choice([2, 3, 10, ORGS])
                work = []
                for slug in slugs[wanted:]:
                    work.append(askers.submit(self.ask, "DELETE", f"/cp/admin/tenants/{slug}", {"confirm": slug}))
                for _ in range(wanted - len(slugs)):
                    made += 1
                    org = {"slug": f"storm-{made}", "name": f"Storm {made}", "owner_user_id": "storm"}
                    work.append(askers.submit(self.ask, "POST", "/cp/admin/orgs", org))
                concurrent.futures.wait(work, timeout=15)
                self.is_over.wait(1)

    def stop(self):
        self.is_over.set()
        self.process.terminate()
        error = self.process.communicate()[1].decode(errors="replace")
        if self.changer.is_alive():
            self.changer.join(60)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.process.returncode != 143:
            raise Failed(f"`fleettui sim` ended with {self.process.returncode}: {error}")


class Inputs:
    """What a careless hand, a pasting one, a mouse of any kind and a chatty terminal may send. Never `q`, ctrl-c or ctrl-\\ as keys: those leave."""

    KEYS = [key.encode() for key in "1234567890jkgGsS<>oewmvcpdrn?/fFNyt| \t\r"] + [b"\x1b"] * 12 + [
        b"\x0c", b"\x02", b"\x06", b"\x04", b"\x15", b"\x17", b"\x7f", b"\x08", b"\x00", b"\x1d", b"\x1f"]
    SEQUENCES = [
        b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1bOA", b"\x1bOB", b"\x1bOC", b"\x1bOD", b"\x1b[H", b"\x1b[F", b"\x1bOH", b"\x1bOF", b"\x1b[1~", b"\x1b[2~",
        b"\x1b[3~", b"\x1b[4~", b"\x1b[5~", b"\x1b[6~", b"\x1b[Z", b"\x1bOP", b"\x1bOS", b"\x1b[15~", b"\x1b[24~", b"\x1b[1;5A", b"\x1b[1;2D", b"\x1b[5;3~",
        # The keys of the Linux console, and what a terminal answers or tells unasked.
        b"\x1b[[A", b"\x1b[[B", b"\x1b[[C", b"\x1b[[D", b"\x1b[[E", b"\x1b[I", b"\x1b[O", b"\x1b[?62;22c", b"\x1b[24;80R", b"\x1b[0n", b"\x1b[?2026;2$y",
        b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", b"\x1b]10;rgb:ffff/ffff/ffff\x07", b"\x1bP1+r544e\x1b\\", b"\x1b_Gi=1;OK\x1b\\", b"\x1b^x\x1b\\", b"\x1bXx\x1b\\",
        # What begins and does not end.
        b"\x1bP", b"\x1bX", b"\x1b]", b"\x1b^", b"\x1b_", b"\x1b[200~rm -rf", b"\x1b[201~", b"\x1b[", b"\x1bO", b"\x1b[<0;1", b"\x1b[M", b"\x1b[M !",
        b"\x1b[99999999999999999999~", b"\x1b[<0;99999999999999999999;5M", b"\x1b[<64;-1;9223372036854775808M", b"\x1b[" + b"1;" * 200 + b"A",
        b"\x1b]0;" + b"x" * 5000, b"\x1b[200~" + b"delete acme\r" * 400 + b"\x1b[201~", b"\x1b\x1b", b"\x1b\x1b[A", b"\xe2\x82", b"\xff\xfe", b"\xed\xa0\x80",
    ]
    TEXTS = ["acme", "org", "storm-1", "zzz", "(", "\u6f22\u5b57", "e\u0301", "\U0001f469\u200d\U0001f4bb", "\u202e", "status:failed", "/(/", "a b", "!x", "age>10m"]
    FINALS = [bytes([byte]) for byte in range(0x40, 0x7F) if byte != ord("q")]
    SIZES = [(5, 20), (3, 10), (24, 80), (50, 200), (1, 1), (4, 19), (7, 20), (9, 40), (12, 30), (70, 250)]

    def __init__(self, seed):
        self.random = random.Random(seed)

    def next(self):
        """Bytes, or a size as rows and columns."""
        dice = self.random.random()
        if dice < 0.02:
            return self.random.choice(self.SIZES) if self.random.random() < 0.7 else (self.random.randint(1, 70), self.random.randint(1, 250))
        if dice < 0.70:
            return self.random.choice(self.KEYS)
        if dice < 0.84:
            return self.random.choice(self.SEQUENCES)
        if dice < 0.88:
            return b"/" + self.random.choice(self.TEXTS).encode() + self.random.choice([b"", b"\r", b"\x1b", b"\x15"])
        if dice < 0.91:
            kind, row, column = self.random.choice([0, 1, 2, 3, 32, 35, 64, 65, 66]), self.random.randint(1, 70), self.random.randint(1, 250)
            return f"\x1b[<{kind};{column};{row}{self.random.choice('Mm')}".encode()
        if dice < 0.94:
            # A click as X10 reports it: any byte may be a place, that of `q` and `d` too.
            return b"\x1b[M" + bytes([32 + self.random.choice([0, 1, 2, 3, 64, 65]), self.random.randint(33, 255), self.random.randint(33, 102)])
        if dice < 0.95:
            return b"\x1b[200~" + self.random.choice(self.TEXTS).encode() + b"\x1b[201~"
        if dice < 0.97:
            return b"\x1b[" + bytes(self.random.randint(0x20, 0x3F) for _ in range(self.random.randint(0, 8))) + self.random.choice(self.FINALS)
        if dice < 0.975:
            return b"\x1a"
        return bytes(byte for byte in self.random.randbytes(3) if byte not in b"q\x03\x1c")


class Storm:
    def __init__(self, program, seed, count):
        self.program, self.seed, self.count = program, seed, count
        self.last = collections.deque(maxlen=80)
        self.taken = 0
        self.next_look = 1_000
        self.kept = bytearray()

    def run(self):
        fleet = Fleet(self.program, self.seed)
        try:
            self.session = Session({
                "argv": [self.program, "--config", fleet.config], "rows": 24, "columns": 100,
                "environment": {"XDG_STATE_HOME": fleet.folder, "XDG_CACHE_HOME": fleet.folder}})
            # Only now: a process with threads does not fork.
            fleet.changer.start()
            try:
                self.wait_for(b"DEMO")
                self.rage()
                self.leave()
            except Failed as failure:
                raise Failed(f"{failure}\n{self.report()}")
            finally:
                self.session.finish()
        finally:
            fleet.stop()
        return fleet.seen

    def read(self, seconds):
        if not select.select([self.session.master], [], [], max(0, seconds))[0]:
            return False
        try:
            self.kept += os.read(self.session.master, 65536)
        except OSError:
            return False
        del self.kept[:-1_000_000]
        return True

    def check(self):
        if self.session.ended():
            while self.read(0.05):
                pass
            raise Failed(f"the program ended with {os.waitstatus_to_exitcode(self.session.status)} after {self.taken} inputs")
        # Ctrl-Z stops it, and the shell's `fg` goes on with it.
        if self.session.state() == "T":
            os.kill(self.session.pid, 18)

    def wait_for(self, text):
        end = time.monotonic() + PATIENCE
        while text not in self.kept:
            self.read(0.05)
            self.check()
            if time.monotonic() > end:
                raise Failed(f"the screen never showed {text}")

    def unread(self):
        count = array.array("i", [0])
        fcntl.ioctl(self.session.slave, termios.FIONREAD, count)
        return count[0]

    def send(self, data):
        end = time.monotonic() + PATIENCE
        while data or self.unread():
            self.check()
            if data and select.select([], [self.session.master], [], 0)[1]:
                data = data[os.write(self.session.master, data):]
            self.read(0.002)
            if time.monotonic() > end:
                raise Failed(f"the program read nothing for {PATIENCE} s after {self.taken} inputs")
        while self.read(0):
            pass

    def rage(self):
        inputs = Inputs(self.seed)
        while self.taken < self.count:
            data = b""
            for _ in range(inputs.random.choice([1, 1, 2, 4, 8, 16])):
                what = inputs.next()
                self.last.append(what)
                self.taken += 1
                # A sequence is never cut: what follows a pause would be keys.
                if isinstance(what, tuple) or len(data) + len(what) > 1000:
                    self.send(data)
                    data = b""
                if isinstance(what, tuple):
                    self.session.size(*what)
                else:
                    data += what
            self.send(data)
            if self.taken >= self.next_look:
                self.next_look += 1_000
                self.look()
            # A pause, after which an escape is the key.
            if inputs.random.random() < 0.04:
                end = time.monotonic() + 0.04
                while time.monotonic() < end:
                    self.read(end - time.monotonic())

    def look(self):
        """Whatever was begun and not ended, ctrl-l gets through: the screen is cleared and drawn anew."""
        self.kept.clear()
        end = time.monotonic() + PATIENCE
        while b"\x1b[2J" not in self.kept:
            self.send(b"\x0c")
            self.read(0.1)
            # A Ctrl-Z that a paste without an end held back comes only now.
            self.check()
            if time.monotonic() > end:
                raise Failed(f"the keyboard is dead: ctrl-l draws nothing after {self.taken} inputs")

    def leave(self):
        self.session.size(24, 100)
        self.kept.clear()
        end = time.monotonic() + PATIENCE
        while not self.session.ended():
            # Whatever is open or half typed, some escapes close it.
            for key in (b"\x1b", b"\x1b", b"\x1b", b"\x0c", b"q"):
                if not self.session.ended():
                    os.write(self.session.master, key)
                    self.read(0.1)
                    while self.read(0.05):
                        pass
            if time.monotonic() > end:
                raise Failed(f"`q` does not leave after {self.taken} inputs")
            if not self.session.ended() and self.session.state() == "T":
                os.kill(self.session.pid, 18)
        code = os.waitstatus_to_exitcode(self.session.status)
        if code != 0:
            raise Failed(f"`q` left with {code}")

    def report(self):
        screen = pyte.Screen(100, 24)
        stream = pyte.ByteStream(screen)
        if not self.session.ended():
            # A new size has all of it drawn anew.
            self.session.size(23, 99)
            while self.read(0.3):
                pass
            self.kept.clear()
            self.session.size(24, 100)
            while self.read(0.3):
                pass
        stream.feed(bytes(self.kept))
        rows = "\n".join(row.rstrip() for row in screen.display)
        return f"last inputs: {list(self.last)}\nscreen:\n{rows}\nlast output: {bytes(self.kept[-3000:])!r}"


def seeds(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--seeds", type=seeds, default=seeds("1"))
    parser.add_argument("--inputs", type=int, default=20_000)
    options = parser.parse_args()
    failed = []
    for seed in options.seeds:
        started = time.monotonic()
        try:
            seen = Storm(options.program, seed, options.inputs).run()
            outcome = f"{options.inputs} inputs, {min(seen, default=0)} to {max(seen, default=0)} orgs, left with 0"
        except Failed as failure:
            failed.append(seed)
            outcome = f"FAILED: {failure}"
        print(f"storm {seed}: {outcome} ({time.monotonic() - started:.0f} s)", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
