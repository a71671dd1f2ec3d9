/*
 * Goal: the list keeps its promises, and what a person types is read as meant
 * or not at all. Method: the whole list against its rules, and phrases with
 * look-alikes, capitals, and stray blanks.
 */
#include "proto/crypto/words.h"

#include "proto/crypto/entropy.h"
#include "tests/lib/harness.h"

static uint32_t find(const char *word)
{
	uint32_t index = WORDS_COUNT;

	if (words_find(bytes_from_str(word), &index) != 0)
		return WORDS_COUNT;
	assert_true(index < WORDS_COUNT);
	return index;
}

static void the_list_keeps_its_rules(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < WORDS_COUNT; i++) {
		const char *word = words_at(i);
		const char *next = i + 1 < WORDS_COUNT ? words_at(i + 1) : "~";
		size_t len = strlen(word);

		assert_in_range(len, 3, 8);
		assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz"),
				 len);
		/* Sorted, so that equal beginnings would be neighbors. */
		assert_true(strcmp(word, next) < 0);
		assert_int_not_equal(strncmp(word, next, len < 4 ? len : 4), 0);
	}
}

static void words_of_the_documents_are_in_it(void **state)
{
	static const char *const promised[] = {
		"orbit",  "candle", "plain",  "river",  "maple",
		"harbor", "pebble", "north",  "copper", "lantern",
		"walk",   "seed",   "willow", "sixty",
	};

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(promised); i++)
		assert_string_equal(words_at(find(promised[i])), promised[i]);
}

static void four_letters_of_any_case_are_enough(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < WORDS_COUNT; i++) {
		char typed[9];
		size_t len = strlen(words_at(i));

		assert_int_equal(find(words_at(i)), i);
		for (size_t k = 0; k <= len; k++) {
			char c = words_at(i)[k];

			typed[k] = (char)(c == '\0' ? c : c - 'a' + 'A');
		}
		assert_int_equal(find(typed), i);
		typed[len < 4 ? len : 4] = '\0';
		assert_int_equal(find(typed), i);
	}
}

static void other_letters_are_not_guessed(void **state)
{
	static const char *const wrong[] = {
		"",
		"o",
		"or",
		"orb",
		"orbits",
		"orbat",
		"0rbit",
		"\xd0\xberbit",
		"orbit ",
		"rbit",
		"candles",
		"aaaaaaa",
		"orbitorbitorbit",
	};
	uint32_t index = 77;

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(wrong); i++)
		assert_int_equal(words_find(bytes_from_str(wrong[i]), &index),
				 ERR_NOT_FOUND);
	assert_int_equal(words_find(bytes_of("orbit", 6), &index),
			 ERR_NOT_FOUND); /* with its NUL */
	assert_int_equal(index, 77);
}

static void the_nearest_word_is_offered(void **state)
{
	(void)state;
	assert_string_equal(words_nearest(bytes_from_str("orbti")), "orbit");
	assert_string_equal(words_nearest(bytes_from_str("0RBIT")), "orbit");
	assert_string_equal(words_nearest(bytes_from_str("lanterns")),
			    "lantern");
	assert_string_equal(words_nearest(bytes_from_str("elk")), "elk");
	assert_null(words_nearest(bytes_from_str("qqqqqqq")));
	assert_null(words_nearest(bytes_from_str("qqq")));
	assert_null(words_nearest(bytes_from_str("")));
	assert_null(words_nearest(bytes_from_str("lanternlantern")));
}

static int parse(const char *phrase, uint32_t indexes[3], size_t *bad)
{
	*bad = 99;
	return words_parse(bytes_from_str(phrase), indexes, 3, bad);
}

static void a_phrase_may_be_typed_in_many_ways(void **state)
{
	static const char *const ways[] = {
		"orbit candle plain",        "orbit-candle-plain",
		"  ORBIT,  Candle\tplain\n", "orbi cand plai",
		"orbit - candle , plain -",
	};
	uint32_t indexes[3];
	size_t bad;

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(ways); i++) {
		assert_int_equal(parse(ways[i], indexes, &bad), 0);
		assert_int_equal(indexes[0], find("orbit"));
		assert_int_equal(indexes[1], find("candle"));
		assert_int_equal(indexes[2], find("plain"));
	}
}

static void the_first_bad_word_is_named(void **state)
{
	static const struct {
		const char *phrase;
		size_t bad;
	} rows[] = {
		{ "0rbit candle plain", 0 },
		{ "orbit c\xd0\xb0ndle plain", 1 },
		{ "orbit candle plainly", 2 },
		{ "orbit\xc2\xa0"
		  "candle plain",
		  0 },
		{ "orbit candle", 3 },
		{ "orbit candle plain river", 3 },
		{ "", 3 },
		{ " - , ", 3 },
		{ "orbitcandleplain", 0 },
	};
	uint32_t indexes[3];
	size_t bad;

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		memset(indexes, 0xff, sizeof indexes);
		assert_int_equal(parse(rows[i].phrase, indexes, &bad),
				 ERR_USAGE);
		assert_int_equal(bad, rows[i].bad);
		assert_int_equal(indexes[0] | indexes[1] | indexes[2], 0);
	}
}

static void joined_words_parse_to_themselves(void **state)
{
	uint32_t indexes[RECOVERY_WORDS], back[RECOVERY_WORDS];
	struct buf out;
	size_t bad;

	(void)state;
	buf_init(&out, 256);
	for (int i = 0; i < 50; i++) {
		words_pick(indexes, RECOVERY_WORDS);
		buf_clear(&out);
		assert_int_equal(words_join(indexes, RECOVERY_WORDS, '-', &out),
				 0);
		assert_int_equal(words_parse(buf_bytes(&out), back,
					     RECOVERY_WORDS, &bad),
				 0);
		assert_memory_equal(indexes, back, sizeof back);
	}
	buf_release(&out);
	buf_init(&out, 17);
	indexes[0] = find("orbit");
	indexes[1] = find("candle");
	indexes[2] = find("plain");
	assert_int_equal(words_join(indexes, 3, '-', &out), ERR_LIMIT);
	assert_int_equal(out.len, 0);
	buf_release(&out);
	buf_init(&out, 18);
	assert_int_equal(words_join(indexes, 3, '-', &out), 0);
	assert_bytes(buf_bytes(&out), bytes_from_str("orbit-candle-plain"));
	buf_release(&out);
}

/* Every value of 10 bits turns up, and no other. */
static void picking_reaches_the_whole_list(void **state)
{
	static struct entropy_stream dice = { .seed = { 5 } };
	static uint32_t indexes[20000];
	static uint32_t seen[WORDS_COUNT];

	(void)state;
	entropy_use_seed(&dice);
	words_pick(indexes, KEPT_ARRAY_COUNT(indexes));
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(indexes); i++) {
		assert_true(indexes[i] < WORDS_COUNT);
		seen[indexes[i]]++;
	}
	for (size_t i = 0; i < WORDS_COUNT; i++)
		assert_in_range(seen[i], 1, 60); /* 20 expected */
}

static void thirteen_words_are_one_seed(void **state)
{
	uint32_t indexes[RECOVERY_WORDS];
	struct recovery_seed seed, other;

	(void)state;
	for (uint32_t i = 0; i < RECOVERY_WORDS; i++)
		indexes[i] = i * 79 % WORDS_COUNT;
	words_recovery_seed(indexes, &seed);
	assert_hex(bytes_of(seed.b, 32), "906219276cbc9addf931e1b22c45703378ce"
					 "e88ad3aeb8191d1ca88c8bd86e2a");
	assert_string_equal(words_at(indexes[0]), "acorn");
	assert_string_equal(words_at(indexes[12]), "two");
	for (size_t i = 0; i < RECOVERY_WORDS; i++) {
		indexes[i] ^= 1;
		words_recovery_seed(indexes, &other);
		assert_memory_not_equal(seed.b, other.b, 32);
		indexes[i] ^= 1;
	}
}

static int start(void **state)
{
	(void)state;
	return crypto_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_keeps_its_rules),
		cmocka_unit_test(words_of_the_documents_are_in_it),
		cmocka_unit_test(four_letters_of_any_case_are_enough),
		cmocka_unit_test(other_letters_are_not_guessed),
		cmocka_unit_test(the_nearest_word_is_offered),
		cmocka_unit_test(a_phrase_may_be_typed_in_many_ways),
		cmocka_unit_test(the_first_bad_word_is_named),
		cmocka_unit_test(joined_words_parse_to_themselves),
		cmocka_unit_test(picking_reaches_the_whole_list),
		cmocka_unit_test(thirteen_words_are_one_seed),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
