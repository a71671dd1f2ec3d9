/*
 * journal.c - adding, importing, editing, and finding entries.
 *
 * Must never write anything that entryform.h did not judge, and never a
 * change that changes nothing. Reading is read.c and listing.c, what was before
 * history.c and undo.c.
 */
#include "daemon/vault/inside.h"

#include "daemon/vault/settings.h"
#include "proto/base/mem.h"
#include "proto/civil.h"
#include "proto/crypto/entropy.h"
#include "proto/entryform.h"
#include "proto/mp.h"
#include "proto/ulid.h"

#define AHEAD_MS CIVIL_DAY_MS
/* Where an import does not say its day: days end at 04:00, the default. */
#define IMPORT_DAY_ENDS_MIN 240
#define OPS_MAX_BYTES LIMIT_GROUP_BYTES

struct id16 journal_new_id(struct vault_time time)
{
	uint8_t random[10];

	entropy_fill(random, sizeof random);
	return ulid_make(time.wall_ms <= ULID_MS_MAX ? time.wall_ms
						     : ULID_MS_MAX,
			 random);
}

/* ---- forms ---- */

static int set_base(struct entryform *form, uint32_t number, struct bytes text,
		    struct err *err)
{
	return text.len == 0 ? 0 : entryform_set_text(form, number, text, err);
}

/* An instant a person typed lies at most a day ahead. */
static int check_ahead(struct bytes at, struct vault_time time, struct err *err)
{
	struct civil_instant instant;

	if (at.len == 0 || civil_parse_instant(at, &instant) != 0)
		return 0; /* the form says what is wrong with it */
	if (instant.ms > (int64_t)time.wall_ms + AHEAD_MS)
		return err_set(err, ERR_USAGE,
			       "`at` is more than a day ahead of now.");
	return 0;
}

struct when {
	struct vault_time time;
	int32_t day_ends_min;
};

/* `at` is now and `day` follows from it, unless they were said. */
static int fill_when(struct entryform *form, const struct when *when,
		     struct err *err)
{
	char text[CIVIL_INSTANT_TEXT_BYTES];
	struct civil_instant at = { .ms = (int64_t)when->time.wall_ms };
	const struct bytes *stored = entryform_find(form, ENTRY_base_at);
	int64_t offset = 0;
	size_t count;
	int code = 0;

	if (stored != NULL) {
		struct mp_reader reader = mp_reader(*stored);

		if (mp_read_array(&reader, &count) == 0 && count == 2 &&
		    mp_read_int(&reader, &at.ms) == 0 &&
		    mp_read_int(&reader, &offset) == 0)
			at.offset_min = (int32_t)offset;
	}
	if (!civil_is_instant(at))
		return err_set(err, ERR_USAGE,
			       "The clock of this machine can't be right.");
	if (stored == NULL) {
		civil_format_instant(at, text);
		code = entryform_set_text(form, ENTRY_base_at,
					  bytes_from_str(text), err);
	}
	if (code == 0 && entryform_find(form, ENTRY_base_day) == NULL) {
		int64_t day = civil_day_from_instant(at, when->day_ends_min);

		/* The first and last nights of the calendar have no other. */
		if (day < CIVIL_DAYS_LEAST)
			day = CIVIL_DAYS_LEAST;
		civil_format_day(day, text);
		code = entryform_set_text(form, ENTRY_base_day,
					  bytes_from_str(text), err);
	}
	return code;
}

size_t journal_edits_of(const struct entryform *form,
			struct merge_edit edits[ENTRY_FIELDS_MAX])
{
	for (size_t i = 0; i < form->count; i++) {
		const struct entry_field *field = form->values[i].field;

		edits[i] = (struct merge_edit){
			.number = field->number,
			.rule = (uint32_t)field->rule,
			.wanted = form->values[i].stored,
			.list_key = field->list_key,
		};
	}
	return form->count;
}

/* ---- adding ---- */

int journal_write_new(struct vault *vault, const struct roster *roster,
		      const struct journal_new *entry, struct vault_time time,
		      struct err *err)
{
	struct write_ops wanted = { .edits = entry->edits,
				    .edit_count = entry->edit_count };
	struct write_change change = { .entry = entry->id,
				       .kind = entry->kind,
				       .is_new = true };
	struct buf ops;
	size_t pairs;
	int code;

	buf_init(&ops, OPS_MAX_BYTES);
	wanted.state = merge_new(&vault->scratch);
	code = wanted.state == NULL ? vault_fail(err, ERR_NOMEM)
				    : write_put_ops(&wanted, &ops, &pairs, err);
	if (code == 0) {
		change.ops = buf_bytes(&ops);
		code = write_change(vault, roster, &change, time, err);
	}
	buf_release(&ops);
	return code;
}

static int capture_add(struct vault *vault, const struct roster *roster,
		       const struct entryform *form, const struct id16 *id,
		       struct vault_time time, struct err *err)
{
	struct capture capture = { .what = CAPTURE_ENTRY,
				   .id = *id,
				   .kind = form->kind->number,
				   .wall_ms = time.wall_ms };
	struct merge_edit edits[ENTRY_FIELDS_MAX];
	size_t count = journal_edits_of(form, edits);
	struct buf values;
	uint32_t last = 0;
	int code;

	buf_init(&values, OPS_MAX_BYTES);
	mp_put_map(&values, count);
	for (size_t i = 0; i < count; i++) {
		size_t least = count;

		/* Ascending, as the map has to be. */
		for (size_t j = 0; j < count; j++) {
			if (edits[j].number > last &&
			    (least == count ||
			     edits[j].number < edits[least].number))
				least = j;
		}
		last = edits[least].number;
		mp_put_uint(&values, last);
		mp_put_raw(&values, edits[least].wanted);
	}
	capture.values = buf_bytes(&values);
	code = values.failed != 0 ? vault_fail(err, values.failed)
				  : capture_put(vault, roster, &capture, err);
	buf_release(&values);
	return code;
}

static int fill_add(struct entryform *form, const struct journal_add *add,
		    struct vault_time time, struct err *err)
{
	struct when when = { time, add->place.day_ends_min };
	int code = check_ahead(add->at, time, err);

	if (code == 0)
		code = set_base(form, ENTRY_base_at, add->at, err);
	if (code == 0)
		code = set_base(form, ENTRY_base_tz, add->tz, err);
	if (code == 0)
		code = set_base(form, ENTRY_base_day, add->day, err);
	if (code == 0 && add->tag_count > 0)
		code = entryform_set_tags(form, add->tags, add->tag_count, err);
	if (code == 0 && add->fields.len > 0)
		code = entryform_set_fields(form, add->fields, err);
	if (code == 0)
		code = entryform_finish(form, err);
	return code == 0 ? fill_when(form, &when, err) : code;
}

int journal_add(struct vault *vault, const struct roster *roster,
		const struct journal_add *add, struct vault_time time,
		struct id16 *id, bool *captured, struct err *err)
{
	const struct entry_kind *kind = entry_kind_by_name(add->kind);
	struct merge_edit edits[ENTRY_FIELDS_MAX];
	struct journal_new entry = { .edits = edits };
	struct entryform form;
	struct arena own, *arena = &vault->form;
	int code;

	*captured = false;
	if (!vault->has_journal)
		return vault_fail(err, ERR_NO_JOURNAL);
	if (kind == NULL)
		return err_set(err, ERR_USAGE,
			       "That isn't a kind of entry kept knows.");
	if (entry_kind_is_hidden(kind->number))
		return err_set(err, ERR_USAGE,
			       "Settings are changed with `kept config`.");
	arena_init(&own, VAULT_SCRATCH_BYTES);
	/* While locked the vault holds no memory. */
	if (!vault->is_unlocked)
		arena = &own;
	entryform_init(&form, kind, ENTRYFORM_ADD, arena);
	code = fill_add(&form, add, time, err);
	if (code != 0)
		goto out;
	*id = journal_new_id(time);
	if (vault->is_unlocked) {
		entry.id = *id;
		entry.kind = kind->number;
		entry.edit_count = journal_edits_of(&form, edits);
		arena_reset(&vault->scratch);
		code = journal_write_new(vault, roster, &entry, time, err);
	} else {
		*captured = true;
		code = capture_add(vault, roster, &form, id, time, err);
	}
	if (code == 0 && add->draft.len > 0)
		code = drafts_finish(vault, add->draft, err);
out:
	arena_reset(&vault->form);
	arena_release(&own);
	return code;
}

/* ---- importing ---- */

static bool has_words(const struct entryform *form)
{
	for (size_t i = 0; i < form->count; i++) {
		uint32_t number = form->values[i].field->number;

		if (number == ENTRY_base_text || number > 15)
			return true;
	}
	return form->carried_count > 0;
}

/* Nil, or a text of nothing but blanks. */
static bool is_blank(struct bytes element)
{
	struct mp_reader reader = mp_reader(element);
	struct bytes text;
	size_t i;

	if (mp_peek(&reader) == MP_NIL)
		return true;
	if (mp_read_str(&reader, &text) != 0)
		return false;
	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] > ' ')
			return false;
	}
	return true;
}

/* Is there anything in `f`, whether it can be taken or not? */
static bool says_anything(struct bytes entry)
{
	struct mp_reader reader = mp_reader(entry), fields = { 0 };
	struct bytes name, value;
	size_t pairs = 0, inside = 0;

	if (mp_read_map(&reader, &pairs) != 0)
		return true;
	for (; pairs > 0; pairs--) {
		if (mp_read_str(&reader, &name) != 0 ||
		    mp_read_raw(&reader, &value) != 0)
			return true;
		if (!bytes_equal(name, bytes_from_str("f")))
			continue;
		fields = mp_reader(value);
		if (mp_read_map(&fields, &inside) != 0)
			return true;
	}
	for (; inside > 0; inside--) {
		if (mp_read_str(&fields, &name) != 0 ||
		    mp_read_raw(&fields, &value) != 0 || !is_blank(value))
			return true;
	}
	return false;
}

int journal_import(struct vault *vault, const struct roster *roster,
		   struct bytes entry, bool dry_run, struct vault_time time,
		   enum journal_import_result *result, struct err *err)
{
	struct when when = { time, IMPORT_DAY_ENDS_MIN };
	struct merge_edit edits[ENTRY_FIELDS_MAX];
	struct journal_new add = { .edits = edits };
	struct entryform form;
	int code = vault_need_unlocked(vault, err);

	if (code == 0)
		code = absorb_finish(vault, err);
	if (code != 0)
		return code;
	arena_reset(&vault->scratch);
	code = entryform_read(&form, entry, &vault->scratch, err);
	if (code == ERR_USAGE && form.kind != NULL && form.has_id &&
	    !has_words(&form) && !says_anything(entry)) {
		*result = JOURNAL_SKIPPED;
		if (err != NULL)
			*err = (struct err){ 0 };
		return 0;
	}
	if (code != 0)
		return code;
	add.id = form.has_id ? form.id : journal_new_id(time);
	if (entry_kind_is_hidden(form.kind->number))
		add.id = settings_id;
	if (view_find(&vault->view, &add.id) != UINT32_MAX) {
		*result = JOURNAL_ALREADY;
		return 0;
	}
	*result = JOURNAL_ADDED;
	if (dry_run)
		return 0;
	code = fill_when(&form, &when, err);
	if (code != 0)
		return code;
	add.kind = form.kind->number;
	add.edit_count = journal_edits_of(&form, edits);
	code = journal_write_new(vault, roster, &add, time, err);
	if (code == 0 && form.is_deleted)
		code = journal_write_life(vault, roster, &add.id, 1, time, err);
	return code;
}

/* ---- finding ---- */

int journal_find(struct vault *vault, struct bytes ending, struct id16 *id,
		 struct err *err)
{
	const struct view *view = &vault->view;
	size_t found = 0;
	int code = vault_need_unlocked(vault, err);

	if (code == 0)
		code = absorb_finish(vault, err);
	if (code != 0)
		return code;
	if (ending.len == 0 || ending.len > ULID_TEXT_BYTES)
		return err_set(err, ERR_USAGE,
			       "An id has up to 26 letters; its last few will "
			       "do.");
	if (ulid_parse(ending, id) == 0) {
		uint32_t index = view_find(view, id);

		if (index != UINT32_MAX &&
		    (view->rows[index].flags & ROW_VOID) == 0)
			return 0;
	}
	for (uint32_t i = 0; i < view->count && found < 2; i++) {
		if ((view->rows[i].flags & ROW_VOID) != 0 ||
		    entry_kind_is_hidden(view->rows[i].kind) ||
		    !ulid_ends_with(&view->rows[i].id, ending))
			continue;
		*id = view->rows[i].id;
		found++;
	}
	if (found == 1)
		return 0;
	if (found == 0)
		return err_set(err, ERR_NOT_FOUND,
			       "There is no entry with that id.");
	return err_set(err, ERR_AMBIGUOUS,
		       "More than one entry's id ends like that; a letter or "
		       "two more will do.");
}

/* ---- editing ---- */

static bool has_bytes(const struct bytes *items, size_t count,
		      struct bytes wanted)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes_equal(items[i], wanted))
			return true;
	}
	return false;
}

/* The tags there are now, with and without those of the edit. */
static int set_tags(struct entryform *form, struct merge_state *state,
		    const struct journal_edit *edit, struct err *err)
{
	struct bytes tags[2 * LIMIT_TAGS];
	struct merge_field field;
	struct bytes tag;
	size_t count = 0;

	if (edit->add_count == 0 && edit->remove_count == 0)
		return 0;
	if (merge_read(state, ENTRY_base_tags, &field) != 0)
		field.count = 0;
	for (size_t i = 0; i < field.count && count < LIMIT_TAGS; i++) {
		struct mp_reader reader = mp_reader(field.values[i].value);

		if (mp_read_str(&reader, &tag) == 0 &&
		    !has_bytes(edit->tags_remove, edit->remove_count, tag))
			tags[count++] = tag;
	}
	for (size_t i = 0; i < edit->add_count; i++) {
		if (has_bytes(tags, count, edit->tags_add[i]))
			continue;
		if (count == KEPT_ARRAY_COUNT(tags))
			return err_set(err, ERR_USAGE,
				       "An entry takes up to %u tags.",
				       LIMIT_TAGS);
		tags[count++] = edit->tags_add[i];
	}
	return entryform_set_tags(form, tags, count, err);
}

static int fill_edit(struct entryform *form, struct merge_state *state,
		     const struct journal_edit *edit, struct vault_time time,
		     struct err *err)
{
	int code = check_ahead(edit->at, time, err);

	if (code == 0)
		code = set_base(form, ENTRY_base_at, edit->at, err);
	if (code == 0)
		code = set_base(form, ENTRY_base_tz, edit->tz, err);
	if (code == 0)
		code = set_base(form, ENTRY_base_day, edit->day, err);
	if (code == 0)
		code = set_tags(form, state, edit, err);
	if (code == 0 && edit->fields.len > 0)
		code = entryform_set_fields(form, edit->fields, err);
	return code == 0 ? entryform_finish(form, err) : code;
}

/* What the edit does to the entry being here or not. */
static int8_t life_of(const struct journal_edit *edit, bool is_deleted,
		      bool has_edits)
{
	if (edit->life > 0)
		return is_deleted ? 0 : 1;
	/* Whoever writes in a deleted entry wants it back. */
	if (is_deleted && (edit->life < 0 || has_edits))
		return -1;
	return 0;
}

static int write_edit(struct vault *vault, const struct roster *roster,
		      struct gathered *now, const struct write_ops *wanted,
		      struct vault_time time, bool *changed, struct err *err)
{
	struct write_change change = { .entry = now->id, .kind = now->kind };
	struct buf ops;
	size_t pairs = 0;
	int code;

	buf_init(&ops, OPS_MAX_BYTES);
	code = write_put_ops(wanted, &ops, &pairs, err);
	*changed = pairs > 0;
	if (code == 0 && *changed) {
		change.ops = buf_bytes(&ops);
		change.seen = merge_life(now->state).newest_stamp;
		code = write_change(vault, roster, &change, time, err);
	}
	buf_release(&ops);
	return code;
}

int journal_edit(struct vault *vault, const struct roster *roster,
		 const struct id16 *id, const struct journal_edit *edit,
		 struct vault_time time, bool *changed, struct err *err)
{
	static const uint8_t nil = 0xc0, yes = 0xc3;
	struct merge_edit edits[ENTRY_FIELDS_MAX + 1];
	struct write_ops wanted = { .edits = edits };
	const struct entry_kind *kind;
	struct gathered *now = NULL;
	struct entryform form;
	int code = vault_need_unlocked(vault, err);

	*changed = false;
	if (code == 0)
		code = gather_cached(vault, id, &now, err);
	if (code != 0)
		return code;
	kind = entry_kind_by_number(now->kind);
	if (kind == NULL && edit->fields.len > 0)
		return vault_fail(err, ERR_UNKNOWN_KIND);
	arena_reset(&vault->scratch);
	entryform_init(&form, kind == NULL ? entry_base() : kind,
		       ENTRYFORM_EDIT, &vault->scratch);
	code = fill_edit(&form, now->state, edit, time, err);
	if (code != 0)
		return code;
	wanted.state = now->state;
	wanted.edit_count = journal_edits_of(&form, edits);
	if (edit->star != 0)
		edits[wanted.edit_count++] = (struct merge_edit){
			.number = ENTRY_base_starred,
			.rule = RULE_register,
			.wanted = bytes_of(edit->star > 0 ? &yes : &nil, 1),
		};
	wanted.life = life_of(edit, merge_life(now->state).deleted,
			      wanted.edit_count > 0);
	return write_edit(vault, roster, now, &wanted, time, changed, err);
}

int journal_write_life(struct vault *vault, const struct roster *roster,
		       const struct id16 *id, int8_t life,
		       struct vault_time time, struct err *err)
{
	struct write_ops wanted = { .life = life };
	struct gathered *now = NULL;
	bool changed;
	int code = gather_cached(vault, id, &now, err);

	if (code != 0)
		return code;
	wanted.state = now->state;
	return write_edit(vault, roster, now, &wanted, time, &changed, err);
}
