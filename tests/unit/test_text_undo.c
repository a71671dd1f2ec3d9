/*
 * test_text_undo.c - taking back, and cursors while others type.
 *
 * Goal: undo gives back the text from before one's own step and leaves what
 * others typed; redo the other way; a cursor stays with its letter. Method:
 * cases by hand, then random typing of two devices, where undoing everything
 * one typed leaves exactly what the other typed.
 */
#include "crdt/text/textundo.h"
#include "crdt/text/textcursor.h"
#include "proto/base/prng.h"
#include "tests/lib/harness.h"
#include "tests/lib/texttrace.h"

struct bed {
	struct textheap heap;
	struct text text;
	struct text_undo undo;
	uint32_t author;
};

static void bed_open(struct bed *bed, uint32_t who)
{
	struct text_tune tiny = { .chunk_bytes = 8, .track = { 4, 4 } };
	struct id16 id = texttrace_author(who);

	textheap_init(&bed->heap, 0);
	text_init(&bed->text, &bed->heap.memory, tiny);
	assert_int_equal(text_author(&bed->text, &id, &bed->author), 0);
	text_undo_init(&bed->undo, &bed->text, bed->author);
}

static void bed_close(struct bed *bed)
{
	text_undo_release(&bed->undo);
	text_release(&bed->text);
	assert_int_equal(bed->heap.blocks, 0);
}

static void type(struct bed *bed, uint32_t pos, const char *words)
{
	struct text_op op = {
		.kind = TEXT_INSERT,
		.pos = pos,
		.text = bytes_from_str(words),
	};

	assert_int_equal(text_type(&bed->text, bed->author, &op), 0);
}

static void take(struct bed *bed, uint32_t pos, uint32_t len)
{
	struct text_op op = { .kind = TEXT_DELETE, .pos = pos, .len = len };

	assert_int_equal(text_type(&bed->text, bed->author, &op), 0);
}

/* What bed typed and other has not, over to other. */
static void send(struct bed *bed, struct bed *other)
{
	struct graph *graph = &bed->text.graph;
	uint32_t agent = bed->author;
	struct id16 id = graph->agents[agent].id;
	uint32_t there = graph_find_agent(&other->text.graph, &id);
	uint32_t seq = 0;

	if (there != TEXT_NONE)
		seq = other->text.graph.agents[there].next_seq;
	while (seq < graph->agents[agent].next_seq) {
		uint32_t lv = graph_find_event(graph, agent, seq);
		uint32_t run = graph_find_run(graph, lv);
		uint32_t index = oplog_find(&bed->text.log, lv);
		const struct oplog_run *row = &bed->text.log.runs[index];
		uint32_t end = row->lv + oplog_len(row);
		struct text_op op = oplog_part(&bed->text.log, index, lv, end);
		struct graph_version parents =
			graph_run_parents(graph, &graph->runs[run]);
		struct text_id names[8];
		uint32_t before = lv - 1;
		struct text_message message = {
			.author = id,
			.seq = seq,
			.parents = names,
			.ops = &op,
			.op_count = 1,
		};

		if (lv > graph->runs[run].lv)
			parents = (struct graph_version){ &before, 1 };
		for (uint32_t i = 0; i < parents.count; i++)
			names[i] = text_name(&bed->text, parents.lvs[i]);
		message.parent_count = parents.count;
		assert_int_equal(text_apply(&other->text, &message), 0);
		seq += op.len;
	}
}

#define assert_says(bed, words)                                                \
	assert_true(texttrace_is(&(bed)->text.rope, bytes_from_str(words)))
#define assert_back(bed, words)                                                \
	do {                                                                   \
		assert_int_equal(text_undo_back(&(bed)->undo), 0);             \
		assert_says(bed, words);                                       \
	} while (0)
#define assert_forth(bed, words)                                               \
	do {                                                                   \
		assert_int_equal(text_undo_forth(&(bed)->undo), 0);            \
		assert_says(bed, words);                                       \
	} while (0)
#define mark(bed) assert_int_equal(text_undo_mark(&(bed)->undo), 0)

static void steps_go_back_and_forth(void **state)
{
	struct bed bed;

	(void)state;
	bed_open(&bed, 1);
	assert_int_equal(text_undo_back(&bed.undo), ERR_NOT_FOUND);
	type(&bed, 0, "one");
	mark(&bed);
	type(&bed, 3, " two");
	type(&bed, 7, " drei");
	mark(&bed);
	take(&bed, 1, 4);
	type(&bed, 1, "ж🌱");
	assert_says(&bed, "oж🌱wo drei");
	assert_back(&bed, "one two drei");
	assert_back(&bed, "one");
	assert_forth(&bed, "one two drei");
	assert_forth(&bed, "oж🌱wo drei");
	assert_int_equal(text_undo_forth(&bed.undo), ERR_NOT_FOUND);
	assert_back(&bed, "one two drei");
	assert_back(&bed, "one");
	assert_back(&bed, "");
	assert_int_equal(text_undo_back(&bed.undo), ERR_NOT_FOUND);
	assert_forth(&bed, "one");
	/* Typing on forgets what was undone. */
	type(&bed, 3, "!");
	assert_int_equal(text_undo_forth(&bed.undo), ERR_NOT_FOUND);
	assert_back(&bed, "one");
	assert_int_equal(text_rebuild(&bed.text), 0);
	assert_says(&bed, "one");
	bed_close(&bed);
}

static void what_was_typed_and_taken_in_one_step_stays_away(void **state)
{
	struct bed bed;

	(void)state;
	bed_open(&bed, 1);
	type(&bed, 0, "ab");
	mark(&bed);
	type(&bed, 1, "xyz");
	take(&bed, 0, 3);
	take(&bed, 1, 1);
	assert_says(&bed, "z");
	assert_back(&bed, "ab");
	assert_forth(&bed, "z");
	bed_close(&bed);
}

static void a_step_of_letters_put_in_again_takes_them_out(void **state)
{
	struct bed bed;

	(void)state;
	bed_open(&bed, 1);
	type(&bed, 0, "abc");
	mark(&bed);
	take(&bed, 1, 2);
	assert_back(&bed, "abc");
	/* "bc" are other letters now, of the same first step. */
	assert_back(&bed, "");
	assert_forth(&bed, "abc");
	assert_forth(&bed, "a");
	assert_back(&bed, "abc");
	assert_back(&bed, "");
	bed_close(&bed);
}

static void what_others_typed_stays(void **state)
{
	struct bed beds[2];

	(void)state;
	bed_open(&beds[0], 1);
	bed_open(&beds[1], 2);
	type(&beds[0], 0, "hello world");
	mark(&beds[0]);
	send(&beds[0], &beds[1]);
	take(&beds[0], 2, 7);
	type(&beds[1], 5, ", dear");
	send(&beds[0], &beds[1]);
	send(&beds[1], &beds[0]);
	assert_says(&beds[0], "he, dearld");
	assert_back(&beds[0], "hello, dear world");
	assert_back(&beds[0], ", dear");
	assert_forth(&beds[0], "hello, dear world");
	send(&beds[0], &beds[1]);
	assert_says(&beds[1], "hello, dear world");
	bed_close(&beds[0]);
	bed_close(&beds[1]);
}

static void memory_may_run_out_while_undoing(void **state)
{
	(void)state;
	for (uint64_t n = 1;; n++) {
		struct bed bed;
		bool fired;
		int rc;

		bed_open(&bed, 1);
		type(&bed, 0, "one two three");
		mark(&bed);
		take(&bed, 4, 4);
		type(&bed, 2, "ж");
		mark(&bed);
		textheap_fail(&bed.heap, n, false);
		rc = text_undo_back(&bed.undo);
		fired = bed.heap.fired;
		textheap_fail(&bed.heap, 0, false);
		if (rc != 0) {
			assert_int_equal(rc, ERR_NOMEM);
			assert_says(&bed, "onжe three");
			assert_back(&bed, "one two three");
		}
		assert_says(&bed, "one two three");
		bed_close(&bed);
		if (!fired)
			break;
	}
}

/* --- many steps of two devices */

static void type_at_random(struct prng *prng, struct bed *bed,
			   const char *letters)
{
	uint32_t len = bed->text.rope.scalars;
	uint32_t pos = (uint32_t)prng_below(prng, len + 1);
	char word[4] = { 0 };

	if (len > pos && prng_below(prng, 3) == 0) {
		uint32_t most = len - pos < 5 ? len - pos : 5;

		take(bed, pos, 1 + (uint32_t)prng_below(prng, most));
		return;
	}
	for (uint64_t i = 0; i <= prng_below(prng, 3); i++)
		word[i] = letters[prng_below(prng, 8)];
	type(bed, pos, word);
}

static void undoing_all_of_mine_leaves_yours(void **state)
{
	struct prng prng;

	(void)state;
	prng_seed(&prng, 8);
	for (int round = 0; round < 200; round++) {
		struct bed beds[2];
		uint8_t *words;
		size_t len;

		bed_open(&beds[0], 1);
		bed_open(&beds[1], 2);
		type(&beds[1], 0, "12345678");
		send(&beds[1], &beds[0]);
		for (int i = 0; i < 12; i++) {
			type_at_random(&prng, &beds[0], "abcdefgh");
			if (prng_below(&prng, 2) == 0)
				mark(&beds[0]);
			/* The other one only adds. */
			if (prng_below(&prng, 2) == 0)
				type(&beds[1],
				     (uint32_t)prng_below(
					     &prng,
					     beds[1].text.rope.scalars + 1),
				     "9");
			if (prng_below(&prng, 3) == 0)
				send(&beds[1], &beds[0]);
			if (prng_below(&prng, 3) == 0)
				send(&beds[0], &beds[1]);
			if (prng_below(&prng, 5) == 0)
				assert_true(text_undo_back(&beds[0].undo) !=
					    ERR_NOMEM);
		}
		send(&beds[1], &beds[0]);
		while (text_undo_back(&beds[0].undo) == 0)
			continue;
		words = texttrace_text(&beds[0].text.rope, &len);
		/* All of theirs, and nothing of mine. */
		for (size_t i = 0; i < len; i++)
			assert_true(words[i] >= '1' && words[i] <= '9');
		for (char digit = '1'; digit < '9'; digit++)
			assert_non_null(memchr(words, digit, len));
		free(words);
		send(&beds[0], &beds[1]);
		assert_int_equal(beds[1].text.rope.scalars, len);
		bed_close(&beds[0]);
		bed_close(&beds[1]);
	}
}

/* --- cursors */

static void a_cursor_stays_with_its_letter(void **state)
{
	struct text_op ops[] = {
		{ .kind = TEXT_INSERT, .pos = 2, .len = 3 },
		{ .kind = TEXT_DELETE, .pos = 8, .len = 4 },
	};
	struct text_patches patches = { .ops = ops, .count = 2 };
	const uint32_t left[] = { 0, 1, 2, 6, 7, 8, 8, 8, 8, 8, 9 };
	struct text_span span;

	(void)state;
	for (uint32_t pos = 0; pos < KEPT_ARRAY_COUNT(left); pos++) {
		uint32_t right = pos == 2 ? 5 : left[pos];

		assert_int_equal(
			text_cursor_move(&patches, pos, TEXT_LEAN_LEFT),
			left[pos]);
		assert_int_equal(
			text_cursor_move(&patches, pos, TEXT_LEAN_RIGHT),
			right);
	}
	span = text_span_move(&patches, (struct text_span){ 2, 5 });
	assert_int_equal(span.pos, 5);
	assert_int_equal(span.len, 3);
	span = text_span_move(&patches, (struct text_span){ 2, 0 });
	assert_int_equal(span.pos, 5);
	assert_int_equal(span.len, 0);
	span = text_span_move(&patches, (struct text_span){ 6, 2 });
	assert_int_equal(span.pos, 8);
	assert_int_equal(span.len, 0);
}

static void a_past_version_can_be_read(void **state)
{
	struct bed beds[2];
	struct rope rope;
	uint32_t lv;

	(void)state;
	bed_open(&beds[0], 1);
	bed_open(&beds[1], 2);
	type(&beds[0], 0, "base");
	send(&beds[0], &beds[1]);
	type(&beds[0], 4, " mine");
	type(&beds[1], 0, "theirs ");
	send(&beds[1], &beds[0]);
	assert_says(&beds[0], "theirs base mine");
	for (uint32_t end = 0; end <= 9; end++) {
		char want[10] = "base mine";

		want[end] = '\0';
		lv = end - 1;
		rope_init(&rope, &beds[0].heap.memory, 8);
		assert_int_equal(text_at(&beds[0].text,
					 (struct graph_version){ &lv, end > 0 },
					 &rope),
				 0);
		assert_true(texttrace_is(&rope, bytes_from_str(want)));
		rope_release(&rope);
	}
	lv = graph_end(&beds[0].text.graph) - 1;
	rope_init(&rope, &beds[0].heap.memory, 8);
	assert_int_equal(
		text_at(&beds[0].text, (struct graph_version){ &lv, 1 }, &rope),
		0);
	assert_true(texttrace_is(&rope, bytes_from_str("theirs base")));
	rope_release(&rope);
	bed_close(&beds[0]);
	bed_close(&beds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_go_back_and_forth),
		cmocka_unit_test(
			what_was_typed_and_taken_in_one_step_stays_away),
		cmocka_unit_test(a_step_of_letters_put_in_again_takes_them_out),
		cmocka_unit_test(what_others_typed_stays),
		cmocka_unit_test(memory_may_run_out_while_undoing),
		cmocka_unit_test(undoing_all_of_mine_leaves_yours),
		cmocka_unit_test(a_cursor_stays_with_its_letter),
		cmocka_unit_test(a_past_version_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
