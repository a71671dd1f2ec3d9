"""charts.py CHART JSON COLUMNS - is a drawn chart what its numbers are?

Reads a chart of `kept trends WHAT` (file CHART, the whole screen) back into
numbers, and compares with the points of `kept trends WHAT --json` (file
JSON): each rounded to its row, in its column; nothing else drawn. What a row
and a column are is taken from the drawing itself: from the numbers beside its
axis, and its length. Prints what differs, and nothing when all is well.
"""
import datetime
import json
import sys

DOTS = {"•": 1, "●": 1, "*": 1, "○": 2, "o": 2, "◉": 3, "@": 3}
LINES = "─-"


def parse(path):
    rows, axis, marks = [], None, set()
    margin = None
    for line in open(path, encoding="utf-8").read().split("\n"):
        if axis is not None:
            if set(line) <= set(" ▲^") and line.strip():
                marks = {i - margin for i, c in enumerate(line) if c in "▲^"}
            break
        head = line.lstrip(" 0123456789")
        if rows and (head.startswith("└") or head.startswith(("+-", "++"))
                     and not set(head) - set("+-")):
            axis = len(line) - margin
        elif head[:1] in ("┤", "│", "+", "|"):
            margin = len(line) - len(head) + 1
            number = line[: margin - 1].strip()
            rows.append((int(number) if number else None, line[margin:]))
    rows.reverse()
    step = rows[-1][0] / (len(rows) - 1)
    for place, (number, _) in enumerate(rows):
        if number is not None and number != step * place:
            print(f"row {place} says {number}")
    return [cells for _, cells in rows], axis, step, marks


def main():
    rows, axis, step, marks = parse(sys.argv[1])
    answer = json.load(open(sys.argv[2], encoding="utf-8"))
    first = datetime.date.fromisoformat(answer["first"])
    span = answer["days"]
    size = 1
    while -(-span // size) > axis:
        size += 1
    if max(len(line) for line in open(sys.argv[1], encoding="utf-8").read()
           .split("\n")) > int(sys.argv[3]):
        print("wider than the screen")

    def place(point):
        day = datetime.date.fromisoformat(point["day"])
        row = int(point["value"] / step + 0.5)
        return min(row, len(rows) - 1), (day - first).days // size

    after = answer.get("more", [])
    kinds = [(after[0] if after else answer, 1)]
    if after:
        kinds.append((answer, 2))
    wanted = {}
    for line, bit in kinds:
        for point in line["points"]:
            where = place(point)
            wanted[where] = wanted.get(where, 0) | bit
    drawn, lines = {}, set()
    for row, cells in enumerate(rows):
        for column, sign in enumerate(cells):
            if sign in DOTS:
                drawn[row, column] = DOTS[sign]
            elif sign in LINES:
                lines.add((row, column))
            elif sign != " ":
                print(f"what is {sign}?")
    if drawn != wanted:
        print("dots", sorted(set(drawn.items()) ^ set(wanted.items())))
    middle = {}
    for point in kinds[0][0]["middle"]:
        row, column = place(point)
        middle[column] = row
    hidden = {(row, column) for column, row in middle.items()} - set(wanted)
    if lines != hidden:
        print("line", sorted(lines ^ hidden))
    days = {(datetime.date.fromisoformat(s["day"]) - first).days // size
            for s in answer["sessions"]}
    if days != marks:
        print("sessions", days ^ marks)


if __name__ == "__main__":
    main()
