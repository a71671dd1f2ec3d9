/*
 * manual.h - keptd(8), made from the tables, so that it can't say anything
 * else than they do.
 */
#ifndef KEPT_DAEMON_MANUAL_H
#define KEPT_DAEMON_MANUAL_H

/* The page in roff, to stdout; 0. */
int manual_print(void);

#endif
