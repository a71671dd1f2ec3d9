/*
 * reference.h - merging again, slow and obvious: what a set of blocks means,
 * by loops over all of them, with nothing of crdt/ but its types.
 */
#ifndef KEPT_TESTS_REFERENCE_H
#define KEPT_TESTS_REFERENCE_H

#include "crdt/merge.h"

#define REFERENCE_VALUES_MAX 512

struct reference {
	const struct merge_block *block;
	const bool *has;     /* which of them are here */
	const bool *is_void; /* blocks whose ops must do nothing */
	size_t block_count;
};

struct reference_field {
	struct merge_value values[REFERENCE_VALUES_MAX];
	size_t count;
	bool has_siblings;
	bool is_there; /* some op named it */
};

/* What (number, rule) holds. */
void reference_read(const struct reference *all, uint32_t number, uint32_t rule,
		    struct reference_field *out);
struct merge_life reference_life(const struct reference *all);
/* Is the value at [block] of a register overwritten by an op that names it? */
bool reference_is_named(const struct reference *all, uint32_t number,
			uint32_t rule, const struct dot *dot);

#endif
