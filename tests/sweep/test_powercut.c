/*
 * test_powercut.c - a power cut cannot break the journal (PROTOCOL.md's "saved
 * means saved").
 *
 * Goal: after a cut at any moment, with any part of what was not synced on the
 * disk, the journal opens, is sound, and holds every acknowledged turn; and a
 * disk whose syncs are lies is found out. Method: after every change to the
 * disk, copies of it are crashed, each with other dice, and opened.
 */
#include "tests/sweep/trial.h"

#include "tests/lib/harness.h"
#include "tests/sim/disk.h"

#define TURNS 40
#define CHANGES 150 /* of the disk in one life: somewhat more */

struct cut {
	struct disk *disk;
	struct disk *image;
	struct prng prng;
	struct trial *trial;
	struct trial found;
	uint64_t images_each; /* per change of the disk */
	uint64_t images, bad;
	bool lying; /* from the first turn on */
};

/* Images in all: N in the environment, else 20,000 (a tenth of that under the
 * sanitizers). */
static uint64_t images_wanted(void)
{
	const char *wanted = getenv("IMAGES");
	const char *build = getenv("BUILD");

	if (wanted != NULL && wanted[0] != '\0')
		return strtoull(wanted, NULL, 10);
	return build != NULL && strcmp(build, "debug") != 0 ? 2000 : 20000;
}

static void cut_power(void *context)
{
	struct cut *cut = context;

	/* Creation in place is the simulator's alone: real files are made
	 * under another name (test_killed.c). */
	if (!cut->trial->made)
		return;
	for (uint64_t i = 0; i < cut->images_each; i++) {
		const char *wrong;

		disk_copy(cut->image, cut->disk);
		disk_crash(cut->image, &cut->prng);
		cut->found = *cut->trial;
		cut->found.path = "image/journal.db";
		wrong = trial_verify(&cut->found);
		cut->images++;
		if (wrong == NULL)
			continue;
		if (cut->bad++ == 0)
			print_message("# after turn %u: %s\n",
				      (unsigned)cut->trial->acked, wrong);
	}
}

static void on_ack(void *context, uint64_t turn)
{
	struct cut *cut = context;

	(void)turn;
	disk_set_lying(cut->disk, cut->lying);
}

static struct cut run_with_cuts(uint64_t images, bool lying)
{
	struct trial trial = { .path = "cut/journal.db",
			       .vfs = DISK_VFS,
			       .turns = TURNS };
	struct cut cut = { .trial = &trial, .lying = lying };

	trial.on_ack = on_ack;
	trial.context = &cut;
	cut.images_each = images / CHANGES + 1;
	prng_seed(&cut.prng, 20);
	cut.disk = disk_new("cut");
	cut.image = disk_new("image");
	disk_on_change(cut.disk, cut_power, &cut);
	assert_int_equal(trial_run(&trial), 0);
	assert_int_equal(trial.acked, TURNS);
	disk_free(cut.disk);
	disk_free(cut.image);
	cut.disk = cut.image = NULL;
	cut.trial = NULL;
	return cut;
}

static void no_power_cut_loses_what_was_saved(void **state)
{
	uint64_t wanted = images_wanted();
	struct cut cut = run_with_cuts(wanted, false);

	(void)state;
	print_message("# %u images\n", (unsigned)cut.images);
	assert_int_equal(cut.bad, 0);
	assert_true(cut.images >= wanted);
}

static void a_disk_that_lies_is_found_out(void **state)
{
	struct cut cut = run_with_cuts(1000, true);

	(void)state;
	print_message("# %u of %u images bad\n", (unsigned)cut.bad,
		      (unsigned)cut.images);
	assert_true(cut.bad * 10 > cut.images);
}

static int start(void **state)
{
	(void)state;
	disk_start_seeded(2);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_power_cut_loses_what_was_saved),
		cmocka_unit_test(a_disk_that_lies_is_found_out),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
