/*
 * cmd_write.c - the small ones: win, mood, note; and add for programs.
 *
 * None of these needs the journal unlocked. Must never lose a word to a
 * passphrase. Read next: writing.c, keep.c.
 */
#include "cli/command.h"
#include "cli/guided.h"
#include "cli/i18n.h"
#include "cli/ticks.h"
#include "cli/when.h"
#include "cli/writing.h"
#include "proto/base/buf.h"
#include "proto/entry.h"

const struct option_spec options_write[] = { WRITING_OPTIONS, { 0 } };

const struct option_spec options_mood[] = {
	{ "confidence", 0, OPTION_VALUE, "0-10", N_("how sure of yourself") },
	{ "energy", 0, OPTION_VALUE, "0-10", N_("how much energy") },
	{ "note", 0, OPTION_VALUE, N_("WORDS"), N_("a word about it") },
	{ 0 },
};

const struct option_spec options_add[] = {
	{ "from", 0, OPTION_VALUE, N_("FILE"),
	  N_("the fields as JSON; - is stdin") },
	{ 0 },
};

/* ---- win, note ---- */

static const struct guide_step win_steps[] = {
	{ .field = "what",
	  .question = N_("What went right, however small?"),
	  .hint = N_("Left on time? Asked for help? Stopped at good enough? "
		     "Those count.") },
	{ .field = "took",
	  .question = N_("What did it take?  (Enter to skip)") },
};

int cmd_win(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "win",
			       .steps = win_steps,
			       .count = KEPT_ARRAY_COUNT(win_steps),
			       .resume = "kept win" };

	return guided_write(&guide, ticks_show);
}

static const struct guide_step note_steps[] = {
	{ .field = "text",
	  .question = N_("What would you like to keep?  An empty line ends "
			 "it."),
	  .how = GUIDE_REQUIRED },
};

int cmd_note(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "note",
			       .steps = note_steps,
			       .count = KEPT_ARRAY_COUNT(note_steps),
			       .resume = "kept note" };

	return guided_write(&guide, ticks_show);
}

/* ---- mood ---- */

static int take_number(struct cli *cli, const char *text, const char *field,
		       cJSON *fields)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || number > 10)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  _("%s is a whole number from 0 to 10."),
				  field);
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
				  _("One number, 0 rough to 10 great; words go "
				    "into --note."));
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
static bool wants_confidence(const struct guide *guide)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	char day[CIVIL_DAY_TEXT_BYTES];
	struct client_refusal refusal;
	const cJSON *entry;
	struct cli *cli = guide->cli;
	bool has = false;
	int64_t today;

	if (when_today(cli, &today) != 0) {
		cJSON_Delete(params);
		return true;
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
	return !has;
}

static const struct guide_step mood_steps[] = {
	{ .field = "mood",
	  .how = GUIDE_INLINE,
	  .question = N_("How are you, 0 rough … 10 great?   ") },
	{ .field = "confidence",
	  .how = GUIDE_INLINE,
	  .wanted = wants_confidence,
	  .question = N_("How sure of yourself, 0 … 10?      ") },
};

int cmd_mood(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "mood",
			       .steps = mood_steps,
			       .count = KEPT_ARRAY_COUNT(mood_steps),
			       .resume = "kept mood" };
	cJSON *fields = cJSON_CreateObject();
	int exit_code = take_given(cli, fields);

	if (exit_code == 0)
		exit_code = keep_begin(cli);
	if (exit_code == 0 && cJSON_GetArraySize(fields) > 0)
		return guided_keep(cli, "mood", fields, "", ticks_show);
	cJSON_Delete(fields);
	return exit_code == 0 ? guided_ask(&guide, "kept mood 6", ticks_show)
			      : exit_code;
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
	const char *near = NULL;
	size_t best = 3, i;
	char hint[96], *shown;
	struct buf names;
	int exit_code;

	buf_init(&names, 512);
	for (i = 0; (kind = entry_kind_at(i)) != NULL; i++) {
		size_t distance = options_distance(name, kind->name);

		if (entry_kind_is_hidden(kind->number))
			continue;
		buf_printf(&names, "%s%s", i == 0 ? "" : ", ", kind->name);
		if (distance < best && distance + 1 < strlen(kind->name)) {
			best = distance;
			near = kind->name;
		}
	}
	if (near != NULL)
		(void)snprintf(hint, sizeof hint,
			       _("Did you mean  kept add %s ?"), near);
	shown = cli_show(name, false);
	exit_code = cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
			       near == NULL ? NULL : hint,
			       _("There is no kind “%.40s”.\nThere are: %.*s"),
			       shown, (int)names.len, (const char *)names.ptr);
	cli_free(shown);
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
				  _("kept add KIND --from -   reads one JSON "
				    "object of fields"));
	if (entry_kind_by_name(bytes_from_str(kind)) == NULL)
		return refuse_kind(cli, kind);
	exit_code = keep_begin(cli);
	if (exit_code == 0)
		exit_code = writing_read_path(cli, from, &text);
	if (exit_code == 0) {
		object = cJSON_ParseWithOpts(text, NULL, true);
		if (!cJSON_IsObject(object))
			exit_code = cli_say_no(
				cli, EXIT_USED_WRONGLY, "usage", NULL,
				_("That isn't one JSON object of "
				  "fields; nothing was kept."));
	}
	cli_free(text);
	if (exit_code != 0) {
		cJSON_Delete(object);
		return exit_code;
	}
	exit_code = keep_add(cli, kind, params_of(object), "", &entry);
	return exit_code == 0 ? keep_show(cli, entry) : exit_code;
}
