"""typist.py FILE STOP COMMAND... - somebody whose words are nobody else's.

Walks through the dialog of COMMAND and types a new word nobody has at every
question (where none is taken, a number, and then Enter), up to the question
STOP, where Ctrl-C follows half a sentence; -1 walks to the end. The words go
into FILE, a line each. Prints what is wrong with the process meanwhile: a
word in its title or arguments, or leave to dump core.
"""
import os
import secrets
import sys

from prompts import Walk

STEPS = 40


def look(pid, words):
    for name in ("cmdline", "comm", "environ"):
        try:
            with open(f"/proc/{pid}/{name}", "rb") as file:
                text = file.read()
        except OSError:
            continue
        for word in words:
            if word.encode() in text:
                print(f"{word} in {name}")


def core(pid):
    try:
        with open(f"/proc/{pid}/limits", encoding="ascii") as file:
            limit = [line for line in file if "core file" in line][0]
    except OSError:
        return
    if limit.split()[4:6] != ["0", "0"]:
        print("may dump core:", limit.strip())


def main():
    path, stop, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    it, last, turn, words = Walk(command), None, 0, []
    for step in range(STEPS):
        prompt = it.prompt()
        if prompt is None:
            break
        if step == 0:
            core(it.pid)
        turn = turn + 1 if prompt == last else 0
        last = prompt
        if turn == 0 or step == stop:
            words.append("zqt" + "".join(
                secrets.choice("bcdfghjklm") for _ in range(13)))
            it.send(words[-1] + " words")
        elif turn == 1:
            it.send("5")
        if step == stop:
            it.prompt()
            look(it.pid, words)
            it.send("\x03")
            break
        it.send("\r")
        look(it.pid, words)
    while it.code is None and it.prompt() is not None:
        it.send("\x03")
    it.end()
    with open(path, "a", encoding="ascii") as file:
        file.writelines(word + "\n" for word in words)


main()
