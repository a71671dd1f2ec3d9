"""insight.py - the numbers of today, review, and trends a second time.

    make COUNT SEED TODAY        prints COUNT generated entries, one a line
    change SOCKET SEED           edits, deletes, and brings back some of them
    fill SOCKET TODAY            ten years of the longest there is, then asks:
                                 every answer has to fit into a frame
    check SOCKET EXPORT TODAY    asks keptd for many windows and compares every
                                 number with one computed here from the export

Nothing here is clever: every question goes through all entries again. The
rules are those of daemon/vault/insight.h, in other words.
"""
import bisect
import datetime
import json
import random
import statistics
import sys
import unicodedata
from fractions import Fraction

# What says that one was more than planned.
DONE = {"experiment": {"happened", "came_true", "learned", "belief_after"},
        "activity": {"done_at", "pleasure", "achievement", "mood_after"}}
PRACTICE = {"thought", "win", "breath", "boundary", "checkin", "experiment",
            "activity"}
PARTS = {"wins": ("win", "size", ("tiny", "small", "big"), "small"),
         "boundaries": ("boundary", "held", ("partly", "yes", "no"), None)}
TEXT_BYTES = 1000
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def number(day):
    return datetime.date.fromisoformat(day).toordinal()


def day(ordinal):
    return datetime.date.fromordinal(ordinal).isoformat()


def cut(text):
    return text.encode()[:TEXT_BYTES].decode(errors="ignore")


def share(total, n):
    return total // n if total % n == 0 else total / n


# ---- making ----

THOUGHTS = ["I'm not good enough.", "i’m NOT good enough", "They will notice.",
            "I have to do it all myself!", "It was too easy to count.",
            "Été: all is lost...", "ete, all is LOST", "...", "Nobody asked."]
PATTERNS = ["all-or-nothing", "mind-reading", "shoulds", "comparing",
            "my-own-one", "labelling", "filtering"]


class Maker:
    def __init__(self, seed, today):
        self.dice = random.Random(seed)
        self.today = number(today)
        self.goals, self.homework = [], []
        self.serial = 0

    def some(self, fields):
        """Every question may be skipped."""
        return {name: value for name, value in fields.items()
                if value is not None and self.dice.random() < 0.8}

    def rating(self, high=10):
        return self.dice.choice([0, high, self.dice.randint(0, high)])

    def id(self, ms):
        self.serial += 1
        value = ms << 80 | self.serial << 40 | self.dice.getrandbits(40)
        text = ""
        for _ in range(26):
            text = LETTERS[value & 31] + text
            value >>= 5
        return text

    def mood(self):
        fields = self.some({"mood": self.rating(), "energy": self.rating(),
                            "confidence": self.rating()})
        return fields or {"mood": 0}

    def breath(self):
        return self.some({"calm_before": self.rating(),
                          "calm_after": self.rating(),
                          "cycles": self.dice.randint(1, 200)}) or {
                              "seconds": 60}

    def thought(self):
        feelings = [{"name": name, "before": self.rating(100)}
                    for name in self.dice.sample(
                        ["anxious", "ashamed", "sad", "angry"],
                        self.dice.randint(1, 4))]
        for feeling in feelings:
            if self.dice.random() < 0.6:
                feeling["after"] = self.rating(100)
            if self.dice.random() < 0.1:
                del feeling["before"]
        picked = self.dice.sample(PATTERNS, self.dice.randint(0, 3))
        fields = self.some({
            "feelings": feelings, "belief_before": self.rating(100),
            "patterns": picked or None})
        if self.dice.random() < 0.5:
            fields.update(self.some({
                "evidence_for": ["Three comments."],
                "balanced": self.dice.choice(["", "Good enough is good."]),
                "belief_balanced": self.rating(100),
                "belief_after": self.rating(100)}))
        fields["thought"] = self.dice.choice(THOUGHTS)
        return fields

    def ref(self):
        known = self.goals[-6:] + self.homework[-4:]
        return self.dice.choice(known) if known else None

    def win(self):
        fields = self.some({"size": self.dice.choice(PARTS["wins"][2]),
                            "counts_for": self.ref()})
        fields["what"] = "Left at six, no. %d " % self.serial + "é" * (
            self.dice.choice([1, 1, 1, 600]))
        return fields

    def boundary(self):
        fields = self.some({"held": self.dice.choice(PARTS["boundaries"][2]),
                            "counts_for": self.ref()})
        fields["what"] = "Leave at six."
        return fields

    def checkin(self):
        fields = self.some({"progress": self.dice.randint(0, 9)})
        fields["goal"] = self.ref() or "0" * 26
        return fields

    def goal(self, when):
        fields = self.some({
            "measure": self.dice.choice(["yes-no", "count", "days", "0-10"]),
            "target": self.dice.randint(1, 9),
            "due": day(when + self.dice.randint(0, 20)),
            "status": self.dice.choice(["open", "done", "done", "changed",
                                        "let-go"])})
        if "status" not in fields and self.dice.random() < 0.8:
            fields["status"] = "done"
        fields["title"] = "Leave at six"
        return fields

    def homework_of(self, when):
        fields = self.some({
            "kind_hint": self.dice.choice(["thought", "breath", "win",
                                           "mood", "walk", "activity",
                                           "experiment"]),
            "how_often": self.dice.choice(["once", "daily", "weekly", "n"]),
            "target": self.dice.randint(1, 9),
            "due": day(when + self.dice.randint(0, 20)),
            "how_helpful": self.rating(),
            "what_got_in_the_way": "Travel on Thursday",
            "status": self.dice.choice(["open", "done", "partly", "done"])})
        if "status" not in fields and self.dice.random() < 0.8:
            fields["status"] = "partly"
        fields["title"] = "Catch one thought a day"
        return fields

    def session(self, when):
        fields = self.some({"number": self.serial % 400 + 1, "minutes": 50,
                            "takeaways": ["Good enough can be good."]})
        if self.dice.random() < 0.5:
            fields["next_at"] = day(when + 7) + "T17:00:00-05:00"
        if self.dice.random() < 0.5 or not fields:
            fields["to_bring"] = ["Is it all right?", "The odd feeling."][
                :self.dice.randint(1, 2)]
        return fields

    def experiment(self):
        fields = self.some({
            "belief_before": self.rating(100), "prediction": "They laugh.",
            "came_true": self.dice.choice(["no", "partly", "yes"]),
            "happened": "Nobody did.", "learned": "It is fine.",
            "belief_after": self.rating(100)})
        fields["belief"] = "A slip is the end."
        return fields

    def activity(self):
        fields = self.some({"pleasure": self.rating(),
                            "achievement": self.rating(),
                            "mood_after": self.rating()})
        if self.dice.random() < 0.4:
            fields = {"planned_at": "2024-01-01T10:00:00+00:00"}
        fields["what"] = "Walk"
        return fields

    def fields(self, kind, when):
        if kind in ("goal", "session"):
            return getattr(self, kind)(when)
        if kind == "homework":
            return self.homework_of(when)
        if kind == "note":
            return {"text": "Anything else."}
        return getattr(self, kind)()

    def entry(self, when):
        kind = self.dice.choices(
            ["mood", "breath", "thought", "win", "boundary", "checkin",
             "note", "goal", "homework", "session", "experiment",
             "activity"],
            [25, 14, 20, 12, 8, 6, 5, 1.5, 1.5, 2.5, 2, 2.5])[0]
        # Few instants, so that some are the same; night owls; DST days.
        minute = self.dice.choice([0, 30, 90, 150, 600, 1130, 1430])
        offset = self.dice.choice([-300, -240, 0, 60, 120, 330, 765])
        zone = datetime.timezone(datetime.timedelta(minutes=offset))
        at = datetime.datetime.combine(
            datetime.date.fromordinal(when), datetime.time(),
            zone) + datetime.timedelta(minutes=minute)
        entry = {"kept": 1, "id": self.id(int(at.timestamp() * 1000)),
                 "kind": kind, "at": at.isoformat(),
                 "day": day(when - (minute < 240)),
                 "f": self.fields(kind, when)}
        odd = self.dice.random()
        if odd < 0.02:
            entry["state"] = "draft"
        elif odd < 0.04:
            entry["state"] = "deleted"
        elif kind == "goal":
            self.goals.append(entry["id"])
        elif kind == "homework":
            self.homework.append(entry["id"])
        return entry


def make(count, seed, today):
    maker = Maker(int(seed), today)
    when = maker.today - int(count) // 6
    made = 0
    while made < int(count):
        if maker.dice.random() < 0.03:
            when += maker.dice.randint(1, 12)  # a gap
        for _ in range(maker.dice.randint(1, 11)):
            if made < int(count):
                print(json.dumps(maker.entry(when)))
            made += 1
        when += 1


# ---- changing: entries of more than one block ----

CHANGES = [
    ("mood", {"mood": 0}), ("mood", {"confidence": 10, "energy": None}),
    ("thought", {"feelings": [{"name": "sad", "before": 0, "after": 0},
                              {"name": "new", "before": 90, "after": 10}]}),
    ("thought", {"patterns": ["shoulds", "a-new-one"], "balanced": None}),
    ("thought", {"thought": "They WILL notice", "belief_after": 0}),
    ("win", {"size": "big", "counts_for": None}),
    ("boundary", {"held": "partly"}), ("breath", {"cycles": 7}),
    ("checkin", {"progress": 3}), ("goal", {"status": "open"}),
    ("goal", {"measure": "days", "target": 3}),
    ("homework", {"status": "open", "kind_hint": "thought"}),
    ("homework", {"how_often": "daily", "what_got_in_the_way": None}),
    ("session", {"number": 77, "to_bring": ["One more.", "And this."]}),
    ("experiment", {"came_true": "no"}), ("activity", {"pleasure": 0})]


def change(path, seed):
    import wire
    link = wire.Link(path)
    dice = random.Random(int(seed))
    changed = 0
    for kind, fields in CHANGES:
        page = link.call("log", {"kind": kind, "limit": 60})["entries"]
        for entry in dice.sample(page, min(6, len(page))):
            params = {"id": entry["id"], "fields": fields}
            if dice.random() < 0.2:
                params["day"] = day(number(entry["day"]) - 3)
            try:
                changed += bool(link.call("edit", params)["changed"])
                if dice.random() < 0.3:
                    link.call("delete", {"id": entry["id"]})
                    if dice.random() < 0.5:
                        link.call("bring_back", {"id": entry["id"]})
            except wire.Refusal:
                pass  # the last answer of its entry, or one of another kind
    print("changed:", "enough" if changed > 40 else changed)


# ---- counting ----


class Journal:
    def __init__(self, path):
        self.all = []
        self.far = {}  # asked again for every window
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                if "f" not in entry or entry.get("state", "done") != "done":
                    continue
                at = datetime.datetime.fromisoformat(entry["at"])
                entry["n"] = number(entry["day"])
                entry["order"] = (entry["n"], at.timestamp(), entry["id"])
                self.all.append(entry)
        self.all.sort(key=lambda entry: entry["order"])
        self.days = [entry["n"] for entry in self.all]

    def of(self, kinds, first, last):
        if isinstance(kinds, str):
            kinds = {kinds}
        start = bisect.bisect_left(self.days, first)
        end = bisect.bisect_right(self.days, last)
        return [e for e in self.all[start:end] if e["kind"] in kinds]

    # -- lines

    def line(self, name, answers, first, last):
        """answers: (day, value) in order, from before the window on."""
        by_day = {}
        for when, value in answers:
            by_day.setdefault(when, []).append(value)
        within = [d for d in sorted(by_day) if first <= d <= last]
        middle = []
        for when in range(first, last + 1):
            seven = [v for d in range(when - 6, when + 1)
                     for v in by_day.get(d, [])]
            if seven:
                value = Fraction(statistics.median(seven))
                middle.append({"day": day(when), "n": len(seven),
                               "value": share(value.numerator,
                                              value.denominator)})
        return {
            "name": name,
            "answers": sum(len(by_day[d]) for d in within),
            "answered": len(within),
            "sum": sum(sum(by_day[d]) for d in within),
            "points": [{"day": day(d), "sum": sum(by_day[d]),
                        "n": len(by_day[d]),
                        "value": share(sum(by_day[d]), len(by_day[d]))}
                       for d in within],
            "middle": middle}

    def counted(self, name, answers, first, last):
        line = self.line(name, answers, first, last)
        for point in line["points"]:
            point["value"] = point["sum"]
        line["answers"], line["middle"] = line["sum"], []
        return line

    def ratings(self, kind, field, last):
        return [(e["n"], e["f"][field]) for e in self.of(kind, 0, last)
                if field in e["f"]]

    # -- goals

    def progress(self, goal, last):
        """Said last, and what has counted since."""
        f, homework = goal["f"], goal["kind"] == "homework"
        how = f.get("how_often") if homework else f.get("measure")
        since = self.of(self.kinds(), goal["n"], last)
        said = [e for e in since if e["kind"] == "checkin" and
                e["f"].get("goal") == goal["id"] and "progress" in e["f"]]
        counting = []
        for e in since:
            if e["kind"] == "checkin":
                continue
            named = e["f"].get("counts_for")
            if e["kind"] in DONE and not e["f"].keys() & DONE[e["kind"]]:
                continue
            if named == goal["id"] or named is None and homework and \
                    f.get("kind_hint") == e["kind"]:
                counting.append(e)
        start = said[-1]["order"] if said else None
        value = said[-1]["f"]["progress"] if said else None
        before = [e for e in counting if start and e["order"] < start]
        after = [e for e in counting if not start or e["order"] > start]
        if not homework and how == "0-10":
            return value
        if not homework and how == "yes-no":
            return 1 if after else None if value is None else int(value > 0)
        units = {"days": lambda e: e["n"], "daily": lambda e: e["n"],
                 "weekly": lambda e: (e["n"] - goal["n"]) // 7}
        if how in units:
            unit = units[how]
            return (value or 0) + len({unit(e) for e in after} -
                                      {unit(e) for e in before})
        return (value or 0) + len(after)

    def kinds(self):
        return PRACTICE | {"mood"}

    def steps(self, goal, first, last):
        points = []
        for when in range(max(first, goal["n"]), last + 1):
            about = [e for e in self.of({"checkin", "win", "boundary"}, when,
                                        when)
                     if goal["id"] in (e["f"].get("goal"),
                                       e["f"].get("counts_for"))]
            if goal["f"].get("measure") == "0-10":
                about = [e for e in about if e["kind"] == "checkin"]
            value = self.progress(goal, when) if about else None
            if value is not None:
                # An entry of before anything was said has no value to show.
                if goal["f"].get("measure") in ("yes-no", "0-10"):
                    about = about[self.unknown(goal, about):]
                points.append({"day": day(when), "value": value,
                               "n": len(about)})
        return points[-366:]

    def unknown(self, goal, about):
        """How many of a day's entries came before there was a value."""
        when = about[0]["n"]
        if self.progress(goal, when - 1) is not None:
            return 0
        for i, e in enumerate(about):
            if e["kind"] != "checkin" or "progress" in e["f"]:
                return i
        return len(about)

    def target(self, e, last):
        f = e["f"]
        out = {"id": e["id"], "day": e["day"], "title": cut(f["title"]),
               "status": f.get("status", "open")}
        if e["kind"] == "homework":
            known = {"thought", "breath", "win", "mood", "activity",
                     "experiment"}
            if f.get("kind_hint") in known:
                out["kind_hint"] = f["kind_hint"]
            if f.get("how_often") == "once":
                out["target"] = 1
            if "what_got_in_the_way" in f:
                out["in_the_way"] = f["what_got_in_the_way"]
        for name in ("measure", "how_often", "target", "due", "how_helpful"):
            if name in f:
                out[name] = f[name]
        if (e["id"], last) not in self.far:
            self.far[e["id"], last] = self.progress(e, last)
        if self.far[e["id"], last] is not None:
            out["progress"] = self.far[e["id"], last]
        return out

    def targets(self, kind, first, last, open_only):
        found = [e for e in self.of(kind, 0, last)
                 if e["f"].get("status", "open") == "open" or not open_only
                 and (e["n"] >= first or "due" in e["f"] and
                      number(e["f"]["due"]) >= first)]
        found.reverse()
        return found[:40], max(0, len(found) - 40)

    def agreed(self, first, last, open_only):
        goals, more = self.targets("goal", first, last, open_only)
        homework, too = self.targets("homework", first, last, open_only)
        out = {"goals": [self.target(e, last) for e in goals],
               "homework": [self.target(e, last) for e in homework]}
        if more + too:
            out["more"] = more + too
        return out

    # -- sessions

    def held(self, first, last):
        return [e for e in self.of("session", first, last)
                if e["f"].keys() - {"to_bring", "text"}]

    def session(self, e):
        out = {"id": e["id"], "day": e["day"]}
        if "number" in e["f"]:
            out["number"] = e["f"]["number"]
        return out

    def sessions(self, last):
        held = self.held(0, last)
        out = {"next": {}}
        if held:
            out["session"] = self.session(held[-1])
            if "number" in held[-1]["f"]:
                out["next"]["number"] = held[-1]["f"]["number"] + 1
            if "next_at" in held[-1]["f"]:
                out["next"]["at"] = held[-1]["f"]["next_at"]
        return out

    def to_bring(self, last):
        held = self.held(0, last)
        start = held[-1]["order"] if held else ()
        return [{"id": e["id"], "day": e["day"], "text": cut(text)}
                for e in self.of("session", 0, 4000000)
                if e["order"] >= start
                for text in e["f"].get("to_bring", [])]

    # -- the three

    def today_is(self, last, drafts):
        week = self.of(PRACTICE, last - 6, last)
        newest = sorted((e for e in self.all if e["n"] <= last),
                        key=lambda e: e["order"][1:])[:-4:-1]
        return {"day": day(last),
                "last": [{"id": e["id"], "kind": e["kind"], "day": e["day"]}
                         for e in newest],
                "practice": {"of": 7, "days": len({e["n"] for e in week}),
                             "breath_days": len({e["n"] for e in week
                                                 if e["kind"] == "breath"})},
                "to_bring": len(self.to_bring(last)),
                **drafts, **self.sessions(last),
                **self.agreed(last, last, True)}

    def pairs(self, pairs):
        before = sum(pair[0] for pair in pairs)
        after = sum(pair[1] for pair in pairs)
        out = {"n": len(pairs), "before_sum": before, "after_sum": after}
        if pairs:
            out["before"] = share(before, len(pairs))
            out["after"] = share(after, len(pairs))
        return out

    def feelings(self, e):
        return [(x["before"], x["after"]) for x in e["f"].get("feelings", [])
                if "before" in x and "after" in x]

    def belief(self, e):
        f = e["f"]
        return [(f["belief_before"], f["belief_after"])] if \
            "belief_before" in f and "belief_after" in f else []

    def is_weighed(self, e):
        f = e["f"]
        return any(f.get(name) not in (None, "", []) for name in (
            "evidence_for", "evidence_against", "balanced",
            "belief_balanced", "belief_after")) or any(
                "after" in x for x in f.get("feelings", []))

    def count(self, names):
        counts = {}
        for name in names:
            counts[name] = counts.get(name, 0) + 1
        return [{"name": name, "n": n} for name, n in
                sorted(counts.items(), key=lambda item: (-item[1], item[0]))]

    def thoughts(self, first, last):
        caught = self.of("thought", first, last)
        weighed = [e for e in caught if self.is_weighed(e)]
        strong = []
        for e in reversed(weighed):
            pairs = self.feelings(e) or self.belief(e)
            if pairs and sum(p[1] for p in pairs) >= sum(
                    p[0] for p in pairs):
                strong.append(e["id"])
        felt = [e for e in weighed if self.feelings(e)]
        out = {"caught": len(caught), "weighed": len(weighed),
               "still_strong": len(strong), "ids": strong[:50],
               "feelings": {"thoughts": len(felt), **self.pairs(
                   [p for e in felt for p in self.feelings(e)])},
               "patterns": self.count(p for e in caught for p in
                                      e["f"].get("patterns", []))}
        same = {}
        for e in caught:
            words = fold(e["f"]["thought"])
            if words:
                same.setdefault(words, []).append(e)
        often = max(same.values(), default=[],
                    key=lambda group: (len(group), group[-1]["order"]))
        if len(often) > 1:
            out["repeated"] = {"id": often[-1]["id"], "n": len(often),
                               "day": often[-1]["day"],
                               "text": cut(often[-1]["f"]["thought"])}
        return out

    def rating(self, field, first, last):
        line = self.line(field, self.ratings("mood", field, last), first,
                         last)
        within = [v for d, v in self.ratings("mood", field, last)
                  if d >= first]
        if within:
            line["first"], line["last"] = within[0], within[-1]
        return line

    def experiments(self, first, last):
        out = []
        for e in reversed(self.of("experiment", first, last)):
            f = e["f"]
            one = {"id": e["id"], "day": e["day"]}
            for name, field in (("before", "belief_before"),
                                ("after", "belief_after")):
                if field in f:
                    one[name] = f[field]
            for name in ("belief", "prediction", "happened", "learned",
                         "came_true"):
                if name in f:
                    one[name] = cut(f[name])
            out.append(one)
        return out[:20]

    def activities(self, first, last):
        all_ = self.of("activity", first, last)
        out = {"n": len(all_), "done": sum(
            bool(e["f"].keys() & {"done_at", "pleasure", "achievement",
                                  "mood_after"}) for e in all_)}
        for name in ("pleasure", "achievement"):
            said = [e["f"][name] for e in all_ if name in e["f"]]
            out[name] = {"n": len(said), "sum": sum(said)}
        return out

    def review(self, last, since):
        held = self.held(0, last)
        first = since if since is not None else \
            held[-1]["n"] if held else last - 6
        first = max(min(first, last), last - 520 * 7 + 1)
        breaths = self.of("breath", first, last)
        wins = self.of("win", first, last)
        lines = self.of("boundary", first, last)
        return {
            "first": day(first), "last": day(last),
            "days": last - first + 1, **self.sessions(last),
            "thoughts": self.thoughts(first, last),
            "breathing": {
                "n": len(breaths), "days": len({e["n"] for e in breaths}),
                "rounds": sum(e["f"].get("cycles", 0) for e in breaths),
                "calm": self.pairs(self.calm(breaths))},
            "wins": {"n": len(wins), "newest": [
                {"id": e["id"], "day": e["day"], "text": cut(e["f"]["what"])}
                for e in wins[:-6:-1]]},
            "boundaries": {"n": len(lines), **{
                held: sum(e["f"].get("held") == held for e in lines)
                for held in ("partly", "yes", "no")}},
            **self.agreed(first, last, False),
            "confidence": self.rating("confidence", first, last),
            "mood": self.rating("mood", first, last),
            "to_bring": self.to_bring(last)[:50],
            "experiments": self.experiments(first, last),
            "activities": self.activities(first, last)}

    def calm(self, breaths):
        return [(e["f"]["calm_before"], e["f"]["calm_after"])
                for e in breaths if "calm_before" in e["f"] and
                "calm_after" in e["f"]]

    # -- trends

    def weeks(self, what, first, last):
        out = []
        for start in range(first, last + 1, 7):
            week = {"first": day(start), "last": day(start + 6)}
            kinds = {"patterns": "thought", "practice": PRACTICE,
                     "goals": "checkin"}.get(what) or PARTS[what][0]
            those = self.of(kinds, start, start + 6)
            week["n"] = len(those) if what != "patterns" else sum(
                len(e["f"].get("patterns", [])) for e in those)
            if what in PARTS:
                _, field, parts, unsaid = PARTS[what]
                for part in parts:
                    week[part] = sum(e["f"].get(field, unsaid) == part
                                     for e in those)
            out.append(week)
        return out

    def sevens(self, first, last):
        days = {e["n"] for e in self.of(PRACTICE, first - 728, last)}
        keeps, score, out = 0.5 ** (1 / 13), 0.0, []
        for when in range(first - 728, last + 1):
            score = score * keeps + (when in days) * (1 - keeps)
            if when >= first:
                out.append({"day": day(when), "score": score, "days": sum(
                    d in days for d in range(when - 6, when + 1))})
        return out

    def two_lines(self, what, first, last):
        kind = "breath" if what == "calm" else "thought"
        within = self.of(kind, first, last)
        if what == "calm":
            before, after = (self.ratings(kind, field, last)
                             for field in ("calm_before", "calm_after"))
            pairs = self.calm(within)
        else:
            pick = self.feelings if what == "thoughts" else self.belief
            answers = [(e["n"], p) for e in self.of(kind, 0, last)
                       for p in pick(e)]
            before, after = ([(d, p[i]) for d, p in answers]
                             for i in (0, 1))
            pairs = [p for e in within for p in pick(e)]
        out = {**self.line("before", before, first, last),
               "more": [self.line("after", after, first, last)],
               "pairs": self.pairs(pairs)}
        if what != "calm":
            out["caught"] = len(within)
            out["weighed"] = sum(map(self.is_weighed, within))
        return out

    def counting(self, what, first, last):
        if what == "patterns":
            names = [p for e in self.of("thought", first, last)
                     for p in e["f"].get("patterns", [])]
            answers = [(e["n"], len(e["f"]["patterns"])) for e in
                       self.of("thought", 0, last) if e["f"].get("patterns")]
        else:
            kinds = {"practice": PRACTICE, "goals": "checkin"}.get(
                what) or PARTS[what][0]
            answers = [(e["n"], 1) for e in self.of(kinds, 0, last)]
            names = [e["kind"] for e in self.of(kinds, first, last)]
        if what == "goals":
            names = []
        if what in PARTS:
            _, field, _, unsaid = PARTS[what]
            names = [e["f"].get(field, unsaid)
                     for e in self.of(kinds, first, last)
                     if e["f"].get(field, unsaid)]
        name = "checkins" if what == "goals" else what
        return {**self.counted(name, answers, first, last),
                "counts": self.count(names),
                "weeks": self.weeks(what, first, last)}

    def trends(self, what, last, weeks):
        first = last - 7 * weeks + 1
        out = {"what": what, "first": day(first), "last": day(last),
               "days": 7 * weeks,
               "sessions": [self.session(e)
                            for e in self.held(first, last)][-1000:]}
        if what in ("mood", "confidence", "energy"):
            out.update(self.line(what, self.ratings("mood", what, last),
                                 first, last))
        elif what in ("calm", "thoughts", "belief"):
            out.update(self.two_lines(what, first, last))
        else:
            out.update(self.counting(what, first, last))
        if what == "practice":
            out["sevens"] = self.sevens(first, last)
        if what == "goals":
            goals, _ = self.targets("goal", first, last, False)
            out["goals"] = [{**self.target(e, last),
                             "points": self.steps(e, first, last)}
                            for e in goals]
        return out


def fold(text):
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c)
                    and c not in "'’")
    return " ".join("".join(c if c.isalnum() else " "
                            for c in plain).split())


# ---- comparing ----


def differences(want, got, where, out):
    if isinstance(want, dict) and isinstance(got, dict):
        for key in sorted(want.keys() | got.keys()):
            if key not in want or key not in got:
                out.append(f"{where}.{key}: wanted {want.get(key)}, "
                           f"got {got.get(key)}")
            else:
                differences(want[key], got[key], f"{where}.{key}", out)
    elif isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            out.append(f"{where}: wanted {len(want)} items, got {len(got)}")
        for i, pair in enumerate(zip(want, got)):
            differences(*pair, f"{where}[{i}]", out)
    elif want != got or isinstance(want, bool) != isinstance(got, bool):
        out.append(f"{where}: wanted {want!r}, got {got!r}")


def leaves(value):
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    if isinstance(value, list):
        return sum(map(leaves, value))
    return 1


TOPICS = ["mood", "confidence", "energy", "calm", "thoughts", "belief",
          "patterns", "practice", "wins", "boundaries", "goals"]


def check(path, export, today):
    import wire
    link = wire.Link(path)
    last = number(today)
    journal = Journal(export)
    status = link.call("status")
    drafts = link.call("drafts")["drafts"]
    waiting = {"drafts": status["drafts"], "thought_drafts": sum(
        d["kind"] == "thought" for d in drafts)}
    if drafts:
        waiting["draft"] = {"id": drafts[0]["id"],
                            "kind": drafts[0]["kind"]}
    found, compared = [], 0
    # A day with everything, the same later, and one before there was any.
    days = [last, last - 40, last + 9, 700000]
    for when in days:
        asked = [("today", {}, journal.today_is(when, waiting)),
                 ("review", {}, journal.review(when, None))]
        for back in (0, 7, 400, 5000, -3):
            asked.append(("review", {"since": day(when - back)},
                          journal.review(when, when - back)))
        for what in TOPICS:
            weeks = [8, 1]
            if when == last:
                weeks += [{"goals": 26, "belief": 520, "wins": 520,
                           "practice": 520}.get(what, 52)]
            asked += [("trends", {"what": what, "weeks": n},
                       journal.trends(what, when, n)) for n in weeks]
        for method, params, want in asked:
            got = link.call(method, {**params, "today": day(when)})
            compared += leaves(want)
            differences(want, got, f"{method} {params} {day(when)}", found)
    print("\n".join(found[:40]))
    print("compared:", "enough" if compared > 1000 else compared)
    return bool(found)


def fill(path, today):
    import wire
    link = wire.Link(path)
    entries, last, text = [], number(today), "\u00e9" * 2000

    def put(kind, back, **fields):
        entries.append({"kind": kind, "day": day(last - back), "f": fields,
                        "at": day(last - back) + "T10:00:00+00:00"})

    def send():
        while entries:
            said = link.call("import", {"entries": entries[:50]})
            assert said["added"] == len(entries[:50]), said["bad"]
            del entries[:50]

    for back in range(3640):
        # Three feelings a day, so that no mean and few medians are whole.
        put("thought", back, thought=f"No. {back}", feelings=[
            {"name": name, "before": before, "after": 199 - before}
            for name, before in (("a", 100), ("b", 99), ("c", 99))])
        put("mood", back, mood=back % 2 * 3, confidence=9)
        put("mood", back, mood=back % 2 * 3 + 1, confidence=10)
    for _ in range(60):
        put("goal", 3500, title="\u00e9" * 200, target=10 ** 6)
        put("homework", 3500, title="\u00e9" * 500, target=10 ** 6,
            what_got_in_the_way=text)
        put("experiment", 300, belief=text, prediction=text, happened=text,
            learned=text)
        put("session", 300, to_bring=[text] * 3)
        put("win", 300, what="\u00e9" * 1000)
    send()
    for goal in link.call("log", {"kind": "goal", "limit": 45})["entries"]:
        for back in range(0, 3400, 9):
            put("checkin", back, goal=goal["id"], progress=10 ** 6)
    send()
    asked = [("today", {}), ("review", {"since": day(last - 5000)})]
    asked += [("trends", {"what": what, "weeks": 520}) for what in TOPICS]
    for method, params in asked:
        link.call(method, {**params, "today": today})
    print("answered:", len(asked))


if __name__ == "__main__":
    sys.exit({"make": make, "change": change, "fill": fill,
              "check": check}[sys.argv[1]](*sys.argv[2:]))
