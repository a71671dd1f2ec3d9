/*
 * test_killed.c - "saved" survives the process being killed at any moment.
 *
 * Goal: whatever call to the file system a life of 40 turns ends at, what was
 * acknowledged is there and the journal is sound; also while it is being
 * made. Method: a child tells each acknowledgement through a pipe and kills
 * itself at its k-th call that changes a file, for every k, whole and torn.
 */
#include "tests/sweep/killat.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/harness.h"
#include "tests/sweep/trial.h"

#define TURNS 50

/* Every call; every sixth under the sanitizers, whose processes are slow to
 * fork. */
static long step(void)
{
	const char *build = getenv("BUILD");

	return build != NULL && strcmp(build, "debug") != 0 ? 6 : 1;
}

/* A file system in memory will do: a killed process leaves its writes there
 * as on any other. */
static void use_fast_folder(void)
{
	if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
}

static void tell(void *context, uint64_t turn)
{
	const int *fd = context;
	uint8_t byte = (uint8_t)turn;

	if (write(*fd, &byte, 1) != 1)
		_exit(3);
}

static _Noreturn void be_killed(const char *path, int fd, long at, bool torn)
{
	struct trial trial = {
		.path = path, .turns = TURNS, .on_ack = tell, .context = &fd
	};
	int code;

	killat_arm(at, torn);
	code = trial_run(&trial);
	killat_arm(0, false);
	_exit(code == 0 ? 0 : 2);
}

/* Runs a child; true if it was killed. *acked: what it had told by then. */
static bool run_child(const char *path, long at, bool torn, uint64_t *acked)
{
	uint8_t told[TURNS + 1];
	int ends[2], status = 0;
	size_t count = 0;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		be_killed(path, ends[1], at, torn);
	close(ends[1]);
	while ((got = read(ends[0], told + count, sizeof told - count)) > 0)
		count += (size_t)got;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	*acked = count == 0 ? 0 : told[count - 1];
	assert_int_equal(*acked, count);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return true;
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	return false;
}

/* One life and what is left of it; false when nothing was left to kill at. */
static bool is_killed_at(long at, bool torn)
{
	char *dir = harness_temp_dir();
	char path[HARNESS_PATH_BYTES];
	struct trial trial = { .path = path, .turns = TURNS };
	const char *wrong;
	bool killed;

	snprintf(path, sizeof path, "%s/journal.db", dir);
	killed = run_child(path, at, torn, &trial.acked);
	/* No file yet is fine while it was being made; half a one is not. */
	trial.made = trial.acked != 0 || access(path, F_OK) == 0;
	wrong = trial.made ? trial_verify(&trial) : NULL;
	if (wrong != NULL)
		fail_msg("call %ld, %s, %u acked: %s", at,
			 torn ? "torn" : "whole", (unsigned)trial.acked, wrong);
	/* and what is left is no obstacle to making it then */
	if (!trial.made) {
		assert_false(run_child(path, 0, false, &trial.acked));
		assert_null(trial_verify(&trial));
	}
	harness_temp_remove(dir);
	return killed;
}

static void every_call_may_be_the_last(void **state)
{
	long at;

	(void)state;
	for (at = 1; is_killed_at(at, false); at += step())
		;
	print_message("# %ld calls\n", at - 1);
	assert_true(at > 200);
}

static void every_write_may_be_torn(void **state)
{
	long at;

	(void)state;
	for (at = 1; is_killed_at(at, true); at += step())
		;
	assert_true(at > 200);
}

static int start(void **state)
{
	(void)state;
	use_fast_folder();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_may_be_the_last),
		cmocka_unit_test(every_write_may_be_torn),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
