/*
 * reviewfile.h - the review as a file: HTML by kept itself, PDF by kept-page.
 */
#ifndef KEPT_CLI_REVIEWFILE_H
#define KEPT_CLI_REVIEWFILE_H

#include "cli/cli.h"

enum reviewfile_form { REVIEWFILE_HTML, REVIEWFILE_PDF };

/*
 * Writes a page (pageform.h) to a new file for nobody else to read, or to
 * stdout for "-". A file that is there already stays as it is. 0, or an exit
 * code said.
 */
int reviewfile_write(struct cli *cli, const cJSON *page,
		     enum reviewfile_form form, const char *path) KEPT_MUST_USE;

#endif
