/*
 * renderentry.c - what an entry says, as a page.
 *
 * Must never add to what was written: no scores, no verdicts, numbers as they
 * were given. Read next: proto/entry.def, rendergist.c.
 */
#include "cli/render.h"

#include "cli/cli.h"
#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/measure.h"
#include "cli/patterns.h"
#include "cli/renderparts.h"
#include "proto/entry.h"

/* ---- names of fields ---- */

static const struct {
	const char *name, *said;
} names[] = {
	{ "thought", N_("the thought") },
	{ "balanced", N_("fairer thought") },
	{ "evidence_for", N_("what backs it up") },
	{ "evidence_against", N_("what doesn't fit") },
	{ "belief_before", N_("belief before") },
	{ "belief_balanced", N_("belief in the fairer thought") },
	{ "belief_after", N_("belief now") },
	{ "next_step", N_("next step") },
	{ "what", N_("the words") },
	{ "took", N_("what it took") },
	{ "shows", N_("what it shows") },
	{ "counts_for", N_("counts for") },
	{ "talked_about", N_("what it was about") },
	{ "takeaways", N_("to keep") },
	{ "next_at", N_("next one") },
	{ "to_bring", N_("to bring") },
	{ "calm_before", N_("calm before") },
	{ "calm_after", N_("calm after") },
	{ "tested_by", N_("what pushed on it") },
	{ "what_i_did", N_("what you did") },
	{ "how_it_felt", N_("how it felt") },
	{ "first_step", N_("first step") },
	{ "if_then", N_("if that happens") },
	{ "can_do", N_("how sure of it") },
	{ "from_session", N_("from session") },
	{ "kind_hint", N_("done by") },
	{ "how_often", N_("how often") },
	{ "assigned_by", N_("from") },
	{ "what_got_in_the_way", N_("what got in the way") },
	{ "how_helpful", N_("how helpful") },
	{ "alternative", N_("what else could be true") },
	{ "alternative_before", N_("belief in that before") },
	{ "prediction", N_("what you expected") },
	{ "prediction_sure", N_("how sure of that") },
	{ "drop", N_("left out this time") },
	{ "happened", N_("what happened") },
	{ "came_true", N_("came true") },
	{ "learned", N_("what you learned") },
	{ "planned_at", N_("planned for") },
	{ "done_at", N_("done") },
	{ "instrument", N_("which one") },
	{ "taken_at", N_("taken") },
	{ "things_i_can_do", N_("things I can do") },
	{ "keep_safe", N_("keeping safe") },
	{ "starred", N_("star") },
	{ "life", N_("whether it is hidden") },
	{ "at", N_("when") },
	{ "tz", N_("time zone") },
};

const char *render_field_name(const char *name)
{
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(names); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].said;
	return name;
}

/* Names that have no words of their own read with blanks. */
static void put_name(struct buf *out, const char *name)
{
	char said[128];
	size_t i;

	(void)snprintf(said, sizeof said, "%s", render_field_name(name));
	for (i = 0; said[i] != '\0'; i++)
		if (said[i] == '_')
			said[i] = ' ';
	render_put_line(out, _(said));
}

/* Words for what happens to a whole entry. */
static bool is_whole(const cJSON *name)
{
	return cJSON_IsString(name) &&
	       (strcmp(name->valuestring, "deleted") == 0 ||
		strcmp(name->valuestring, "brought back") == 0);
}

void render_put_changed(struct buf *out, const cJSON *changed)
{
	int count = 0, i = 0;
	struct buf joined;
	const cJSON *name;

	buf_init(&joined, RENDER_BYTES_MAX);
	cJSON_ArrayForEach(name, changed)
		count += cJSON_IsString(name) && !is_whole(name);
	cJSON_ArrayForEach(name, changed)
	{
		if (!cJSON_IsString(name) || is_whole(name))
			continue;
		if (i > 0)
			/* For translators: between things of a list. */
			render_put_str(&joined, i < count - 1 ? _(", ")
						: count > 2   ? _(", and ")
							      : _(" and "));
		put_name(&joined, name->valuestring);
		i++;
	}
	buf_put_u8(&joined, 0);
	if (count > 0 && joined.failed == 0)
		buf_printf(out, _("%s changed"), (const char *)joined.ptr);
	buf_release(&joined);
	cJSON_ArrayForEach(name, changed)
	{
		if (!is_whole(name))
			continue;
		render_put_str(out, count > 0 ? ", " : "");
		render_put_str(out, strcmp(name->valuestring, "deleted") == 0
					    ? _("hidden")
					    : _("brought back"));
	}
	if (cJSON_GetArraySize(changed) == 0)
		render_put_str(out, _("nothing that shows"));
}

/* ---- a page ---- */

static void put_feeling(struct buf *out, const struct render *render,
			const cJSON *feeling)
{
	const cJSON *before =
		cJSON_GetObjectItemCaseSensitive(feeling, "before");
	const cJSON *after = cJSON_GetObjectItemCaseSensitive(feeling, "after");

	render_put_line(out, json_text(feeling, "name"));
	if (before != NULL || after != NULL) {
		buf_put_u8(out, ' ');
		render_put_from_to(out, render, before, after);
	}
}

/* A value that stands on one line; false: it takes more. */
static bool put_short(struct buf *out, const struct render *render,
		      enum entry_type type, const cJSON *value)
{
	char id[RENDER_ID_BYTES], day[DATES_TEXT_BYTES];
	int64_t days;

	if (cJSON_IsNumber(value)) {
		render_put_number(out, value->valuedouble);
	} else if (cJSON_IsBool(value)) {
		render_put_str(out, cJSON_IsTrue(value) ? _("yes") : _("no"));
	} else if (cJSON_IsObject(value)) {
		put_feeling(out, render, value);
	} else if (!cJSON_IsString(value) ||
		   (type == ENTRY_TYPE_TEXT &&
		    strchr(value->valuestring, '\n') != NULL)) {
		return false;
	} else if (type == ENTRY_TYPE_INSTANT) {
		render_put_instant(out, render, value->valuestring);
	} else if (type == ENTRY_TYPE_REF) {
		render_short_id(value->valuestring, RENDER_ID_LETTERS, id);
		render_put_line(out, id);
	} else if (type == ENTRY_TYPE_DATE &&
		   civil_parse_day(bytes_from_str(value->valuestring), &days) ==
			   0) {
		dates_format_day(days, render->today, day);
		render_put_str(out, day);
	} else if (type == ENTRY_TYPE_SLUGS) {
		patterns_put_name(out, value->valuestring);
	} else if (type == ENTRY_TYPE_CHOICE) {
		render_put_line(out, _(value->valuestring));
	} else {
		render_put_line(out, value->valuestring);
	}
	return true;
}

/* Feelings, patterns, and numbers in a row. */
static void put_row_of(struct buf *out, const struct render *render,
		       enum entry_type type, const cJSON *list)
{
	size_t begin = out->len;
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		render_put_between(out, render, begin);
		if (!put_short(out, render, type, item))
			buf_put_u8(out, '-');
	}
}

static void put_items(struct buf *out, const struct render *render,
		      const cJSON *list)
{
	const cJSON *item;
	struct buf text;

	buf_init(&text, RENDER_BYTES_MAX);
	cJSON_ArrayForEach(item, list)
	{
		buf_clear(&text);
		render_put_str(&text, render->ascii ? "- " : "· ");
		if (cJSON_IsString(item))
			render_put_str(&text, item->valuestring);
		buf_put_u8(&text, 0);
		render_put_wrapped(out, render, (const char *)text.ptr, 4);
	}
	buf_release(&text);
}

static void put_title(struct buf *out, const char *name)
{
	size_t begin = out->len;

	put_name(out, name);
	if (out->failed == 0 && out->len > begin && out->ptr[begin] >= 'a' &&
	    out->ptr[begin] <= 'z')
		out->ptr[begin] = (uint8_t)(out->ptr[begin] - 'a' + 'A');
}

/* Values that stand beside their title. */
static bool is_small(const struct entry_field *field, const cJSON *value)
{
	return field != NULL && !cJSON_IsArray(value) &&
	       !cJSON_IsObject(value) && field->type != ENTRY_TYPE_TEXT;
}

static void put_value(struct buf *out, const struct render *render,
		      const struct entry_field *field, const cJSON *value)
{
	enum entry_type type = field == NULL ? ENTRY_TYPE_TEXT : field->type;
	struct buf line;

	if (cJSON_IsArray(value) && type == ENTRY_TYPE_TEXTS) {
		put_items(out, render, value);
		return;
	}
	buf_init(&line, RENDER_BYTES_MAX);
	if (cJSON_IsArray(value))
		put_row_of(&line, render, type, value);
	else if (cJSON_IsString(value) && type == ENTRY_TYPE_TEXT)
		render_put_str(&line, value->valuestring);
	else
		(void)put_short(&line, render, type, value);
	buf_put_u8(&line, 0);
	if (line.failed == 0)
		render_put_wrapped(out, render, (const char *)line.ptr, 4);
	buf_release(&line);
}

/* Of a measure: what it is called, and its number with the range. */
static bool put_measure(struct buf *out, const struct render *render,
			const cJSON *fields, const char *name)
{
	if (strcmp(name, "instrument") == 0)
		measure_put_name(out, fields);
	else if (strcmp(name, "score") == 0)
		measure_put_result(out, fields, render->ascii);
	else
		return false;
	return true;
}

/* `what` is something else in every kind. */
static void put_title_of(struct buf *out, const struct entry_kind *kind,
			 const char *name)
{
	uint32_t number =
		kind == NULL || strcmp(name, "what") != 0 ? 0 : kind->number;

	if (number == ENTRY_KIND_win)
		render_put_str(out, _("What went right"));
	else if (number == ENTRY_KIND_boundary)
		render_put_str(out, _("The boundary"));
	else if (number == ENTRY_KIND_activity)
		render_put_str(out, _("What"));
	else
		put_title(out, name);
}

/* small: the one before stood beside its title. Returns whether this does. */
static bool put_field(struct buf *out, const struct render *render,
		      const struct entry_kind *kind, const cJSON *fields,
		      const cJSON *value, bool small)
{
	const struct entry_field *field =
		kind == NULL ? NULL
			     : entry_field_by_name(
				       kind, bytes_from_str(value->string));
	bool beside = is_small(field, value);

	if (!small || !beside)
		buf_put_u8(out, '\n');
	render_put_str(out, "  ");
	put_title_of(out, kind, value->string);
	if (beside) {
		render_put_str(out, ": ");
		if (kind->number != ENTRY_KIND_measure ||
		    !put_measure(out, render, fields, value->string))
			(void)put_short(out, render, field->type, value);
	}
	buf_put_u8(out, '\n');
	if (!beside)
		put_value(out, render, field, value);
	return beside;
}

static void put_head(struct buf *out, const struct render *render,
		     const cJSON *entry)
{
	const cJSON *tag;
	char id[RENDER_ID_BYTES];

	render_short_id(json_text(entry, "id"), RENDER_ID_LETTERS, id);
	render_put_line(out, id);
	render_put_str(out, "  ");
	render_put_line(out, render_kind(json_text(entry, "kind")));
	render_put_str(out, "  ");
	render_put_day(out, render, entry);
	render_put_str(out, ", ");
	render_put_time(out, entry);
	render_put_str(out, "  ");
	render_put_line(out, json_text(entry, "device"));
	if (json_flag(entry, "starred"))
		render_put_str(out, render->ascii ? "  *" : "  ★");
	cJSON_ArrayForEach(tag, cJSON_GetObjectItemCaseSensitive(entry, "tags"))
	{
		render_put_str(out, "  #");
		render_put_line(out,
				cJSON_IsString(tag) ? tag->valuestring : "");
	}
	(void)render_put_marks(out, render, entry);
	buf_put_u8(out, '\n');
	if (strcmp(json_text(entry, "state"), "deleted") == 0)
		buf_printf(out,
			   _("Hidden; kept bring-back %s shows it again.\n"),
			   id);
}

static void put_versions(struct buf *out, const struct render *render,
			 const struct entry_kind *kind, const cJSON *versions)
{
	const cJSON *version, *value;

	cJSON_ArrayForEach(version, versions)
	{
		const char *name = json_text(version, "name");
		const struct entry_field *field =
			kind == NULL ? NULL
				     : entry_field_by_name(
					       kind, bytes_from_str(name));

		render_put_str(out, _("\n  Written apart: "));
		put_name(out, name);
		buf_put_u8(out, '\n');
		cJSON_ArrayForEach(value, cJSON_GetObjectItemCaseSensitive(
						  version, "values"))
		{
			const cJSON *given = cJSON_GetObjectItemCaseSensitive(
				value, "value");

			render_put_str(out, "   ");
			render_put_line(out, json_text(value, "device"));
			render_put_str(out, ", ");
			render_put_stamp(out, render, json_text(value, "at"));
			buf_put_u8(out, '\n');
			put_value(out, render, field, given);
		}
	}
	if (cJSON_GetArraySize(versions) > 0)
		render_put_str(
			out, _("\nYou changed this on both. Both are kept; the "
			       "next edit settles it.\n"));
}

/* What another field's line says already. */
static bool is_said(const struct entry_kind *kind, const cJSON *value)
{
	const char *name = value->string;

	if (kind == NULL || kind->number != ENTRY_KIND_measure)
		return false;
	return strcmp(name, "name") == 0 || strcmp(name, "version") == 0 ||
	       (strcmp(name, "answers") == 0 && cJSON_GetArraySize(value) == 1);
}

void render_put_entry(struct buf *out, const struct render *render,
		      const cJSON *entry, const cJSON *versions)
{
	const struct entry_kind *kind =
		entry_kind_by_name(bytes_from_str(json_text(entry, "kind")));
	const cJSON *fields = cJSON_GetObjectItemCaseSensitive(entry, "f");
	const cJSON *marks = cJSON_GetObjectItemCaseSensitive(entry, "marks");
	const cJSON *value;
	bool small = false;

	put_head(out, render, entry);
	cJSON_ArrayForEach(value, fields)
	{
		if (value->string != NULL && !is_said(kind, value))
			small = put_field(out, render, kind, fields, value,
					  small);
	}
	cJSON_ArrayForEach(value, marks)
	{
		if (cJSON_IsString(value) &&
		    strcmp(value->valuestring, "restored") == 0)
			render_put_str(
				out,
				_("\n  Hidden on one device and changed on "
				  "another, so it is back.\n"));
	}
	put_versions(out, render, kind, versions);
	if (json_number(entry, "more", 0) > 0)
		render_put_str(
			out, _("\n  There is more here from a newer kept.\n"));
}
