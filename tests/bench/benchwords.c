/*
 * benchwords.c - entries made up from a number: kinds, words, days.
 *
 * Must give the same bytes for the same number for ever, or figures of
 * different days can't be compared. Read next: bench_kept.c.
 */
#include "tests/bench/benchwords.h"

#include "proto/base/panic.h"
#include "proto/base/prng.h"
#include "proto/civil.h"
#include "proto/codec.h"
#include "proto/mp.h"
#include "proto/ulid.h"

#define SEED 20260101u
#define BEGIN_MS 1577836800000u /* 2020-01-01 */
#define STEP_MS 3700000u
#define TEXT_BYTES_MAX 1400u
#define ENTRY_BYTES_MAX 8192u

static const char *const words[] = {
	"the",      "and",     "to",      "of",        "it",     "was",
	"that",     "in",      "for",     "with",      "not",    "but",
	"had",      "this",    "me",      "they",      "all",    "just",
	"about",    "felt",    "like",    "what",      "when",   "then",
	"there",    "could",   "did",     "have",      "been",   "more",
	"because",  "after",   "before",  "again",     "time",   "day",
	"work",     "home",    "friend",  "meeting",   "boss",   "team",
	"family",   "sister",  "walk",    "tea",       "dinner", "sleep",
	"night",    "morning", "evening", "today",     "week",   "late",
	"early",    "tired",   "calm",    "anxious",   "sad",    "angry",
	"proud",    "hopeful", "lonely",  "content",   "tense",  "steady",
	"quiet",    "busy",    "slow",    "breath",    "chest",  "hands",
	"mind",     "thought", "story",   "evidence",  "fact",   "guess",
	"predict",  "best",    "maybe",   "always",    "never",  "nobody",
	"should",   "must",    "tried",   "helped",    "listen", "asked",
	"answered", "noticed", "learned", "practice",  "step",   "small",
	"enough",   "perfect", "mistake", "progress",  "goal",   "plan",
	"finish",   "start",   "pause",   "rest",      "run",    "cook",
	"read",     "write",   "music",   "garden",    "rain",   "window",
	"train",    "office",  "phone",   "message",   "alone",  "together",
	"kind",     "gentle",  "honest",  "fair",      "partly", "really",
	"already",  "often",   "rarely",  "question",  "reason", "choice",
	"decide",   "changed", "other",   "different", "next",   "under",
	"without",  "while",   "where",   "balance",   "looked", "saw",
	"knew",     "matter",  "wonder",  "laughed",   "smiled", "spoke",
	"session",  "journal", "focus",   "pressure",  "review", "launch",
};
static const char *const feelings[] = { "anxious", "sad",  "angry", "ashamed",
					"tired",   "calm", "proud", "hopeful" };
static const char *const tags[] = { "work",  "family", "health", "sleep",
				    "money", "self",   "study",  "home" };

struct words {
	struct prng dice;
	uint64_t no;
	uint64_t at_ms;
};

static void words_begin(struct words *at, uint64_t no)
{
	prng_seed(&at->dice, SEED + no);
	at->no = no;
	at->at_ms = BEGIN_MS + no * STEP_MS % (6ull * 365 * 86400000) +
		    prng_below(&at->dice, 3000000);
}

/* Common words come first in the table and are drawn more often. */
static const char *pick_word(struct words *at)
{
	uint64_t place = prng_below(&at->dice, KEPT_ARRAY_COUNT(words));
	uint64_t other = prng_below(&at->dice, KEPT_ARRAY_COUNT(words));

	return words[place < other ? place : other];
}

static void put_text(struct words *at, struct buf *out, size_t low, size_t high,
		     const char *before)
{
	char text[TEXT_BYTES_MAX];
	size_t want =
		(size_t)prng_range(&at->dice, (int64_t)low, (int64_t)high);
	size_t len = (size_t)snprintf(text, sizeof text, "%s", before);

	kept_assert(high + 16 < sizeof text);
	while (len < want)
		len += (size_t)snprintf(
			text + len, sizeof text - len, "%s%s", pick_word(at),
			prng_chance(&at->dice, 1, 10) ? ". " : " ");
	mp_put_str(out, bytes_of(text, want));
}

static void put_feelings(struct words *at, struct buf *out)
{
	size_t count = 1 + prng_below(&at->dice, 3);
	size_t first = prng_below(&at->dice, KEPT_ARRAY_COUNT(feelings));
	size_t i;

	mp_put_array(out, count);
	for (i = 0; i < count; i++) {
		uint64_t before = prng_below(&at->dice, 101);

		mp_put_map(out, 3);
		mp_put_cstr(out, "name");
		mp_put_cstr(out,
			    feelings[(first + i) % KEPT_ARRAY_COUNT(feelings)]);
		mp_put_cstr(out, "before");
		mp_put_uint(out, before);
		mp_put_cstr(out, "after");
		mp_put_uint(out, prng_below(&at->dice, before + 1));
	}
}

static void put_thought(struct words *at, struct buf *out)
{
	mp_put_map(out, 5);
	mp_put_cstr(out, "situation");
	put_text(at, out, 40, 160, "");
	mp_put_cstr(out, "feelings");
	put_feelings(at, out);
	mp_put_cstr(out, "thought");
	put_text(at, out, 30, 120, "");
	mp_put_cstr(out, "balanced");
	put_text(at, out, 60, 180, "");
}

static void put_fields(struct words *at, struct buf *out, unsigned kind)
{
	char mark[BENCHWORDS_MARK_BYTES + 2];

	switch (kind) {
	case 0:
		put_thought(at, out);
		break;
	case 1:
		mp_put_map(out, 3);
		mp_put_cstr(out, "mood");
		mp_put_uint(out, prng_below(&at->dice, 11));
		mp_put_cstr(out, "energy");
		mp_put_uint(out, prng_below(&at->dice, 11));
		break;
	case 2:
		mp_put_map(out, 3);
		mp_put_cstr(out, "what");
		put_text(at, out, 20, 60, "");
		mp_put_cstr(out, "took");
		put_text(at, out, 20, 120, "");
		break;
	case 3:
		mp_put_map(out, 3);
		mp_put_cstr(out, "title");
		put_text(at, out, 20, 60, "");
		mp_put_cstr(out, "why");
		put_text(at, out, 20, 120, "");
		break;
	default:
		mp_put_map(out, 1);
	}
	mp_put_cstr(out, "text");
	benchwords_mark(at->no, mark);
	memcpy(mark + strlen(mark), " ", 2);
	put_text(at, out, 270, 1270, mark);
}

static const char *const kinds[] = { "thought", "mood", "win", "goal", "note" };

static unsigned pick_kind(struct words *at)
{
	static const uint8_t spread[] = { 0, 0, 0, 1, 1, 2, 2, 3, 4, 4 };

	return spread[prng_below(&at->dice, sizeof spread)];
}

void benchwords_mark(uint64_t no, char out[BENCHWORDS_MARK_BYTES])
{
	snprintf(out, BENCHWORDS_MARK_BYTES, "mark%llux",
		 (unsigned long long)no);
}

static void put_when(struct words *at, struct buf *out)
{
	struct civil_instant instant = { .ms = (int64_t)at->at_ms,
					 .offset_min = -300 };
	char text[CIVIL_INSTANT_TEXT_BYTES], day[CIVIL_DAY_TEXT_BYTES];

	civil_format_instant(instant, text);
	civil_format_day(civil_day_from_instant(instant, 240), day);
	mp_put_cstr(out, "at");
	mp_put_cstr(out, text);
	mp_put_cstr(out, "tz");
	mp_put_cstr(out, "America/New_York");
	mp_put_cstr(out, "day");
	mp_put_cstr(out, day);
}

static void put_tags(struct words *at, struct buf *out)
{
	size_t count = prng_below(&at->dice, 4);
	size_t first = prng_below(&at->dice, KEPT_ARRAY_COUNT(tags));
	size_t i;

	mp_put_array(out, count);
	for (i = 0; i < count; i++)
		mp_put_cstr(out, tags[(first + i) % KEPT_ARRAY_COUNT(tags)]);
}

void benchwords_put_entry(struct buf *out, uint64_t no)
{
	char text[ULID_TEXT_BYTES + 1];
	uint8_t random[10];
	struct words at;
	struct id16 id;
	unsigned kind;

	words_begin(&at, no);
	prng_fill(&at.dice, random, sizeof random);
	id = ulid_make(at.at_ms, random);
	ulid_format(&id, text);
	kind = pick_kind(&at);
	mp_put_map(out, 8);
	mp_put_cstr(out, "kept");
	mp_put_uint(out, 1);
	mp_put_cstr(out, "id");
	mp_put_cstr(out, text);
	mp_put_cstr(out, "kind");
	mp_put_cstr(out, kinds[kind]);
	put_when(&at, out);
	mp_put_cstr(out, "tags");
	put_tags(&at, out);
	mp_put_cstr(out, "f");
	put_fields(&at, out, kind);
}

void benchwords_put_add(struct buf *out, uint64_t no)
{
	struct words at;
	unsigned kind;

	words_begin(&at, no);
	kind = pick_kind(&at);
	mp_put_map(out, 6);
	mp_put_cstr(out, "kind");
	mp_put_cstr(out, kinds[kind]);
	put_when(&at, out);
	mp_put_cstr(out, "tags");
	put_tags(&at, out);
	mp_put_cstr(out, "fields");
	put_fields(&at, out, kind);
}

size_t benchwords_json_bytes(uint64_t no)
{
	struct buf packed, json;
	size_t len;

	buf_init(&packed, ENTRY_BYTES_MAX);
	buf_init(&json, 2 * ENTRY_BYTES_MAX);
	benchwords_put_entry(&packed, no);
	kept_assert(codec_print_element(buf_bytes(&packed), &json) == 0);
	len = json.len + 1;
	buf_release(&packed);
	buf_release(&json);
	return len;
}
