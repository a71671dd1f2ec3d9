/*
 * help.c - what `kept help` and the man page say, from the tables.
 *
 * Must never list what does not work: only command.def knows commands. Read
 * next: topics.c for the texts.
 */
#include "cli/help.h"

#include <ctype.h>

void help_list_commands(void)
{
	const struct command *command;
	size_t i;

	for (i = 0; (command = command_at(i)) != NULL; i++)
		if (command->group[0] != '\0')
			cli_print("%s\n", command->name);
}

void help_print_overview(void)
{
	const struct help_topic *topic;
	const struct command *command;
	const char *group = "";
	size_t i;

	cli_print("kept: a private place for what you're practicing. It stays "
		  "on your machines.\n\n"
		  "  kept init      once, to begin\n"
		  "  kept mood      ten seconds\n"
		  "  kept thought   five minutes\n");
	for (i = 0; (command = command_at(i)) != NULL; i++) {
		if (command->group[0] == '\0')
			continue;
		if (strcmp(command->group, group) != 0)
			cli_print("\n%s\n", command->group);
		group = command->group;
		cli_print("  %-12s %s\n", command->name, command->help);
	}
	cli_print("\nkept help COMMAND, or kept help on one of:");
	for (i = 0; (topic = help_topic_at(i)) != NULL; i++)
		cli_print("%s %s", i == 0 ? "" : ",", topic->name);
	cli_print("\n");
}

static void print_option(const struct option_spec *spec)
{
	char form[64];

	(void)snprintf(form, sizeof form, "--%s%s%s", spec->name,
		       spec->arg == NULL ? "" : " ",
		       spec->arg == NULL ? "" : spec->arg);
	if (spec->letter != 0)
		cli_print("  -%c, %-22s %s\n", spec->letter, form, spec->help);
	else
		cli_print("      %-22s %s\n", form, spec->help);
}

void help_print_command(const struct command *command)
{
	const struct option_spec *spec;
	size_t i;

	cli_print("kept %s%s%s\n%c%s.\n", command->name,
		  command->args[0] == '\0' ? "" : " ", command->args,
		  toupper((unsigned char)command->help[0]), command->help + 1);
	for (spec = command->specs; spec != NULL && spec->name != NULL;
	     spec++) {
		if (spec == command->specs)
			cli_print("\n");
		if (spec->help != NULL)
			print_option(spec);
	}
	cli_print("\nEverywhere:\n");
	for (i = 0; i < options_shared_count; i++)
		print_option(&options_shared[i]);
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
	const struct option_spec *spec;

	cli_print(".SS kept ");
	print_roff(command->name);
	cli_print(" ");
	print_roff(command->args);
	cli_print("\n");
	print_roff(command->help);
	cli_print(".\n");
	for (spec = command->specs; spec != NULL && spec->name != NULL; spec++)
		if (spec->help != NULL)
			print_roff_option(spec);
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

		cli_print(".SH \"");
		for (at = topic->line; *at != '\0'; at++)
			cli_print("%c", toupper((unsigned char)*at));
		cli_print("\"\n.nf\n");
		print_roff(topic->text);
		cli_print(".fi\n");
	}
	cli_print(".SH ENVIRONMENT\n.TP\n.B KEPT_HOME\nEverything lies under "
		  "this folder instead of the XDG ones.\n.TP\n"
		  ".BR VISUAL \", \" EDITOR\nThe editor for longer text.\n.TP\n"
		  ".BR NO_COLOR \", \" KEPT_NO_COLOR\nNo colors.\n"
		  ".SH FILES\n.TP\n.I $XDG_CONFIG_HOME/kept/config\nSettings.\n"
		  ".TP\n.I $XDG_DATA_HOME/kept/\nThe journal, sealed.\n.TP\n"
		  ".I $XDG_RUNTIME_DIR/kept/kept.sock\nWhere keptd listens.\n"
		  ".SH SEE ALSO\n.BR keptd (8)\n");
}
