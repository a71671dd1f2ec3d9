/*
 * jsoninput.h - JSON and text that come in from files and pipes.
 */
#ifndef KEPT_CLI_JSONINPUT_H
#define KEPT_CLI_JSONINPUT_H

#include "cli/cli.h"
#include "proto/base/buf.h"

/*
 * All of a file, or of stdin for "-", into buf (its max_bytes is the limit).
 * 0, or an exit code with everything said.
 */
int jsoninput_file(struct cli *cli, const char *path, struct buf *buf)
	KEPT_MUST_USE;
/* One JSON object; *object gives ownership. 0, or an exit code said. */
int jsoninput_object(struct cli *cli, const char *path, cJSON **object)
	KEPT_MUST_USE;
/*
 * One value of JSON that fills text (NUL-terminated, blanks around it are
 * fine); NULL if it is none, has a key twice, or is not UTF-8.
 */
cJSON *jsoninput_parse(const char *text);

#endif
