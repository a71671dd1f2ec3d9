/*
 * test_fresh.c - what was just written, shown without being read back.
 *
 * Goal: the entry kept from its writing is to the byte the one its block
 * gives, for as long as that block is all there is of it; and what can wait
 * until after an answer waits, but not for ever. Method: vaults with real
 * stores (vaultbed.h), each entry gathered both ways.
 */
#include "tests/unit/vaultbed.h"

#include "daemon/vault/inside.h"

static bool is_held(const struct bed *bed, const struct id16 *id)
{
	const struct gather_fresh *fresh = &bed->vault->cache.fresh;

	return fresh->is_held && id16_equal(&fresh->id, id);
}

static void assert_same(const struct gathered *a, const struct gathered *b)
{
	const struct gathered_block *left = a->blocks[0];
	const struct gathered_block *right = b->blocks[0];

	assert_int_equal(a->all, 1);
	assert_int_equal(b->all, 1);
	assert_int_equal(dot_compare(&left->block.dot, &right->block.dot), 0);
	assert_memory_equal(left->block.dot.tip, right->block.dot.tip,
			    sizeof left->block.dot.tip);
	assert_true(left->block.stamp == right->block.stamp);
	assert_true(left->place == right->place);
	assert_bytes(left->block.ops, right->block.ops);
	assert_true(left->kind == right->kind && a->kind == b->kind);
	assert_false(left->has_undoes || right->has_undoes);
	assert_true(a->before == b->before && a->count == b->count);
}

static void what_was_just_added_is_what_its_block_says(void **state)
{
	struct gathered kept, read;
	char *before;
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	bed_add(&bed, "note", "text", "An older one.");
	id = bed_add(&bed, "win", "what", "Left at six.");
	assert_true(is_held(&bed, &id));
	before = strdup(bed_json(&bed, &id, 0));
	assert_non_null(strstr(before, "Left at six."));
	assert_ok(gather_entry(bed.vault, &id, GATHER_ALL, &kept, &bed_err));
	gather_cache_release(&bed.vault->cache);
	assert_false(is_held(&bed, &id));
	assert_ok(gather_entry(bed.vault, &id, GATHER_ALL, &read, &bed_err));
	assert_same(&kept, &read);
	assert_string_equal(bed_json(&bed, &id, 0), before);
	gather_release(&kept);
	gather_release(&read);
	free(before);
	bed_free(&bed);
}

static void a_change_ends_it(void **state)
{
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "win", "what", "Asked for help.");
	assert_true(is_held(&bed, &id));
	assert_true(bed_set(&bed, &id, "shows", "I can ask."));
	assert_false(is_held(&bed, &id));
	bed_assert_has(&bed, &id, "Asked for help.");
	bed_assert_has(&bed, &id, "I can ask.");
	bed_assert_has(&bed, &id, "\"rev\": 2");
	bed_free(&bed);
}

static void a_change_from_elsewhere_ends_it(void **state)
{
	struct bed a, b;
	struct id16 id;

	(void)state;
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	id = bed_add(&a, "win", "what", "Asked for help.");
	bed_sync(&a, &b);
	assert_true(is_held(&a, &id));
	assert_true(bed_set(&b, &id, "shows", "I can ask."));
	bed_sync(&a, &b);
	assert_false(is_held(&a, &id));
	bed_assert_has(&a, &id, "I can ask.");
	bed_assert_has(&a, &id, "\"rev\": 2");
	bed_free(&b);
	bed_free(&a);
}

static void more_than_one_block_is_read_back(void **state)
{
	char *text = mem_alloc(1, LIMIT_ENTRY_TEXT_BYTES + 1);
	struct bed bed;
	struct id16 id;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', LIMIT_ENTRY_TEXT_BYTES);
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "note", "text", text);
	assert_false(is_held(&bed, &id));
	bed_assert_has(&bed, &id, text);
	mem_free(text);
	bed_free(&bed);
}

static void what_was_undone_is_not_shown(void **state)
{
	struct bed bed;
	struct buf out;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	bed_commit(&bed);
	id = bed_add(&bed, "note", "text", "Never saved.");
	assert_true(is_held(&bed, &id));
	store_rollback(bed.store);
	bed_begin(&bed);
	assert_ok(vault_rollback(bed.vault));
	assert_false(is_held(&bed, &id));
	buf_init(&out, 4096);
	assert_int_equal(journal_put_entry(bed.vault, &id, 0, &out, &bed_err),
			 ERR_NOT_FOUND);
	buf_release(&out);
	bed_free(&bed);
}

static void a_lock_forgets_it(void **state)
{
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "note", "text", "Mine.");
	assert_true(is_held(&bed, &id));
	vault_lock(bed.vault);
	assert_false(bed.vault->cache.fresh.is_held);
	assert_null(bed.vault->cache.fresh.ops.ptr);
	bed_unlock(&bed);
	bed_work(&bed);
	bed_assert_has(&bed, &id, "Mine.");
	bed_free(&bed);
}

static void new_words_wait_for_the_answer_but_not_for_ever(void **state)
{
	struct bed bed;
	bool more = false;
	size_t turns = 0;

	(void)state;
	bed_init(&bed, "laptop");
	bed_work(&bed);
	bed_add(&bed, "note", "text", "several different words");
	assert_true(vocabulary_is_behind(&bed.vault->view));
	assert_ok(vault_work(bed.vault, 1000, &more, &bed_err));
	assert_true(more);
	assert_true(vocabulary_is_behind(&bed.vault->view));
	assert_ok(vault_work(bed.vault, 1000, &more, &bed_err));
	assert_false(vocabulary_is_behind(&bed.vault->view));
	/* somebody who writes in every turn */
	do {
		bed_add(&bed, "note", "text", "and again others");
		assert_ok(vault_work(bed.vault, 1000, &more, &bed_err));
		turns++;
	} while (vocabulary_is_behind(&bed.vault->view) && turns < 100);
	assert_int_equal(turns, 5);
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_just_added_is_what_its_block_says),
		cmocka_unit_test(a_change_ends_it),
		cmocka_unit_test(a_change_from_elsewhere_ends_it),
		cmocka_unit_test(more_than_one_block_is_read_back),
		cmocka_unit_test(what_was_undone_is_not_shown),
		cmocka_unit_test(a_lock_forgets_it),
		cmocka_unit_test(
			new_words_wait_for_the_answer_but_not_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
