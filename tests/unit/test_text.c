/*
 * test_text.c - the text engine on what others typed, and at its edges.
 *
 * Goal: every public history comes to the text it is known to come to, by
 * every way there is of merging it. Method: the 1,000 documents of the
 * conformance file and the traces, message by message and all at once, with
 * tiny nodes and real ones, with and without the short way.
 */
#include "tests/lib/harness.h"
#include "tests/lib/texttrace.h"

static const struct text_tune tunes[] = {
	{ 0 },
	{ .no_short_way = true },
	{ .chunk_bytes = 8, .track = { 4, 4 } },
	{ .chunk_bytes = 8, .track = { 4, 4 }, .no_short_way = true },
};

static cJSON *shared_trace(const char *name)
{
	char path[HARNESS_PATH_BYTES];
	cJSON *root;

	harness_shared(name, path);
	root = texttrace_read(path);
	assert_non_null(root);
	return root;
}

static void assert_comes_to(const struct texttrace *trace,
			    struct text_tune tune)
{
	struct textheap heap;
	struct text text;

	textheap_init(&heap, 0);
	text_init(&text, &heap.memory, tune);
	assert_int_equal(texttrace_apply(trace, &text), 0);
	assert_true(texttrace_is(&text.rope, trace->end));
	assert_true(rope_check(&text.rope));
	if (text.walker.is_standing)
		assert_true(track_check(&text.walker.track));
	assert_int_equal(text_rebuild(&text), 0);
	assert_true(texttrace_is(&text.rope, trace->end));
	assert_true(rope_check(&text.rope));
	text_release(&text);
	assert_int_equal(heap.blocks, 0);
	assert_int_equal(heap.memory.used_bytes, 0);
}

static void a_thousand_histories_come_to_their_texts(void **state)
{
	cJSON *root = shared_trace("data/traces/conformance/"
				   "egwalker-conformance-1000.json.gz");
	const cJSON *document;
	int count = 0;

	(void)state;
	cJSON_ArrayForEach(document, root)
	{
		struct texttrace trace;

		assert_true(texttrace_load(document, &trace));
		assert_true(trace.has_end);
		for (size_t i = 0; i < KEPT_ARRAY_COUNT(tunes); i++)
			assert_comes_to(&trace, tunes[i]);
		texttrace_release(&trace);
		count++;
	}
	assert_int_equal(count, 1000);
	cJSON_Delete(root);
}

static void assert_trace(const char *name, size_t tune_count)
{
	cJSON *root = shared_trace(name);
	struct texttrace trace;

	assert_true(texttrace_load(root, &trace));
	assert_true(trace.has_end);
	for (size_t i = 0; i < tune_count; i++)
		assert_comes_to(&trace, tunes[i]);
	texttrace_release(&trace);
	cJSON_Delete(root);
}

static void one_author_s_history_comes_to_its_text(void **state)
{
	(void)state;
	assert_trace("data/traces/sequential/sveltecomponent.json.gz", 1);
}

static void two_authors_at_once_come_to_one_text(void **state)
{
	(void)state;
	assert_trace("data/traces/concurrent/friendsforever.json.gz", 1);
	assert_trace("data/traces/conformance/ff-raw.json.gz", 1);
}

static void a_file_s_branches_come_to_one_text(void **state)
{
	(void)state;
	assert_trace("data/traces/async/node_nodecc-raw.json.gz", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_histories_come_to_their_texts),
		cmocka_unit_test(one_author_s_history_comes_to_its_text),
		cmocka_unit_test(two_authors_at_once_come_to_one_text),
		cmocka_unit_test(a_file_s_branches_come_to_one_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
