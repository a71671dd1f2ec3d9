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

/* ---- which ones ---- */

/*
 * Rows not looked at yet, a heap with the newest on top: a row's stamp is
 * that of its entry's newest change, so no entry below it holds a newer one.
 * Entries are looked at once for all the changes that are picked.
 */
struct picking {
	struct vault *vault;
	uint32_t *heap; /* Owns; indexes of rows */
	size_t heap_count;
	struct target *next; /* Owns; of each entry looked at, the newest */
	size_t next_count;
	size_t next_cap;
	struct dot picked[UNDO_MOST];
	size_t picked_count;
};

static bool row_is_newer(const struct view *view, uint32_t a, uint32_t b)
{
	const struct row *left = &view->rows[a], *right = &view->rows[b];

	return left->stamp > right->stamp;
}

static void heap_sink(struct picking *picking, size_t at)
{
	const struct view *view = &picking->vault->view;
	uint32_t *heap = picking->heap;

	for (;;) {
		size_t child = 2 * at + 1;
		uint32_t row = heap[at];

		if (child >= picking->heap_count)
			return;
		if (child + 1 < picking->heap_count &&
		    row_is_newer(view, heap[child + 1], heap[child]))
			child++;
		if (!row_is_newer(view, heap[child], row))
			return;
		heap[at] = heap[child];
		heap[child] = row;
		at = child;
	}
}

static int picking_begin(struct picking *picking)
{
	const struct view *view = &picking->vault->view;

	picking->heap =
		mem_alloc((size_t)view->count + 1, sizeof *picking->heap);
	if (picking->heap == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < view->count; i++) {
		if ((view->rows[i].flags & ROW_VOID) == 0)
			picking->heap[picking->heap_count++] = i;
	}
	for (size_t i = picking->heap_count / 2; i-- > 0;)
		heap_sink(picking, i);
	return 0;
}

static void picking_end(struct picking *picking)
{
	mem_free(picking->heap);
	mem_free(picking->next);
}

/* Of two of one stamp that of the greater id, on every device alike. */
static bool is_newer(const struct target *a, const struct target *b)
{
	if (a->stamp != b->stamp)
		return a->stamp > b->stamp;
	return memcmp(a->entry.b, b->entry.b, sizeof a->entry.b) > 0;
}

/* The newest of next[best] and those at `from` and behind. best SIZE_MAX: only
 * those; result SIZE_MAX: there is none. */
static size_t newest_from(const struct picking *picking, size_t best,
			  size_t from)
{
	for (size_t i = from; i < picking->next_count; i++) {
		if (best == SIZE_MAX ||
		    is_newer(&picking->next[i], &picking->next[best]))
			best = i;
	}
	return best;
}

static int add_next(struct picking *picking, const struct target *target)
{
	size_t cap = picking->next_cap == 0 ? 16 : picking->next_cap * 2;
	struct target *grown;

	if (picking->next_count == picking->next_cap) {
		grown = mem_realloc(picking->next, cap, sizeof *grown);
		if (grown == NULL)
			return ERR_NOMEM;
		picking->next = grown;
		picking->next_cap = cap;
	}
	picking->next[picking->next_count++] = *target;
	return 0;
}

static int look_at_next_row(struct picking *picking, struct err *err)
{
	struct vault *vault = picking->vault;
	const struct row *row = &vault->view.rows[picking->heap[0]];
	struct gathered *entry = NULL;
	struct target target;
	int code;

	picking->heap[0] = picking->heap[--picking->heap_count];
	heap_sink(picking, 0);
	code = gather_cached(vault, &row->id, &entry, err);
	if (code != 0)
		return code;
	if (newest_of(entry, picking->picked, picking->picked_count, &target))
		code = add_next(picking, &target);
	return code == 0 ? 0 : vault_fail(err, code);
}

/* ERR_NOT_FOUND: nothing left. */
static int pick(struct picking *picking, struct target *out, struct err *err)
{
	const struct row *rows = picking->vault->view.rows;
	size_t best = newest_from(picking, SIZE_MAX, 0);
	struct gathered *entry = NULL;
	int code = 0;

	while (picking->heap_count > 0 &&
	       (best == SIZE_MAX ||
		rows[picking->heap[0]].stamp >= picking->next[best].stamp)) {
		size_t known = picking->next_count;

		code = look_at_next_row(picking, err);
		if (code != 0)
			return code;
		best = newest_from(picking, best, known);
	}
	if (best == SIZE_MAX)
		return ERR_NOT_FOUND;
	*out = picking->next[best];
	picking->picked[picking->picked_count++] = out->dot;
	code = gather_cached(picking->vault, &out->entry, &entry, err);
	if (code == 0 &&
	    !newest_of(entry, picking->picked, picking->picked_count,
		       &picking->next[best]))
		picking->next[best] = picking->next[--picking->next_count];
	return code;
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
	struct picking picking = { .vault = vault };
	int code = picking_begin(&picking);

	*count = 0;
	if (code != 0)
		vault_fail(err, code);
	while (code == 0 && *count < wanted) {
		code = pick(&picking, &targets[*count], err);
		*count += code == 0;
	}
	picking_end(&picking);
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
