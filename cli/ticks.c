/*
 * ticks.c - what was just kept may count for a goal or for homework.
 *
 * Must never decide that by itself. Read next: aims.h, goaltext.h.
 */
#include "cli/ticks.h"

#include "cli/aims.h"
#include "cli/ask.h"
#include "cli/i18n.h"
#include "cli/keep.h"
#include "proto/base/mem.h"

/* Titles stand in a question of one line. */
#define TITLE_COLUMNS 40u

/* ---- which one ---- */

/* win and boundary say what they count for; their words are looked at. */
static bool can_say(const cJSON *entry)
{
	const char *kind = json_text(entry, "kind");

	return strcmp(kind, "win") == 0 || strcmp(kind, "boundary") == 0;
}

static size_t shared_words(const cJSON *item, const cJSON *entry)
{
	static const char *const names[] = { "what", "took", "what_i_did",
					     "text" };
	const cJSON *fields = pick_fields(entry);
	char all[4096];
	size_t len = 0, i;

	all[0] = '\0';
	for (i = 0; i < KEPT_ARRAY_COUNT(names) && len < sizeof all; i++)
		len += (size_t)snprintf(all + len, sizeof all - len, "%s ",
					json_text(fields, names[i]));
	i = goaltext_shared(json_text(item, "title"), all);
	mem_wipe(all, sizeof all);
	return i;
}

/* The one of a list that shares most; the first, which is the newest. */
static const cJSON *most_shared(const cJSON *list, const cJSON *entry,
				size_t *best)
{
	const cJSON *item, *found = NULL;

	cJSON_ArrayForEach(item, list)
	{
		size_t shared = *json_text(item, "kind_hint") != '\0'
					? 0
					: shared_words(item, entry);

		if (shared > *best) {
			*best = shared;
			found = item;
		}
	}
	return found;
}

const cJSON *ticks_find(const cJSON *today, const cJSON *entry)
{
	const cJSON *goals = cJSON_GetObjectItemCaseSensitive(today, "goals");
	const cJSON *homework =
		cJSON_GetObjectItemCaseSensitive(today, "homework");
	const cJSON *found = NULL, *other, *item;
	size_t best = 0;

	if (*json_text(pick_fields(entry), "counts_for") != '\0')
		return NULL;
	if (can_say(entry)) {
		found = most_shared(goals, entry, &best);
		other = most_shared(homework, entry, &best);
		if (other != NULL)
			return other;
	}
	if (found != NULL)
		return found;
	cJSON_ArrayForEach(item, homework)
	{
		if (strcmp(json_text(item, "kind_hint"),
			   json_text(entry, "kind")) == 0)
			return item;
	}
	return NULL;
}

/* ---- how far it would be ---- */

static bool is_hinted(const cJSON *item, const cJSON *entry)
{
	const char *hint = json_text(item, "kind_hint");

	return *hint != '\0' && strcmp(hint, json_text(entry, "kind")) == 0;
}

/* As keptd counts: what is only planned counts for nothing yet. */
static bool is_done(const cJSON *entry)
{
	static const struct {
		const char *kind, *field;
	} rows[] = {
		{ "experiment", "happened" },  { "experiment", "came_true" },
		{ "experiment", "learned" },   { "experiment", "belief_after" },
		{ "activity", "done_at" },     { "activity", "pleasure" },
		{ "activity", "achievement" }, { "activity", "mood_after" },
	};
	const char *kind = json_text(entry, "kind");
	bool is_planned = false;
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		if (strcmp(rows[i].kind, kind) != 0)
			continue;
		if (cJSON_HasObjectItem(pick_fields(entry), rows[i].field))
			return true;
		is_planned = true;
	}
	return !is_planned;
}

struct looking {
	const cJSON *item, *entry;
	bool is_there;
};

static bool look_at(void *context, const cJSON *other)
{
	struct looking *looking = context;
	const char *id = json_text(looking->item, "id");
	const char *says = json_text(pick_fields(other), "counts_for");
	bool counts = strcmp(says, id) == 0 ||
		      (*says == '\0' && is_hinted(looking->item, other) &&
		       is_done(other));

	looking->is_there |= counts &&
			     strcmp(json_text(other, "id"),
				    json_text(looking->entry, "id")) != 0;
	return !looking->is_there;
}

/* The first day of those that count once together with the entry's, "" where
 * everything counts by itself. */
static void find_period(const cJSON *item, const cJSON *entry,
			char out[CIVIL_DAY_TEXT_BYTES])
{
	const char *often = json_text(item, "how_often");
	int64_t day, given;

	out[0] = '\0';
	if (civil_parse_day(bytes_from_str(json_text(entry, "day")), &day) !=
		    0 ||
	    civil_parse_day(bytes_from_str(json_text(item, "day")), &given) !=
		    0)
		return;
	if (strcmp(often, "weekly") == 0 && day >= given)
		civil_format_day(given + (day - given) / 7 * 7, out);
	else if (strcmp(often, "daily") == 0 ||
		 strcmp(json_text(item, "measure"), "days") == 0)
		civil_format_day(day, out);
}

/* 1, or 0 where its day or week counts already. */
static int64_t step_of(struct cli *cli, const cJSON *item, const cJSON *entry)
{
	const char *const kinds[] = { "win", "boundary",
				      json_text(item, "kind_hint") };
	struct looking looking = { item, entry, false };
	char since[CIVIL_DAY_TEXT_BYTES];
	size_t i;

	find_period(item, entry, since);
	for (i = 0; i < KEPT_ARRAY_COUNT(kinds) && *since != '\0'; i++) {
		if (*kinds[i] != '\0')
			err_ignore(pick_each(cli, kinds[i], since, look_at,
					     &looking),
				   "then it is one more");
	}
	return looking.is_there ? 0 : 1;
}

/* ---- asking ---- */

/* “Leave work at six”, cut where lines are short. */
static void put_title(struct buf *out, const struct cli *cli, const cJSON *item)
{
	size_t room = (size_t)cli->columns / 2;
	struct buf title;

	buf_init(&title, RENDER_BYTES_MAX);
	goaltext_put_title(&title, item);
	buf_put_u8(&title, 0);
	if (title.failed == 0)
		render_put_cut(out, (const char *)title.ptr,
			       room < TITLE_COLUMNS ? room : TITLE_COLUMNS,
			       !cli->utf8);
	buf_release(&title);
}

static bool is_counted(const cJSON *item)
{
	const char *measure = json_text(item, "measure");

	return strcmp(measure, "yes-no") != 0 && strcmp(measure, "0-10") != 0 &&
	       goaltext_target(item) > 0;
}

static void put_question(struct buf *out, const struct cli *cli,
			 const cJSON *item, int64_t progress)
{
	struct buf title;

	buf_init(&title, RENDER_BYTES_MAX);
	put_title(&title, cli, item);
	if (is_counted(item))
		buf_printf(out, _("Counts for “%.*s”: %lld of %lld.   ok?"),
			   (int)title.len, (const char *)title.ptr,
			   (long long)progress,
			   (long long)goaltext_target(item));
	else
		buf_printf(out, _("Counts for “%.*s”.   ok?"), (int)title.len,
			   (const char *)title.ptr);
	buf_release(&title);
}

/* "No further than before": a second later than what it is not to count. */
static void keep_number(struct cli *cli, const cJSON *entry, const char *id,
			int64_t progress)
{
	cJSON *fields = cJSON_CreateObject(), *params, *kept = NULL;
	char text[CIVIL_INSTANT_TEXT_BYTES];
	struct civil_instant at;

	(void)cJSON_AddStringToObject(fields, "goal", id);
	(void)cJSON_AddNumberToObject(fields, "progress", (double)progress);
	params = keep_params(fields);
	if (civil_parse_instant(bytes_from_str(json_text(entry, "at")), &at) ==
	    0) {
		at.ms += 1000;
		civil_format_instant(at, text);
		(void)cJSON_AddStringToObject(params, "at", text);
		(void)cJSON_AddStringToObject(params, "day",
					      json_text(entry, "day"));
	}
	err_ignore(keep_add(cli, "checkin", params, "", &kept),
		   "it has been said");
	cJSON_Delete(kept);
}

/* The answer, in the journal. */
static void carry_out(struct cli *cli, const cJSON *item, const cJSON *entry,
		      bool yes, int64_t before)
{
	const char *id = json_text(item, "id");
	cJSON *fields, *changed = NULL;

	if (!yes && is_hinted(item, entry)) {
		keep_number(cli, entry, id, before);
	} else if (yes && can_say(entry)) {
		fields = cJSON_CreateObject();
		(void)cJSON_AddStringToObject(fields, "counts_for", id);
		err_ignore(aims_edit(cli, json_text(entry, "id"), fields,
				     &changed),
			   "it has been said");
		cJSON_Delete(changed);
	}
}

/* kept: what is said beside the question, "" for nothing. */
static int ask_tick(struct cli *cli, const cJSON *item, const cJSON *entry,
		    const char *kept)
{
	int64_t now = json_number(item, "progress", 0), step = 1;
	/* What is of the kind counts already. */
	int64_t before = is_hinted(item, entry) ? now - step : now;
	bool is_beside, yes = true;
	struct buf question;
	enum ask_answer answer;
	size_t begin;

	buf_init(&question, RENDER_BYTES_MAX);
	if (*kept != '\0')
		buf_printf(&question, "%s      ", kept);
	begin = question.len;
	put_question(&question, cli, item, before + step);
	buf_put_u8(&question, 0);
	if (question.failed != 0) {
		buf_release(&question);
		return EXIT_DONE;
	}
	is_beside = begin > 0 && cli->out_is_terminal &&
		    !cli->options.common.yes &&
		    render_width((const char *)question.ptr) + 8 <=
			    (size_t)cli->columns;
	if (begin > 0 && !is_beside)
		cli_done(cli, "%s\n", kept);
	answer = ask_yes_no(
		cli, (const char *)question.ptr + (is_beside ? 0 : begin), true,
		&yes);
	buf_release(&question);
	if (answer == ASK_STOPPED || answer == ASK_CLOSED)
		return EXIT_CTRL_C;
	carry_out(cli, item, entry, yes, before < 0 ? 0 : before);
	return EXIT_DONE;
}

static bool may_ask(const struct cli *cli, const cJSON *entry)
{
	return ask_can(cli) && !cli_is_program(cli) &&
	       !cli->options.common.dry_run && !json_flag(entry, "captured");
}

/* What to ask about. A day or a week that counts already is not asked about
 * again: neither answer would change it. */
static const cJSON *find_open(struct cli *cli, const cJSON *today,
			      const cJSON *entry)
{
	const cJSON *item = ticks_find(today, entry);

	return item != NULL && step_of(cli, item, entry) > 0 ? item : NULL;
}

int ticks_offer(struct cli *cli, const cJSON *entry)
{
	cJSON *today = may_ask(cli, entry) ? aims_ask(cli) : NULL;
	const cJSON *item = find_open(cli, today, entry);
	int exit_code = EXIT_DONE;

	if (item != NULL)
		exit_code = ask_tick(cli, item, entry, "");
	cJSON_Delete(today);
	return exit_code;
}

int ticks_show(struct cli *cli, cJSON *take_entry)
{
	cJSON *today = may_ask(cli, take_entry) ? aims_ask(cli) : NULL;
	const cJSON *item = find_open(cli, today, take_entry);
	char id[RENDER_ID_BYTES], kept[128];
	int exit_code;

	if (item == NULL) {
		cJSON_Delete(today);
		return keep_show(cli, take_entry);
	}
	render_short_id(json_text(take_entry, "id"), RENDER_ID_LETTERS, id);
	(void)snprintf(kept, sizeof kept, _("Kept.  %s"), id);
	exit_code = ask_tick(cli, item, take_entry, kept);
	cJSON_Delete(today);
	cJSON_Delete(take_entry);
	return exit_code;
}
