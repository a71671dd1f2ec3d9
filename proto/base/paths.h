/*
 * paths.h - where the files of one home are; keptd and kept have to agree.
 *
 * KEPT_HOME=DIR puts everything under DIR (config, data/, state/, run/), so
 * that several devices can live on one machine. Otherwise the XDG folders
 * with `kept` added; without XDG_RUNTIME_DIR the socket lies in the state
 * folder's `run`. XDG values that are not absolute count as unset, as their
 * specification says. Nothing is created here.
 */
#ifndef KEPT_BASE_PATHS_H
#define KEPT_BASE_PATHS_H

#include "proto/base/errors.h"

#define PATH_BYTES 1024u
/* What sun_path takes, without its NUL. */
#define LIMIT_SOCKET_PATH_BYTES 107u

struct paths {
	char config[PATH_BYTES];   /* file */
	char data[PATH_BYTES];     /* folder: journal, keys, plan.txt */
	char state[PATH_BYTES];    /* folder, 0700: instance, lease, listen */
	char run[PATH_BYTES];      /* folder, 0700 */
	char socket[PATH_BYTES];   /* run/kept.sock */
};

/* ERR_USAGE with a sentence: no HOME, too long, or a relative KEPT_HOME. */
int paths_find(struct paths *out, struct err *err) KEPT_MUST_USE;
/* dir/name; ERR_USAGE if it does not fit. */
int paths_join(const char *dir, const char *name, char out[PATH_BYTES],
	       struct err *err) KEPT_MUST_USE;

#endif
