/*
 * test_text_edges.c - the text engine at its limits and among strangers.
 *
 * Goal: whatever a message says, every device makes the same of it, honest
 * words survive, and a call that cannot be done changes nothing. Method:
 * messages that lie about places, parents and ids; a heap that runs dry at
 * every request; steps that run out; sizes just below, at and over a limit.
 */
#include "tests/unit/textbed.h"

#define assert_says(text, words)                                               \
	assert_true(texttrace_is(&(text)->rope, bytes_from_str(words)))

static void places_outside_the_text_make_a_message_void(void **state)
{
	const struct text_op bad[] = {
		put_in(6, "x"),
		take_out(5, 1),
		take_out(0, 6),
		take_out(UINT32_MAX - 1, 1),
		take_out(1, TEXT_MESSAGE_EVENTS_MAX),
	};

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(bad); i++) {
		struct bed bed;
		struct note first = { .who = 1, .op = put_in(0, "hello") };
		struct note lie = { 2, 0, bad[i], { event(1, 4) }, 1 };
		struct note honest = {
			1, 5, put_in(5, "!"), { event(1, 4) }, 1
		};
		struct note later = {
			3, 0, put_in(6, "?"), { event(1, 5), event(2, 0) }, 2
		};

		bed_open(&bed, 0);
		later.after[1].seq = bad[i].len - 1;
		assert_int_equal(send(&bed.text, &first), 0);
		assert_int_equal(send(&bed.text, &lie), 0);
		assert_int_equal(bed.text.patches.count, 0);
		assert_says(&bed.text, "hello");
		/* Beside it and after it, life goes on. */
		assert_int_equal(send(&bed.text, &honest), 0);
		assert_int_equal(send(&bed.text, &later), 0);
		assert_says(&bed.text, "hello!?");
		assert_int_equal(text_rebuild(&bed.text), 0);
		assert_says(&bed.text, "hello!?");
		bed_close(&bed);
	}
}

static void places_at_the_very_edge_are_fine(void **state)
{
	struct bed bed;
	struct note first = { .who = 1, .op = put_in(0, "hello") };
	struct note end = { 2, 0, put_in(5, "x"), { event(1, 4) }, 1 };
	struct note last = { 3, 0, take_out(4, 1), { event(1, 4) }, 1 };

	(void)state;
	bed_open(&bed, 0);
	assert_int_equal(send(&bed.text, &first), 0);
	assert_int_equal(send(&bed.text, &end), 0);
	assert_int_equal(send(&bed.text, &last), 0);
	assert_says(&bed.text, "hellx");
	bed_close(&bed);
}

static void parents_that_cannot_be_make_a_message_void(void **state)
{
	struct bed beds[2];
	struct note notes[] = {
		{ .who = 1, .op = put_in(0, "ab") },
		/* The second is in the first's past. */
		{ 2, 0, put_in(0, "X"), { event(1, 1), event(1, 0) }, 2 },
		/* The same twice. */
		{ 3, 0, put_in(0, "X"), { event(1, 1), event(1, 1) }, 2 },
		/* Its own event before is not among what it knows. */
		{ 1, 2, put_in(0, "X"), { event(1, 0) }, 1 },
		{ 1, 3, put_in(0, "X"), { event(2, 0) }, 1 },
		/* From nothing, though it has typed before. */
		{ 1, 4, put_in(0, "X"), { { { { 0 } }, 0 } }, 0 },
		/* Honest again, on top of a void one, which knows nothing. */
		{ 4, 0, put_in(2, "c"), { event(1, 1), event(2, 0) }, 2 },
	};
	const size_t orders[2][7] = { { 0, 1, 2, 3, 4, 5, 6 },
				      { 0, 3, 1, 6, 4, 2, 5 } };

	(void)state;
	for (size_t b = 0; b < 2; b++) {
		bed_open(&beds[b], 0);
		for (size_t i = 0; i < KEPT_ARRAY_COUNT(notes); i++)
			assert_int_equal(
				send(&beds[b].text, &notes[orders[b][i]]), 0);
		assert_says(&beds[b].text, "abc");
		/* However much was said, an author is one branch. */
		assert_true(beds[b].text.graph.head_count <= 4);
		assert_int_equal(text_rebuild(&beds[b].text), 0);
		assert_says(&beds[b].text, "abc");
		bed_close(&beds[b]);
	}
}

static void ids_are_taken_once(void **state)
{
	struct bed bed;
	struct note first = { .who = 1, .op = put_in(0, "abc") };
	struct note twice = { .who = 1, .op = put_in(0, "xyz") };
	struct note longer = { .who = 1, .op = put_in(0, "wxyz") };
	struct note gap = { 1, 4, put_in(0, "x"), { event(1, 2) }, 1 };
	struct note orphan = { 2, 0, put_in(0, "x"), { event(1, 3) }, 1 };
	struct note stranger = { 2, 0, put_in(0, "x"), { event(9, 0) }, 1 };

	(void)state;
	bed_open(&bed, 0);
	assert_int_equal(send(&bed.text, &first), 0);
	assert_int_equal(send(&bed.text, &first), 0);
	assert_int_equal(send(&bed.text, &twice), 0);
	assert_int_equal(send(&bed.text, &longer), ERR_MALFORMED);
	assert_int_equal(send(&bed.text, &gap), ERR_GAP);
	assert_int_equal(send(&bed.text, &orphan), ERR_GAP);
	assert_int_equal(send(&bed.text, &stranger), ERR_GAP);
	assert_says(&bed.text, "abc");
	assert_int_equal(bed.text.graph.agent_count, 1);
	bed_close(&bed);
}

static void what_has_no_form_is_refused(void **state)
{
	struct bed bed;
	struct note notes[] = {
		{ .who = 1, .op = { .kind = TEXT_INSERT } },
		{ .who = 1, .op = take_out(0, 0) },
		{ .who = 1, .op = { .kind = TEXT_VOID, .len = 1 } },
		{ .who = 1, .op = put_in(0, "\xff") },
		{ .who = 1, .op = put_in(0, "\xed\xa0\x80") },
		{ .who = 1, .op = put_in(0, "\xc0\x80") },
		{ .who = 1, .op = put_in(0, "abc") },
		{ .who = 1, .op = take_out(0, TEXT_MESSAGE_EVENTS_MAX + 1) },
		{ .who = 1, .seq = TEXT_EVENTS_MAX - 1, .op = put_in(0, "a") },
	};

	(void)state;
	notes[6].op.len = 2;
	bed_open(&bed, 0);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(notes); i++) {
		assert_int_equal(send(&bed.text, &notes[i]), ERR_MALFORMED);
		assert_int_equal(graph_end(&bed.text.graph), 0);
	}
	bed_close(&bed);
}

static void seventy_people_typing_at_once_make_one_text(void **state)
{
	struct bed beds[2];
	struct text_id heads[70];
	struct text_op op = put_in(0, "ж");
	struct text_message merge = {
		.author = texttrace_author(100),
		.parents = heads,
		.parent_count = 70,
		.ops = &op,
		.op_count = 1,
	};
	uint8_t *words[2];
	size_t len[2];

	(void)state;
	for (uint32_t b = 0; b < 2; b++) {
		bed_open(&beds[b], 0);
		for (uint32_t i = 0; i < 70; i++) {
			struct note note = { .who = b == 0 ? i : 69 - i,
					     .op = put_in(0, "ab") };

			heads[i] = event(i, 1);
			assert_int_equal(send(&beds[b].text, &note), 0);
		}
		assert_int_equal(beds[b].text.graph.head_count, 70);
	}
	for (uint32_t b = 0; b < 2; b++) {
		assert_int_equal(text_apply(&beds[b].text, &merge), 0);
		assert_int_equal(beds[b].text.graph.head_count, 1);
		words[b] = texttrace_text(&beds[b].text.rope, &len[b]);
		assert_int_equal(len[b], 142);
	}
	assert_memory_equal(words[0], words[1], 142);
	free(words[0]);
	free(words[1]);
	bed_close(&beds[0]);
	bed_close(&beds[1]);
}

static void authors_are_limited(void **state)
{
	struct bed bed;
	struct note note = { .op = put_in(0, "a") };

	(void)state;
	bed_open(&bed, 0);
	for (note.who = 0; note.who < TEXT_AGENTS_MAX; note.who++) {
		note.after_count = note.who > 0;
		note.after[0] = event(note.who - 1, 0);
		assert_int_equal(send(&bed.text, &note), 0);
	}
	note.after[0] = event(note.who - 1, 0);
	assert_int_equal(send(&bed.text, &note), ERR_LIMIT);
	assert_int_equal(bed.text.rope.scalars, TEXT_AGENTS_MAX);
	bed_close(&bed);
}

/* --- what runs out */

/* Two branches of some words each, then one that knows both. */
static int three_notes(struct text *text)
{
	const struct note notes[] = {
		{ .who = 1, .op = put_in(0, "one two three four") },
		{ 1, 18, take_out(2, 9), { event(1, 17) }, 1 },
		{ 2, 0, put_in(7, "and a half, и ещё"), { event(1, 17) }, 1 },
		{ 2, 17, take_out(4, 6), { event(2, 16) }, 1 },
		{ 3, 0, put_in(3, "🌱🌱🌱"), { event(1, 26), event(2, 22) }, 2 },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < KEPT_ARRAY_COUNT(notes); i++) {
		struct rope copy = text->rope;
		uint32_t end = graph_end(&text->graph);

		rc = send(text, &notes[i]);
		if (rc == 0)
			continue;
		assert_int_equal(graph_end(&text->graph), end);
		assert_int_equal(text->rope.scalars, copy.scalars);
		assert_int_equal(text->rope.bytes, copy.bytes);
		assert_true(rope_check(&text->rope));
	}
	return rc;
}

static void memory_may_run_out_anywhere(void **state)
{
	uint8_t *want;
	size_t len;
	struct bed bed;

	(void)state;
	bed_open(&bed, 0);
	assert_int_equal(three_notes(&bed.text), 0);
	want = texttrace_text(&bed.text.rope, &len);
	bed_close(&bed);
	for (int for_good = 0; for_good < 2; for_good++) {
		for (uint64_t n = 1;; n++) {
			int rc;

			bed_open(&bed, 0);
			textheap_fail(&bed.heap, n, for_good != 0);
			rc = three_notes(&bed.text);
			if (!bed.heap.fired) {
				assert_int_equal(rc, 0);
				bed_close(&bed);
				break;
			}
			assert_true(rc == 0 || rc == ERR_NOMEM);
			textheap_fail(&bed.heap, 0, false);
			/* With memory again, all of it, again. */
			assert_int_equal(three_notes(&bed.text), 0);
			assert_true(texttrace_is(&bed.text.rope,
						 bytes_of(want, len)));
			textheap_fail(&bed.heap, n, for_good != 0);
			rc = text_rebuild(&bed.text);
			assert_true(rc == 0 || rc == ERR_NOMEM);
			assert_true(texttrace_is(&bed.text.rope,
						 bytes_of(want, len)));
			bed_close(&bed);
		}
	}
	free(want);
}

static void steps_may_run_out(void **state)
{
	struct bed bed;
	uint64_t steps = 0;
	int rc;

	(void)state;
	bed_open(&bed, 0);
	do {
		bed.text.steps_max = ++steps;
		rc = three_notes(&bed.text);
		assert_true(rc == 0 || rc == ERR_LIMIT);
	} while (rc != 0);
	assert_true(steps > 1);
	bed_close(&bed);
}

static void ten_megabytes_are_too_much_at_once(void **state)
{
	struct bed bed;
	size_t len = 10u << 20;
	uint8_t *words = malloc(len);
	struct text_op op = { .kind = TEXT_INSERT };
	struct note note = { .who = 1 };
	uint32_t author;
	struct id16 id = texttrace_author(1);

	(void)state;
	memset(words, 'x', len);
	op.text = bytes_of(words, len);
	op.len = (uint32_t)len;
	note.op = op;
	textheap_init(&bed.heap, 0);
	text_init(&bed.text, &bed.heap.memory, (struct text_tune){ 0 });
	assert_int_equal(send(&bed.text, &note), ERR_MALFORMED);
	assert_int_equal(text_author(&bed.text, &id, &author), 0);
	assert_int_equal(text_type(&bed.text, author, &op), ERR_LIMIT);
	assert_int_equal(graph_end(&bed.text.graph), 0);
	/* A megabyte at a time, up to what one text may have. */
	op.text.len = TEXT_MESSAGE_BYTES_MAX;
	for (int i = 0; i < 4; i++)
		assert_int_equal(text_type(&bed.text, author, &op), 0);
	op.text.len = 1;
	assert_int_equal(text_type(&bed.text, author, &op), ERR_LIMIT);
	assert_int_equal(bed.text.rope.scalars, TEXT_SCALARS_MAX);
	bed_close(&bed);
	free(words);
}

static void a_hundred_thousand_ops_of_one_letter_are_taken(void **state)
{
	struct bed bed;
	uint32_t count = TEXT_MESSAGE_OPS_MAX;
	struct text_op *ops = calloc(count + 1, sizeof *ops);
	struct text_message message = {
		.author = texttrace_author(1),
		.ops = ops,
		.op_count = count,
	};
	struct text_id parent = event(1, count - 1);

	(void)state;
	for (uint32_t i = 0; i < count; i++)
		ops[i] = put_in(i / 2, "a");
	textheap_init(&bed.heap, 0);
	text_init(&bed.text, &bed.heap.memory, (struct text_tune){ 0 });
	assert_int_equal(text_apply(&bed.text, &message), 0);
	message.seq = count;
	message.parents = &parent;
	message.parent_count = 1;
	message.op_count = 40000;
	assert_int_equal(text_apply(&bed.text, &message), 0);
	assert_int_equal(bed.text.rope.scalars, count + 40000);
	message.op_count = count + 1;
	assert_int_equal(text_apply(&bed.text, &message), ERR_MALFORMED);
	bed_close(&bed);
	free(ops);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_outside_the_text_make_a_message_void),
		cmocka_unit_test(places_at_the_very_edge_are_fine),
		cmocka_unit_test(parents_that_cannot_be_make_a_message_void),
		cmocka_unit_test(ids_are_taken_once),
		cmocka_unit_test(what_has_no_form_is_refused),
		cmocka_unit_test(seventy_people_typing_at_once_make_one_text),
		cmocka_unit_test(authors_are_limited),
		cmocka_unit_test(memory_may_run_out_anywhere),
		cmocka_unit_test(steps_may_run_out),
		cmocka_unit_test(ten_megabytes_are_too_much_at_once),
		cmocka_unit_test(
			a_hundred_thousand_ops_of_one_letter_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
