/*
 * vault.c - being locked and unlocked: what is known in either state, and
 * what of it is wiped between them.
 *
 * Must never keep a key, a word, or a row once vault_lock returned. Slots and
 * passphrases are in job.c, control records in control.c, entries in
 * journal.c.
 */
#include "daemon/vault/inside.h"

#include "daemon/vault/change.h"
#include "proto/base/mem.h"
#include "proto/crypto/entropy.h"

#define KEYS_SEALED_MAX_BYTES 65536u
/* About what one of these takes, in microseconds. */
#define ABSORB_BLOCK_US 8u
#define ABSORB_ENTRY_US 40u
#define WORDS_ROW_US 12u
#define VOCABULARY_BYTES_PER_US 100u
/* Turns in a row that leave new words to the next. */
#define PUT_OFF_MAX 4u

int vault_fail(struct err *err, int code)
{
	if (err != NULL && err->code != code)
		err_set(err, code, "%s", err_text(code));
	return code;
}

int vault_need_unlocked(const struct vault *vault, struct err *err)
{
	return vault->is_unlocked ? 0 : vault_fail(err, ERR_LOCKED);
}

static int meta_fixed(struct vault *vault, enum store_meta key, void *out,
		      size_t len, bool *is_there, struct err *err)
{
	struct buf value;
	int code;

	*is_there = false;
	buf_init(&value, 65536);
	code = store_meta_get(vault->store, key, &value, err);
	if (code == 0 && value.len == len) {
		memcpy(out, value.ptr, len);
		*is_there = true;
	}
	buf_release(&value);
	return code == ERR_NOT_FOUND ? 0 : code;
}

static int load_name(struct vault *vault, struct err *err)
{
	struct buf value;
	int code;

	buf_init(&value, 65536);
	code = store_meta_get(vault->store, META_DEVICE_NAME, &value, err);
	if (code == 0 && value.len <= LIMIT_DEVICE_NAME_BYTES) {
		memcpy(vault->device.name, value.ptr, value.len);
		vault->device.name[value.len] = '\0';
	}
	buf_release(&value);
	return code == ERR_NOT_FOUND ? 0 : code;
}

/* What the store and net.key tell a locked vault. */
static int load_locked_side(struct vault *vault, struct err *err)
{
	uint8_t tries[16] = { 0 };
	struct hash32 journal;
	bool has_tries;
	int code;

	memset(&vault->device, 0, sizeof vault->device);
	code = meta_fixed(vault, META_DEVICE, vault->device.device.b, 32,
			  &vault->has_device, err);
	if (code == 0)
		code = meta_fixed(vault, META_JOURNAL, journal.b, 32,
				  &vault->has_journal, err);
	if (code == 0)
		code = meta_fixed(vault, META_UNLOCK_TRIES, tries, sizeof tries,
				  &has_tries, err);
	if (code == 0)
		code = load_name(vault, err);
	if (code != 0)
		return code;
	vault->tries = le64_get(tries);
	vault->tries_wall_ms = le64_get(tries + 8);
	if (!vault->has_device)
		return 0;
	code = keyfile_read_net(vault->net_path, &vault->net, err);
	/* Without the file there is no sync and no capture while locked; the
	 * next unlock writes it again. */
	if (code == ERR_NOT_FOUND || code == ERR_CORRUPT)
		code = 0;
	vault->device.box = vault->net.box;
	vault->device.net = vault->net.net_pub;
	return code;
}

int vault_new(struct vault **out, const struct vault_options *options,
	      struct err *err)
{
	struct vault *vault = mem_alloc(1, sizeof *vault);
	size_t slots_len = strlen(options->slots_path) + 1;
	size_t net_len = strlen(options->net_path) + 1;
	int code;

	if (vault == NULL)
		return vault_fail(err, ERR_NOMEM);
	vault->store = options->store;
	vault->slots_path = mem_alloc(slots_len, 1);
	vault->net_path = mem_alloc(net_len, 1);
	if (vault->slots_path == NULL || vault->net_path == NULL) {
		code = vault_fail(err, ERR_NOMEM);
		goto out;
	}
	memcpy(vault->slots_path, options->slots_path, slots_len);
	memcpy(vault->net_path, options->net_path, net_len);
	code = load_locked_side(vault, err);
out:
	if (code != 0) {
		vault_free(vault);
		return code;
	}
	*out = vault;
	return 0;
}

void vault_free(struct vault *vault)
{
	if (vault == NULL)
		return;
	vault_lock(vault);
	mem_free(vault->slots_path);
	mem_free(vault->net_path);
	mem_wipe(vault, sizeof *vault);
	mem_free(vault);
}

void vault_see_floors(struct vault *vault, const struct dot *floors,
		      size_t count, bool has_others)
{
	if (count > LIMIT_LOGS_PER_DEVICE)
		count = LIMIT_LOGS_PER_DEVICE;
	if (count > 0)
		memcpy(vault->floors, floors, count * sizeof *floors);
	vault->floor_count = count;
	vault->has_others = has_others;
}

bool vault_is_unlocked(const struct vault *vault)
{
	return vault->is_unlocked;
}

const struct vault_device *vault_device(const struct vault *vault)
{
	return &vault->device;
}

int vault_net_key(struct vault *vault, struct net_secret *out, struct err *err)
{
	struct keyfile_net net;
	int code;

	if (!vault->has_device)
		return vault_fail(err, ERR_NO_JOURNAL);
	code = keyfile_read_net(vault->net_path, &net, err);
	if (code == 0)
		*out = net.net;
	else if (code == ERR_NOT_FOUND)
		code = err_set(err, ERR_CORRUPT, "net.key is gone.");
	key_wipe(&net);
	return code;
}

/* ---- unlocked ---- */

int vault_save_keys(struct vault *vault, struct err *err)
{
	struct buf sealed;
	int code;

	buf_init(&sealed, KEYS_SEALED_MAX_BYTES);
	code = keyring_seal(&vault->ring, &sealed);
	if (code == 0)
		code = store_meta_put(vault->store, META_KEYS,
				      buf_bytes(&sealed), err);
	else
		code = vault_fail(err, code);
	buf_release(&sealed);
	return code;
}

/* The logs we write, newest of each class, from the store. */
static void read_heads(struct vault *vault)
{
	for (size_t i = 0; i < vault->logs.count; i++) {
		const struct store_log *log = &vault->logs.logs[i].log;

		if ((log->flags & STORE_LOG_OWN) == 0 ||
		    (log->flags & STORE_LOG_CLOSED) != 0 ||
		    log->log_class > LOG_BLOB ||
		    memcmp(log->device.b, vault->ring.sign_pub.b, 32) != 0)
			continue;
		vault->cut.heads[log->log_class] = (struct cut_head){
			.lid = log->lid,
			.seq = log->head_seq,
			.id = log->head_id,
			.is_open = true,
		};
	}
}

/* Our own newest stamp: the clock never goes back behind it. */
static int read_clock(struct vault *vault, struct err *err)
{
	const struct cut_head *head = &vault->cut.heads[LOG_DATA];
	const struct logbook_log *log =
		logbook_find_lid(&vault->logs, &head->lid);
	struct change change;
	struct block block;
	struct buf plain;
	int code;

	if (!head->is_open || log == NULL || head->seq == 0)
		return 0;
	buf_init(&plain, LIMIT_BLOCK_BODY_BYTES);
	arena_reset(&vault->scratch);
	code = store_block_get(vault->store, log->log.no, head->seq,
			       &vault->scratch, &block, err);
	/* Of a group the last piece alone says nothing; rows say it too. */
	if (code == 0 && change_open(&vault->ring, &block, &plain) == 0 &&
	    change_read(buf_bytes(&plain), &change) == 0)
		vault->clock.last = change.stamp;
	buf_release(&plain);
	return code == ERR_NOT_FOUND ? 0 : code;
}

static void clock_from_rows(struct vault *vault, uint64_t wall_ms)
{
	for (uint32_t i = 0; i < vault->view.count; i++)
		hlc_seen(&vault->clock, vault->view.rows[i].stamp, wall_ms,
			 LIMIT_CLOCK_DRAG_MS);
}

/* Did the segments hold everything there is? */
static bool is_covered(const struct vault *vault)
{
	for (size_t i = 0; i < vault->logs.count; i++) {
		const struct logbook_log *log = &vault->logs.logs[i];

		if (log->covered < logbook_visible(log))
			return false;
	}
	return true;
}

int vault_start(struct vault *vault, struct vault_time time, struct err *err)
{
	uint64_t seed = entropy_u64();
	bool loaded = false, changed;
	int code;

	cut_init(&vault->cut);
	arena_init(&vault->scratch, VAULT_SCRATCH_BYTES);
	arena_init(&vault->form, VAULT_SCRATCH_BYTES);
	buf_init(&vault->text, LIMIT_GROUP_BYTES * 2);
	view_init(&vault->view, seed);
	table_init(&vault->absorb.dirty_ids, sizeof(struct id16), seed);
	vault->absorb.is_quiet = true;
	vault->settings_changed = true;
	vault->is_unlocked = true;
	code = logbook_refresh(&vault->logs, vault->store, &changed, err);
	if (code == 0) {
		read_heads(vault);
		code = segments_load(vault, &loaded, err);
	}
	if (code == 0)
		code = read_clock(vault, err);
	if (code != 0) {
		vault_lock(vault);
		return code;
	}
	clock_from_rows(vault, time.wall_ms);
	vault->absorb.is_quiet = !is_covered(vault);
	return 0;
}

void vault_lock(struct vault *vault)
{
	keyring_wipe(&vault->ring);
	cut_release(&vault->cut);
	view_release(&vault->view);
	segments_release(&vault->segments);
	absorb_release(&vault->absorb);
	gather_cache_release(&vault->cache);
	facts_release(&vault->facts);
	logbook_release(&vault->logs);
	arena_release(&vault->scratch);
	arena_release(&vault->form);
	buf_release(&vault->text);
	if (vault->names != NULL)
		mem_wipe(vault->names,
			 vault->name_count * sizeof *vault->names);
	mem_free(vault->names);
	vault->names = NULL;
	vault->name_count = 0;
	if (vault->changes != NULL)
		mem_wipe(vault->changes,
			 vault->change_count * sizeof *vault->changes);
	mem_free(vault->changes);
	vault->changes = NULL;
	vault->change_count = 0;
	vault->change_cap = 0;
	vault->change_next = 0;
	vault->changes_lost = 0;
	vault->has_written = false;
	vault->settings_changed = false;
	vault->put_off = 0;
	vault->clock = (struct hlc){ 0 };
	vault->recovery = (struct box_public){ { 0 } };
	vault->keys_missing = false;
	vault->is_unlocked = false;
}

int vault_take_block(struct vault *vault, struct block *out)
{
	if (!vault->is_unlocked)
		return ERR_NOT_FOUND;
	return cut_take(&vault->cut, &vault->ring.sign, out);
}

bool vault_has_block(const struct vault *vault)
{
	return vault->is_unlocked && !cut_is_empty(&vault->cut);
}

int vault_rollback(struct vault *vault)
{
	int code = load_locked_side(vault, NULL);

	if (code != 0) {
		vault_lock(vault);
		return code;
	}
	if (!vault->is_unlocked)
		return 0;
	cut_drop(&vault->cut);
	keyring_drop_pending(&vault->ring);
	/* A device or a journal that was just made is none after all. */
	if (vault->has_device &&
	    vault->has_journal == !hash32_is_zero(&vault->ring.journal))
		code = absorb_restart(vault, NULL);
	else
		code = ERR_NO_JOURNAL;
	if (code != 0) {
		/* What is in memory is no longer that of the store. */
		vault_lock(vault);
		return 0;
	}
	vault->segments.has_head = true;
	read_heads(vault);
	return 0;
}

/* ---- from core ---- */

/* A way back in for the recovery sheet, where the journal has one. */
static int keep_recovery_slot(struct vault *vault, const struct roster *roster,
			      struct err *err)
{
	const struct box_public *recovery = NULL;

	for (size_t i = 0; i < roster->member_count; i++) {
		const struct roster_member *member = &roster->members[i];

		if (member->is_recovery && member->standing == ROSTER_MEMBER)
			recovery = &member->box;
	}
	if (recovery == NULL)
		return 0;
	return job_keep_recovery(vault, recovery, err);
}

int vault_see_roster(struct vault *vault, const struct roster *roster,
		     struct err *err)
{
	bool quarantine_changed = false;
	size_t added = 0;
	int code;

	if (!vault->is_unlocked || !roster->has_genesis)
		return 0;
	if (hash32_is_zero(&vault->ring.journal))
		return 0;
	code = keyring_learn(&vault->ring, roster, &added,
			     &vault->keys_missing);
	if (cut_is_empty(&vault->cut))
		keyring_settle(&vault->ring);
	if (code == 0)
		code = control_read_names(vault, roster);
	if (code != 0)
		return vault_fail(err, code);
	if (added > 0)
		code = vault_save_keys(vault, err);
	if (code == 0)
		code = keep_recovery_slot(vault, roster, err);
	if (code == 0)
		code = logbook_refresh(&vault->logs, vault->store,
				       &quarantine_changed, err);
	if (code == 0 && quarantine_changed)
		code = absorb_restart(vault, err);
	else if (code == 0 && added > 0)
		code = absorb_retry(vault, err);
	return code;
}

int vault_see_blocks(struct vault *vault, const struct store_log *log,
		     uint64_t from, uint64_t to, struct vault_time time,
		     struct err *err)
{
	struct logbook_log *known;
	uint32_t rows;
	bool done;
	int code;

	if (!vault->is_unlocked || log->log_class != LOG_DATA)
		return 0;
	code = logbook_put(&vault->logs, log, &known);
	if (code != 0)
		return vault_fail(err, code);
	/* Numbers seen before hold other blocks since a fork parted; only what
	 * was written here just now is in the view already. */
	if ((log->flags & (STORE_LOG_OWN | STORE_LOG_CLOSED)) !=
		    STORE_LOG_OWN &&
	    known->covered >= from)
		known->covered = from - 1;
	if (known->log.head_seq < to)
		known->log.head_seq = to;
	if (vault->absorb.is_quiet)
		return 0; /* the build gets there */
	rows = vault->view.count;
	code = absorb_log(vault, known, UINT64_MAX, &done, err);
	if (code == 0)
		code = absorb_dirty(vault, SIZE_MAX, err);
	for (; code == 0 && rows < vault->view.count; rows++)
		hlc_seen(&vault->clock, vault->view.rows[rows].stamp,
			 time.wall_ms, LIMIT_CLOCK_DRAG_MS);
	return code;
}

/* Some of what is not covered yet; done once nothing is left. */
static int build_slice(struct vault *vault, uint32_t budget_us, struct err *err)
{
	uint64_t blocks = budget_us / ABSORB_BLOCK_US + 16;
	bool done = true;
	int code = 0;

	for (size_t i = 0; code == 0 && done && i < vault->logs.count; i++)
		code = absorb_log(vault, &vault->logs.logs[i], blocks, &done,
				  err);
	if (code != 0 || !done)
		return code;
	code = absorb_dirty(vault, budget_us / ABSORB_ENTRY_US + 4, err);
	if (code == 0 && vault->absorb.dirty_count == 0)
		vault->absorb.is_quiet = false;
	return code;
}

/* Whoever wrote is waiting for the answer; the vocabulary, a guess anyway, has
 * the next turn, which follows at once. But not for ever. */
static bool words_can_wait(struct vault *vault)
{
	bool can_wait = vault->has_written && vault->put_off < PUT_OFF_MAX;

	vault->put_off = can_wait ? (uint8_t)(vault->put_off + 1) : 0;
	vault->has_written = false;
	return can_wait;
}

int vault_work(struct vault *vault, uint32_t budget_us, bool *more,
	       struct err *err)
{
	int code = 0;

	*more = false;
	if (!vault->is_unlocked)
		return 0;
	if (vault->absorb.is_quiet || vault->absorb.dirty_count > 0) {
		code = build_slice(vault, budget_us, err);
		*more = true;
		return code;
	}
	if (view_text_is_stale(&vault->view))
		view_drop_text(&vault->view);
	if (vault->view.without_text > 0) {
		code = absorb_words(vault, budget_us / WORDS_ROW_US + 4, err);
		*more = true;
		return code;
	}
	if (segments_are_due(vault)) {
		code = segments_write(vault, more, err);
		*more = *more || vocabulary_is_behind(&vault->view);
		return code;
	}
	if (vocabulary_is_behind(&vault->view)) {
		*more = true;
		if (words_can_wait(vault))
			return 0;
		code = vocabulary_read(&vault->view,
				       (size_t)budget_us *
					       VOCABULARY_BYTES_PER_US);
	}
	return code == 0 ? 0 : vault_fail(err, code);
}
