/*
 * editor.h - longer text in the person's own editor.
 *
 * $VISUAL, $EDITOR, or the first of nano, vim, vi that is there. The working
 * file lies in the folder of the socket (memory-backed where there is
 * XDG_RUNTIME_DIR), 0600, and is gone afterwards; vim and nano are told not
 * to leave copies.
 */
#ifndef KEPT_CLI_EDITOR_H
#define KEPT_CLI_EDITOR_H

#include "cli/cli.h"

struct editor_job {
	const char *suffix; /* ".txt", ".md": what the editor goes by */
	const char *text;   /* to begin with; NULL: nothing */
	/* Called every few seconds with what was saved meanwhile; may be
	 * NULL. */
	void (*on_save)(void *context, const char *text);
	void *context;
};

/*
 * 0 with *out (cli_free) and, if changed is not NULL, whether it differs from
 * the beginning; or an exit code with everything said. Up to
 * LIMIT_FRAME_BYTES / 2; valid UTF-8.
 */
int editor_edit(struct cli *cli, const struct editor_job *job, char **out,
		bool *changed) KEPT_MUST_USE;

#endif
