/*
 * box.h - a store in a folder of its own, for tests: opened before each, and
 * removed with everything after it.
 */
#ifndef KEPT_TESTS_BOX_H
#define KEPT_TESTS_BOX_H

#include "daemon/store/store.h"
#include "tests/lib/harness.h"

struct box {
	char *dir;
	char path[HARNESS_PATH_BYTES]; /* of the journal in it */
	struct store *store;           /* Owns; a test may close and NULL it */
	struct arena arena;
	struct err err;
};

/* For cmocka_unit_test_setup_teardown. */
int box_set_up(void **state);
int box_tear_down(void **state);

/* These fail the test unless they succeed. */
void box_open(struct box *box, bool create);
void box_reopen(struct box *box);
void box_begin(struct box *box);
void box_commit(struct box *box);
/* sample_block() of each seq. */
void box_put_blocks(struct box *box, uint32_t log_no, uint64_t first,
		    uint64_t last);

/* The result of store_block_get, into the box's arena. */
int box_get(struct box *box, uint32_t log_no, uint64_t seq, struct block *out);
/* The result of store_open of the box's path; closes what it opened. */
int box_try(struct box *box);

#endif
