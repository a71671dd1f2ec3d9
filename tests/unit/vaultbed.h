/*
 * vaultbed.h - a vault with a real store in a folder that goes away, and a
 * stand-in for the wiring of a turn.
 *
 * Blocks the vault cut go into the store as core would put them, the roster
 * is folded by core's own fold, and two beds exchange what the other lacks.
 * For the tests of daemon/vault.
 */
#ifndef KEPT_TESTS_VAULTBED_H
#define KEPT_TESTS_VAULTBED_H

#include "tests/lib/harness.h"

#include "daemon/vault/journal.h"
#include "proto/base/mem.h"
#include "proto/codec.h"
#include "proto/crypto/kdf.h"
#include "proto/mp.h"

#define BED_RECORDS 512
#define BED_LOGS 64

struct bed {
	char *dir;
	char slots[512], net[512], db[512];
	struct store *store;
	struct vault *vault;
	struct vault_time time;
	struct arena arena;
	struct roster_record records[BED_RECORDS];
	struct roster roster;
	uint32_t words[RECOVERY_WORDS];
};

#define BED_PASSPHRASE "a small lamp by the door"
#define BED_KEPT 0
#define assert_ok(call) bed_assert((call), &bed_err, #call, __LINE__)

static struct err bed_err;

static inline void bed_assert(int code, const struct err *err, const char *what,
			      int line)
{
	if (code != 0)
		fail_msg("line %d: %s gave %s: %s", line, what, err_name(code),
			 err->text);
}

static inline void bed_open_store(struct bed *bed, bool create)
{
	struct store_options options = { .path = bed->db, .create = create };

	assert_ok(store_open(&bed->store, &options, &bed_err));
}

static inline void bed_open_vault(struct bed *bed)
{
	struct vault_options options = { .store = bed->store,
					 .slots_path = bed->slots,
					 .net_path = bed->net };

	assert_ok(vault_new(&bed->vault, &options, &bed_err));
}

static inline void bed_begin(struct bed *bed)
{
	if (!store_in_transaction(bed->store))
		assert_ok(store_begin(bed->store, &bed_err));
}

static inline void bed_new(struct bed *bed)
{
	memset(bed, 0, sizeof *bed);
	if (crypto_start() != 0)
		fail_msg("libsodium does not start");
	bed->dir = harness_temp_dir();
	snprintf(bed->slots, sizeof bed->slots, "%s/slots", bed->dir);
	snprintf(bed->net, sizeof bed->net, "%s/net.key", bed->dir);
	snprintf(bed->db, sizeof bed->db, "%s/journal.db", bed->dir);
	arena_init(&bed->arena, (size_t)64 << 20);
	bed->time = (struct vault_time){ 1000, UINT64_C(1790000000000) };
	bed_open_store(bed, true);
	bed_open_vault(bed);
	bed_begin(bed);
}

static inline void bed_commit(struct bed *bed)
{
	assert_ok(store_commit(bed->store, &bed_err));
	bed_begin(bed);
}

static inline void bed_free(struct bed *bed)
{
	vault_free(bed->vault);
	store_rollback(bed->store);
	store_close(bed->store);
	arena_release(&bed->arena);
	harness_temp_remove(bed->dir);
	memset(bed, 0, sizeof *bed);
}

/* As after a restart: locked, everything from the disk. */
static inline void bed_reopen(struct bed *bed)
{
	bed_commit(bed);
	vault_free(bed->vault);
	store_rollback(bed->store);
	store_close(bed->store);
	bed_open_store(bed, false);
	bed_open_vault(bed);
	bed_begin(bed);
}

/* ---- logs and roster ---- */

static inline size_t bed_logs(struct bed *bed, struct store_log *logs)
{
	size_t count = 0;

	assert_ok(store_logs(bed->store, logs, BED_LOGS, &count, &bed_err));
	assert_true(count <= BED_LOGS);
	return count;
}

static inline bool bed_find_log(struct bed *bed, const struct id16 *lid,
				struct store_log *out)
{
	struct store_log logs[BED_LOGS];
	size_t count = bed_logs(bed, logs);

	for (size_t i = 0; i < count; i++) {
		if (id16_equal(&logs[i].lid, lid)) {
			*out = logs[i];
			return true;
		}
	}
	return false;
}

static inline void bed_make_log(struct bed *bed, const struct id16 *lid,
				uint8_t log_class,
				const struct sign_public *device)
{
	struct store_log log = { .lid = *lid,
				 .log_class = log_class,
				 .device = *device };

	if (bed_find_log(bed, lid, &log))
		return;
	if (memcmp(device->b, vault_device(bed->vault)->device.b, 32) == 0)
		log.flags = STORE_LOG_OWN;
	assert_ok(store_log_put(bed->store, &log, &bed_err));
}

/* What a control record says about logs becomes rows. */
static inline void bed_note_logs(struct bed *bed, const struct block *block)
{
	struct arena arena;
	struct id16 lid, nonce;
	struct sign_public device;

	arena_init(&arena, 1 << 20);
	if (block->header.kind == CONTROL_GENESIS) {
		struct control_genesis genesis;

		assert_ok(codec_decode(schema_control(CONTROL_GENESIS),
				       block->body, &arena, &genesis));
		memcpy(device.b, genesis.device, 32);
		bed_make_log(bed, &block->header.lid, LOG_CONTROL, &device);
	} else if (block->header.kind == CONTROL_LOG_OPEN) {
		struct control_log_open open;

		assert_ok(codec_decode(schema_control(CONTROL_LOG_OPEN),
				       block->body, &arena, &open));
		memcpy(device.b, open.device, 32);
		memcpy(nonce.b, open.nonce, 16);
		kdf_lid(&device, (uint8_t)open.class, &nonce, &lid);
		bed_make_log(bed, &lid, (uint8_t)open.class, &device);
	}
	arena_release(&arena);
}

static inline void bed_fold(struct bed *bed)
{
	struct store_log logs[BED_LOGS];
	size_t log_count = bed_logs(bed, logs), count = 0;

	arena_reset(&bed->arena);
	for (size_t i = 0; i < log_count; i++) {
		for (uint64_t seq = 1; seq <= logs[i].head_seq &&
				       logs[i].log_class == LOG_CONTROL;
		     seq++) {
			struct block block;

			assert_true(count < BED_RECORDS);
			assert_ok(store_block_get(bed->store, logs[i].no, seq,
						  &bed->arena, &block,
						  &bed_err));
			bed->records[count++] = (struct roster_record){
				.header = block.header,
				.id = block.id,
				.author = logs[i].device,
				.body = block.body,
			};
		}
	}
	assert_ok(roster_fold(bed->records, count, &bed->arena, &bed->roster));
}

/* One block into the store; the row of its log moves on. */
static inline void bed_store_block(struct bed *bed, const struct block *block,
				   struct store_log *log, bool is_control)
{
	if (is_control)
		bed_note_logs(bed, block);
	assert_true(bed_find_log(bed, &block->header.lid, log));
	assert_true(block->header.seq == log->head_seq + 1);
	if (log->head_seq > 0)
		assert_true(hash32_equal(&block->header.prev, &log->head_id));
	assert_ok(store_block_put(bed->store, log->no, block, &bed_err));
	log->head_seq = block->header.seq;
	log->head_id = block->id;
	assert_ok(store_log_put(bed->store, log, &bed_err));
}

static inline bool bed_is_control(struct bed *bed, const struct block *block)
{
	struct store_log log;

	return !bed_find_log(bed, &block->header.lid, &log) ||
	       log.log_class == LOG_CONTROL;
}

/* Everything the vault cut goes into the store. Returns how many blocks. */
static inline size_t bed_drain(struct bed *bed)
{
	bool is_control = true, any_control = false;
	struct store_log log;
	struct block block;
	size_t count = 0;

	while (vault_take_block(bed->vault, &block) == 0) {
		is_control = bed_is_control(bed, &block);
		any_control |= is_control;
		bed_store_block(bed, &block, &log, is_control);
		if (block.is_signed)
			assert_int_equal(block_verify(&block, &log.device), 0);
		else
			assert_false(is_control);
		count++;
	}
	if (count > 0 && !is_control)
		assert_true(block.is_signed);
	if (any_control) {
		bed_fold(bed);
		assert_ok(vault_see_roster(bed->vault, &bed->roster, &bed_err));
	}
	return count;
}

/* ---- life ---- */

static inline struct vault_job *bed_job(struct bed *bed,
					enum vault_job_kind kind,
					const char *passphrase,
					const char *name)
{
	struct vault_begin begin = {
		.kind = kind,
		.passphrase = bytes_from_str(passphrase),
		.cost = { .memory_bytes = 8192, .passes = 1 },
		.name = name,
		.recovery = true,
	};
	struct vault_job *job = NULL;

	assert_ok(vault_begin(bed->vault, &begin, bed->time, &job, &bed_err));
	vault_job_run(job);
	return job;
}

static inline void bed_init(struct bed *bed, const char *name)
{
	struct vault_job *job;

	bed_new(bed);
	job = bed_job(bed, VAULT_JOB_INIT, BED_PASSPHRASE, name);
	assert_ok(vault_end_init(bed->vault, job, bed->time, bed->words,
				 &bed_err));
	vault_job_free(job);
	bed_drain(bed);
}

static inline int bed_unlock_with(struct bed *bed, const char *passphrase)
{
	struct vault_job *job =
		bed_job(bed, VAULT_JOB_UNLOCK, passphrase, NULL);
	int code;

	bed_fold(bed);
	code = vault_end_unlock(bed->vault, job, &bed->roster, bed->time,
				&bed_err);
	vault_job_free(job);
	return code;
}

static inline void bed_unlock(struct bed *bed)
{
	assert_ok(bed_unlock_with(bed, BED_PASSPHRASE));
}

/* Works until there is nothing left to do. Returns how many slices. */
static inline size_t bed_work(struct bed *bed)
{
	size_t slices = 0;
	bool more = true;

	while (more) {
		assert_ok(vault_work(bed->vault, 1000, &more, &bed_err));
		slices++;
		assert_true(slices < 100000);
	}
	return slices;
}

/* ---- two of them ---- */

/* What `to` lacks of `from`, newest log first if reversed, then told. */
static inline void bed_send(struct bed *from, struct bed *to, bool reversed)
{
	struct store_log logs[BED_LOGS];
	size_t count = bed_logs(from, logs);
	struct arena arena;

	arena_init(&arena, (size_t)64 << 20);
	for (int control = 1; control >= 0; control--) {
		for (size_t k = 0; k < count; k++) {
			struct store_log *log =
				&logs[reversed ? count - 1 - k : k];
			struct store_log have = { .head_seq = 0 };
			struct block block;
			uint64_t first;

			if ((log->log_class == LOG_CONTROL) != control)
				continue;
			(void)bed_find_log(to, &log->lid, &have);
			first = have.head_seq + 1;
			for (uint64_t seq = first; seq <= log->head_seq;
			     seq++) {
				arena_reset(&arena);
				assert_ok(store_block_get(from->store, log->no,
							  seq, &arena, &block,
							  &bed_err));
				bed_store_block(to, &block, &have, control);
			}
			if (have.head_seq >= first)
				assert_ok(vault_see_blocks(
					to->vault, &have, first, have.head_seq,
					to->time, &bed_err));
		}
		if (control) {
			bed_fold(to);
			assert_ok(vault_see_roster(to->vault, &to->roster,
						   &bed_err));
		}
	}
	arena_release(&arena);
}

static inline void bed_sync(struct bed *a, struct bed *b)
{
	bed_send(a, b, false);
	bed_send(b, a, false);
}

/* A second device of a's journal. */
static inline void bed_join(struct bed *b, struct bed *a, const char *name)
{
	const struct vault_device *device;
	struct vault_job *job;

	bed_new(b);
	b->time.wall_ms += 1234;
	job = bed_job(b, VAULT_JOB_JOIN, "another lamp", name);
	assert_ok(vault_end_join(b->vault, job, b->time, &bed_err));
	vault_job_free(job);
	device = vault_device(b->vault);
	assert_ok(vault_write_add(a->vault, &a->roster, &device->device,
				  &device->box, &device->net, name, &bed_err));
	bed_drain(a);
	assert_ok(vault_set_journal(b->vault, &a->roster.journal, &bed_err));
	bed_send(a, b, false);
	assert_ok(vault_write_logs(b->vault, &b->roster, 0, &bed_err));
	bed_drain(b);
	bed_send(b, a, false);
	assert_ok(vault_write_rotate(a->vault, &a->roster, &bed_err));
	bed_drain(a);
	bed_send(a, b, false);
}

/* ---- entries ---- */

/* A map of name and text pairs, ended by NULL. */
static inline struct bytes bed_fields(struct buf *out, ...)
{
	const char *names[16], *texts[16];
	size_t count = 0;
	va_list args;

	va_start(args, out);
	while (count < 16 && (names[count] = va_arg(args, const char *)))
		texts[count++] = va_arg(args, const char *);
	va_end(args);
	buf_clear(out);
	mp_put_map(out, count);
	for (size_t i = 0; i < count; i++) {
		mp_put_cstr(out, names[i]);
		if (texts[i] == BED_KEPT)
			mp_put_nil(out);
		else
			mp_put_cstr(out, texts[i]);
	}
	return buf_bytes(out);
}

/* Adds without draining. */
static inline struct id16 bed_add_only(struct bed *bed, const char *kind,
				       const char *field, const char *text)
{
	struct journal_add add = { .kind = bytes_from_str(kind),
				   .place = { 240 } };
	struct id16 id = { { 0 } };
	bool captured;
	struct buf fields;

	buf_init(&fields, 1 << 20);
	add.fields = bed_fields(&fields, field, text, NULL);
	bed->time.wall_ms += 1000;
	bed->time.now_ms += 1000;
	assert_ok(journal_add(bed->vault, &bed->roster, &add, bed->time, &id,
			      &captured, &bed_err));
	assert_true(captured == !vault_is_unlocked(bed->vault));
	buf_release(&fields);
	return id;
}

static inline struct id16 bed_add(struct bed *bed, const char *kind,
				  const char *field, const char *text)
{
	struct id16 id = bed_add_only(bed, kind, field, text);

	bed_drain(bed);
	return id;
}

static inline bool bed_set(struct bed *bed, const struct id16 *id,
			   const char *field, const char *text)
{
	struct journal_edit edit = { .star = 0 };
	bool changed = false;
	struct buf fields;

	buf_init(&fields, 1 << 20);
	edit.fields = bed_fields(&fields, field, text, NULL);
	bed->time.wall_ms += 1000;
	assert_ok(journal_edit(bed->vault, &bed->roster, id, &edit, bed->time,
			       &changed, &bed_err));
	bed_drain(bed);
	buf_release(&fields);
	return changed;
}

static inline bool bed_live(struct bed *bed, const struct id16 *id, int8_t life)
{
	struct journal_edit edit = { .life = life };
	bool changed = false;

	bed->time.wall_ms += 1000;
	assert_ok(journal_edit(bed->vault, &bed->roster, id, &edit, bed->time,
			       &changed, &bed_err));
	bed_drain(bed);
	return changed;
}

/* One entry as a line of JSON; Owns: valid until the next call. */
static inline const char *bed_json(struct bed *bed, const struct id16 *id,
				   uint64_t rev)
{
	static char text[1 << 20];
	struct buf entry, json;

	buf_init(&entry, 8 << 20);
	buf_init(&json, sizeof text - 1);
	assert_ok(journal_put_entry(bed->vault, id, rev, &entry, &bed_err));
	assert_ok(codec_print_element(buf_bytes(&entry), &json));
	memcpy(text, json.ptr, json.len);
	text[json.len] = '\0';
	buf_release(&entry);
	buf_release(&json);
	return text;
}

static inline void bed_assert_has(struct bed *bed, const struct id16 *id,
				  const char *piece)
{
	const char *json = bed_json(bed, id, 0);

	if (strstr(json, piece) == NULL)
		fail_msg("%s is not in %s", piece, json);
}

/* A page as JSON; `next` and total too. */
struct bed_page {
	char json[1 << 19];
	char near[4096];
	char next[65];
	uint64_t total;
	size_t count;
};

static inline int bed_try_list(struct bed *bed,
			       const struct journal_query *query,
			       struct bed_page *out)
{
	struct buf entries, near, json;
	struct journal_page page = { .entries = &entries, .near = &near };
	struct mp_reader reader;
	int code;

	buf_init(&entries, 8 << 20);
	buf_init(&near, 1 << 16);
	buf_init(&json, sizeof out->json - 1);
	memset(out, 0, sizeof *out);
	code = journal_list(bed->vault, query, &page, &bed_err);
	if (code == 0) {
		assert_ok(codec_print_element(buf_bytes(&entries), &json));
		memcpy(out->json, json.ptr, json.len);
		buf_clear(&json);
		assert_ok(codec_print_element(buf_bytes(&near), &json));
		assert_true(json.len < sizeof out->near);
		memcpy(out->near, json.ptr, json.len);
		memcpy(out->next, page.next, sizeof out->next);
		out->total = page.total;
		reader = mp_reader(buf_bytes(&entries));
		assert_ok(mp_read_array(&reader, &out->count));
	}
	buf_release(&entries);
	buf_release(&near);
	buf_release(&json);
	return code;
}

static inline void bed_list(struct bed *bed, const struct journal_query *query,
			    struct bed_page *out)
{
	assert_ok(bed_try_list(bed, query, out));
}

/* How many entries have these words. */
static inline size_t bed_search(struct bed *bed, const char *words)
{
	static struct bed_page page;
	struct journal_query query = { .words = bytes_from_str(words),
				       .limit = 50 };

	bed_list(bed, &query, &page);
	assert_int_equal(page.total, page.count);
	return page.count;
}

static inline void bed_digest(struct bed *bed, char hex[65])
{
	uint64_t entries;

	assert_ok(journal_digest(bed->vault, hex, &entries, &bed_err));
}

#endif
