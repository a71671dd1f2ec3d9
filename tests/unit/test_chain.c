/*
 * test_chain.c - what may be added to logs.
 *
 * Goal: a run gets in whole, on the end of its log, from its author, or not
 * at all; what is quarantined is bounded; branches are named alike whatever
 * came first. Method: a chain on a real store, runs by hand.
 */
#include "daemon/core/chain.h"

#include "proto/codec.h"
#include "proto/crypto/kdf.h"
#include "tests/lib/author.h"

struct bench {
	char *dir;
	struct store *store;
	struct arena life;
	struct chain chain;
	struct author ana, ben;
	struct err err;
	struct paper papers[LIMIT_RUN_BLOCKS];
};

static struct bench bench;

static void put_meta(struct bench *b, enum store_meta key, const void *value)
{
	assert_int_equal(
		store_meta_put(b->store, key, bytes_of(value, 32), &b->err), 0);
}

static void append(struct bench *b, const struct paper *paper)
{
	if (chain_append(&b->chain, &paper->block, &b->err) != 0)
		fail_msg("append: %s", b->err.text);
}

static struct deps heads(struct bench *b)
{
	assert_int_equal(chain_refresh(&b->chain, &b->err), 0);
	return (struct deps){ b->chain.roster.heads,
			      b->chain.roster.head_count };
}

/* ana's journal with ben in it; this device is ana's. */
static int set_up(void **state)
{
	struct bench *b = &bench;
	char path[HARNESS_PATH_BYTES];
	struct store_options options = { .path = path, .create = true };
	struct paper genesis;

	memset(b, 0, sizeof *b);
	assert_int_equal(crypto_start(), 0);
	b->dir = harness_temp_dir();
	snprintf(path, sizeof path, "%s/journal.db", b->dir);
	assert_int_equal(store_open(&b->store, &options, &b->err), 0);
	assert_int_equal(store_begin(b->store, &b->err), 0);
	author_init(&b->ana, 1);
	author_init(&b->ben, 2);
	author_genesis(&b->ana, &genesis);
	author_join(&b->ben, &b->ana);
	put_meta(b, META_DEVICE, b->ana.sign.b);
	put_meta(b, META_JOURNAL, b->ana.journal.b);
	arena_init(&b->life, (size_t)8 << 20);
	assert_int_equal(chain_init(&b->chain, b->store, 1, &b->life), 0);
	assert_int_equal(chain_load(&b->chain, &b->err), 0);
	append(b, &genesis);
	author_open(&b->ana, &b->ana.data, (struct deps){ NULL, 0 },
		    &b->papers[0]);
	append(b, &b->papers[0]);
	author_add(&b->ana, &b->ben, heads(b), &b->papers[0]);
	append(b, &b->papers[0]);
	author_open(&b->ben, &b->ben.control, heads(b), &b->papers[0]);
	append(b, &b->papers[0]);
	author_open(&b->ben, &b->ben.data, (struct deps){ NULL, 0 },
		    &b->papers[0]);
	append(b, &b->papers[0]);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	chain_release(&b->chain);
	arena_release(&b->life);
	store_close(b->store);
	harness_temp_remove(b->dir);
	return 0;
}

static void write_notes(struct bench *b, struct author *author, size_t count,
			size_t bytes)
{
	size_t i;

	for (i = 0; i < count; i++)
		author_note(author, bytes, &b->papers[i]);
}

/* Papers from..from+count through the wire form. */
static int admit(struct bench *b, size_t from, size_t count)
{
	struct block blocks[LIMIT_RUN_BLOCKS];
	struct arena arena;
	struct run run;
	struct buf wire;
	uint32_t log;
	size_t i;
	int rc;

	for (i = 0; i < count; i++)
		blocks[i] = b->papers[from + i].block;
	buf_init(&wire, LIMIT_FRAME_BYTES);
	arena_init(&arena, 1 << 20);
	assert_int_equal(run_write(blocks, count, &wire), 0);
	assert_int_equal(run_read(buf_bytes(&wire), &b->ana.jtag, &arena, &run),
			 0);
	rc = chain_admit(&b->chain, &run, &log, &b->err);
	buf_release(&wire);
	arena_release(&arena);
	return rc;
}

static const struct store_log *row(struct bench *b, const struct id16 *lid)
{
	uint32_t log = chain_find(&b->chain, lid);

	return log == CHAIN_NONE ? NULL : &b->chain.rows[log];
}

static void a_run_follows_what_is_held(void **state)
{
	struct bench *b = *state;

	write_notes(b, &b->ben, 10, 100);
	assert_int_equal(admit(b, 3, 4), ERR_GAP);
	assert_int_equal(admit(b, 0, 3), 0);
	assert_int_equal(row(b, &b->ben.data.lid)->head_seq, 3);
	assert_int_equal(admit(b, 4, 1), ERR_GAP);
	/* Half of it held already, and all of it. */
	assert_int_equal(admit(b, 1, 5), 0);
	assert_int_equal(row(b, &b->ben.data.lid)->head_seq, 6);
	assert_int_equal(admit(b, 0, 6), 0);
	assert_int_equal(admit(b, 2, 2), 0);
	assert_int_equal(row(b, &b->ben.data.lid)->head_seq, 6);
	assert_int_equal(admit(b, 6, 4), 0);
	assert_int_equal(row(b, &b->ben.data.lid)->head_seq, 10);
	assert_true(hash32_equal(&row(b, &b->ben.data.lid)->head_id,
				 &b->papers[9].block.id));
}

static void a_run_gets_in_whole_or_not_at_all(void **state)
{
	struct bench *b = *state;
	struct hash32 id;
	uint32_t log;

	write_notes(b, &b->ben, 8, 100);
	b->papers[7].block.signature.b[0] ^= 1;
	assert_int_equal(admit(b, 0, 8), ERR_CRYPTO);
	log = chain_find(&b->chain, &b->ben.data.lid);
	assert_int_equal(b->chain.rows[log].head_seq, 0);
	assert_int_equal(chain_block_id(&b->chain, log, 1, &id, &b->err),
			 ERR_NOT_FOUND);
	b->papers[7].block.signature.b[0] ^= 1;
	assert_int_equal(admit(b, 0, 8), 0);
}

static void control_records_make_logs_known(void **state)
{
	struct bench *b = *state;
	struct author_log blob = b->ben.data;

	blob.log_class = LOG_BLOB;
	blob.nonce.b[0] ^= 1;
	kdf_lid(&b->ben.sign, LOG_BLOB, &blob.nonce, &blob.lid);
	assert_null(row(b, &blob.lid));
	author_open(&b->ben, &blob, (struct deps){ NULL, 0 }, &b->papers[0]);
	assert_int_equal(admit(b, 0, 1), 0);
	assert_non_null(row(b, &blob.lid));
	assert_int_equal(row(b, &blob.lid)->log_class, LOG_BLOB);
	assert_int_equal(row(b, &blob.lid)->flags & STORE_LOG_OWN, 0);
	assert_int_equal(row(b, &b->ana.data.lid)->flags & STORE_LOG_OWN,
			 STORE_LOG_OWN);
}

static void control_blocks_have_no_etag_and_are_small(void **state)
{
	struct bench *b = *state;
	static uint8_t big[LIMIT_CONTROL_BODY_BYTES + 1];
	struct paper *paper = &b->papers[0];

	/* Its first byte is not canonical: kept all the same. */
	author_control(&b->ben, 50, bytes_of("\xc1", 1), paper);
	paper->block.header.etag.b[3] = 1;
	author_seal(&b->ben, paper, 1);
	assert_int_equal(admit(b, 0, 1), ERR_MALFORMED);
	paper->block.header.etag.b[3] = 0;
	author_seal(&b->ben, paper, 1);
	assert_int_equal(admit(b, 0, 1), 0);
	b->ben.control.prev = paper->block.id;
	author_control(&b->ben, 50, bytes_of("\x80", 1), paper);
	assert_int_equal(
		block_set_body(&paper->block, bytes_of(big, sizeof big)), 0);
	block_sign(&paper->block, &b->ben.sign_secret);
	assert_int_equal(admit(b, 0, 1), ERR_MALFORMED);
	assert_int_equal(
		block_set_body(&paper->block, bytes_of(big, sizeof big - 1)),
		0);
	block_sign(&paper->block, &b->ben.sign_secret);
	assert_int_equal(admit(b, 0, 1), 0);
}

static void a_removed_devices_blocks_beyond_the_cut_are_counted(void **state)
{
	struct bench *b = *state;
	struct control_cut cut = { .seq = 2 };

	write_notes(b, &b->ben, 4, 100);
	assert_int_equal(admit(b, 0, 2), 0);
	memcpy(cut.lid, b->ben.data.lid.b, 16);
	memcpy(cut.id, b->papers[1].block.id.b, 32);
	author_remove(&b->ana, &b->ben.sign, &cut, 1, heads(b), &b->papers[10]);
	append(b, &b->papers[10]);
	assert_int_equal(chain_refresh(&b->chain, &b->err), 0);
	assert_int_equal(row(b, &b->ben.data.lid)->cut, 2);
	assert_int_equal(row(b, &b->ben.control.lid)->flags &
				 STORE_LOG_QUARANTINE,
			 STORE_LOG_QUARANTINE);
	assert_int_equal(admit(b, 2, 1), 0);
	assert_int_equal(row(b, &b->ben.data.lid)->head_seq, 3);
	/* Held and passed on; but not without end. */
	b->chain.stray_blocks = LIMIT_QUARANTINE_BLOCKS - 1;
	assert_int_equal(admit(b, 3, 1), 0);
	assert_int_equal(b->chain.stray_blocks, LIMIT_QUARANTINE_BLOCKS);
	write_notes(b, &b->ben, 1, 100);
	assert_int_equal(admit(b, 0, 1), ERR_LIMIT);
}

/* A run does not end where a cut happens to be: what stands of it gets in. */
static void a_full_quarantine_keeps_out_nothing_that_stands(void **state)
{
	struct bench *b = *state;
	struct control_cut cut = { .seq = 2 };

	write_notes(b, &b->ben, 4, 100);
	assert_int_equal(admit(b, 0, 1), 0);
	memcpy(cut.lid, b->ben.data.lid.b, 16);
	memcpy(cut.id, b->papers[1].block.id.b, 32);
	author_remove(&b->ana, &b->ben.sign, &cut, 1, heads(b), &b->papers[10]);
	append(b, &b->papers[10]);
	assert_int_equal(chain_refresh(&b->chain, &b->err), 0);
	b->chain.stray_blocks = LIMIT_QUARANTINE_BLOCKS;
	assert_int_equal(admit(b, 0, 3), 0);
	assert_int_equal(row(b, &b->ben.data.lid)->head_seq, 3);
	assert_int_equal(b->chain.stray_blocks, LIMIT_QUARANTINE_BLOCKS + 1);
	assert_int_equal(admit(b, 3, 1), ERR_LIMIT);
}

/* ben's notes: 0 is common, 1..3 are one history, 11..13 another; which of
 * them keeps the name is up to `is_kept`. */
static void two_histories(struct bench *b, bool is_kept)
{
	struct author before;
	size_t i;

	author_note(&b->ben, 100, &b->papers[0]);
	before = b->ben;
	for (i = 1; i <= 3; i++)
		author_note(&b->ben, 100, &b->papers[i]);
	for (i = 101; i < 200; i++) {
		struct author twin = before;
		size_t k;

		for (k = 11; k <= 13; k++)
			author_note(&twin, i, &b->papers[k]);
		if ((memcmp(b->papers[1].block.id.b, b->papers[11].block.id.b,
			    32) < 0) == is_kept)
			return;
	}
	fail_msg("no such ids");
}

/* ana removes ben, and lets stand what these papers say. */
static void remove_at(struct bench *b, const size_t *papers, size_t count)
{
	static struct paper remove;
	struct control_cut cuts[4] = { { .seq = 0 } };
	size_t i;

	for (i = 0; i < count; i++) {
		const struct block *block = &b->papers[papers[i]].block;

		memcpy(cuts[i].lid, b->ben.data.lid.b, 16);
		cuts[i].seq = block->header.seq;
		memcpy(cuts[i].id, block->id.b, 32);
	}
	author_remove(&b->ana, &b->ben.sign, cuts, count, heads(b), &remove);
	append(b, &remove);
}

/* Does this paper of ben's lie where the view may see it? */
static bool stands(struct bench *b, size_t paper)
{
	const struct block *wanted = &b->papers[paper].block;
	uint64_t seq = wanted->header.seq;
	uint32_t at = chain_find(&b->chain, &b->ben.data.lid);

	assert_int_equal(chain_refresh(&b->chain, &b->err), 0);
	for (; at != CHAIN_NONE; at = b->chain.logs[at].next_branch) {
		const struct store_log *log = &b->chain.rows[at];
		struct hash32 id;

		if (seq < b->chain.logs[at].first_seq || seq > log->head_seq)
			continue;
		assert_int_equal(
			chain_block_id(&b->chain, at, seq, &id, &b->err), 0);
		if (!hash32_equal(&id, &wanted->id))
			continue;
		return (log->flags & STORE_LOG_QUARANTINE) == 0 &&
		       (log->cut == 0 || seq <= log->cut);
	}
	fail_msg("paper %zu is not held", paper);
	return false;
}

static void a_cut_is_of_one_history_and_not_of_another(void **state)
{
	static const size_t cut[] = { 2 };
	int i;

	for (i = 0; i < 4; i++) {
		struct bench *b = *state;
		uint64_t version;
		bool is_later = i >= 2;

		two_histories(b, i % 2 == 0);
		assert_int_equal(admit(b, 0, 4), 0);
		if (!is_later)
			assert_int_equal(admit(b, 11, 3), 0);
		remove_at(b, cut, 1);
		assert_true(stands(b, 2));
		version = b->chain.roster_version;
		if (is_later)
			assert_int_equal(admit(b, 11, 3), 0);
		assert_false(stands(b, 11));
		assert_int_equal(b->chain.roster_version > version, is_later);
		assert_false(stands(b, 12));
		assert_false(stands(b, 13));
		assert_true(stands(b, 0));
		assert_true(stands(b, 1));
		assert_true(stands(b, 2));
		assert_false(stands(b, 3));
		assert_int_equal(b->chain.stray_blocks, 4 + 2);
		/* A restart says the same. */
		assert_int_equal(chain_load(&b->chain, &b->err), 0);
		assert_true(stands(b, 2));
		assert_false(stands(b, 11));
		assert_false(stands(b, 3));
		assert_int_equal(b->chain.stray_blocks, 4 + 2);
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
	}
}

/* Only the false history came so far. */
static void a_history_waits_for_the_block_its_cut_names(void **state)
{
	static const size_t cut[] = { 2 };
	struct bench *b = *state;

	two_histories(b, true);
	assert_int_equal(admit(b, 0, 1), 0);
	assert_int_equal(admit(b, 11, 1), 0);
	remove_at(b, cut, 1);
	/* Too short to tell. */
	assert_true(stands(b, 0));
	assert_true(stands(b, 11));
	/* Another block under the number of the cut: nothing is proven. */
	assert_int_equal(admit(b, 12, 1), 0);
	assert_false(stands(b, 0));
	assert_false(stands(b, 12));
	/* The one that was meant. */
	assert_int_equal(admit(b, 1, 3), 0);
	assert_true(stands(b, 0));
	assert_true(stands(b, 2));
	assert_false(stands(b, 3));
	assert_false(stands(b, 11));
	assert_false(stands(b, 12));
}

static void histories_that_are_both_named_both_stand(void **state)
{
	static const size_t cuts[] = { 3, 12, 1 };
	struct bench *b = *state;

	two_histories(b, false);
	assert_int_equal(admit(b, 0, 4), 0);
	assert_int_equal(admit(b, 11, 3), 0);
	remove_at(b, cuts, 3);
	assert_true(stands(b, 0));
	assert_true(stands(b, 3));
	assert_true(stands(b, 12));
	assert_false(stands(b, 13));
}

static void unsigned_ends_are_bounded(void **state)
{
	struct bench *b = *state;
	struct paper paper;
	size_t i;

	for (i = 0; i < LIMIT_RUN_BLOCKS - 1; i++) {
		author_note(&b->ana, 64, &paper);
		paper.block.is_signed = false;
		append(b, &paper);
	}
	assert_int_equal(chain_check_ends(&b->chain, &b->err), ERR_USAGE);
	author_note(&b->ana, 64, &paper);
	paper.block.is_signed = false;
	append(b, &paper);
	author_note(&b->ana, 64, &paper);
	/* The 65th, signed or not, would make the run too long. */
	assert_int_equal(chain_append(&b->chain, &paper.block, &b->err),
			 ERR_USAGE);
}

static void an_epoch_ends_with_a_signature(void **state)
{
	struct bench *b = *state;
	struct paper one, two;

	author_note(&b->ana, 64, &one);
	one.block.is_signed = false;
	append(b, &one);
	author_note(&b->ana, 64, &two);
	two.block.header.epoch++;
	author_seal(&b->ana, &two, 64);
	assert_int_equal(chain_append(&b->chain, &two.block, &b->err),
			 ERR_USAGE);
}

/* Heads of both branches, by their bytes; and which keeps the name. */
static void branch_heads(struct bench *b, struct hash32 *kept,
			 struct hash32 *moved, bool left_first)
{
	struct author twin;
	size_t i;

	write_notes(b, &b->ben, 2, 100);
	assert_int_equal(admit(b, 0, 2), 0);
	twin = b->ben;
	for (i = 0; i < 3; i++)
		author_note(&b->ben, 100, &b->papers[i]);
	for (i = 0; i < 2; i++)
		author_note(&twin, 200, &b->papers[10 + i]);
	assert_int_equal(admit(b, left_first ? 0 : 10, left_first ? 3 : 2), 0);
	assert_int_equal(admit(b, left_first ? 10 : 0, left_first ? 2 : 3), 0);
	*kept = row(b, &twin.data.lid)->head_id;
	*moved = b->chain.rows[b->chain.count - 1].head_id;
}

static void branches_are_named_alike_whatever_came_first(void **state)
{
	struct hash32 kept[2], moved[2];
	struct id16 names[2];
	size_t counts[2];
	int i;

	for (i = 0; i < 2; i++) {
		struct bench *b = *state;
		struct chain *chain = &b->chain;

		branch_heads(b, &kept[i], &moved[i], i == 0);
		names[i] = chain->rows[chain->count - 1].lid;
		counts[i] = chain->count;
		assert_int_equal(chain->logs[chain->count - 1].first_seq, 3);
		/* The store says the same after a restart. */
		assert_int_equal(chain_load(chain, &b->err), 0);
		assert_int_equal(chain->count, counts[i]);
		assert_int_equal(chain->logs[chain->count - 1].first_seq, 3);
		assert_true(id16_equal(&chain->logs[chain->count - 1].base,
				       &b->ben.data.lid));
		assert_true(hash32_equal(&row(b, &b->ben.data.lid)->head_id,
					 &kept[i]));
		if (i == 0) {
			assert_int_equal(tear_down(state), 0);
			assert_int_equal(set_up(state), 0);
		}
	}
	assert_true(hash32_equal(&kept[0], &kept[1]));
	assert_true(hash32_equal(&moved[0], &moved[1]));
	assert_true(id16_equal(&names[0], &names[1]));
	assert_int_equal(counts[0], counts[1]);
}

/* What no log was made for is not written, so that nothing is cut into it. */
static void one_log_too_many_is_refused_where_it_is_opened(void **state)
{
	struct bench *b = *state;
	struct author before;
	struct paper *paper = &b->papers[0];
	struct author_log log = b->ana.data;
	size_t i;

	for (i = 2; i < LIMIT_LOGS_PER_DEVICE; i++) {
		assert_int_equal(chain_log_room(&b->chain, &b->ana.sign),
				 LIMIT_LOGS_PER_DEVICE - i);
		log.nonce.b[0]++;
		author_open(&b->ana, &log, heads(b), paper);
		append(b, paper);
	}
	assert_int_equal(chain_log_room(&b->chain, &b->ana.sign), 0);
	assert_int_equal(chain_count_logs(&b->chain, &b->ana.sign),
			 LIMIT_LOGS_PER_DEVICE);
	before = b->ana;
	log.nonce.b[0]++;
	author_open(&b->ana, &log, heads(b), paper);
	assert_int_equal(chain_append(&b->chain, &paper->block, &b->err),
			 ERR_LIMIT);
	assert_non_null(strstr(b->err.text, "begin its logs anew too often"));
	assert_int_equal(row(b, &before.control.lid)->head_seq,
			 before.control.seq);
	/* One that is known already takes no room. */
	b->ana = before;
	log.nonce.b[0]--;
	author_open(&b->ana, &log, heads(b), paper);
	append(b, paper);
	/* Old logs are closed, and there will be no new ones: said so. */
	assert_int_equal(chain_doubt(&b->chain, LOG_REASON_FORK, &b->err), 0);
	b->err.text[0] = '\0';
	author_note(&b->ana, 64, paper);
	assert_int_equal(chain_append(&b->chain, &paper->block, &b->err),
			 ERR_LIMIT);
	assert_non_null(strstr(b->err.text, "begin its logs anew too often"));
}

static void digests_say_what_is_held(void **state)
{
	struct bench *b = *state;
	uint8_t control[2][16], vector[2][16];

	chain_digests(&b->chain, &b->chain.step, control[0], vector[0]);
	write_notes(b, &b->ben, 1, 100);
	assert_int_equal(admit(b, 0, 1), 0);
	chain_digests(&b->chain, &b->chain.step, control[1], vector[1]);
	assert_memory_equal(control[0], control[1], 16);
	assert_memory_not_equal(vector[0], vector[1], 16);
}

static void a_start_finds_everything_again(void **state)
{
	struct bench *b = *state;
	uint8_t control[2][16], vector[2][16];
	size_t records;

	write_notes(b, &b->ben, 5, 100);
	assert_int_equal(admit(b, 0, 5), 0);
	records = b->chain.record_count;
	chain_digests(&b->chain, &b->chain.step, control[0], vector[0]);
	assert_int_equal(chain_load(&b->chain, &b->err), 0);
	chain_digests(&b->chain, &b->chain.step, control[1], vector[1]);
	assert_memory_equal(control[0], control[1], 16);
	assert_memory_equal(vector[0], vector[1], 16);
	assert_int_equal(b->chain.record_count, records);
	assert_true(roster_is_member(&b->chain.roster, &b->ben.sign));
}

#define with_bench(test)                                                       \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_bench(a_run_follows_what_is_held),
		with_bench(a_run_gets_in_whole_or_not_at_all),
		with_bench(control_records_make_logs_known),
		with_bench(control_blocks_have_no_etag_and_are_small),
		with_bench(a_removed_devices_blocks_beyond_the_cut_are_counted),
		with_bench(a_full_quarantine_keeps_out_nothing_that_stands),
		with_bench(a_cut_is_of_one_history_and_not_of_another),
		with_bench(a_history_waits_for_the_block_its_cut_names),
		with_bench(histories_that_are_both_named_both_stand),
		with_bench(unsigned_ends_are_bounded),
		with_bench(an_epoch_ends_with_a_signature),
		with_bench(branches_are_named_alike_whatever_came_first),
		with_bench(one_log_too_many_is_refused_where_it_is_opened),
		with_bench(digests_say_what_is_held),
		with_bench(a_start_finds_everything_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
