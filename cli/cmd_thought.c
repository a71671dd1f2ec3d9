/*
 * cmd_thought.c - weighing a thought: where to begin, and what becomes of it.
 *
 * Must never praise or blame, and never drop what was answered. Read next:
 * weigh.c for the questions.
 */
#include "cli/command.h"
#include "cli/i18n.h"
#include "cli/render.h"
#include "cli/thought.h"
#include "cli/ticks.h"
#include "cli/weigh.h"
#include "cli/writing.h"

const struct option_spec options_thought[] = {
	WRITING_OPTIONS,
	{ "quick", 0, OPTION_FLAG, NULL, N_("catch it now, weigh it later") },
	{ "resume", 0, OPTION_FLAG, NULL,
	  N_("go on with what is half-weighed") },
	{ 0 },
};

static int finish_weighing(struct guide *guide, bool is_quick)
{
	cJSON *entry = NULL, *shown;
	bool is_strong = thought_is_still_strong(guide->fields);
	int exit_code = guide_keep(guide, &entry);

	if (exit_code != 0)
		return exit_code;
	if (guide->cli->options.common.dry_run)
		return keep_show(guide->cli, entry);
	cli_say("\n");
	if (is_strong)
		cli_say(_("Still strong. That happens. You weighed it "
			  "anyway.\n"));
	else if (is_quick)
		cli_say(_("Catching it counts.\n"));
	shown = cJSON_Duplicate(entry, true);
	exit_code = keep_show_long(guide->cli, shown);
	if (exit_code == 0)
		exit_code = ticks_offer(guide->cli, entry);
	cJSON_Delete(entry);
	return exit_code;
}

static int weigh(struct guide *guide)
{
	bool is_quick = options_has(&guide->cli->options, "quick");
	int exit_code;

	if (!ask_can(guide->cli))
		return ask_exit(guide->cli, ASK_CLOSED,
				_("- and a pipe, or --file FILE"));
	ask_open(guide->cli);
	cli_say(_("Take your time. Enter skips, Ctrl-C keeps what you have as "
		  "a draft.\n"));
	if (guide->from > 2)
		weigh_show_thought(guide, false);
	if (is_quick)
		guide->count = WEIGH_QUICK_STEPS;
	exit_code = guide_ask(guide);
	return exit_code == 0 ? finish_weighing(guide, is_quick) : exit_code;
}

/* The draft whose id ends so. Gives ownership; NULL: none. */
static cJSON *find_named(const cJSON *drafts, const char *ending)
{
	const cJSON *draft;

	cJSON_ArrayForEach(draft, drafts)
	{
		const char *id = json_text(draft, "id");
		size_t len = strlen(id), want = strlen(ending);

		if (strcmp(json_text(draft, "kind"), "thought") == 0 &&
		    want > 0 && want <= len &&
		    strcasecmp(id + len - want, ending) == 0)
			return cJSON_Duplicate(draft, true);
	}
	return NULL;
}

/* The one that was named, else the newest. */
static int resume(struct guide *guide)
{
	const struct options *options = &guide->cli->options;
	cJSON *result = NULL, *draft;
	int exit_code = cli_call(guide->cli, "drafts", NULL, &result);

	if (exit_code != 0)
		return exit_code;
	/* It is unlocked now. */
	draft = options->arg_count > 0
			? find_named(cJSON_GetObjectItemCaseSensitive(result,
								      "drafts"),
				     options->args[0])
			: guide_find_draft(guide);
	cJSON_Delete(result);
	if (draft == NULL && options->arg_count > 0)
		return cli_say_no(guide->cli, EXIT_NOT_THERE, "not_found",
				  "kept drafts",
				  _("There is no draft with that id."));
	if (draft == NULL)
		return cli_say_no(guide->cli, EXIT_NOT_THERE, "not_found",
				  "kept thought",
				  _("There is nothing half-weighed here."));
	guide_take_draft(guide, draft);
	cJSON_Delete(draft);
	return 0;
}

/* "On Tuesday you caught ...": weigh it, or leave it where it is. */
static int offer_draft(struct guide *guide)
{
	const char *words[] = { _("weigh it"), _("leave it") };
	cJSON *draft = guide_find_draft(guide);
	const char *thought = json_text(
		cJSON_GetObjectItemCaseSensitive(draft, "fields"), "thought");
	enum ask_answer answer = ASK_SKIPPED;
	char day[KEEP_DAY_BYTES];
	size_t place = 1;

	ask_open(guide->cli);
	if (draft != NULL) {
		struct buf quoted;

		buf_init(&quoted, RENDER_BYTES_MAX);
		thought_put_quoted(&quoted, thought);
		keep_draft_day(draft, day);
		if (thought[strspn(thought, " \t\n")] != '\0')
			cli_say(_("%s you caught %.*s Weigh it now, or leave "
				  "it?\n"),
				day, (int)quoted.len, (const char *)quoted.ptr);
		else
			cli_say(_("%s you began to weigh something. Go on with "
				  "it, or leave it?\n"),
				day);
		buf_release(&quoted);
		answer = ask_choice(guide->cli, "> ", words,
				    KEPT_ARRAY_COUNT(words), &place);
	}
	if (answer == ASK_ANSWERED && place == 0)
		guide_take_draft(guide, draft);
	cJSON_Delete(draft);
	return answer == ASK_STOPPED ? EXIT_CTRL_C : 0;
}

/* With words given there is nothing to ask: it is caught. */
static int catch_words(struct guide *guide, const char *text)
{
	int exit_code = keep_plain(guide->cli, "thought", text, guide->fields);

	return exit_code == 0 ? finish_weighing(guide, true) : exit_code;
}

int cmd_thought(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "thought",
			       .steps = weigh_steps,
			       .count = WEIGH_STEPS,
			       .resume = "kept thought --resume",
			       .sight = "thought",
			       .fields = cJSON_CreateObject() };
	char *text = NULL;
	int exit_code = keep_begin(cli);

	/* What stands behind --resume is an id, not a thought. */
	if (exit_code == 0 && !options_has(&cli->options, "resume"))
		exit_code = writing_take(cli, "thought", &text, guide.draft);
	if (exit_code == 0 && text != NULL) {
		exit_code = catch_words(&guide, text);
		goto out;
	}
	if (exit_code == 0)
		exit_code = keep_refuse_dry(cli);
	if (exit_code == 0 && options_has(&cli->options, "resume"))
		exit_code = resume(&guide);
	else if (exit_code == 0 && ask_can(cli) &&
		 !options_has(&cli->options, "quick"))
		exit_code = offer_draft(&guide);
	if (exit_code == 0)
		exit_code = weigh(&guide);
out:
	cli_free(text);
	guide_end(&guide);
	return exit_code;
}
