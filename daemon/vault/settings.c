/*
 * settings.c - the entry of kind `settings`: made, read, and changed.
 *
 * Must never make a second one, and never say that something was chosen which
 * nobody chose. What the settings mean is daemon/config.def's business and
 * cli/patterns.c's. Read next: journal.c.
 */
#include "daemon/vault/settings.h"

#include "daemon/vault/inside.h"
#include "proto/entryform.h"
#include "proto/mp.h"

/* As a ULID: no time, and a word in place of the dice. For ever. */
const struct id16 settings_id = { { 0, 0, 0, 0, 0, 0, 's', 'e', 't', 't', 'i',
				    'n', 'g', 's', 0, 1 } };

/* No day is its day. The same on every device, so that nothing of it is ever
 * written apart. */
#define SETTINGS_AT "1970-01-01T00:00:00Z"
#define SETTINGS_DAY "1970-01-01"

static const struct entry_kind *settings_kind(void)
{
	return entry_kind_by_number(ENTRY_KIND_settings);
}

/* The entry, deleted or not; *out = NULL: there is none. */
static int gather_settings(struct vault *vault, struct gathered **out,
			   struct err *err)
{
	int code = vault_need_unlocked(vault, err);

	*out = NULL;
	if (code == 0)
		code = absorb_finish(vault, err);
	if (code == 0)
		code = gather_cached(vault, &settings_id, out, err);
	if (code == ERR_NOT_FOUND) {
		*out = NULL;
		if (err != NULL)
			*err = (struct err){ 0 };
		return 0;
	}
	if (code == 0 && (*out)->kind != ENTRY_KIND_settings)
		*out = NULL;
	return code;
}

int settings_text(struct vault *vault, const char *field, struct buf *out,
		  enum settings_state *state, struct err *err)
{
	const struct entry_field *row =
		entry_field_by_name(settings_kind(), bytes_from_str(field));
	struct gathered *entry;
	struct merge_field now;
	struct mp_reader reader;
	struct bytes text;
	int code;

	*state = SETTINGS_UNSAID;
	if (row == NULL)
		return vault_fail(err, ERR_USAGE);
	code = gather_settings(vault, &entry, err);
	if (code != 0 || entry == NULL)
		return code;
	code = merge_read(entry->state, row->number, &now);
	if (code == ERR_NOT_FOUND)
		return 0;
	if (code != 0)
		return vault_fail(err, code);
	*state = SETTINGS_CLEARED;
	if (now.count == 0 || now.is_unknown ||
	    merge_life(entry->state).deleted)
		return 0;
	reader = mp_reader(now.values[0].value);
	if (mp_read_str(&reader, &text) != 0)
		return 0;
	*state = SETTINGS_SAID;
	return buf_put(out, text.ptr, text.len) == 0
		       ? 0
		       : vault_fail(err, ERR_LIMIT);
}

int settings_put(struct vault *vault, struct buf *out, bool *is_there,
		 struct err *err)
{
	struct gathered *entry;
	int code = gather_settings(vault, &entry, err);

	*is_there = code == 0 && entry != NULL &&
		    !merge_life(entry->state).deleted;
	if (!*is_there)
		return code;
	return journal_put_entry(vault, &settings_id, 0, out, err);
}

static int fill_new(struct entryform *form, struct bytes fields,
		    struct err *err)
{
	int code = entryform_set_text(form, ENTRY_base_at,
				      bytes_from_str(SETTINGS_AT), err);

	if (code == 0)
		code = entryform_set_text(form, ENTRY_base_day,
					  bytes_from_str(SETTINGS_DAY), err);
	if (code == 0)
		code = entryform_set_fields(form, fields, err);
	return code == 0 ? entryform_finish(form, err) : code;
}

static int make(struct vault *vault, const struct roster *roster,
		struct bytes fields, struct vault_time time, struct err *err)
{
	struct merge_edit edits[ENTRY_FIELDS_MAX];
	struct journal_new entry = { .id = settings_id,
				     .kind = ENTRY_KIND_settings,
				     .edits = edits };
	struct entryform form;
	int code;

	arena_reset(&vault->scratch);
	/* As an edit of nothing: it may clear what was never said. */
	entryform_init(&form, settings_kind(), ENTRYFORM_EDIT, &vault->scratch);
	code = fill_new(&form, fields, err);
	if (code != 0)
		return code;
	entry.edit_count = journal_edits_of(&form, edits);
	return journal_write_new(vault, roster, &entry, time, err);
}

int settings_change(struct vault *vault, const struct roster *roster,
		    struct bytes fields, struct vault_time time,
		    struct err *err)
{
	struct journal_edit edit = { .fields = fields };
	bool changed;
	int code = vault_need_unlocked(vault, err);

	if (code == 0)
		code = absorb_finish(vault, err);
	if (code != 0)
		return code;
	/* One that was deleted comes back with the first change of it. */
	if (view_find(&vault->view, &settings_id) == UINT32_MAX)
		return make(vault, roster, fields, time, err);
	return journal_edit(vault, roster, &settings_id, &edit, time, &changed,
			    err);
}

bool settings_take_change(struct vault *vault)
{
	if (!vault->is_unlocked || !vault->settings_changed ||
	    !absorb_is_whole(vault))
		return false;
	vault->settings_changed = false;
	return true;
}
