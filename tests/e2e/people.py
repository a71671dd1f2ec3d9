"""people.py - what takes more than a script: people who read and answer.

    init KEPT PASSPHRASE WORDS...
        kept init with a slip at the passphrase; the words it asks for are
        taken from the sheet it showed.
    pair KEPT HOME HOME NAME PASSPHRASE
        kept pair on the first home, kept pair CODE on the second, yes to both
    decline KEPT HOME HOME NAME PASSPHRASE WHO
        the same; the one at the home WHO says no
    late KEPT HOME HOME NAME PASSPHRASE WHO HOW
        the same; WHO says no (HOW no), presses Ctrl-C (stop), or has keptd
        killed (crash); the other says yes once their keptd knows of it
"""
import os
import re
import signal
import socket
import sys
import time

import dialog


class Terminal:
    """One terminal; fails aloud, with what was on it."""

    def __init__(self, home, command):
        if home is not None:
            os.environ["KEPT_HOME"] = home
        os.environ.setdefault("TERM", "xterm")
        self.pid, fd = dialog.spawn(command)
        self.screen = dialog.Screen(fd)

    def see(self, text):
        if not self.screen.see(text):
            print(self.screen.text())
            raise SystemExit(f"[did not happen: see {text}]")

    def type(self, text):
        os.write(self.screen.fd, text.encode() + b"\r")

    def find(self, pattern):
        """The match of pattern on the screen, waiting for it."""
        for _ in range(int(dialog.PATIENCE * 5)):
            match = re.search(pattern, self.screen.text())
            if match is not None:
                return match
            self.screen.read(0.2)
        print(self.screen.text())
        raise SystemExit(f"[did not happen: {pattern}]")

    def end(self):
        code = dialog.ended(self.screen, self.pid)
        print(self.screen.text())
        return code


def init(kept, passphrase, *words):
    person = Terminal(None, [kept, "init", *words])
    person.see("A private place for what you're practi")
    person.see("Passphrase:")
    person.type(passphrase)
    person.see("Once more:")
    person.type("something else")
    person.see("Passphrase:")
    person.type(passphrase)
    person.see("Once more:")
    person.type(passphrase)
    person.see("Here is your recovery sheet.")
    person.see("so we both know it's right")
    text = person.screen.text()
    asked = re.search(r"type words (\d+), (\d+),? and (\d+)", text).groups()
    text = text[:text.index("Write it on paper")]
    sheet = dict(re.findall(r"\b(\d+) +([a-z]{3,8})\b", text))
    for number in asked:
        person.see(f"Word {number}:")
        person.type(sheet[number])
    person.see("Good. It works")
    person.see("Ready.")
    code = person.end()
    print("words:", len(sheet), "asked:", len(set(asked)))
    return code


def until(happened, what):
    end = time.monotonic() + dialog.PATIENCE
    while not happened():
        if time.monotonic() > end:
            raise SystemExit(f"[did not happen: {what}]")
        time.sleep(0.05)


def is_refused(at):
    host, port = at.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port))).close()
    except ConnectionError:
        return True
    return False


def meet(kept, shower_home, joiner_home, name, passphrase):
    """Both terminals, up to the question whether the words match."""
    shower = Terminal(shower_home, [kept, "pair", "--listen", "127.0.0.1:0"])
    code = None
    while code is None:
        text = shower.screen.text()
        if "assphrase" in text[shower.screen.seen:]:
            shower.see("assphrase")
            shower.type(passphrase)
        code = re.search(r"kept pair ([a-z]+-[a-z]+-[a-z]+)", text)
        if code is None and not shower.screen.is_open:
            print(text)
            raise SystemExit("[no code was shown]")
        shower.screen.read(0.2)
    at = shower.find(r"127\.0\.0\.1:\d+")
    joiner = Terminal(
        joiner_home,
        [kept, "pair", code.group(1), "--at", at.group(0), "--name", name]
        + ["--kdf-memory", "8M", "--kdf-passes", "1"],
    )
    joiner.see("assphrase")
    joiner.type(passphrase)
    joiner.see("nce more")
    joiner.type(passphrase)
    words = r"\b([a-z]{3,8}) · ([a-z]{3,8}) · ([a-z]{3,8})\b"
    ours, theirs = shower.find(words), joiner.find(words)
    # Whose words they are is said before the question, on both screens.
    shower.find("Found “" + name + "”\\.")
    joiner.find("Found “" + os.path.basename(shower_home) + "”\\.")
    print("same words:", ours.groups() == theirs.groups())
    shower.see("Do they match? [y/N]")
    joiner.see("Do they match? [y/N]")
    shower.at = at.group(0)
    return shower, joiner


def pair(*words):
    shower, joiner = meet(*words)
    joiner.type("y")
    shower.type("y")
    joiner.see("Paired")
    shower.see("Paired")
    return max(shower.end(), joiner.end())


def decline(kept, shower_home, joiner_home, name, passphrase, who):
    terminals = meet(kept, shower_home, joiner_home, name, passphrase)
    codes = []
    for terminal, home in zip(terminals, (shower_home, joiner_home)):
        terminal.type("" if home == who else "y")
    for terminal, home in zip(terminals, (shower_home, joiner_home)):
        codes.append((home == who, terminal.end()))
    print("exit codes:", codes)
    return 0 if all(c == (3 if no else 1) for no, c in codes) else 1


def late(kept, shower_home, joiner_home, name, passphrase, who, how):
    shower, joiner = meet(kept, shower_home, joiner_home, name, passphrase)
    is_shower = shower_home == who
    first, second = (shower, joiner) if is_shower else (joiner, shower)
    if how == "crash":
        with open(who + ".pid", encoding="ascii") as pid:
            os.kill(int(pid.read()), signal.SIGKILL)
    elif how == "stop":
        os.write(first.screen.fd, b"\x03")
    else:
        first.type("n")
    # Whoever shows a code listens as long as it lives; what a joiner had
    # begun is removed when it ends.
    journal = os.path.join(joiner_home, "data", "journal.db")
    if is_shower:
        until(lambda: not os.path.exists(journal), "the joiner hears of it")
    else:
        until(lambda: is_refused(shower.at), "the shower hears of it")
    second.type("y")
    code = second.end()
    text = second.screen.text()
    if how == "crash":
        first.type("y")
    codes = (first.end(), code)
    print("exit codes:", *codes)
    said = "said No" if how == "no" else "has gone"
    wanted = ({"no": 3, "stop": 130, "crash": 69}[how], 1)
    is_told = "Not paired" in text and said in text
    return 0 if is_told and codes == wanted else 1


if __name__ == "__main__":
    verbs = {"init": init, "pair": pair, "decline": decline,
             "late": late}
    sys.exit(verbs[sys.argv[1]](*sys.argv[2:]))
