/*
 * harness.c - shared by all test programs; see harness.h.
 *
 * It must leave nothing behind: no folder, no child, no fault still armed.
 */
#include "tests/lib/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/errors.h"
#include "proto/base/mem.h"

char *harness_temp_dir(void)
{
	const char *base = getenv("TMPDIR");
	char *dir = mem_alloc(HARNESS_PATH_BYTES, 1);

	assert_non_null(dir);
	if (base == NULL || base[0] == '\0')
		base = "/tmp";
	assert_true(snprintf(dir, HARNESS_PATH_BYTES, "%s/kept-XXXXXX", base) <
		    HARNESS_PATH_BYTES);
	assert_non_null(mkdtemp(dir));
	return dir;
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

void harness_temp_remove(char *take_dir)
{
	if (take_dir == NULL)
		return;
	assert_int_equal(nftw(take_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS),
			 0);
	mem_free(take_dir);
}

void harness_skip(const char *why)
{
	const char *strict = getenv("STRICT");

	if (strict != NULL && strict[0] != '\0')
		fail_msg("would be skipped: %s", why);
	fprintf(stderr, "# SKIP: %s\n", why);
	skip();
	abort();
}

void harness_shared(const char *name, char path[HARNESS_PATH_BYTES])
{
	const char *shared = getenv("SHARED");
	char why[HARNESS_PATH_BYTES + 32];

	if (shared == NULL || shared[0] == '\0')
		shared = "../shared";
	assert_true(snprintf(path, HARNESS_PATH_BYTES, "%s/%s", shared, name) <
		    HARNESS_PATH_BYTES);
	if (access(path, R_OK) == 0)
		return;
	assert_true(snprintf(why, sizeof why, "no shared/%s here", name) > 0);
	harness_skip(why);
}

struct bytes harness_read(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *content;
	size_t len = 0;
	long size;

	if (file == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	assert_true(size >= 0);
	rewind(file);
	content = mem_alloc((size_t)size + 1, 1);
	assert_non_null(content);
	if (size > 0)
		len = fread(content, 1, (size_t)size, file);
	assert_int_equal(len, size);
	assert_int_equal(fclose(file), 0);
	return bytes_of(content, len);
}

void harness_write(const char *path, struct bytes content)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	if (content.len > 0)
		assert_int_equal(fwrite(content.ptr, 1, content.len, file),
				 content.len);
	assert_int_equal(fclose(file), 0);
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c);

	if (c == '\0' || at == NULL)
		fail_msg("'%c' is no hex digit", c);
	return (int)(at - digits);
}

size_t harness_unhex(const char *hex, uint8_t *out, size_t cap)
{
	size_t len = 0;

	for (; *hex != '\0'; hex++) {
		if (*hex == ' ')
			continue;
		assert_true(len < cap);
		out[len] = (uint8_t)(hex_digit(hex[0]) << 4);
		hex++;
		out[len++] |= (uint8_t)hex_digit(hex[0]);
	}
	return len;
}

static void print_hex(const char *what, struct bytes bytes)
{
	fprintf(stderr, "# %s (%zu):", what, bytes.len);
	for (size_t i = 0; i < bytes.len && i < 64; i++)
		fprintf(stderr, " %02x", bytes.ptr[i]);
	fprintf(stderr, "%s\n", bytes.len > 64 ? " ..." : "");
}

void harness_assert_bytes(struct bytes actual, struct bytes wanted,
			  const char *file, int line)
{
	if (bytes_equal(actual, wanted))
		return;
	print_hex("got", actual);
	print_hex("wanted", wanted);
	_fail(file, line);
}

void harness_assert_hex(struct bytes actual, const char *hex, const char *file,
			int line)
{
	size_t cap = strlen(hex) / 2 + 1;
	uint8_t *wanted = mem_alloc(cap, 1);
	size_t len;

	assert_non_null(wanted);
	len = harness_unhex(hex, wanted, cap);
	harness_assert_bytes(actual, bytes_of(wanted, len), file, line);
	mem_free(wanted);
}

/* True when this run met the failure. */
static bool sweep_once(const struct harness_sweep *sweep, uint64_t at,
		       bool sticky)
{
	size_t bytes_before = mem_live_bytes();
	size_t count_before = mem_live_count();
	bool fired;
	int rc;

	mem_fail_at(at, sticky);
	rc = sweep->scenario(sweep->context);
	fired = mem_fail_fired();
	mem_fail_at(0, false);
	if (mem_live_bytes() != bytes_before ||
	    mem_live_count() != count_before)
		fail_msg("allocation %llu failing (%s) leaks",
			 (unsigned long long)at, sticky ? "for good" : "once");
	if (!fired || (rc == 0 && sweep->may_cope)) {
		assert_int_equal(rc, 0);
		return fired;
	}
	if (err_class(rc) != ERR_CLASS_FULL)
		fail_msg("allocation %llu failing gives %d (%s)",
			 (unsigned long long)at, rc, err_name(rc));
	return true;
}

void harness_sweep_memory(const struct harness_sweep *sweep)
{
	uint64_t at = 1;

	while (sweep_once(sweep, at, false)) {
		assert_true(sweep_once(sweep, at, true));
		at++;
	}
	/* A scenario that allocates nothing proves nothing. */
	assert_true(at > 1);
}

bool harness_panics(void (*call)(void *context), void *context)
{
	const struct rlimit no_core = { 0, 0 };
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0 ||
		    setrlimit(RLIMIT_CORE, &no_core) != 0 ||
		    signal(SIGABRT, SIG_DFL) == SIG_ERR)
			_exit(1);
		call(context);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
