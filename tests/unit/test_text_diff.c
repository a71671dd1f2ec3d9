/*
 * test_text_diff.c - what changed between two saves of a file, and two people
 * saving.
 *
 * Goal: the ops made turn one text into the other, touch whole words and
 * graphemes only, and no word of either side is lost or doubled when both
 * saved. Method: cases by hand; random edits of words on both sides of a
 * base, merged; a heap that runs dry.
 */
#include "crdt/text/textdiff.h"
#include "crdt/text/text.h"
#include "proto/base/prng.h"
#include "tests/lib/harness.h"
#include "tests/lib/texttrace.h"

static void patch(struct rope *rope, const struct text_patches *patches)
{
	assert_int_equal(rope_reserve(rope, patches->insert_bytes), 0);
	for (uint32_t i = 0; i < patches->count; i++) {
		const struct text_op *op = &patches->ops[i];

		if (op->kind == TEXT_INSERT)
			rope_insert(rope, op->pos, op->text, op->len);
		else
			rope_delete(rope, op->pos, op->len);
	}
}

/* How many scalars are taken out and put in, once it came out right. */
static uint32_t assert_turns(struct bytes before, struct bytes after)
{
	struct textheap heap;
	struct text_patches patches;
	struct rope rope;
	uint32_t sum = 0;

	textheap_init(&heap, 0);
	text_patches_init(&patches, &heap.memory);
	rope_init(&rope, &heap.memory, before.len > 4096 ? 0 : 8);
	assert_int_equal(textdiff_make(before, after, &patches), 0);
	assert_int_equal(rope_reserve(&rope, before.len), 0);
	rope_insert(&rope, 0, before, (uint32_t)text_scalars(before));
	patch(&rope, &patches);
	assert_true(texttrace_is(&rope, after));
	for (uint32_t i = 0; i < patches.count; i++)
		sum += patches.ops[i].len;
	rope_release(&rope);
	text_patches_release(&patches);
	assert_int_equal(heap.blocks, 0);
	return sum;
}

static void words_are_changed_whole_and_no_more(void **state)
{
	static const struct {
		const char *before, *after;
		uint32_t sum;
	} rows[] = {
		{ "", "", 0 },
		{ "same\n", "same\n", 0 },
		{ "", "new", 3 },
		{ "old", "", 3 },
		{ "one two three", "one 2 three", 4 },
		{ "kitten sat", "sitting sat", 13 },
		{ "a\nb\nc\n", "a\nB\nc\n", 2 },
		{ "a\nb\nc\n", "a\nc\n", 2 },
		{ "жить было бы", "жить стало бы", 9 },
		{ "今日は雨", "今日も雨", 2 },
		/* A family of three: one grapheme, five scalars. */
		{ "hi 👩‍👩‍👧 you", "hi 👩‍👩‍👦 you",
		  10 },
		/* e with a mark that goes: the word with it. */
		{ "cafe\xcc\x81 now", "cafe now", 9 },
		{ "a\r\nb", "a\nb", 3 },
	};

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rows); i++)
		assert_int_equal(assert_turns(bytes_from_str(rows[i].before),
					      bytes_from_str(rows[i].after)),
				 rows[i].sum);
}

static void what_is_no_text_is_refused(void **state)
{
	struct textheap heap;
	struct text_patches patches;

	(void)state;
	textheap_init(&heap, 0);
	text_patches_init(&patches, &heap.memory);
	assert_int_equal(textdiff_make(bytes_from_str("\xff"),
				       bytes_from_str("a"), &patches),
			 ERR_MALFORMED);
	assert_int_equal(textdiff_make(bytes_from_str("a"),
				       bytes_from_str("\xc0\x80"), &patches),
			 ERR_MALFORMED);
	assert_int_equal(heap.blocks, 0);
}

static size_t random_text(struct prng *prng, uint8_t *out, uint32_t words)
{
	static const char *const some[] = { "a",  "b ", "word", "\n",
					    "ж ", "字", "🌱",    ". " };
	size_t len = 0;

	for (uint32_t i = 0; i < words; i++) {
		const char *word = some[prng_below(prng, 8)];

		memcpy(out + len, word, strlen(word));
		len += strlen(word);
	}
	return len;
}

static void any_text_turns_into_any_other(void **state)
{
	uint8_t texts[2][512];
	struct prng prng;

	(void)state;
	prng_seed(&prng, 6);
	for (int i = 0; i < 3000; i++) {
		size_t len[2];

		for (int t = 0; t < 2; t++)
			len[t] = random_text(&prng, texts[t],
					     (uint32_t)prng_below(&prng, 60));
		(void)assert_turns(bytes_of(texts[0], len[0]),
				   bytes_of(texts[1], len[1]));
	}
}

static void two_texts_with_nothing_in_common_take_no_time(void **state)
{
	size_t len = 1u << 20;
	uint8_t *texts[2];

	(void)state;
	for (int t = 0; t < 2; t++) {
		texts[t] = malloc(len);
		for (size_t i = 0; i < len; i++)
			texts[t][i] = (uint8_t)(i % 2 == 0 ? ' ' : 'a' + t);
	}
	(void)assert_turns(bytes_of(texts[0], len), bytes_of(texts[1], len));
	free(texts[0]);
	free(texts[1]);
}

static void memory_may_run_out_while_comparing(void **state)
{
	(void)state;
	for (uint64_t n = 1;; n++) {
		struct textheap heap;
		struct text_patches patches;
		int rc;

		textheap_init(&heap, 0);
		text_patches_init(&patches, &heap.memory);
		textheap_fail(&heap, n, false);
		rc = textdiff_make(bytes_from_str("one two\nthree\n"),
				   bytes_from_str("one 2\nthree\nfour\n"),
				   &patches);
		assert_true(rc == 0 || (rc == ERR_NOMEM && heap.fired));
		text_patches_release(&patches);
		assert_int_equal(heap.blocks, 0);
		if (!heap.fired)
			break;
	}
}

/* --- two people saving */

#define BASE_WORDS 60u

struct story {
	uint32_t words[2 * BASE_WORDS]; /* a number stands for a word */
	uint32_t count;
};

static size_t write_story(const struct story *story, uint8_t *out)
{
	size_t len = 0;

	for (uint32_t i = 0; i < story->count; i++)
		len += (size_t)snprintf((char *)out + len, 16, "w%u%c",
					story->words[i],
					story->words[i] % 7 == 0 ? '\n' : ' ');
	return len;
}

/* Words of the base this side takes out, and new ones of its own it puts in.
 * Only every other word is this side's, so that both do not take out one. */
static void edit_story(struct prng *prng, struct story *story, uint32_t side)
{
	struct story out = { .count = 0 };
	uint32_t fresh = 1000 * (side + 1);

	for (uint32_t i = 0; i < story->count; i++) {
		if (prng_below(prng, 8) == 0)
			out.words[out.count++] = fresh++;
		if (i % 2 != side || prng_below(prng, 4) > 0)
			out.words[out.count++] = story->words[i];
	}
	*story = out;
}

static void save_story(struct text *text, uint32_t who, uint32_t base_end,
		       struct bytes before, struct bytes after)
{
	struct text_id parent = { texttrace_author(0), base_end - 1 };
	struct text_message message = {
		.author = texttrace_author(who),
		.parents = &parent,
		.parent_count = 1,
	};
	struct text_patches ops;

	text_patches_init(&ops, text->memory);
	assert_int_equal(textdiff_make(before, after, &ops), 0);
	message.ops = ops.ops;
	message.op_count = ops.count;
	if (ops.count > 0)
		assert_int_equal(text_apply(text, &message), 0);
	text_patches_release(&ops);
}

static uint32_t count_word(const struct story *story, uint32_t word)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < story->count; i++)
		count += story->words[i] == word;
	return count;
}

/* The merged text, read back word by word; false: something is no word. */
static bool read_story(const uint8_t *text, size_t len, struct story *story)
{
	size_t at = 0;

	story->count = 0;
	while (at < len) {
		uint32_t number = 0;

		if (text[at++] != 'w')
			return false;
		while (at < len && text[at] >= '0' && text[at] <= '9')
			number = number * 10 + (uint32_t)(text[at++] - '0');
		if (at == len || text[at] != (number % 7 == 0 ? '\n' : ' '))
			return false;
		at++;
		story->words[story->count++] = number;
	}
	return true;
}

static void one_saving(struct prng *prng)
{
	struct story base = { .count = BASE_WORDS };
	struct story sides[2];
	struct story merged;
	uint8_t texts[3][2048];
	size_t lens[3];
	struct textheap heap;
	struct text text;
	uint8_t *got;
	size_t len;

	for (uint32_t i = 0; i < BASE_WORDS; i++)
		base.words[i] = i;
	lens[2] = write_story(&base, texts[2]);
	textheap_init(&heap, 0);
	text_init(&text, &heap.memory, (struct text_tune){ 0 });
	save_story(&text, 0, 1, bytes_of(NULL, 0), bytes_of(NULL, 0));
	{
		struct text_op op = {
			.kind = TEXT_INSERT,
			.text = bytes_of(texts[2], lens[2]),
		};
		struct id16 id = texttrace_author(0);
		uint32_t author;

		assert_int_equal(text_author(&text, &id, &author), 0);
		assert_int_equal(text_type(&text, author, &op), 0);
	}
	for (uint32_t s = 0; s < 2; s++) {
		sides[s] = base;
		edit_story(prng, &sides[s], s);
		lens[s] = write_story(&sides[s], texts[s]);
		save_story(&text, s + 1, (uint32_t)lens[2],
			   bytes_of(texts[2], lens[2]),
			   bytes_of(texts[s], lens[s]));
	}
	got = texttrace_text(&text.rope, &len);
	if (!read_story(got, len, &merged)) {
		for (int s = 0; s < 2; s++)
			print_message("one:\n%.*s\n", (int)lens[s],
				      (const char *)texts[s]);
		print_message("both:\n%.*s\n", (int)len, (const char *)got);
		fail();
	}
	for (uint32_t w = 0; w < 3000; w++) {
		uint32_t want = count_word(&sides[0], w) +
				count_word(&sides[1], w) - count_word(&base, w);

		assert_int_equal(count_word(&merged, w), want);
	}
	free(got);
	text_release(&text);
}

static void no_word_is_lost_or_doubled_when_two_save(void **state)
{
	struct prng prng;

	(void)state;
	prng_seed(&prng, 5);
	for (int i = 0; i < 300; i++)
		one_saving(&prng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_changed_whole_and_no_more),
		cmocka_unit_test(what_is_no_text_is_refused),
		cmocka_unit_test(any_text_turns_into_any_other),
		cmocka_unit_test(two_texts_with_nothing_in_common_take_no_time),
		cmocka_unit_test(memory_may_run_out_while_comparing),
		cmocka_unit_test(no_word_is_lost_or_doubled_when_two_save),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
