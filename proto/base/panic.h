/*
 * panic.h - assertions that stay on in release builds.
 *
 * An assertion names an invariant of ours; what a peer, a person or a disk
 * does is never asserted, it is an error.
 */
#ifndef KEPT_BASE_PANIC_H
#define KEPT_BASE_PANIC_H

#include "proto/base/bytes.h"

/* Called once before abort(), e.g. to dump the ring; must not allocate. */
void panic_set_hook(void (*hook)(void));

_Noreturn void panic_at(const char *file, int line, const char *what);

#define kept_assert(invariant)                                                 \
	((invariant) ? (void)0 : panic_at(__FILE__, __LINE__, #invariant))
#define kept_unreachable(what) panic_at(__FILE__, __LINE__, what)

#endif
