/*
 * read.c - one entry as a program sees it, now or as it was, and what of it
 * was written apart.
 *
 * Must never change anything. How stored values look outside is
 * proto/entryform.h; what happened to an entry over time is history.c.
 */
#include "daemon/vault/inside.h"

#include "proto/civil.h"
#include "proto/entryform.h"
#include "proto/mp.h"

#define ENTRY_MAX_BYTES ((size_t)16 << 20)
#define MARKS_MAX 4u

const char *read_author(const struct vault *vault, const struct dot *dot)
{
	const struct logbook_log *log =
		logbook_find_lid(&vault->logs, &dot->lid);

	/* A log the book does not have yet is one we opened in this turn. */
	return control_name_of(vault, log == NULL ? &vault->device.device
						  : &log->log.device);
}

void read_put_time(uint64_t stamp, struct buf *out)
{
	struct civil_instant at = { .ms = (int64_t)hlc_ms(stamp) };
	char text[CIVIL_INSTANT_TEXT_BYTES];

	if (!civil_is_instant(at))
		at.ms = 0;
	civil_format_instant(at, text);
	mp_put_cstr(out, text);
}

bool read_is_apart(const struct merge_field *field)
{
	return field->has_siblings || field->has_other_rules ||
	       ((field->rule == RULE_register || field->rule == RULE_text) &&
		field->count > 1);
}

/* A log the book does not have yet is one we opened in this turn. */
static bool is_own_log(const struct vault *vault, const struct id16 *lid)
{
	const struct logbook_log *log = logbook_find_lid(&vault->logs, lid);

	return log == NULL || memcmp(&log->log.device, &vault->device.device,
				     sizeof log->log.device) == 0;
}

/* Is a change of ours among these that another device may lack? */
static bool is_ahead(const struct vault *vault, const struct gathered *gathered)
{
	for (size_t i = 0; vault->has_others && i < gathered->count; i++) {
		const struct dot *dot = &gathered->blocks[i]->block.dot;
		size_t at = 0;

		while (at < vault->floor_count &&
		       !id16_equal(&vault->floors[at].lid, &dot->lid))
			at++;
		if (at < vault->floor_count ? dot->seq > vault->floors[at].seq
					    : is_own_log(vault, &dot->lid))
			return true;
	}
	return false;
}

/* ---- whole entries ---- */

struct reading {
	struct entry_stored fields[MERGE_FIELDS_MAX];
	size_t count;
	bool is_apart;
};

static int read_field(struct vault *vault, struct merge_state *state,
		      uint32_t number, struct reading *out)
{
	struct entry_stored *stored = &out->fields[out->count];
	struct merge_field field;
	struct bytes *values;
	int code = merge_read(state, number, &field);

	if (code != 0)
		return code == ERR_NOT_FOUND ? 0 : code;
	if (number == MERGE_FIELD_LIFE || field.count == 0)
		return 0;
	out->is_apart |= read_is_apart(&field);
	if (field.rule == RULE_register || field.rule == RULE_text)
		field.count = 1;
	values = arena_alloc(&vault->scratch, field.count, sizeof *values);
	if (values == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < field.count; i++)
		values[i] = field.values[i].value;
	*stored = (struct entry_stored){ .number = number,
					 .rule = field.rule,
					 .values = values,
					 .count = field.count };
	out->count++;
	return 0;
}

int read_put_entry(struct vault *vault, struct gathered *gathered,
		   struct bytes extra, size_t extra_pairs, struct buf *out,
		   struct err *err)
{
	struct merge_life life = merge_life(gathered->state);
	const char *marks[MARKS_MAX];
	uint32_t numbers[MERGE_FIELDS_MAX];
	struct reading reading = { .count = 0 };
	const char *device =
		read_author(vault, &gathered->blocks[0]->block.dot);
	struct entry_shown shown = {
		.kind = entry_kind_by_number(gathered->kind),
		.id = gathered->id,
		.device = bytes_from_str(device),
		.rev = gathered->count,
		.is_deleted = life.deleted,
		.is_whole = true,
		.marks = marks,
		.fields = reading.fields,
		.extra = extra,
		.extra_pairs = extra_pairs,
	};
	size_t count;
	int code = 0;

	/* A kind of a newer kept: what every entry has, and `more`. */
	if (shown.kind == NULL)
		shown.kind = entry_base();
	arena_reset(&vault->scratch);
	count = merge_fields(gathered->state, numbers, MERGE_FIELDS_MAX);
	for (size_t i = 0; code == 0 && i < count; i++)
		code = read_field(vault, gathered->state, numbers[i], &reading);
	if (code != 0)
		return vault_fail(err, code);
	if (reading.is_apart)
		marks[shown.mark_count++] = "two-versions";
	if (life.restored)
		marks[shown.mark_count++] = "restored";
	if (is_ahead(vault, gathered))
		marks[shown.mark_count++] = "not-synced";
	shown.field_count = reading.count;
	code = entryform_write(&shown, out);
	return code == 0 ? 0 : vault_fail(err, code);
}

int journal_put_entry(struct vault *vault, const struct id16 *id, uint64_t rev,
		      struct buf *out, struct err *err)
{
	struct gathered then = { 0 };
	struct gathered *now = NULL;
	int code = vault_need_unlocked(vault, err);

	if (code == 0 && rev == 0)
		code = gather_cached(vault, id, &now, err);
	else if (code == 0) {
		code = gather_entry(vault, id, rev, &then, err);
		now = &then;
	}
	if (code == 0)
		code = read_put_entry(vault, now, bytes_of(NULL, 0), 0, out,
				      err);
	gather_release(&then);
	return code;
}

/* ---- written apart ---- */

struct versions {
	const struct vault *vault;
	const struct entry_field *field;
	struct buf items; /* the array's content */
	size_t count;
};

static void put_values(struct versions *versions,
		       const struct merge_value *values, size_t count)
{
	struct buf *out = &versions->items;
	size_t head = out->len;

	mp_put_map(out, 2);
	mp_put_cstr(out, "name");
	mp_put_cstr(out, versions->field->name);
	mp_put_cstr(out, "values");
	mp_put_array(out, count);
	for (size_t i = 0; i < count; i++) {
		mp_put_map(out, 3);
		mp_put_cstr(out, "value");
		if (entryform_write_value(versions->field, values[i].value,
					  out) != 0)
			mp_put_nil(out);
		mp_put_cstr(out, "device");
		mp_put_cstr(out, read_author(versions->vault, &values[i].dot));
		mp_put_cstr(out, "at");
		read_put_time(values[i].stamp, out);
	}
	if (out->failed != 0)
		out->len = head;
	else
		versions->count++;
}

static int put_item_values(struct versions *versions, struct merge_state *state,
			   const struct merge_field *field)
{
	struct merge_value values[LIMIT_SIBLINGS];
	int code = 0;

	for (size_t i = 0; code == 0 && i < field->count; i++) {
		size_t count = 0;

		code = merge_read_item(state, field->number,
				       field->values[i].item, values,
				       LIMIT_SIBLINGS, &count);
		if (code == 0 && count > 1)
			put_values(versions, values, count);
	}
	return code;
}

static int put_apart(struct versions *versions, const struct entry_kind *kind,
		     struct merge_state *state, uint32_t number)
{
	struct merge_field field;
	int code = merge_read(state, number, &field);

	versions->field = entry_field_by_number(kind, number);
	if (code != 0 || versions->field == NULL || !read_is_apart(&field) ||
	    field.is_unknown)
		return code == ERR_NOMEM ? code : 0;
	if (field.rule == RULE_list)
		return put_item_values(versions, state, &field);
	put_values(versions, field.values, field.count);
	return 0;
}

int journal_put_versions(struct vault *vault, const struct id16 *id,
			 struct buf *out, struct err *err)
{
	return journal_put_versions_at(vault, id, 0, out, err);
}

int journal_put_versions_at(struct vault *vault, const struct id16 *id,
			    uint64_t rev, struct buf *out, struct err *err)
{
	struct versions versions = { .vault = vault };
	struct gathered then = { 0 };
	uint32_t numbers[MERGE_FIELDS_MAX];
	const struct entry_kind *kind;
	struct gathered *now = NULL;
	size_t count;
	int code = vault_need_unlocked(vault, err);

	if (code == 0 && rev == 0) {
		code = gather_cached(vault, id, &now, err);
	} else if (code == 0) {
		code = gather_entry(vault, id, rev, &then, err);
		now = &then;
	}
	if (code != 0) {
		gather_release(&then);
		return code;
	}
	kind = entry_kind_by_number(now->kind);
	if (kind == NULL)
		kind = entry_base();
	buf_init(&versions.items, ENTRY_MAX_BYTES);
	count = merge_fields(now->state, numbers, MERGE_FIELDS_MAX);
	for (size_t i = 0; code == 0 && i < count; i++)
		code = put_apart(&versions, kind, now->state, numbers[i]);
	if (code == 0)
		code = versions.items.failed;
	if (code == 0) {
		mp_put_array(out, versions.count);
		mp_put_raw(out, buf_bytes(&versions.items));
		code = out->failed;
	}
	buf_release(&versions.items);
	gather_release(&then);
	return code == 0 ? 0 : vault_fail(err, code);
}
