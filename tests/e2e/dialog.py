"""dialog.py SCRIPT COMMAND... - a person at a terminal.

Runs COMMAND on a pseudo-terminal and follows SCRIPT, one step a line:

    see TEXT      wait until TEXT is on the screen, after what was seen before;
                  it may be folded into several lines there
    type TEXT     TEXT and Enter
    keys TEXT     TEXT as it is; \\x03 is Ctrl-C, \\x04 Ctrl-D
    pause SECONDS nobody types faster than that; for what is not on the screen
    run COMMAND   a shell does that meanwhile; exit code 0, or it didn't happen
    exit CODE     wait for the end, with this exit code

Prints everything that was on the screen, without the escape sequences of line
editing. Exit code 0 if all went as the script says. It never waits longer than
PATIENCE seconds for one step.
"""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

PATIENCE = float(os.environ.get("PATIENCE", "30"))
ESCAPES = re.compile(
    rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>78]|\x1b\][^\x07]*\x07"
)


class Screen:
    def __init__(self, fd):
        self.fd = fd
        self.raw = b""
        self.seen = 0
        self.is_open = True

    def text(self):
        plain = ESCAPES.sub(b"", self.raw).replace(b"\r\n", b"\n")
        return plain.replace(b"\r", b"\n").decode("utf-8", "replace")

    def read(self, wait):
        ready, _, _ = select.select([self.fd], [], [], wait)
        if not ready:
            return
        try:
            more = os.read(self.fd, 65536)
        except OSError:
            more = b""
        self.is_open = more != b""
        self.raw += more

    def see(self, wanted):
        end = time.monotonic() + PATIENCE
        # Where a line of the screen ends, its last blank isn't there.
        words = re.compile(re.escape(wanted).replace(r"\ ", r"(?: |\n *)"))
        while True:
            match = words.search(self.text(), self.seen)
            if match is not None:
                self.seen = match.end()
                return True
            if not self.is_open or time.monotonic() > end:
                return False
            self.read(0.2)


def spawn(command):
    pid, fd = pty.fork()
    if pid == 0:
        try:
            os.execvp(command[0], command)
        except OSError:
            os._exit(127)
    return pid, fd


def ended(screen, pid):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            while screen.is_open:
                before = len(screen.raw)
                screen.read(0.1)
                if len(screen.raw) == before:
                    break
            return os.waitstatus_to_exitcode(status)
        if screen.is_open:
            screen.read(0.1)
        else:
            time.sleep(0.05)
    return None


def step(screen, pid, line):
    verb, _, rest = line.partition(" ")
    if verb == "see":
        return screen.see(rest)
    if verb == "type":
        os.write(screen.fd, rest.encode() + b"\r")
        return True
    if verb == "keys":
        os.write(screen.fd, rest.encode().decode("unicode_escape").encode())
        return True
    if verb == "run":
        return subprocess.run(["sh", "-c", rest], check=False).returncode == 0
    if verb == "pause":
        time.sleep(float(rest))
        return True
    if verb == "exit":
        code = ended(screen, pid)
        if code is None:
            return False
        if code != int(rest):
            print(f"[exit code {code}]")
        return code == int(rest)
    raise SystemExit(f"no such step: {line}")


def main():
    with open(sys.argv[1], encoding="utf-8") as script:
        lines = [line.rstrip("\n") for line in script]
    os.environ.setdefault("TERM", "xterm")
    pid, fd = spawn(sys.argv[2:])
    screen = Screen(fd)
    failed = None
    for line in lines:
        if line and not line.startswith("#") and not step(screen, pid, line):
            failed = line
            break
    print(screen.text())
    if failed is not None:
        print(f"[did not happen: {failed}]")
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
