/*
 * help.c - what `kept help` and the man page say, from the tables.
 *
 * Must never list what does not work: only command.def knows commands. Read
 * next: topics.c for the texts.
 */
#include "cli/help.h"

#include <ctype.h>

#include "cli/i18n.h"
#include "cli/render.h"
#include "proto/base/buf.h"

const char *help_near(const char *word)
{
	const struct command *command = command_near(word);
	const char *near = command == NULL ? NULL : command->name;
	size_t best = near == NULL ? 3 : options_distance(word, near);
	const struct help_topic *topic;
	size_t i;

	for (i = 0; (topic = help_topic_at(i)) != NULL; i++) {
		size_t distance = options_distance(word, topic->name);

		if (distance >= best || distance + 1 >= strlen(topic->name))
			continue;
		best = distance;
		near = topic->name;
	}
	return near;
}

void help_list_commands(void)
{
	const struct command *command;
	size_t i;

	for (i = 0; (command = command_at(i)) != NULL; i++)
		if (command->group[0] != '\0')
			cli_print("%s\n", command->name);
}

/* Narrower than this, what a name means stands below it. */
#define ROW_COLUMNS 76

static bool is_narrow(const struct cli *cli)
{
	return cli->out_is_terminal && cli->columns < ROW_COLUMNS;
}

void help_print_overview(const struct cli *cli)
{
	const struct help_topic *topic;
	const struct command *command;
	const char *group = "";
	struct buf topics;
	size_t i;

	cli_print(
		_("kept: a private place for what you're practicing. It stays "
		  "on your machines.\n\n"
		  "  kept init      once, to begin\n"
		  "  kept mood      ten seconds\n"
		  "  kept thought   five minutes\n"));
	for (i = 0; (command = command_at(i)) != NULL; i++) {
		if (command->group[0] == '\0')
			continue;
		if (strcmp(command->group, group) != 0)
			cli_print("\n%s\n", _(command->group));
		group = command->group;
		if (is_narrow(cli))
			cli_print("  %s\n     %s\n", command->name,
				  _(command->help));
		else
			cli_print("  %-12s %s\n", command->name,
				  _(command->help));
	}
	buf_init(&topics, 1024);
	for (i = 0; (topic = help_topic_at(i)) != NULL; i++)
		buf_printf(&topics, "%s%s", i == 0 ? "" : ", ", topic->name);
	cli_print(_("\nkept help COMMAND, or kept help on one of:\n  %.*s\n"),
		  (int)topics.len, (const char *)topics.ptr);
	buf_release(&topics);
}

#define OPTION_COLUMNS 22u

static void print_option(const struct cli *cli, const struct option_spec *spec)
{
	char form[96];

	(void)snprintf(form, sizeof form, "--%s%s%s", spec->name,
		       spec->arg == NULL ? "" : " ",
		       spec->arg == NULL ? "" : _(spec->arg));
	if (is_narrow(cli)) {
		if (spec->letter != 0)
			cli_print("  -%c,\n", spec->letter);
		cli_print("  %s\n     %s\n", form, _(spec->help));
		return;
	}
	if (spec->letter != 0)
		cli_print("  -%c, %s%*s %s\n", spec->letter, form,
			  render_gap(form, OPTION_COLUMNS), "", _(spec->help));
	else
		cli_print("      %s%*s %s\n", form,
			  render_gap(form, OPTION_COLUMNS), "", _(spec->help));
}

void help_print_command(const struct cli *cli, const struct command *command)
{
	const struct option_spec *spec;
	size_t i;

	const char *help = _(command->help);

	cli_print("kept %s%s%s\n%c%s.\n", command->name,
		  command->args[0] == '\0' ? "" : " ", _(command->args),
		  toupper((unsigned char)help[0]), help + 1);
	for (spec = command->specs; spec != NULL && spec->name != NULL;
	     spec++) {
		if (spec == command->specs)
			cli_print("\n");
		if (spec->help != NULL)
			print_option(cli, spec);
	}
	cli_print("\n%s\n", _("Everywhere:"));
	for (i = 0; i < options_shared_count; i++)
		print_option(cli, &options_shared[i]);
}

/* ---- the man page ---- */

/* Text for roff: backslashes and dashes mean themselves, lines don't begin
 * with a command. */
static void print_roff(const char *text)
{
	bool at_start = true;

	for (; *text != '\0'; text++) {
		if (at_start && (*text == '.' || *text == '\''))
			cli_print("\\&");
		at_start = *text == '\n';
		if (*text == '\\')
			cli_print("\\e");
		else if (*text == '-')
			cli_print("\\-");
		else
			cli_print("%c", *text);
	}
}

static void print_roff_option(const struct option_spec *spec)
{
	cli_print(".TP\n.B ");
	if (spec->letter != 0)
		cli_print("\\-%c, ", spec->letter);
	cli_print("\\-\\-");
	print_roff(spec->name);
	if (spec->arg != NULL)
		cli_print(" \\fI%s\\fP", spec->arg);
	cli_print("\n");
	print_roff(spec->help);
	cli_print("\n");
}

static void print_roff_command(const struct command *command)
{
	cli_print(".TP\n.B kept ");
	print_roff(command->name);
	cli_print(" \\fR");
	print_roff(command->args);
	cli_print("\\fP\n");
	print_roff(command->help);
	cli_print(".\nSee\n.BR kept\\-%s (1).\n", command->name);
}

/* `section` is that of man; `title` in capitals. */
static void print_title(const char *title, int section, const char *book)
{
	cli_print(".TH \"");
	for (; *title != '\0'; title++)
		cli_print("%c", toupper((unsigned char)*title));
	cli_print("\" %d \"\" \"kept " KEPT_VERSION "\" \"%s\"\n", section,
		  book);
}

static void print_text(const char *text)
{
	cli_print(".nf\n");
	print_roff(text);
	cli_print(".fi\n");
}

/* A topic as a page of its own: kept-exit-codes(7), kept-formats(5). */
static void print_man_topic(const struct help_topic *topic, int section)
{
	char title[64];

	(void)snprintf(title, sizeof title, "kept-%s", topic->name);
	print_title(title, section,
		    section == 5 ? "File Formats" : "Miscellaneous");
	cli_print(".SH NAME\nkept\\-%s \\- ", topic->name);
	print_roff(topic->line);
	cli_print("\n.SH DESCRIPTION\n");
	print_text(topic->text);
	cli_print(".SH SEE ALSO\n.BR kept (1)\n");
}

static void print_man_command(const struct command *command)
{
	const struct option_spec *spec;
	char title[64];
	size_t i;

	(void)snprintf(title, sizeof title, "kept-%s", command->name);
	print_title(title, 1, "User Commands");
	cli_print(".SH NAME\nkept\\-%s \\- ", command->name);
	print_roff(command->help);
	cli_print("\n.SH SYNOPSIS\n.B kept ");
	print_roff(command->name);
	cli_print("\n[\\fIOPTION\\fP]...\n");
	print_roff(command->args);
	cli_print("%s.SH OPTIONS\n", command->args[0] == '\0' ? "" : "\n");
	for (spec = command->specs; spec != NULL && spec->name != NULL; spec++)
		if (spec->help != NULL)
			print_roff_option(spec);
	for (i = 0; i < options_shared_count; i++)
		print_roff_option(&options_shared[i]);
	cli_print(".SH EXIT STATUS\n0 when it is done; the others are those of"
		  "\n.BR kept\\-exit\\-codes (7).\n"
		  ".SH SEE ALSO\n.BR kept (1),\n.BR keptd (8)\n");
}

/* In which section of man a topic is a page of its own; 0: in kept(1). */
static int section_of(const struct help_topic *topic)
{
	if (strcmp(topic->name, "exit-codes") == 0)
		return 7;
	return strcmp(topic->name, "formats") == 0 ? 5 : 0;
}

bool help_print_man_of(const char *name)
{
	const struct command *command = command_find(name);
	const struct help_topic *topic;
	size_t i;

	if (command != NULL && command->group[0] != '\0') {
		print_man_command(command);
		return true;
	}
	for (i = 0; (topic = help_topic_at(i)) != NULL; i++) {
		if (strcmp(topic->name, name) != 0 || section_of(topic) == 0)
			continue;
		print_man_topic(topic, section_of(topic));
		return true;
	}
	return false;
}

/* One `name.section` a line: the pages beside kept(1). */
void help_list_man(void)
{
	const struct help_topic *topic;
	const struct command *command;
	size_t i;

	for (i = 0; (command = command_at(i)) != NULL; i++)
		if (command->group[0] != '\0')
			cli_print("%s.1\n", command->name);
	for (i = 0; (topic = help_topic_at(i)) != NULL; i++)
		if (section_of(topic) != 0)
			cli_print("%s.%d\n", topic->name, section_of(topic));
}

void help_print_man(void)
{
	const struct help_topic *topic;
	const struct command *command;
	size_t i;

	cli_print(".TH KEPT 1 \"\" \"kept " KEPT_VERSION
		  "\" \"User Commands\"\n"
		  ".SH NAME\nkept \\- a private journal for people in "
		  "therapy\n.SH SYNOPSIS\n.B kept\n.I COMMAND\n"
		  "[\\fIOPTION\\fP]... [\\fIARGUMENT\\fP]...\n"
		  ".SH DESCRIPTION\nkept keeps thoughts, moods, and notes, "
		  "encrypted, on your own machines, and\ncarries them between "
		  "those without a server. It talks to\n.BR keptd (8),\n"
		  "which it starts when it isn't running.\n"
		  "kept is a notebook. It doesn't diagnose, and nobody "
		  "watches it.\n.SH COMMANDS\n");
	for (i = 0; (command = command_at(i)) != NULL; i++)
		if (command->group[0] != '\0')
			print_roff_command(command);
	cli_print(".SH OPTIONS\nThese go with every command, before or after "
		  "its arguments.\n");
	for (i = 0; i < options_shared_count; i++)
		print_roff_option(&options_shared[i]);
	for (i = 0; (topic = help_topic_at(i)) != NULL; i++) {
		const char *at;

		if (section_of(topic) != 0)
			continue;
		cli_print(".SH \"");
		for (at = topic->line; *at != '\0'; at++)
			cli_print("%c", toupper((unsigned char)*at));
		cli_print("\"\n");
		print_text(topic->text);
	}
	cli_print(".SH ENVIRONMENT\n.TP\n.B KEPT_HOME\nEverything lies under "
		  "this folder instead of the XDG ones.\n.TP\n"
		  ".BR VISUAL \", \" EDITOR\nThe editor for longer text.\n.TP\n"
		  ".BR NO_COLOR \", \" KEPT_NO_COLOR\nNo colors.\n"
		  ".SH FILES\n.TP\n.I $XDG_CONFIG_HOME/kept/config\nSettings.\n"
		  ".TP\n.I $XDG_DATA_HOME/kept/\nThe journal, sealed.\n.TP\n"
		  ".I $XDG_RUNTIME_DIR/kept/kept.sock\nWhere keptd listens.\n"
		  ".SH SEE ALSO\n.BR kept\\-exit\\-codes (7),\n"
		  ".BR kept\\-formats (5),\n.BR keptd (8)\n");
}
