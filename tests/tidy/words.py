"""words.py - what people read: are its strings ready, and kind?

    words.py unwrapped FILE.c...    strings printed to people without _()
    words.py harsh FILE.po...       words that scold, in both its languages
    words.py lines LANGUAGE         the same, in lines of stdin

Prints a line for each finding. Read by words.t.
"""

import re
import sys

TOKEN = re.compile(
    r"(?P<comment>/\*.*?\*/|//[^\n]*)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\")"
    r"|(?P<char>'(?:[^'\\\n]|\\.)*')"
    r"|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<sign>[^\s\w])",
    re.S,
)

# What puts words before people, and which of its arguments are words. For
# all others what matters is in tables, and a table marks with N_().
PRINTS = {
    "cli_say": 0, "cli_print": 0, "cli_note": 1, "cli_done": 1,
    "cli_say_no": 4, "err_set": 2, "err_set_os": 3, "ask_yes_no": 1,
    "ask_number": 1, "ask_line": 1, "ask_choice": 1, "ask_passphrase": 1,
    "ask_set_hint": 0, "cli_unlock": 1, "buf_printf": 1, "put_str": 1,
    "render_put_str": 1, "render_table_cell": 1, "snprintf": 2,
    "pageform_row": 1, "pageform_note": 1,
}
BUFFERS = {"snprintf", "buf_printf", "put_str", "render_table_cell"}
MARKS = {"_", "N_", "P_"}


def tokens(source):
    source = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", "", source, flags=re.M)
    for match in TOKEN.finditer(source):
        if match.lastgroup != "comment":
            yield match.lastgroup, match.group(), match.start()


def strings(source):
    """(place, text, [(function, argument)...] outermost first)"""
    calls, last, text, place = [], ("", ""), None, 0
    for kind, word, at in tokens(source):
        if kind == "text":
            place = at if text is None else place
            text = (text or "") + word[1:-1]
            last = (kind, word)
            continue
        if text is not None and re.match(r"PRI[a-zA-Z]", word):
            last = (kind, word)
            continue
        if text is not None:
            yield place, text, list(calls)
            text = None
        if word in "([{" and kind == "sign":
            name = last[1] if word == "(" and last[0] == "word" else word
            calls.append((name, 0))
        elif word in ")]}" and kind == "sign" and calls:
            calls.pop()
        elif word == "," and kind == "sign" and calls:
            calls[-1] = (calls[-1][0], calls[-1][1] + 1)
        last = (kind, word)


def is_said(text):
    """Has it words, or is it a form, a command, or an option?"""
    bare = re.sub(r"%[-+ #0-9.*]*(?:hh?|ll?|z|j)?[A-Za-z]", " ", text)
    bare = re.sub(r"\\(?:x[0-9a-f]+|[0-7]+|.)", " ", bare)
    if re.fullmatch(r"[\s\d:;,.()\[\]{}<>/*#|=“”\"'·–—-]*", bare):
        return False
    # A command or an option by itself, a shell's line, markup.
    if re.fullmatch(r"(%s)?\s*(kept|--?[a-z])[a-z %-]*( [A-Z:]+| %s| -)*(\\n)?",
                    text) or re.fullmatch(r"\W*(kept\W*)?", bare):
        return False
    if re.match(r'kept( [a-z%-]+)+ [A-Z\\"+]|exec |\.[A-Z]{2}|(\\")?[<>]', text):
        return False
    return re.search(r"[A-Za-z]{2}", bare) is not None and (
        " " in bare.strip() or re.search(r"[a-z]{3}", bare) is not None
    )


def unwrapped(path):
    source = open(path, encoding="utf-8").read()
    # A man page, and what goes to a shell, is no conversation.
    end = source.find("/* ---- the man page ---- */")
    for place, text, calls in strings(source):
        if 0 <= end < place or not calls or not is_said(text):
            continue
        if any(name in MARKS for name, _ in calls):
            continue
        name, argument = calls[-1]
        if name == "(" and len(calls) > 1:
            name, argument = calls[-2]
        if PRINTS.get(name) != argument:
            continue
        # A single word put into a buffer may be a value that is read back.
        if name in BUFFERS and " " not in text.strip():
            continue
        line = source.count("\n", 0, place) + 1
        print(f'{path}:{line}: "{text}" is printed without _()')


# Nobody is told that they should have done better, in any language; and no
# program complains about itself. A dash stands for a blank.
HARSH = {
    "en": """streak streaks missed failed broke lost-your come-back
        error errors fatal invalid failed-to""",
    "de": """Serie Serien Strähne verpasst verpasste verpassten versäumt
        versäumte versäumten versagt versagte versagten gescheitert
        gescheiterte komm-zurück komm-wieder abgebrochen Abbruch
        Fehler Fehlern Fehlers fehlerhaft fatal fataler ungültig ungültige
        ungültigen ungültiger ungültiges fehlgeschlagen fehlgeschlagene
        schiefgegangen""",
}


def harsh(text, language):
    for word in HARSH[language].split():
        pattern = r"\s+".join(map(re.escape, word.split("-")))
        if re.search(rf"(?<!\w){pattern}(?!\w)", text, re.I):
            print(f"{language}: “{word}” in: {text}")


def entries(path):
    """(msgid, msgstr) of a .po file, plural forms as their own."""
    texts, which = {}, ""
    for line in open(path, encoding="utf-8"):
        found = re.match(r'(msgid_plural|msgid|msgstr(?:\[\d\])?) "(.*)"$',
                         line)
        if found and found.group(1) == "msgid" and texts:
            yield texts
            texts = {}
        if found:
            which = found.group(1)
            texts[which] = found.group(2)
        elif line.startswith('"'):
            texts[which] += line.strip()[1:-1]
    if texts:
        yield texts


def unescape(text):
    return text.replace('\\"', '"').replace("\\n", "\n")


def harsh_po(path):
    language = path.rsplit("/", 1)[-1].split(".")[0]
    for texts in entries(path):
        for which, text in texts.items():
            if texts["msgid"] == "" or text == "":
                continue
            is_english = not which.startswith("msgstr")
            harsh(unescape(text), "en" if is_english else language)


def main():
    what, paths = sys.argv[1], sys.argv[2:]
    if what == "lines":
        for line in sys.stdin:
            harsh(line.rstrip("\n"), paths[0])
        return
    for path in paths:
        (unwrapped if what == "unwrapped" else harsh_po)(path)


main()
