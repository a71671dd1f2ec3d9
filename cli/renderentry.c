/*
 * renderentry.c - what an entry says: in one line, and as a page.
 *
 * Must never add to what was written: no scores, no verdicts, numbers as they
 * were given. Read next: proto/entry.def, render.c.
 */
#include "cli/render.h"

#include <math.h>

#include "cli/cli.h"
#include "cli/dates.h"
#include "proto/entry.h"

static const cJSON *field_of(const cJSON *entry, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(entry, "f"), name);
}

static void put_str(struct buf *out, const char *text)
{
	buf_put(out, text, strlen(text));
}

static const char *dot(const struct render *render)
{
	return render->ascii ? " - " : " · ";
}

static const char *arrow(const struct render *render)
{
	return render->ascii ? " -> " : " → ";
}

/* Does text grow by " · " first? */
static void put_between(struct buf *out, const struct render *render,
			size_t begin)
{
	if (out->len > begin)
		put_str(out, dot(render));
}

static void put_number(struct buf *out, double number)
{
	if (number == floor(number) && fabs(number) < 1e15)
		buf_printf(out, "%.0f", number);
	else
		buf_printf(out, "%g", number);
}

/* "75 → 40", or the one that is there. */
static void put_from_to(struct buf *out, const struct render *render,
			const cJSON *before, const cJSON *after)
{
	bool had = before != NULL && cJSON_IsNumber(before);

	if (had)
		put_number(out, before->valuedouble);
	if (after != NULL && cJSON_IsNumber(after)) {
		put_str(out, had ? arrow(render) : "now ");
		put_number(out, after->valuedouble);
	}
}

/* ---- one line ---- */

static bool gist_text(struct buf *out, const cJSON *entry, const char *name,
		      const char *before, const char *after)
{
	const cJSON *item = field_of(entry, name);

	if (cJSON_IsArray(item))
		item = item->child;
	if (!cJSON_IsString(item))
		return false;
	put_str(out, before);
	render_put_line(out, item->valuestring);
	put_str(out, after);
	return true;
}

static void gist_number(struct buf *out, const struct render *render,
			const cJSON *entry, const char *name, size_t begin)
{
	const cJSON *item = field_of(entry, name);

	if (!cJSON_IsNumber(item))
		return;
	put_between(out, render, begin);
	if (strcmp(name, "mood") != 0)
		buf_printf(out, "%s ", render_field_name(name));
	put_number(out, item->valuedouble);
}

static void gist_mood(struct buf *out, const struct render *render,
		      const cJSON *entry)
{
	size_t begin = out->len;

	gist_number(out, render, entry, "mood", begin);
	gist_number(out, render, entry, "confidence", begin);
	gist_number(out, render, entry, "energy", begin);
	if (field_of(entry, "note") != NULL) {
		put_between(out, render, begin);
		(void)gist_text(out, entry, "note", "", "");
	}
}

static void gist_breath(struct buf *out, const struct render *render,
			const cJSON *entry)
{
	const cJSON *cycles = field_of(entry, "cycles");
	const cJSON *before = field_of(entry, "calm_before");
	const cJSON *after = field_of(entry, "calm_after");
	size_t begin = out->len;

	(void)gist_text(out, entry, "pattern", "", "");
	if (cJSON_IsNumber(cycles)) {
		put_between(out, render, begin);
		put_number(out, cycles->valuedouble);
		put_str(out, cycles->valuedouble == 1 ? " round" : " rounds");
	}
	if (before != NULL || after != NULL) {
		put_between(out, render, begin);
		put_str(out, "calm ");
		put_from_to(out, render, before, after);
	}
}

static void gist_session(struct buf *out, const struct render *render,
			 const cJSON *entry)
{
	const cJSON *number = field_of(entry, "number");
	const cJSON *of = field_of(entry, "of");
	size_t begin = out->len;

	if (cJSON_IsNumber(number))
		put_number(out, number->valuedouble);
	if (cJSON_IsNumber(number) && cJSON_IsNumber(of)) {
		put_str(out, " of ");
		put_number(out, of->valuedouble);
	}
	if (field_of(entry, "with") != NULL) {
		put_between(out, render, begin);
		(void)gist_text(out, entry, "with", "", "");
	}
	if (field_of(entry, "takeaways") != NULL) {
		put_between(out, render, begin);
		(void)gist_text(out, entry, "takeaways", "", "");
	}
}

static void gist_thought(struct buf *out, const struct render *render,
			 const cJSON *entry)
{
	const cJSON *before = field_of(entry, "belief_before");
	const cJSON *after = field_of(entry, "belief_after");

	(void)gist_text(out, entry, "thought", render->ascii ? "\"" : "“",
			render->ascii ? "\"" : "”");
	if (cJSON_IsNumber(before) && cJSON_IsNumber(after)) {
		put_str(out, "  ");
		put_from_to(out, render, before, after);
	}
}

static void gist_checkin(struct buf *out, const struct render *render,
			 const cJSON *entry)
{
	const cJSON *progress = field_of(entry, "progress");
	size_t begin = out->len;

	if (cJSON_IsNumber(progress)) {
		put_number(out, progress->valuedouble);
		put_str(out, " so far");
	}
	if (field_of(entry, "note") != NULL) {
		put_between(out, render, begin);
		(void)gist_text(out, entry, "note", "", "");
	}
}

/* The kind's first required text, else any text there is, else its title. */
static void gist_other(struct buf *out, const cJSON *entry)
{
	const struct entry_kind *kind =
		entry_kind_by_name(bytes_from_str(json_text(entry, "kind")));
	const struct entry_field *first =
		kind == NULL ? NULL : entry_field_first(kind);
	const cJSON *fields = cJSON_GetObjectItemCaseSensitive(entry, "f");
	const cJSON *item;

	if (first != NULL && gist_text(out, entry, first->name, "", ""))
		return;
	if (gist_text(out, entry, "text", "", ""))
		return;
	cJSON_ArrayForEach(item, fields)
	{
		if (item->string != NULL &&
		    gist_text(out, entry, item->string, "", ""))
			return;
	}
	if (kind != NULL)
		put_str(out, kind->title);
}

static const struct {
	const char *kind;
	void (*put)(struct buf *out, const struct render *render,
		    const cJSON *entry);
} gists[] = {
	{ "mood", gist_mood },       { "breath", gist_breath },
	{ "session", gist_session }, { "thought", gist_thought },
	{ "checkin", gist_checkin },
};

void render_put_gist(struct buf *out, const struct render *render,
		     const cJSON *entry)
{
	const char *kind = json_text(entry, "kind");
	size_t begin = out->len, i;

	for (i = 0; i < KEPT_ARRAY_COUNT(gists); i++)
		if (strcmp(kind, gists[i].kind) == 0)
			gists[i].put(out, render, entry);
	if (out->len == begin)
		gist_other(out, entry);
}

/* ---- names of fields ---- */

static const struct {
	const char *name, *said;
} names[] = {
	{ "thought", "the thought" },
	{ "balanced", "fairer thought" },
	{ "evidence_for", "what backs it up" },
	{ "evidence_against", "what doesn't fit" },
	{ "belief_before", "belief before" },
	{ "belief_balanced", "belief in the fairer thought" },
	{ "belief_after", "belief now" },
	{ "next_step", "next step" },
	{ "what", "the words" },
	{ "took", "what it took" },
	{ "shows", "what it shows" },
	{ "counts_for", "counts for" },
	{ "talked_about", "what it was about" },
	{ "takeaways", "to keep" },
	{ "next_at", "next one" },
	{ "to_bring", "to bring" },
	{ "calm_before", "calm before" },
	{ "calm_after", "calm after" },
	{ "tested_by", "what pushed on it" },
	{ "what_i_did", "what you did" },
	{ "how_it_felt", "how it felt" },
	{ "first_step", "first step" },
	{ "if_then", "if that happens" },
	{ "can_do", "how sure of it" },
	{ "from_session", "from session" },
	{ "kind_hint", "done by" },
	{ "how_often", "how often" },
	{ "assigned_by", "from" },
	{ "what_got_in_the_way", "what got in the way" },
	{ "how_helpful", "how helpful" },
	{ "came_true", "came true" },
	{ "things_i_can_do", "things I can do" },
	{ "keep_safe", "keeping safe" },
	{ "starred", "star" },
	{ "life", "whether it is hidden" },
	{ "at", "when" },
	{ "tz", "time zone" },
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
	render_put_line(out, said);
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
	const cJSON *name;

	cJSON_ArrayForEach(name, changed)
		count += cJSON_IsString(name) && !is_whole(name);
	cJSON_ArrayForEach(name, changed)
	{
		if (!cJSON_IsString(name) || is_whole(name))
			continue;
		if (i > 0)
			put_str(out, i < count - 1 ? ", "
				     : count > 2   ? ", and "
						   : " and ");
		put_name(out, name->valuestring);
		i++;
	}
	if (count > 0)
		put_str(out, " changed");
	cJSON_ArrayForEach(name, changed)
	{
		if (!is_whole(name))
			continue;
		put_str(out, count > 0 ? ", " : "");
		put_str(out, name->valuestring);
	}
	if (cJSON_GetArraySize(changed) == 0)
		put_str(out, "nothing that shows");
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
		put_from_to(out, render, before, after);
	}
}

static void put_pattern(struct buf *out, const char *slug)
{
	const struct entry_pattern *pattern =
		entry_pattern_by_slug(bytes_from_str(slug));

	render_put_line(out, pattern == NULL ? slug : pattern->name);
}

/* A value that stands on one line; false: it takes more. */
static bool put_short(struct buf *out, const struct render *render,
		      enum entry_type type, const cJSON *value)
{
	char id[RENDER_ID_BYTES], day[DATES_TEXT_BYTES];
	int64_t days;

	if (cJSON_IsNumber(value)) {
		put_number(out, value->valuedouble);
	} else if (cJSON_IsBool(value)) {
		put_str(out, cJSON_IsTrue(value) ? "yes" : "no");
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
		put_str(out, day);
	} else if (type == ENTRY_TYPE_SLUGS) {
		put_pattern(out, value->valuestring);
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
		put_between(out, render, begin);
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
		put_str(&text, render->ascii ? "- " : "· ");
		if (cJSON_IsString(item))
			put_str(&text, item->valuestring);
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
		put_str(&line, value->valuestring);
	else
		(void)put_short(&line, render, type, value);
	buf_put_u8(&line, 0);
	if (line.failed == 0)
		render_put_wrapped(out, render, (const char *)line.ptr, 4);
	buf_release(&line);
}

/* small: the one before stood beside its title. Returns whether this does. */
static bool put_field(struct buf *out, const struct render *render,
		      const struct entry_kind *kind, const cJSON *value,
		      bool small)
{
	const struct entry_field *field =
		kind == NULL ? NULL
			     : entry_field_by_name(
				       kind, bytes_from_str(value->string));
	bool beside = is_small(field, value);

	if (!small || !beside)
		buf_put_u8(out, '\n');
	put_str(out, "  ");
	put_title(out, value->string);
	if (beside) {
		put_str(out, ": ");
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
	put_str(out, "  ");
	render_put_line(out, render_kind(json_text(entry, "kind")));
	put_str(out, "  ");
	render_put_day(out, render, entry);
	put_str(out, ", ");
	render_put_time(out, entry);
	put_str(out, "  ");
	render_put_line(out, json_text(entry, "device"));
	if (json_flag(entry, "starred"))
		put_str(out, render->ascii ? "  *" : "  ★");
	cJSON_ArrayForEach(tag, cJSON_GetObjectItemCaseSensitive(entry, "tags"))
	{
		put_str(out, "  #");
		render_put_line(out,
				cJSON_IsString(tag) ? tag->valuestring : "");
	}
	(void)render_put_marks(out, render, entry);
	buf_put_u8(out, '\n');
	if (strcmp(json_text(entry, "state"), "deleted") == 0)
		buf_printf(out, "Hidden; kept bring-back %s shows it again.\n",
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

		put_str(out, "\n  Written apart: ");
		put_name(out, name);
		buf_put_u8(out, '\n');
		cJSON_ArrayForEach(value, cJSON_GetObjectItemCaseSensitive(
						  version, "values"))
		{
			const cJSON *given = cJSON_GetObjectItemCaseSensitive(
				value, "value");

			put_str(out, "   ");
			render_put_line(out, json_text(value, "device"));
			put_str(out, ", ");
			render_put_stamp(out, render, json_text(value, "at"));
			buf_put_u8(out, '\n');
			put_value(out, render, field, given);
		}
	}
	if (cJSON_GetArraySize(versions) > 0)
		put_str(out, "\nYou changed this on both. Both are kept; the "
			     "next edit settles it.\n");
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
		if (value->string != NULL)
			small = put_field(out, render, kind, value, small);
	}
	cJSON_ArrayForEach(value, marks)
	{
		if (cJSON_IsString(value) &&
		    strcmp(value->valuestring, "restored") == 0)
			put_str(out, "\n  Hidden on one device and changed on "
				     "another, so it is back.\n");
	}
	put_versions(out, render, kind, versions);
	if (json_number(entry, "more", 0) > 0)
		put_str(out, "\n  There is more here from a newer kept.\n");
}
