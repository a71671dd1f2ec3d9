/*
 * test_forms.c - every short op that can be put together from a few parts.
 *
 * Goal: an op is sound or void, never trouble: whatever stands beside it in
 * its block counts, it means the same when it comes twice and after others,
 * and what is read of it can be written over. Method: all combinations of up
 * to three parts under each rule.
 */
#include "crdt/digest.h"

#include "tests/lib/harness.h"
#include "tests/lib/writers.h"

enum { ODD = 9, SOUND };

/* "D" is a dot, "I" an item (tests/lib/writers.h). */
static const char *const parts[] = {
	"nil",
	"true",
	"5",
	"-1",
	"\"a\"",
	"\"D\"",
	"\"I\"",
	"[]",
	"[\"D\"]",
	"[[\"D\",1]]",
	"[[\"D\",1],[\"D\",1]]",
	"[[nil,1]]",
	"[[\"I\",1]]",
	"[[0,1]]",
	"[[nil,nil]]",
	"[[nil,1],[0,2]]",
	"[[\"I\",[],1]]",
	"[[\"I\",[\"D\"],nil]]",
	"[[\"I\",1,1]]",
	"[1,2]",
	"[[1]]",
	"[5,nil]",
	"1099511627776",
};

#define PARTS KEPT_ARRAY_COUNT(parts)

static size_t sound, seen;

static void digest_of(struct merge_state *state, struct buf *out)
{
	const struct id16 entry = { { 1 } };

	buf_clear(out);
	assert_int_equal(digest_entry(state, &entry, out), 0);
}

/* The block alone, twice, and then overwritten. */
static void try_ops(const char *notation, uint32_t rule)
{
	struct merge_block block = { .stamp = 77 };
	struct merge_edit edit = { .number = ODD, .rule = rule };
	struct buf ops, once, twice;
	struct merge_field field;
	struct merge_state *state;
	struct arena arena;
	bool changed;
	int rc;

	arena_init(&arena, 1 << 18);
	buf_init(&ops, 4096);
	buf_init(&once, 65536);
	buf_init(&twice, 65536);
	writers_form(notation, &ops);
	memset(block.dot.lid.b, 3, sizeof block.dot.lid.b);
	block.dot.seq = 1;
	block.ops = buf_bytes(&ops);
	state = merge_new(&arena);
	assert_non_null(state);
	assert_int_equal(merge_apply(state, &block), 0);
	digest_of(state, &once);
	assert_int_equal(merge_apply(state, &block), 0);
	digest_of(state, &twice);
	assert_bytes(buf_bytes(&twice), buf_bytes(&once));
	if (merge_read(state, SOUND, &field) != 0 || field.count != 1)
		fail_msg("beside %s", notation);
	rc = merge_read(state, ODD, &field);
	assert_true(rc == 0 || rc == ERR_NOT_FOUND);
	sound += rc == 0;
	seen++;
	buf_clear(&once);
	writers_pack("[7]", &once);
	edit.wanted = buf_bytes(&once);
	if (rc == 0 && (rule == RULE_orset || rule == RULE_list))
		assert_int_equal(merge_write(state, &edit, &twice, &changed),
				 0);
	buf_release(&ops);
	buf_release(&once);
	buf_release(&twice);
	arena_release(&arena);
}

static void every_short_op_is_sound_or_void(void **state)
{
	static const uint32_t rules[] = { RULE_register, RULE_orset, RULE_list,
					  RULE_life, 77 };
	char notation[256];
	size_t r, i, j, k;

	(void)state;
	for (r = 0; r < KEPT_ARRAY_COUNT(rules); r++) {
		for (i = 0; i < PARTS * PARTS; i++) {
			snprintf(notation, sizeof notation,
				 "{9:[%u,%s,%s],10:[1,[],5]}", rules[r],
				 parts[i / PARTS], parts[i % PARTS]);
			try_ops(notation, rules[r]);
		}
	}
	for (i = 0; i < PARTS * PARTS * PARTS; i++) {
		j = i / PARTS % PARTS;
		k = i / PARTS / PARTS;
		snprintf(notation, sizeof notation,
			 "{9:[%u,%s,%s,%s],10:[1,[],5]}", (unsigned)RULE_list,
			 parts[i % PARTS], parts[j], parts[k]);
		try_ops(notation, RULE_list);
	}
	/* Some of each, or the parts are badly chosen. */
	assert_true(sound > 50);
	assert_true(seen > 10 * sound || seen - sound > 5000);
}

#define row(name)                                                              \
	cmocka_unit_test_setup_teardown(name, writers_begin, writers_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(every_short_op_is_sound_or_void),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
