/*
 * driver.c - replays a corpus through a fuzz target, without libFuzzer.
 *
 * fuzz_<name> with no argument runs every file of tests/fuzz/corpus/<name>;
 * with arguments, those files or folders. Speaks TAP, one line a file: a crash
 * ends the output early, and that counts as a failure. It must never write.
 */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DRIVER_PATH_BYTES 1024

/* Defined by every fuzz_<name>.c, as libFuzzer wants it. */
int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static int run_count;
static int bad_count;

static void say(int is_good, const char *path, const char *why)
{
	run_count++;
	bad_count += !is_good;
	printf("%sok %d - %s%s\n", is_good ? "" : "not ", run_count, path, why);
	/* What comes next may not come back. */
	fflush(stdout);
}

static void run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *input = NULL;
	long size = -1;

	if (file != NULL && fseek(file, 0, SEEK_END) == 0)
		size = ftell(file);
	if (size < 0) {
		say(0, path, ": can't be read");
		goto out;
	}
	rewind(file);
	/* Of the exact size, so that reading past the end is seen. */
	input = malloc(size > 0 ? (size_t)size : 1);
	if (input == NULL ||
	    fread(input, 1, (size_t)size, file) != (size_t)size) {
		say(0, path, ": can't be read");
		goto out;
	}
	say(LLVMFuzzerTestOneInput(input, (size_t)size) == 0, path, "");
out:
	free(input);
	if (file != NULL)
		fclose(file);
}

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void run_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_entry, alphasort);

	if (count < 0) {
		say(0, path, ": can't be listed");
		return;
	}
	for (int i = 0; i < count; i++) {
		char inside[DRIVER_PATH_BYTES];

		if (snprintf(inside, sizeof inside, "%s/%s", path,
			     entries[i]->d_name) < (int)sizeof inside)
			run_file(inside);
		free(entries[i]);
	}
	free(entries);
}

static void run_path(const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		run_folder(path);
	else
		run_file(path);
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	char corpus[DRIVER_PATH_BYTES];

	name = name == NULL ? argv[0] : name + 1;
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	if (LLVMFuzzerInitialize != NULL && LLVMFuzzerInitialize(&argc, &argv))
		return 1;
	for (int i = 1; i < argc; i++)
		run_path(argv[i]);
	if (argc < 2 && snprintf(corpus, sizeof corpus, "tests/fuzz/corpus/%s",
				 name) < (int)sizeof corpus)
		run_path(corpus);
	if (run_count == 0)
		say(0, name, ": nothing to replay");
	printf("1..%d\n", run_count);
	return bad_count == 0 ? 0 : 1;
}
