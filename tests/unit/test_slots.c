/*
 * Goal: the slots file opens with what it was made for and nothing else, and
 * a file that asks for too much is refused before any work.
 * Method: files built by slots_write, and tampered ones with a checksum made
 * anew, as whoever tampers would.
 */
#include "daemon/vault/slots.h"

#include <sys/stat.h>
#include <unistd.h>

#include "daemon/vault/keyfile.h"
#include "proto/base/mem.h"
#include "proto/crypto/entropy.h"
#include "proto/crypto/words.h"
#include "tests/lib/harness.h"

#define AT_COUNT 12u
#define AT_FIRST 16u
#define AT_MEMORY (AT_FIRST + 8u)
#define AT_PASSES (AT_MEMORY + 8u)
#define AT_SALT_LEN (AT_PASSES + 4u)
#define AT_SALT (AT_SALT_LEN + 4u)

static struct device_key dvk = { { 1, 2, 3 } };

static void key_of(const char *passphrase, const struct slot *slot,
		   struct slot_key *out)
{
	assert_int_equal(
		password_stretch(bytes_of(passphrase, strlen(passphrase)),
				 &slot->salt, &slot->cost, out),
		0);
}

static void make(struct slots *slots, struct recovery_keys *recovery,
		 struct buf *file)
{
	uint32_t words[RECOVERY_WORDS] = { 5, 6, 7 };
	struct slot_key key;

	if (crypto_start() != 0)
		fail_msg("libsodium does not start");
	memset(slots, 0, sizeof *slots);
	slots->count = 2;
	slots->slot[0].cost = (struct password_cost){ 8192, 1 };
	entropy_fill(slots->slot[0].salt.b, 16);
	key_of("lamp", &slots->slot[0], &key);
	assert_int_equal(slot_wrap_passphrase(&slots->slot[0], &key, &dvk), 0);
	recovery_keys_from_words(words, recovery);
	assert_int_equal(
		slot_wrap_recovery(&slots->slot[1], &recovery->box_pub, &dvk),
		0);
	buf_init(file, 65536);
	assert_int_equal(slots_write(slots, file), 0);
}

static void seal_again(struct buf *file)
{
	hash_bytes(bytes_of(file->ptr, file->len - 16),
		   file->ptr + file->len - 16, 16);
}

static void each_slot_opens_with_its_own_secret(void **state)
{
	struct recovery_keys recovery, other;
	struct device_key opened;
	struct slots slots, read;
	struct slot_key key;
	struct buf file;

	(void)state;
	make(&slots, &recovery, &file);
	assert_int_equal(slots_read(buf_bytes(&file), &read), 0);
	assert_int_equal(read.count, 2);
	key_of("lamp", &read.slot[0], &key);
	assert_int_equal(slot_open_passphrase(&read.slot[0], &key, &opened), 0);
	assert_memory_equal(opened.b, dvk.b, 32);
	key_of("lamq", &read.slot[0], &key);
	assert_int_equal(slot_open_passphrase(&read.slot[0], &key, &opened),
			 ERR_PASSPHRASE);
	memset(opened.b, 0, sizeof opened.b);
	assert_int_equal(slot_open_recovery(slots_find(&read, SLOT_RECOVERY),
					    &recovery.box_pub, &recovery.box,
					    &opened),
			 0);
	assert_memory_equal(opened.b, dvk.b, 32);
	box_keypair(&other.box_pub, &other.box);
	assert_int_equal(slot_open_recovery(slots_find(&read, SLOT_RECOVERY),
					    &other.box_pub, &other.box,
					    &opened),
			 ERR_PASSPHRASE);
	assert_int_equal(slot_open_recovery(slots_find(&read, SLOT_RECOVERY),
					    &recovery.box_pub, &other.box,
					    &opened),
			 ERR_PASSPHRASE);
	buf_release(&file);
}

static void every_flipped_bit_is_noticed(void **state)
{
	struct recovery_keys recovery;
	struct slots slots, read;
	struct buf file;

	(void)state;
	make(&slots, &recovery, &file);
	for (size_t bit = 0; bit < file.len * 8; bit++) {
		file.ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		assert_int_equal(slots_read(buf_bytes(&file), &read),
				 ERR_CORRUPT);
		file.ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	for (size_t len = 0; len < file.len; len++)
		assert_int_equal(slots_read(bytes_of(file.ptr, len), &read),
				 ERR_CORRUPT);
	assert_int_equal(slots_read(buf_bytes(&file), &read), 0);
	buf_release(&file);
}

static int with_u64(struct buf *file, size_t at, uint64_t value)
{
	uint8_t saved[8];
	struct slots read;
	int code;

	memcpy(saved, file->ptr + at, 8);
	le64_put(file->ptr + at, value);
	seal_again(file);
	code = slots_read(buf_bytes(file), &read);
	memcpy(file->ptr + at, saved, 8);
	seal_again(file);
	return code;
}

static int with_u32(struct buf *file, size_t at, uint32_t value)
{
	uint8_t saved[4];
	struct slots read;
	int code;

	memcpy(saved, file->ptr + at, 4);
	le32_put(file->ptr + at, value);
	seal_again(file);
	code = slots_read(buf_bytes(file), &read);
	memcpy(file->ptr + at, saved, 4);
	seal_again(file);
	return code;
}

static void a_header_that_asks_for_too_much_is_refused(void **state)
{
	struct recovery_keys recovery;
	struct slots slots, read;
	struct buf file;

	(void)state;
	make(&slots, &recovery, &file);
	assert_int_equal(with_u64(&file, AT_MEMORY, UINT64_C(1) << 32),
			 ERR_LIMIT);
	assert_int_equal(with_u64(&file, AT_MEMORY, LIMIT_KDF_MEMORY_BYTES + 1),
			 ERR_LIMIT);
	assert_int_equal(with_u64(&file, AT_MEMORY, LIMIT_KDF_MEMORY_BYTES), 0);
	assert_int_equal(with_u64(&file, AT_MEMORY, 8191), ERR_CORRUPT);
	assert_int_equal(with_u32(&file, AT_PASSES, UINT32_MAX), ERR_LIMIT);
	assert_int_equal(with_u32(&file, AT_PASSES, LIMIT_KDF_PASSES + 1),
			 ERR_LIMIT);
	assert_int_equal(with_u32(&file, AT_PASSES, LIMIT_KDF_PASSES), 0);
	assert_int_equal(with_u32(&file, AT_PASSES, 0), ERR_CORRUPT);
	assert_int_equal(with_u32(&file, AT_SALT_LEN, 0), ERR_CORRUPT);
	assert_int_equal(with_u32(&file, AT_SALT_LEN, 17), ERR_CORRUPT);
	assert_int_equal(with_u32(&file, AT_COUNT, 1000000), ERR_LIMIT);
	assert_int_equal(with_u32(&file, AT_COUNT, LIMIT_SLOTS + 1), ERR_LIMIT);
	assert_int_equal(with_u32(&file, AT_COUNT, 3), ERR_CORRUPT);
	assert_int_equal(with_u32(&file, AT_COUNT, 1), ERR_CORRUPT);
	assert_int_equal(with_u32(&file, 8, 2), ERR_VERSION);
	assert_int_equal(with_u32(&file, AT_FIRST, 9), ERR_VERSION);
	assert_int_equal(with_u32(&file, AT_FIRST + 4, UINT32_MAX),
			 ERR_CORRUPT);
	memset(file.ptr + AT_SALT, 0, 16);
	seal_again(&file);
	assert_int_equal(slots_read(buf_bytes(&file), &read), ERR_CORRUPT);
	buf_release(&file);
}

static void key_files_are_private_whole_and_replaced_at_once(void **state)
{
	char path[600], other[600];
	char *dir = harness_temp_dir();
	struct stat st;
	struct buf out;

	(void)state;
	buf_init(&out, KEYFILE_MAX_BYTES);
	snprintf(path, sizeof path, "%s/slots", dir);
	snprintf(other, sizeof other, "%s/other", dir);
	assert_int_equal(keyfile_read(path, &out, NULL), ERR_NOT_FOUND);
	assert_int_equal(keyfile_write(path, bytes_from_str("one"), NULL), 0);
	assert_int_equal(keyfile_write(path, bytes_from_str("two"), NULL), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(keyfile_read(path, &out, NULL), 0);
	assert_bytes(buf_bytes(&out), bytes_from_str("two"));
	/* open to others */
	assert_int_equal(chmod(path, 0640), 0);
	buf_clear(&out);
	assert_int_equal(keyfile_read(path, &out, NULL), ERR_CORRUPT);
	assert_int_equal(out.len, 0);
	assert_int_equal(chmod(path, 0600), 0);
	/* a second name, and a link */
	assert_int_equal(link(path, other), 0);
	assert_int_equal(keyfile_read(path, &out, NULL), ERR_CORRUPT);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(symlink(path, other), 0);
	assert_int_equal(keyfile_read(other, &out, NULL), ERR_IO);
	/* one left over by a power cut is in nobody's way */
	snprintf(other, sizeof other, "%s/slots.new", dir);
	harness_write(other, bytes_from_str("half"));
	assert_int_equal(keyfile_write(path, bytes_from_str("three"), NULL), 0);
	assert_int_equal(stat(other, &st), -1);
	assert_int_equal(keyfile_remove(path, NULL), 0);
	assert_int_equal(keyfile_remove(path, NULL), 0);
	assert_int_equal(keyfile_read(path, &out, NULL), ERR_NOT_FOUND);
	buf_release(&out);
	harness_temp_remove(dir);
}

static void key_files_have_a_limit(void **state)
{
	uint8_t *large = mem_alloc(KEYFILE_MAX_BYTES + 1, 1);
	char *dir = harness_temp_dir();
	char path[600];

	(void)state;
	snprintf(path, sizeof path, "%s/slots", dir);
	assert_int_equal(keyfile_write(path,
				       bytes_of(large, KEYFILE_MAX_BYTES - 1),
				       NULL),
			 0);
	assert_int_equal(
		keyfile_write(path, bytes_of(large, KEYFILE_MAX_BYTES), NULL),
		0);
	assert_int_equal(keyfile_write(path,
				       bytes_of(large, KEYFILE_MAX_BYTES + 1),
				       NULL),
			 ERR_LIMIT);
	mem_free(large);
	harness_temp_remove(dir);
}

static void a_changed_net_key_is_damage(void **state)
{
	struct keyfile_net net = { .net = { { 9 } } }, read;
	struct box_secret sec;
	char *dir = harness_temp_dir();
	char path[600];
	struct buf file;

	(void)state;
	if (crypto_start() != 0)
		fail_msg("libsodium does not start");
	net_keypair(&net.net_pub, &net.net);
	box_keypair(&net.box, &sec);
	snprintf(path, sizeof path, "%s/net.key", dir);
	assert_int_equal(keyfile_write_net(path, &net, NULL), 0);
	assert_int_equal(keyfile_read_net(path, &read, NULL), 0);
	assert_memory_equal(&read, &net, sizeof net);
	buf_init(&file, KEYFILE_MAX_BYTES);
	assert_int_equal(keyfile_read(path, &file, NULL), 0);
	for (size_t i = 0; i < file.len; i++) {
		file.ptr[i] ^= 0x10;
		assert_int_equal(keyfile_write(path, buf_bytes(&file), NULL),
				 0);
		assert_int_equal(keyfile_read_net(path, &read, NULL),
				 ERR_CORRUPT);
		file.ptr[i] ^= 0x10;
	}
	buf_release(&file);
	harness_temp_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_slot_opens_with_its_own_secret),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(a_header_that_asks_for_too_much_is_refused),
		cmocka_unit_test(
			key_files_are_private_whole_and_replaced_at_once),
		cmocka_unit_test(key_files_have_a_limit),
		cmocka_unit_test(a_changed_net_key_is_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
