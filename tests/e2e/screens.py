"""screens.py COLUMNS ESCAPES < LINES - what every command looks like.

Each of LINES is the words of a command. It runs on a terminal of so many
columns, is stopped with Ctrl-C at its first question, and has to end by
itself. Prints, a line each: ends by a signal or never; sentences wider than
the terminal; and, with ESCAPES "none", any escape sequence at all.
"""
import fcntl
import os
import pty
import re
import select
import shlex
import signal
import struct
import sys
import termios
import time
import unicodedata

PATIENCE = 20
QUIET = 0.3
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>78]")


def width(text):
    # What joins on to the sign before it stands where that one does.
    text = re.sub("\u200d.", "", text)
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def run(words, columns):
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))
        os.execv(words[0], words)
    screen, end, stops = b"", time.monotonic() + PATIENCE, 0
    while time.monotonic() < end:
        if not select.select([fd], [], [], QUIET)[0]:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return screen, os.waitstatus_to_exitcode(status)
            stops += 1
            if stops % 3 == 0:
                os.write(fd, b"\x03")
            continue
        try:
            more = os.read(fd, 65536)
        except OSError:
            more = b""
        if not more:
            status = os.waitpid(pid, 0)[1]
            os.close(fd)
            return screen, os.waitstatus_to_exitcode(status)
        screen += more
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return screen, None


def main():
    columns, escapes = int(sys.argv[1]), sys.argv[2]
    for line in sys.stdin:
        words = [os.environ["kept"], *shlex.split(line)]
        screen, code = run(words, columns)
        name = " ".join(words[1:])
        if code is None:
            print(f"{name}: does not end: {screen[-200:]}")
        elif code < 0 or code in (134, 139):
            print(f"{name}: ended by signal {code}")
        if escapes == "none" and b"\x1b" in screen:
            print(f"{name}: an escape sequence: "
                  f"{screen[screen.index(0x1b):][:20]}")
        # Where a line editor folds what is typed, it isn't a line of ours.
        text = ESCAPES.sub(b"", screen).decode("utf-8", "replace")
        text = text.replace(" \r", "")
        # Rows of a table stay rows (a last cell goes on below), and a question is folded by the terminal,
        # where what is typed goes on behind it.
        for each in re.split(r"[\r\n]+", text):
            each = each.replace("^C", "")
            if (width(each) > columns and " " in each.strip() and
                    "  " not in each.strip() and
                    not each.startswith(" " * 10) and
                    not re.search(r"(\]|[:>?]|  ) *$", each)):
                print(f"{name}: {width(each)} columns: {each}")


main()
