/*
 * job.c - passphrases: making a journal, joining one, unlocking, and asking
 * again.
 *
 * Must never touch the vault while the slow part runs (vault_job_run may be
 * on another thread), and never say more of a wrong passphrase than that it
 * is wrong. The slots file is slots.c, the rest of unlocking vault.c.
 */
#include "daemon/vault/inside.h"

#include "proto/base/mem.h"
#include "proto/base/panic.h"
#include "proto/base/utf8.h"
#include "proto/crypto/entropy.h"
#include "proto/crypto/words.h"

struct vault_job {
	enum vault_job_kind kind;
	uint8_t *passphrase; /* Owns, wiped */
	size_t passphrase_len;
	struct slots slots; /* UNLOCK, VERIFY: as read */
	struct password_cost cost;
	struct id16 salt;
	bool is_calibrated; /* cost is to be found, and the time told */
	bool recovery;
	char name[LIMIT_DEVICE_NAME_BYTES + 1];
	/* what vault_job_run leaves */
	struct slot_key key;
	uint64_t ms;
	int code;
	bool has_run;
};

static int no_time_left(const struct vault *vault, struct vault_time time,
			struct err *err)
{
	uint32_t wait = vault_wait_s(vault, time);

	if (wait == 0)
		return 0;
	return err_set(err, ERR_TRY_LATER,
		       "That was several tries in a row. Wait %u seconds; "
		       "nothing is lost.",
		       wait);
}

uint32_t vault_wait_s(const struct vault *vault, struct vault_time time)
{
	uint64_t since;

	/* A clock that went back must not lock anybody out. */
	if (vault->tries < LIMIT_UNLOCK_TRIES ||
	    time.wall_ms < vault->tries_wall_ms)
		return 0;
	since = time.wall_ms - vault->tries_wall_ms;
	if (since >= LIMIT_UNLOCK_WAIT_MS)
		return 0;
	return (uint32_t)((LIMIT_UNLOCK_WAIT_MS - since + 999) / 1000);
}

static int put_tries(struct vault *vault, uint64_t tries, uint64_t wall_ms,
		     struct err *err)
{
	uint8_t bytes[16];

	if (vault->tries == 0 && tries == 0)
		return 0;
	vault->tries = tries;
	vault->tries_wall_ms = wall_ms;
	le64_put(bytes, tries);
	le64_put(bytes + 8, wall_ms);
	return store_meta_put(vault->store, META_UNLOCK_TRIES,
			      bytes_of(bytes, sizeof bytes), err);
}

static int read_slots(struct vault *vault, struct slots *out, struct err *err)
{
	struct buf file;
	int code;

	buf_init(&file, KEYFILE_MAX_BYTES);
	code = keyfile_read(vault->slots_path, &file, err);
	if (code == ERR_NOT_FOUND)
		code = err_set(err, ERR_CORRUPT, "The slots file is gone.");
	else if (code == 0) {
		code = slots_read(buf_bytes(&file), out);
		if (code != 0)
			code = err_set(err, code,
				       "The slots file isn't as it was "
				       "written.");
	}
	buf_release(&file);
	return code;
}

bool vault_is_quick_to_guess(struct vault *vault)
{
	const struct password_cost *usual = &PASSWORD_COST_DEFAULT;
	bool is_quick = false;
	struct slots slots;

	if (read_slots(vault, &slots, NULL) != 0)
		return false;
	for (size_t i = 0; i < slots.count; i++) {
		const struct slot *slot = &slots.slot[i];

		is_quick |= slot->type == SLOT_PASSPHRASE &&
			    (slot->cost.memory_bytes < usual->memory_bytes ||
			     slot->cost.passes < usual->passes);
	}
	return is_quick;
}

static int write_slots(struct vault *vault, const struct slots *slots,
		       struct err *err)
{
	struct buf file;
	int code;

	buf_init(&file, KEYFILE_MAX_BYTES);
	code = slots_write(slots, &file);
	if (code == 0)
		code = keyfile_write(vault->slots_path, buf_bytes(&file), err);
	else
		code = vault_fail(err, code);
	buf_release(&file);
	return code;
}

/* ---- beginning ---- */

static int begin_new(const struct vault *vault, const struct vault_begin *begin,
		     struct vault_job *job, struct err *err)
{
	size_t len = begin->name == NULL ? 0 : strlen(begin->name);

	if (vault->has_journal)
		return vault_fail(err, ERR_EXISTS);
	if (len == 0 || len > LIMIT_DEVICE_NAME_BYTES ||
	    !utf8_is_valid(bytes_of(begin->name, len)) ||
	    utf8_has_hidden(bytes_of(begin->name, len)))
		return err_set(err, ERR_USAGE,
			       "A device's name takes 1 to %u bytes of "
			       "plain text.",
			       LIMIT_DEVICE_NAME_BYTES);
	if (begin->cost.memory_bytes > LIMIT_KDF_MEMORY_BYTES ||
	    begin->cost.passes > LIMIT_KDF_PASSES)
		return err_set(
			err, ERR_USAGE,
			"That is more memory or passes than kept takes.");
	memcpy(job->name, begin->name, len);
	job->cost = begin->cost;
	job->is_calibrated = begin->cost.memory_bytes == 0;
	job->recovery = begin->recovery;
	do
		entropy_fill(job->salt.b, sizeof job->salt.b);
	while (id16_is_zero(&job->salt));
	return 0;
}

static int begin_open(struct vault *vault, struct vault_job *job,
		      struct vault_time time, struct err *err)
{
	const struct slot *slot;
	int code;

	if (!vault->has_device || !vault->has_journal)
		return vault_fail(err, ERR_NO_JOURNAL);
	code = no_time_left(vault, time, err);
	if (code == 0)
		code = read_slots(vault, &job->slots, err);
	if (code != 0)
		return code;
	slot = slots_find(&job->slots, SLOT_PASSPHRASE);
	if (slot == NULL)
		return err_set(err, ERR_CORRUPT,
			       "The slots file has no place for a passphrase.");
	job->cost = slot->cost;
	job->salt = slot->salt;
	return 0;
}

int vault_begin(struct vault *vault, const struct vault_begin *begin,
		struct vault_time time, struct vault_job **out, struct err *err)
{
	struct vault_job *job;
	int code;

	if (begin->passphrase.len == 0)
		return err_set(err, ERR_USAGE,
			       "A passphrase has at least one letter.");
	job = mem_alloc(1, sizeof *job);
	if (job == NULL)
		return vault_fail(err, ERR_NOMEM);
	job->kind = begin->kind;
	if (begin->kind == VAULT_JOB_INIT || begin->kind == VAULT_JOB_JOIN)
		code = begin_new(vault, begin, job, err);
	else
		code = begin_open(vault, job, time, err);
	if (code != 0)
		goto out;
	job->passphrase = mem_alloc(begin->passphrase.len, 1);
	if (job->passphrase == NULL) {
		code = vault_fail(err, ERR_NOMEM);
		goto out;
	}
	memcpy(job->passphrase, begin->passphrase.ptr, begin->passphrase.len);
	job->passphrase_len = begin->passphrase.len;
out:
	if (code != 0) {
		vault_job_free(job);
		return code;
	}
	*out = job;
	return 0;
}

static uint64_t clock_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void vault_job_run(struct vault_job *job)
{
	uint64_t before = 0;

	kept_assert(!job->has_run);
	/* Only a calibrated one is timed: with a given cost nothing a run does
	 * may depend on a clock. */
	if (job->is_calibrated) {
		job->cost = password_calibrate();
		before = clock_ms();
	}
	job->code =
		password_stretch(bytes_of(job->passphrase, job->passphrase_len),
				 &job->salt, &job->cost, &job->key);
	if (job->is_calibrated)
		job->ms = clock_ms() - before;
	mem_wipe(job->passphrase, job->passphrase_len);
	job->has_run = true;
}

void vault_job_free(struct vault_job *job)
{
	if (job == NULL)
		return;
	if (job->passphrase != NULL)
		mem_wipe(job->passphrase, job->passphrase_len);
	mem_free(job->passphrase);
	mem_wipe(job, sizeof *job);
	mem_free(job);
}

uint64_t vault_job_ms(const struct vault_job *job)
{
	return job->ms;
}

/* ---- making keys ---- */

static int write_device(struct vault *vault, const struct vault_job *job,
			struct err *err)
{
	const struct keyring *ring = &vault->ring;
	struct keyfile_net net = { .net = ring->net,
				   .net_pub = ring->net_pub,
				   .box = ring->box_pub };
	int code;

	code = keyfile_write_net(vault->net_path, &net, err);
	if (code == 0)
		code = store_meta_put(vault->store, META_DEVICE,
				      bytes_of(ring->sign_pub.b, 32), err);
	if (code == 0)
		code = store_meta_put(vault->store, META_DEVICE_NAME,
				      bytes_from_str(job->name), err);
	if (code == 0) {
		vault->net = net;
		memset(&vault->device, 0, sizeof vault->device);
		vault->device.device = ring->sign_pub;
		vault->device.box = net.box;
		vault->device.net = net.net_pub;
		memcpy(vault->device.name, job->name, sizeof job->name);
		vault->has_device = true;
	}
	key_wipe(&net);
	return code;
}

/* A fresh device: keys, slots, net.key; unlocked when all is well. */
static int make_device(struct vault *vault, const struct vault_job *job,
		       const struct recovery_keys *recovery,
		       struct vault_time time, struct err *err)
{
	struct slots slots = { .count = 1 };
	int code;

	if (vault->has_journal)
		return vault_fail(err, ERR_EXISTS);
	if (job->code != 0)
		return vault_fail(err, job->code);
	vault_lock(vault);
	keyring_make(&vault->ring);
	slots.slot[0].cost = job->cost;
	slots.slot[0].salt = job->salt;
	code = slot_wrap_passphrase(&slots.slot[0], &job->key,
				    &vault->ring.dvk);
	if (code == 0 && recovery != NULL) {
		slots.count = 2;
		code = slot_wrap_recovery(&slots.slot[1], &recovery->box_pub,
					  &vault->ring.dvk);
	}
	code = code == 0 ? write_slots(vault, &slots, err)
			 : vault_fail(err, code);
	if (code == 0)
		code = write_device(vault, job, err);
	if (code == 0)
		code = vault_start(vault, time, err);
	if (code != 0)
		vault_lock(vault);
	return code;
}

int vault_set_journal(struct vault *vault, const struct hash32 *journal,
		      struct err *err)
{
	int code = vault_need_unlocked(vault, err);

	if (code != 0)
		return code;
	if (vault->has_journal)
		return vault_fail(err, ERR_OTHER_JOURNAL);
	code = store_meta_put(vault->store, META_JOURNAL,
			      bytes_of(journal->b, 32), err);
	if (code != 0)
		return code;
	keyring_set_journal(&vault->ring, journal);
	vault->has_journal = true;
	return vault_save_keys(vault, err);
}

int vault_end_init(struct vault *vault, struct vault_job *job,
		   struct vault_time time, uint32_t words[RECOVERY_WORDS],
		   struct err *err)
{
	struct recovery_keys recovery;
	const struct recovery_keys *with = NULL;
	struct hash32 journal;
	int code;

	kept_assert(job->kind == VAULT_JOB_INIT && job->has_run);
	if (job->recovery) {
		words_pick(words, RECOVERY_WORDS);
		recovery_keys_from_words(words, &recovery);
		with = &recovery;
	}
	code = make_device(vault, job, with, time, err);
	if (code == 0) {
		code = control_open_journal(vault, job->name, with, err);
		journal = vault->ring.journal;
		if (code == 0)
			code = vault_set_journal(vault, &journal, err);
		if (code != 0)
			vault_lock(vault);
	}
	key_wipe(&recovery);
	return code;
}

int vault_end_join(struct vault *vault, struct vault_job *job,
		   struct vault_time time, struct err *err)
{
	int code;

	kept_assert(job->kind == VAULT_JOB_JOIN && job->has_run);
	code = make_device(vault, job, NULL, time, err);
	if (code == 0)
		code = vault_save_keys(vault, err);
	return code;
}

/* ---- opening ---- */

static int open_dvk(struct vault *vault, const struct vault_job *job,
		    struct vault_time time, struct device_key *dvk,
		    struct err *err)
{
	const struct slot *slot = slots_find(&job->slots, SLOT_PASSPHRASE);
	int code = no_time_left(vault, time, err);

	if (code != 0)
		return code;
	if (job->code != 0)
		return vault_fail(err, job->code);
	code = slot_open_passphrase(slot, &job->key, dvk);
	if (code == ERR_PASSPHRASE) {
		code = put_tries(vault, vault->tries + 1, time.wall_ms, err);
		return code == 0 ? vault_fail(err, ERR_PASSPHRASE) : code;
	}
	if (code != 0)
		return vault_fail(err, code);
	return put_tries(vault, 0, 0, err);
}

static int open_ring(struct vault *vault, const struct device_key *dvk,
		     struct err *err)
{
	struct buf sealed;
	int code;

	buf_init(&sealed, 1 << 17);
	code = store_meta_get(vault->store, META_KEYS, &sealed, err);
	if (code == 0) {
		vault->ring.dvk = *dvk;
		code = keyring_open(&vault->ring, &vault->device.device,
				    buf_bytes(&sealed));
	}
	if (code == ERR_CRYPTO || code == ERR_MALFORMED ||
	    code == ERR_NOT_FOUND)
		code = err_set(err, ERR_CORRUPT,
			       "The keys stored here don't open with the key "
			       "of this device.");
	buf_release(&sealed);
	return code;
}

/*
 * net.key names what captures are sealed to, and whom peers meet. Lost,
 * damaged, or of another device: what the ring holds is written again.
 */
static int mend_net(struct vault *vault, struct err *err)
{
	struct keyfile_net net = { .net = vault->ring.net,
				   .net_pub = vault->ring.net_pub,
				   .box = vault->ring.box_pub };
	int code = 0;

	if (memcmp(vault->net.box.b, net.box.b, 32) != 0 ||
	    memcmp(vault->net.net.b, net.net.b, 32) != 0)
		code = keyfile_write_net(vault->net_path, &net, err);
	if (code == 0) {
		vault->net = net;
		vault->device.box = net.box;
		vault->device.net = net.net_pub;
	}
	key_wipe(&net);
	return code;
}

int vault_end_unlock(struct vault *vault, struct vault_job *job,
		     const struct roster *roster, struct vault_time time,
		     struct err *err)
{
	struct device_key dvk;
	int code;

	kept_assert(job->kind == VAULT_JOB_UNLOCK && job->has_run);
	code = open_dvk(vault, job, time, &dvk, err);
	if (code != 0 || vault->is_unlocked)
		goto out;
	code = open_ring(vault, &dvk, err);
	if (code == 0)
		code = mend_net(vault, err);
	if (code == 0)
		code = vault_start(vault, time, err);
	if (code == 0)
		code = vault_see_roster(vault, roster, err);
	if (code != 0)
		vault_lock(vault);
out:
	key_wipe(&dvk);
	return code;
}

int vault_end_verify(struct vault *vault, struct vault_job *job,
		     struct vault_time time, struct err *err)
{
	struct device_key dvk;
	int code;

	/* Of two unlocks at a time, the second only asks as this does. */
	kept_assert((job->kind == VAULT_JOB_VERIFY ||
		     job->kind == VAULT_JOB_UNLOCK) &&
		    job->has_run);
	code = open_dvk(vault, job, time, &dvk, err);
	key_wipe(&dvk);
	return code;
}

int vault_check_recovery(struct vault *vault,
			 const uint32_t words[RECOVERY_WORDS], struct err *err)
{
	struct recovery_keys keys;
	struct slots slots;
	struct device_key dvk;
	const struct slot *slot;
	int code;

	if (!vault->has_device)
		return vault_fail(err, ERR_NO_JOURNAL);
	code = read_slots(vault, &slots, err);
	if (code != 0)
		return code;
	slot = slots_find(&slots, SLOT_RECOVERY);
	if (slot == NULL)
		return err_set(err, ERR_NOT_FOUND,
			       "There is no recovery sheet for this device.");
	recovery_keys_from_words(words, &keys);
	code = slot_open_recovery(slot, &keys.box_pub, &keys.box, &dvk);
	key_wipe(&keys);
	key_wipe(&dvk);
	return code == 0 ? 0 : vault_fail(err, code);
}

int job_keep_recovery(struct vault *vault, const struct box_public *recovery,
		      struct err *err)
{
	struct slots slots;
	struct slot *slot = NULL;
	int code;

	if (memcmp(vault->recovery.b, recovery->b, 32) == 0)
		return 0;
	code = read_slots(vault, &slots, err);
	if (code != 0)
		return code;
	for (size_t i = 0; i < slots.count; i++) {
		if (slots.slot[i].type == SLOT_RECOVERY)
			slot = &slots.slot[i];
	}
	vault->recovery = *recovery;
	if (slot != NULL && memcmp(slot->recovery.b, recovery->b, 32) == 0)
		return 0;
	if (slot == NULL && slots.count == LIMIT_SLOTS)
		return vault_fail(err, ERR_LIMIT);
	if (slot == NULL)
		slot = &slots.slot[slots.count++];
	code = slot_wrap_recovery(slot, recovery, &vault->ring.dvk);
	if (code != 0)
		return vault_fail(err, code);
	return write_slots(vault, &slots, err);
}

int vault_sign_proof(struct vault *vault, const uint8_t hash[64],
		     struct signature *out, struct err *err)
{
	int code = vault_need_unlocked(vault, err);

	if (code == 0)
		sign_message(&vault->ring.sign, SIGN_PAIR_PROOF,
			     bytes_of(hash, 64), out);
	return code;
}
