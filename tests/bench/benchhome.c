/*
 * benchhome.c - keptd started, stopped, paired, and weighed.
 *
 * Must end every keptd it started, also when the bench ends early. Read next:
 * bench_kept.c.
 */
#include "tests/bench/benchhome.h"

#include <ftw.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/mp.h"

#define PORT_TRIES 500
#define PAIR_PORT_TEXT "127.0.0.1:0"

double bench_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

void bench_pause_ms(unsigned ms)
{
	struct timespec pause = { .tv_sec = ms / 1000,
				  .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&pause, NULL);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double bench_quantile(double *values, size_t count, double q)
{
	size_t place = (size_t)(q * (double)count);

	qsort(values, count, sizeof *values, by_value);
	return values[place < count ? place : count - 1];
}

static void spawn(struct benchhome *home)
{
	const char *out = getenv("KEPT_OUT");
	char program[BENCHHOME_PATH_BYTES * 2], log[BENCHHOME_PATH_BYTES + 16];

	snprintf(program, sizeof program, "%s/keptd",
		 out == NULL ? "build/release" : out);
	snprintf(log, sizeof log, "%s/log", home->dir);
	home->pid = fork();
	if (home->pid < 0)
		bench_end("fork");
	if (home->pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setenv("KEPT_HOME", home->dir, 1);
	if (freopen(log, "a", stderr) == NULL)
		_exit(127);
	execl(program, "keptd", "--foreground", (char *)NULL);
	_exit(127);
}

void benchhome_restart(struct benchhome *home)
{
	spawn(home);
	benchlink_open(&home->link, home->socket);
}

void benchhome_start(struct benchhome *home, const char *top, const char *name)
{
	memset(home, 0, sizeof *home);
	snprintf(home->name, sizeof home->name, "%s", name);
	snprintf(home->dir, sizeof home->dir, "%s/%s", top, name);
	if (snprintf(home->socket, sizeof home->socket, "%s/run/kept.sock",
		     home->dir) >= (int)sizeof home->socket ||
	    mkdir(home->dir, 0700) != 0)
		bench_end("no folder for a home");
	benchhome_restart(home);
}

static void wait_end(struct benchhome *home)
{
	benchlink_close(&home->link);
	if (home->pid > 0)
		waitpid(home->pid, NULL, 0);
	home->pid = 0;
}

void benchhome_stop(struct benchhome *home)
{
	if (home->pid > 0)
		kill(home->pid, SIGTERM);
	wait_end(home);
}

void benchhome_kill(struct benchhome *home)
{
	if (home->pid > 0)
		kill(home->pid, SIGKILL);
	wait_end(home);
}

static void put_text(struct buf *out, const char *key, const char *value)
{
	mp_put_cstr(out, key);
	mp_put_cstr(out, value);
}

static void put_cost(struct buf *out)
{
	put_text(out, "passphrase", BENCH_PASSPHRASE);
	mp_put_cstr(out, "kdf_memory");
	mp_put_uint(out, BENCH_KDF_MEMORY);
	mp_put_cstr(out, "kdf_passes");
	mp_put_uint(out, BENCH_KDF_PASSES);
}

void benchhome_init(struct benchhome *home)
{
	struct buf *params = &home->link.params;

	mp_put_map(params, 5);
	put_text(params, "name", home->name);
	put_cost(params);
	mp_put_cstr(params, "recovery");
	mp_put_bool(params, false);
	benchlink_call(&home->link, "init");
}

void benchhome_unlock(struct benchhome *home)
{
	mp_put_map(&home->link.params, 1);
	put_text(&home->link.params, "passphrase", BENCH_PASSPHRASE);
	benchlink_call(&home->link, "unlock");
}

void benchhome_set(struct benchhome *home, const char *key, const char *value)
{
	mp_put_map(&home->link.params, 2);
	put_text(&home->link.params, "key", key);
	put_text(&home->link.params, "value", value);
	benchlink_call(&home->link, "config_set");
}

static uint16_t port_of(struct bytes list)
{
	struct mp_reader reader = mp_reader(list);
	struct bytes address;
	char text[128];
	size_t count;

	if (mp_read_array(&reader, &count) != 0 || count == 0 ||
	    mp_read_str(&reader, &address) != 0)
		return 0;
	snprintf(text, sizeof text, "%.*s", (int)address.len,
		 (const char *)address.ptr);
	if (strrchr(text, ':') == NULL)
		return 0;
	return (uint16_t)strtoul(strrchr(text, ':') + 1, NULL, 10);
}

uint16_t benchhome_port(struct benchhome *home)
{
	uint16_t port = 0;
	int tries;

	for (tries = 0; port == 0 && tries < PORT_TRIES; tries++) {
		if (tries > 0)
			bench_pause_ms(10);
		port = port_of(benchlink_find(
			benchlink_call(&home->link, "status"), "listen"));
	}
	if (port == 0)
		bench_end("a device listens nowhere");
	return port;
}

/* Says yes when the words are there, and waits for the end. */
static void confirm(struct benchhome *home)
{
	struct bytes event, kind;

	for (;;) {
		event = benchlink_wait_event(&home->link, "pair");
		kind = benchlink_text(event, "event");
		if (bytes_equal(kind, bytes_from_str("words")))
			return;
		if (bytes_equal(kind, bytes_from_str("failed")))
			bench_end("two devices do not pair");
	}
}

static void wait_paired(struct benchhome *home)
{
	struct bytes event, kind;

	do {
		event = benchlink_wait_event(&home->link, "pair");
		kind = benchlink_text(event, "event");
		if (bytes_equal(kind, bytes_from_str("failed")))
			bench_end("two devices do not pair");
	} while (!bytes_equal(kind, bytes_from_str("paired")));
}

void benchhome_pair(struct benchhome *a, struct benchhome *b)
{
	char code[64], address[32];
	struct bytes shown, text;

	mp_put_map(&a->link.params, 2);
	put_text(&a->link.params, "passphrase", BENCH_PASSPHRASE);
	put_text(&a->link.params, "listen", PAIR_PORT_TEXT);
	shown = benchlink_call(&a->link, "pair_show");
	text = benchlink_text(shown, "code");
	snprintf(code, sizeof code, "%.*s", (int)text.len,
		 (const char *)text.ptr);
	snprintf(address, sizeof address, "127.0.0.1:%u",
		 port_of(benchlink_find(shown, "addresses")));
	mp_put_map(&b->link.params, 6);
	put_text(&b->link.params, "code", code);
	mp_put_cstr(&b->link.params, "addresses");
	mp_put_array(&b->link.params, 1);
	mp_put_cstr(&b->link.params, address);
	put_text(&b->link.params, "name", b->name);
	put_cost(&b->link.params);
	benchlink_call(&b->link, "pair_join");
	confirm(a);
	confirm(b);
	mp_put_map(&a->link.params, 1);
	mp_put_cstr(&a->link.params, "yes");
	mp_put_bool(&a->link.params, true);
	benchlink_send(&a->link, "pair_confirm");
	mp_put_map(&b->link.params, 1);
	mp_put_cstr(&b->link.params, "yes");
	mp_put_bool(&b->link.params, true);
	benchlink_send(&b->link, "pair_confirm");
	wait_paired(a);
	wait_paired(b);
}

uint64_t benchhome_memory(const struct benchhome *home)
{
	char path[64], line[256];
	unsigned long long kib = 0;
	FILE *in;

	snprintf(path, sizeof path, "/proc/%d/status", (int)home->pid);
	in = fopen(path, "re");
	if (in == NULL)
		return 0;
	while (fgets(line, sizeof line, in) != NULL) {
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtoull(line + 6, NULL, 10);
	}
	fclose(in);
	return kib * 1024;
}

static uint64_t disk_bytes;

static int add_file(const char *path, const struct stat *st, int type,
		    struct FTW *place)
{
	(void)path;
	(void)place;
	if (type == FTW_F)
		disk_bytes += (uint64_t)st->st_size;
	return 0;
}

uint64_t benchhome_disk(const struct benchhome *home)
{
	disk_bytes = 0;
	if (nftw(home->dir, add_file, 16, FTW_PHYS) != 0)
		bench_end("a home can't be read");
	return disk_bytes;
}
