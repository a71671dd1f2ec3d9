/*
 * test_records.c - logs, small values, shelves, peers, and receipts of a store.
 *
 * Goal: everything in store.h that is not a block, with limits and refusals.
 * Method: a real file in a folder of its own, opened again where it matters.
 */
#include "daemon/store/store.h"

#include "tests/lib/box.h"

static uint32_t add_log(struct box *box, uint8_t log_class)
{
	struct store_log log = {
		.log_class = log_class, .flags = 5, .head_seq = 7, .cut = 9
	};
	static uint8_t turn;

	memset(log.lid.b, ++turn, sizeof log.lid.b);
	memset(log.device.b, 0x11, sizeof log.device.b);
	memset(log.head_id.b, 0x22, sizeof log.head_id.b);
	assert_int_equal(store_log_put(box->store, &log, &box->err), 0);
	assert_int_not_equal(log.no, 0);
	return log.no;
}

static void assert_meta(struct box *box, enum store_meta key, const char *text)
{
	struct buf out;

	buf_init(&out, 100);
	assert_int_equal(store_meta_get(box->store, key, &out, &box->err), 0);
	assert_bytes(buf_bytes(&out), bytes_from_str(text));
	buf_release(&out);
}

static void logs_keep_every_member(void **state)
{
	struct box *box = *state;
	struct store_log logs[2], log;
	size_t count = 0;
	uint32_t first, second;

	box_begin(box);
	first = add_log(box, LOG_CONTROL);
	second = add_log(box, LOG_DATA);
	assert_true(second > first);
	assert_int_equal(store_logs(box->store, logs, 1, &count, NULL), 0);
	assert_int_equal(count, 2);
	assert_int_equal(logs[0].no, first);
	log = logs[0];
	log.no = 0;
	assert_int_equal(store_log_put(box->store, &log, NULL), ERR_EXISTS);
	log = logs[0];
	log.head_seq = LIMIT_SEQ;
	log.cut = UINT64_MAX;
	log.flags = 255;
	memset(log.head_id.b, 0x33, sizeof log.head_id.b);
	assert_int_equal(store_log_put(box->store, &log, NULL), 0);
	log.no = 99;
	log.lid.b[0] ^= 1;
	assert_int_equal(store_log_put(box->store, &log, NULL), ERR_NOT_FOUND);
	log.no = second;
	log.head_seq = 8;
	memset(log.head_id.b, 0x44, sizeof log.head_id.b);
	assert_int_equal(store_log_head(box->store, &log, NULL), 0);
	log.no = 99;
	assert_int_equal(store_log_head(box->store, &log, NULL), ERR_NOT_FOUND);
	box_commit(box);
	box_reopen(box);
	assert_int_equal(store_logs(box->store, logs, 2, &count, NULL), 0);
	/* the head alone moved */
	assert_true(logs[1].head_seq == 8);
	assert_memory_equal(&logs[1].head_id, &log.head_id, sizeof log.head_id);
	assert_int_equal(logs[1].flags, 5);
	assert_false(id16_equal(&logs[1].lid, &log.lid));
	memset(log.head_id.b, 0x33, sizeof log.head_id.b);
	log.no = first;
	log.lid.b[0] ^= 1;
	assert_memory_equal(&logs[0].lid, &log.lid, sizeof log.lid);
	assert_memory_equal(&logs[0].device, &log.device, sizeof log.device);
	assert_memory_equal(&logs[0].head_id, &log.head_id, sizeof log.head_id);
	assert_true(logs[0].head_seq == LIMIT_SEQ);
	assert_true(logs[0].cut == UINT64_MAX);
	assert_int_equal(logs[0].flags, 255);
	assert_int_equal(logs[0].log_class, LOG_CONTROL);
	assert_int_equal(logs[1].log_class, LOG_DATA);
	assert_true(logs[1].cut == 9);
}

static void blocks_of_data_logs_are_counted(void **state)
{
	struct box *box = *state;
	uint64_t count = 1;
	uint32_t control, one, other;

	assert_int_equal(store_block_count(box->store, &count, NULL), 0);
	assert_int_equal(count, 0);
	box_begin(box);
	control = add_log(box, LOG_CONTROL);
	one = add_log(box, LOG_DATA);
	other = add_log(box, LOG_DATA);
	add_log(box, LOG_DATA); /* nothing in it */
	box_put_blocks(box, control, 1, 3);
	box_put_blocks(box, one, 1, 10);
	box_put_blocks(box, other, 5, 6); /* a branch begins where it forked */
	box_commit(box);
	assert_int_equal(store_block_count(box->store, &count, NULL), 0);
	assert_int_equal(count, 12);
}

static void small_values_have_their_own_limits(void **state)
{
	struct box *box = *state;
	uint8_t bytes[33] = { 1 };
	struct buf out;

	buf_init(&out, 31);
	assert_int_equal(store_meta_get(box->store, META_JOURNAL, &out, NULL),
			 ERR_NOT_FOUND);
	box_begin(box);
	assert_int_equal(store_meta_put(box->store, META_JOURNAL,
					bytes_of(bytes, 33), NULL),
			 ERR_LIMIT);
	assert_int_equal(store_meta_put(box->store, META_JOURNAL,
					bytes_of(bytes, 32), NULL),
			 0);
	assert_int_equal(store_meta_put(box->store, META_NOTES,
					bytes_from_str("first"), NULL),
			 0);
	assert_int_equal(store_meta_put(box->store, META_NOTES,
					bytes_from_str("second"), NULL),
			 0);
	assert_int_equal(
		store_meta_put(box->store, META_LEASE, bytes_of(NULL, 0), NULL),
		0);
	box_commit(box);
	/* the caller's own limit counts too */
	assert_int_equal(store_meta_get(box->store, META_JOURNAL, &out, NULL),
			 ERR_LIMIT);
	buf_release(&out);
	assert_meta(box, META_NOTES, "second");
	assert_meta(box, META_LEASE, "");
}

static void shelves_are_apart_and_in_order(void **state)
{
	struct box *box = *state;
	struct store *store = box->store;
	struct bytes one = bytes_from_str("a"), two = bytes_from_str("ab");
	struct bytes long_id = bytes_from_str("0123456789abcdefX");
	struct bytes sealed = bytes_from_str("sealed");
	uint64_t count = 0, total = 0;
	struct buf id;

	buf_init(&id, 16);
	box_begin(box);
	assert_int_equal(store_shelf_put(store, SHELF_DRAFT, two, sealed, NULL),
			 0);
	assert_int_equal(store_shelf_put(store, SHELF_DRAFT, one, one, NULL),
			 0);
	assert_int_equal(store_shelf_put(store, SHELF_DRAFT, one, two, NULL),
			 0);
	assert_int_equal(
		store_shelf_put(store, SHELF_CAPTURE, one, sealed, NULL), 0);
	assert_int_equal(
		store_shelf_put(store, SHELF_DRAFT, long_id, one, NULL),
		ERR_LIMIT);
	long_id.len = 16;
	assert_int_equal(
		store_shelf_put(store, SHELF_SEGMENT, long_id, one, NULL), 0);
	assert_int_equal(
		store_shelf_put(store, SHELF_DRAFT, bytes_of("", 0), one, NULL),
		ERR_LIMIT);
	assert_int_equal(
		store_shelf_total(store, SHELF_DRAFT, &count, &total, NULL), 0);
	assert_int_equal(count, 2);
	assert_int_equal(total, 8);
	assert_int_equal(store_shelf_next(store, SHELF_DRAFT, bytes_of("", 0),
					  &id, NULL),
			 0);
	assert_bytes(buf_bytes(&id), one);
	assert_int_equal(
		store_shelf_next(store, SHELF_DRAFT, buf_bytes(&id), &id, NULL),
		0);
	assert_bytes(buf_bytes(&id), two);
	assert_int_equal(
		store_shelf_next(store, SHELF_DRAFT, buf_bytes(&id), &id, NULL),
		ERR_NOT_FOUND);
	assert_int_equal(store_shelf_drop(store, SHELF_DRAFT, two, NULL), 0);
	assert_int_equal(store_shelf_drop(store, SHELF_DRAFT, two, NULL),
			 ERR_NOT_FOUND);
	buf_clear(&id);
	assert_int_equal(store_shelf_get(store, SHELF_DRAFT, two, &id, NULL),
			 ERR_NOT_FOUND);
	assert_int_equal(store_shelf_get(store, SHELF_DRAFT, one, &id, NULL),
			 0);
	assert_bytes(buf_bytes(&id), two);
	assert_int_equal(store_shelf_clear(store, SHELF_DRAFT, NULL), 0);
	assert_int_equal(store_shelf_clear(store, SHELF_DRAFT, NULL), 0);
	box_commit(box);
	assert_int_equal(
		store_shelf_total(store, SHELF_DRAFT, &count, &total, NULL), 0);
	assert_int_equal(count, 0);
	buf_clear(&id);
	assert_int_equal(store_shelf_get(store, SHELF_CAPTURE, one, &id, NULL),
			 0);
	assert_bytes(buf_bytes(&id), sealed);
	buf_release(&id);
}

static void receipts_only_rise(void **state)
{
	struct box *box = *state;
	struct sign_public device = { { 1 } }, other = { { 2 } };
	struct store_ack acks[2];
	size_t count = 9;

	box_begin(box);
	assert_int_equal(store_ack_put(box->store, &device, 2, 10, NULL), 0);
	assert_int_equal(store_ack_put(box->store, &device, 2, 9, NULL), 0);
	assert_int_equal(store_ack_put(box->store, &device, 1, 3, NULL), 0);
	assert_int_equal(store_ack_put(box->store, &device, 1, 4, NULL), 0);
	assert_int_equal(store_ack_put(box->store, &device, 3, 1, NULL), 0);
	assert_int_equal(
		store_ack_put(box->store, &device, 3, LIMIT_SEQ + 1, NULL),
		ERR_LIMIT);
	box_commit(box);
	assert_int_equal(store_acks(box->store, &device, acks, 2, &count, NULL),
			 0);
	assert_int_equal(count, 3);
	assert_int_equal(acks[0].log_no, 1);
	assert_int_equal(acks[0].seq, 4);
	assert_int_equal(acks[1].log_no, 2);
	assert_int_equal(acks[1].seq, 10);
	assert_int_equal(store_acks(box->store, &other, acks, 2, &count, NULL),
			 0);
	assert_int_equal(count, 0);
	/* What lay behind it went to another log. */
	box_begin(box);
	assert_int_equal(store_ack_lower(box->store, &device, 1, 5, NULL), 0);
	assert_int_equal(store_ack_lower(box->store, &device, 2, 7, NULL), 0);
	assert_int_equal(store_ack_lower(box->store, &other, 2, 7, NULL), 0);
	box_commit(box);
	assert_int_equal(store_acks(box->store, &device, acks, 2, &count, NULL),
			 0);
	assert_int_equal(count, 3);
	assert_int_equal(acks[0].seq, 4);
	assert_int_equal(acks[1].seq, 7);
}

static void peers_keep_their_addresses(void **state)
{
	struct box *box = *state;
	struct store_peer peer = { .last_seen_ms = 5, .address = "a:1" };
	struct store_peer peers[2];
	size_t count = 0;

	peer.device.b[0] = 4;
	memset(peer.by_hand, 'x', 127);
	box_begin(box);
	assert_int_equal(store_peer_put(box->store, &peer, NULL), 0);
	peer.last_seen_ms = 6;
	assert_int_equal(store_peer_put(box->store, &peer, NULL), 0);
	peer.by_hand[127] = 'x';
	assert_int_equal(store_peer_put(box->store, &peer, NULL), ERR_LIMIT);
	box_commit(box);
	assert_int_equal(store_peers(box->store, peers, 2, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(peers[0].device.b[0], 4);
	assert_int_equal(peers[0].last_seen_ms, 6);
	assert_string_equal(peers[0].address, "a:1");
	assert_int_equal(strlen(peers[0].by_hand), 127);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, box_set_up, box_tear_down)
		TEST(logs_keep_every_member),
		TEST(blocks_of_data_logs_are_counted),
		TEST(small_values_have_their_own_limits),
		TEST(shelves_are_apart_and_in_order),
		TEST(receipts_only_rise),
		TEST(peers_keep_their_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
