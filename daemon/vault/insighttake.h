/*
 * insighttake.h - one stored value into a fact; between insightfacts.c and
 * insighttake.c.
 */
#ifndef KEPT_VAULT_INSIGHTTAKE_H
#define KEPT_VAULT_INSIGHTTAKE_H

#include "daemon/vault/insightfacts.h"

struct fact_reading {
	struct vault *vault;
	struct fact *fact;
	const struct entry_kind *kind;
	/* Not in facts.items before all are known: pairs come first. */
	uint16_t pairs[2 * LIMIT_FACT_ITEMS];
	uint16_t patterns[LIMIT_FACT_ITEMS];
	int code;
};

/* One value of a register, one item of a list, one element of a set. */
void fact_take(struct fact_reading *reading, uint64_t number,
	       struct bytes value);

#endif
