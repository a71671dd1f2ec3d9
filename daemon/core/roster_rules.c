/*
 * roster_rules.c - which control records count: rules 1 to 5 of PROTOCOL.md
 * section 4 as an alternating fixpoint.
 *
 * Must never look at anything but the set of records: no arrival order, no
 * clock, no "this device". One pass of weigh() walks the records in causal
 * order, taking from `before` whatever would speak against a record and from
 * the pass itself whatever speaks for it; that keeps it antimonotone, and so
 * the passes close in from both sides. Read roster.c for what is made of it.
 */
#include "daemon/core/roster_rules.h"

struct pass {
	const struct rules *rules;
	const bool *before; /* counts, for what strikes */
	bool *now;          /* counts, for what supports; filled in order */
};

static bool precedes(const struct pass *pass, size_t a, size_t b)
{
	return causal_precedes(pass->rules->causal, a, b);
}

static bool is_beside(const struct pass *pass, size_t a, size_t b)
{
	return a != b && !precedes(pass, a, b) && !precedes(pass, b, a);
}

static bool is_recovery(const struct pass *pass, uint32_t device)
{
	return pass->rules->devices[device].is_recovery;
}

/* Is device brought in by something of `counts` in the past of at? */
static bool is_in_past(const struct pass *pass, const bool *counts,
		       uint32_t device, size_t at)
{
	const struct rule_record *records = pass->rules->records;
	uint32_t i = pass->rules->devices[device].first_intro;

	for (; i != RULE_NONE; i = records[i].next_intro) {
		if (counts[i] && precedes(pass, i, at))
			return true;
	}
	return false;
}

/* Is device put out by a REMOVE of `counts` in the past of at? */
static bool is_out_in_past(const struct pass *pass, const bool *counts,
			   uint32_t device, size_t at)
{
	const struct rule_record *records = pass->rules->records;
	uint32_t i = pass->rules->devices[device].first_removal;

	for (; i != RULE_NONE; i = records[i].next_removal) {
		if (counts[i] && precedes(pass, i, at))
			return true;
	}
	return false;
}

/* A RECOVERY_SET puts out every key of recovery that it knows of. */
static bool renewal_puts_out(const struct rules *rules, size_t renewal,
			     uint32_t device)
{
	uint32_t i = rules->devices[device].first_intro;

	for (; i != RULE_NONE; i = rules->records[i].next_intro) {
		if (rules->records[i].kind == CONTROL_RECOVERY_SET &&
		    causal_precedes(rules->causal, i, renewal))
			return rules->records[renewal].subject != device;
	}
	return false;
}

bool rules_puts_out(const struct rules *rules, size_t removal, uint32_t device)
{
	if (rules->records[removal].kind == CONTROL_REMOVE)
		return rules->records[removal].subject == device;
	return rules->devices[device].is_recovery &&
	       renewal_puts_out(rules, removal, device);
}

/* Rule 2: all that the author wrote without having it in the past of the
 * removal; but opening logs and proving forks only once it knew. */
static bool reaches(const struct pass *pass, size_t removal, size_t at)
{
	uint8_t kind = pass->rules->records[at].kind;

	if (removal == at)
		return false;
	if (kind == CONTROL_LOG_OPEN || kind == CONTROL_FORK)
		return precedes(pass, removal, at);
	/* Rule 5: removing its author lifts a freeze, whenever it comes. */
	if (pass->rules->records[at].body == NULL)
		return true;
	return !precedes(pass, at, removal);
}

static bool author_is_struck(const struct pass *pass, size_t at)
{
	const struct rules *rules = pass->rules;
	uint32_t author = rules->records[at].author;
	uint32_t i = rules->devices[author].first_removal;
	size_t k;

	for (; i != RULE_NONE; i = rules->records[i].next_removal) {
		if (pass->before[i] && reaches(pass, i, at))
			return true;
	}
	if (!is_recovery(pass, author))
		return false;
	for (k = 0; k < rules->renewal_count; k++) {
		i = rules->renewals[k];
		if (pass->before[i] && reaches(pass, i, at) &&
		    renewal_puts_out(rules, i, author))
			return true;
	}
	return false;
}

/* Rule 3. Two removals by x of y and by y of x, neither knowing the other;
 * `at` knows both and is written by neither. */
static bool settles(const struct pass *pass, size_t at, size_t by_x,
		    size_t by_y)
{
	const struct rule_record *records = pass->rules->records;
	uint32_t author = records[at].author;

	if (author == records[by_x].author || author == records[by_y].author ||
	    !is_beside(pass, by_x, by_y) || !precedes(pass, by_x, at) ||
	    !precedes(pass, by_y, at))
		return false;
	/* The phrase decides only if it was theirs before they fell out. */
	return !is_recovery(pass, author) ||
	       (is_in_past(pass, pass->now, author, by_x) &&
		is_in_past(pass, pass->now, author, by_y));
}

/* A removal by x of y falls when a settlement puts x out. */
static bool is_settled_against(const struct pass *pass, size_t by_x)
{
	const struct rules *rules = pass->rules;
	const struct rule_record *records = rules->records;
	uint32_t x = records[by_x].author;
	uint32_t y = records[by_x].subject;
	uint32_t s = rules->devices[x].first_removal;
	uint32_t by_y;

	for (; s != RULE_NONE; s = records[s].next_removal) {
		if (!pass->before[s] || !precedes(pass, by_x, s))
			continue;
		by_y = rules->devices[x].first_removal;
		for (; by_y != RULE_NONE; by_y = records[by_y].next_removal) {
			if (records[by_y].author == y &&
			    settles(pass, s, by_x, by_y))
				return true;
		}
	}
	return false;
}

/* Is `at`, a settlement of this pair against x, met by one against y? The
 * phrase beats members; otherwise both fall, and it stays open. */
static bool is_opposed(const struct pass *pass, size_t at, size_t by_x,
		       size_t by_y)
{
	const struct rules *rules = pass->rules;
	const struct rule_record *records = rules->records;
	uint32_t y = records[by_y].author;
	uint32_t s = rules->devices[y].first_removal;
	bool by_phrase = is_recovery(pass, records[at].author);

	for (; s != RULE_NONE; s = records[s].next_removal) {
		if (pass->before[s] && settles(pass, s, by_x, by_y) &&
		    (!by_phrase || is_recovery(pass, records[s].author)))
			return true;
	}
	return false;
}

static bool settlement_is_opposed(const struct pass *pass, size_t at)
{
	const struct rules *rules = pass->rules;
	const struct rule_record *records = rules->records;
	uint32_t x = records[at].subject;
	uint32_t by_x = rules->devices[x].first_written;
	uint32_t by_y;

	for (; by_x != RULE_NONE; by_x = records[by_x].next_written) {
		if (!precedes(pass, by_x, at))
			continue;
		by_y = rules->devices[x].first_removal;
		for (; by_y != RULE_NONE; by_y = records[by_y].next_removal) {
			if (records[by_y].author == records[by_x].subject &&
			    settles(pass, at, by_x, by_y) &&
			    is_opposed(pass, at, by_x, by_y))
				return true;
		}
	}
	return false;
}

/* Rule 5. */
static bool is_frozen(const struct pass *pass, size_t at)
{
	const struct rules *rules = pass->rules;
	size_t k;

	if (rules->records[at].kind == CONTROL_ADD &&
	    is_recovery(pass, rules->records[at].author))
		return false;
	for (k = 0; k < rules->freezer_count; k++) {
		if (pass->before[rules->freezers[k]] &&
		    !precedes(pass, at, rules->freezers[k]))
			return true;
	}
	return false;
}

static size_t count_members(const struct pass *pass, size_t at)
{
	const struct rules *rules = pass->rules;
	size_t count = 0;
	uint32_t i;

	/* Speaks against an ADD: so what supports it comes from `before`. */
	for (i = 0; i < rules->device_count; i++) {
		if (!rules->devices[i].is_recovery &&
		    is_in_past(pass, pass->before, i, at) &&
		    !is_out_in_past(pass, pass->now, i, at))
			count++;
	}
	return count;
}

/* The keys of a record that brings a device in; net NULL for recovery. */
static void intro_keys(const struct rule_record *rule, const uint8_t **box,
		       const uint8_t **net)
{
	*net = NULL;
	if (rule->kind == CONTROL_GENESIS) {
		*box = ((const struct control_genesis *)rule->body)->box;
		*net = ((const struct control_genesis *)rule->body)->net;
	} else if (rule->kind == CONTROL_ADD) {
		*box = ((const struct control_add *)rule->body)->box;
		*net = ((const struct control_add *)rule->body)->net;
	} else {
		*box = ((const struct control_recovery_set *)rule->body)->box;
	}
}

/* The same device has the same keys; nobody else has any of them. */
static bool keys_clash(const struct rule_record *a, const struct rule_record *b)
{
	const uint8_t *a_box, *a_net, *b_box, *b_net;
	bool same_box, same_net;

	intro_keys(a, &a_box, &a_net);
	intro_keys(b, &b_box, &b_net);
	same_box = memcmp(a_box, b_box, 32) == 0;
	same_net = a_net != NULL && b_net != NULL &&
		   memcmp(a_net, b_net, 32) == 0;
	if (a->subject == b->subject)
		return !same_box || !same_net;
	return same_box || same_net;
}

/* Does anything known before speak against bringing these keys in? */
static bool intro_is_barred(const struct pass *pass, size_t at)
{
	const struct rules *rules = pass->rules;
	const struct rule_record *rule = &rules->records[at];
	size_t adds = 0;
	size_t k;

	for (k = 0; k < rules->intro_count; k++) {
		uint32_t i = rules->intros[k];

		if (!pass->before[i] || !precedes(pass, i, at))
			continue;
		adds++;
		if (keys_clash(rule, &rules->records[i]))
			return true;
	}
	/* A removed key is dead for ever (rule 4). */
	if (is_out_in_past(pass, pass->before, rule->subject, at) ||
	    is_frozen(pass, at))
		return true;
	return rule->kind == CONTROL_ADD && !is_recovery(pass, rule->author) &&
	       (adds >= LIMIT_ADDS || count_members(pass, at) >= LIMIT_MEMBERS);
}

/* Rule 4: the last device goes only by the phrase. */
static bool leaves_nobody(const struct pass *pass, size_t at)
{
	const struct rules *rules = pass->rules;
	const struct rule_record *rule = &rules->records[at];
	uint32_t i;

	if (rule->author != rule->subject)
		return false;
	for (i = 0; i < rules->device_count; i++) {
		if (i != rule->author && !rules->devices[i].is_recovery &&
		    is_in_past(pass, pass->now, i, at) &&
		    !is_out_in_past(pass, pass->before, i, at))
			return false;
	}
	return true;
}

static bool removal_counts(const struct pass *pass, size_t at)
{
	uint32_t subject = pass->rules->records[at].subject;

	/* A recovery key goes by RECOVERY_SET only. */
	return !is_recovery(pass, subject) &&
	       is_in_past(pass, pass->now, subject, at) &&
	       !leaves_nobody(pass, at) && !is_settled_against(pass, at) &&
	       !settlement_is_opposed(pass, at);
}

static bool counts(const struct pass *pass, size_t at)
{
	const struct rule_record *rule = &pass->rules->records[at];

	if (!rule->is_fit)
		return false;
	if (rule->kind == CONTROL_GENESIS)
		return true;
	/* Rule 1. */
	if (!is_in_past(pass, pass->now, rule->author, at) ||
	    author_is_struck(pass, at))
		return false;
	if (rule->kind == CONTROL_REMOVE)
		return removal_counts(pass, at);
	if (rule->kind == CONTROL_ADD || rule->kind == CONTROL_RECOVERY_SET)
		return !intro_is_barred(pass, at);
	return true;
}

static void weigh(const struct rules *rules, const bool *before, bool *now)
{
	struct pass pass = { .rules = rules, .before = before, .now = now };
	size_t i;

	memset(now, 0, rules->causal->count * sizeof *now);
	for (i = 0; i < rules->causal->count; i++)
		now[i] = counts(&pass, i);
}

int rules_solve(struct rules *rules, struct arena *arena)
{
	size_t count = rules->causal->count;
	size_t bytes = count * sizeof(bool);
	bool *next = arena_alloc(arena, count + 1, sizeof *next);
	size_t round;

	rules->sure = arena_alloc(arena, count + 1, sizeof(bool));
	rules->maybe = arena_alloc(arena, count + 1, sizeof(bool));
	if (next == NULL || rules->sure == NULL || rules->maybe == NULL)
		return ERR_NOMEM;
	weigh(rules, rules->sure, rules->maybe);
	/* Each round settles at least one record more, or is the last. */
	for (round = 0; round <= count; round++) {
		weigh(rules, rules->maybe, rules->sure);
		weigh(rules, rules->sure, next);
		if (memcmp(next, rules->maybe, bytes) == 0)
			break;
		memcpy(rules->maybe, next, bytes);
	}
	return 0;
}
