/*
 * entryform.c - from the program's form to stored values, with every check
 * of entry.def.
 *
 * Fills a form in the caller's arena; decides nothing about time, ids, or
 * merging, and never repeats what was written in a refusal. One element of a
 * type is read in entryvalue.c, piped text in entryplain.c; the other direction
 * is entryshow.c.
 */
#include "proto/entryform.h"

#include "proto/base/panic.h"
#include "proto/base/utf8.h"
#include "proto/entryvalue.h"
#include "proto/mp.h"
#include "proto/mpcheck.h"
#include "proto/ulid.h"

void entryform_init(struct entryform *form, const struct entry_kind *kind,
		    enum entryform_mode mode, struct arena *arena)
{
	*form = (struct entryform){
		.kind = kind,
		.mode = mode,
		.arena = arena,
	};
}

const struct bytes *entryform_find(const struct entryform *form,
				   uint32_t number)
{
	size_t i;

	for (i = 0; i < form->count; i++) {
		if (form->values[i].field->number == number)
			return &form->values[i].stored;
	}
	return NULL;
}

static int say_nomem(struct err *err)
{
	return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

/* Takes a copy of what was written for the field. */
static int form_store(struct entryform *form, const struct entry_field *field,
		      const struct buf *written, struct err *err)
{
	struct bytes stored = buf_bytes(written);

	if (written->failed == ERR_LIMIT)
		return err_set(err, ERR_LIMIT,
			       "`%s` takes up to %u KiB in all.", field->name,
			       LIMIT_ENTRY_TEXT_BYTES / 1024u);
	if (written->failed != 0)
		return say_nomem(err);
	stored.ptr = arena_copy(form->arena, stored);
	if (stored.ptr == NULL)
		return say_nomem(err);
	kept_assert(form->count < ENTRY_FIELDS_MAX);
	form->values[form->count].field = field;
	form->values[form->count].stored = stored;
	form->count++;
	return 0;
}

static bool is_many(const struct entry_field *field)
{
	return field->rule == ENTRY_RULE_list ||
	       field->rule == ENTRY_RULE_orset;
}

static bool is_needed(const struct entryform *form,
		      const struct entry_field *field)
{
	if ((field->flags & ENTRY_REQUIRED) != 0)
		return true;
	return field->number == ENTRY_base_text &&
	       form->kind->needs == ENTRY_NEEDS_TEXT;
}

/* nil, or an empty list: not answered, or to be cleared. */
static int form_clear(struct entryform *form, const struct entry_field *field,
		      struct err *err)
{
	struct buf none;
	int rc;

	if (form->mode != ENTRYFORM_EDIT)
		return 0;
	if (is_needed(form, field))
		return err_set(err, ERR_USAGE,
			       "`%s` is what this entry is about, so it stays. "
			       "Nothing was changed.",
			       field->name);
	buf_init(&none, 8);
	if (is_many(field))
		mp_put_array(&none, 0);
	else
		mp_put_nil(&none);
	rc = form_store(form, field, &none, err);
	buf_release(&none);
	return rc;
}

static bool is_nothing(struct bytes element)
{
	struct mp_reader reader = mp_reader(element);
	enum mp_type type = mp_peek(&reader);
	size_t count;

	if (type == MP_NIL)
		return true;
	return type == MP_ARRAY && mp_read_array(&reader, &count) == 0 &&
	       count == 0;
}

/* The kind narrows `text`; everything else is as its row says. */
static struct entry_field narrowed(const struct entryform *form,
				   const struct entry_field *field)
{
	struct entry_field copy = *field;

	if (field->number != ENTRY_base_text)
		return copy;
	if (form->kind->text_max != 0)
		copy.high = form->kind->text_max;
	if (is_needed(form, field))
		copy.low = 1;
	return copy;
}

int entryform_set(struct entryform *form, const struct entry_field *field,
		  struct bytes element, struct err *err)
{
	struct entry_field row = narrowed(form, field);
	struct buf written;
	int rc;

	if (field->flags == ENTRY_DERIVED)
		return 0;
	if (field->flags == ENTRY_LATER)
		return err_set(err, ERR_USAGE,
			       "This kept doesn't take `%s` yet.", field->name);
	if (entryform_find(form, field->number) != NULL)
		return err_set(err, ERR_USAGE, "`%s` is there twice.",
			       field->name);
	if (is_nothing(element))
		return form_clear(form, field, err);
	buf_init(&written, LIMIT_ENTRY_TEXT_BYTES + 8u);
	rc = entryvalue_read(&row, element, &written, err);
	if (rc == 0)
		rc = form_store(form, field, &written, err);
	buf_release(&written);
	return rc;
}

int entryform_set_text(struct entryform *form, uint32_t number,
		       struct bytes text, struct err *err)
{
	const struct entry_field *field =
		entry_field_by_number(form->kind, number);
	struct buf element;
	int rc;

	kept_assert(field != NULL);
	buf_init(&element, LIMIT_FRAME_BYTES);
	mp_put_str(&element, text);
	if (!utf8_is_valid(text))
		rc = err_set(err, ERR_USAGE, "`%s` has to be UTF-8 text.",
			     field->name);
	else if (element.failed != 0)
		rc = err_set(err, element.failed, "%s",
			     err_text(element.failed));
	else
		rc = entryform_set(form, field, buf_bytes(&element), err);
	buf_release(&element);
	return rc;
}

int entryform_set_tags(struct entryform *form, const struct bytes *tags,
		       size_t count, struct err *err)
{
	const struct entry_field *field =
		entry_field_by_number(form->kind, ENTRY_base_tags);
	struct buf element;
	size_t i;
	int rc;

	buf_init(&element, LIMIT_FRAME_BYTES);
	mp_put_array(&element, count);
	for (i = 0; i < count; i++)
		mp_put_str(&element, tags[i]);
	if (element.failed != 0)
		rc = err_set(err, element.failed, "%s",
			     err_text(element.failed));
	else
		rc = entryform_set(form, field, buf_bytes(&element), err);
	buf_release(&element);
	return rc;
}

/* --- names nobody here knows --- */

static int form_carry(struct entryform *form,
		      const struct entryform_carried *carried, struct err *err)
{
	if (carried->name.len == 0 || carried->name.len > 256 ||
	    form->carried_count == LIMIT_LIST_ITEMS)
		return err_set(err, ERR_LIMIT,
			       "There are more names that kept doesn't know "
			       "than it can carry along, or longer ones.");
	if (form->carried == NULL)
		form->carried = arena_alloc(form->arena, LIMIT_LIST_ITEMS,
					    sizeof *form->carried);
	if (form->carried == NULL)
		return say_nomem(err);
	form->carried[form->carried_count++] = *carried;
	return 0;
}

static int form_store_carried(struct entryform *form, struct err *err)
{
	const struct entry_field *field =
		entry_field_by_number(form->kind, ENTRY_base_imported);
	struct buf all;
	size_t i;
	int rc;

	if (form->carried_count == 0)
		return 0;
	buf_init(&all, LIMIT_ENTRY_TEXT_BYTES);
	mp_put_array(&all, form->carried_count);
	for (i = 0; i < form->carried_count; i++) {
		mp_put_array(&all, form->carried[i].is_outside ? 3 : 2);
		mp_put_str(&all, form->carried[i].name);
		mp_put_bin(&all, form->carried[i].element);
		if (form->carried[i].is_outside)
			mp_put_bool(&all, true);
	}
	rc = form_store(form, field, &all, err);
	buf_release(&all);
	return rc;
}

/*
 * The keys of a map, all of them str and none there twice; at most so many
 * that comparing each with each is cheap.
 */
static int check_names(struct bytes map, struct err *err)
{
	struct bytes names[ENTRY_FIELDS_MAX + LIMIT_LIST_ITEMS];
	struct mp_reader reader = mp_reader(map);
	struct bytes value;
	size_t pairs;
	size_t i;
	size_t j;

	if (mp_read_map(&reader, &pairs) != 0)
		return err_set(err, ERR_USAGE,
			       "Fields come as one map with names.");
	if (pairs > KEPT_ARRAY_COUNT(names))
		return err_set(err, ERR_LIMIT,
			       "Those are more fields than an entry takes.");
	for (i = 0; i < pairs; i++) {
		if (mp_read_str(&reader, &names[i]) != 0 ||
		    mp_read_raw(&reader, &value) != 0)
			return err_set(err, ERR_USAGE, "Fields have names.");
		for (j = 0; j < i; j++) {
			if (bytes_equal(names[i], names[j]))
				return err_set(err, ERR_USAGE,
					       "Field %zu has the name of "
					       "field %zu.",
					       i + 1, j + 1);
		}
	}
	return 0;
}

static int check_map(struct bytes map, struct err *err)
{
	int rc = mpcheck(map, MPCHECK_CLIENT);

	if (rc == ERR_LIMIT)
		return err_set(err, rc, "%s", err_text(rc));
	if (rc != 0)
		return err_set(err, ERR_USAGE,
			       "Fields come as one map with names, in UTF-8.");
	return check_names(map, err);
}

/* A name that is safe to say back: letters, digits, _ and -. */
static bool is_sayable(struct bytes name)
{
	size_t i;

	for (i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
		    (c < '0' || c > '9') && c != '_' && c != '-')
			return false;
	}
	return name.len > 0 && name.len <= 40;
}

static int say_unknown(const struct entryform *form, struct bytes name,
		       struct err *err)
{
	if (!is_sayable(name))
		return err_set(err, ERR_USAGE,
			       "`%s` has no field of that name.",
			       form->kind->name);
	return err_set(err, ERR_USAGE, "`%s` has no field `%.*s`.",
		       form->kind->name, (int)name.len, (const char *)name.ptr);
}

static int set_checked_fields(struct entryform *form, struct bytes fields,
			      struct err *err)
{
	struct mp_reader reader = mp_reader(fields);
	struct bytes element;
	struct bytes name;
	size_t pairs;
	int rc;

	rc = mp_read_map(&reader, &pairs);
	for (; rc == 0 && pairs > 0; pairs--) {
		const struct entry_field *field;

		if (mp_read_str(&reader, &name) != 0 ||
		    mp_read_raw(&reader, &element) != 0)
			kept_unreachable("check_names was here");
		field = entry_field_by_name(form->kind, name);
		if (field != NULL)
			rc = entryform_set(form, field, element, err);
		else if (form->mode == ENTRYFORM_IMPORT)
			rc = form_carry(form,
					&(struct entryform_carried){
						.name = name,
						.element = element,
					},
					err);
		else
			rc = say_unknown(form, name, err);
	}
	return rc;
}

int entryform_set_fields(struct entryform *form, struct bytes fields,
			 struct err *err)
{
	int rc = check_map(fields, err);

	if (rc != 0)
		return rc;
	return set_checked_fields(form, fields, err);
}

/* --- whole entries --- */

int entryform_finish(struct entryform *form, struct err *err)
{
	const struct entry_kind *kind = form->kind;
	bool has_any = entryform_find(form, ENTRY_base_text) != NULL;
	size_t i;
	int rc;

	rc = form_store_carried(form, err);
	if (rc != 0 || form->mode == ENTRYFORM_EDIT ||
	    form->mode == ENTRYFORM_DRAFT)
		return rc;
	if (kind->needs == ENTRY_NEEDS_TEXT && !has_any)
		return err_set(err, ERR_USAGE,
			       "`%s` needs `text`: a word is enough.",
			       kind->name);
	for (i = 0; i < kind->field_count; i++) {
		const struct entry_field *field = &kind->fields[i];

		if (entryform_find(form, field->number) != NULL)
			has_any = true;
		else if ((field->flags & ENTRY_REQUIRED) != 0)
			return err_set(err, ERR_USAGE, "`%s` needs `%s`. %s",
				       kind->name, field->name,
				       field->prompt[0] != '\0' ? field->prompt
								: field->doc);
	}
	if (kind->needs == ENTRY_NEEDS_ANY && !has_any)
		return err_set(err, ERR_USAGE,
			       "There is nothing in it yet: `%s` takes any one "
			       "of its fields.",
			       kind->name);
	return 0;
}

/* Names of an entry that this side makes up itself. */
static bool is_made_here(struct bytes name)
{
	static const char *const names[] = {
		"kind",  "id",   "kept",    "device", "rev",
		"marks", "more", "snippet", "f",
	};
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(names); i++) {
		if (bytes_equal(bytes_from_str(names[i]), name))
			return true;
	}
	return false;
}

/* Where and as how many changes it was written before: entryform_origin. */
static bool is_origin(struct bytes name, struct bytes element)
{
	struct mp_reader reader = mp_reader(element);
	struct bytes device;
	uint64_t rev;

	if (bytes_equal(name, bytes_from_str("device")))
		return mp_read_str(&reader, &device) == 0 && device.len > 0 &&
		       device.len <= LIMIT_DEVICE_NAME_BYTES;
	return bytes_equal(name, bytes_from_str("rev")) &&
	       mp_read_uint(&reader, &rev) == 0 && rev > 1 &&
	       rev <= ENTRYFORM_REV_MAX;
}

static int carry_outside(struct entryform *form, struct bytes name,
			 struct bytes element, struct err *err)
{
	return form_carry(form,
			  &(struct entryform_carried){
				  .name = name,
				  .element = element,
				  .is_outside = true,
			  },
			  err);
}

static int read_state(struct entryform *form, const struct entry_field *field,
		      struct bytes element, struct err *err)
{
	struct mp_reader reader = mp_reader(element);
	struct bytes text;

	if (mp_read_str(&reader, &text) == 0 &&
	    bytes_equal(text, bytes_from_str("deleted"))) {
		form->is_deleted = true;
		return 0;
	}
	return entryform_set(form, field, element, err);
}

static int read_member(struct entryform *form, struct bytes name,
		       struct bytes element, struct err *err)
{
	static const uint32_t numbers[] = {
		ENTRY_base_at,     ENTRY_base_tz,      ENTRY_base_day,
		ENTRY_base_tags,   ENTRY_base_starred, ENTRY_base_state,
		ENTRY_base_attach,
	};
	size_t i;

	if (is_origin(name, element))
		return carry_outside(form, name, element, err);
	if (is_made_here(name))
		return 0;
	for (i = 0; i < KEPT_ARRAY_COUNT(numbers); i++) {
		const struct entry_field *field =
			entry_field_by_number(form->kind, numbers[i]);

		if (!bytes_equal(bytes_from_str(field->name), name))
			continue;
		if (field->number == ENTRY_base_state)
			return read_state(form, field, element, err);
		return entryform_set(form, field, element, err);
	}
	return carry_outside(form, name, element, err);
}

/* The value of a name in a checked map; false if it is not there. */
static bool map_find(struct bytes map, const char *wanted, struct bytes *out)
{
	struct mp_reader reader = mp_reader(map);
	struct bytes name;
	size_t pairs;

	if (mp_read_map(&reader, &pairs) != 0)
		return false;
	for (; pairs > 0; pairs--) {
		if (mp_read_str(&reader, &name) != 0 ||
		    mp_read_raw(&reader, out) != 0)
			return false;
		if (bytes_equal(name, bytes_from_str(wanted)))
			return true;
	}
	return false;
}

/* kept, kind, and id: what the rest depends on. */
static int read_names(struct entryform *form, struct bytes entry,
		      struct err *err)
{
	const struct entry_kind *kind = NULL;
	struct bytes found;
	struct mp_reader reader;
	struct bytes text;
	uint64_t version;

	if (map_find(entry, "kept", &found)) {
		reader = mp_reader(found);
		if (mp_read_uint(&reader, &version) != 0 || version != 1)
			return err_set(err, ERR_VERSION,
				       "This was written by a newer kept.");
	}
	if (map_find(entry, "kind", &found)) {
		reader = mp_reader(found);
		if (mp_read_str(&reader, &text) == 0)
			kind = entry_kind_by_name(text);
	}
	if (kind == NULL)
		return err_set(err, ERR_USAGE,
			       "`kind` is one that kept knows, like note, "
			       "thought, or win.");
	form->kind = kind;
	if (!map_find(entry, "id", &found))
		return 0;
	reader = mp_reader(found);
	if (mp_read_str(&reader, &text) != 0 ||
	    ulid_parse(text, &form->id) != 0)
		return err_set(err, ERR_USAGE,
			       "`id` has 26 letters, as kept gives them.");
	form->has_id = true;
	return 0;
}

int entryform_read(struct entryform *form, struct bytes entry,
		   struct arena *arena, struct err *err)
{
	struct mp_reader reader;
	struct bytes element;
	struct bytes name;
	size_t pairs;
	int rc;

	entryform_init(form, NULL, ENTRYFORM_IMPORT, arena);
	rc = check_map(entry, err);
	if (rc == 0)
		rc = read_names(form, entry, err);
	if (rc != 0)
		return rc;
	reader = mp_reader(entry);
	rc = mp_read_map(&reader, &pairs);
	for (; rc == 0 && pairs > 0; pairs--) {
		if (mp_read_str(&reader, &name) != 0 ||
		    mp_read_raw(&reader, &element) != 0)
			kept_unreachable("check_names was here");
		rc = read_member(form, name, element, err);
	}
	if (rc == 0 && map_find(entry, "f", &element))
		rc = entryform_set_fields(form, element, err);
	if (rc != 0)
		return rc;
	return entryform_finish(form, err);
}
