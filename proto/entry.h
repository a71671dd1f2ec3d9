/*
 * entry.h - the kinds of entries and their fields (entry.def) as tables.
 *
 * How a stored value looks and how a program sees it: entryform.h.
 */
#ifndef KEPT_PROTO_ENTRY_H
#define KEPT_PROTO_ENTRY_H

#include "proto/base/bytes.h"
#include "proto/bounds.h"

enum entry_type {
	ENTRY_TYPE_TEXT,
	ENTRY_TYPE_TEXTS,
	ENTRY_TYPE_SLUG,
	ENTRY_TYPE_SLUGS,
	ENTRY_TYPE_CHOICE,
	ENTRY_TYPE_WHOLE,
	ENTRY_TYPE_YESNO,
	ENTRY_TYPE_DATE,
	ENTRY_TYPE_INSTANT,
	ENTRY_TYPE_REF,
	ENTRY_TYPE_ZONE,
	ENTRY_TYPE_FEELINGS,
	ENTRY_TYPE_PHASES,
	ENTRY_TYPE_ANSWERS,
	ENTRY_TYPE_LIFE,
	ENTRY_TYPE_IMPORTED,
	ENTRY_TYPE_ATTACH
};

/* Numbers of rule.def (the same as RULE_* of crdt/merge.h). */
enum entry_rule {
#define RULE(name, number, doc) ENTRY_RULE_##name = (number),
#include "proto/rule.def"
#undef RULE
};

enum entry_flag {
	ENTRY_NONE = 0,
	ENTRY_REQUIRED = 1,
	ENTRY_DERIVED = 2,
	ENTRY_LATER = 4
};

enum entry_needs {
	ENTRY_NEEDS_FIELDS,
	ENTRY_NEEDS_ANY,
	ENTRY_NEEDS_TEXT,
	ENTRY_NEEDS_HIDDEN
};

struct entry_field {
	uint32_t number; /* key in a block's ops */
	const char *name;
	enum entry_type type;
	enum entry_rule rule;
	int64_t low; /* per type: entry.def */
	int64_t high;
	const char *choices; /* "a|b|c" or NULL */
	enum entry_flag flags;
	uint32_t list_key; /* merge_edit.list_key; 0 but for feelings */
	const char *prompt; /* "" where nobody asks */
	const char *doc;
};

struct entry_kind {
	uint32_t number; /* kind in a block's header */
	const char *name;
	const char *title;
	enum entry_needs needs;
	uint32_t text_max; /* scalars; 0: LIMIT_ENTRY_TEXT_BYTES alone */
	const struct entry_field *fields; /* own ones, from 16 */
	size_t field_count;
	const char *doc;
};

struct entry_pattern {
	const char *slug;
	const char *name;
	const char *line;
};

/* ENTRY_KIND_thought = 1, and so on; ENTRY_KIND_base is no kind. */
enum entry_kind_number {
#define KIND(name, number, title, needs, text_max, doc)                        \
	ENTRY_KIND_##name = (number),
#define FIELD(kind, number, name, type, rule, low, high, choices, flags,       \
	      prompt, doc)
#define END(name)
#include "proto/entry.def"
#undef KIND
#undef FIELD
#undef END
};

/* ENTRY_base_at = 2, ENTRY_thought_feelings = 17, and so on. */
enum entry_field_number {
#define KIND(name, number, title, needs, text_max, doc)
#define FIELD(kind, number, name, type, rule, low, high, choices, flags,       \
	      prompt, doc)                                                     \
	ENTRY_##kind##_##name = (number),
#define END(name)
#include "proto/entry.def"
#undef KIND
#undef FIELD
#undef END
};

/* At least the fields of any kind and the base ones. */
#define ENTRY_FIELDS_MAX 32u

/* NULL if there is none. `base` is not found by any of these. */
const struct entry_kind *entry_kind_by_number(uint64_t number);
const struct entry_kind *entry_kind_by_name(struct bytes name);
/* In table order from 0; NULL at the end. */
const struct entry_kind *entry_kind_at(size_t place);
const struct entry_kind *entry_base(void);

/* Is it none of the person's entries (HIDDEN in entry.def)? For every row of a
 * list, so without looking it up. */
static inline bool entry_kind_is_hidden(uint64_t number)
{
	return number == ENTRY_KIND_settings;
}

/* A field of the kind or a base one; NULL if there is none. */
const struct entry_field *entry_field_by_number(const struct entry_kind *kind,
						uint64_t number);
/* What a program may name: fields of the kind, and `text`. */
const struct entry_field *entry_field_by_name(const struct entry_kind *kind,
					      struct bytes name);
/* The kind's first required text field, or NULL. */
const struct entry_field *entry_field_first(const struct entry_kind *kind);

/*
 * The choice at a place in "a|b|c"; len 0 at the end. For prompts.
 */
struct bytes entry_choice_at(const struct entry_field *field, size_t place);

const struct entry_pattern *entry_pattern_at(size_t place); /* NULL: end */
const struct entry_pattern *entry_pattern_by_slug(struct bytes slug);

#endif
