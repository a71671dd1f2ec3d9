/*
 * harden.h - what keptd gives up before it opens anything.
 */
#ifndef KEPT_HARDEN_H
#define KEPT_HARDEN_H

#include "proto/base/errors.h"

/* umask 077, no core files, not traceable or dumpable, no new privileges. */
int harden_process(struct err *err) KEPT_MUST_USE;

#endif
