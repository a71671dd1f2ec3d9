/*
 * roster_forks.c - what FORK records prove.
 *
 * Must never believe one for its author's sake: what counts are two signatures
 * of the log's own author over two blocks of one number. Whoever holds one
 * branch, or none, comes to the same. Read forks.c for who writes them.
 */
#include "daemon/core/roster_rules.h"

#include <stdlib.h>

#include "proto/crypto/forkside.h"
#include "proto/crypto/kdf.h"

/* A log, and the record that says whose it is. */
struct opened {
	struct id16 lid;
	const struct sign_public *author;
};

static int opened_compare(const void *a, const void *b)
{
	return memcmp(((const struct opened *)a)->lid.b,
		      ((const struct opened *)b)->lid.b, 16);
}

static void name_opened(const struct roster_record *record,
			const struct rule_record *rule, struct opened *out)
{
	const struct control_log_open *open = rule->body;
	struct id16 nonce;

	out->author = &record->author;
	out->lid = record->header.lid;
	if (rule->kind == CONTROL_GENESIS || open->class == LOG_CONTROL)
		return;
	memcpy(nonce.b, open->nonce, sizeof nonce.b);
	kdf_lid(&record->author, (uint8_t)open->class, &nonce, &out->lid);
}

static int list_opened(const struct rules *rules, struct arena *arena,
		       struct opened **out, size_t *count)
{
	const struct causal *causal = rules->causal;
	size_t i;

	*count = 0;
	*out = arena_alloc(arena, causal->count + 1, sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	for (i = 0; i < causal->count; i++) {
		const struct rule_record *rule = &rules->records[i];

		if (rule->is_fit && (rule->kind == CONTROL_GENESIS ||
				     rule->kind == CONTROL_LOG_OPEN))
			name_opened(causal->nodes[i].record, rule,
				    &(*out)[(*count)++]);
	}
	qsort(*out, *count, sizeof **out, opened_compare);
	return 0;
}

/* Two blocks that follow one and the same, both signed by the author. */
static bool is_proven(const struct roster_record *record,
		      const struct control_fork *fork,
		      const struct sign_public *author,
		      struct roster_proof *proof)
{
	struct forkside_place place = { .jtag = record->header.jtag,
					.seq = fork->seq };
	struct forkside left, right;

	memcpy(place.lid.b, fork->lid, sizeof place.lid.b);
	if (forkside_read(fork->left, &place, &left) != 0 ||
	    forkside_read(fork->right, &place, &right) != 0 ||
	    !hash32_equal(&left.prev, &right.prev) ||
	    memcmp(left.first.b, right.first.b, sizeof left.first.b) >= 0 ||
	    forkside_verify(&left, author) != 0 ||
	    forkside_verify(&right, author) != 0)
		return false;
	proof->left = left.first;
	proof->right = right.first;
	return true;
}

/* NULL: no record says whose log that is. */
static const struct sign_public *find_author(const struct opened *opened,
					     size_t count,
					     const struct control_fork *fork)
{
	struct opened key;
	const struct opened *found;

	memcpy(key.lid.b, fork->lid, sizeof key.lid.b);
	found = bsearch(&key, opened, count, sizeof *opened, opened_compare);
	return found == NULL ? NULL : found->author;
}

static int prove(struct rules *rules, size_t i,
		 const struct sign_public *author, struct arena *arena)
{
	const struct roster_record *record = rules->causal->nodes[i].record;
	struct rule_record *rule = &rules->records[i];
	struct roster_proof *proof = record->proof;

	rule->is_fit = false;
	if (author == NULL)
		return 0;
	if (proof == NULL)
		proof = arena_alloc(arena, 1, sizeof *proof);
	if (proof == NULL)
		return ERR_NOMEM;
	if (proof->is == ROSTER_PROOF_UNREAD)
		proof->is = is_proven(record, rule->body, author, proof)
				    ? ROSTER_PROOF_HOLDS
				    : ROSTER_PROOF_FAILS;
	rule->is_fit = proof->is == ROSTER_PROOF_HOLDS;
	rule->proof = proof;
	return 0;
}

int rules_prove_forks(struct rules *rules, struct arena *arena)
{
	struct opened *opened = NULL;
	size_t count = 0;
	size_t i;
	int err = 0;

	for (i = 0; i < rules->causal->count && err == 0; i++) {
		const struct rule_record *rule = &rules->records[i];

		if (rule->kind != CONTROL_FORK || !rule->is_fit)
			continue;
		if (opened == NULL)
			err = list_opened(rules, arena, &opened, &count);
		if (err == 0)
			err = prove(rules, i,
				    find_author(opened, count, rule->body),
				    arena);
	}
	return err;
}

/* Told of by a record before it? Two devices may find it at the same time. */
static bool is_known(const struct roster *roster, const struct id16 *lid,
		     const struct roster_proof *proof)
{
	size_t i;

	for (i = 0; i < roster->fork_count; i++) {
		const struct roster_fork *fork = &roster->forks[i];

		if (id16_equal(&fork->lid, lid) &&
		    hash32_equal(&fork->left, &proof->left) &&
		    hash32_equal(&fork->right, &proof->right))
			return true;
	}
	return false;
}

int rules_lay_out_forks(const struct rules *rules, struct arena *arena,
			struct roster *out)
{
	size_t count = rules->causal->count;
	struct roster_fork *forks =
		arena_alloc(arena, count + 1, sizeof *forks);
	size_t i;

	if (forks == NULL)
		return ERR_NOMEM;
	out->forks = forks;
	for (i = 0; i < count; i++) {
		const struct rule_record *rule = &rules->records[i];
		const struct control_fork *record = rule->body;
		struct roster_fork *fork = &forks[out->fork_count];
		struct id16 lid;

		if (rule->kind != CONTROL_FORK || !rules->sure[i])
			continue;
		memcpy(lid.b, record->lid, sizeof lid.b);
		if (is_known(out, &lid, rule->proof))
			continue;
		fork->lid = lid;
		fork->seq = record->seq;
		fork->left = rule->proof->left;
		fork->right = rule->proof->right;
		fork->lid_left = lid;
		kdf_fork_lid(&lid, &fork->right, &fork->lid_right);
		fork->record = record;
		out->fork_count++;
	}
	return 0;
}
