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
/* Keys of one object: far more than an entry has, new fields included. */
#define JSONINPUT_KEYS_MAX 1024
/*
 * One value of JSON that fills text (NUL-terminated, blanks around it are
 * fine); NULL if it is none, is not UTF-8, or is an object with a key twice or
 * too many of them.
 */
cJSON *jsoninput_parse(const char *text);

#endif
