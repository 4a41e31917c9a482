"""The dashboard and its peers in a real pseudo-terminal of 200 columns and 50 rows, in one run: start, idle, movement, keys, filter, memory.

    terminal.py FLEETTUI [--quick]

Peers are measured where they are installed (apt-get install htop tig btop lnav glances) and left out, by name, where not.
"""

import fcntl
import http.server
import json
import os
import pty
import select
import shutil
import signal
import statistics
import string
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

PROGRAM = sys.argv[1]
QUICK = "--quick" in sys.argv
SECONDS = 5 if QUICK else 15
TICKS = os.sysconf("SC_CLK_TCK")


class Screen:
    """A program in a pseudo-terminal; nothing of what it writes is interpreted, only counted and timed."""

    def __init__(self, argv, environment=None):
        self.begun = time.perf_counter()
        self.first = None
        self.kilobyte = None
        self.bytes = 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8", **(environment or {}))
            os.execvp(argv[0], argv)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))

    def read(self, seconds, until=lambda: False):
        """Reads for so long, or until something holds. Returns the bytes."""
        end = time.perf_counter() + seconds
        taken = b""
        while not until():
            left = end - time.perf_counter()
            if left <= 0:
                break
            ready, _, _ = select.select([self.fd], [], [], left)
            if not ready:
                break
            try:
                data = os.read(self.fd, 1 << 16)
            except OSError:
                break
            if not data:
                break
            now = time.perf_counter() - self.begun
            self.first = self.first or now
            self.bytes += len(data)
            if self.bytes >= 1000:
                self.kilobyte = self.kilobyte or now
            taken += data
        return taken

    def seek(self, text, seconds):
        """Reads until it wrote that text."""
        end = time.perf_counter() + seconds
        seen = b""
        while text not in seen:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.perf_counter()))
            if not ready:
                raise SystemExit(f"{text} was not seen within {seconds} s")
            seen += os.read(self.fd, 1 << 16)

    def press(self, keys, quiet=0.06):
        """Seconds from the key to the first byte, and the bytes until `quiet` seconds without any."""
        begun = time.perf_counter()
        os.write(self.fd, keys)
        ready, _, _ = select.select([self.fd], [], [], 5)
        first = time.perf_counter() - begun
        count = 0
        while ready:
            try:
                count += len(os.read(self.fd, 1 << 16))
            except OSError:
                raise SystemExit("the program ended while its keys were measured")
            ready, _, _ = select.select([self.fd], [], [], quiet)
        return first, count

    def processes(self):
        """Its own process and its children's."""
        found = [self.pid]
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and int(open(f"/proc/{name}/stat").read().rsplit(")", 1)[1].split()[1]) in found:
                    found.append(int(name))
            except (OSError, IndexError):
                pass
        return found

    def ticks(self):
        total = 0
        for pid in self.processes():
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total

    def switches(self):
        """Of each of its threads, since that began."""
        counts = {}
        for task in os.listdir(f"/proc/{self.pid}/task"):
            try:
                for line in open(f"/proc/{self.pid}/task/{task}/status"):
                    if line.startswith("voluntary_ctxt_switches"):
                        counts[task] = int(line.split()[1])
            except OSError:
                pass
        return counts

    def memory(self):
        return sum(
            int(line.split()[1])
            for pid in self.processes()
            for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS")) / 1024

    def rest(self, seconds):
        """CPU share in percent, bytes a second and wake-ups a second while nobody does anything."""
        self.read(0.5)
        ticks, count, switches, begun = self.ticks(), self.bytes, self.switches(), time.perf_counter()
        end = begun + seconds
        while time.perf_counter() < end:
            self.read(end - time.perf_counter())
        passed = time.perf_counter() - begun
        return (
            (self.ticks() - ticks) / TICKS / passed * 100, (self.bytes - count) / passed, sum(count - switches.get(task, 0) for task, count in self.switches().items()) / passed)

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.fd)


def line(who, what, figure, unit):
    print(f"{who:<12}{what:<46}{figure:>12} {unit}", flush=True)


def start(name, argv, environment=None):
    firsts, thousands = [], []
    for _ in range(3 if QUICK else 7):
        screen = Screen(argv, environment)
        screen.read(3, until=lambda: screen.kilobyte)
        if screen.first:
            firsts.append(screen.first * 1000)
        if screen.kilobyte:
            thousands.append(screen.kilobyte * 1000)
        screen.close()
    if firsts:
        line(name, "start: first byte", f"{statistics.median(firsts):.1f}", "ms")
    if thousands:
        line(name, "start: first kilobyte", f"{statistics.median(thousands):.1f}", "ms")


def rest(name, what, screen, seconds=SECONDS):
    cpu, per_second, wakes = screen.rest(seconds)
    line(name, f"{what}: CPU", f"{cpu:.2f}", "%")
    line(name, f"{what}: output", f"{per_second:.0f}", "bytes/s")
    line(name, f"{what}: wake-ups", f"{wakes:.1f}", "/s")
    line(name, f"{what}: memory, children included", f"{screen.memory():.1f}", "MiB")


def keys(name, what, screen, down=b"j", count=40):
    times, sizes = [], []
    for _ in range(count):
        taken, size = screen.press(down)
        times.append(taken * 1000)
        sizes.append(size)
    times.sort()
    line(name, f"{what}: key to first byte, median", f"{statistics.median(times):.2f}", "ms")
    line(name, f"{what}: key to first byte, 95 %", f"{times[int(len(times) * 0.95)]:.2f}", "ms")
    line(name, f"{what}: bytes a key, median", f"{statistics.median(sizes):.0f}", "bytes")


class Fleet:
    """A simulated fleet in a process of its own: what it costs is not the dashboard's."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([PROGRAM, "sim", *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        told = json.loads(self.process.stdout.readline())
        self.config = next(value for key, value in told.items() if str(value).endswith(".toml"))

    def dashboard(self, environment=None):
        return Screen([PROGRAM, "--config", self.config], environment)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Scripted:
    """A control plane whose fleet feed says what it is told to say, when it is told."""

    def __init__(self):
        # Names of which no two share a letter's place: a row that moves is written whole.
        self.status = {letter * 8: ("running", None) for letter in string.ascii_lowercase}
        self.feeds, self.sent = [], 0
        scripted = self

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                path = self.path.split("?")[0]
                if path == "/cp/admin/events/stream":
                    self.send_response(200)
                    self.send_header("Content-Type", "text/event-stream")
                    self.end_headers()
                    self.wfile.write(b": here\n\n")
                    scripted.feeds.append(self.wfile)
                    return threading.Event().wait()
                self.reply(scripted.answer(path))

            def reply(self, answer):
                body = json.dumps(answer if answer is not None else {"error": "not found"}).encode()
                self.send_response(404 if answer is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path):
        if path == "/cp/admin/orgs":
            return {"orgs": [
                {"id": "id-" + slug, "slug": slug, "name": slug, "plan": "free", "instance_status": status, "last_error": error,
                 "created_at": "2026-01-01T00:00:00Z"} for slug, (status, error) in self.status.items()]}
        if path.endswith("/admin-token"):
            return {"admin_token": "t"}
        if path.endswith("/workspaces"):
            return []
        return None

    def fail(self, slug, error):
        self.status[slug] = ("failed", error)
        self.sent += 1
        event = {"type": "ORG_STATUS", "timestamp": int(time.time() * 1000), "org_id": "id-" + slug, "slug": slug,
                 "data": {"instance_status": "failed", "last_error": error}}
        for feed in self.feeds:
            feed.write(f"id: {self.sent}\ndata: {json.dumps(event)}\n\n".encode())


def symptoms(folder, environment):
    """From an event on the wire to its finding on the screen."""
    plane = Scripted()
    config = os.path.join(folder, "scripted.toml")
    with open(config, "w") as file:
        file.write(
            f'[environment.bench]\ncontrol_plane = "{plane.address}"\nadmin_token = {{ env = "NONE" }}\n'
            f'tenant_url = "{plane.address}/tenants/{{slug}}"\n')
    screen = Screen([PROGRAM, "--config", config], environment)
    screen.read(4)
    screen.press(b"3", quiet=0.5)
    times = []
    for slug in list(plane.status)[:10 if QUICK else 18]:
        begun = time.perf_counter()
        plane.fail(slug, "tunnel/DNS step failed: cloudflare 10000")
        screen.seek(slug.encode(), 5)
        times.append((time.perf_counter() - begun) * 1000)
        screen.read(0.7)
    times.sort()
    line("fleettui", "event on the wire to finding on screen, median", f"{statistics.median(times):.1f}", "ms")
    line("fleettui", "event on the wire to finding on screen, worst", f"{times[-1]:.1f}", "ms")
    screen.close()


def peer(name, argv, down=b"j"):
    path = shutil.which(argv[0])
    if not path:
        return print(f"{name:<12}is not installed: left out", flush=True)
    start(name, argv)
    screen = Screen(argv)
    screen.read(3)
    rest(name, "idle", screen)
    keys(name, "cursor", screen, down)
    screen.close()


with tempfile.TemporaryDirectory() as folder:
    state = {"XDG_STATE_HOME": folder, "XDG_CONFIG_HOME": folder}
    nobody = os.path.join(folder, "nobody.toml")
    with open(nobody, "w") as file:
        file.write('[environment.nobody]\ncontrol_plane = "http://127.0.0.1:9"\nadmin_token = { env = "NONE" }\n')
    os.environ["NONE"] = "x"
    start("fleettui", [PROGRAM, "--config", nobody], state)
    start("fleettui", [PROGRAM, "demo"], state)

    symptoms(folder, state)

    fleet = Fleet("--scenario", "idle")
    screen = fleet.dashboard(state)
    screen.read(6)
    screen.press(b"1", quiet=0.5)
    rest("fleettui", "nothing moves", screen)
    screen.close()
    fleet.close()

    fleet = Fleet("--scenario", "default", "--orgs", "60")
    screen = fleet.dashboard(state)
    screen.read(4)
    screen.press(b"2", quiet=0.5)
    rest("fleettui", "provisioning live", screen)
    screen.close()
    fleet.close()

    fleet = Fleet("--scenario", "healthy", "--orgs", "499")
    screen = fleet.dashboard(state)
    screen.read(15)
    screen.press(b"1", quiet=0.5)
    rest("fleettui", "499 orgs", screen)
    keys("fleettui", "499 orgs", screen)
    screen.close()
    fleet.close()

    fleet = Fleet("--scenario", "healthy", "--orgs", "3000")
    screen = fleet.dashboard(state)
    screen.read(20)
    screen.press(b"4", quiet=1)
    keys("fleettui", "10,000 machines", screen)
    screen.press(b"/", quiet=0.3)
    taken = [screen.press(letter.encode())[0] * 1000 for letter in "org-12"]
    line("fleettui", "10,000 machines: filter, worst key", f"{max(taken):.1f}", "ms")
    screen.press(b"\x1b", quiet=0.3)
    line("fleettui", "10,000 machines: memory", f"{screen.memory():.1f}", "MiB")
    screen.close()
    fleet.close()

    peer("htop", ["htop"], b"\x1bOB")
    peer("btop", ["btop"], b"\x1bOB")
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    peer("tig", ["tig"])
    log = os.path.join(folder, "million.log")
    with open(log, "w") as file:
        for number in range(100_000 if QUICK else 1_000_000):
            file.write(f"2026-11-23T13:42:07.{number % 1000:03d} info org-{number % 997} heartbeat {number} ok, nothing else to say of it\n")
    peer("lnav", ["lnav", log])
    peer("glances", ["glances"], b"\x1bOB")
