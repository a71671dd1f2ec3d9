/*
 * guided.c - one entry of a kind, by words or by questions.
 *
 * None of this needs the journal unlocked. Must never lose a word to a
 * passphrase. Read next: guide.h, writing.c, keep.c.
 */
#include "cli/guided.h"

#include "cli/i18n.h"
#include "cli/writing.h"

int guided_keep(struct cli *cli, const char *kind, cJSON *take_fields,
		const char *draft, guided_show *show)
{
	cJSON *entry = NULL;
	int exit_code =
		keep_add(cli, kind, keep_params(take_fields), draft, &entry);

	return exit_code == 0 ? show(cli, entry) : exit_code;
}

int guided_ask_entry(struct guide *guide, const char *instead, cJSON **entry)
{
	int exit_code = guide_begin(guide, instead);

	*entry = NULL;
	if (exit_code == 0)
		exit_code = guide_ask(guide);
	if (exit_code == 0 && !guide_has_answers(guide)) {
		cli_say(_("Nothing was kept. Whenever you like.\n"));
		exit_code = EXIT_STOPPED;
	}
	return exit_code == 0 ? guide_keep(guide, entry) : exit_code;
}

int guided_ask(struct guide *guide, const char *instead, guided_show *show)
{
	cJSON *entry = NULL;
	int exit_code = guided_ask_entry(guide, instead, &entry);

	guide_end(guide);
	return exit_code == 0 ? show(guide->cli, entry) : exit_code;
}

/* Words that came in without a question. */
static int keep_words(struct guide *guide, const char *text, guided_show *show)
{
	cJSON *entry = NULL;
	int exit_code;

	if (guide->fields == NULL)
		guide->fields = cJSON_CreateObject();
	exit_code = keep_plain(guide->cli, guide->kind, text, guide->fields);
	if (exit_code == 0)
		exit_code = guide_keep(guide, &entry);
	return exit_code == 0 ? show(guide->cli, entry) : exit_code;
}

int guided_write(struct guide *guide, guided_show *show)
{
	struct cli *cli = guide->cli;
	char *text = NULL;
	int exit_code = keep_begin(cli);

	if (exit_code == 0)
		exit_code = writing_take(cli, guide->kind, &text, guide->draft);
	if (exit_code == 0 && text != NULL)
		exit_code = keep_words(guide, text, show);
	else if (exit_code == 0)
		exit_code = guided_ask(guide, _("- and a pipe, or --file FILE"),
				       show);
	guide_end(guide);
	cli_free(text);
	return exit_code;
}
