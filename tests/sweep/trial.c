/*
 * trial.c - see trial.h.
 *
 * It must never look at the clock or roll dice: a fault at the n-th call has
 * to meet the same call in every run.
 */
#include "tests/sweep/trial.h"

#include "tests/lib/sample.h"

static const struct sign_public peer = { { 7 } };

static int put_block(struct store *store, uint64_t turn, struct err *err)
{
	struct sample sample;
	int code;

	sample_block(&sample, 1, turn, 0);
	code = store_block_put(store, 1, &sample.block, err);
	if (code == 0 && turn % 5 == 0)
		code = store_block_drop_body(store, 1, turn - 4, err);
	return code;
}

static int put_records(struct store *store, uint64_t turn, struct err *err)
{
	struct store_log log = { .no = turn == 1 ? 0 : 1,
				 .log_class = LOG_DATA,
				 .head_seq = turn };
	uint8_t clock[8];
	uint8_t id = (uint8_t)(turn % 3 + 1);
	int code;

	le64_put(clock, turn);
	code = store_log_put(store, &log, err);
	if (code == 0)
		code = store_meta_put(store, META_CLOCK,
				      bytes_of(clock, sizeof clock), err);
	if (code == 0)
		code = store_shelf_put(store, SHELF_DRAFT, bytes_of(&id, 1),
				       bytes_of(clock, sizeof clock), err);
	if (code == 0)
		code = store_ack_put(store, &peer, 1, turn, err);
	return code;
}

/* Reads along, as a daemon does: faults of reading are faults, too. */
static int read_some(struct store *store, struct err *err)
{
	struct store_cursor *cursor = NULL;
	struct store_item item;
	struct store_log log;
	uint64_t count;
	size_t logs;
	int code = store_scan_log(store, 1, 1, 4, &cursor, err);

	if (code != 0)
		return code;
	do {
		code = store_cursor_next(cursor, &item, err);
	} while (code == 1);
	store_cursor_close(cursor);
	if (code == 0)
		code = store_block_count(store, &count, err);
	if (code == 0)
		code = store_logs(store, &log, 1, &logs, err);
	return code;
}

static int do_turn(struct store *store, uint64_t turn, struct err *err)
{
	int code = store_begin(store, err);

	if (code != 0)
		return code;
	code = put_block(store, turn, err);
	if (code == 0)
		code = put_records(store, turn, err);
	if (code == 0)
		code = read_some(store, err);
	if (code == 0 && turn % 13 == 0)
		code = store_checkpoint(store, err);
	if (code != 0) {
		store_rollback(store);
		return code;
	}
	return store_commit(store, err);
}

static void note_error(struct trial *trial, int code)
{
	trial->errors++;
	trial->worst = code;
}

int trial_run(struct trial *trial)
{
	struct store_options options = { .path = trial->path,
					 .vfs = trial->vfs,
					 .create = true };
	struct store *store = NULL;
	int first = 0;
	int code;

	trial->made = false;
	trial->acked = trial->errors = 0;
	trial->worst = 0;
	code = store_open(&store, &options, NULL);
	if (code != 0) {
		note_error(trial, code);
		return code;
	}
	trial->made = true;
	for (uint64_t turn = 1; turn <= trial->turns; turn++) {
		code = do_turn(store, turn, NULL);
		if (code != 0) {
			note_error(trial, code);
			first = first == 0 ? code : first;
		}
		if (code != 0 && trial->again)
			code = do_turn(store, turn, NULL);
		if (code != 0)
			break;
		trial->acked = turn;
		if (trial->on_ack != NULL)
			trial->on_ack(trial->context, turn);
	}
	store_close(store);
	return first;
}

/* Body erased by a later turn? */
static bool is_erased(uint64_t turn, uint64_t present)
{
	return turn % 5 == 1 && turn + 4 <= present;
}

static const char *verify_blocks(struct store *store, uint64_t present)
{
	struct store_cursor *cursor = NULL;
	struct store_item item;
	const char *wrong = NULL;
	uint64_t turn = 0;

	if (store_scan_log(store, 1, 1, UINT64_MAX, &cursor, NULL) != 0)
		return "the blocks can't be read";
	while (wrong == NULL && store_cursor_next(cursor, &item, NULL) == 1) {
		turn++;
		if (item.block.header.seq != turn)
			wrong = "a block is missing";
		else if (is_erased(turn, present))
			wrong = item.block.body.ptr == NULL
					? NULL
					: "an erased body is back";
		else if (!sample_matches(&item.block, 1, turn))
			wrong = "a block is not what was written";
	}
	store_cursor_close(cursor);
	if (wrong == NULL && turn != present)
		wrong = "blocks and clock are of different turns";
	return wrong;
}

static const char *verify_records(struct store *store, uint64_t present)
{
	struct store_ack ack = { 0 };
	struct store_log log = { 0 };
	uint64_t drafts = 0, bytes = 0;
	size_t count = 0;

	if (store_logs(store, &log, 1, &count, NULL) != 0 || count != 1 ||
	    log.head_seq != present)
		return "the log's head is of another turn";
	if (store_acks(store, &peer, &ack, 1, &count, NULL) != 0 ||
	    count != 1 || ack.seq != present)
		return "the receipt is of another turn";
	if (store_shelf_total(store, SHELF_DRAFT, &drafts, &bytes, NULL) != 0 ||
	    drafts != (present < 3 ? present : 3))
		return "the drafts are of another turn";
	return NULL;
}

static const char *verify_open(struct store *store, const struct trial *trial)
{
	struct buf out;
	uint64_t present = 0;
	const char *wrong = NULL;
	int code;

	buf_init(&out, 4096);
	if (store_check(store, &out, NULL) != 0 || out.len != 0)
		wrong = "the check finds something";
	buf_clear(&out);
	code = store_meta_get(store, META_CLOCK, &out, NULL);
	if (code == 0 && out.len == 8)
		present = le64_get(out.ptr);
	else if (code != ERR_NOT_FOUND)
		wrong = "the clock can't be read";
	buf_release(&out);
	if (wrong == NULL && present < trial->acked)
		wrong = "an acknowledged turn is lost";
	if (wrong == NULL && present > trial->turns)
		wrong = "there are turns nobody did";
	if (wrong == NULL)
		wrong = verify_blocks(store, present);
	if (wrong == NULL && present != 0)
		wrong = verify_records(store, present);
	return wrong;
}

const char *trial_verify(const struct trial *trial)
{
	struct store_options options = { .path = trial->path,
					 .vfs = trial->vfs };
	struct store *store = NULL;
	static struct err err; /* its text is handed out */
	const char *wrong;

	if (store_open(&store, &options, &err) != 0)
		return err.text;
	wrong = verify_open(store, trial);
	store_close(store);
	return wrong;
}
