/*
 * cmd_thought.c - weighing a thought: where to begin, and what becomes of it.
 *
 * Must never praise or blame, and never drop what was answered. Read next:
 * weigh.c for the questions.
 */
#include "cli/command.h"
#include "cli/render.h"
#include "cli/thought.h"
#include "cli/weigh.h"
#include "cli/writing.h"

const struct option_spec options_thought[] = {
	WRITING_OPTIONS,
	{ "quick", 0, OPTION_FLAG, NULL, "catch it now, weigh it later" },
	{ "resume", 0, OPTION_FLAG, NULL, "go on with what is half-weighed" },
	{ 0 },
};

static int stop_weighing(struct weighing *weighing)
{
	if (cJSON_GetArraySize(weighing->fields) == 0) {
		cli_say("Nothing was kept.\n");
		return EXIT_CTRL_C;
	}
	if (keep_draft(weighing->cli, "thought", weighing->fields,
		       weighing->draft))
		cli_say("Kept as a draft. `kept thought --resume` "
			"whenever.\n");
	else
		cli_say("This couldn't be kept as a draft; it is still on "
			"your screen.\n");
	return EXIT_CTRL_C;
}

static int finish_weighing(struct weighing *weighing, bool is_quick)
{
	cJSON *entry = NULL;
	bool is_strong = thought_is_still_strong(weighing->fields);
	int exit_code;

	exit_code =
		keep_add(weighing->cli, "thought",
			 keep_params(cJSON_Duplicate(weighing->fields, true)),
			 weighing->draft, &entry);
	if (exit_code != 0)
		return exit_code;
	cli_say("\n");
	if (is_strong)
		cli_say("Still strong. That happens. You weighed it "
			"anyway.\n");
	else if (is_quick)
		cli_say("Catching it counts.\n");
	return keep_show_long(weighing->cli, entry);
}

static int weigh(struct weighing *weighing)
{
	bool is_quick = options_has(&weighing->cli->options, "quick");
	const struct step *step;
	size_t i;

	if (!ask_can(weighing->cli))
		return ask_exit(weighing->cli, ASK_CLOSED,
				"- and a pipe, or --file FILE");
	ask_open(weighing->cli);
	cli_say("Take your time. Enter skips, Ctrl-C keeps what you have as a "
		"draft.\n");
	if (weighing->from > 2)
		weigh_show_thought(weighing, false);
	for (i = weighing->from; (step = weigh_step_at(i)) != NULL; i++) {
		enum ask_answer answer;

		if (is_quick && i >= WEIGH_QUICK_STEPS)
			break;
		answer = step->ask(weighing, step);

		if (answer == ASK_STOPPED || answer == ASK_CLOSED)
			return stop_weighing(weighing);
	}
	return finish_weighing(weighing, is_quick);
}

static void take_draft(struct weighing *weighing, const cJSON *draft)
{
	cJSON_Delete(weighing->fields);
	weighing->fields = cJSON_Duplicate(
		cJSON_GetObjectItemCaseSensitive(draft, "fields"), true);
	if (weighing->fields == NULL)
		weighing->fields = cJSON_CreateObject();
	(void)snprintf(weighing->draft, sizeof weighing->draft, "%s",
		       json_text(draft, "id"));
	weighing->from = weigh_find_step(weighing->fields);
}

static int resume(struct weighing *weighing)
{
	cJSON *result = NULL, *draft;
	int exit_code = cli_call(weighing->cli, "drafts", NULL, &result);

	if (exit_code != 0)
		return exit_code;
	cJSON_Delete(result); /* it is unlocked now; look for the newest */
	draft = keep_find_draft(weighing->cli, "thought");
	if (draft == NULL)
		return cli_say_no(weighing->cli, EXIT_NOT_THERE, "not_found",
				  "kept thought",
				  "There is nothing half-weighed here.");
	take_draft(weighing, draft);
	cJSON_Delete(draft);
	return 0;
}

/* "On Tuesday you caught ...": weigh it, or leave it where it is. */
static int offer_draft(struct weighing *weighing)
{
	static const char *const words[] = { "weigh it", "leave it" };
	cJSON *draft = keep_find_draft(weighing->cli, "thought");
	const char *thought = json_text(
		cJSON_GetObjectItemCaseSensitive(draft, "fields"), "thought");
	enum ask_answer answer = ASK_SKIPPED;
	char day[40];
	size_t place = 1;

	ask_open(weighing->cli);
	if (draft != NULL) {
		struct buf quoted;

		buf_init(&quoted, RENDER_BYTES_MAX);
		thought_put_quoted(&quoted, thought);
		keep_draft_day(draft, day);
		if (thought[strspn(thought, " \t\n")] != '\0')
			cli_say("%s you caught %.*s Weigh it now, or leave "
				"it?\n",
				day, (int)quoted.len, (const char *)quoted.ptr);
		else
			cli_say("%s you began to weigh something. Go on with "
				"it, or leave it?\n",
				day);
		buf_release(&quoted);
		answer = ask_choice(weighing->cli, "> ", words,
				    KEPT_ARRAY_COUNT(words), &place);
	}
	if (answer == ASK_ANSWERED && place == 0)
		take_draft(weighing, draft);
	cJSON_Delete(draft);
	return answer == ASK_STOPPED ? EXIT_CTRL_C : 0;
}

/* With words given there is nothing to ask: it is caught. */
static int catch_words(struct weighing *weighing, const char *text)
{
	int exit_code =
		keep_plain(weighing->cli, "thought", text, weighing->fields);

	return exit_code == 0 ? finish_weighing(weighing, true) : exit_code;
}

int cmd_thought(struct cli *cli)
{
	struct weighing weighing = { .cli = cli,
				     .fields = cJSON_CreateObject() };
	char *text = NULL;
	int exit_code = keep_begin(cli);

	if (exit_code == 0)
		exit_code = writing_take(cli, "thought", &text, weighing.draft);
	if (exit_code == 0 && text != NULL) {
		exit_code = catch_words(&weighing, text);
		goto out;
	}
	if (exit_code == 0 && options_has(&cli->options, "resume"))
		exit_code = resume(&weighing);
	else if (exit_code == 0 && ask_can(cli))
		exit_code = offer_draft(&weighing);
	if (exit_code == 0)
		exit_code = weigh(&weighing);
out:
	cli_free(text);
	cJSON_Delete(weighing.fields);
	return exit_code;
}
