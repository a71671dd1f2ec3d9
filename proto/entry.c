/*
 * entry.c - entry.def and patterns.def expanded, and look-ups in them.
 *
 * Only tables; what a value may be is checked in entryform.c. A row without
 * a doc does not compile.
 */
#include "proto/entry.h"

/* clang-format off: rows expand to initializers */
#define KIND(row, number, title, needs, text_max, doc)                         \
	_Static_assert(sizeof(doc) > 1 && sizeof(title) > 1,                   \
		       "a kind says what it is");                              \
	static const struct entry_field row##_fields[] = {
#define FIELD(kind, num, str, form, how, least, most, words, bits, ask, text)  \
	{ .number = (num),                                                     \
	  .name = #str,                                                        \
	  .type = ENTRY_TYPE_##form,                                           \
	  .rule = ENTRY_RULE_##how,                                            \
	  .low = (least),                                                      \
	  .high = (most),                                                      \
	  .choices = words,                                                    \
	  .flags = ENTRY_##bits,                                               \
	  .list_key = ENTRY_TYPE_##form == ENTRY_TYPE_FEELINGS ? 1 : 0,        \
	  .prompt = ask,                                                       \
	  .doc = text },
#define END(row)                                                               \
	{                                                                      \
		0                                                              \
	}                                                                      \
	}                                                                      \
	;
#include "proto/entry.def"
#undef KIND
#undef FIELD
#undef END

#define KIND(row, num, head, want, most, text)                                 \
	{ .number = (num),                                                     \
	  .name = #row,                                                        \
	  .title = head,                                                       \
	  .needs = ENTRY_NEEDS_##want,                                         \
	  .text_max = (most),                                                  \
	  .fields = row##_fields,                                              \
	  .field_count = KEPT_ARRAY_COUNT(row##_fields) - 1,                   \
	  .doc = text },
#define FIELD(kind, number, name, type, rule, low, high, choices, flags,       \
	      prompt, doc)
#define END(name)
static const struct entry_kind kinds[] = {
#include "proto/entry.def"
};
#undef KIND
#undef FIELD
#undef END

#define KIND(name, number, title, needs, text_max, doc)
#define FIELD(kind, number, name, type, rule, low, high, choices, flags,       \
	      prompt, doc)                                                     \
	_Static_assert(sizeof(doc) > 1, "a field says what it is");
#define END(row)                                                               \
	_Static_assert(KEPT_ARRAY_COUNT(row##_fields) + 11 < ENTRY_FIELDS_MAX, \
		       "room in a form");
#include "proto/entry.def"
#undef KIND
#undef FIELD
#undef END

#define PATTERN(slug, name, line) { slug, name, line },
static const struct entry_pattern patterns[] = {
#include "proto/patterns.def"
};
#undef PATTERN
/* clang-format on */

const struct entry_kind *entry_base(void)
{
	return &kinds[0];
}

const struct entry_kind *entry_kind_at(size_t place)
{
	if (place >= KEPT_ARRAY_COUNT(kinds) - 1)
		return NULL;
	return &kinds[place + 1];
}

const struct entry_kind *entry_kind_by_number(uint64_t number)
{
	size_t i;

	for (i = 1; i < KEPT_ARRAY_COUNT(kinds); i++) {
		if (kinds[i].number == number)
			return &kinds[i];
	}
	return NULL;
}

const struct entry_kind *entry_kind_by_name(struct bytes name)
{
	size_t i;

	for (i = 1; i < KEPT_ARRAY_COUNT(kinds); i++) {
		if (bytes_equal(bytes_from_str(kinds[i].name), name))
			return &kinds[i];
	}
	return NULL;
}

static const struct entry_field *find_number(const struct entry_kind *kind,
					     uint64_t number)
{
	size_t i;

	for (i = 0; i < kind->field_count; i++) {
		if (kind->fields[i].number == number)
			return &kind->fields[i];
	}
	return NULL;
}

const struct entry_field *entry_field_by_number(const struct entry_kind *kind,
						uint64_t number)
{
	return find_number(number < 16 ? entry_base() : kind, number);
}

const struct entry_field *entry_field_by_name(const struct entry_kind *kind,
					      struct bytes name)
{
	size_t i;

	for (i = 0; i < kind->field_count; i++) {
		if (bytes_equal(bytes_from_str(kind->fields[i].name), name))
			return &kind->fields[i];
	}
	if (bytes_equal(name, bytes_from_str("text")))
		return find_number(entry_base(), ENTRY_base_text);
	return NULL;
}

const struct entry_field *entry_field_first(const struct entry_kind *kind)
{
	size_t i;

	for (i = 0; i < kind->field_count; i++) {
		const struct entry_field *field = &kind->fields[i];

		if (field->flags == ENTRY_REQUIRED &&
		    field->type == ENTRY_TYPE_TEXT)
			return field;
	}
	return NULL;
}

struct bytes entry_choice_at(const struct entry_field *field, size_t place)
{
	const char *at = field->choices;
	const char *end;

	if (at == NULL)
		return bytes_of(NULL, 0);
	for (; place > 0; place--) {
		at = strchr(at, '|');
		if (at == NULL)
			return bytes_of(NULL, 0);
		at++;
	}
	end = strchr(at, '|');
	return bytes_of(at, end == NULL ? strlen(at) : (size_t)(end - at));
}

const struct entry_pattern *entry_pattern_at(size_t place)
{
	return place < KEPT_ARRAY_COUNT(patterns) ? &patterns[place] : NULL;
}

const struct entry_pattern *entry_pattern_by_slug(struct bytes slug)
{
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(patterns); i++) {
		if (bytes_equal(bytes_from_str(patterns[i].slug), slug))
			return &patterns[i];
	}
	return NULL;
}
