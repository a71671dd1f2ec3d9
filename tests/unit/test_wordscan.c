/*
 * Goal: the scanner finds what a plain comparison byte by byte finds, first
 * place and all, and never reads beyond its text.
 * Method: every offset around the lanes against the slow answer; each text
 * lies in memory of exactly its length, so that a sanitizer sees the rest,
 * and before a page that nobody may read.
 */
#include "tests/lib/harness.h"

#include <sys/mman.h>
#include <unistd.h>

#include "daemon/vault/wordscan.h"
#include "proto/base/mem.h"
#include "proto/base/prng.h"

#define TEXT_MAX 600u

static const uint8_t *slow_find(struct bytes pattern, struct bytes text)
{
	for (size_t at = 0; at + pattern.len <= text.len; at++) {
		if (memcmp(text.ptr + at, pattern.ptr, pattern.len) == 0)
			return text.ptr + at;
	}
	return NULL;
}

static void expect_same(struct bytes pattern, struct bytes text)
{
	const uint8_t *want = slow_find(pattern, text);
	const uint8_t *got;
	struct wordscan scan;

	wordscan_prepare(&scan, pattern);
	for (size_t i = 0; i < WORDSCAN_CLUES; i++)
		assert_true(scan.clues[i] < pattern.len);
	got = wordscan_find(&scan, pattern, text);
	if (got != want)
		fail_msg("\"%.*s\" in \"%.*s\": at %ld, not %ld",
			 (int)pattern.len, (const char *)pattern.ptr,
			 (int)text.len, (const char *)text.ptr,
			 got == NULL ? -1 : (long)(got - text.ptr),
			 want == NULL ? -1 : (long)(want - text.ptr));
}

/* The same in memory that ends with the text. */
static void expect_same_alone(struct bytes pattern, const uint8_t *text,
			      size_t len)
{
	uint8_t *alone = mem_alloc(1, len > 0 ? len : 1);

	assert_non_null(alone);
	memcpy(alone, text, len);
	expect_same(pattern, bytes_of(alone, len));
	mem_free(alone);
}

/* A pattern of `len` bytes, different ones as far as letters go round. */
static void make_pattern(uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)('a' + i * 7 % 26);
}

static void expect_clues(const char *pattern, size_t a, size_t b, size_t c)
{
	struct wordscan scan;

	wordscan_prepare(&scan, bytes_from_str(pattern));
	assert_int_equal(scan.clues[0], a);
	assert_int_equal(scan.clues[1], b);
	assert_int_equal(scan.clues[2], c);
}

static void clues_are_the_rarest_bytes_and_the_last(void **state)
{
	(void)state;
	expect_clues(" quiz ", 4, 1, 5);
	expect_clues(" the ", 2, 1, 4);
	/* the last is the rarest as it is */
	expect_clues(" fez", 3, 1, 2);
	/* too short for three */
	expect_clues(" q", 1, 0, 1);
	expect_clues("e", 0, 0, 0);
}

/* Patterns of 1 to 40 bytes beginning at each of the places 0 to 100. */
static void a_pattern_is_found_at_every_offset(void **state)
{
	uint8_t text[256], pattern[40];

	(void)state;
	for (size_t len = 1; len <= sizeof pattern; len++) {
		make_pattern(pattern, len);
		for (size_t at = 0; at <= 100; at++) {
			memset(text, ' ', sizeof text);
			memcpy(text + at, pattern, len);
			/* ends with the text, and well before its end */
			expect_same_alone(bytes_of(pattern, len), text,
					  at + len);
			expect_same_alone(bytes_of(pattern, len), text,
					  at + len + 70);
			/* but for its last byte: not there */
			expect_same_alone(bytes_of(pattern, len), text,
					  at + len - 1);
		}
	}
}

/* What is almost there comes first, for each byte that may be the one. */
static void near_misses_do_not_hide_a_pattern(void **state)
{
	uint8_t text[256], pattern[40];

	(void)state;
	for (size_t len = 2; len <= sizeof pattern; len++) {
		make_pattern(pattern, len);
		for (size_t wrong = 0; wrong < len; wrong++) {
			memset(text, ' ', sizeof text);
			for (size_t at = 0; at + len <= 160; at += len) {
				memcpy(text + at, pattern, len);
				text[at + wrong] = '-';
			}
			expect_same(bytes_of(pattern, len),
				    bytes_of(text, 200));
			memcpy(text + 160, pattern, len);
			expect_same_alone(bytes_of(pattern, len), text,
					  160 + len);
		}
	}
}

static void short_texts_are_looked_at_whole(void **state)
{
	static const uint8_t words[] = " a calm day, a walk, and then a calm ";
	static const char *const patterns[] = { " ",  " calm ",  " a ",
						"m ", " zebra ", "a" };

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(patterns); i++) {
		for (size_t len = 0; len < sizeof words; len++)
			expect_same_alone(bytes_from_str(patterns[i]), words,
					  len);
	}
	expect_same(bytes_from_str(" calm "), bytes_of(NULL, 0));
}

static void every_byte_can_be_looked_for(void **state)
{
	uint8_t text[256];

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof text; i++) {
		expect_same(bytes_of(text + i, 1), bytes_of(text, 256));
		expect_same(bytes_of(text + i, 1), bytes_of(text, i));
		if (i + 2 <= sizeof text)
			expect_same(bytes_of(text + i, 2), bytes_of(text, 256));
	}
}

/* So many false hits that memmem takes over, hit or no hit behind them. */
static void many_false_hits_do_not_hide_a_pattern(void **state)
{
	uint8_t text[TEXT_MAX];

	(void)state;
	for (size_t count = 0; count <= 140; count++) {
		size_t len = count * 4;

		for (size_t i = 0; i < count; i++)
			memcpy(text + i * 4, "zipz", 4);
		memcpy(text + len, "zizipzip", 8);
		expect_same_alone(bytes_from_str("zizip"), text, len + 8);
		expect_same_alone(bytes_from_str("zizip"), text, len + 4);
		expect_same_alone(bytes_from_str("zipzizi"), text, len + 8);
		expect_same_alone(bytes_from_str("zipzo"), text, len + 8);
		memset(text, 'a', len);
		expect_same_alone(bytes_from_str("aaaaaaaab"), text, len);
		text[len] = 'b';
		expect_same_alone(bytes_from_str("aaaaaaaab"), text, len + 1);
	}
}

/* memmem takes over in the middle, and the hit is just where it begins. */
static void a_hit_where_memmem_takes_over_is_found(void **state)
{
	static const uint8_t hit[] = "zqoex", miss[] = "zqaax";
	uint8_t text[TEXT_MAX];

	(void)state;
	for (size_t count = 30; count <= 45; count++) {
		for (size_t gap = 0; gap <= 70; gap++) {
			size_t len = count * 5 + gap;

			memset(text, ' ', sizeof text);
			for (size_t i = 0; i < count; i++)
				memcpy(text + i * 5, miss, 5);
			memcpy(text + len, hit, 5);
			expect_same_alone(bytes_of(hit, 5), text, len + 5);
			expect_same(bytes_of(hit, 5), bytes_of(text, 500));
			expect_same(bytes_of(hit, 5), bytes_of(text, len + 4));
		}
	}
}

/* Few letters make hits, near misses, and overlaps of all kinds. */
static void what_chance_writes_is_found_as_slowly(void **state)
{
	struct prng dice;
	uint8_t text[TEXT_MAX];

	(void)state;
	prng_seed(&dice, 20260921);
	for (int round = 0; round < 20000; round++) {
		size_t len = prng_below(&dice, TEXT_MAX / 4);
		size_t letters = 2 + prng_below(&dice, 4);
		size_t part = 1 + prng_below(&dice, 40), at;

		for (size_t i = 0; i < len; i++)
			text[i] =
				(uint8_t)(prng_chance(&dice, 1, 5)
						  ? ' '
						  : 'a' + prng_below(&dice,
								     letters));
		at = prng_below(&dice, len + 1);
		/* a part of the text itself, or what follows it in memory */
		if (at + part > TEXT_MAX)
			continue;
		for (size_t i = len; i < at + part; i++)
			text[i] = (uint8_t)('a' + prng_below(&dice, letters));
		expect_same_alone(bytes_of(text + at, part), text, len);
	}
}

static void nothing_is_read_beyond_the_page(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *memory = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t pattern[40];

	(void)state;
	assert_true(memory != MAP_FAILED);
	memset(memory, 'a', 3 * page);
	assert_int_equal(mprotect(memory, page, PROT_NONE), 0);
	assert_int_equal(mprotect(memory + 2 * page, page, PROT_NONE), 0);
	memset(pattern, 'a', sizeof pattern);
	for (size_t len = 1; len <= sizeof pattern; len++) {
		pattern[len - 1] = 'b';
		for (size_t text = 0; text <= 150; text++) {
			/* at the page's end, and at its beginning */
			expect_same(bytes_of(pattern, len),
				    bytes_of(memory + 2 * page - text, text));
			expect_same(bytes_of(pattern, len),
				    bytes_of(memory + page, text));
		}
		pattern[len - 1] = 'a';
	}
	assert_int_equal(munmap(memory, 3 * page), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clues_are_the_rarest_bytes_and_the_last),
		cmocka_unit_test(a_pattern_is_found_at_every_offset),
		cmocka_unit_test(near_misses_do_not_hide_a_pattern),
		cmocka_unit_test(short_texts_are_looked_at_whole),
		cmocka_unit_test(every_byte_can_be_looked_for),
		cmocka_unit_test(many_false_hits_do_not_hide_a_pattern),
		cmocka_unit_test(a_hit_where_memmem_takes_over_is_found),
		cmocka_unit_test(what_chance_writes_is_found_as_slowly),
		cmocka_unit_test(nothing_is_read_beyond_the_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
