/*
 * cmd_write.c - the small ones: win, mood, note; and add for programs.
 *
 * None of these needs the journal unlocked. Must never lose a word to a
 * passphrase. Read next: writing.c, keep.c.
 */
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/when.h"
#include "cli/writing.h"
#include "proto/base/buf.h"
#include "proto/entry.h"

const struct option_spec options_write[] = { WRITING_OPTIONS, { 0 } };

const struct option_spec options_mood[] = {
	{ "confidence", 0, OPTION_VALUE, "0-10", "how sure of yourself" },
	{ "energy", 0, OPTION_VALUE, "0-10", "how much energy" },
	{ "note", 0, OPTION_VALUE, "WORDS", "a word about it" },
	{ 0 },
};

const struct option_spec options_add[] = {
	{ "from", 0, OPTION_VALUE, "FILE", "the fields as JSON; - is stdin" },
	{ 0 },
};

/* Ctrl-C while writing: what is there stays, as a draft. */
static int stop_writing(struct cli *cli, const char *kind, const cJSON *fields,
			char id[KEEP_DRAFT_BYTES], enum ask_answer answer)
{
	if (cJSON_GetArraySize(fields) == 0)
		return answer == ASK_CLOSED
			       ? ask_exit(cli, answer,
					  "- and a pipe, or --file FILE")
			       : EXIT_CTRL_C;
	if (keep_draft(cli, kind, fields, id))
		cli_say("Kept as a draft. `kept drafts` shows it.\n");
	else
		cli_say("This couldn't be kept as a draft; it is still on "
			"your screen.\n");
	return EXIT_CTRL_C;
}

static int finish(struct cli *cli, const char *kind, cJSON *take_fields,
		  const char *draft)
{
	cJSON *entry = NULL;
	int exit_code =
		keep_add(cli, kind, keep_params(take_fields), draft, &entry);

	return exit_code == 0 ? keep_show(cli, entry) : exit_code;
}

/* Words that came in without a question. */
static int keep_words(struct cli *cli, const char *kind, const char *text,
		      const char *draft)
{
	cJSON *fields = cJSON_CreateObject();
	int exit_code = keep_plain(cli, kind, text, fields);

	if (exit_code == 0)
		return finish(cli, kind, fields, draft);
	cJSON_Delete(fields);
	return exit_code;
}

/* ---- win ---- */

static enum ask_answer ask_field(struct cli *cli, const char *question,
				 cJSON *fields, const char *field)
{
	enum ask_answer answer;
	char *text;

	cli_say("%s\n", question);
	answer = ask_line(cli, "> ", json_text(fields, field), &text);
	if (text != NULL) {
		cJSON_DeleteItemFromObject(fields, field);
		(void)cJSON_AddStringToObject(fields, field, text);
	}
	cli_free(text);
	return answer;
}

/* What was begun and not finished, if the person wants to go on with it; else
 * an empty object. The draft's id goes into `draft`. */
static int begin_fields(struct cli *cli, const char *kind, cJSON **fields,
			char draft[KEEP_DRAFT_BYTES])
{
	cJSON *found = keep_find_draft(cli, kind);
	enum ask_answer answer = ASK_SKIPPED;
	char day[40], question[120];
	bool yes = false;

	*fields = NULL;
	draft[0] = '\0';
	ask_open(cli);
	if (found != NULL) {
		keep_draft_day(found, day);
		(void)snprintf(question, sizeof question,
			       "%s you were writing something. Carry on?", day);
		answer = ask_yes_no(cli, question, true, &yes);
	}
	if (yes && answer != ASK_STOPPED) {
		*fields = cJSON_DetachItemFromObject(found, "fields");
		(void)snprintf(draft, KEEP_DRAFT_BYTES, "%s",
			       json_text(found, "id"));
	}
	cJSON_Delete(found);
	if (*fields == NULL)
		*fields = cJSON_CreateObject();
	return answer == ASK_STOPPED ? EXIT_CTRL_C : 0;
}

static int ask_win(struct cli *cli)
{
	char draft[KEEP_DRAFT_BYTES];
	enum ask_answer answer;
	cJSON *fields;
	int exit_code = begin_fields(cli, "win", &fields, draft);

	if (exit_code != 0)
		goto out;
	answer = ask_field(cli, "What went right, however small?", fields,
			   "what");
	if (answer == ASK_SKIPPED && *json_text(fields, "what") == '\0')
		answer = ask_field(cli,
				   "Left on time? Asked for help? Stopped at "
				   "good enough? Those count.",
				   fields, "what");
	if (answer == ASK_SKIPPED && *json_text(fields, "what") == '\0') {
		cli_say("Nothing was kept. Whenever you like.\n");
		exit_code = EXIT_STOPPED;
		goto out;
	}
	if (answer == ASK_ANSWERED || answer == ASK_SKIPPED)
		answer = ask_field(cli, "What did it take?  (Enter to skip)",
				   fields, "took");
	if (answer == ASK_ANSWERED || answer == ASK_SKIPPED)
		return finish(cli, "win", fields, draft);
	exit_code = stop_writing(cli, "win", fields, draft, answer);
out:
	cJSON_Delete(fields);
	return exit_code;
}

int cmd_win(struct cli *cli)
{
	char draft[KEEP_DRAFT_BYTES];
	char *text = NULL;
	int exit_code = keep_begin(cli);

	if (exit_code == 0)
		exit_code = writing_take(cli, "win", &text, draft);
	if (exit_code == 0 && text != NULL)
		exit_code = keep_words(cli, "win", text, draft);
	else if (exit_code == 0 && !ask_can(cli))
		exit_code = ask_exit(cli, ASK_CLOSED,
				     "- and a pipe, or --file FILE");
	else if (exit_code == 0)
		exit_code = ask_win(cli);
	cli_free(text);
	return exit_code;
}

/* ---- note ---- */

/* Lines until an empty one, after those that are there. */
static enum ask_answer ask_text(struct cli *cli, cJSON *fields, bool *too_long)
{
	enum ask_answer answer = ASK_ANSWERED;
	char *shown = cli_show(json_text(fields, "text"), true);
	struct buf all;

	cli_say("What would you like to keep?  An empty line ends it.\n");
	cli_say("%s%s", shown, *shown == '\0' ? "" : "\n");
	cli_free(shown);
	buf_init(&all, LIMIT_ENTRY_TEXT_BYTES + 1);
	buf_printf(&all, "%s", json_text(fields, "text"));
	while (answer == ASK_ANSWERED && all.failed == 0) {
		char *line;

		answer = ask_line(cli, "> ", NULL, &line);
		if (line != NULL)
			buf_printf(&all, "%s%s", all.len > 0 ? "\n" : "", line);
		cli_free(line);
	}
	*too_long = buf_put_u8(&all, 0) != 0;
	if (!*too_long && all.len > 1) {
		cJSON_DeleteItemFromObject(fields, "text");
		(void)cJSON_AddStringToObject(fields, "text",
					      (const char *)all.ptr);
	}
	buf_release(&all);
	return answer;
}

static int ask_note(struct cli *cli)
{
	char draft[KEEP_DRAFT_BYTES];
	enum ask_answer answer;
	bool too_long;
	cJSON *fields;
	int exit_code = begin_fields(cli, "note", &fields, draft);

	if (exit_code != 0)
		goto out;
	answer = ask_text(cli, fields, &too_long);
	if (too_long) {
		exit_code = cli_say_no(cli, EXIT_COULD_NOT, "too_large", NULL,
				       "That is longer than fits; it is still "
				       "on your screen.\nkept note -e  is "
				       "better for so much.");
	} else if (answer != ASK_SKIPPED) {
		exit_code = stop_writing(cli, "note", fields, draft, answer);
	} else if (*json_text(fields, "text") == '\0') {
		cli_say("Nothing was kept. Whenever you like.\n");
		exit_code = EXIT_STOPPED;
	} else {
		return finish(cli, "note", fields, draft);
	}
out:
	cJSON_Delete(fields);
	return exit_code;
}

int cmd_note(struct cli *cli)
{
	char draft[KEEP_DRAFT_BYTES];
	char *text = NULL;
	int exit_code = keep_begin(cli);

	if (exit_code == 0)
		exit_code = writing_take(cli, "note", &text, draft);
	if (exit_code == 0 && text != NULL)
		exit_code = keep_words(cli, "note", text, draft);
	else if (exit_code == 0 && !ask_can(cli))
		exit_code = ask_exit(cli, ASK_CLOSED,
				     "- and a pipe, or --file FILE");
	else if (exit_code == 0)
		exit_code = ask_note(cli);
	cli_free(text);
	return exit_code;
}

/* ---- mood ---- */

static int take_number(struct cli *cli, const char *text, const char *field,
		       cJSON *fields)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || number > 10)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  "%s is a whole number from 0 to 10.", field);
	(void)cJSON_AddNumberToObject(fields, field, (double)number);
	return 0;
}

/* What stands on the command line already. */
static int take_given(struct cli *cli, cJSON *fields)
{
	static const char *const names[] = { "confidence", "energy" };
	const char *note = options_value(&cli->options, "note");
	int exit_code = 0;
	size_t i;

	if (cli->options.arg_count > 1)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  "One number, 0 rough to 10 great; words go "
				  "into --note.");
	if (cli->options.arg_count == 1)
		exit_code =
			take_number(cli, cli->options.args[0], "mood", fields);
	for (i = 0; i < KEPT_ARRAY_COUNT(names) && exit_code == 0; i++) {
		const char *text = options_value(&cli->options, names[i]);

		if (text != NULL)
			exit_code = take_number(cli, text, names[i], fields);
	}
	if (exit_code == 0 && note != NULL)
		(void)cJSON_AddStringToObject(fields, "note", note);
	return exit_code;
}

/* Confidence is asked once a day at most. While locked nobody can tell. */
static bool has_confidence_today(struct cli *cli)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	char day[CIVIL_DAY_TEXT_BYTES];
	struct client_refusal refusal;
	const cJSON *entry;
	bool has = false;
	int64_t today;

	if (when_today(cli, &today) != 0) {
		cJSON_Delete(params);
		return false;
	}
	civil_format_day(today, day);
	(void)cJSON_AddStringToObject(params, "kind", "mood");
	(void)cJSON_AddStringToObject(params, "since", day);
	(void)cJSON_AddStringToObject(params, "until", day);
	if (cli_try(cli, "log", params, &result, &refusal) == 0)
		cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(
						  result, "entries"))
			has |= cJSON_HasObjectItem(
				cJSON_GetObjectItemCaseSensitive(entry, "f"),
				"confidence");
	cJSON_Delete(result);
	return has;
}

static enum ask_answer ask_rating(struct cli *cli, const char *prompt,
				  const char *field, cJSON *fields)
{
	enum ask_answer answer;
	int64_t number;

	answer = ask_number(cli, prompt, 0, 10, &number);
	if (answer == ASK_ANSWERED)
		(void)cJSON_AddNumberToObject(fields, field, (double)number);
	return answer;
}

static int ask_mood(struct cli *cli, cJSON *fields)
{
	char draft[KEEP_DRAFT_BYTES] = "";
	enum ask_answer answer;

	ask_open(cli);
	answer = ask_rating(cli, "How are you, 0 rough … 10 great?   ", "mood",
			    fields);
	if ((answer == ASK_ANSWERED || answer == ASK_SKIPPED) &&
	    !has_confidence_today(cli))
		answer = ask_rating(cli, "How sure of yourself, 0 … 10?      ",
				    "confidence", fields);
	if (answer == ASK_STOPPED || answer == ASK_CLOSED)
		return stop_writing(cli, "mood", fields, draft, answer);
	return 0;
}

int cmd_mood(struct cli *cli)
{
	cJSON *fields = cJSON_CreateObject();
	int exit_code = take_given(cli, fields);
	bool is_given = cJSON_GetArraySize(fields) > 0;

	if (exit_code == 0)
		exit_code = keep_begin(cli);
	if (exit_code == 0 && !is_given && !ask_can(cli))
		exit_code = ask_exit(cli, ASK_CLOSED, "kept mood 6");
	else if (exit_code == 0 && !is_given)
		exit_code = ask_mood(cli, fields);
	if (exit_code == 0 && cJSON_GetArraySize(fields) == 0) {
		cli_say("Nothing was kept. Whenever you like.\n");
		exit_code = EXIT_STOPPED;
	}
	if (exit_code == 0)
		return finish(cli, "mood", fields, "");
	cJSON_Delete(fields);
	return exit_code;
}

/* ---- add ---- */

/* at, tz, day, and tags go beside the fields. */
static cJSON *params_of(cJSON *take_object)
{
	static const char *const beside[] = { "at", "tz", "day", "tags" };
	cJSON *params = cJSON_CreateObject();
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(beside); i++) {
		cJSON *item = cJSON_DetachItemFromObjectCaseSensitive(
			take_object, beside[i]);

		if (item != NULL && !cJSON_IsNull(item))
			(void)cJSON_AddItemToObject(params, beside[i], item);
		else
			cJSON_Delete(item);
	}
	(void)cJSON_AddItemToObject(params, "fields", take_object);
	return params;
}

static int refuse_kind(struct cli *cli, const char *name)
{
	const struct entry_kind *kind;
	struct buf names;
	size_t i;
	int exit_code;

	buf_init(&names, 512);
	for (i = 0; (kind = entry_kind_at(i)) != NULL; i++)
		buf_printf(&names, "%s%s", i == 0 ? "" : ", ", kind->name);
	exit_code = cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
			       "There is no kind “%.40s”.\nThere are: %.*s",
			       name, (int)names.len, (const char *)names.ptr);
	buf_release(&names);
	return exit_code;
}

int cmd_add(struct cli *cli)
{
	const char *from = options_value(&cli->options, "from");
	const char *kind = cli->options.arg_count == 1 ? cli->options.args[0]
						       : "";
	cJSON *object = NULL, *entry = NULL;
	char *text = NULL;
	int exit_code;

	if (*kind == '\0' || from == NULL)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  "kept add KIND --from -   reads one JSON "
				  "object of fields");
	if (entry_kind_by_name(bytes_from_str(kind)) == NULL)
		return refuse_kind(cli, kind);
	exit_code = keep_begin(cli);
	if (exit_code == 0)
		exit_code = writing_read_path(cli, from, &text);
	if (exit_code == 0) {
		object = cJSON_ParseWithOpts(text, NULL, true);
		if (!cJSON_IsObject(object))
			exit_code = cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
					       NULL,
					       "That isn't one JSON object of "
					       "fields; nothing was kept.");
	}
	cli_free(text);
	if (exit_code != 0) {
		cJSON_Delete(object);
		return exit_code;
	}
	exit_code = keep_add(cli, kind, params_of(object), "", &entry);
	return exit_code == 0 ? keep_show(cli, entry) : exit_code;
}
