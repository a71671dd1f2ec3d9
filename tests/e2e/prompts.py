"""prompts.py SETUP COMMAND... - somebody who stops at every question.

COMMAND is walked through once, answering each question with words of its own,
then with a number, then with Enter, until it moves on. Which of the words got
into the journal tells which questions take words. Then it is walked again and
again, and stopped with Ctrl-C a question further each time, in the middle of
a word; and once for each question with 64 KiB pasted into it. Everything that
was typed into a question that takes words has to be in the journal or in the
drafts afterwards.

SETUP (may be "") is run in a shell before each walk. REFUSES names the
questions, from 0, that take a word or two but no page: a paste is refused
there, whole, and asked again. Prints what was lost, a
line each; nothing if all is well. A question is known by standing at the end
of the screen while nothing moves; what is typed too soon waits for its
question, so a slow machine costs time and nothing else.
"""
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

PATIENCE = 20
QUIET = float(os.environ.get("QUIET", "0.15"))
STEPS = 40
PASTED = 65536
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>78]")
KEPT = os.environ["kept"]


def kept(*words):
    done = subprocess.run([KEPT, *words, "--json", "--no-input"],
                          capture_output=True, check=False,
                          stdin=subprocess.DEVNULL)
    return done.stdout.decode()


def held():
    """All the text there is, in entries and drafts."""
    return (kept("log") + kept("log", "--deleted") + kept("drafts") +
            kept("config", "patterns"))


def forget():
    """What earlier walks left answers nothing, and asks nothing."""
    for entry in re.findall(r'"id": *"([0-9A-Z]{26})"', kept("log")):
        kept("delete", entry, "--yes")
    while True:
        drafts = json.loads(kept("drafts"))["drafts"]
        if not drafts:
            return
        for draft in drafts:
            kept("drafts", "drop", draft["id"])


def asked(text):
    """The question, without what was answered to it already."""
    lines = text.decode("utf-8", "replace").replace("\r", "").split("\n")
    if not lines[-1].startswith("> "):
        return re.sub(r"zq\S* words|5$", "", lines[-1])
    while len(lines) > 1 and lines[-1].startswith("> "):
        lines.pop()
    return lines[-1]


class Walk:
    def __init__(self, command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "dumb"
            os.execv(command[0], command)
        self.screen = b""
        self.code = None

    def read(self, wait):
        if not select.select([self.fd], [], [], wait)[0]:
            return False
        try:
            more = os.read(self.fd, 65536)
        except OSError:
            more = b""
        self.screen += more
        if not more:
            self.end()
        return bool(more)

    def end(self):
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def prompt(self):
        """The question that stands there; None at the end."""
        end = time.monotonic() + PATIENCE
        while self.code is None and time.monotonic() < end:
            if self.read(QUIET):
                continue
            text = ESCAPES.sub(b"", self.screen)
            if self.code is None and text and not text.endswith(b"\n"):
                return asked(text)
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            self.end()
            print("it stands still:", self.screen[-300:])
        return None

    def send(self, data):
        data = data.encode()
        while data and self.code is None:
            wrote = select.select([], [self.fd], [], 0.05)[1]
            if wrote:
                data = data[os.write(self.fd, data[:1024]):]
            self.read(0)

    def close(self):
        os.close(self.fd)


def answers_for(step):
    return f"zq{step}x words", "5", ""


def walk(command, setup, stop_at=None, paste_at=None):
    """Words by step; stops there, or pastes there and stops after."""
    forget()
    if setup:
        subprocess.run(["sh", "-c", setup], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    it = Walk(command)
    last, turn, words = None, 0, []
    for step in range(STEPS):
        prompt = it.prompt()
        if prompt is None:
            break
        turn = turn + 1 if prompt == last else 0
        last = prompt
        answer = answers_for(step)[min(turn, 2)]
        if paste_at is not None and step == paste_at:
            it.send(("zqpast " * (PASTED // 7))[:PASTED] + "\r")
            it.prompt()
            it.send("\x03")
            break
        if stop_at is not None and step == stop_at:
            if answer:
                it.send(f"zq{step}x half")
                it.prompt()
            words.append(answer)
            it.send("\x03")
            break
        words.append(answer)
        it.send(answer + "\r")
    while it.code is None and it.prompt() is not None:
        it.send("\x03")
    it.end()
    it.close()
    return it, words


def takes_words(step, text):
    return f"zq{step}x" in text


def main():
    setup, command = sys.argv[1], sys.argv[2:]
    refuses = [int(s) for s in os.environ.get("REFUSES", "").split()]
    before = held()
    if "zq0x" in before:
        raise SystemExit("begin with a journal that has none of these words")
    it, words = walk(command, setup)
    text = held()
    steps = [s for s in range(len(words))
             if words[s].startswith("zq") and takes_words(s, text)]
    print(f"# {' '.join(command[1:])}: {len(words)} answers, "
          f"{len(steps)} in words, exit code {it.code}", file=sys.stderr)
    if not steps:
        print("no question of it takes words:", it.screen[-300:])
    for step in range(len(words)):
        forget()
        count = held()
        it, _ = walk(command, setup, stop_at=step)
        after = held()
        for each in steps:
            if each <= step and after.count(f"zq{each}x") <= count.count(
                    f"zq{each}x"):
                print(f"stopped at {step}: the words at {each} are gone",
                      it.screen[-200:])
        if it.code not in (130, 0, 3):
            print(f"stopped at {step}: exit code {it.code}",
                  it.screen[-200:])
    for step in steps if os.environ.get("PASTE", "1") == "1" else []:
        forget()
        count = held().count("zqpas")
        it, _ = walk(command, setup, paste_at=step)
        pasted = held().count("zqpas") - count
        if pasted == 0 and step in refuses:
            continue
        if pasted < PASTED // 7:
            print(f"pasted at {step}: {pasted} of {PASTED // 7} words",
                  it.screen[-200:])
    forget()


if __name__ == "__main__":
    main()
