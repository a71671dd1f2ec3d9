/*
 * roster.c - the roster as others see it: members, logs, epochs, forks.
 *
 * Must never judge a record anew: what counts is settled in roster_rules.c,
 * and who knew of what in causal.c. Here it is only laid out.
 */
#include "daemon/core/roster.h"

#include <stdlib.h>

#include "daemon/core/roster_rules.h"
#include "proto/crypto/kdf.h"

struct fold {
	struct arena *arena;
	struct causal causal;
	struct rules rules;
	uint32_t *member_of; /* by device: place in members, or RULE_NONE */
	uint16_t *ground;    /* by chain: how far the past of heads reaches */
	struct roster *out;
};

/* Is there a REMOVE or RECOVERY_SET of `counts` that puts device out? */
static bool is_put_out(const struct fold *fold, const bool *counts,
		       uint32_t device)
{
	const struct rules *rules = &fold->rules;
	uint32_t i = rules->devices[device].first_removal;
	size_t k;

	for (; i != RULE_NONE; i = rules->records[i].next_removal) {
		if (counts[i])
			return true;
	}
	for (k = 0; k < rules->renewal_count; k++) {
		if (counts[rules->renewals[k]] &&
		    rules_puts_out(rules, rules->renewals[k], device))
			return true;
	}
	return false;
}

/* Rule 1: an ADD counts from the joiner's own LOG_OPEN. */
static bool has_opened_log(const struct fold *fold, uint32_t device,
			   size_t intro)
{
	const struct rules *rules = &fold->rules;
	size_t i;

	if (rules->records[intro].kind != CONTROL_ADD)
		return true;
	for (i = intro + 1; i < fold->causal.count; i++) {
		if (rules->records[i].kind == CONTROL_LOG_OPEN &&
		    rules->sure[i] && rules->records[i].author == device &&
		    causal_precedes(&fold->causal, intro, i))
			return true;
	}
	return false;
}

static enum roster_standing judge(const struct fold *fold, uint32_t device)
{
	const struct rules *rules = &fold->rules;
	uint32_t i = rules->devices[device].first_intro;
	bool is_sure = false;
	bool is_maybe = false;
	bool is_open = false;

	for (; i != RULE_NONE; i = rules->records[i].next_intro) {
		is_maybe = is_maybe || rules->maybe[i];
		is_sure = is_sure || rules->sure[i];
		is_open = is_open ||
			  (rules->sure[i] && has_opened_log(fold, device, i));
	}
	if (!is_maybe)
		return ROSTER_VOID;
	if (is_put_out(fold, rules->sure, device))
		return ROSTER_REMOVED;
	if (is_put_out(fold, rules->maybe, device))
		return ROSTER_SUSPENDED;
	return is_sure && is_open ? ROSTER_MEMBER : ROSTER_PENDING;
}

/* The intro to show: the first that counts, else the first there is. */
static uint32_t pick_intro(const struct fold *fold, uint32_t device)
{
	const struct rules *rules = &fold->rules;
	uint32_t first = rules->devices[device].first_intro;
	uint32_t i = first;

	for (; i != RULE_NONE; i = rules->records[i].next_intro) {
		if (rules->sure[i])
			return i;
	}
	return first;
}

static void fill_member(const struct fold *fold, uint32_t device,
			uint32_t intro, struct roster_member *member)
{
	const struct roster_record *record = fold->causal.nodes[intro].record;
	const struct rule_record *rule = &fold->rules.records[intro];

	member->device = fold->rules.devices[device].sign;
	member->standing = judge(fold, device);
	member->named_lid = record->header.lid;
	member->named_seq = record->header.seq;
	member->named_epoch = record->header.epoch;
	member->added.lid = record->header.lid;
	member->added.seq = record->header.seq;
	memcpy(member->added.tip, record->id.b, sizeof member->added.tip);
	if (rule->kind == CONTROL_GENESIS) {
		const struct control_genesis *genesis = rule->body;

		memcpy(member->box.b, genesis->box, 32);
		memcpy(member->net.b, genesis->net, 32);
		member->sealed_name = genesis->name;
	} else if (rule->kind == CONTROL_ADD) {
		const struct control_add *add = rule->body;

		memcpy(member->box.b, add->box, 32);
		memcpy(member->net.b, add->net, 32);
		member->sealed_name = add->name;
	} else {
		const struct control_recovery_set *set = rule->body;

		memcpy(member->box.b, set->box, 32);
		member->is_recovery = true;
	}
}

static int lay_out_members(struct fold *fold)
{
	const struct rules *rules = &fold->rules;
	struct roster_member *members = arena_alloc(
		fold->arena, rules->intro_count + 1, sizeof *members);
	size_t count = 0;
	size_t k;

	fold->member_of = arena_alloc(fold->arena, rules->device_count + 1,
				      sizeof *fold->member_of);
	if (members == NULL || fold->member_of == NULL)
		return ERR_NOMEM;
	for (k = 0; k < rules->device_count; k++)
		fold->member_of[k] = RULE_NONE;
	/* Intros stand in causal order; each device at the one shown. */
	for (k = 0; k < rules->intro_count; k++) {
		uint32_t intro = rules->intros[k];
		uint32_t device = rules->records[intro].subject;

		if (pick_intro(fold, device) != intro)
			continue;
		fold->member_of[device] = (uint32_t)count;
		fill_member(fold, device, intro, &members[count++]);
	}
	fold->out->members = members;
	fold->out->member_count = count;
	return 0;
}

/* Whom a suspended member fell out with: the first who removed it. */
static void pair_rivals(struct fold *fold)
{
	const struct rules *rules = &fold->rules;
	struct roster_member *members;
	size_t k;

	/* Laid out by us a moment ago, in this very arena. */
	memcpy(&members, &fold->out->members, sizeof members);
	for (k = 0; k < rules->device_count; k++) {
		uint32_t i = rules->devices[k].first_removal;
		uint32_t at = fold->member_of[k];

		if (at == RULE_NONE || members[at].standing != ROSTER_SUSPENDED)
			continue;
		for (; i != RULE_NONE; i = rules->records[i].next_removal) {
			uint32_t rival;

			if (!rules->maybe[i])
				continue;
			rival = fold->member_of[rules->records[i].author];
			if (rival != RULE_NONE && rival != at) {
				members[at].rival = &members[rival];
				break;
			}
		}
	}
}

/* Farther cuts first; order among equals is only to be the same everywhere. */
static int cut_compare(const struct roster_cut *a, const struct roster_cut *b)
{
	if (a->seq != b->seq)
		return a->seq > b->seq ? -1 : 1;
	return memcmp(a->id.b, b->id.b, sizeof a->id.b);
}

/* Into its place among the farthest, once. */
static void keep_cut(struct roster_cut cuts[LIMIT_LOGS_PER_DEVICE],
		     size_t *count, const struct control_cut *cut)
{
	struct roster_cut fresh = { .seq = cut->seq };
	size_t at = 0;

	memcpy(fresh.id.b, cut->id, sizeof fresh.id.b);
	while (at < *count && cut_compare(&cuts[at], &fresh) < 0)
		at++;
	if (at == LIMIT_LOGS_PER_DEVICE || fresh.seq == 0 ||
	    (at < *count && cut_compare(&cuts[at], &fresh) == 0))
		return;
	if (*count < LIMIT_LOGS_PER_DEVICE)
		(*count)++;
	memmove(&cuts[at + 1], &cuts[at], (*count - at - 1) * sizeof *cuts);
	cuts[at] = fresh;
}

/* The cuts that removals of this device give this log. */
static int find_cuts(const struct fold *fold, uint32_t device,
		     struct roster_log *log)
{
	struct roster_cut kept[LIMIT_LOGS_PER_DEVICE];
	const struct rules *rules = &fold->rules;
	uint32_t i = rules->devices[device].first_removal;
	struct roster_cut *copy;

	for (; i != RULE_NONE; i = rules->records[i].next_removal) {
		const struct control_remove *remove = rules->records[i].body;
		const struct control_cut *cuts = remove->cuts.items;
		size_t c;

		if (!rules->sure[i])
			continue;
		log->has_cut = true;
		for (c = 0; c < remove->cuts.count; c++) {
			if (memcmp(cuts[c].lid, log->lid.b, 16) == 0)
				keep_cut(kept, &log->cut_count, &cuts[c]);
		}
	}
	if (log->cut_count == 0)
		return 0;
	copy = arena_alloc(fold->arena, log->cut_count, sizeof *copy);
	if (copy == NULL)
		return ERR_NOMEM;
	memcpy(copy, kept, log->cut_count * sizeof *copy);
	log->cuts = copy;
	log->cut = copy[0].seq;
	return 0;
}

static int fill_log(const struct fold *fold, size_t at, struct roster_log *log)
{
	const struct rule_record *rule = &fold->rules.records[at];
	const struct roster_record *record = fold->causal.nodes[at].record;
	uint32_t member = fold->member_of[rule->author];
	enum roster_standing standing = ROSTER_VOID;

	log->device = record->author;
	log->member = member;
	log->log_class = LOG_CONTROL;
	log->lid = record->header.lid;
	if (rule->kind == CONTROL_LOG_OPEN) {
		const struct control_log_open *open = rule->body;
		struct id16 nonce;

		memcpy(nonce.b, open->nonce, sizeof nonce.b);
		log->log_class = (uint8_t)open->class;
		log->reason = (uint8_t)open->reason;
		kdf_lid(&log->device, log->log_class, &nonce, &log->lid);
	}
	if (member != RULE_NONE)
		standing = fold->out->members[member].standing;
	log->quarantined = standing == ROSTER_VOID ||
			   standing == ROSTER_PENDING;
	return standing == ROSTER_REMOVED ? find_cuts(fold, rule->author, log)
					  : 0;
}

static int lay_out_logs(struct fold *fold)
{
	const struct rules *rules = &fold->rules;
	struct roster_log *logs =
		arena_alloc(fold->arena, fold->causal.count + 1, sizeof *logs);
	size_t count = 0;
	size_t i;

	if (logs == NULL)
		return ERR_NOMEM;
	for (i = 0; i < fold->causal.count; i++) {
		const struct rule_record *rule = &rules->records[i];

		if (rule->is_fit &&
		    (rule->kind == CONTROL_LOG_OPEN ||
		     rule->kind == CONTROL_GENESIS) &&
		    fill_log(fold, i, &logs[count++]) != 0)
			return ERR_NOMEM;
	}
	fold->out->logs = logs;
	fold->out->log_count = count;
	return 0;
}

/* Does a wrap for a key that begins so rather mean this one? */
static bool is_likelier(const struct roster_member *member,
			const struct roster_member *found)
{
	return found == NULL || member->standing == ROSTER_MEMBER ||
	       (member->standing == ROSTER_SUSPENDED &&
		found->standing != ROSTER_MEMBER);
}

/*
 * The member that a wrap of a rotation is for; NULL if none. Anybody can be
 * let in under a key that begins like another's and is of no use: of several
 * it is for the one in the best standing.
 */
static const struct roster_member *wrap_member(const struct fold *fold,
					       const struct control_wrap *wrap)
{
	const struct roster_member *found = NULL;
	size_t i;

	for (i = 0; i < fold->out->member_count; i++) {
		const struct roster_member *member = &fold->out->members[i];

		if (memcmp(member->device.b, wrap->to, sizeof wrap->to) == 0 &&
		    is_likelier(member, found))
			found = member;
	}
	return found;
}

static bool is_wrapped(const struct control_rotate *rotate,
		       const struct roster_member *member)
{
	const struct control_wrap *wraps = rotate->wraps.items;
	size_t i;

	for (i = 0; i < rotate->wraps.count; i++) {
		if (memcmp(wraps[i].to, member->device.b, sizeof wraps[i].to) ==
		    0)
			return true;
	}
	return false;
}

/*
 * Everybody in good standing; of two that fell out at most one. Whoever made
 * the key has it, so it has to be for them too: a device could otherwise leave
 * itself out, be removed, and read on.
 */
static bool fits_roster(const struct fold *fold, uint32_t author,
			const struct control_rotate *rotate)
{
	const struct control_wrap *wraps = rotate->wraps.items;
	uint32_t maker = fold->member_of[author];
	size_t i;

	if (maker == RULE_NONE ||
	    !is_wrapped(rotate, &fold->out->members[maker]))
		return false;

	for (i = 0; i < rotate->wraps.count; i++) {
		const struct roster_member *member =
			wrap_member(fold, &wraps[i]);

		if (member == NULL)
			return false;
		if (member->standing == ROSTER_MEMBER)
			continue;
		if (member->standing != ROSTER_SUSPENDED ||
		    (member->rival != NULL &&
		     is_wrapped(rotate, member->rival)))
			return false;
	}
	for (i = 0; i < fold->out->member_count; i++) {
		const struct roster_member *member = &fold->out->members[i];

		if (member->standing == ROSTER_MEMBER &&
		    !is_wrapped(rotate, member))
			return false;
	}
	return true;
}

/*
 * May later records build on this one? Only if no honest device is without it
 * for good. Room for records of one device is bounded (chain.c), and one that
 * was removed can fill it with as many histories as there are others: what it
 * wrote beside its removal is not named, not even what counts. What it wrote
 * before is named by the removal.
 */
static bool is_ground(const struct fold *fold, size_t at)
{
	const struct rule_record *rule = &fold->rules.records[at];
	uint32_t member = fold->member_of[rule->author];
	enum roster_standing standing = ROSTER_VOID;

	if (member != RULE_NONE)
		standing = fold->out->members[member].standing;
	if (standing == ROSTER_MEMBER)
		return true;
	/* Whoever settles it has to know what each did. */
	if (standing == ROSTER_SUSPENDED)
		return fold->rules.maybe[at];
	/* One that left by itself. */
	return fold->rules.sure[at] && (rule->kind == CONTROL_REMOVE ||
					rule->kind == CONTROL_RECOVERY_SET);
}

/* How far into each chain the past of all ground reaches, itself included in
 * `with` and not in `before`. */
static void survey_ground(const struct fold *fold, uint16_t *with,
			  uint16_t *before)
{
	const struct causal *causal = &fold->causal;
	size_t i, k;

	for (i = 0; i < causal->count; i++) {
		const uint16_t *row = &causal->reach[i * causal->chain_count];

		if (!is_ground(fold, i))
			continue;
		for (k = 0; k < causal->chain_count; k++) {
			bool is_own = k == causal->nodes[i].chain;
			uint16_t past = (uint16_t)(row[k] - is_own);

			with[k] = row[k] > with[k] ? row[k] : with[k];
			before[k] = past > before[k] ? past : before[k];
		}
	}
}

static int lay_out_heads(struct fold *fold)
{
	size_t chains = fold->causal.chain_count;
	uint16_t *before = arena_alloc(fold->arena, chains + 1, sizeof *before);
	struct dot *heads =
		arena_alloc(fold->arena, LIMIT_CONTROL_DEPS, sizeof *heads);
	struct roster *out = fold->out;
	size_t i;

	fold->ground = arena_alloc(fold->arena, chains + 1, sizeof *before);
	if (heads == NULL || before == NULL || fold->ground == NULL)
		return ERR_NOMEM;
	survey_ground(fold, fold->ground, before);
	/* Backwards: should there be too many, the deepest know the most. */
	for (i = fold->causal.count; i > 0; i--) {
		const struct causal_node *node = &fold->causal.nodes[i - 1];
		struct dot *head = &heads[out->head_count];

		if (out->head_count == LIMIT_CONTROL_DEPS ||
		    node->place <= before[node->chain] ||
		    !is_ground(fold, i - 1))
			continue;
		head->lid = node->record->header.lid;
		head->seq = node->record->header.seq;
		memcpy(head->tip, node->record->id.b, sizeof head->tip);
		out->head_count++;
	}
	out->heads = heads;
	return 0;
}

static int epoch_compare(const void *a, const void *b)
{
	const struct roster_epoch *x = a;
	const struct roster_epoch *y = b;

	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return memcmp(x->rotate.b, y->rotate.b, sizeof x->rotate.b);
}

static int lay_out_epochs(struct fold *fold)
{
	const struct rules *rules = &fold->rules;
	struct roster *out = fold->out;
	struct roster_epoch *epochs;
	size_t i;

	epochs = arena_alloc(fold->arena, fold->causal.count + 1,
			     sizeof *epochs);
	if (epochs == NULL)
		return ERR_NOMEM;
	out->next_n = 1;
	for (i = 0; i < fold->causal.count; i++) {
		const struct causal_node *node = &fold->causal.nodes[i];
		const struct roster_record *record = node->record;
		const struct rule_record *rule = &rules->records[i];

		if (rule->kind != CONTROL_ROTATE || !rule->is_fit)
			continue;
		/* n counts what is in the past of the record to come. */
		if (rule->keeps_n && rule->n_most >= out->next_n &&
		    rule->n_most < UINT32_MAX &&
		    node->place <= fold->ground[node->chain])
			out->next_n = rule->n_most + 1;
		epochs[out->epoch_count++] = (struct roster_epoch){
			.n = rule->n_most,
			.rotate = record->id,
			.lid = record->header.lid,
			.seq = record->header.seq,
			.author = record->author,
			/* Of two that fell out each goes on with its own. */
			.is_void = !rule->keeps_n || !rules->maybe[i],
			.fits_roster =
				fits_roster(fold, rule->author, rule->body),
			.record = rule->body,
		};
	}
	qsort(epochs, out->epoch_count, sizeof *epochs, epoch_compare);
	out->epochs = epochs;
	return 0;
}

static void count_up(struct fold *fold)
{
	const struct rules *rules = &fold->rules;
	struct roster *out = fold->out;
	size_t i;

	out->left_out = fold->causal.left_out;
	for (i = 0; i < fold->causal.count; i++) {
		const struct roster_record *record =
			fold->causal.nodes[i].record;

		if (!rules->sure[i]) {
			out->left_out++;
			continue;
		}
		out->counted++;
		if (rules->records[i].kind == CONTROL_GENESIS &&
		    !out->has_genesis) {
			out->has_genesis = true;
			hash_bytes(record->body, out->journal.b,
				   sizeof out->journal.b);
		}
	}
	for (i = 0; i < rules->freezer_count; i++)
		out->frozen = out->frozen || rules->sure[rules->freezers[i]];
}

int roster_fold(const struct roster_record *records, size_t count,
		struct arena *arena, struct roster *out)
{
	struct fold fold = { .arena = arena, .out = out };
	int err;

	memset(out, 0, sizeof *out);
	err = causal_build(records, count, arena, &fold.causal);
	if (err == 0)
		err = rules_read(&fold.causal, arena, &fold.rules);
	if (err == 0)
		err = rules_solve(&fold.rules, arena);
	if (err == 0)
		err = lay_out_members(&fold);
	if (err != 0)
		return err;
	pair_rivals(&fold);
	count_up(&fold);
	err = lay_out_logs(&fold);
	if (err == 0)
		err = lay_out_heads(&fold);
	if (err == 0)
		err = lay_out_epochs(&fold);
	if (err == 0)
		err = rules_lay_out_forks(&fold.rules, arena, out);
	return err;
}
