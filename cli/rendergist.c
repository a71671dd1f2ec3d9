/*
 * rendergist.c - what an entry says, in one line.
 *
 * Must never add to what was written: no scores, no verdicts, numbers as they
 * were given. Read next: proto/entry.def, renderentry.c.
 */
#include "cli/render.h"

#include <math.h>

#include "cli/cli.h"
#include "cli/goaltext.h"
#include "cli/i18n.h"
#include "cli/measure.h"
#include "cli/renderparts.h"
#include "proto/entry.h"

static const cJSON *fields_of(const cJSON *entry)
{
	return cJSON_GetObjectItemCaseSensitive(entry, "f");
}

static const cJSON *field_of(const cJSON *entry, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(fields_of(entry), name);
}

void render_put_str(struct buf *out, const char *text)
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
void render_put_between(struct buf *out, const struct render *render,
			size_t begin)
{
	if (out->len > begin)
		render_put_str(out, dot(render));
}

void render_put_number(struct buf *out, double number)
{
	if (number == floor(number) && fabs(number) < 1e15)
		buf_printf(out, "%.0f", number);
	else
		buf_printf(out, "%g", number);
}

/* "75 → 40", or the one that is there. */
void render_put_from_to(struct buf *out, const struct render *render,
			const cJSON *before, const cJSON *after)
{
	bool had = before != NULL && cJSON_IsNumber(before);

	if (had)
		render_put_number(out, before->valuedouble);
	if (after != NULL && cJSON_IsNumber(after)) {
		render_put_str(out, had ? arrow(render) : _("now "));
		render_put_number(out, after->valuedouble);
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
	render_put_str(out, before);
	render_put_line(out, item->valuestring);
	render_put_str(out, after);
	return true;
}

static void gist_number(struct buf *out, const struct render *render,
			const cJSON *entry, const char *name, size_t begin)
{
	const cJSON *item = field_of(entry, name);

	if (!cJSON_IsNumber(item))
		return;
	render_put_between(out, render, begin);
	if (strcmp(name, "mood") != 0)
		buf_printf(out, "%s ", _(render_field_name(name)));
	render_put_number(out, item->valuedouble);
}

static void gist_mood(struct buf *out, const struct render *render,
		      const cJSON *entry)
{
	size_t begin = out->len;

	gist_number(out, render, entry, "mood", begin);
	gist_number(out, render, entry, "confidence", begin);
	gist_number(out, render, entry, "energy", begin);
	if (field_of(entry, "note") != NULL) {
		render_put_between(out, render, begin);
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
		render_put_between(out, render, begin);
		buf_printf(out,
			   P_("%.0f round", "%.0f rounds", cycles->valuedouble),
			   cycles->valuedouble);
	}
	if (before != NULL || after != NULL) {
		render_put_between(out, render, begin);
		render_put_str(out, _("calm "));
		render_put_from_to(out, render, before, after);
	}
}

static void gist_session(struct buf *out, const struct render *render,
			 const cJSON *entry)
{
	const cJSON *number = field_of(entry, "number");
	const cJSON *of = field_of(entry, "of");
	size_t begin = out->len;

	if (cJSON_IsNumber(number) && cJSON_IsNumber(of))
		buf_printf(out, _("%.0f of %.0f"), number->valuedouble,
			   of->valuedouble);
	else if (cJSON_IsNumber(number))
		render_put_number(out, number->valuedouble);
	if (field_of(entry, "with") != NULL) {
		render_put_between(out, render, begin);
		(void)gist_text(out, entry, "with", "", "");
	}
	if (field_of(entry, "takeaways") != NULL) {
		render_put_between(out, render, begin);
		(void)gist_text(out, entry, "takeaways", "", "");
	}
	if (out->len == begin && field_of(entry, "to_bring") != NULL) {
		render_put_str(out, _("to bring: "));
		(void)gist_text(out, entry, "to_bring", "", "");
	}
	if (out->len == begin && field_of(entry, "next_at") != NULL) {
		render_put_str(out, _("next: "));
		render_put_instant(out, render,
				   json_text(fields_of(entry), "next_at"));
	}
}

/* “What was thought or believed”, and how it changed. */
static void gist_quoted(struct buf *out, const struct render *render,
			const cJSON *entry, const char *name)
{
	const cJSON *before = field_of(entry, "belief_before");
	const cJSON *after = field_of(entry, "belief_after");

	(void)gist_text(out, entry, name, render->ascii ? "\"" : _("“"),
			render->ascii ? "\"" : _("”"));
	if (cJSON_IsNumber(before) && cJSON_IsNumber(after)) {
		render_put_str(out, "  ");
		render_put_from_to(out, render, before, after);
	}
}

static void gist_thought(struct buf *out, const struct render *render,
			 const cJSON *entry)
{
	gist_quoted(out, render, entry, "thought");
}

static void gist_experiment(struct buf *out, const struct render *render,
			    const cJSON *entry)
{
	gist_quoted(out, render, entry, "belief");
}

static void gist_boundary(struct buf *out, const struct render *render,
			  const cJSON *entry)
{
	const char *held = json_text(fields_of(entry), "held");
	size_t begin = out->len;

	(void)gist_text(out, entry, "what", "", "");
	if (*held == '\0')
		return;
	render_put_between(out, render, begin);
	render_put_str(out, strcmp(held, "yes") == 0  ? _("held")
			    : strcmp(held, "no") == 0 ? _("not this time")
						      : _("partly"));
}

/* Planned: when. Done: what it gave. */
static void gist_activity(struct buf *out, const struct render *render,
			  const cJSON *entry)
{
	const cJSON *pleasure = field_of(entry, "pleasure");
	const cJSON *achievement = field_of(entry, "achievement");
	size_t begin = out->len;

	(void)gist_text(out, entry, "what", "", "");
	if (field_of(entry, "done_at") == NULL &&
	    field_of(entry, "planned_at") != NULL) {
		render_put_between(out, render, begin);
		render_put_instant(out, render,
				   json_text(fields_of(entry), "planned_at"));
	}
	if (cJSON_IsNumber(pleasure)) {
		render_put_between(out, render, begin);
		buf_printf(out, _("pleasure %.0f"), pleasure->valuedouble);
	}
	if (cJSON_IsNumber(achievement)) {
		render_put_between(out, render, begin);
		buf_printf(out, _("achievement %.0f"),
			   achievement->valuedouble);
	}
}

static void gist_measure(struct buf *out, const struct render *render,
			 const cJSON *entry)
{
	const cJSON *fields = fields_of(entry);
	size_t begin = out->len;

	measure_put_name(out, fields);
	if (!cJSON_HasObjectItem(fields, "score") &&
	    !cJSON_HasObjectItem(fields, "answers"))
		return;
	render_put_between(out, render, begin);
	measure_put_result(out, fields, render->ascii);
}

/* A goal, or homework; where it stands, once it is no longer open. */
static void gist_aim(struct buf *out, const struct render *render,
		     const cJSON *entry)
{
	const cJSON *fields = fields_of(entry);
	size_t begin = out->len;

	if (!gist_text(out, entry, "title", "", "") || goaltext_is_open(fields))
		return;
	render_put_between(out, render, begin);
	render_put_str(out, _(goaltext_status(json_text(fields, "status"))));
}

static void gist_checkin(struct buf *out, const struct render *render,
			 const cJSON *entry)
{
	const cJSON *progress = field_of(entry, "progress");
	const cJSON *about = cJSON_GetObjectItemCaseSensitive(entry, "about");
	size_t begin = out->len;

	if (about != NULL) {
		goaltext_put_checkin(out, about, progress,
				     field_of(entry, "note") != NULL);
	} else if (cJSON_IsNumber(progress)) {
		buf_printf(out, _("%.0f so far"), progress->valuedouble);
	}
	if (field_of(entry, "note") != NULL) {
		render_put_between(out, render, begin);
		(void)gist_text(out, entry, "note", "", "");
	}
}

/* An instant, an id, and what a draft noted for itself are no words. */
static bool is_words(const struct entry_kind *kind, const char *name)
{
	const struct entry_field *field =
		kind == NULL ? NULL
			     : entry_field_by_name(kind, bytes_from_str(name));

	return kind == NULL ||
	       (field != NULL && field->type != ENTRY_TYPE_INSTANT &&
		field->type != ENTRY_TYPE_REF);
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
		if (item->string != NULL && is_words(kind, item->string) &&
		    gist_text(out, entry, item->string, "", ""))
			return;
	}
	if (kind != NULL)
		render_put_str(out, _(kind->title));
}

static const struct {
	const char *kind;
	void (*put)(struct buf *out, const struct render *render,
		    const cJSON *entry);
} gists[] = {
	{ "mood", gist_mood },
	{ "breath", gist_breath },
	{ "session", gist_session },
	{ "thought", gist_thought },
	{ "checkin", gist_checkin },
	{ "boundary", gist_boundary },
	{ "experiment", gist_experiment },
	{ "activity", gist_activity },
	{ "measure", gist_measure },
	{ "goal", gist_aim },
	{ "homework", gist_aim },
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
