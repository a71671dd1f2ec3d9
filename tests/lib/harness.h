/*
 * harness.h - what every test program needs: cmocka, a folder that goes away,
 * data of the neighbor folder `shared`, hex, and the sweep of failures.
 *
 * A helper that can't do its work fails the test that called it; it returns
 * no errors. Include it after the header under test.
 */
#ifndef KEPT_TESTS_HARNESS_H
#define KEPT_TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "proto/base/bytes.h"

/* A new folder, 0700. Owns: harness_temp_remove gives it back. */
char *harness_temp_dir(void);
/* Removes the folder and all in it; NULL is fine. */
void harness_temp_remove(char *take_dir);

/*
 * "$SHARED/name" into path (SHARED: the environment's, else "../shared").
 * Where there is no such file the test is skipped, with the reason printed.
 */
#define HARNESS_PATH_BYTES 1024
void harness_shared(const char *name, char path[HARNESS_PATH_BYTES]);
/* Skips the test, saying why. STRICT=1 fails it instead. */
_Noreturn void harness_skip(const char *why);

/* The whole file, a NUL behind it. Owns: mem_free(the ptr). */
struct bytes harness_read(const char *path);
void harness_write(const char *path, struct bytes content);

/* Hex digits to bytes; spaces are skipped. Returns how many, <= cap. */
size_t harness_unhex(const char *hex, uint8_t *out, size_t cap);
void harness_assert_hex(struct bytes actual, const char *hex, const char *file,
			int line);
#define assert_hex(actual, hex)                                                \
	harness_assert_hex((actual), (hex), __FILE__, __LINE__)
/* Equal lengths and bytes; prints both where not. */
void harness_assert_bytes(struct bytes actual, struct bytes wanted,
			  const char *file, int line);
#define assert_bytes(actual, wanted)                                           \
	harness_assert_bytes((actual), (wanted), __FILE__, __LINE__)

/*
 * The sweep: runs scenario with the 1st, 2nd, 3rd ... allocation failing, once
 * and for good, until it passes untouched. A run that meets the failure has to
 * return a code of class full (or 0, where may_cope is set: it did without),
 * and every run has to leave as much memory alive as it found.
 */
struct harness_sweep {
	int (*scenario)(void *context);
	void *context;
	bool may_cope;
};
void harness_sweep_memory(const struct harness_sweep *sweep);

/*
 * Does call(context) end in kept_assert, in a child? Its stderr is swallowed.
 */
bool harness_panics(void (*call)(void *context), void *context);

#endif
