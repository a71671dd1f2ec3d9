/*
 * kept.c - the command people type: the table, and the way to one of its rows.
 *
 * Must never guess: a word nobody knows is refused with the nearest one
 * offered, not run. Read next: command.def, then the cmd_*.c of a row.
 */
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/command.h"
#include "cli/editsave.h"
#include "cli/help.h"
#include "cli/i18n.h"
#include "cli/jsonform.h"
#include "cli/ownconfig.h"
#include "cli/planfile.h"

/* The options of a command, counted. */
static size_t spec_count(const struct option_spec *specs)
{
	size_t count = 0;

	while (specs != NULL && specs[count].name != NULL)
		count++;
	return count;
}

/* Does this shared option take the word after it? */
static bool takes_word(const char *option)
{
	size_t i;

	for (i = 0; i < options_shared_count; i++) {
		const struct option_spec *spec = &options_shared[i];

		if (spec->type == OPTION_VALUE &&
		    strcmp(option + 2, spec->name) == 0)
			return true;
	}
	return false;
}

/* Where in argv the command's name stands; argc if nowhere. */
static int find_command(int argc, char *const *argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (argv[i][0] != '-' || argv[i][1] == '\0')
			return i;
		if (strcmp(argv[i], "--") == 0)
			return i + 1;
		if (argv[i][1] == '-' && takes_word(argv[i]))
			i++;
	}
	return argc;
}

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0';
}

/* Wide enough to read, whatever the terminal says. */
static int count_columns(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long count = columns == NULL ? 0 : strtol(columns, NULL, 10);

	if (count <= 0 && (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ||
			   ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0))
		count = size.ws_col;
	if (count <= 0)
		return 80;
	return count < 20 ? 20 : count > 500 ? 500 : (int)count;
}

/* Does a program ask? Before options are read, so that what is wrong with
 * them is told to it in English too. */
static bool is_for_program(int argc, char *const *argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0 ||
		    strcmp(argv[i], "--ndjson") == 0 ||
		    strncmp(argv[i], "--print-man", 11) == 0)
			return true;
	return false;
}

static bool terminal_is_utf8;

/* Text is UTF-8 here in any case; what the terminal takes is its own thing. */
static void learn_locale(int argc, char *const *argv)
{
	terminal_is_utf8 = setlocale(LC_CTYPE, "") != NULL &&
			   strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (!terminal_is_utf8)
		(void)setlocale(LC_CTYPE, "C.UTF-8");
	(void)setlocale(LC_MESSAGES, "");
	(void)setlocale(LC_TIME, "");
	i18n_begin();
	if (is_for_program(argc, argv))
		i18n_keep_english();
}

static void learn_surroundings(struct cli *cli)
{
	bool utf8 = terminal_is_utf8;
	const struct options_common *common = &cli->options.common;
	const char *term = getenv("TERM");
	bool is_dumb = term != NULL && strcmp(term, "dumb") == 0;

	cli->in_is_terminal = isatty(STDIN_FILENO);
	cli->out_is_terminal = isatty(STDOUT_FILENO);
	cli->err_is_terminal = isatty(STDERR_FILENO);
	cli->dumb = is_dumb || common->plain;
	cli->color = cli->out_is_terminal && !cli->dumb && !common->no_color &&
		     !is_set("NO_COLOR") && !is_set("KEPT_NO_COLOR");
	cli->utf8 = !common->ascii && (utf8 || !cli->out_is_terminal);
	cli->columns = count_columns();
	cli_set_columns(cli->out_is_terminal ? (size_t)cli->columns : 0,
			cli->err_is_terminal ? (size_t)cli->columns : 0);
	cli_set_ascii(common->ascii || (!utf8 && (cli->out_is_terminal ||
						  cli->err_is_terminal)));
}

/* What the terminal can't tell: that redrawing is unwanted. */
static void learn_wishes(struct cli *cli)
{
	char value[8];

	ownconfig_read(cli, "accessible", value, sizeof value);
	if (strcmp(value, "on") == 0)
		cli->dumb = cli->accessible = true;
}

/* What is wrong with the words themselves goes to stderr, with how they are
 * meant; for programs as an object, though options couldn't all be read. */
static int refuse_words(struct cli *cli, int argc, char *const *argv,
			const char *message, const char *hint)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0 ||
		    strcmp(argv[i], "--ndjson") == 0)
			cli->options.common.json = true;
	learn_surroundings(cli);
	if (cli_is_program(cli))
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", hint, "%s",
				  message);
	cli_say("%s\n%s\n", message, hint);
	return EXIT_USED_WRONGLY;
}

static int refuse_command(struct cli *cli, int argc, char *const *argv,
			  const char *word)
{
	const struct command *near = command_near(word);
	char message[160], hint[96];
	char *shown = cli_show(word, false);

	(void)snprintf(message, sizeof message,
		       _("kept has no command “%.60s”."), shown);
	cli_free(shown);
	if (near != NULL)
		(void)snprintf(hint, sizeof hint, _("Did you mean  kept %s ?"),
			       near->name);
	else
		(void)snprintf(hint, sizeof hint, "%s",
			       _("kept help  lists what there is."));
	return refuse_words(cli, argc, argv, message, hint);
}

static int refuse_usage(struct cli *cli, int argc, char *const *argv,
			const struct err *err)
{
	char *shown = cli_show(err->text, false);
	char hint[160];
	int exit_code;

	(void)snprintf(hint, sizeof hint, "%s",
		       _("kept help  lists what there is."));
	if (cli->command != NULL)
		(void)snprintf(hint, sizeof hint, _("Usage: kept %s %s"),
			       cli->command->name, _(cli->command->args));
	exit_code = refuse_words(cli, argc, argv, shown, hint);
	cli_free(shown);
	return exit_code;
}

/* `kept` alone is today at a glance. */
static int run_today(struct cli *cli)
{
	int exit_code;

	cli->command = command_find("today");
	editsave_recover(cli);
	exit_code = cli->command->run(cli);
	planfile_follow(cli);
	return exit_code;
}

/* Without a command: --version, --help, and what scripts of ours ask. */
static int run_bare(struct cli *cli, int argc, char *const *argv)
{
	static const struct option_spec bare[] = {
		{ "version", 0, OPTION_FLAG, NULL, N_("the version") },
		{ "list-cmds", 0, OPTION_FLAG, NULL, NULL },
		{ "list-man", 0, OPTION_FLAG, NULL, NULL },
		{ "print-man", 0, OPTION_FLAG, NULL, NULL },
	};
	struct err err = { 0 };

	if (options_parse(&cli->options, bare, KEPT_ARRAY_COUNT(bare),
			  OPTIONS_ANYWHERE, argc - 1, argv + 1, &err) != 0)
		return refuse_usage(cli, argc, argv, &err);
	learn_surroundings(cli);
	if (options_has(&cli->options, "version"))
		cli_print("kept %s\n", KEPT_VERSION);
	else if (options_has(&cli->options, "list-cmds"))
		help_list_commands();
	else if (options_has(&cli->options, "list-man"))
		help_list_man();
	else if (options_has(&cli->options, "print-man"))
		help_print_man();
	else if (cli->options.common.help || paths_find(&cli->paths, &err) != 0)
		help_print_overview(cli);
	else {
		learn_wishes(cli);
		return run_today(cli);
	}
	return EXIT_DONE;
}

/* argv without the program's name and the one at `at`. */
static int run_command(struct cli *cli, int argc, char **argv, int at)
{
	const struct command *command;
	struct err err = { 0 };
	int exit_code, i;

	command = command_find(argv[at]);
	if (command == NULL)
		return refuse_command(cli, argc, argv, argv[at]);
	for (i = at; i > 1; i--)
		argv[i] = argv[i - 1];
	cli->command = command;
	if (options_parse(&cli->options, command->specs,
			  spec_count(command->specs),
			  command->args_last ? OPTIONS_FIRST : OPTIONS_ANYWHERE,
			  argc - 2, argv + 2, &err) != 0)
		return refuse_usage(cli, argc, argv, &err);
	learn_surroundings(cli);
	if (cli->options.common.help) {
		help_print_command(cli, command);
		return EXIT_DONE;
	}
	if (paths_find(&cli->paths, &err) != 0 &&
	    command->needs == NEEDS_DAEMON)
		return cli_say_no(cli, EXIT_COULD_NOT, "usage", NULL, "%s",
				  err.text);
	learn_wishes(cli);
	if (command->needs == NEEDS_DAEMON)
		editsave_recover(cli);
	exit_code = command->run(cli);
	planfile_follow(cli);
	return exit_code;
}

/* A full disk under `kept export >file` must not look like success. */
static int close_output(int exit_code)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return exit_code;
	if (exit_code == EXIT_DISK)
		return exit_code; /* said already */
	cli_say(_("What was to be printed couldn't all be written. The journal "
		  "itself is as it was.\n"));
	return exit_code == EXIT_DONE ? EXIT_DISK : exit_code;
}

/* A closed 0, 1, or 2 would be the next socket's number: then what is printed
 * goes to keptd. */
static void fill_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		(void)close(fd);
}

/* What is typed is in memory here: it goes into no core, nor does that of an
 * editor or a pager that is started. */
static void forbid_cores(void)
{
	struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
	/* The sanitizer looks at its own process the way a stranger would. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

int main(int argc, char **argv)
{
	static struct cli cli;
	int at, exit_code;

	fill_descriptors();
	forbid_cores();
	jsonform_start();
	ask_start();
	cli.program = argc > 0 ? argv[0] : "kept";
	learn_locale(argc, argv);
	/* Its word is no command to run. */
	if (argc == 3 && strcmp(argv[1], "--print-man") == 0)
		return close_output(help_print_man_of(argv[2])
					    ? EXIT_DONE
					    : EXIT_NOT_THERE);
	if (argc > 1 && strcmp(argv[1], "--complete") == 0) {
		if (paths_find(&cli.paths, NULL) == 0)
			help_complete(&cli, argc - 2, argv + 2);
		return close_output(EXIT_DONE);
	}
	at = find_command(argc, argv);
	exit_code = at < argc ? run_command(&cli, argc, argv, at)
			      : run_bare(&cli, argc, argv);
	client_close(cli.client);
	return close_output(exit_code);
}
