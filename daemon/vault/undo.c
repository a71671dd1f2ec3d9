/*
 * undo.c - taking back the newest changes by new ones.
 *
 * The change taken back is the newest by stamp, whoever made it, that is not
 * itself an undo and was not taken back before; the new block names its dot
 * (plaintext key 5), so that every device agrees on how far back it went.
 * Fields go to what they held right before; nothing is ever removed.
 */
#include "daemon/vault/inside.h"

#include "proto/base/mem.h"
#include "proto/entry.h"
#include "proto/mp.h"
#include "proto/ulid.h"

#define UNDO_MOST 100u
#define OPS_MAX_BYTES LIMIT_GROUP_BYTES
#define WANTED_MAX_BYTES LIMIT_GROUP_BYTES

struct target {
	struct id16 entry;
	struct dot dot; /* of the change */
	uint64_t stamp;
};

static bool has_dot(const struct dot *dots, size_t count, const struct dot *dot)
{
	for (size_t i = 0; i < count; i++) {
		if (dot_compare(&dots[i], dot) == 0)
			return true;
	}
	return false;
}

static bool is_undone(const struct gathered *entry, const struct dot *dot)
{
	for (size_t i = 0; i < entry->all; i++) {
		if (entry->blocks[i]->has_undoes &&
		    dot_compare(&entry->blocks[i]->undoes, dot) == 0)
			return true;
	}
	return false;
}

/* The newest change of one entry that can be taken back; chosen ones of a dry
 * run count as taken back. */
static bool newest_of(const struct gathered *entry, const struct dot *chosen,
		      size_t chosen_count, struct target *out)
{
	for (size_t i = entry->all; i-- > 0;) {
		const struct gathered_block *block = entry->blocks[i];

		if (block->has_undoes || is_undone(entry, &block->block.dot) ||
		    has_dot(chosen, chosen_count, &block->block.dot))
			continue;
		*out = (struct target){ .entry = entry->id,
					.dot = block->block.dot,
					.stamp = block->block.stamp };
		return true;
	}
	return false;
}

static int order_stamps(const struct row *a, const struct row *b)
{
	if (a->stamp != b->stamp)
		return a->stamp < b->stamp ? -1 : 1;
	return memcmp(a->id.b, b->id.b, sizeof a->id.b);
}

/* The row of the greatest stamp below `below` (NULL: of all). */
static const struct row *next_row(const struct view *view,
				  const struct row *below)
{
	const struct row *best = NULL;

	for (uint32_t i = 0; i < view->count; i++) {
		const struct row *row = &view->rows[i];

		if ((row->flags & ROW_VOID) != 0 ||
		    (below != NULL && order_stamps(row, below) >= 0))
			continue;
		if (best == NULL || order_stamps(row, best) > 0)
			best = row;
	}
	return best;
}

/* ERR_NOT_FOUND: nothing left. Entries come newest first, so it stops as soon
 * as no other can hold a newer change. */
static int find_target(struct vault *vault, const struct dot *chosen,
		       size_t chosen_count, struct target *out, struct err *err)
{
	const struct row *row = next_row(&vault->view, NULL);
	bool found = false;

	while (row != NULL && (!found || row->stamp > out->stamp)) {
		struct gathered *entry = NULL;
		struct target target;
		int code = gather_cached(vault, &row->id, &entry, err);

		if (code != 0)
			return code;
		if (newest_of(entry, chosen, chosen_count, &target) &&
		    (!found || target.stamp > out->stamp)) {
			*out = target;
			found = true;
		}
		row = next_row(&vault->view, row);
	}
	return found ? 0 : ERR_NOT_FOUND;
}

/* ---- what it held before ---- */

static int put_before(struct gathered *before, uint32_t number, uint32_t rule,
		      struct buf *out)
{
	struct merge_field field = { .count = 0 };
	bool is_many = rule == RULE_orset || rule == RULE_list;

	if (before->state != NULL &&
	    merge_read(before->state, number, &field) == ERR_NOMEM)
		return ERR_NOMEM;
	if (field.count > 0 && field.rule != rule)
		field.count = 0;
	if (is_many) {
		mp_put_array(out, field.count);
		for (size_t i = 0; i < field.count; i++)
			mp_put_raw(out, field.values[i].value);
	} else if (field.count > 0) {
		mp_put_raw(out, field.values[0].value);
	} else {
		mp_put_nil(out);
	}
	return out->failed;
}

struct undoing {
	struct vault *vault;
	struct gathered *now;
	struct gathered before; /* state NULL: there was nothing */
	struct merge_edit edits[MERGE_FIELDS_MAX];
	size_t edit_count;
	int8_t life;
};

static bool can_write(uint64_t rule)
{
	return rule == RULE_register || rule == RULE_text ||
	       rule == RULE_orset || rule == RULE_list;
}

/* One field of the change; wanted values live in the vault's scratch. */
static int undo_field(struct undoing *undoing, const struct entry_kind *kind,
		      uint64_t number, uint64_t rule)
{
	const struct entry_field *field = entry_field_by_number(kind, number);
	struct merge_edit *edit = &undoing->edits[undoing->edit_count];
	struct buf wanted;
	int code;

	/* What a newer kept wrote is not ours to take back. */
	if (field == NULL || !can_write(rule) ||
	    undoing->edit_count == MERGE_FIELDS_MAX)
		return 0;
	buf_init(&wanted, WANTED_MAX_BYTES);
	code = put_before(&undoing->before, (uint32_t)number, (uint32_t)rule,
			  &wanted);
	if (code == 0) {
		*edit = (struct merge_edit){
			.number = (uint32_t)number,
			.rule = (uint32_t)rule,
			.list_key = field->list_key,
			.wanted = buf_bytes(&wanted),
		};
		edit->wanted.ptr =
			arena_copy(&undoing->vault->scratch, edit->wanted);
		code = edit->wanted.ptr == NULL ? ERR_NOMEM : 0;
		undoing->edit_count++;
	}
	buf_release(&wanted);
	return code;
}

static int undo_fields(struct undoing *undoing, struct bytes ops)
{
	const struct entry_kind *kind =
		entry_kind_by_number(undoing->now->kind);
	struct mp_reader reader = mp_reader(ops);
	size_t pairs = 0;
	int code = mp_read_map(&reader, &pairs);

	if (kind == NULL)
		kind = entry_base();
	for (; code == 0 && pairs > 0; pairs--) {
		struct mp_reader inside;
		struct bytes op;
		uint64_t number = 0, rule = 0;
		size_t count;

		if (mp_read_uint(&reader, &number) != 0 ||
		    mp_read_raw(&reader, &op) != 0)
			return 0;
		inside = mp_reader(op);
		if (number != MERGE_FIELD_LIFE &&
		    mp_read_array(&inside, &count) == 0 &&
		    mp_read_uint(&inside, &rule) == 0)
			code = undo_field(undoing, kind, number, rule);
	}
	return code;
}

/* Undoing the first change of an entry hides it; a later one brings it to the
 * state of being here or not that it was in. */
static void undo_life(struct undoing *undoing)
{
	bool now = merge_life(undoing->now->state).deleted;
	bool then = undoing->before.state == NULL ||
		    merge_life(undoing->before.state).deleted;

	if (now != then)
		undoing->life = then ? 1 : -1;
}

static int write_undo(struct undoing *undoing, const struct roster *roster,
		      const struct target *target, struct vault_time time,
		      struct err *err)
{
	struct write_change change = { .entry = target->entry,
				       .kind = undoing->now->kind,
				       .undoes = &target->dot };
	struct write_ops wanted = { .state = undoing->now->state,
				    .edits = undoing->edits,
				    .edit_count = undoing->edit_count,
				    .life = undoing->life };
	struct buf ops;
	size_t pairs;
	int code;

	/* An entry that goes keeps its words, so that undoing is no loss. */
	if (undoing->life > 0)
		wanted.edit_count = 0;
	buf_init(&ops, OPS_MAX_BYTES);
	/* Where nothing is left to change, the mark alone is written. */
	code = write_put_ops(&wanted, &ops, &pairs, err);
	if (code == 0) {
		change.ops = buf_bytes(&ops);
		change.seen = merge_life(undoing->now->state).newest_stamp;
		code = write_change(undoing->vault, roster, &change, time, err);
	}
	buf_release(&ops);
	return code;
}

/* Where the change stands now: undoing others may have moved it. */
static size_t place_of(const struct gathered *entry, const struct dot *dot)
{
	for (size_t i = 0; i < entry->all; i++) {
		if (dot_compare(&entry->blocks[i]->block.dot, dot) == 0)
			return i;
	}
	return 0;
}

static int undo_one(struct vault *vault, const struct roster *roster,
		    const struct target *target, struct vault_time time,
		    struct err *err)
{
	struct undoing undoing = { .vault = vault };
	size_t place = 0;
	int code;

	arena_reset(&vault->scratch);
	code = gather_cached(vault, &target->entry, &undoing.now, err);
	if (code == 0)
		place = place_of(undoing.now, &target->dot);
	if (code == 0 && place > 0)
		code = gather_entry(vault, &target->entry,
				    undoing.now->before + place,
				    &undoing.before, err);
	if (code == 0) {
		struct bytes ops = undoing.now->blocks[place]->block.ops;

		code = undo_fields(&undoing, ops);
		undo_life(&undoing);
		code = code == 0
			       ? write_undo(&undoing, roster, target, time, err)
			       : vault_fail(err, code);
	}
	gather_release(&undoing.before);
	return code;
}

/* ---- telling ---- */

static const char *what_of(const struct gathered *entry, size_t place)
{
	struct mp_reader reader = mp_reader(entry->blocks[place]->block.ops);
	struct bytes op;
	uint64_t number = 0, rule = 0;
	size_t pairs = 0, count = 0;
	bool deleted = false;

	if (place == 0)
		return "added";
	/* life is the least number there is */
	if (mp_read_map(&reader, &pairs) != 0 || pairs == 0 ||
	    mp_read_uint(&reader, &number) != 0 || number != MERGE_FIELD_LIFE ||
	    mp_read_array(&reader, &count) != 0 || count != 3 ||
	    mp_read_uint(&reader, &rule) != 0 ||
	    mp_read_raw(&reader, &op) != 0 ||
	    mp_read_bool(&reader, &deleted) != 0)
		return "changed";
	return deleted ? "deleted" : "brought back";
}

static int put_target(struct vault *vault, const struct target *target,
		      struct buf *out, struct err *err)
{
	struct gathered *entry = NULL;
	const struct entry_kind *kind;
	char id[ULID_TEXT_BYTES + 1];
	size_t place;
	int code = gather_cached(vault, &target->entry, &entry, err);

	if (code != 0)
		return code;
	place = place_of(entry, &target->dot);
	kind = entry_kind_by_number(entry->kind);
	ulid_format(&target->entry, id);
	mp_put_map(out, 8);
	mp_put_cstr(out, "id");
	mp_put_cstr(out, id);
	mp_put_cstr(out, "kind");
	mp_put_cstr(out, kind == NULL ? "" : kind->name);
	mp_put_cstr(out, "at");
	read_put_time(target->stamp, out);
	mp_put_cstr(out, "device");
	mp_put_cstr(out, read_author(vault, &target->dot));
	mp_put_cstr(out, "rev");
	mp_put_uint(out, entry->before + place + 1);
	mp_put_cstr(out, "what");
	mp_put_cstr(out, what_of(entry, place));
	mp_put_cstr(out, "changed");
	code = read_put_changed(entry, place, out);
	mp_put_cstr(out, "entry");
	if (code != 0)
		return vault_fail(err, code);
	return read_put_entry(vault, entry, bytes_of(NULL, 0), 0, out, err);
}

/* The token names the very changes that would be taken back. */
static void put_expect(const struct target *targets, size_t count,
		       char expect[65])
{
	static const char digits[] = "0123456789abcdef";
	struct hash_state state;
	uint8_t packed[DOT_BYTES], hash[32];

	hash_init(&state, sizeof hash);
	for (size_t i = 0; i < count; i++) {
		dot_pack(&targets[i].dot, packed);
		hash_add(&state, bytes_of(packed, sizeof packed));
	}
	hash_done(&state, hash, sizeof hash);
	for (size_t i = 0; i < sizeof hash; i++) {
		expect[2 * i] = digits[hash[i] >> 4];
		expect[2 * i + 1] = digits[hash[i] & 15];
	}
	expect[64] = '\0';
}

static int choose(struct vault *vault, uint32_t wanted, struct target *targets,
		  size_t *count, struct err *err)
{
	struct dot chosen[UNDO_MOST];
	int code = 0;

	*count = 0;
	while (code == 0 && *count < wanted) {
		code = find_target(vault, chosen, *count, &targets[*count],
				   err);
		if (code == 0) {
			chosen[*count] = targets[*count].dot;
			*count += 1;
		}
	}
	if (code == ERR_NOT_FOUND && *count > 0)
		code = 0;
	if (code == ERR_NOT_FOUND)
		code = err_set(err, code, "There is nothing to undo.");
	return code;
}

int journal_undo(struct vault *vault, const struct roster *roster,
		 const struct journal_undo *undo, struct vault_time time,
		 struct buf *undone, char expect[65], struct err *err)
{
	struct target targets[UNDO_MOST];
	size_t count = 0;
	int code = vault_need_unlocked(vault, err);

	if (code == 0)
		code = absorb_finish(vault, err);
	if (code == 0 && (undo->count == 0 || undo->count > UNDO_MOST))
		code = err_set(err, ERR_USAGE,
			       "1 to %u changes can be taken back at once.",
			       UNDO_MOST);
	if (code == 0)
		code = choose(vault, undo->count, targets, &count, err);
	if (code != 0)
		return code;
	put_expect(targets, count, expect);
	if (undo->expect.len > 0 &&
	    !bytes_equal(undo->expect, bytes_from_str(expect)))
		return err_set(err, ERR_USAGE,
			       "Something was changed in between, so nothing "
			       "was undone.");
	for (size_t i = 0; code == 0 && !undo->dry_run && i < count; i++)
		code = undo_one(vault, roster, &targets[i], time, err);
	mp_put_array(undone, count);
	for (size_t i = 0; code == 0 && i < count; i++)
		code = put_target(vault, &targets[i], undone, err);
	if (code == 0 && undone->failed != 0)
		code = vault_fail(err, undone->failed);
	return code;
}
