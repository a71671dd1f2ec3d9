/*
 * insighttake.c - what the fields of each kind put into a fact.
 *
 * One table says which. What is not what its field takes was not answered.
 * Must never keep a word of anybody: of a thought only the hash of its words.
 * Read next: insightfacts.c.
 */
#include "daemon/vault/insighttake.h"

#include "daemon/vault/inside.h"
#include "daemon/vault/wordtext.h"
#include "proto/base/mem.h"
#include "proto/civil.h"
#include "proto/mp.h"

/* ---- values ---- */

/* UINT16_MAX: empty, too long, or one more than there is room for. */
static uint16_t pattern_no(struct fact_reading *reading, struct bytes slug)
{
	struct facts *facts = &reading->vault->facts;

	if (slug.len == 0 || slug.len >= FACT_PATTERN_BYTES)
		return UINT16_MAX;
	for (uint16_t i = 0; i < facts->pattern_count; i++) {
		if (bytes_equal(bytes_from_str(facts->patterns[i]), slug))
			return i;
	}
	if (facts->patterns == NULL)
		facts->patterns =
			mem_alloc(LIMIT_FACT_PATTERNS, sizeof *facts->patterns);
	if (facts->patterns == NULL)
		reading->code = ERR_NOMEM;
	if (facts->patterns == NULL ||
	    facts->pattern_count == LIMIT_FACT_PATTERNS)
		return UINT16_MAX;
	memcpy(facts->patterns[facts->pattern_count], slug.ptr, slug.len);
	return facts->pattern_count++;
}

/* A whole number of a field, within what it takes. */
static int32_t whole_of(const struct entry_field *field, struct bytes value)
{
	struct mp_reader reader = mp_reader(value);
	int64_t number = 0;

	if (mp_read_int(&reader, &number) != 0 || number <= INT32_MIN ||
	    number > INT32_MAX)
		return FACT_ABSENT;
	if (field->type == ENTRY_TYPE_WHOLE &&
	    (number < field->low || number > field->high))
		return FACT_ABSENT;
	if (field->type == ENTRY_TYPE_DATE &&
	    (number < CIVIL_DAYS_LEAST || number > CIVIL_DAYS_GREATEST))
		return FACT_ABSENT;
	return (int32_t)number;
}

static int32_t choice_of(const struct entry_field *field, struct bytes value)
{
	struct mp_reader reader = mp_reader(value);
	struct bytes text, choice;

	if (mp_read_str(&reader, &text) != 0)
		return FACT_ABSENT;
	for (size_t i = 0;; i++) {
		choice = entry_choice_at(field, i);
		if (choice.len == 0)
			return FACT_ABSENT;
		if (bytes_equal(choice, text))
			return (int32_t)i;
	}
}

static int32_t hint_of(struct bytes value)
{
	struct mp_reader reader = mp_reader(value);
	const struct entry_kind *kind;
	struct bytes text;

	if (mp_read_str(&reader, &text) != 0)
		return FACT_ABSENT;
	kind = entry_kind_by_name(text);
	return kind == NULL ? 0 : (int32_t)kind->number;
}

static bool is_said(struct bytes value)
{
	struct mp_reader reader = mp_reader(value);
	struct bytes text;

	return mp_peek(&reader) != MP_STR ||
	       (mp_read_str(&reader, &text) == 0 && text.len > 0);
}

static void take_ref(struct fact_reading *reading, struct bytes value)
{
	struct mp_reader reader = mp_reader(value);
	struct bytes id;

	if (mp_read_bin(&reader, &id) == 0 && id.len == sizeof(struct id16))
		memcpy(reading->fact->ref.b, id.ptr, id.len);
}

/* {1: name, 2: before, 3: after} */
static void take_feeling(struct fact_reading *reading, struct bytes value)
{
	struct fact *fact = reading->fact;
	struct mp_reader reader = mp_reader(value);
	uint64_t strength[4] = { 101, 101, 101, 101 };
	size_t pairs = 0;
	struct bytes raw;

	if (mp_read_map(&reader, &pairs) != 0)
		return;
	for (; pairs > 0; pairs--) {
		uint64_t key = 0;
		int code;

		if (mp_read_uint(&reader, &key) != 0)
			return;
		code = key == 2 || key == 3
			       ? mp_read_uint(&reader, &strength[key])
			       : mp_read_raw(&reader, &raw);
		if (code != 0)
			return;
	}
	if (strength[3] <= 100)
		fact->numbers[FACT_THOUGHT_is_weighed] = 1;
	if (strength[2] > 100 || strength[3] > 100 ||
	    fact->pair_count == LIMIT_FACT_ITEMS)
		return;
	reading->pairs[2 * fact->pair_count] = (uint16_t)strength[2];
	reading->pairs[2 * fact->pair_count + 1] = (uint16_t)strength[3];
	fact->pair_count++;
}

static void take_pattern(struct fact_reading *reading, struct bytes value)
{
	struct fact *fact = reading->fact;
	struct mp_reader reader = mp_reader(value);
	struct bytes slug;
	uint16_t no;

	if (mp_read_str(&reader, &slug) != 0 ||
	    fact->pattern_count == LIMIT_FACT_ITEMS)
		return;
	no = pattern_no(reading, slug);
	for (size_t i = 0; i < fact->pattern_count; i++) {
		if (reading->patterns[i] == no)
			return;
	}
	if (no != UINT16_MAX)
		reading->patterns[fact->pattern_count++] = no;
}

/* The same thought in other letters, blanks, and points is the same. */
static void take_words(struct fact_reading *reading, struct bytes value)
{
	struct mp_reader reader = mp_reader(value);
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	struct buf *folded = &reading->vault->text;
	struct bytes text;

	buf_clear(folded);
	if (mp_read_str(&reader, &text) != 0)
		return;
	if (wordtext_fold(text, folded) == ERR_NOMEM)
		reading->code = ERR_NOMEM;
	if (folded->failed != 0 || folded->len == 0)
		return;
	for (size_t i = 0; i < folded->len; i++)
		hash = (hash ^ folded->ptr[i]) * UINT64_C(0x100000001b3);
	reading->fact->words = hash == 0 ? 1 : hash;
}

/* ---- fields ---- */

enum take {
	TAKE_NUMBER,
	TAKE_FLAG,
	TAKE_COUNT,
	TAKE_HINT,
	TAKE_REF,
	TAKE_FEELING,
	TAKE_PATTERN,
	TAKE_WORDS
};

#define NUMBER(kind, field, slot)                                              \
	{                                                                      \
		ENTRY_KIND_##kind, ENTRY_##kind##_##field, TAKE_NUMBER, slot   \
	}
#define FLAG(kind, field, slot)                                                \
	{                                                                      \
		ENTRY_KIND_##kind, ENTRY_##kind##_##field, TAKE_FLAG, slot     \
	}
#define OTHER(kind, field, take, slot)                                         \
	{                                                                      \
		ENTRY_KIND_##kind, ENTRY_##kind##_##field, take, slot          \
	}

static const struct {
	uint16_t kind;
	uint16_t field;
	enum take take;
	uint8_t slot;
} takes[] = {
	NUMBER(thought, belief_before, FACT_THOUGHT_before),
	NUMBER(thought, belief_after, FACT_THOUGHT_after),
	FLAG(thought, belief_after, FACT_THOUGHT_is_weighed),
	FLAG(thought, evidence_for, FACT_THOUGHT_is_weighed),
	FLAG(thought, evidence_against, FACT_THOUGHT_is_weighed),
	FLAG(thought, balanced, FACT_THOUGHT_is_weighed),
	FLAG(thought, belief_balanced, FACT_THOUGHT_is_weighed),
	OTHER(thought, feelings, TAKE_FEELING, 0),
	OTHER(thought, patterns, TAKE_PATTERN, 0),
	OTHER(thought, thought, TAKE_WORDS, 0),
	NUMBER(win, size, FACT_WIN_size),
	OTHER(win, counts_for, TAKE_REF, 0),
	NUMBER(breath, cycles, FACT_BREATH_cycles),
	NUMBER(breath, calm_before, FACT_BREATH_before),
	NUMBER(breath, calm_after, FACT_BREATH_after),
	NUMBER(mood, mood, FACT_MOOD_mood),
	NUMBER(mood, confidence, FACT_MOOD_confidence),
	NUMBER(mood, energy, FACT_MOOD_energy),
	NUMBER(boundary, held, FACT_BOUNDARY_held),
	OTHER(boundary, counts_for, TAKE_REF, 0),
	NUMBER(goal, status, FACT_GOAL_status),
	NUMBER(goal, measure, FACT_GOAL_measure),
	NUMBER(goal, target, FACT_GOAL_target),
	NUMBER(goal, due, FACT_GOAL_due),
	NUMBER(checkin, progress, FACT_CHECKIN_progress),
	OTHER(checkin, goal, TAKE_REF, 0),
	NUMBER(session, number, FACT_SESSION_number),
	FLAG(session, number, FACT_SESSION_is_held),
	FLAG(session, of, FACT_SESSION_is_held),
	FLAG(session, with, FACT_SESSION_is_held),
	FLAG(session, minutes, FACT_SESSION_is_held),
	FLAG(session, talked_about, FACT_SESSION_is_held),
	FLAG(session, takeaways, FACT_SESSION_is_held),
	FLAG(session, next_at, FACT_SESSION_is_held),
	OTHER(session, to_bring, TAKE_COUNT, FACT_SESSION_to_bring),
	NUMBER(homework, status, FACT_HOMEWORK_status),
	NUMBER(homework, how_often, FACT_HOMEWORK_often),
	NUMBER(homework, target, FACT_HOMEWORK_target),
	NUMBER(homework, due, FACT_HOMEWORK_due),
	OTHER(homework, kind_hint, TAKE_HINT, FACT_HOMEWORK_hint),
	NUMBER(experiment, belief_before, FACT_EXPERIMENT_before),
	NUMBER(experiment, belief_after, FACT_EXPERIMENT_after),
	NUMBER(experiment, came_true, FACT_EXPERIMENT_came_true),
	FLAG(experiment, happened, FACT_EXPERIMENT_is_done),
	FLAG(experiment, came_true, FACT_EXPERIMENT_is_done),
	FLAG(experiment, learned, FACT_EXPERIMENT_is_done),
	FLAG(experiment, belief_after, FACT_EXPERIMENT_is_done),
	NUMBER(activity, pleasure, FACT_ACTIVITY_pleasure),
	NUMBER(activity, achievement, FACT_ACTIVITY_achievement),
	FLAG(activity, pleasure, FACT_ACTIVITY_is_done),
	FLAG(activity, achievement, FACT_ACTIVITY_is_done),
	FLAG(activity, mood_after, FACT_ACTIVITY_is_done),
	FLAG(activity, done_at, FACT_ACTIVITY_is_done),
};

static void take_as(struct fact_reading *reading, size_t place,
		    struct bytes value)
{
	const struct entry_field *field =
		entry_field_by_number(reading->kind, takes[place].field);
	int32_t *number = &reading->fact->numbers[takes[place].slot];

	switch (takes[place].take) {
	case TAKE_NUMBER:
		*number = field->type == ENTRY_TYPE_CHOICE
				  ? choice_of(field, value)
				  : whole_of(field, value);
		break;
	case TAKE_FLAG:
		if (is_said(value))
			*number = 1;
		break;
	case TAKE_COUNT:
		*number = *number == FACT_ABSENT ? 1 : *number + 1;
		break;
	case TAKE_HINT:
		*number = hint_of(value);
		break;
	case TAKE_REF:
		take_ref(reading, value);
		break;
	case TAKE_FEELING:
		take_feeling(reading, value);
		break;
	case TAKE_PATTERN:
		take_pattern(reading, value);
		break;
	case TAKE_WORDS:
		take_words(reading, value);
		break;
	}
}

void fact_take(struct fact_reading *reading, uint64_t number,
	       struct bytes value)
{
	struct mp_reader reader = mp_reader(value);
	struct bytes text;

	if (mp_peek(&reader) == MP_NIL)
		return;
	if (number == ENTRY_base_state && mp_read_str(&reader, &text) == 0 &&
	    bytes_equal(text, bytes_from_str("draft")))
		reading->fact->state = FACT_DRAFT;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(takes); i++) {
		if (reading->kind != NULL &&
		    takes[i].kind == reading->kind->number &&
		    takes[i].field == number)
			take_as(reading, i, value);
	}
}
