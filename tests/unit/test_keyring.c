/*
 * Goal: epoch keys reach exactly those they are sealed to, history opens from
 * the newest one, and blocks are written under what fits the roster.
 * Method: rings alone for the blob; beds whose roster core folds for the rest.
 */
#include "tests/unit/vaultbed.h"

#include "daemon/vault/inside.h"

static struct keyring ring, other;

static void start(void)
{
	if (crypto_start() != 0)
		fail_msg("libsodium does not start");
	keyring_make(&ring);
}

static void a_ring_comes_back_from_its_blob(void **state)
{
	struct keyring_epoch epoch = { .n = 3 };
	struct hash32 journal = { { 4 } };
	struct buf blob;

	(void)state;
	start();
	buf_init(&blob, 1 << 17);
	keyring_set_journal(&ring, &journal);
	memset(epoch.key.b, 7, sizeof epoch.key.b);
	assert_int_equal(keyring_add(&ring, &epoch), 0);
	assert_int_equal(keyring_add(&ring, &epoch), 0);
	assert_int_equal(ring.epoch_count, 1);
	assert_int_equal(keyring_seal(&ring, &blob), 0);
	memset(&other, 0, sizeof other);
	other.dvk = ring.dvk;
	assert_int_equal(keyring_open(&other, &ring.sign_pub, buf_bytes(&blob)),
			 0);
	assert_memory_equal(&ring, &other, sizeof ring);
	/* another device's name on it, and another DVK */
	ring.sign_pub.b[0] ^= 1;
	assert_int_equal(keyring_open(&other, &ring.sign_pub, buf_bytes(&blob)),
			 ERR_CRYPTO);
	ring.sign_pub.b[0] ^= 1;
	memset(&other, 0, sizeof other);
	assert_int_equal(keyring_open(&other, &ring.sign_pub, buf_bytes(&blob)),
			 ERR_CRYPTO);
	assert_int_equal(other.epoch_count, 0);
	buf_release(&blob);
}

static void a_ring_holds_so_many_epochs_and_their_blob_fits(void **state)
{
	struct buf blob;

	(void)state;
	start();
	for (uint32_t i = 0; i < LIMIT_EPOCHS; i++) {
		struct keyring_epoch epoch = { .n = i };

		le32_put(epoch.rotate.b, i);
		assert_int_equal(keyring_add(&ring, &epoch), 0);
	}
	{
		struct keyring_epoch epoch = { .n = 1,
					       .rotate = { { 0xff, 0xff } } };

		assert_int_equal(keyring_add(&ring, &epoch), ERR_LIMIT);
	}
	/* META_KEYS takes 65536 */
	buf_init(&blob, 65536);
	assert_int_equal(keyring_seal(&ring, &blob), 0);
	buf_release(&blob);
}

static void a_wrap_opens_for_its_member_alone(void **state)
{
	struct box_secret ephemeral, stranger_sec;
	struct box_public epk, stranger;
	struct epoch_key key = { { 5 } }, opened;
	struct hash32 journal = { { 6 } };
	struct keyring_wrap wrap = { &epk, &ring.box_pub, &journal, 4 };
	struct buf sealed;

	(void)state;
	start();
	buf_init(&sealed, 512);
	box_keypair(&epk, &ephemeral);
	box_keypair(&stranger, &stranger_sec);
	assert_int_equal(keyring_wrap_epoch(&wrap, &ephemeral, &key, &sealed),
			 0);
	assert_int_equal(keyring_unwrap_epoch(&wrap, &ring.box,
					      buf_bytes(&sealed), &opened),
			 0);
	assert_memory_equal(&opened, &key, sizeof key);
	assert_int_equal(keyring_unwrap_epoch(&wrap, &stranger_sec,
					      buf_bytes(&sealed), &opened),
			 ERR_CRYPTO);
	wrap.n = 5;
	assert_int_equal(keyring_unwrap_epoch(&wrap, &ring.box,
					      buf_bytes(&sealed), &opened),
			 ERR_CRYPTO);
	wrap.n = 4;
	journal.b[0] ^= 1;
	assert_int_equal(keyring_unwrap_epoch(&wrap, &ring.box,
					      buf_bytes(&sealed), &opened),
			 ERR_CRYPTO);
	buf_release(&sealed);
}

static void history_opens_from_the_newest_epoch(void **state)
{
	struct id16 ids[12];
	struct bed a, b;

	(void)state;
	bed_init(&a, "laptop");
	/* more than one ROTATE can carry, each with an entry under it */
	for (size_t i = 0; i < 12; i++) {
		ids[i] = bed_add(&a, "note", "text", "Under a key.");
		assert_ok(vault_write_rotate(a.vault, &a.roster, &bed_err));
		bed_drain(&a);
	}
	assert_int_equal(a.roster.left_out, 0);
	bed_join(&b, &a, "phone");
	assert_int_equal(b.vault->ring.epoch_count, a.vault->ring.epoch_count);
	for (size_t i = 0; i < 12; i++)
		bed_assert_has(&b, &ids[i], "Under a key.");
	assert_int_equal(journal_counts(b.vault).waiting, 0);
	/* and again after a restart */
	bed_reopen(&a);
	bed_unlock(&a);
	assert_int_equal(a.vault->ring.epoch_count, b.vault->ring.epoch_count);
	bed_free(&b);
	bed_free(&a);
}

static void writing_rotates_first_when_no_epoch_fits(void **state)
{
	const struct vault_device *device;
	struct vault_job *job;
	struct bed a, b;
	struct id16 id;
	size_t epochs;

	(void)state;
	bed_init(&a, "laptop");
	/* b becomes a member without the ROTATE that pairing asks for */
	bed_new(&b);
	job = bed_job(&b, VAULT_JOB_JOIN, "x", "phone");
	assert_ok(vault_end_join(b.vault, job, b.time, &bed_err));
	vault_job_free(job);
	device = vault_device(b.vault);
	assert_ok(vault_write_add(a.vault, &a.roster, &device->device,
				  &device->box, &device->net, "phone",
				  &bed_err));
	bed_drain(&a);
	assert_ok(vault_set_journal(b.vault, &a.roster.journal, &bed_err));
	bed_send(&a, &b, false);
	assert_ok(vault_write_logs(b.vault, &b.roster, 0, &bed_err));
	bed_drain(&b);
	bed_send(&b, &a, false);
	assert_null(roster_write_epoch(&a.roster));
	epochs = a.roster.epoch_count;
	id = bed_add(&a, "note", "text", "For both of us.");
	assert_int_equal(a.roster.epoch_count, epochs + 1);
	assert_non_null(roster_write_epoch(&a.roster));
	bed_add(&a, "note", "text", "No further one.");
	assert_int_equal(a.roster.epoch_count, epochs + 1);
	bed_send(&a, &b, false);
	bed_assert_has(&b, &id, "For both of us.");
	bed_free(&b);
	bed_free(&a);
}

static void a_key_that_breaks_its_commit_is_not_taken(void **state)
{
	struct control_rotate record;
	struct roster_epoch epoch;
	struct roster roster;
	bool missing;
	size_t added;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	roster = bed.roster;
	epoch = bed.roster.epochs[0];
	record = *epoch.record;
	record.commit[0] ^= 1;
	epoch.record = &record;
	roster.epochs = &epoch;
	bed.vault->ring.epoch_count = 0;
	assert_int_equal(
		keyring_learn(&bed.vault->ring, &roster, &added, &missing), 0);
	assert_int_equal(added, 0);
	assert_true(missing);
	assert_int_equal(
		keyring_learn(&bed.vault->ring, &bed.roster, &added, &missing),
		0);
	assert_int_equal(added, 1);
	assert_false(missing);
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ring_comes_back_from_its_blob),
		cmocka_unit_test(
			a_ring_holds_so_many_epochs_and_their_blob_fits),
		cmocka_unit_test(a_wrap_opens_for_its_member_alone),
		cmocka_unit_test(history_opens_from_the_newest_epoch),
		cmocka_unit_test(writing_rotates_first_when_no_epoch_fits),
		cmocka_unit_test(a_key_that_breaks_its_commit_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
