/*
 * meeting.c - a session as the person keeps it: what to keep from it, when the
 * next one is, and what to bring.
 *
 * Must never take in anything of what the therapist writes. Read next:
 * meetings.c, guide.h, cmd_homework.c.
 */
#include "cli/meeting.h"

#include "cli/aims.h"
#include "cli/homework.h"
#include "cli/i18n.h"
#include "cli/meetings.h"
#include "cli/screen.h"
#include "cli/when.h"
#include "cli/writing.h"

#define NUMBER_MAX 100000
/* takeaways and to_bring of entry.def */
#define LINE_SCALARS 2000

/* A draft of `bring` is not taken for one of `add`. */
#define DRAFT_OF "draft_of"

/* "Mon 9 Nov 17:00"; false if there is no next one. */
static bool put_next(struct buf *out, const struct cli *cli,
		     const cJSON *fields)
{
	struct render render = screen_render(cli);
	const char *next = json_text(fields, "next_at");
	size_t before = out->len;

	render_put_instant(out, &render, next);
	return out->len > before;
}

/* ---- add ---- */

bool meeting_read_number(const char *text, int64_t *number, int64_t *of)
{
	char *end;
	long first = strtol(text, &end, 10), second = *of;

	if (*text < '0' || *text > '9' || first < 1 || first > NUMBER_MAX)
		return false;
	end += strspn(end, " ");
	if (*end != '\0') {
		if (strncasecmp(end, "of", 2) == 0)
			end += 2;
		else if (strncasecmp(end, "von", 3) == 0)
			end += 3;
		else if (*end == '/')
			end++;
		else
			return false;
		end += strspn(end, " ");
		if (*end < '0' || *end > '9')
			return false;
		second = strtol(end, &end, 10);
		if (*end != '\0' || second < 1 || second > NUMBER_MAX)
			return false;
	}
	*number = first;
	*of = second;
	return true;
}

struct adding {
	struct guide guide; /* first: what the questions are given */
	const cJSON *last;  /* `f` of the session before; NULL: none */
};

static const cJSON *last_of(const struct guide *guide)
{
	return ((const struct adding *)(const void *)guide)->last;
}

static void put_number(struct guide *guide, int64_t number, int64_t of)
{
	if (of > 0)
		guide_put(guide, "of", cJSON_CreateNumber((double)of));
	guide_put(guide, "number", cJSON_CreateNumber((double)number));
}

/* "Session number? [16 of 24]": one after the last; Enter takes it. */
static enum ask_answer ask_number_of(struct guide *guide,
				     const struct guide_step *step)
{
	int64_t number = json_number(last_of(guide), "number", 0) + 1;
	int64_t of = json_number(last_of(guide), "of", 0);
	char prompt[160];

	(void)step;
	if (number > NUMBER_MAX)
		number = NUMBER_MAX;
	if (of > 0)
		(void)snprintf(prompt, sizeof prompt,
			       _("Session number? [%lld of %lld]  "),
			       (long long)number, (long long)of);
	else
		(void)snprintf(prompt, sizeof prompt,
			       _("Session number? [%lld]  "),
			       (long long)number);
	for (;;) {
		enum ask_answer answer;
		bool is_read;
		char *text;

		answer = ask_line(guide->cli, prompt, NULL, &text);
		is_read = answer == ASK_ANSWERED &&
			  meeting_read_number(text, &number, &of);
		cli_free(text);
		if (answer == ASK_STOPPED || answer == ASK_CLOSED)
			return answer;
		if (is_read || answer == ASK_SKIPPED)
			break;
		cli_say(_("A number like 17, or 17 of 24.\n"));
	}
	put_number(guide, number, of);
	return ASK_ANSWERED;
}

/* One line, although it is a list: that is how one leaves a session. */
static enum ask_answer ask_takeaway(struct guide *guide,
				    const struct guide_step *step)
{
	const cJSON *before = guide_field(guide, step->field);
	const cJSON *first = cJSON_GetArrayItem(before, 0);
	enum ask_answer answer;
	char *text;

	cli_say("%s\n", _(step->question));
	answer = ask_line(guide->cli, "> ",
			  cJSON_IsString(first) ? first->valuestring : NULL,
			  &text);
	if (text != NULL) {
		cJSON *lines = cJSON_CreateArray();

		(void)guide_add_lines(lines, text, LINE_SCALARS);
		guide_put(guide, step->field, lines);
	}
	cli_free(text);
	return answer;
}

/* Into the draft, as part of the session for now. */
static void put_homework(struct guide *guide, const cJSON *homework)
{
	guide_put(guide, "homework", cJSON_Duplicate(homework, true));
}

static enum ask_answer ask_part(struct guide *guide, cJSON *homework,
				const char *prompt, const char *field)
{
	enum ask_answer answer;
	bool is_taken = false;

	do {
		char *text;

		answer = ask_line(guide->cli, prompt, NULL, &text);
		if (text != NULL && strcmp(field, "how_often") == 0) {
			is_taken = homework_take_often(homework, text);
			if (!is_taken && answer == ASK_ANSWERED)
				cli_say(_("once, daily, weekly, or a number "
					  "of times; Enter leaves it "
					  "open.\n"));
		} else if (text != NULL) {
			cJSON_DeleteItemFromObject(homework, field);
			(void)cJSON_AddStringToObject(homework, field, text);
			is_taken = true;
		}
		cli_free(text);
	} while (answer == ASK_ANSWERED && !is_taken);
	if (is_taken)
		put_homework(guide, homework);
	return answer;
}

/* "Homework?  Catch one thought a day      how often? daily     why? ..." */
static enum ask_answer ask_homework(struct guide *guide,
				    const struct guide_step *step)
{
	cJSON *homework = cJSON_CreateObject();
	enum ask_answer answer =
		ask_part(guide, homework, _("Homework?  "), "title");

	(void)step;
	if (answer == ASK_ANSWERED)
		answer = ask_part(guide, homework, _("how often?  "),
				  "how_often");
	if ((answer == ASK_ANSWERED || answer == ASK_SKIPPED) &&
	    cJSON_HasObjectItem(homework, "title"))
		answer = ask_part(guide, homework, _("why?  "), "why");
	cJSON_Delete(homework);
	return answer;
}

static enum ask_answer ask_next(struct guide *guide,
				const struct guide_step *step)
{
	char text[CIVIL_INSTANT_TEXT_BYTES];
	struct civil_instant at;
	enum ask_answer answer;

	answer = guide_ask_instant(guide->cli, _(step->question), DATES_AHEAD,
				   &at);
	if (answer != ASK_ANSWERED)
		return answer;
	civil_format_instant(at, text);
	guide_put(guide, step->field, cJSON_CreateString(text));
	return ASK_ANSWERED;
}

static const struct guide_step add_steps[] = {
	{ .field = "number", .asks = ask_number_of },
	{ .field = "takeaways",
	  .asks = ask_takeaway,
	  .question = N_("What do you want to keep from today?") },
	{ .field = "homework", .asks = ask_homework },
	{ .field = "next_at",
	  .asks = ask_next,
	  .question = N_("Next time?  ") },
};

/* An entry of its own, from this session, until next time. */
static int keep_homework(struct cli *cli, cJSON *take_homework,
			 const cJSON *session, const cJSON *fields)
{
	const char *title = json_text(take_homework, "title");
	const char *kind = goaltext_kind_hint(title);
	const char *with = json_text(fields, "with");
	char draft[KEEP_DRAFT_BYTES] = "", day[CIVIL_DAY_TEXT_BYTES];
	struct civil_instant at;
	cJSON *entry = NULL;
	int64_t today = dates_day_of(dates_now());
	int exit_code;

	if (civil_parse_instant(bytes_from_str(json_text(fields, "next_at")),
				&at) == 0) {
		civil_format_day(dates_day_of(at), day);
		(void)cJSON_AddStringToObject(take_homework, "due", day);
	}
	homework_complete(take_homework, today);
	if (kind != NULL)
		(void)cJSON_AddStringToObject(take_homework, "kind_hint", kind);
	(void)cJSON_AddStringToObject(take_homework, "assigned_by",
				      *with == '\0' ? "me" : with);
	(void)cJSON_AddStringToObject(take_homework, "from_session",
				      json_text(session, "id"));
	exit_code = keep_add(cli, "homework",
			     keep_params(cJSON_Duplicate(take_homework, true)),
			     "", &entry);
	if (exit_code != 0 && keep_draft(cli, "homework", take_homework, draft))
		cli_say(_("The session is kept, and the homework as a draft. "
			  "`kept homework add` whenever.\n"));
	cJSON_Delete(entry);
	cJSON_Delete(take_homework);
	return exit_code;
}

/* In one line, or in two: nobody types a command that is broken in two. */
static void say_next(struct cli *cli, const struct buf *next)
{
	struct buf line;

	buf_init(&line, 512);
	buf_printf(&line,
		   _("Kept.  Next: %.*s.   Anything to bring, any time:  kept "
		     "session bring\n"),
		   (int)next->len, (const char *)next->ptr);
	buf_put_u8(&line, 0);
	if (line.failed == 0 &&
	    render_width((const char *)line.ptr) <= (size_t)cli->columns)
		cli_done(cli, "%s", (const char *)line.ptr);
	else
		cli_done(cli,
			 _("Kept.  Next: %.*s.\n"
			   "Anything to bring, any time:\n"
			   "  kept session bring\n"),
			 (int)next->len, (const char *)next->ptr);
	buf_release(&line);
}

static int show_session(struct cli *cli, cJSON *take_entry, const cJSON *fields)
{
	struct buf next;
	bool has_next;

	if (cli_is_program(cli) || json_flag(take_entry, "captured"))
		return keep_show(cli, take_entry);
	buf_init(&next, 256);
	has_next = put_next(&next, cli, fields);
	if (has_next)
		say_next(cli, &next);
	else
		cli_done(cli, _("Kept.  Anything to bring next time:  kept "
				"session bring\n"));
	buf_release(&next);
	cJSON_Delete(take_entry);
	return EXIT_DONE;
}

static int add_asking(struct cli *cli, struct adding *adding)
{
	struct guide *guide = &adding->guide;
	const char *with = json_text(adding->last, "with");
	cJSON *entry = NULL, *homework;
	int exit_code = guide_begin(guide, "kept add session --from -");

	if (exit_code == 0)
		exit_code = guide_ask(guide);
	if (exit_code != 0)
		return exit_code;
	homework = cJSON_DetachItemFromObject(guide->fields, "homework");
	if (*with != '\0' && guide_field(guide, "with") == NULL)
		(void)cJSON_AddStringToObject(guide->fields, "with", with);
	exit_code = guide_keep(guide, &entry);
	if (exit_code == 0 && homework != NULL)
		exit_code = keep_homework(cli, homework, entry, guide->fields);
	else if (homework != NULL) {
		put_homework(guide, homework);
		cJSON_Delete(homework);
	}
	if (entry == NULL || exit_code != 0) {
		cJSON_Delete(entry);
		return exit_code;
	}
	return show_session(cli, entry, guide->fields);
}

int meeting_add(struct cli *cli)
{
	struct adding adding = {
		.guide = { .cli = cli,
			   .kind = "session",
			   .steps = add_steps,
			   .count = KEPT_ARRAY_COUNT(add_steps),
			   .resume = "kept session add",
			   .same = DRAFT_OF },
	};
	struct meetings sessions;
	int exit_code = keep_begin(cli);

	if (exit_code != 0)
		return exit_code;
	/* While locked nobody can tell which one it is; it can be written. */
	err_ignore(meetings_find(cli, &sessions), "then it begins with 1");
	adding.last = pick_fields(sessions.held);
	exit_code = add_asking(cli, &adding);
	guide_end(&adding.guide);
	meetings_release(&sessions);
	return exit_code;
}

/* ---- next ---- */

static int next_json(const struct meetings *sessions, const cJSON *last)
{
	static const char *const texts[] = { "next_at", "with" };
	int64_t number = json_number(last, "number", 0);
	int64_t of = json_number(last, "of", 0);
	cJSON *object = cJSON_CreateObject();
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(texts); i++) {
		const char *text = json_text(last, texts[i]);

		if (*text != '\0')
			(void)cJSON_AddStringToObject(object, texts[i], text);
	}
	if (number > 0)
		(void)cJSON_AddNumberToObject(object, "number",
					      (double)number + 1);
	if (of > 0)
		(void)cJSON_AddNumberToObject(object, "of", (double)of);
	(void)cJSON_AddItemToObject(object, "to_bring",
				    cJSON_Duplicate(sessions->to_bring, true));
	return cli_put_json(object);
}

static void put_when(struct buf *out, const struct cli *cli, const cJSON *last)
{
	int64_t number = json_number(last, "number", 0);
	struct civil_instant at;
	struct buf when;

	buf_init(&when, 256);
	if (!put_next(&when, cli, last)) {
		buf_printf(out, "%s\n",
			   _("The next one isn't written down yet.  kept "
			     "session add"));
	} else if (civil_parse_instant(
			   bytes_from_str(json_text(last, "next_at")), &at) ==
			   0 &&
		   at.ms < dates_now().ms) {
		buf_printf(out,
			   _("It was planned for %.*s.  kept session add  "
			     "keeps how it went.\n"),
			   (int)when.len, (const char *)when.ptr);
	} else if (number > 0) {
		buf_printf(out, _("Session %lld: %.*s.\n"),
			   (long long)number + 1, (int)when.len,
			   (const char *)when.ptr);
	} else {
		buf_printf(out, _("Next: %.*s.\n"), (int)when.len,
			   (const char *)when.ptr);
	}
	buf_release(&when);
}

static void put_to_bring(struct buf *out, const struct cli *cli,
			 const cJSON *list)
{
	struct render render = screen_render(cli);
	const cJSON *item;

	if (cJSON_GetArraySize(list) == 0) {
		buf_printf(out, "%s\n",
			   _("Nothing to bring yet. Any time:  kept session "
			     "bring"));
		return;
	}
	buf_printf(out, "%s\n", _("To bring"));
	cJSON_ArrayForEach(item, list)
	{
		if (cJSON_IsString(item))
			render_put_wrapped(out, &render, item->valuestring, 2);
	}
}

int meeting_next(struct cli *cli)
{
	struct meetings sessions;
	cJSON *params = cJSON_CreateObject();
	const cJSON *last;
	struct buf out;
	int exit_code;

	/* Locked, on a terminal: this asks for the passphrase. */
	(void)cJSON_AddStringToObject(params, "kind", "session");
	(void)cJSON_AddNumberToObject(params, "limit", 1);
	exit_code = cli_call(cli, "log", params, NULL);
	if (exit_code != 0)
		return exit_code;
	err_ignore(meetings_find(cli, &sessions), "it has just been read");
	last = pick_fields(sessions.held);
	if (cli_is_program(cli)) {
		exit_code = next_json(&sessions, last);
	} else {
		buf_init(&out, RENDER_BYTES_MAX);
		put_when(&out, cli, last);
		put_to_bring(&out, cli, sessions.to_bring);
		(void)screen_put(&out);
		buf_release(&out);
		exit_code = screen_end(cli);
	}
	meetings_release(&sessions);
	return exit_code;
}

/* ---- bring ---- */

static const struct guide_step bring_steps[] = {
	{ .field = "to_bring",
	  .how = GUIDE_REQUIRED,
	  .question = N_("Something for next time:  One thing a line; empty "
			 "line to go on.") },
};

static int show_brought(struct cli *cli, cJSON *take_entry,
			const cJSON *session)
{
	struct buf next;

	if (cli_is_program(cli) || json_flag(take_entry, "captured") ||
	    cli->options.common.dry_run)
		return keep_show(cli, take_entry);
	buf_init(&next, 256);
	if (put_next(&next, cli, session))
		cli_done(cli, _("Kept for %.*s.      Undo: kept undo\n"),
			 (int)next.len, (const char *)next.ptr);
	else
		cli_done(cli, _("Kept for next time.      Undo: kept undo\n"));
	buf_release(&next);
	cJSON_Delete(take_entry);
	return EXIT_DONE;
}

/* A line is one thing to bring. False: more than one list holds. */
static bool add_words(cJSON *list, const char *text)
{
	bool fit = true;

	while (*text != '\0') {
		size_t len = strcspn(text, "\r\n");
		char *line = cli_copy(text, len);

		if (line[strspn(line, " \t")] != '\0')
			fit = *guide_add_lines(list, line, LINE_SCALARS) == 0;
		cli_free(line);
		text += len + strspn(text + len, "\r\n");
	}
	return fit;
}

static int bring_words(struct guide *guide, const char *text, cJSON **entry)
{
	const cJSON *before =
		cJSON_GetObjectItemCaseSensitive(guide->entry, "to_bring");
	cJSON *list = cJSON_IsArray(before) ? cJSON_Duplicate(before, true)
					    : cJSON_CreateArray();

	if (!add_words(list, text)) {
		cJSON_Delete(list);
		return cli_say_no(guide->cli, EXIT_COULD_NOT, "too_large", NULL,
				  _("Up to %u things fit in there; nothing was "
				    "kept."),
				  LIMIT_LIST_ITEMS);
	}
	guide->fields = cJSON_CreateObject();
	(void)cJSON_AddItemToObject(guide->fields, "to_bring", list);
	return guide_keep(guide, entry);
}

int meeting_bring(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "session",
			       .steps = bring_steps,
			       .count = KEPT_ARRAY_COUNT(bring_steps),
			       .resume = "kept session bring",
			       .draft_moves = true,
			       .same = DRAFT_OF };
	struct meetings sessions = { 0 };
	cJSON *entry = NULL;
	char *text = NULL;
	int exit_code = keep_begin(cli);

	if (exit_code == 0)
		exit_code = writing_take(cli, "session", &text, guide.draft);
	if (exit_code != 0)
		return exit_code;
	/* Locked, or the first: an entry of its own, which is sealed. */
	if (meetings_find(cli, &sessions) == 0 && sessions.newest != NULL) {
		guide.changes = json_text(sessions.newest, "id");
		guide.entry = pick_fields(sessions.newest);
	}
	if (text != NULL) {
		exit_code = bring_words(&guide, text, &entry);
	} else {
		guide.fields = cJSON_CreateObject();
		(void)cJSON_AddStringToObject(guide.fields, DRAFT_OF, "bring");
		exit_code =
			guide_begin(&guide, _("- and a pipe, or --file FILE"));
		if (exit_code == 0)
			exit_code = guide_ask(&guide);
		if (exit_code == 0)
			exit_code = guide_keep(&guide, &entry);
	}
	guide_end(&guide);
	cli_free(text);
	if (exit_code == 0)
		exit_code =
			show_brought(cli, entry, pick_fields(sessions.held));
	meetings_release(&sessions);
	return exit_code;
}
