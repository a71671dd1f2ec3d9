/*
 * test_text_columns.c - a text's history as columns and back.
 *
 * Goal: what was saved comes back to the last byte, in one chunk or many, and
 * bytes that were not saved here are refused or do no harm. Method: public
 * histories, every byte changed, every length cut, and a heap that runs dry
 * at every request.
 */
#include "crdt/text/columns.h"
#include "proto/base/prng.h"
#include "tests/lib/harness.h"
#include "tests/lib/texttrace.h"

static const struct text_tune tiny = { .chunk_bytes = 8, .track = { 4, 4 } };

static struct text_op put_in(uint32_t pos, const char *words)
{
	struct text_op op = {
		.kind = TEXT_INSERT,
		.pos = pos,
		.text = bytes_from_str(words),
	};

	op.len = (uint32_t)text_scalars(op.text);
	return op;
}

/* Two branches, a merge, a void message, words of every width. */
static void type_some(struct text *text, uint32_t rounds)
{
	for (uint32_t r = 0; r < rounds; r++) {
		struct graph_version heads = graph_heads(&text->graph);
		struct text_id parents[4];
		uint32_t len = text->rope.scalars;

		for (uint32_t i = 0; i < heads.count; i++)
			parents[i] = text_name(text, heads.lvs[i]);
		for (uint32_t who = 1; who < 4; who++) {
			struct text_op ops[3] = {
				put_in(len / who, "word ж 字 🌱"),
				{ .kind = TEXT_DELETE,
				  .pos = len / who,
				  .len = 3 },
				put_in(who == 3 ? len + 99 : 0, "abc"),
			};
			struct id16 id = texttrace_author(who);
			uint32_t agent = graph_find_agent(&text->graph, &id);
			struct text_message message = {
				.author = id,
				.parents = parents,
				.parent_count = heads.count,
				.ops = ops,
				.op_count = 3,
			};

			if (agent != TEXT_NONE)
				message.seq =
					text->graph.agents[agent].next_seq;
			assert_int_equal(text_apply(text, &message), 0);
		}
	}
}

static void assert_same_text(const struct text *a, const struct text *b)
{
	size_t len;
	uint8_t *want = texttrace_text(&a->rope, &len);

	assert_true(texttrace_is(&b->rope, bytes_of(want, len)));
	free(want);
}

static void assert_comes_back(struct text *text, struct textheap *heap)
{
	struct text other;
	struct buf out;
	struct buf again;
	struct bytes chunk;

	buf_init(&out, 1u << 24);
	buf_init(&again, 1u << 24);
	assert_int_equal(columns_save(text, 0, &out), 0);
	chunk = buf_bytes(&out);
	text_init(&other, &heap->memory, text->tune);
	assert_int_equal(columns_load(&other, &chunk, 1), 0);
	assert_int_equal(text_rebuild(&other), 0);
	assert_same_text(text, &other);
	assert_int_equal(columns_save(&other, 0, &again), 0);
	assert_bytes(buf_bytes(&again), chunk);
	/* And it goes on from there like the other. */
	type_some(text, 1);
	type_some(&other, 1);
	assert_same_text(text, &other);
	text_release(&other);
	buf_release(&out);
	buf_release(&again);
}

static void histories_come_back_as_they_were(void **state)
{
	char path[HARNESS_PATH_BYTES];
	const cJSON *document;
	cJSON *root;
	int left = 200;

	(void)state;
	harness_shared("data/traces/conformance/"
		       "egwalker-conformance-1000.json.gz",
		       path);
	root = texttrace_read(path);
	assert_non_null(root);
	cJSON_ArrayForEach(document, root)
	{
		struct textheap heap;
		struct texttrace trace;
		struct text text;

		if (left-- == 0)
			break;
		assert_true(texttrace_load(document, &trace));
		textheap_init(&heap, 0);
		text_init(&text, &heap.memory, tiny);
		assert_int_equal(texttrace_apply(&trace, &text), 0);
		assert_comes_back(&text, &heap);
		text_release(&text);
		assert_int_equal(heap.blocks, 0);
		texttrace_release(&trace);
	}
	cJSON_Delete(root);
}

static void a_history_may_be_kept_in_pieces(void **state)
{
	struct textheap heap;
	struct text text;
	struct text other;
	struct buf chunks[5];
	struct bytes slices[5];
	uint32_t from = 0;

	(void)state;
	textheap_init(&heap, 0);
	text_init(&text, &heap.memory, tiny);
	for (int i = 0; i < 5; i++) {
		type_some(&text, (uint32_t)i + 1);
		buf_init(&chunks[i], 1u << 20);
		assert_int_equal(columns_save(&text, from, &chunks[i]), 0);
		from = graph_end(&text.graph);
		slices[i] = buf_bytes(&chunks[i]);
	}
	assert_int_equal(columns_save(&text, from, &chunks[0]), ERR_NOT_FOUND);
	text_init(&other, &heap.memory, tiny);
	assert_int_equal(columns_load(&other, slices, 5), 0);
	assert_int_equal(text_rebuild(&other), 0);
	assert_same_text(&text, &other);
	text_release(&other);
	/* Not without one, and not in another order. */
	text_init(&other, &heap.memory, tiny);
	assert_int_equal(columns_load(&other, slices + 1, 4), ERR_CORRUPT);
	slices[1] = slices[2];
	assert_int_equal(columns_load(&other, slices, 5), ERR_CORRUPT);
	assert_int_equal(graph_end(&other.graph), 0);
	text_release(&other);
	for (int i = 0; i < 5; i++)
		buf_release(&chunks[i]);
	text_release(&text);
	assert_int_equal(heap.blocks, 0);
}

/* Refused, or a history that can be worked with like any other. */
static void try_bytes(struct bytes chunk)
{
	struct textheap heap;
	struct text text;
	int rc;

	textheap_init(&heap, 64u << 20);
	text_init(&text, &heap.memory, tiny);
	rc = columns_load(&text, &chunk, 1);
	if (rc == 0) {
		text.steps_max = 1000000;
		rc = text_rebuild(&text);
		if (rc == 0) {
			struct text_op op = put_in(0, "x");
			struct text_message message = {
				.author = texttrace_author(77),
				.ops = &op,
				.op_count = 1,
			};

			rc = text_apply(&text, &message);
			assert_true(rope_check(&text.rope));
		}
	}
	assert_true(rc == 0 || rc == ERR_CORRUPT || rc == ERR_NOMEM ||
		    rc == ERR_LIMIT);
	text_release(&text);
	assert_int_equal(heap.blocks, 0);
}

static void saved_bytes(struct buf *out, uint32_t rounds)
{
	struct textheap heap;
	struct text text;

	textheap_init(&heap, 0);
	text_init(&text, &heap.memory, tiny);
	type_some(&text, rounds);
	buf_init(out, 1u << 20);
	assert_int_equal(columns_save(&text, 0, out), 0);
	text_release(&text);
}

static void changed_bytes_do_no_harm(void **state)
{
	struct buf out;

	(void)state;
	for (uint32_t rounds = 1; rounds < 5; rounds += 3) {
		saved_bytes(&out, rounds);
		for (size_t i = 0; i < out.len; i++) {
			try_bytes(bytes_of(out.ptr, i));
			for (int bit = 0; bit < 8; bit++) {
				out.ptr[i] ^= (uint8_t)(1 << bit);
				try_bytes(buf_bytes(&out));
				out.ptr[i] ^= (uint8_t)(1 << bit);
			}
		}
		buf_release(&out);
	}
}

/* Small numbers where the columns are, so that much of it makes sense. */
static void made_up_histories_do_no_harm(void **state)
{
	struct prng prng;
	struct buf out;

	(void)state;
	prng_seed(&prng, 9);
	saved_bytes(&out, 1);
	for (int i = 0; i < 20000; i++) {
		uint8_t bytes[512];
		uint64_t changes = 1 + prng_below(&prng, 6);

		assert_true(out.len <= sizeof bytes);
		memcpy(bytes, out.ptr, out.len);
		for (uint64_t c = 0; c < changes; c++)
			bytes[prng_below(&prng, out.len)] =
				(uint8_t)prng_below(&prng, 40);
		try_bytes(bytes_of(bytes, out.len));
	}
	buf_release(&out);
}

static void a_column_that_swells_is_refused(void **state)
{
	/* version, from, events, column 1 said to open to 33 MB */
	static const uint8_t bomb[] = { 1,    0, 1,    1,    0x80, 0x80, 0x90,
					0x10, 4, 0x28, 0xb5, 0x2f, 0xfd };

	struct bytes chunk = bytes_of(bomb, sizeof bomb);
	struct textheap heap;
	struct text text;

	(void)state;
	textheap_init(&heap, 0);
	text_init(&text, &heap.memory, tiny);
	assert_int_equal(columns_load(&text, &chunk, 1), ERR_CORRUPT);
	/* Before any room was made for it. */
	assert_int_equal(heap.memory.peak_bytes, 0);
	text_release(&text);
}

static void a_newer_column_is_passed_over(void **state)
{
	struct textheap heap;
	struct text text;
	struct bytes chunk;
	struct buf out;

	(void)state;
	saved_bytes(&out, 2);
	assert_int_equal(buf_put(&out, "\x09\x03\x00???", 6), 0);
	chunk = buf_bytes(&out);
	textheap_init(&heap, 0);
	text_init(&text, &heap.memory, tiny);
	assert_int_equal(columns_load(&text, &chunk, 1), 0);
	assert_int_equal(text_rebuild(&text), 0);
	assert_true(text.rope.scalars > 0);
	text_release(&text);
	buf_release(&out);
}

static void memory_may_run_out_while_loading_and_saving(void **state)
{
	struct buf out;
	struct bytes chunk;

	(void)state;
	saved_bytes(&out, 8);
	chunk = buf_bytes(&out);
	for (uint64_t n = 1;; n++) {
		struct textheap heap;
		struct text text;
		struct buf again;
		bool fired;
		int rc;

		textheap_init(&heap, 0);
		text_init(&text, &heap.memory, tiny);
		textheap_fail(&heap, n, false);
		rc = columns_load(&text, &chunk, 1);
		assert_int_equal(rc, heap.fired ? rc : 0);
		buf_init(&again, 1u << 20);
		if (rc == 0)
			rc = columns_save(&text, 0, &again);
		fired = heap.fired;
		assert_int_equal(rc, fired && rc != 0 ? ERR_NOMEM : 0);
		if (rc != 0)
			assert_int_equal(again.len, 0);
		text_release(&text);
		buf_release(&again);
		assert_int_equal(heap.blocks, 0);
		if (!fired)
			break;
	}
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histories_come_back_as_they_were),
		cmocka_unit_test(a_history_may_be_kept_in_pieces),
		cmocka_unit_test(changed_bytes_do_no_harm),
		cmocka_unit_test(made_up_histories_do_no_harm),
		cmocka_unit_test(a_column_that_swells_is_refused),
		cmocka_unit_test(a_newer_column_is_passed_over),
		cmocka_unit_test(memory_may_run_out_while_loading_and_saving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
