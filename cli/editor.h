/*
 * editor.h - longer text in the person's own editor.
 *
 * $VISUAL, $EDITOR, or the first of nano, vim, vi that is there. The working
 * file lies in memory (workfile.h), and is gone afterwards; the editors we
 * know are told to leave no copies, and keep the person's own settings
 * otherwise. What is saved there is sealed as a draft every few seconds.
 */
#ifndef KEPT_CLI_EDITOR_H
#define KEPT_CLI_EDITOR_H

#include "cli/editsave.h"

struct editor_job {
	const char *suffix; /* ".txt", ".md": what the editor goes by */
	const char *text;   /* to begin with; NULL: nothing */
	/* Whose draft it is. After 0, it holds what is handed out. */
	struct editsave save;
};

/*
 * 0 with *out (cli_free) and, if changed is not NULL, whether it differs from
 * the beginning; or an exit code with everything said: then all that was
 * written is in the draft. Up to LIMIT_FRAME_BYTES / 2; valid UTF-8.
 */
int editor_edit(struct cli *cli, const struct editor_job *job, char **out,
		bool *changed) KEPT_MUST_USE;

#endif
