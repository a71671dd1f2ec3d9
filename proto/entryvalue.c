/*
 * entryvalue.c - what each type of entry.def takes from a program, and how it
 * is stored.
 *
 * One function per type; none repeats in a refusal what was written. Read
 * next: entryshow.c, which shows the stored value again.
 */
#include "proto/entryvalue.h"

#include "proto/base/utf8.h"
#include "proto/civil.h"
#include "proto/mp.h"
#include "proto/ulid.h"

static bool is_blank(struct bytes text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] != ' ' && text.ptr[i] != '\n' &&
		    text.ptr[i] != '\t' && text.ptr[i] != '\r')
			return false;
	}
	return true;
}

/* One text within the row's limits. */
static int check_text(const struct entry_field *field, struct bytes text,
		      struct err *err)
{
	unsigned most = (unsigned)field->high;

	if (field->low > 0 && is_blank(text))
		return err_set(err, ERR_USAGE,
			       "`%s` has no words in it yet. %s", field->name,
			       field->prompt);
	if (text.len > LIMIT_ENTRY_TEXT_BYTES ||
	    utf8_count(text) > (uint64_t)field->high)
		return err_set(err, ERR_LIMIT,
			       "`%s` takes up to %u characters. What is longer "
			       "fits into `text`.",
			       field->name, most);
	return 0;
}

static int read_text(const struct entry_field *field, struct mp_reader *reader,
		     struct buf *out, struct err *err)
{
	struct bytes text;
	int rc;

	if (mp_read_str(reader, &text) != 0)
		return err_set(err, ERR_USAGE, "`%s` takes text.", field->name);
	rc = check_text(field, text, err);
	if (rc == 0)
		mp_put_str(out, text);
	return rc;
}

static int read_texts(const struct entry_field *field, struct mp_reader *reader,
		      struct buf *out, struct err *err)
{
	size_t count;
	int rc = 0;

	if (mp_read_array(reader, &count) != 0)
		return err_set(err, ERR_USAGE, "`%s` takes a list of texts.",
			       field->name);
	if (count > LIMIT_LIST_ITEMS)
		return err_set(err, ERR_LIMIT, "`%s` takes up to %u items.",
			       field->name, LIMIT_LIST_ITEMS);
	mp_put_array(out, count);
	for (; rc == 0 && count > 0; count--)
		rc = read_text(field, reader, out, err);
	return rc;
}

static int check_slug(const struct entry_field *field, struct bytes slug,
		      struct err *err)
{
	bool is_fine = slug.len >= 1 && slug.len <= (uint64_t)field->high;
	size_t i;

	for (i = 0; i < slug.len; i++) {
		uint8_t c = slug.ptr[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
			is_fine = false;
	}
	if (is_fine)
		return 0;
	return err_set(err, ERR_USAGE,
		       "`%s` takes words of small letters a-z, digits, and -, "
		       "up to %u of them.",
		       field->name, (unsigned)field->high);
}

static int read_slug(const struct entry_field *field, struct mp_reader *reader,
		     struct buf *out, struct err *err)
{
	struct bytes slug = { NULL, 0 };
	int rc;

	if (mp_read_str(reader, &slug) != 0)
		slug.len = 0;
	rc = check_slug(field, slug, err);
	if (rc == 0)
		mp_put_str(out, slug);
	return rc;
}

/* Sorted, and each once: the same set is the same bytes. */
static int read_slugs(const struct entry_field *field, struct mp_reader *reader,
		      struct buf *out, struct err *err)
{
	struct bytes slugs[LIMIT_TAGS];
	struct bytes slug;
	size_t given;
	size_t count = 0;
	size_t i;

	if (mp_read_array(reader, &given) != 0)
		return err_set(err, ERR_USAGE, "`%s` takes a list of words.",
			       field->name);
	if (given > LIMIT_TAGS)
		return err_set(err, ERR_LIMIT, "`%s` takes up to %u words.",
			       field->name, LIMIT_TAGS);
	for (; given > 0; given--) {
		if (mp_read_str(reader, &slug) != 0)
			slug.len = 0;
		if (check_slug(field, slug, err) != 0)
			return ERR_USAGE;
		for (i = count; i > 0; i--) {
			if (bytes_compare(slugs[i - 1], slug) <= 0)
				break;
			slugs[i] = slugs[i - 1];
		}
		slugs[i] = slug;
		count++;
		if (i == 0 || !bytes_equal(slugs[i - 1], slug))
			continue;
		memmove(&slugs[i], &slugs[i + 1],
			(count - i - 1) * sizeof slugs[0]);
		count--;
	}
	mp_put_array(out, count);
	for (i = 0; i < count; i++)
		mp_put_str(out, slugs[i]);
	return 0;
}

static int read_choice(const struct entry_field *field,
		       struct mp_reader *reader, struct buf *out,
		       struct err *err)
{
	struct bytes word = { NULL, 0 };
	struct bytes choice;
	size_t place = 0;

	if (mp_read_str(reader, &word) != 0)
		word.len = 0;
	do {
		choice = entry_choice_at(field, place++);
		if (choice.len > 0 && bytes_equal(choice, word)) {
			mp_put_str(out, word);
			return 0;
		}
	} while (choice.len > 0);
	return err_set(err, ERR_USAGE, "`%s` is one of %s.", field->name,
		       field->choices);
}

static int read_whole(const struct entry_field *field, struct mp_reader *reader,
		      struct buf *out, struct err *err)
{
	int64_t v;

	if (mp_read_int(reader, &v) != 0 || v < field->low || v > field->high)
		return err_set(err, ERR_USAGE,
			       "`%s` is a whole number from %lld to %lld.",
			       field->name, (long long)field->low,
			       (long long)field->high);
	mp_put_int(out, v);
	return 0;
}

static int read_yesno(const struct entry_field *field, struct mp_reader *reader,
		      struct buf *out, struct err *err)
{
	bool v;

	if (mp_read_bool(reader, &v) != 0)
		return err_set(err, ERR_USAGE, "`%s` is true or false.",
			       field->name);
	mp_put_bool(out, v);
	return 0;
}

static int read_date(const struct entry_field *field, struct mp_reader *reader,
		     struct buf *out, struct err *err)
{
	struct bytes text;
	int64_t days;

	if (mp_read_str(reader, &text) != 0 ||
	    civil_parse_day(text, &days) != 0)
		return err_set(err, ERR_USAGE,
			       "`%s` is a day of the calendar, like "
			       "2025-08-21.",
			       field->name);
	mp_put_int(out, days);
	return 0;
}

static int read_instant(const struct entry_field *field,
			struct mp_reader *reader, struct buf *out,
			struct err *err)
{
	struct civil_instant at;
	struct bytes text;

	if (mp_read_str(reader, &text) != 0 ||
	    civil_parse_instant(text, &at) != 0)
		return err_set(err, ERR_USAGE,
			       "`%s` is a time with its offset, like "
			       "2025-08-15T10:40:00-04:00.",
			       field->name);
	mp_put_array(out, 2);
	mp_put_int(out, at.ms);
	mp_put_int(out, at.offset_min);
	return 0;
}

static int read_ref(const struct entry_field *field, struct mp_reader *reader,
		    struct buf *out, struct err *err)
{
	struct bytes text;
	struct id16 id;

	if (mp_read_str(reader, &text) != 0 || ulid_parse(text, &id) != 0)
		return err_set(err, ERR_USAGE,
			       "`%s` is the id of an entry, all 26 letters.",
			       field->name);
	mp_put_bin(out, bytes_of(id.b, sizeof id.b));
	return 0;
}

static int read_zone(const struct entry_field *field, struct mp_reader *reader,
		     struct buf *out, struct err *err)
{
	static const char marks[] = "/_+-";
	struct bytes zone;
	bool is_fine = mp_read_str(reader, &zone) == 0;
	size_t i;

	is_fine = is_fine && zone.len >= 1 && zone.len <= (size_t)field->high;
	for (i = 0; is_fine && i < zone.len; i++) {
		uint8_t c = zone.ptr[i];

		is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			  (c >= '0' && c <= '9') ||
			  memchr(marks, c, sizeof marks - 1) != NULL;
	}
	if (!is_fine)
		return err_set(err, ERR_USAGE,
			       "`%s` is a time zone, like America/New_York.",
			       field->name);
	mp_put_str(out, zone);
	return 0;
}

/* --- feelings --- */

struct feeling {
	struct bytes name;
	int64_t strength[2]; /* before, after; -1: not answered */
};

static const char *const feeling_keys[3] = { "name", "before", "after" };

static int say_feelings(const struct entry_field *field, struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "`%s` takes up to %u feelings, each with a `name` of up "
		       "to 40 characters, and `before` and `after` from 0 to "
		       "100.",
		       field->name, (unsigned)field->high);
}

static int read_strength(struct mp_reader *reader, int64_t *out)
{
	if (mp_peek(reader) == MP_NIL)
		return mp_read_nil(reader);
	if (mp_read_int(reader, out) != 0 || *out < 0 || *out > 100)
		return ERR_USAGE;
	return 0;
}

static int read_feeling(struct mp_reader *reader, struct feeling *out)
{
	uint32_t seen = 0;
	struct bytes key;
	size_t pairs;
	size_t place;
	int rc;

	*out = (struct feeling){ .strength = { -1, -1 } };
	if (mp_read_map(reader, &pairs) != 0)
		return ERR_USAGE;
	for (; pairs > 0; pairs--) {
		if (mp_read_str(reader, &key) != 0)
			return ERR_USAGE;
		for (place = 0; place < 3; place++) {
			if (bytes_equal(bytes_from_str(feeling_keys[place]),
					key))
				break;
		}
		if (place == 3 || (seen >> place & 1u) != 0)
			return ERR_USAGE;
		seen |= UINT32_C(1) << place;
		if (place == 0)
			rc = mp_read_str(reader, &out->name);
		else
			rc = read_strength(reader, &out->strength[place - 1]);
		if (rc != 0)
			return ERR_USAGE;
	}
	if (is_blank(out->name) || utf8_count(out->name) > 40)
		return ERR_USAGE;
	return 0;
}

static void put_feeling(const struct feeling *feeling, struct buf *out)
{
	size_t i;

	mp_put_map(out, 1 + (size_t)(feeling->strength[0] >= 0) +
				(size_t)(feeling->strength[1] >= 0));
	mp_put_uint(out, 1);
	mp_put_str(out, feeling->name);
	for (i = 0; i < 2; i++) {
		if (feeling->strength[i] < 0)
			continue;
		mp_put_uint(out, 2 + i);
		mp_put_int(out, feeling->strength[i]);
	}
}

#define FEELINGS_MAX 8

static int read_feelings(const struct entry_field *field,
			 struct mp_reader *reader, struct buf *out,
			 struct err *err)
{
	struct feeling all[FEELINGS_MAX];
	size_t count;
	size_t i;
	size_t j;

	if (mp_read_array(reader, &count) != 0 || count > FEELINGS_MAX ||
	    count > (size_t)field->high)
		return say_feelings(field, err);
	for (i = 0; i < count; i++) {
		if (read_feeling(reader, &all[i]) != 0)
			return say_feelings(field, err);
		for (j = 0; j < i; j++) {
			if (bytes_equal(all[i].name, all[j].name))
				return err_set(err, ERR_USAGE,
					       "`%s` has the same feeling "
					       "twice.",
					       field->name);
		}
	}
	mp_put_array(out, count);
	for (i = 0; i < count; i++)
		put_feeling(&all[i], out);
	return 0;
}

/* --- lists of numbers that are one value --- */

static int read_phases(const struct entry_field *field,
		       struct mp_reader *reader, struct buf *out,
		       struct err *err)
{
	int64_t phases[4];
	size_t count = 0;
	size_t i;
	bool is_fine = mp_read_array(reader, &count) == 0 && count == 4;

	for (i = 0; is_fine && i < 4; i++)
		is_fine = mp_read_int(reader, &phases[i]) == 0 &&
			  phases[i] >= field->low && phases[i] <= field->high;
	if (!is_fine || phases[0] == 0 || phases[2] == 0)
		return err_set(err, ERR_USAGE,
			       "`%s` is in, hold, out, and hold in tenths of a "
			       "second: four whole numbers from %lld to %lld, "
			       "in and out above 0.",
			       field->name, (long long)field->low,
			       (long long)field->high);
	mp_put_array(out, 4);
	for (i = 0; i < 4; i++)
		mp_put_int(out, phases[i]);
	return 0;
}

static int read_answers(const struct entry_field *field,
			struct mp_reader *reader, struct buf *out,
			struct err *err)
{
	size_t count;
	int rc = 0;

	if (mp_read_array(reader, &count) != 0 || count > LIMIT_LIST_ITEMS)
		return err_set(err, ERR_USAGE,
			       "`%s` is a list of whole numbers, with null "
			       "where there was no answer.",
			       field->name);
	mp_put_array(out, count);
	for (; rc == 0 && count > 0; count--) {
		if (mp_peek(reader) != MP_NIL) {
			rc = read_whole(field, reader, out, err);
			continue;
		}
		rc = mp_read_nil(reader);
		mp_put_nil(out);
	}
	return rc;
}

int entryvalue_read(const struct entry_field *field, struct bytes element,
		    struct buf *out, struct err *err)
{
	struct mp_reader reader = mp_reader(element);

	switch (field->type) {
	case ENTRY_TYPE_TEXT:
		return read_text(field, &reader, out, err);
	case ENTRY_TYPE_TEXTS:
		return read_texts(field, &reader, out, err);
	case ENTRY_TYPE_SLUG:
		return read_slug(field, &reader, out, err);
	case ENTRY_TYPE_SLUGS:
		return read_slugs(field, &reader, out, err);
	case ENTRY_TYPE_CHOICE:
		return read_choice(field, &reader, out, err);
	case ENTRY_TYPE_WHOLE:
		return read_whole(field, &reader, out, err);
	case ENTRY_TYPE_YESNO:
		return read_yesno(field, &reader, out, err);
	case ENTRY_TYPE_DATE:
		return read_date(field, &reader, out, err);
	case ENTRY_TYPE_INSTANT:
		return read_instant(field, &reader, out, err);
	case ENTRY_TYPE_REF:
		return read_ref(field, &reader, out, err);
	case ENTRY_TYPE_ZONE:
		return read_zone(field, &reader, out, err);
	case ENTRY_TYPE_FEELINGS:
		return read_feelings(field, &reader, out, err);
	case ENTRY_TYPE_PHASES:
		return read_phases(field, &reader, out, err);
	case ENTRY_TYPE_ANSWERS:
		return read_answers(field, &reader, out, err);
	case ENTRY_TYPE_LIFE:
	case ENTRY_TYPE_IMPORTED:
	case ENTRY_TYPE_ATTACH:
		break;
	}
	return err_set(err, ERR_USAGE, "`%s` is kept's own.", field->name);
}
