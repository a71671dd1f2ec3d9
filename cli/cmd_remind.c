/*
 * cmd_remind.c - reminders: the timer of the system that is asked for them,
 * and the one thing they say.
 *
 * Must never say anything else: not what was written, not what is open, not
 * how long ago it was. Read next: packaging/systemd/kept-remind.timer.
 */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/i18n.h"
#include "cli/ownconfig.h"
#include "cli/remind.h"

extern char **environ;

/* Runs it, unseen and unheard. Did it do its work? */
static bool run(char *const argv[])
{
	posix_spawn_file_actions_t actions;
	bool is_done = false;
	pid_t child;
	int how = 0;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return false;
	if (posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
					     "/dev/null", O_RDONLY, 0) == 0 &&
	    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
					     "/dev/null", O_WRONLY, 0) == 0 &&
	    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
					     "/dev/null", O_WRONLY, 0) == 0 &&
	    posix_spawnp(&child, argv[0], &actions, NULL, argv, environ) == 0) {
		while (waitpid(child, &how, 0) < 0 && errno == EINTR)
			;
		is_done = WIFEXITED(how) && WEXITSTATUS(how) == 0;
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return is_done;
}

bool remind_set_timer(bool on)
{
	char program[] = "systemctl", user[] = "--user", now[] = "--now";
	char enable[] = "enable", disable[] = "disable";
	char timer[] = "kept-remind.timer";
	char *const argv[] = { program, user,  on ? enable : disable,
			       now,     timer, NULL };

	/* The person's timers are for the person's own home. */
	return getenv("KEPT_HOME") == NULL && run(argv);
}

/* Hidden: what the timer runs. Off, it is silent, whatever still runs it. */
int cmd_remind(struct cli *cli)
{
	char program[] = "notify-send", name[] = "--app-name=kept",
	     end[] = "--";
	char *words =
		cli_copy(_("A quiet minute?"), strlen(_("A quiet minute?")));
	char *const argv[] = { program, name, end, words, NULL };
	char value[8];

	ownconfig_read(cli, "reminders", value, sizeof value);
	/* Nobody to show it, a screen that is locked: then not this time. */
	if (strcmp(value, "on") == 0 && !cli->options.common.dry_run)
		(void)run(argv);
	cli_free(words);
	return EXIT_DONE;
}
