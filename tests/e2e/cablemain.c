/*
 * cablemain.c - cablemain PORT FOLDER: the cable between two devices on
 * loopback, for demo.sh and the end-to-end tests.
 *
 * Writes to FOLDER: `port`, where it listens; `wire`, every byte of both
 * ways; `counts`, as JSON, after each change. While FOLDER/cut is there
 * nothing passes. Must never go on without whoever started it. Read next:
 * tests/lib/cable.c.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/lib/cable.h"

#define LOOK_MS 20
#define PATH_SIZE 512

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[PATH_SIZE], new_path[PATH_SIZE];
	FILE *out;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	snprintf(new_path, sizeof new_path, "%s/%s.new", folder, name);
	out = fopen(new_path, "we");
	if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0 ||
	    rename(new_path, path) != 0)
		exit(1);
}

static void write_counts(const char *folder, struct cable *cable)
{
	char text[256];

	snprintf(text, sizeof text,
		 "{\"there\": %llu, \"back\": %llu, \"connections\": %u, "
		 "\"turns\": %llu}\n",
		 (unsigned long long)atomic_load(&cable->ways[0]),
		 (unsigned long long)atomic_load(&cable->ways[1]),
		 atomic_load(&cable->connections),
		 (unsigned long long)atomic_load(&cable->turns));
	write_file(folder, "counts", text);
}

int main(int argc, char **argv)
{
	static struct cable cable;
	char cut[PATH_SIZE], wire[PATH_SIZE], port[16];
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	uint64_t bytes = UINT64_MAX;
	FILE *out;

	if (argc != 3)
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(cut, sizeof cut, "%s/cut", argv[2]);
	snprintf(wire, sizeof wire, "%s/wire", argv[2]);
	out = fopen(wire, "we");
	if (out == NULL || setvbuf(out, NULL, _IONBF, 0) != 0)
		return 1;
	cable_start(&cable, (uint16_t)strtoul(argv[1], NULL, 10), out);
	snprintf(port, sizeof port, "%u\n", cable.port);
	write_file(argv[2], "port", port);
	for (;;) {
		if (access(cut, F_OK) == 0)
			cable_cut(&cable);
		else
			cable_mend(&cable);
		if (cable_bytes(&cable) != bytes) {
			bytes = cable_bytes(&cable);
			write_counts(argv[2], &cable);
		}
		nanosleep(&pause, NULL);
	}
}
