/*
 * wordscan.c - substring search, sixteen places at a time.
 *
 * Texts of people are made of few letters: one byte of a pattern, even its
 * rarest, is in every line, but three at their distances seldom are. Must
 * never read beyond the text, and must stay linear whatever is looked for:
 * memmem takes over where too many places look right and are not. Read next:
 * wordsearch.c, which asks.
 */
#include "daemon/vault/wordscan.h"

#include "proto/base/panic.h"

#define LANES 16u
#define STRIDE ((size_t)4 * LANES)
/* Places looked at in vain before memmem, which is linear, takes over. */
#define FALSE_HITS_MAX 32u
/* What is brought near in advance: most entries, in lines of the cache. */
#define EXPECT_BYTES ((size_t)1024)
#define LINE_BYTES 64u

typedef uint8_t lanes __attribute__((vector_size(LANES)));

/* How often texts hold a byte, rarest first; what is not here is rarer. */
static unsigned frequency(uint8_t c)
{
	static const char letters[] = "zqxjkvbpygfwmucldrhsnioate ";
	const char *at = c == 0 ? NULL : strchr(letters, c);

	if (at != NULL)
		return 1 + (unsigned)(at - letters);
	/* Scripts beyond ASCII: few first bytes, and any of 64 after it. */
	if (c >= 0x80)
		return c >= 0xc0 ? sizeof letters : 6;
	return 0;
}

static bool is_taken(const struct wordscan *scan, size_t count, size_t place)
{
	for (size_t i = 0; i < count; i++) {
		if (scan->clues[i] == place)
			return true;
	}
	return false;
}

/* The rarest byte that is no clue yet; the first clue if all of them are. */
static size_t rarest(const struct wordscan *scan, size_t count,
		     struct bytes pattern)
{
	size_t best = count > 0 ? scan->clues[0] : 0;
	unsigned least = UINT32_MAX;

	for (size_t at = 0; at < pattern.len; at++) {
		unsigned often = frequency(pattern.ptr[at]);

		if (often >= least || is_taken(scan, count, at))
			continue;
		least = often;
		best = at;
	}
	return best;
}

void wordscan_prepare(struct wordscan *scan, struct bytes pattern)
{
	kept_assert(pattern.len > 0);
	for (size_t i = 0; i + 1 < WORDSCAN_CLUES; i++)
		scan->clues[i] = rarest(scan, i, pattern);
	/* A word's end tells "the" from "they" and "then". */
	if (!is_taken(scan, WORDSCAN_CLUES - 1, pattern.len - 1))
		scan->clues[WORDSCAN_CLUES - 1] = pattern.len - 1;
	else
		scan->clues[WORDSCAN_CLUES - 1] =
			rarest(scan, WORDSCAN_CLUES - 1, pattern);
}

/* ---- lanes ---- */

/* What is looked for, spread over the lanes, and the text under each clue. */
struct hunt {
	lanes wanted[WORDSCAN_CLUES];
	const uint8_t *under[WORDSCAN_CLUES];
	struct bytes pattern;
	const uint8_t *text;
	size_t tries;
};

static inline lanes lanes_load(const uint8_t *from)
{
	lanes v;

	memcpy(&v, from, sizeof v);
	return v;
}

static inline bool lanes_any(lanes v)
{
	uint64_t halves[2];

	memcpy(halves, &v, sizeof halves);
	return (halves[0] | halves[1]) != 0;
}

/* All ones in the lanes whose place has every clue. */
static inline lanes look(const struct hunt *hunt, size_t at)
{
	lanes a = (lanes)(lanes_load(hunt->under[0] + at) == hunt->wanted[0]);
	lanes b = (lanes)(lanes_load(hunt->under[1] + at) == hunt->wanted[1]);
	lanes c = (lanes)(lanes_load(hunt->under[2] + at) == hunt->wanted[2]);

	return a & b & c;
}

static bool is_at(const struct hunt *hunt, const uint8_t *place)
{
	return place[0] == hunt->pattern.ptr[0] &&
	       memcmp(place, hunt->pattern.ptr, hunt->pattern.len) == 0;
}

/* The first of sixteen places that holds all of the pattern. */
static const uint8_t *check(struct hunt *hunt, size_t at, lanes found)
{
	uint8_t bytes[LANES];

	memcpy(bytes, &found, sizeof bytes);
	for (size_t half = 0; half < LANES; half += 8) {
		uint64_t left = le64_get(bytes + half);

		while (left != 0) {
			size_t lane = (size_t)__builtin_ctzll(left) / 8;
			const uint8_t *place = hunt->text + at + half + lane;

			if (is_at(hunt, place))
				return place;
			hunt->tries++;
			left &= ~(UINT64_C(0xff) << 8 * lane);
		}
	}
	return NULL;
}

/* Four blocks at a time. Returns where one of them looks right, or where
 * less than four are left. */
static size_t stride(const struct hunt *hunt, size_t at, size_t places)
{
	const struct hunt local = *hunt;

	for (; at + STRIDE <= places; at += STRIDE) {
		lanes a = look(&local, at);
		lanes b = look(&local, at + LANES);
		lanes c = look(&local, at + 2 * LANES);
		lanes d = look(&local, at + 3 * LANES);

		if (lanes_any(a | b | c | d))
			break;
	}
	return at;
}

const uint8_t *wordscan_find(const struct wordscan *scan, struct bytes pattern,
			     struct bytes text)
{
	struct hunt hunt;
	size_t places, at = 0;
	const uint8_t *hit;

	if (text.len < pattern.len)
		return NULL;
	places = text.len - pattern.len + 1;
	if (places < LANES)
		return memmem(text.ptr, text.len, pattern.ptr, pattern.len);
	hunt.pattern = pattern;
	hunt.text = text.ptr;
	hunt.tries = 0;
	for (size_t i = 0; i < WORDSCAN_CLUES; i++) {
		memset(&hunt.wanted[i], pattern.ptr[scan->clues[i]], LANES);
		hunt.under[i] = text.ptr + scan->clues[i];
	}
	/* The last block begins early, so that it ends with the text. */
	for (hit = NULL; hit == NULL && at < places;) {
		if (hunt.tries > FALSE_HITS_MAX)
			return memmem(text.ptr + at, text.len - at, pattern.ptr,
				      pattern.len);
		at = stride(&hunt, at, places);
		if (at > places - LANES)
			at = places - LANES;
		hit = check(&hunt, at, look(&hunt, at));
		at += LANES;
	}
	return hit;
}

void wordscan_expect(struct bytes text)
{
	size_t len = text.len < EXPECT_BYTES ? text.len : EXPECT_BYTES;

	for (size_t at = 0; at < len; at += LINE_BYTES)
		__builtin_prefetch(text.ptr + at);
}
