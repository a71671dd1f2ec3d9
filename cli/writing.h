/*
 * writing.h - the ways in for words: the command line, a pipe, a file, the
 * editor. Asking for them is the command's own business.
 */
#ifndef KEPT_CLI_WRITING_H
#define KEPT_CLI_WRITING_H

#include "cli/cli.h"
#include "cli/keep.h"

/* For the specs of commands that take words. */
#define WRITING_OPTIONS                                                       \
	{ "message", 'm', OPTION_VALUE, "WORDS", "the words themselves" },     \
		{ "file", 0, OPTION_VALUE, "FILE", "read them from a file" },  \
		{ "edit", 'e', OPTION_FLAG, NULL, "open your editor" }

/*
 * 0 with *text (cli_free), or NULL if no words were given that way and the
 * person is to be asked; or an exit code with everything said. What the
 * editor saves is kept as a draft of the kind; draft gets its id.
 */
int writing_take(struct cli *cli, const char *kind, char **text,
		 char draft[KEEP_DRAFT_BYTES]) KEPT_MUST_USE;

/* All of a descriptor, up to LIMIT_FRAME_BYTES / 2; UTF-8. */
int writing_read(struct cli *cli, int fd, char **text) KEPT_MUST_USE;
/* The file, or stdin for "-". */
int writing_read_path(struct cli *cli, const char *path, char **text)
	KEPT_MUST_USE;

#endif
