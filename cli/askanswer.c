/*
 * askanswer.c - answers of one kind: yes or no, a number, one of a list.
 *
 * Must never take what could be meant another way. Read next: ask.c, which
 * reads the lines.
 */
#include "cli/askterminal.h"

#include <errno.h>

#include "cli/i18n.h"

enum ask_answer ask_yes_no(struct cli *cli, const char *prompt, bool fallback,
			   bool *yes)
{
	char question[512];

	*yes = fallback;
	if (cli->options.common.yes) {
		*yes = true;
		return ASK_ANSWERED;
	}
	/* For translators: the letters of a yes and a no, the one that Enter
	 * means in upper case. */
	(void)snprintf(question, sizeof question, "%s [%s] ", prompt,
		       fallback ? _("Y/n") : _("y/N"));
	for (;;) {
		char *text;
		enum ask_answer answer = ask_line(cli, question, NULL, &text);
		bool is_yes, is_no;

		if (answer != ASK_ANSWERED) {
			cli_free(text);
			return answer;
		}
		is_yes = i18n_is_yes(text);
		is_no = i18n_is_no(text);
		cli_free(text);
		if (is_yes || is_no) {
			*yes = is_yes;
			return ASK_ANSWERED;
		}
		cli_say(_("y or n?\n"));
	}
}

bool ask_parse_number(const char *text, int64_t low, int64_t high, int64_t *out)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || number < low ||
	    number > high)
		return false;
	*out = number;
	return true;
}

enum ask_answer ask_number(struct cli *cli, const char *prompt, int64_t low,
			   int64_t high, int64_t *out)
{
	for (;;) {
		char *text;
		enum ask_answer answer = ask_line(cli, prompt, NULL, &text);
		bool is_number = answer == ASK_ANSWERED &&
				 ask_parse_number(text, low, high, out);

		cli_free(text);
		if (answer != ASK_ANSWERED || is_number)
			return answer;
		cli_say(_("A whole number from %lld to %lld, or Enter to "
			  "skip.\n"),
			(long long)low, (long long)high);
	}
}

bool ask_find_choice(const char *text, const char *const *words, size_t count,
		     size_t *place)
{
	size_t len = strlen(text), found = 0, i;
	int64_t number;

	/* A word that is a number ("478") is meant before a place is. */
	for (i = 0; i < count; i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*place = i;
			return true;
		}
	}
	if (ask_parse_number(text, 1, (int64_t)count, &number)) {
		*place = (size_t)(number - 1);
		return true;
	}
	for (i = 0; i < count; i++) {
		if (len == 0 || strncasecmp(text, words[i], len) != 0)
			continue;
		found++;
		*place = i;
	}
	return found == 1;
}

enum ask_answer ask_choice(struct cli *cli, const char *prompt,
			   const char *const *words, size_t count,
			   size_t *place)
{
	size_t i;

	if (ask_can(cli))
		for (i = 0; i < count; i++)
			cli_say("  %2zu %s\n", i + 1, words[i]);
	for (;;) {
		char *text;
		enum ask_answer answer = ask_line(cli, prompt, NULL, &text);
		bool is_choice = answer == ASK_ANSWERED &&
				 ask_find_choice(text, words, count, place);

		cli_free(text);
		if (answer != ASK_ANSWERED || is_choice)
			return answer;
		cli_say(_("A number from 1 to %zu, or Enter to skip.\n"),
			count);
	}
}
