/*
 * Goal: a journal is made, locked, unlocked, and joined; nothing opens with a
 * wrong or tampered key; what is written while locked is there afterwards.
 * Method: real files and a real store in a temporary folder (vaultbed.h),
 * with slots as cheap as they come.
 */
#include <unistd.h>

#include "tests/unit/vaultbed.h"

static void a_journal_is_made_and_its_roster_has_this_device(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	assert_true(vault_is_unlocked(bed.vault));
	assert_true(bed.roster.has_genesis);
	assert_int_equal(bed.roster.left_out, 0);
	/* this device and the recovery key */
	assert_int_equal(bed.roster.member_count, 2);
	assert_int_equal(bed.roster.log_count, 3);
	assert_int_equal(bed.roster.epoch_count, 1);
	assert_non_null(roster_write_epoch(&bed.roster));
	assert_string_equal(vault_device_name(bed.vault, &bed.roster,
					      &vault_device(bed.vault)->device),
			    "laptop");
	bed_free(&bed);
}

static void locking_forgets_and_unlocking_finds_everything(void **state)
{
	struct journal_counts counts;
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "note", "text", "The canary sang at noon.");
	bed_assert_has(&bed, &id, "canary");
	vault_lock(bed.vault);
	assert_false(vault_is_unlocked(bed.vault));
	assert_int_equal(
		journal_find(bed.vault, bytes_from_str("A"), &id, NULL),
		ERR_LOCKED);
	counts = journal_counts(bed.vault);
	assert_int_equal(counts.entries, 0);
	bed_reopen(&bed);
	bed_unlock(&bed);
	counts = journal_counts(bed.vault);
	assert_int_equal(counts.entries, 1);
	bed_assert_has(&bed, &id, "canary");
	/* and it writes on where it was */
	bed_add(&bed, "note", "text", "Second.");
	assert_int_equal(journal_counts(bed.vault).entries, 2);
	bed_free(&bed);
}

static void a_locked_vault_holds_no_memory_of_words(void **state)
{
	size_t before;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	for (int i = 0; i < 20; i++)
		bed_add(&bed, "note", "text", "Something to forget again.");
	assert_int_equal(bed_search(&bed, "forget"), 20);
	bed_work(&bed);
	vault_lock(bed.vault);
	/* What is left of it is itself and two paths. */
	before = mem_live_count();
	vault_free(bed.vault);
	bed.vault = NULL;
	assert_int_equal(before - mem_live_count(), 3);
	bed_free(&bed);
}

static void a_wrong_passphrase_changes_nothing_five_make_it_wait(void **state)
{
	struct vault_begin begin = { .kind = VAULT_JOB_UNLOCK,
				     .passphrase = { NULL, 0 } };
	struct vault_job *job = NULL;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	vault_lock(bed.vault);
	for (int i = 0; i < 4; i++)
		assert_int_equal(bed_unlock_with(&bed, "not this one"),
				 ERR_PASSPHRASE);
	assert_int_equal(vault_wait_s(bed.vault, bed.time), 0);
	assert_int_equal(bed_unlock_with(&bed, "nor this"), ERR_PASSPHRASE);
	assert_int_equal(vault_wait_s(bed.vault, bed.time), 30);
	begin.passphrase = bytes_from_str(BED_PASSPHRASE);
	assert_int_equal(
		vault_begin(bed.vault, &begin, bed.time, &job, &bed_err),
		ERR_TRY_LATER);
	/* counted on the disk, too */
	bed_reopen(&bed);
	assert_int_equal(vault_wait_s(bed.vault, bed.time), 30);
	bed.time.wall_ms += 29999;
	assert_int_equal(vault_wait_s(bed.vault, bed.time), 1);
	bed.time.wall_ms += 1;
	assert_int_equal(vault_wait_s(bed.vault, bed.time), 0);
	assert_int_equal(bed_unlock_with(&bed, "again wrong"), ERR_PASSPHRASE);
	assert_int_equal(vault_wait_s(bed.vault, bed.time), 30);
	bed.time.wall_ms += 30000;
	bed_unlock(&bed);
	assert_true(vault_is_unlocked(bed.vault));
	vault_lock(bed.vault);
	assert_int_equal(bed_unlock_with(&bed, "one more"), ERR_PASSPHRASE);
	assert_int_equal(vault_wait_s(bed.vault, bed.time), 0);
	bed_free(&bed);
}

static void the_passphrase_is_verified_without_opening_anything(void **state)
{
	struct vault_job *job;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	job = bed_job(&bed, VAULT_JOB_VERIFY, BED_PASSPHRASE, NULL);
	assert_ok(vault_end_verify(bed.vault, job, bed.time, &bed_err));
	assert_int_equal(vault_job_ms(job), 0);
	vault_job_free(job);
	job = bed_job(&bed, VAULT_JOB_VERIFY, "no", NULL);
	assert_int_equal(vault_end_verify(bed.vault, job, bed.time, &bed_err),
			 ERR_PASSPHRASE);
	vault_job_free(job);
	assert_true(vault_is_unlocked(bed.vault));
	bed_free(&bed);
}

static void the_sheet_opens_its_slot_and_other_words_do_not(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	assert_ok(vault_check_recovery(bed.vault, bed.words, &bed_err));
	bed.words[12] = (bed.words[12] + 1) % WORDS_COUNT;
	assert_int_equal(vault_check_recovery(bed.vault, bed.words, &bed_err),
			 ERR_PASSPHRASE);
	bed_free(&bed);
}

static void there_is_one_journal_here(void **state)
{
	struct vault_begin begin = { .kind = VAULT_JOB_INIT,
				     .passphrase = bytes_from_str("x"),
				     .name = "again" };
	struct vault_job *job = NULL;
	struct bed bed;

	(void)state;
	bed_new(&bed);
	begin.kind = VAULT_JOB_UNLOCK;
	assert_int_equal(
		vault_begin(bed.vault, &begin, bed.time, &job, &bed_err),
		ERR_NO_JOURNAL);
	bed_free(&bed);
	bed_init(&bed, "laptop");
	begin.kind = VAULT_JOB_INIT;
	assert_int_equal(
		vault_begin(bed.vault, &begin, bed.time, &job, &bed_err),
		ERR_EXISTS);
	begin.kind = VAULT_JOB_JOIN;
	assert_int_equal(
		vault_begin(bed.vault, &begin, bed.time, &job, &bed_err),
		ERR_EXISTS);
	bed_free(&bed);
}

static void names_and_costs_have_limits(void **state)
{
	char name[LIMIT_DEVICE_NAME_BYTES + 2];
	struct vault_begin begin = { .kind = VAULT_JOB_INIT,
				     .passphrase = bytes_from_str("x"),
				     .cost = { 8192, 1 },
				     .name = name };
	struct vault_job *job = NULL;
	struct bed bed;

	(void)state;
	bed_new(&bed);
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	assert_int_equal(
		vault_begin(bed.vault, &begin, bed.time, &job, &bed_err),
		ERR_USAGE);
	name[LIMIT_DEVICE_NAME_BYTES] = '\0';
	begin.cost.memory_bytes = LIMIT_KDF_MEMORY_BYTES + 1;
	assert_int_equal(
		vault_begin(bed.vault, &begin, bed.time, &job, &bed_err),
		ERR_USAGE);
	begin.cost.memory_bytes = 8192;
	begin.passphrase.len = 0;
	assert_int_equal(
		vault_begin(bed.vault, &begin, bed.time, &job, &bed_err),
		ERR_USAGE);
	begin.passphrase.len = 1;
	assert_ok(vault_begin(bed.vault, &begin, bed.time, &job, &bed_err));
	vault_job_free(job);
	bed_free(&bed);
}

/* Flips every 97th byte of the keys blob, one at a time. */
static void a_tampered_keys_blob_is_damage_not_a_journal(void **state)
{
	struct buf keys;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	vault_lock(bed.vault);
	buf_init(&keys, 65536);
	assert_ok(store_meta_get(bed.store, META_KEYS, &keys, &bed_err));
	for (size_t i = 0; i < keys.len; i += 97) {
		keys.ptr[i] ^= 1;
		assert_ok(store_meta_put(bed.store, META_KEYS, buf_bytes(&keys),
					 &bed_err));
		assert_int_equal(bed_unlock_with(&bed, BED_PASSPHRASE),
				 ERR_CORRUPT);
		assert_false(vault_is_unlocked(bed.vault));
		keys.ptr[i] ^= 1;
	}
	assert_ok(store_meta_put(bed.store, META_KEYS, buf_bytes(&keys),
				 &bed_err));
	bed_unlock(&bed);
	buf_release(&keys);
	bed_free(&bed);
}

static void a_lost_or_foreign_net_key_is_mended_at_unlock(void **state)
{
	struct net_secret before, after;
	struct bed bed, other;
	struct bytes file;

	(void)state;
	bed_init(&bed, "laptop");
	bed_init(&other, "phone");
	assert_ok(vault_net_key(bed.vault, &before, &bed_err));
	file = harness_read(other.net);
	harness_write(bed.net, file);
	bed_reopen(&bed);
	assert_ok(vault_net_key(bed.vault, &after, &bed_err));
	assert_memory_not_equal(before.b, after.b, 32);
	bed_unlock(&bed);
	assert_ok(vault_net_key(bed.vault, &after, &bed_err));
	assert_memory_equal(before.b, after.b, 32);
	assert_int_equal(unlink(bed.net), 0);
	bed_reopen(&bed);
	assert_int_equal(vault_net_key(bed.vault, &after, &bed_err),
			 ERR_CORRUPT);
	bed_unlock(&bed);
	assert_ok(vault_net_key(bed.vault, &after, &bed_err));
	assert_memory_equal(before.b, after.b, 32);
	mem_free((void *)(uintptr_t)file.ptr);
	bed_free(&other);
	bed_free(&bed);
}

static void what_is_written_while_locked_survives_wrong_tries(void **state)
{
	uint64_t drafts, captured, entries;
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	vault_lock(bed.vault);
	id = bed_add(&bed, "note", "text", "Written at the door.");
	for (int i = 0; i < 20; i++) {
		bed.time.wall_ms += 30000;
		assert_int_equal(bed_unlock_with(&bed, "no"), ERR_PASSPHRASE);
	}
	bed_reopen(&bed);
	journal_waiting(bed.vault, &drafts, &captured);
	assert_int_equal(captured, 1);
	bed.time.wall_ms += 30000;
	bed_unlock(&bed);
	assert_ok(journal_take_captures(bed.vault, &bed.roster, bed.time,
					&entries, &bed_err));
	assert_int_equal(entries, 1);
	bed_drain(&bed);
	journal_waiting(bed.vault, &drafts, &captured);
	assert_int_equal(captured, 0);
	bed_assert_has(&bed, &id, "Written at the door.");
	bed_free(&bed);
}

static void a_capture_that_does_not_open_is_left_alone(void **state)
{
	uint64_t drafts, captured, entries;
	uint8_t id[16] = { 1 };
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	assert_ok(store_shelf_put(bed.store, SHELF_CAPTURE,
				  bytes_of(id, sizeof id),
				  bytes_from_str("not a capture"), &bed_err));
	assert_ok(journal_take_captures(bed.vault, &bed.roster, bed.time,
					&entries, &bed_err));
	assert_int_equal(entries, 0);
	journal_waiting(bed.vault, &drafts, &captured);
	assert_int_equal(captured, 1);
	bed_free(&bed);
}

static void two_devices_read_each_other_and_agree(void **state)
{
	char left[65], right[65];
	struct bed a, b;
	struct id16 one, two;

	(void)state;
	bed_init(&a, "laptop");
	one = bed_add(&a, "note", "text", "Before there were two.");
	bed_join(&b, &a, "phone");
	assert_int_equal(a.roster.left_out, 0);
	bed_assert_has(&b, &one, "Before there were two.");
	bed_assert_has(&b, &one, "laptop");
	two = bed_add(&b, "win", "what", "It pairs.");
	bed_sync(&a, &b);
	bed_assert_has(&a, &two, "It pairs.");
	bed_assert_has(&a, &two, "phone");
	bed_digest(&a, left);
	bed_digest(&b, right);
	assert_string_equal(left, right);
	assert_string_equal(vault_device_name(a.vault, &a.roster,
					      &vault_device(b.vault)->device),
			    "phone");
	bed_free(&b);
	bed_free(&a);
}

static void the_joiner_keeps_a_way_in_for_the_sheet(void **state)
{
	struct bed a, b;

	(void)state;
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	assert_ok(vault_check_recovery(b.vault, a.words, &bed_err));
	bed_free(&b);
	bed_free(&a);
}

static void blocks_without_their_key_wait_for_it(void **state)
{
	struct journal_counts counts;
	struct roster before;
	struct bed a, b;
	struct id16 id;

	(void)state;
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	/* A new epoch, and an entry under it, that reach b in the wrong order.
	 */
	assert_ok(vault_write_rotate(a.vault, &a.roster, &bed_err));
	bed_drain(&a);
	id = bed_add(&a, "note", "text", "Under the new key.");
	before = b.roster;
	(void)before;
	{
		struct store_log logs[BED_LOGS], have;
		size_t count = bed_logs(&a, logs);
		struct arena arena;

		arena_init(&arena, 1 << 20);
		for (size_t i = 0; i < count; i++) {
			struct block block;

			if (logs[i].log_class != LOG_DATA ||
			    logs[i].head_seq == 0)
				continue;
			assert_ok(store_block_get(a.store, logs[i].no,
						  logs[i].head_seq, &arena,
						  &block, &bed_err));
			bed_store_block(&b, &block, &have, false);
			assert_ok(vault_see_blocks(b.vault, &have,
						   have.head_seq, have.head_seq,
						   b.time, &bed_err));
		}
		arena_release(&arena);
	}
	counts = journal_counts(b.vault);
	assert_int_equal(counts.waiting, 1);
	assert_int_equal(counts.unreadable, 0);
	assert_int_equal(counts.entries, 0);
	bed_send(&a, &b, false);
	counts = journal_counts(b.vault);
	assert_int_equal(counts.waiting, 0);
	assert_int_equal(counts.entries, 1);
	bed_assert_has(&b, &id, "Under the new key.");
	bed_free(&b);
	bed_free(&a);
}

static void a_rollback_forgets_what_was_queued(void **state)
{
	struct block block;
	struct bed bed;
	struct id16 kept, lost;

	(void)state;
	bed_init(&bed, "laptop");
	kept = bed_add(&bed, "note", "text", "Kept.");
	bed_commit(&bed);
	lost = bed_add_only(&bed, "note", "text", "Lost.");
	store_rollback(bed.store);
	assert_int_equal(vault_rollback(bed.vault), 0);
	bed_begin(&bed);
	assert_int_equal(vault_take_block(bed.vault, &block), ERR_NOT_FOUND);
	assert_int_equal(journal_counts(bed.vault).entries, 1);
	assert_int_equal(journal_put_entry(bed.vault, &lost, 0, NULL, &bed_err),
			 ERR_NOT_FOUND);
	bed_assert_has(&bed, &kept, "Kept.");
	/* numbers go on without a gap: bed_store_block asserts it */
	bed_add(&bed, "note", "text", "And on.");
	assert_int_equal(journal_counts(bed.vault).entries, 2);
	bed_free(&bed);
}

static void a_journal_whose_making_was_rolled_back_is_none(void **state)
{
	struct vault_job *job;
	struct bed bed;

	(void)state;
	bed_new(&bed);
	bed_commit(&bed);
	job = bed_job(&bed, VAULT_JOB_INIT, BED_PASSPHRASE, "laptop");
	assert_ok(
		vault_end_init(bed.vault, job, bed.time, bed.words, &bed_err));
	vault_job_free(job);
	store_rollback(bed.store);
	assert_int_equal(vault_rollback(bed.vault), 0);
	assert_false(vault_is_unlocked(bed.vault));
	bed_begin(&bed);
	job = bed_job(&bed, VAULT_JOB_INIT, BED_PASSPHRASE, "laptop");
	assert_ok(
		vault_end_init(bed.vault, job, bed.time, bed.words, &bed_err));
	vault_job_free(job);
	bed_drain(&bed);
	bed_add(&bed, "note", "text", "Now it is.");
	assert_int_equal(journal_counts(bed.vault).entries, 1);
	bed_free(&bed);
}

static void new_logs_are_written_to_from_then_on(void **state)
{
	struct store_log logs[BED_LOGS];
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	bed_add(&bed, "note", "text", "In the first log.");
	assert_int_equal(bed_logs(&bed, logs), 3);
	assert_ok(vault_write_logs(bed.vault, &bed.roster, 1, &bed_err));
	bed_drain(&bed);
	assert_int_equal(bed_logs(&bed, logs), 6);
	assert_int_equal(bed.roster.left_out, 0);
	bed_add(&bed, "note", "text", "In the second.");
	bed_logs(&bed, logs);
	assert_int_equal(logs[4].log_class, LOG_DATA);
	assert_int_equal(logs[4].head_seq, 1);
	assert_int_equal(journal_counts(bed.vault).entries, 2);
	bed_free(&bed);
}

static void logs_of_an_undone_turn_are_written_to_no_more(void **state)
{
	struct store_log logs[BED_LOGS];
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	bed_add(&bed, "note", "text", "In the first log.");
	bed_commit(&bed);
	assert_ok(vault_write_logs(bed.vault, &bed.roster, 1, &bed_err));
	bed_drain(&bed);
	assert_int_equal(bed_logs(&bed, logs), 6);
	store_rollback(bed.store);
	assert_int_equal(vault_rollback(bed.vault), 0);
	bed_begin(&bed);
	bed_fold(&bed);
	assert_int_equal(bed_logs(&bed, logs), 3);
	/* bed_store_block asserts that the log is there */
	bed_add(&bed, "note", "text", "In the first one still.");
	assert_int_equal(bed_logs(&bed, logs), 3);
	assert_int_equal(logs[1].log_class, LOG_DATA);
	assert_int_equal(logs[1].head_seq, 2);
	assert_int_equal(journal_counts(bed.vault).entries, 2);
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_journal_is_made_and_its_roster_has_this_device),
		cmocka_unit_test(
			locking_forgets_and_unlocking_finds_everything),
		cmocka_unit_test(a_locked_vault_holds_no_memory_of_words),
		cmocka_unit_test(
			a_wrong_passphrase_changes_nothing_five_make_it_wait),
		cmocka_unit_test(
			the_passphrase_is_verified_without_opening_anything),
		cmocka_unit_test(
			the_sheet_opens_its_slot_and_other_words_do_not),
		cmocka_unit_test(there_is_one_journal_here),
		cmocka_unit_test(names_and_costs_have_limits),
		cmocka_unit_test(a_tampered_keys_blob_is_damage_not_a_journal),
		cmocka_unit_test(a_lost_or_foreign_net_key_is_mended_at_unlock),
		cmocka_unit_test(
			what_is_written_while_locked_survives_wrong_tries),
		cmocka_unit_test(a_capture_that_does_not_open_is_left_alone),
		cmocka_unit_test(two_devices_read_each_other_and_agree),
		cmocka_unit_test(the_joiner_keeps_a_way_in_for_the_sheet),
		cmocka_unit_test(blocks_without_their_key_wait_for_it),
		cmocka_unit_test(a_rollback_forgets_what_was_queued),
		cmocka_unit_test(
			a_journal_whose_making_was_rolled_back_is_none),
		cmocka_unit_test(new_logs_are_written_to_from_then_on),
		cmocka_unit_test(logs_of_an_undone_turn_are_written_to_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
