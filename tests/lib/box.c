/*
 * box.c - the store every test of storage begins with; see box.h.
 *
 * It must leave nothing behind, neither files nor memory.
 */
#include "tests/lib/box.h"

#include "proto/base/mem.h"
#include "tests/lib/sample.h"

void box_open(struct box *box, bool create)
{
	struct store_options options = { .path = box->path, .create = create };

	assert_int_equal(store_open(&box->store, &options, &box->err), 0);
}

void box_reopen(struct box *box)
{
	store_close(box->store);
	box_open(box, false);
}

int box_set_up(void **state)
{
	struct box *box = mem_alloc(1, sizeof *box);

	assert_non_null(box);
	box->dir = harness_temp_dir();
	snprintf(box->path, sizeof box->path, "%s/journal.db", box->dir);
	arena_init(&box->arena, 1 << 20);
	box_open(box, true);
	*state = box;
	return 0;
}

int box_tear_down(void **state)
{
	struct box *box = *state;

	store_close(box->store);
	arena_release(&box->arena);
	harness_temp_remove(box->dir);
	mem_free(box);
	return 0;
}

void box_begin(struct box *box)
{
	assert_int_equal(store_begin(box->store, &box->err), 0);
}

void box_commit(struct box *box)
{
	assert_int_equal(store_commit(box->store, &box->err), 0);
}

void box_put_blocks(struct box *box, uint32_t log_no, uint64_t first,
		    uint64_t last)
{
	struct sample sample;

	for (uint64_t seq = first; seq <= last; seq++) {
		sample_block(&sample, log_no, seq, 0);
		assert_int_equal(store_block_put(box->store, log_no,
						 &sample.block, &box->err),
				 0);
	}
}

int box_get(struct box *box, uint32_t log_no, uint64_t seq, struct block *out)
{
	return store_block_get(box->store, log_no, seq, &box->arena, out,
			       &box->err);
}

int box_try(struct box *box)
{
	struct store_options options = { .path = box->path };
	struct store *store = NULL;
	int code = store_open(&store, &options, &box->err);

	store_close(store);
	return code;
}
