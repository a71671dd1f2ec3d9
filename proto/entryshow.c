/*
 * entryshow.c - stored values as a program sees them.
 *
 * Trusts nothing that a block held: a value of another form than its row's
 * is counted as `more` and left where it is. Never drops a name an import
 * brought. Read next: entryvalue.c, the other direction.
 */
#include "proto/entryform.h"

#include "proto/civil.h"
#include "proto/mp.h"
#include "proto/mpcheck.h"
#include "proto/ulid.h"

/* A map whose count is known at the end. */
struct pairs {
	struct buf buf;
	size_t count;
};

static void pairs_init(struct pairs *pairs)
{
	buf_init(&pairs->buf, LIMIT_FRAME_BYTES);
	pairs->count = 0;
}

static void put_key(struct pairs *pairs, const char *name)
{
	mp_put_cstr(&pairs->buf, name);
	pairs->count++;
}

/* Takes back what a key began. */
static void pairs_rewind(struct pairs *pairs, size_t len, size_t count)
{
	pairs->buf.len = len;
	pairs->count = count;
}

static void pairs_finish(struct pairs *pairs, struct buf *out)
{
	if (out->failed == 0 && pairs->buf.failed != 0)
		out->failed = pairs->buf.failed;
	mp_put_map(out, pairs->count);
	mp_put_raw(out, buf_bytes(&pairs->buf));
	buf_release(&pairs->buf);
}

static int show_type(struct mp_reader *reader, enum mp_type type,
		     struct buf *out)
{
	struct bytes raw;

	if (mp_peek(reader) != type || mp_read_raw(reader, &raw) != 0)
		return ERR_MALFORMED;
	mp_put_raw(out, raw);
	return 0;
}

static int show_whole(struct mp_reader *reader, struct buf *out)
{
	int64_t v;

	if (mp_read_int(reader, &v) != 0)
		return ERR_MALFORMED;
	mp_put_int(out, v);
	return 0;
}

static int show_date(struct mp_reader *reader, struct buf *out)
{
	char text[CIVIL_DAY_TEXT_BYTES];
	int64_t days;

	if (mp_read_int(reader, &days) != 0 || days < CIVIL_DAYS_LEAST ||
	    days > CIVIL_DAYS_GREATEST)
		return ERR_MALFORMED;
	civil_format_day(days, text);
	mp_put_cstr(out, text);
	return 0;
}

static int show_instant(struct mp_reader *reader, struct buf *out)
{
	char text[CIVIL_INSTANT_TEXT_BYTES];
	struct civil_instant at;
	int64_t offset;
	size_t count;

	if (mp_read_array(reader, &count) != 0 || count != 2 ||
	    mp_read_int(reader, &at.ms) != 0 ||
	    mp_read_int(reader, &offset) != 0 ||
	    offset < -CIVIL_OFFSET_MAX_MIN || offset > CIVIL_OFFSET_MAX_MIN)
		return ERR_MALFORMED;
	at.offset_min = (int32_t)offset;
	if (!civil_is_instant(at))
		return ERR_MALFORMED;
	civil_format_instant(at, text);
	mp_put_cstr(out, text);
	return 0;
}

static int show_ref(struct mp_reader *reader, struct buf *out)
{
	char text[ULID_TEXT_BYTES + 1];
	struct id16 id;
	struct bytes raw;

	if (mp_read_bin(reader, &raw) != 0 || raw.len != sizeof id.b)
		return ERR_MALFORMED;
	memcpy(id.b, raw.ptr, sizeof id.b);
	ulid_format(&id, text);
	mp_put_cstr(out, text);
	return 0;
}

static int show_feeling(struct mp_reader *reader, struct buf *out)
{
	static const char *const keys[] = { "", "name", "before", "after" };
	struct mp_reader ahead;
	struct bytes raw;
	uint64_t key;
	size_t pairs;
	size_t known = 0;
	size_t i;

	if (mp_read_map(reader, &pairs) != 0)
		return ERR_MALFORMED;
	ahead = *reader;
	for (i = 0; i < pairs; i++) {
		if (mp_read_uint(&ahead, &key) != 0 ||
		    mp_read_raw(&ahead, &raw) != 0)
			return ERR_MALFORMED;
		known += key >= 1 && key <= 3;
	}
	mp_put_map(out, known);
	for (i = 0; i < pairs; i++) {
		int rc;

		if (mp_read_uint(reader, &key) != 0)
			return ERR_MALFORMED;
		if (key < 1 || key > 3) {
			rc = mp_read_raw(reader, &raw);
		} else {
			mp_put_cstr(out, keys[key]);
			rc = key == 1 ? show_type(reader, MP_STR, out)
				      : show_whole(reader, out);
		}
		if (rc != 0)
			return ERR_MALFORMED;
	}
	return 0;
}

static int show_numbers(struct mp_reader *reader, struct buf *out)
{
	size_t count;
	int rc = 0;

	if (mp_read_array(reader, &count) != 0)
		return ERR_MALFORMED;
	mp_put_array(out, count);
	for (; rc == 0 && count > 0; count--)
		rc = mp_peek(reader) == MP_NIL ? show_type(reader, MP_NIL, out)
					       : show_whole(reader, out);
	return rc;
}

int entryform_write_value(const struct entry_field *field, struct bytes stored,
			  struct buf *out)
{
	struct mp_reader reader = mp_reader(stored);
	size_t before = out->len;
	int rc = ERR_MALFORMED;

	switch (field->type) {
	case ENTRY_TYPE_TEXT:
	case ENTRY_TYPE_TEXTS:
	case ENTRY_TYPE_SLUG:
	case ENTRY_TYPE_SLUGS:
	case ENTRY_TYPE_CHOICE:
	case ENTRY_TYPE_ZONE:
		rc = show_type(&reader, MP_STR, out);
		break;
	case ENTRY_TYPE_WHOLE:
		rc = show_whole(&reader, out);
		break;
	case ENTRY_TYPE_YESNO:
	case ENTRY_TYPE_LIFE:
		rc = show_type(&reader, MP_BOOL, out);
		break;
	case ENTRY_TYPE_DATE:
		rc = show_date(&reader, out);
		break;
	case ENTRY_TYPE_INSTANT:
		rc = show_instant(&reader, out);
		break;
	case ENTRY_TYPE_REF:
		rc = show_ref(&reader, out);
		break;
	case ENTRY_TYPE_FEELINGS:
		rc = show_feeling(&reader, out);
		break;
	case ENTRY_TYPE_PHASES:
	case ENTRY_TYPE_ANSWERS:
		rc = show_numbers(&reader, out);
		break;
	case ENTRY_TYPE_IMPORTED:
	case ENTRY_TYPE_ATTACH:
		break;
	}
	if (rc == 0 && mp_at_end(&reader))
		return out->failed;
	out->len = before;
	return ERR_MALFORMED;
}

/* --- a field --- */

static bool is_many(const struct entry_field *field)
{
	return field->rule == ENTRY_RULE_list ||
	       field->rule == ENTRY_RULE_orset;
}

/* More words than this in one set come in the order they are stored. */
#define SORTED_MAX 256u

static void sort_words(struct bytes *words, size_t count)
{
	struct mp_reader reader;
	struct bytes texts[SORTED_MAX];
	struct bytes text;
	size_t i;
	size_t j;

	for (i = 0; i < count; i++) {
		struct bytes word = words[i];

		reader = mp_reader(word);
		if (mp_read_str(&reader, &text) != 0)
			text = word;
		for (j = i; j > 0 && bytes_compare(texts[j - 1], text) > 0;
		     j--) {
			texts[j] = texts[j - 1];
			words[j] = words[j - 1];
		}
		texts[j] = text;
		words[j] = word;
	}
}

static void show_items(const struct entry_field *field,
		       const struct bytes *values, size_t count,
		       struct pairs *pairs, uint64_t *more)
{
	struct buf items;
	size_t shown = 0;
	size_t i;

	buf_init(&items, LIMIT_FRAME_BYTES);
	for (i = 0; i < count; i++) {
		if (entryform_write_value(field, values[i], &items) == 0)
			shown++;
		else
			*more += 1;
	}
	if (shown > 0) {
		put_key(pairs, field->name);
		mp_put_array(&pairs->buf, shown);
		mp_put_raw(&pairs->buf, buf_bytes(&items));
	}
	if (pairs->buf.failed == 0)
		pairs->buf.failed = items.failed;
	buf_release(&items);
}

static void show_field(const struct entry_field *field,
		       const struct entry_stored *stored, struct pairs *pairs,
		       uint64_t *more)
{
	struct bytes words[SORTED_MAX];
	size_t len = pairs->buf.len;
	size_t count = pairs->count;

	if (field->rule == ENTRY_RULE_orset && stored->count <= SORTED_MAX) {
		memcpy(words, stored->values, stored->count * sizeof words[0]);
		sort_words(words, stored->count);
		show_items(field, words, stored->count, pairs, more);
		return;
	}
	if (is_many(field)) {
		show_items(field, stored->values, stored->count, pairs, more);
		return;
	}
	put_key(pairs, field->name);
	if (entryform_write_value(field, stored->values[0], &pairs->buf) == 0)
		return;
	if (pairs->buf.failed != 0)
		return;
	pairs_rewind(pairs, len, count);
	*more += 1;
}

static const struct entry_stored *stored_find(const struct entry_shown *entry,
					      uint32_t number)
{
	size_t i;

	for (i = 0; i < entry->field_count; i++) {
		if (entry->fields[i].number == number &&
		    entry->fields[i].count > 0)
			return &entry->fields[i];
	}
	return NULL;
}

/* Nothing at all when the entry does not have it. */
static void show_number(const struct entry_shown *entry, uint32_t number,
			struct pairs *pairs, uint64_t *more)
{
	const struct entry_stored *stored = stored_find(entry, number);
	const struct entry_field *field =
		entry_field_by_number(entry->kind, number);

	if (stored == NULL || field == NULL)
		return;
	if (stored->rule != (uint32_t)field->rule) {
		*more += 1;
		return;
	}
	show_field(field, stored, pairs, more);
}

/* --- names an import brought --- */

/* Is the name taken by a field that has a value by now? */
static bool is_taken(const struct entry_shown *entry, struct bytes name)
{
	const struct entry_field *field =
		entry_field_by_name(entry->kind, name);

	return field != NULL && stored_find(entry, field->number) != NULL;
}

static int read_carried(struct mp_reader *reader, struct entryform_carried *out)
{
	size_t count;

	out->is_outside = false;
	if (mp_read_array(reader, &count) != 0 || count < 2 || count > 3 ||
	    mp_read_str(reader, &out->name) != 0 ||
	    mp_read_bin(reader, &out->element) != 0)
		return ERR_MALFORMED;
	if (count == 3 && mp_read_bool(reader, &out->is_outside) != 0)
		return ERR_MALFORMED;
	return mpcheck(out->element, MPCHECK_CLIENT) == 0 ? 0 : ERR_MALFORMED;
}

static bool is_named(const struct entryform_carried *carried, const char *name)
{
	return carried->is_outside &&
	       bytes_equal(carried->name, bytes_from_str(name));
}

struct entryform_origin entryform_origin(struct bytes stored)
{
	struct entryform_origin origin = { .rev = 1 };
	struct mp_reader reader = mp_reader(stored);
	struct entryform_carried carried;
	size_t count = 0;
	int rc = mp_read_array(&reader, &count);

	for (; rc == 0 && count > 0; count--) {
		struct mp_reader element;

		rc = read_carried(&reader, &carried);
		if (rc != 0)
			break;
		element = mp_reader(carried.element);
		if (is_named(&carried, "device"))
			rc = mp_read_str(&element, &origin.device);
		else if (is_named(&carried, "rev"))
			rc = mp_read_uint(&element, &origin.rev);
	}
	if (origin.rev < 1 || origin.rev > ENTRYFORM_REV_MAX)
		origin.rev = 1;
	if (origin.device.len > LIMIT_DEVICE_NAME_BYTES)
		origin.device.len = 0;
	return origin;
}

static int show_carried(const struct entry_shown *entry,
			struct mp_reader *reader, bool outside,
			struct pairs *pairs)
{
	struct entryform_carried carried;

	if (read_carried(reader, &carried) != 0)
		return ERR_MALFORMED;
	if (carried.is_outside != outside ||
	    (!outside && is_taken(entry, carried.name)) ||
	    is_named(&carried, "device") || is_named(&carried, "rev"))
		return 0;
	mp_put_str(&pairs->buf, carried.name);
	mp_put_raw(&pairs->buf, carried.element);
	pairs->count++;
	return 0;
}

static void show_imported(const struct entry_shown *entry, bool outside,
			  struct pairs *pairs, uint64_t *more)
{
	const struct entry_stored *stored =
		stored_find(entry, ENTRY_base_imported);
	struct mp_reader reader;
	size_t len = pairs->buf.len;
	size_t before = pairs->count;
	size_t count;
	int rc;

	if (stored == NULL)
		return;
	reader = mp_reader(stored->values[0]);
	rc = mp_read_array(&reader, &count);
	for (; rc == 0 && count > 0; count--)
		rc = show_carried(entry, &reader, outside, pairs);
	if (rc == 0)
		return;
	pairs_rewind(pairs, len, before);
	*more += outside;
}

/* --- the entry --- */

/* What an entry is that was never tagged, starred, or put aside. */
static void show_default(const struct entry_shown *entry, uint32_t number,
			 struct pairs *pairs)
{
	if (!entry->is_whole || stored_find(entry, number) != NULL)
		return;
	if (number == ENTRY_base_tags) {
		put_key(pairs, "tags");
		mp_put_array(&pairs->buf, 0);
	} else if (number == ENTRY_base_starred) {
		put_key(pairs, "starred");
		mp_put_bool(&pairs->buf, false);
	} else {
		put_key(pairs, "state");
		mp_put_cstr(&pairs->buf, "done");
	}
}

static void show_head(const struct entry_shown *entry, struct pairs *pairs,
		      uint64_t *more)
{
	const struct entry_stored *imported =
		stored_find(entry, ENTRY_base_imported);
	struct entryform_origin origin = { .rev = 1 };
	char id[ULID_TEXT_BYTES + 1];

	if (imported != NULL)
		origin = entryform_origin(imported->values[0]);
	if (origin.device.len == 0)
		origin.device = entry->device;
	ulid_format(&entry->id, id);
	put_key(pairs, "kept");
	mp_put_uint(&pairs->buf, 1);
	put_key(pairs, "id");
	mp_put_cstr(&pairs->buf, id);
	put_key(pairs, "kind");
	mp_put_cstr(&pairs->buf, entry->kind->name);
	show_number(entry, ENTRY_base_at, pairs, more);
	show_number(entry, ENTRY_base_tz, pairs, more);
	show_number(entry, ENTRY_base_day, pairs, more);
	if (entry->device.len > 0) {
		put_key(pairs, "device");
		mp_put_str(&pairs->buf, origin.device);
	}
	if (entry->rev > 0) {
		put_key(pairs, "rev");
		mp_put_uint(&pairs->buf, entry->rev + origin.rev - 1);
	}
	show_number(entry, ENTRY_base_tags, pairs, more);
	show_default(entry, ENTRY_base_tags, pairs);
	show_number(entry, ENTRY_base_starred, pairs, more);
	show_default(entry, ENTRY_base_starred, pairs);
	if (entry->is_deleted) {
		put_key(pairs, "state");
		mp_put_cstr(&pairs->buf, "deleted");
	} else {
		show_number(entry, ENTRY_base_state, pairs, more);
		show_default(entry, ENTRY_base_state, pairs);
	}
}

static void show_marks(const struct entry_shown *entry, struct pairs *pairs)
{
	size_t i;

	if (entry->mark_count == 0 && !entry->is_whole)
		return;
	put_key(pairs, "marks");
	mp_put_array(&pairs->buf, entry->mark_count);
	for (i = 0; i < entry->mark_count; i++)
		mp_put_cstr(&pairs->buf, entry->marks[i]);
}

/* Numbers that no row of this build has, or that it does not show yet. */
static uint64_t count_unknown(const struct entry_shown *entry)
{
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < entry->field_count; i++) {
		const struct entry_field *field = entry_field_by_number(
			entry->kind, entry->fields[i].number);

		count += field == NULL || field->flags == ENTRY_LATER ||
			 field->flags == ENTRY_DERIVED;
	}
	return count;
}

int entryform_write(const struct entry_shown *entry, struct buf *out)
{
	uint64_t more = count_unknown(entry);
	struct pairs pairs;
	struct pairs fields;
	size_t i;

	pairs_init(&pairs);
	pairs_init(&fields);
	show_head(entry, &pairs, &more);
	show_marks(entry, &pairs);
	for (i = 0; i < entry->kind->field_count; i++) {
		if (entry->kind->fields[i].flags == ENTRY_NONE ||
		    entry->kind->fields[i].flags == ENTRY_REQUIRED)
			show_number(entry, entry->kind->fields[i].number,
				    &fields, &more);
	}
	show_number(entry, ENTRY_base_text, &fields, &more);
	show_imported(entry, false, &fields, &more);
	put_key(&pairs, "f");
	pairs_finish(&fields, &pairs.buf);
	show_imported(entry, true, &pairs, &more);
	if (more > 0) {
		put_key(&pairs, "more");
		mp_put_uint(&pairs.buf, more);
	}
	mp_put_raw(&pairs.buf, entry->extra);
	pairs.count += entry->extra_pairs;
	pairs_finish(&pairs, out);
	return out->failed;
}
