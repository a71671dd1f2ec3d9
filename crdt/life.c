/*
 * life.c - the rule life: deleting covers what the deleter saw, no more.
 *
 * Must never let a delete win over words it had not seen. The whole entry
 * comes back, not only the words. Read crdt/merge.c next.
 */
#include "crdt/life.h"

#include "crdt/register.h"
#include "crdt/rule.h"

struct life_log {
	struct keyset_entry entry; /* key: lid */
	uint64_t seq;              /* the greatest named */
};

static bool life_is_sound(struct mp_reader payload)
{
	bool deleted = false;

	return register_reads_dots(&payload) &&
	       mp_read_bool(&payload, &deleted) == 0;
}

static int reach_add(struct life_reach *reach, struct arena *arena,
		     const uint8_t *packed)
{
	struct bytes dot_key = bytes_of(packed, DOT_BYTES);
	struct bytes lid_key = bytes_of(packed, sizeof(struct id16));
	struct dot dot = dot_unpack(packed);
	struct keyset_entry *named = NULL;
	struct life_log *log = NULL;
	int rc = 0;

	log = (struct life_log *)keyset_find(&reach->logs, lid_key);
	if (log == NULL) {
		log = arena_alloc(arena, 1, sizeof *log);
		if (log == NULL)
			return ERR_NOMEM;
		log->entry.key = lid_key;
		rc = keyset_add(&reach->logs, arena, &log->entry);
	}
	if (rc != 0)
		return rc;
	if (dot.seq > log->seq)
		log->seq = dot.seq;
	if (keyset_find(&reach->dots, dot_key) != NULL)
		return 0;
	named = arena_alloc(arena, 1, sizeof *named);
	if (named == NULL)
		return ERR_NOMEM;
	named->key = dot_key;
	return keyset_add(&reach->dots, arena, named);
}

bool life_covers(const struct life_reach *reach, const struct dot *dot)
{
	uint8_t packed[DOT_BYTES];
	const struct life_log *log = NULL;

	dot_pack(dot, packed);
	log = (const struct life_log *)keyset_find(
		&reach->logs, bytes_of(packed, sizeof dot->lid));
	if (log == NULL || log->seq < dot->seq)
		return false;
	/* Below the number named a log has one branch as far as we know; at it
	 * the tip tells the branches of a fork apart. */
	return log->seq > dot->seq ||
	       keyset_find(&reach->dots, bytes_of(packed, DOT_BYTES)) != NULL;
}

static int life_apply(struct merge_slot *slot, const struct rule_op *op)
{
	struct merge_state *state = slot->state;
	struct mp_reader payload = op->payload;
	struct mp_reader dots = op->payload;
	struct life_reach *reach = &state->deletes;
	struct bytes dot = { 0 };
	bool deleted = false;
	size_t count = 0;
	int rc = 0;

	if (!register_reads_dots(&payload) ||
	    mp_read_bool(&payload, &deleted) != 0)
		return ERR_MALFORMED;
	if (deleted) {
		op->record->is_delete = true;
	} else {
		op->record->is_event = true;
		reach = &state->returns;
	}
	rc = mp_read_array(&dots, &count);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = mp_read_bin(&dots, &dot);
		if (rc == 0)
			rc = reach_add(reach, state->arena, dot.ptr);
	}
	return rc;
}

static int life_settle(struct merge_slot *slot)
{
	slot->count = 0;
	return 0;
}

static int life_write(struct merge_slot *slot, const struct merge_edit *edit,
		      struct buf *out, bool *changed)
{
	(void)slot;
	(void)edit;
	(void)out;
	*changed = false;
	return ERR_USAGE; /* merge_write_life */
}

static int life_digest(struct merge_slot *slot, struct buf *out)
{
	struct merge_life life = merge_life(slot->state);

	mp_put_array(out, 2);
	mp_put_bool(out, life.deleted);
	mp_put_bool(out, life.restored);
	return out->failed;
}

const struct rule rule_life = {
	.arity = 3,
	.is_sound = life_is_sound,
	.apply = life_apply,
	.settle = life_settle,
	.write = life_write,
	.digest = life_digest,
};

/* Deletes nobody answered with "here again", summed up. */
struct unanswered {
	const struct merge_record *newest; /* of the first log met */
	bool has_many_logs;
};

static struct unanswered life_unanswered(const struct merge_state *state)
{
	struct unanswered open = { 0 };

	for (const struct merge_record *at = state->newest_arrival; at != NULL;
	     at = at->earlier) {
		if (!at->is_delete || life_covers(&state->returns, &at->dot))
			continue;
		if (open.newest == NULL)
			open.newest = at;
		else if (!id16_equal(&open.newest->dot.lid, &at->dot.lid))
			open.has_many_logs = true;
		else if (at->dot.seq > open.newest->dot.seq)
			open.newest = at;
	}
	return open;
}

/* Was the event written without knowing of some open delete? What follows a
 * delete in its own log knew. */
static bool is_concurrent(const struct unanswered *open,
			  const struct merge_record *event)
{
	if (open->newest == NULL)
		return false;
	return open->has_many_logs ||
	       !id16_equal(&open->newest->dot.lid, &event->dot.lid) ||
	       open->newest->dot.seq > event->dot.seq;
}

struct merge_life merge_life(const struct merge_state *state)
{
	struct merge_life life = { .blocks = state->record_count,
				   .newest_stamp = state->newest_stamp };
	struct unanswered open = life_unanswered(state);
	bool has_delete = false;
	bool has_uncovered = false;

	for (const struct merge_record *at = state->newest_arrival; at != NULL;
	     at = at->earlier) {
		has_delete = has_delete || at->is_delete;
		if (!at->is_event || life_covers(&state->deletes, &at->dot))
			continue;
		has_uncovered = true;
		if (is_concurrent(&open, at))
			life.restored = true;
	}
	life.deleted = has_delete && !has_uncovered;
	life.restored = life.restored && has_delete;
	return life;
}
